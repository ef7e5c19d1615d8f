"""How a consumer stands, as it is measured each minute: what that reads is bounded."""

from datetime import UTC, datetime
from typing import Final, NamedTuple

from pydantic_core import from_json

from ..eventlog.consumers import Consumer
from ..eventlog.feed import Source
from ..eventlog.ports import Commit
from ..eventlog.views.port import Views

# What is parked is counted up to here: whoever is woken for it need not know how much more it is.
COUNTED: Final = 1000
_LONG_AGO: Final = datetime(1970, 1, 1, tzinfo=UTC)


class Measure(NamedTuple):
    """
    `lag` is how many events of the log are still to come, `behind` for how many seconds the first
    of them has been stored; `parked` how many are set aside, COUNTED if it is more; `stale` that
    the view waits for a rebuild.
    """

    name: str
    lag: int
    behind: float
    parked: int
    stale: bool


def measured(consumer: Consumer, source: Source, views: Views, now: datetime) -> Measure:
    """Raises StoreError, ViewsError."""
    generation = views.live(consumer.name)
    position = views.position(consumer.name)
    parked = 0 if generation is None else views.parked_count(generation, COUNTED)
    stale = generation is not None and generation.signature != consumer.signature
    # Read last: a consumer that goes on meanwhile is not ahead of it.
    head = source.log.head()
    waiting = source.log.read(position, 1) if position < head else ()
    behind = max(((now - _stored(one)).total_seconds() for one in waiting), default=0.0)
    return Measure(consumer.name, max(0, head - position), max(0.0, behind), parked, stale)


def _stored(commit: Commit) -> datetime:
    """When, as its body says; long ago, if it is none."""
    try:
        return datetime.fromisoformat(from_json(commit.body)["recorded_at"])
    except (KeyError, TypeError, ValueError):
        return _LONG_AGO
