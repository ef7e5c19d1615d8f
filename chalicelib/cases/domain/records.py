"""
What is known of a submitted case, in parts: each is there from some event on, and whole then.

Tuples, since they are made anew for every event: `dataclasses.replace` takes seven times as long.
"""

from collections.abc import Mapping
from datetime import date
from typing import NamedTuple

from ...clock.clock import SpecialProcedure
from ...codes.parties import Agent, Applicant
from ...items.domain.plan import Plan, StepKind
from . import events as e
from .values import Document, ItemRef, Material, Result, Stood


class OpenStep(NamedTuple):
    opened: e.StepOpened
    handler: str | None = None

    @property
    def id(self) -> str:
        return self.opened.step

    @property
    def is_planned(self) -> bool:
        """Whether the item's plan has it; a desk's step any case may have."""
        return isinstance(self.opened.kind, StepKind)


class DoneStep(NamedTuple):
    """`stood` are the days of its time on which the clock stood, as known by now."""

    opened: e.StepOpened
    finished: e.StepFinished
    stood: tuple[Stood, ...] = ()


class Stop(NamedTuple):
    """One stop of the clock; `until` is None while it lasts."""

    suspended: e.CaseSuspended
    until: date | None = None

    @property
    def procedure(self) -> SpecialProcedure:
        return self.suspended.procedure


class Application(NamedTuple):
    """
    What was applied for (申请), and what any case has from its submission on.

    `version` is that of the last event; `sources` tells which event recorded what can be corrected.
    `home` is the division that the plan's departments are in, `division` the one that the case is
    in now, and `arrived_on` when what was submitted or supplemented last reached us.
    """

    version: int
    case_id: str
    number: str
    query_code_digest: str
    item: ItemRef
    plan: Plan
    home: str
    division: str
    department: str
    intake: str
    intake_division: str
    applicant: Applicant
    agent: Agent | None
    form: dict[str, object]
    materials: tuple[Material, ...]
    submitted_on: date
    arrived_on: date
    sources: Mapping[str, int]
    variant: str | None = None
    confidential: bool = False
    holder: str | None = None
    received: bool = False
    prechecked: bool = False
    notified: bool = False  # art. 32 gives one notice before acceptance
    supplement: e.SupplementSubmitted | None = None  # the last that was handed in
    open: tuple[OpenStep, ...] = ()
    done: tuple[DoneStep, ...] = ()
    transfers: tuple[e.CaseTransferred, ...] = ()
    documents: tuple[Document, ...] = ()
    corrections: tuple[e.MistakeCorrected, ...] = ()
    recused: tuple[e.HandlerRecused, ...] = ()
    recusals_asked: tuple[e.RecusalRequested, ...] = ()  # and not decided yet
    recusals_refused: tuple[e.RecusalRefused, ...] = ()

    def step(self, step: str) -> OpenStep | None:
        return next((one for one in self.open if one.id == step), None)


class Handling(NamedTuple):
    """办理, from acceptance (受理) on: since when the clock runs, and what moves its end."""

    accepted_on: date
    deemed: bool = False
    stops: tuple[Stop, ...] = ()
    notice: e.SupplementRequested | None = None  # of the review, while its answer is awaited
    notified: bool = False  # local rules give one notice under review
    extension_request: e.ExtensionRequested | None = None
    extension_refusal: e.ExtensionRefused | None = None
    extensions: tuple[e.ExtensionGranted, ...] = ()

    @property
    def running_stops(self) -> tuple[Stop, ...]:
        return tuple(stop for stop in self.stops if stop.until is None)


class Granted(NamedTuple):
    """准予, and the certificate that came of it."""

    made: e.CaseGranted
    certificate: e.CertificateIssued | None = None


class Denied(NamedTuple):
    """不予许可."""

    made: e.CaseDenied


Decision = Granted | Denied


class Ending(NamedTuple):
    """
    办结, with a decision or without one, and what follows it. `CaseConcluded` is the event that
    states the result: it is unstated after the event before, which is of the same commit.
    """

    on: date
    result: Result = Result.UNSTATED
    delivery: e.ResultDelivered | None = None
    rating: e.CaseRated | None = None
    answer: e.BadRatingAnswered | None = None


def opened(event: e.CaseSubmitted, version: int = 1) -> Application:
    """The application that event number `version` submits."""
    return Application(
        version=version,
        case_id=event.case_id,
        number=event.number,
        query_code_digest=event.query_code_digest,
        item=event.item,
        plan=event.plan,
        home=event.division,
        division=event.division,
        department=event.department,
        intake=event.intake,
        intake_division=event.division,
        applicant=event.applicant,
        agent=event.agent,
        form=event.form,
        materials=event.materials,
        submitted_on=event.on,
        arrived_on=event.on,
        sources={"applicant": version, "form": version},
        variant=event.variant,
        confidential=event.confidential,
        holder=event.holder,
    )
