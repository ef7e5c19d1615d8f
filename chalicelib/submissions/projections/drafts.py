"""Drafts, by whom they are for, and by how long they have been left."""

from collections.abc import Iterable

from ...cases.domain import events as e
from ...cases.projections import case_summary
from ...documents.application.discarding import moment
from ...eventlog.envelope import Recorded
from ...eventlog.timers import due_at
from ...eventlog.views.port import Entry, Projection, Row
from ..application.drafts import DUE, OWNER, VIEW

NAME = VIEW
EVENTS = frozenset({e.CaseDrafted, e.DraftDiscarded, e.CaseSubmitted})


def evolve(row: Row | None, event: Recorded) -> Row | None:
    match event.data:
        case e.CaseDrafted() as draft:
            return {
                "case_id": draft.case_id,
                "item": draft.item.code,
                "item_name": draft.item.name,
                "variant": draft.variant,
                "saved_by": draft.saved_by,
                "applicant": draft.applicant.account,
                "entity": draft.applicant.entity,
                "documents": sorted({one.sha256 for one in draft.materials}),
                "version": event.version,
                "saved_at": moment(event.recorded_at),
            }
        case e.DraftDiscarded() | e.CaseSubmitted():
            return None
        case _:
            return row


def entries(row: Row) -> Iterable[Entry]:
    """By whoever saved it, by applicant and by company, and by when it expires; last saved last."""
    sort = f"{row['saved_at']} {row['case_id']}"
    people = {f"account:{row[who]}" for who in ("saved_by", "applicant") if row[who]}
    companies = {f"entity:{row['entity']}"} if row["entity"] else set()
    for partition in people | companies:
        yield Entry(OWNER, partition, sort)
    yield due_at(DUE, sort, row["case_id"])


PROJECTION = Projection(NAME, "2", case_summary.key, evolve, entries, by_stream=True, events=EVENTS)
