"""From a case number to the case."""

from collections.abc import Iterable

from ...eventlog.envelope import Recorded
from ...eventlog.views.port import Entry, Projection, Row
from ..domain import events as e

NAME = "case_numbers"
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
    return {"case_id": event.stream.removeprefix("case-")}


def entries(_row: Row) -> Iterable[Entry]:
    return ()


PROJECTION = Projection(NAME, "1", key, evolve, entries, by_stream=True, events=EVENTS)
