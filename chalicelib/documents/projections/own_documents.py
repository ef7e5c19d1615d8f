"""Documents that no case was handed in with yet, by owner, and by how long they have been left."""

from collections.abc import Iterable

from ...eventlog.envelope import Recorded
from ...eventlog.timers import due_at
from ...eventlog.views.port import Entry, Projection, Row
from ..application.discarding import DUE, OWNER, VIEW, moment
from ..domain import document

NAME = VIEW
EVENTS = frozenset({document.DocumentReceived, document.DocumentUsed, document.DocumentDiscarded})


def key(event: Recorded) -> str:
    return event.stream.removeprefix(f"{document.CATEGORY}-")


def evolve(row: Row | None, event: Recorded) -> Row | None:
    match event.data:
        case document.DocumentReceived(tracked=True) as received:
            return {
                "id": key(event),
                "owner": received.owner,
                "sha256": received.sha256,
                "size": received.size,
                "media_type": received.media_type,
                "generation": received.generation,
                "received_at": moment(event.recorded_at),
                "version": event.version,
            }
        case document.DocumentUsed() | document.DocumentDiscarded():
            return None
        case _:
            return row


def entries(row: Row) -> Iterable[Entry]:
    sort = f"{row['received_at']} {row['id']}"
    yield Entry(OWNER, row["owner"], sort)
    yield due_at(DUE, sort, row["id"])


PROJECTION = Projection(NAME, "2", key, evolve, entries, by_stream=True, events=EVENTS)
