"""The states of a case: each has the parts (see records.py) that it proves."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from ...kernel.base import Frozen
from . import events as e
from .records import Application, Decision, Ending, Granted, Handling, Stop
from .values import Result


@dataclass(frozen=True, slots=True)
class Absent:
    """No such case yet, or a draft that was discarded; `version` events were there before."""

    version: int = 0


@dataclass(frozen=True, slots=True)
class Drafted:
    draft: e.CaseDrafted
    version: int = 1


class Submitted(NamedTuple):
    """Waits for pre-check, receipt and acceptance."""

    application: Application


class Returned(NamedTuple):
    """The pre-check gave it back to the applicant."""

    application: Application
    returned: e.SubmissionReturned


class Supplementing(NamedTuple):
    """The applicant was told what is missing; not accepted yet."""

    application: Application
    notice: e.SupplementRequested


class Accepted(NamedTuple):
    """Being handled; the clock runs."""

    application: Application
    handling: Handling


class Suspended(NamedTuple):
    """Being handled; the clock stands."""

    application: Application
    handling: Handling


class Decided(NamedTuple):
    """Granted or denied; certificate, delivery and rating follow."""

    application: Application
    handling: Handling
    decision: Decision
    ending: Ending


class Closed(NamedTuple):
    """Ended without a decision, or voided after one."""

    application: Application
    handling: Handling | None
    decision: Decision | None
    ending: Ending
    reason: str


class Archived(NamedTuple):
    concluded: Decided | Closed
    archive_number: str

    @property
    def application(self) -> Application:
        return self.concluded.application

    @property
    def handling(self) -> Handling | None:
        return self.concluded.handling

    @property
    def decision(self) -> Decision | None:
        return self.concluded.decision

    @property
    def ending(self) -> Ending:
        return self.concluded.ending


@dataclass(frozen=True, slots=True)
class Imported:
    """Handled elsewhere; `steps` are those that were read in."""

    imported: e.CaseImported
    steps: tuple[e.StepRecorded, ...] = ()
    received_on: date | None = None
    result: Result | None = None


# By how far a case has come; `Live` is what something may still happen to.
NotAccepted = Submitted | Returned | Supplementing
InHand = Accepted | Suspended
Concluded = Decided | Closed
Ended = Concluded | Archived
Live = NotAccepted | InHand | Concluded
Lodged = Live | Archived
State = Absent | Drafted | Lodged | Imported
initial: State = Absent()

# The state that an event leads to, as the documents tell it; the others lead to none. A resumption
# does as long as no other stop runs, a supplement unless the case is under review.
LEADS_TO: Mapping[type[Frozen], type[State]] = {
    e.CaseDrafted: Drafted,
    e.DraftDiscarded: Absent,
    e.CaseSubmitted: Submitted,
    e.CaseImported: Imported,
    e.SubmissionReturned: Returned,
    e.CaseResubmitted: Submitted,
    e.SupplementRequested: Supplementing,
    e.SupplementSubmitted: Submitted,
    e.SupplementLapsed: Closed,
    e.CaseAccepted: Accepted,
    e.CaseDeemedAccepted: Accepted,
    e.AcceptanceRefused: Closed,
    e.CaseSuspended: Suspended,
    e.CaseResumed: Accepted,
    e.CaseGranted: Decided,
    e.CaseDenied: Decided,
    e.CaseWithdrawn: Closed,
    e.CaseVoided: Closed,
    e.CaseArchived: Archived,
}


def handling_of(state: Lodged) -> Handling | None:
    return None if isinstance(state, NotAccepted) else state.handling


def stops_of(state: Lodged) -> tuple[Stop, ...]:
    handling = handling_of(state)
    return () if handling is None else handling.stops


def decision_of(state: Lodged) -> Decision | None:
    return state.decision if isinstance(state, Ended) else None


def certificate_of(state: Lodged) -> e.CertificateIssued | None:
    decision = decision_of(state)
    return decision.certificate if isinstance(decision, Granted) else None


def ending_of(state: Lodged) -> Ending | None:
    return state.ending if isinstance(state, Ended) else None


def notice_of(state: Lodged) -> e.SupplementRequested | None:
    """What the applicant is awaited to supply, before acceptance or under review."""
    match state:
        case Supplementing():
            return state.notice
        case Accepted() | Suspended():
            return state.handling.notice
        case _:
            return None
