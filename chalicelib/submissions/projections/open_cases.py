"""Cases that have no result yet, by whom they are for and for what: duplicates are found here."""

from collections.abc import Iterable

from ...cases.domain import events as e
from ...cases.projections import case_summary
from ...eventlog.envelope import Recorded
from ...eventlog.views.port import Entry, Projection, Row
from ..application import duplicates

NAME = duplicates.VIEW
EVENTS = frozenset({e.CaseSubmitted, e.CaseConcluded})


def evolve(row: Row | None, event: Recorded) -> Row | None:
    match event.data:
        case e.CaseSubmitted() as sent if sent.holder is not None:
            return {
                "case_id": sent.case_id,
                "number": sent.number,
                "item": sent.item.code,
                "holder": sent.holder,
                "submitted_on": sent.on.isoformat(),
            }
        case e.CaseConcluded():
            return None
        case _:
            return row


def entries(row: Row) -> Iterable[Entry]:
    """By holder and item, the newest submission last."""
    listed = duplicates.partition(row["holder"], row["item"])
    yield Entry(duplicates.INDEX, listed, f"{row['submitted_on']} {row['number']}")


PROJECTION = Projection(NAME, "1", case_summary.key, evolve, entries, by_stream=True, events=EVENTS)
