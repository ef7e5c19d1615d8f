"""Cases that wait to be accepted, by the last day on which the applicant can still be told."""

from collections.abc import Iterable

from ...clock.calendar import Calendar
from ...clock.clock import ACCEPTANCE
from ...eventlog.envelope import Recorded
from ...eventlog.views.port import Entry, Projection, Row
from ..domain import events as e
from . import case_summary
from .due_days import due_days

NAME = "acceptance_deadlines"
PARTITION = "waiting"
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
                return {"case_id": case_summary.key(event), "due": due and due.isoformat()}
            case e.SupplementSubmitted() as sent if row is not None:
                due = due_on(sent.on, ACCEPTANCE).day
                return {**row, "due": due and due.isoformat()}
            case e.SupplementRequested() | e.SubmissionReturned() if row is not None:
                return {**row, "due": None}
            case e.CaseAccepted() | e.CaseDeemedAccepted() | e.CaseConcluded():
                return None
            case _:
                return row

    signature = case_summary.signature(1, calendar)
    return Projection(
        NAME, signature, case_summary.key, evolve, entries, by_stream=True, events=EVENTS
    )


def entries(row: Row) -> Iterable[Entry]:
    if row["due"] is not None:
        yield Entry("due", PARTITION, row["due"])
