"""
Segments that nothing refers to: of a sequencer that died, or that was not the first.

An object's key holds the position that it was written for. Once its lane has passed that position
without it, nothing can refer to it any more, however slow its writer is: the writer's transaction
asks that the lane end right before it. So what a sweep deletes needs no clock. The age limit is a
second wall, and lets the mark pass: behind the mark, no writer is at work any more.
"""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from itertools import takewhile

from .plan import first_of, lane_prefix
from .ports import LOG, Sequencer, Written

# A Lambda function ends within 15 minutes.
AGE = timedelta(hours=1)
PAGE = 1000
SOME = 100


def sweep(its: Sequencer, *, age: timedelta = AGE, whole: bool = False) -> int:
    """
    Delete what nothing refers to, and tell how many objects that were. It goes on where the last
    sweep ended; `whole` begins at the beginning. Raises Unavailable.
    """
    return sum(_sweep(its, lane, age, whole=whole) for lane in (LOG, *its.ledger.heads().lanes))


def _sweep(its: Sequencer, lane: int, age: timedelta, *, whole: bool) -> int:
    deleted = 0
    after = "" if whole else its.ledger.swept(lane)
    while page := its.segments.written(lane_prefix(lane), after=after, limit=PAGE):
        old = _old(its, lane, page, age)
        for key in _orphans(its, lane, old):
            its.segments.delete(key)
            deleted += 1
        after = page[-1].key
        if old:
            its.ledger.mark_swept(lane, old[-1].key)
        if len(old) < len(page):
            break
    return deleted


def _old(its: Sequencer, lane: int, page: Sequence[Written], age: timedelta) -> list[Written]:
    """Up to the first that may still be referred to."""
    # Read after the page, or an object could be put and referred to in between.
    head = its.ledger.head(lane).position
    born = its.now() - age
    return list(takewhile(lambda one: first_of(one.key) <= head and one.at <= born, page))


def _orphans(its: Sequencer, lane: int, old: Sequence[Written]) -> Iterator[str]:
    if not old:
        return
    known = _known(its, lane, first_of(old[0].key), first_of(old[-1].key))
    yield from (one.key for one in old if one.key not in known)


def _known(its: Sequencer, lane: int, first: int, last: int) -> set[str]:
    """The keys of all segments of the lane that hold a position from `first` to `last`."""
    known: set[str] = set()
    after = first - 1
    while after < last and (some := its.ledger.index(lane, after, SOME)):
        known.update(one.key for one in some)
        after = some[-1].last
    return known
