"""From a case number to the case, and from whose it is to the cases."""

from collections.abc import Iterable

from ...eventlog.envelope import Recorded
from ...eventlog.views.port import Entry, Projection, Row
from ..domain import events as e

NAME = "case_numbers"
HOLDER = "holder"
EVENTS = frozenset({e.CaseSubmitted, e.CaseImported})


def key(event: Recorded) -> str | None:
    match event.data:
        case e.CaseSubmitted() as submitted:
            return submitted.number
        case e.CaseImported() as imported:
            return imported.reference
        case _:
            return None


def evolve(_row: Row | None, event: Recorded) -> Row:
    row = {"case_id": event.stream.removeprefix("case-")}
    if isinstance(event.data, e.CaseSubmitted) and event.data.holder is not None:
        row |= {"holder": event.data.holder, "submitted_on": event.data.on.isoformat()}
    return row


def entries(row: Row) -> Iterable[Entry]:
    """By whose it is, the newest submission last."""
    if "holder" in row:
        yield Entry(HOLDER, row["holder"], f"{row['submitted_on']} {row['case_id']}")


PROJECTION = Projection(NAME, "2", key, evolve, entries, by_stream=True, events=EVENTS)
