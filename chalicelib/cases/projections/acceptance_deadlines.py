"""Cases that wait to be accepted, by the last day on which the applicant can still be told."""

from collections.abc import Iterable
from datetime import date

from ...clock.calendar import Calendar
from ...clock.clock import ACCEPTANCE
from ...eventlog.envelope import Recorded
from ...eventlog.timers import due_at
from ...eventlog.views.port import Entry, Projection, Row
from ..domain import events as e
from . import case_summary
from .due_days import due_days

NAME = "acceptance_deadlines"
DUE = "due"
EVENTS = frozenset(
    {
        e.CaseSubmitted,
        e.CaseResubmitted,
        e.SupplementSubmitted,
        e.SupplementRequested,
        e.SubmissionReturned,
        e.CaseAccepted,
        e.CaseDeemedAccepted,
        e.CaseConcluded,
    }
)


def projection(calendar: Calendar) -> Projection:
    """The five working days of art. 32 are reckoned with `calendar`."""

    due_on = due_days(calendar)

    def evolve(row: Row | None, event: Recorded) -> Row | None:
        match event.data:
            case e.CaseSubmitted() | e.CaseResubmitted() as sent:
                due = due_on(sent.on, ACCEPTANCE).day
                return _row(event, due)
            case e.SupplementSubmitted() as sent if row is not None:
                due = due_on(sent.on, ACCEPTANCE).day
                return _row(event, due)
            case e.SupplementRequested() | e.SubmissionReturned() if row is not None:
                return _row(event, None)
            case e.CaseAccepted() | e.CaseDeemedAccepted() | e.CaseConcluded():
                return None
            case _:
                return row

    signature = case_summary.signature(2, calendar)
    return Projection(
        NAME, signature, case_summary.key, evolve, entries, by_stream=True, events=EVENTS
    )


def _row(event: Recorded, due: date | None) -> Row:
    """`version` is that of the event that the due day follows from."""
    day = due and due.isoformat()
    return {"case_id": case_summary.key(event), "due": day, "version": event.version}


def entries(row: Row) -> Iterable[Entry]:
    if row["due"] is not None:
        yield due_at(DUE, row["due"], row["case_id"])
