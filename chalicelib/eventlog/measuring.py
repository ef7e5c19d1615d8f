"""How consumers stand, as it is measured each minute: what it reads is bounded for each of them."""

from collections.abc import Iterable
from typing import Final, NamedTuple

from .consumers import Consumer
from .feed import Source
from .views.port import Views

# What is parked is counted up to here: whoever is woken for it need not know how much more it is.
COUNTED: Final = 1000


class Measure(NamedTuple):
    """
    `lag` is how many events of the log are still to come, `parked` how many are set aside, COUNTED
    if it is more; `stale` that the view waits for a rebuild.
    """

    name: str
    lag: int
    parked: int
    stale: bool


def measured(consumers: Iterable[Consumer], source: Source, views: Views) -> list[Measure]:
    """Raises StoreError, ViewsError."""
    head = source.log.head()
    return [_measured(consumer, views, head) for consumer in consumers]


def _measured(consumer: Consumer, views: Views, head: int) -> Measure:
    generation = views.live(consumer.name)
    if generation is None:
        return Measure(consumer.name, head, 0, stale=False)
    position = views.position(consumer.name)
    parked = views.parked_count(generation, COUNTED)
    # Read before, the head may have been passed since.
    lag = max(0, head - position)
    return Measure(consumer.name, lag, parked, generation.signature != consumer.signature)
