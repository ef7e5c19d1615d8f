"""The states of a case, and how each event leads from one to the next."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import reduce

from ...kernel.base import Frozen
from ...kernel.errors import Impossible
from . import events as e
from .dossier import DoneStep, Dossier, OpenStep, Stop, opened
from .evolving import GROWTH, grown
from .values import Result

__all__ = [
    "LEADS",
    "LEADS_TO",
    "Absent",
    "Accepted",
    "Archived",
    "Closed",
    "Decided",
    "DoneStep",
    "Dossier",
    "Drafted",
    "Imported",
    "OpenStep",
    "Returned",
    "State",
    "Stop",
    "Submitted",
    "Supplementing",
    "Suspended",
    "WithDossier",
    "evolve",
    "fold",
    "initial",
]


@dataclass(frozen=True, slots=True)
class Absent:
    """No such case yet."""


@dataclass(frozen=True, slots=True)
class Drafted:
    draft: e.CaseDrafted
    version: int = 1


@dataclass(frozen=True, slots=True)
class Submitted:
    """Waits for pre-check, receipt and acceptance."""

    dossier: Dossier


@dataclass(frozen=True, slots=True)
class Returned:
    """The pre-check gave it back to the applicant."""

    dossier: Dossier


@dataclass(frozen=True, slots=True)
class Supplementing:
    """The applicant was told what is missing; not accepted yet."""

    dossier: Dossier


@dataclass(frozen=True, slots=True)
class Accepted:
    """Being handled; the clock runs."""

    dossier: Dossier


@dataclass(frozen=True, slots=True)
class Suspended:
    """Being handled; the clock stands."""

    dossier: Dossier


@dataclass(frozen=True, slots=True)
class Decided:
    """Granted or denied; certificate, delivery and rating follow."""

    dossier: Dossier


@dataclass(frozen=True, slots=True)
class Closed:
    """Ended without a decision, or voided after one."""

    dossier: Dossier


@dataclass(frozen=True, slots=True)
class Archived:
    dossier: Dossier


@dataclass(frozen=True, slots=True)
class Imported:
    """Handled elsewhere; `steps` are those that were read in."""

    imported: e.CaseImported
    steps: tuple[e.StepRecorded, ...] = ()
    received_on: date | None = None
    result: Result | None = None


WithDossier = (
    Submitted | Returned | Supplementing | Accepted | Suspended | Decided | Closed | Archived
)
State = Absent | Drafted | WithDossier | Imported
initial: State = Absent()


def evolve(state: State, event: e.Event) -> State:
    """Raises Impossible if no case has this event at this point."""
    match state:
        case Absent() | Drafted():
            return _begun(state, event)
        case Imported():
            return _imported(state, event)
        case _ if type(event) in GROWTH:
            return _led(state, grown(state.dossier, event), event)
        case _:
            raise Impossible(state, event)


def fold(events: Iterable[e.Event], state: State = initial) -> State:
    return reduce(evolve, events, state)


def _begun(state: Absent | Drafted, event: e.Event) -> State:
    version = 1 + (state.version if isinstance(state, Drafted) else 0)
    match event:
        case e.CaseDrafted():
            return Drafted(event, version)
        case e.CaseSubmitted():
            return Submitted(opened(event, version))
        case e.CaseImported() if isinstance(state, Absent):
            return Imported(event)
        case _:
            raise Impossible(state, event)


def _imported(state: Imported, event: e.Event) -> State:
    match event:
        case e.StepRecorded():
            return replace(state, steps=(*state.steps, event))
        case e.SubmissionReceived():
            return replace(state, received_on=event.on)
        case e.CaseConcluded():
            return replace(state, result=event.result)
        case _:
            raise Impossible(state, event)


LEADS: Mapping[type[Frozen], type[WithDossier]] = {
    e.SubmissionReturned: Returned,
    e.CaseResubmitted: Submitted,
    e.AcceptanceRefused: Closed,
    e.SupplementLapsed: Closed,
    e.CaseWithdrawn: Closed,
    e.CaseVoided: Closed,
    e.CaseGranted: Decided,
    e.CaseDenied: Decided,
    e.CaseArchived: Archived,
}
# As long as another stop of the clock does not run.
_CLOCKED: Mapping[type[Frozen], type[WithDossier]] = {
    e.CaseAccepted: Accepted,
    e.CaseDeemedAccepted: Accepted,
    e.CaseSuspended: Suspended,
    e.CaseResumed: Accepted,
}
# Before acceptance; during the review the case stays as it is.
_SUPPLEMENTED: Mapping[type[Frozen], type[WithDossier]] = {
    e.SupplementRequested: Supplementing,
    e.SupplementSubmitted: Submitted,
}
_BEGINS: Mapping[type[Frozen], type[State]] = {
    e.CaseDrafted: Drafted,
    e.CaseSubmitted: Submitted,
    e.CaseImported: Imported,
}
# The state that an event leads to, as the documents tell it; the others lead to none.
LEADS_TO: Mapping[type[Frozen], type[State]] = {**_BEGINS, **LEADS, **_CLOCKED, **_SUPPLEMENTED}


def _led(state: WithDossier, dossier: Dossier, event: e.Event) -> State:
    """Which state the event leads to; most lead nowhere else."""
    kind = type(event)
    if kind in LEADS:
        return LEADS[kind](dossier)
    if kind in _CLOCKED:
        return Suspended(dossier) if dossier.running_stops else Accepted(dossier)
    if kind is e.SupplementRequested and dossier.notice and not dossier.notice.under_review:
        return Supplementing(dossier)
    if kind is e.SupplementSubmitted and isinstance(state, Supplementing):
        return Submitted(dossier)
    return type(state)(dossier)
