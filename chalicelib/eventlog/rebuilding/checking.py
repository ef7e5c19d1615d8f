"""
Whether live views are what the log gives: rows, the places where they are listed, what is parked.

They are built anew beside the live ones, as for a rebuild and as quickly, as far as the live ones
have come; then the place where they are kept says which keys may differ, and those are looked at. A
checkpoint that somebody moved shows in the rows that are missing, or too many.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from typing import Final, NamedTuple

from ..consumers import Work, all_parked, live, take_batch
from ..feed import Feed
from ..parking import never
from ..views.port import Generation, Overtaken, Projection, Views
from .bulk_rebuild import Crew
from .rebuilds import OnProgress, beside, quietly, share_out

# How many keys are looked at at a time.
SOME: Final = 500
ROUNDS: Final = 1000


class _Pair(NamedTuple):
    """The view as it should be, and the live one."""

    work: Work
    over: Generation
    feed: Feed
    views: Views


def differences(projection: Projection, feed: Feed, views: Views) -> Iterator[str]:
    """Of one view; see `check`."""
    yield from check([projection], feed, views)[projection.name]


def check(
    projections: Sequence[Projection],
    feed: Feed,
    views: Views,
    *,
    progress: OnProgress = quietly,
    crew: Crew | None = None,
) -> Mapping[str, Sequence[str]]:
    """
    By view, what is not as the log gives it: keys of rows that differ, are listed elsewhere or
    claim events behind the checkpoint, and `parked STREAM@VERSION` for an event that is parked and
    should not be, or the other way round. Others may go on keeping the views up. Raises Outdated,
    Ahead, ViewsError, StoreError; Overtaken if a view is swapped meanwhile or never stands still.
    """
    overs = {one.name: live(one, views) for one in projections}
    found: dict[str, Sequence[str]] = {}
    with ExitStack() as building:
        works = {one.name: building.enter_context(beside(one, feed, views)) for one in projections}
        unfit = _begun(list(works.values()), feed, views, progress, crew)
        for one in projections:
            # What was written of one that cannot be built in parts cannot be gone on with.
            anew = one.name in unfit
            work = building.enter_context(beside(one, feed, views)) if anew else works[one.name]
            pair = _Pair(work, overs[one.name], feed, views)
            _align(pair)
            found[one.name] = list(_differing_in(pair))
    views.sweep()
    return found


def _begun(
    works: Sequence[Work], feed: Feed, views: Views, progress: OnProgress, crew: Crew | None
) -> frozenset[str]:
    """Build together what can be, as far as all live ones have come; which could not be."""
    end = min((views.position(work.consumer.name) for work in works), default=0)
    feed.check(max((views.position(work.consumer.name) for work in works), default=0))
    shared = [
        work
        for work in works
        if crew is not None
        and isinstance(work.consumer, Projection)
        and work.consumer.by_stream
        and end >= crew.worth
    ]
    if crew is None or not shared:
        return frozenset()
    built = share_out(crew, shared, end, views, progress, never)
    done = {work.consumer.name for work in built}
    return frozenset(work.consumer.name for work in shared) - done


def _align(pair: _Pair) -> None:
    """Come as far as the live view."""
    work, _, feed, views = pair
    while take_batch(work, feed, views, until=views.position(work.consumer.name)):
        pass


def _differing_in(pair: _Pair) -> Iterator[str]:
    suspects = list(pair.views.suspects(pair.over, pair.work.generation))
    for at in range(0, len(suspects), SOME):
        yield from _differing(pair, suspects[at : at + SOME])
    yield from _differently_parked(pair)


def _differing(pair: _Pair, keys: Sequence[str]) -> Sequence[str]:
    """Those that differ while the live view stands still, and we at the same place."""
    for _ in range(ROUNDS):
        seen, still = _still(pair)
        keys = _unequal(pair, keys, seen)
        if not keys or (still and seen == pair.views.checkpoint(pair.over).position):
            return keys
        _align(pair)
    raise Overtaken(f"{pair.over.view} never stood still")


def _still(pair: _Pair) -> tuple[int, bool]:
    """Where the live view is, and whether we are at the same place."""
    seen = pair.views.checkpoint(pair.over).position
    return seen, seen == pair.views.checkpoint(pair.work.generation).position


def _unequal(pair: _Pair, keys: Sequence[str], reached: int) -> Sequence[str]:
    theirs = pair.views.stored(pair.over, keys)
    ours = pair.views.stored(pair.work.generation, keys)
    kept = pair.views.kept(pair.over, keys)
    return [
        key
        for key in keys
        if theirs.get(key) != ours.get(key) or (key in kept and kept[key].applied > reached)
    ]


def _differently_parked(pair: _Pair) -> Iterator[str]:
    for _ in range(ROUNDS):
        seen, still = _still(pair)
        theirs, ours = _parked(pair.over, pair.views), _parked(pair.work.generation, pair.views)
        other = sorted(theirs ^ ours)
        if not other or (still and seen == pair.views.checkpoint(pair.over).position):
            yield from (f"parked {stream}@{version}" for _, stream, version in other)
            return
        _align(pair)
    raise Overtaken(f"{pair.over.view} never stood still")


def _parked(generation: Generation, views: Views) -> set[tuple[int, str, int]]:
    found = all_parked(generation, views)
    return {(one.position, one.stream, one.version) for one in found}
