"""What the decisions of a case share: guards, days, documents."""

from datetime import date

from ...clock.calendar import Calendar, legal_day
from ...clock.clock import ACCEPTANCE, due_date
from ...codes.numbers import document_number
from ...kernel.errors import Closed, Invalid, NotFound, OutOfOrder
from ...kernel.reasons import Reason
from . import events as e
from .commands import CaseCommand
from .state import (
    Absent,
    Accepted,
    Archived,
    Decided,
    Dossier,
    Drafted,
    Imported,
    Returned,
    State,
    Stop,
    Submitted,
    Supplementing,
    Suspended,
    WithDossier,
)
from .state import Closed as ClosedCase
from .values import Document, DocumentKind, Result

# Where the case is


def dossier_of(state: State) -> Dossier:
    """Raises NotFound, OutOfOrder for a draft, Closed for an imported case."""
    match state:
        case Absent():
            raise NotFound("no-such-case", "there is no such case")
        case Drafted():
            raise OutOfOrder("still-a-draft", "it is still a draft; submit it first")
        case Imported():
            raise Closed(
                "imported-record-only",
                "the case was handled elsewhere and only its record was imported",
            )
        case _:
            return state.dossier


def before_acceptance(state: State) -> Dossier:
    """The dossier of a case that waits to be accepted; raises OutOfOrder or Closed."""
    dossier = dossier_of(state)
    match state:
        case Submitted():
            return dossier
        case Returned():
            raise OutOfOrder(
                "returned-to-applicant",
                "it was returned to the applicant, who has yet to send it again",
            )
        case Supplementing():
            raise OutOfOrder(
                "supplement-still-awaited", "the applicant has yet to supply the supplement"
            )
        case Accepted() | Suspended():
            raise OutOfOrder("accepted-already", "it was accepted on {on}", on=dossier.accepted_on)
        case _:
            raise Closed.of(ended(dossier))


def in_handling(state: State) -> Dossier:
    """The dossier of a case whose clock runs; raises OutOfOrder or Closed."""
    dossier = accepted(state)
    if isinstance(state, Suspended):
        raise OutOfOrder(
            "case-suspended",
            "it is suspended ({stops}); resume it first",
            stops=tuple(_since(stop) for stop in dossier.running_stops),
        )
    return dossier


def _since(stop: Stop) -> Reason:
    return Reason(
        "stop-since",
        "{procedure} since {on}",
        procedure=stop.procedure,
        on=stop.suspended.since,
    )


def accepted(state: State) -> Dossier:
    """The dossier of a case being handled, suspended or not; raises OutOfOrder or Closed."""
    dossier = dossier_of(state)
    match state:
        case Accepted() | Suspended():
            return dossier
        case Submitted() | Returned() | Supplementing():
            raise OutOfOrder("not-yet-accepted", "it has not been accepted yet")
        case _:
            raise Closed.of(ended(dossier))


def concluded(state: State) -> Dossier:
    """The dossier of a case that came to its end and is not archived."""
    dossier = dossier_of(state)
    match state:
        case Decided() | ClosedCase():
            return dossier
        case Archived():
            raise Closed.of(ended(dossier))
        case _:
            raise OutOfOrder("not-yet-concluded", "it has not been concluded yet")


def ended(dossier: Dossier) -> Reason:
    if dossier.archive_number:
        return Reason(
            "case-archived",
            "the case ended: {result}, archived as {number}",
            result=dossier.result,
            number=dossier.archive_number,
        )
    return Reason("case-ended", "the case ended: {result}", result=dossier.result)


# Days


def today(command: CaseCommand) -> date:
    """The day of the law on which it happened; raises Invalid for one that no calendar has."""
    try:
        return legal_day(command.at)
    except OverflowError as error:
        raise Invalid("time-out-of-range", "{at} is out of time", at=command.at) from error


def in_time(command: CaseCommand, state: State) -> None:
    """Yesterday's paper may be entered today, but nothing happens before what it follows."""
    day = today(command)
    if isinstance(state, Absent | Drafted | Imported):
        return
    began = _began(state)
    if day < began:
        name = type(state).__name__.lower()
        raise Invalid(
            "before-present-state",
            "the case is {state} since {began}; this cannot have happened on {on}",
            state=name,
            began=began,
            on=day,
        )


def _began(state: WithDossier) -> date:
    """The day since which the case is as it is; for one that is handled, that of acceptance."""
    dossier = state.dossier
    match state:
        case Returned() if dossier.returned is not None:
            began: date | None = dossier.returned.document.on
        case Supplementing() if dossier.notice is not None:
            began = dossier.notice.on
        case Accepted() | Suspended():
            began = dossier.accepted_on
        case Decided() | ClosedCase() | Archived():
            began = dossier.concluded_on
        case _:
            began = dossier.arrived_on
    return began or dossier.arrived_on


def acceptance_overdue(dossier: Dossier, today: date, calendar: Calendar) -> bool:
    """Whether the five days in which the applicant must be told (art. 32) have passed."""
    due = due_date(dossier.arrived_on, ACCEPTANCE, (), (), calendar)
    return due is not None and today > due


# What every end of a phase leaves


def document(dossier: Dossier, kind: DocumentKind, on: date) -> Document:
    serial = sum(1 for one in dossier.documents if one.kind is kind) + 1
    return Document(number=document_number(dossier.number, kind, serial), kind=kind, on=on)


def conclusion(result: Result, on: date) -> e.CaseConcluded:
    return e.CaseConcluded(result=result, on=on)
