"""What is known of a submitted case, whatever state it is in."""

from collections.abc import Mapping
from datetime import date
from typing import NamedTuple

from ...clock.clock import SpecialProcedure
from ...codes.parties import Agent, Applicant
from ...items.domain.plan import Plan, StepKind
from . import events as e
from .values import Document, ItemRef, Material, Result, StepOutcome


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
    opened: e.StepOpened
    finished: e.StepFinished


class Stop(NamedTuple):
    """One stop of the clock; `until` is None while it lasts."""

    suspended: e.CaseSuspended
    until: date | None = None

    @property
    def procedure(self) -> SpecialProcedure:
        return self.suspended.procedure


class Dossier(NamedTuple):
    """
    A tuple, since it is made anew for every event: `dataclasses.replace` takes seven times as long.

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
    returned: e.SubmissionReturned | None = None
    notice: e.SupplementRequested | None = None
    supplement: e.SupplementSubmitted | None = None
    notified: bool = False  # art. 32 gives one notice before acceptance
    notified_under_review: bool = False
    accepted_on: date | None = None
    deemed: bool = False
    stops: tuple[Stop, ...] = ()
    extension_request: e.ExtensionRequested | None = None
    extension_refusal: e.ExtensionRefused | None = None
    extensions: tuple[e.ExtensionGranted, ...] = ()
    open: tuple[OpenStep, ...] = ()
    done: tuple[DoneStep, ...] = ()
    transfers: tuple[e.CaseTransferred, ...] = ()
    documents: tuple[Document, ...] = ()
    decision: e.CaseGranted | e.CaseDenied | None = None
    result: Result | None = None
    concluded_on: date | None = None
    closing: str | None = None  # the reason of the event that closed it
    certificate: e.CertificateIssued | None = None
    delivery: e.ResultDelivered | None = None
    rating: e.CaseRated | None = None
    answer: e.BadRatingAnswered | None = None
    archive_number: str | None = None
    corrections: tuple[e.MistakeCorrected, ...] = ()

    def step(self, step: str) -> OpenStep | None:
        return next((one for one in self.open if one.id == step), None)

    @property
    def running_stops(self) -> tuple[Stop, ...]:
        return tuple(stop for stop in self.stops if stop.until is None)

    @property
    def handlers(self) -> frozenset[str]:
        """The accounts that handled the case itself: who answers for its rating."""
        done = (
            one.finished.handler
            for one in self.done
            if one.opened.kind not in _NOT_HANDLING
            and one.finished.outcome is not StepOutcome.OVERTAKEN
        )
        started = (one.handler for one in self.open if one.opened.kind not in _NOT_HANDLING)
        stopped = (stop.suspended.by for stop in self.stops)
        return frozenset(one for one in (*done, *started, *stopped) if one)


_NOT_HANDLING = frozenset({"supplement", "rating"})


def opened(event: e.CaseSubmitted, version: int = 1) -> Dossier:
    """The dossier of a case that event number `version` submits."""
    return Dossier(
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
