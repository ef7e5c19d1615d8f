"""What the decisions of a case share: guards, days, documents."""

from datetime import date

from ...clock.calendar import Calendar, legal_day
from ...clock.clock import ACCEPTANCE, due_date
from ...codes.numbers import document_number
from ...kernel.errors import Closed, Invalid, NotFound, OutOfOrder
from ...kernel.reasons import Reason
from . import events as e
from .commands import CaseCommand
from .records import Application, Stop
from .state import (
    Absent,
    Accepted,
    Archived,
    Concluded,
    Decided,
    Drafted,
    Ended,
    Imported,
    InHand,
    Lodged,
    Returned,
    State,
    Submitted,
    Supplementing,
    Suspended,
)
from .state import Closed as ClosedCase
from .values import Document, DocumentKind, Result

# Where the case is


def lodged(state: State) -> Lodged:
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
            return state


def application_of(state: State) -> Application:
    """Raises what `lodged` raises."""
    return lodged(state).application


def before_acceptance(state: State) -> Submitted:
    """A case that waits to be accepted; raises OutOfOrder or Closed."""
    known = lodged(state)
    match known:
        case Submitted():
            return known
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
            raise OutOfOrder(
                "accepted-already", "it was accepted on {on}", on=known.handling.accepted_on
            )
        case _:
            raise Closed.of(ended(known))


def in_handling(state: State) -> Accepted:
    """A case whose clock runs; raises OutOfOrder or Closed."""
    case = accepted(state)
    if isinstance(case, Suspended):
        raise OutOfOrder(
            "case-suspended",
            "it is suspended ({stops}); resume it first",
            stops=tuple(_since(stop) for stop in case.handling.running_stops),
        )
    return case


def _since(stop: Stop) -> Reason:
    return Reason(
        "stop-since",
        "{procedure} since {on}",
        procedure=stop.procedure,
        on=stop.suspended.since,
    )


def accepted(state: State) -> InHand:
    """A case being handled, suspended or not; raises OutOfOrder or Closed."""
    known = lodged(state)
    match known:
        case Accepted() | Suspended():
            return known
        case Submitted() | Returned() | Supplementing():
            raise OutOfOrder("not-yet-accepted", "it has not been accepted yet")
        case _:
            raise Closed.of(ended(known))


def concluded(state: State) -> Concluded:
    """A case that came to its end and is not archived."""
    known = lodged(state)
    match known:
        case Decided() | ClosedCase():
            return known
        case Archived():
            raise Closed.of(ended(known))
        case _:
            raise OutOfOrder("not-yet-concluded", "it has not been concluded yet")


def ended(case: Ended) -> Reason:
    if isinstance(case, Archived):
        return Reason(
            "case-archived",
            "the case ended: {result}, archived as {number}",
            result=case.ending.result,
            number=case.archive_number,
        )
    return Reason("case-ended", "the case ended: {result}", result=case.ending.result)


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


def _began(state: Lodged) -> date:
    """The day since which the case is as it is; for one that is handled, that of acceptance."""
    match state:
        case Submitted():
            return state.application.arrived_on
        case Returned():
            return state.returned.document.on
        case Supplementing():
            return state.notice.on
        case Accepted() | Suspended():
            return state.handling.accepted_on
        case Decided() | ClosedCase() | Archived():
            return state.ending.on


def acceptance_overdue(application: Application, today: date, calendar: Calendar) -> bool:
    """Whether the five days in which the applicant must be told (art. 32) have passed."""
    due = due_date(application.arrived_on, ACCEPTANCE, (), (), calendar)
    return due is not None and today > due


# What every end of a phase leaves


def document(application: Application, kind: DocumentKind, on: date) -> Document:
    serial = sum(1 for one in application.documents if one.kind is kind) + 1
    return Document(number=document_number(application.number, kind, serial), kind=kind, on=on)


def conclusion(result: Result, on: date) -> e.CaseConcluded:
    return e.CaseConcluded(result=result, on=on)
