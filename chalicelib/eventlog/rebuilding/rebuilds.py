"""Views built anew from the log: to take the place of the live one, or to check it."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import NamedTuple

from ..consumers import Consumer, Work, live, take_batch
from ..feed import Feed, Source, skips
from ..parking import Stop, never
from ..retries import retry_stream
from ..views.port import Generation, Overtaken, Projection, Stored, Views
from .bulk_rebuild import Crew, finish, orders

OnProgress = Callable[[int, int], None]

# How many keys are compared at a time.
SOME = 500
ROUNDS = 1000
NOTHING = Stored(None, frozenset())


class NoView(Exception):
    """A consumer with side effects cannot be rebuilt: they would happen again."""

    def __init__(self, consumer: str) -> None:
        super().__init__(f"{consumer} is not a view: what it did would be done again")


class Stopped(Exception):
    """The rebuild was told to stop; the live views are as they were."""


def _quietly(_done: int, _total: int) -> None:
    pass


def rebuild(  # noqa: PLR0913 - what may be given, beside what must
    consumers: Sequence[Consumer],
    feed: Feed,
    views: Views,
    *,
    progress: OnProgress = _quietly,
    stop: Stop = never,
    crew: Crew | None = None,
) -> None:
    """
    Build views beside the live ones, which others may go on reading and keeping up, and let each
    take over once it is as far. The views share the reading of the log; where the log is long and
    there is a `crew`, this shares out the work. `progress` gets the position and the end of the
    log. Raises NoView, Stopped, Ahead, ViewsError; Overtaken if somebody gave up one of the
    rebuilds. The live views are then as they were.
    """
    projections = [_projection(consumer) for consumer in consumers]
    end = feed.source.log.head()
    shared = [one for one in projections if crew and one.by_stream and end >= crew.worth]
    with ExitStack() as building:

        def begun(some: Sequence[Projection]) -> list[Work]:
            return [building.enter_context(_beside(one, feed, views)) for one in some]

        built: list[Work] = []
        if crew is not None and shared:
            works = begun(shared)
            built = _share_out(crew, works, end, views, progress, stop)
        done = {work.consumer.name for work in built}
        works = begun([one for one in projections if one.name not in done])
        _build(works, feed, views, progress, stop)
        for work in (*built, *works):
            take_over(work, feed, views)
    views.sweep()


def _share_out(  # noqa: PLR0913, PLR0917 - what a rebuild is given, and how far it goes
    crew: Crew, works: Sequence[Work], end: int, views: Views, progress: OnProgress, stop: Stop
) -> list[Work]:
    """Those that were built in parts. Raises Stopped, ViewsError, StoreError."""
    generations = [work.generation for work in works]
    skipped = [work.skipped for work in works]
    told = orders(generations, skipped, end, crew.size)
    done = crew.run(told, lambda position: progress(position, end), stop)
    if len(done) < len(told):
        raise Stopped
    return [work for work in works if finish(work.generation, end, done, views)]


def _projection(consumer: Consumer) -> Projection:
    if not isinstance(consumer, Projection):
        raise NoView(consumer.name)
    return consumer


@contextmanager
def _beside(projection: Projection, feed: Feed, views: Views) -> Iterator[Work]:
    """A generation beside the live one; given up at the end, unless it has become the live one."""
    skipped = skips(feed.source, projection.name)
    generation = views.begin_rebuild(projection.name, projection.signature)
    try:
        yield Work(projection, generation, skipped)
    finally:
        views.abandon(generation)


def _build(
    works: Sequence[Work], feed: Feed, views: Views, progress: OnProgress, stop: Stop
) -> None:
    pending = works
    while pending:
        if stop():
            raise Stopped
        pending = [work for work in pending if take_batch(work, feed, views)]
        done = min(views.checkpoint(work.generation).position for work in works)
        progress(done, feed.source.log.head())


def take_over(work: Work, feed: Feed, views: Views) -> None:
    name, signature = work.consumer.name, work.consumer.signature
    while True:
        while take_batch(work, feed, views):
            pass
        over = views.live(name) or views.create(name, signature)
        # Read before the skips: whoever skips something later also moves this checkpoint.
        seen = views.checkpoint(over)
        feed.check(seen.position)
        work = _with_new_skips(work, feed.source, views)
        if views.swap(work.generation, over, seen):
            return


def _with_new_skips(work: Work, source: Source, views: Views) -> Work:
    now = work._replace(skipped=skips(source, work.consumer.name))
    for stream in {stream for stream, _ in now.skipped - work.skipped}:
        retry_stream(now, source, views, stream)
    return now


def differences(projection: Projection, feed: Feed, views: Views) -> Iterator[str]:
    """
    Keys whose row in the live view, or whose places in lists, are not what the log gives. Others
    may go on keeping the view up. Raises Outdated, Ahead, ViewsError; Overtaken if the view is
    swapped meanwhile or never stands still.
    """
    over = live(projection, views)
    with _beside(projection, feed, views) as work:
        pair = _Pair(work, over, feed, views)
        _align(pair)
        for keys in _pages(over, views):
            yield from _differing(pair, keys)
        for keys in _pages(work.generation, views):
            known = views.stored(over, keys)
            yield from _differing(pair, [key for key in keys if known.get(key) == NOTHING])
    views.sweep()


class _Pair(NamedTuple):
    """The view as it should be, and the live one."""

    work: Work
    over: Generation
    feed: Feed
    views: Views


def _align(pair: _Pair) -> None:
    """Come as far as the live view."""
    work, _, feed, views = pair
    while take_batch(work, feed, views, until=views.position(work.consumer.name)):
        pass


def _pages(generation: Generation, views: Views) -> Iterator[Sequence[str]]:
    after = ""
    while keys := views.keys(generation, after, SOME):
        yield keys
        after = keys[-1]


def _differing(pair: _Pair, keys: Sequence[str]) -> Sequence[str]:
    """Those that differ while the live view stands still, and we at the same place."""
    work, over, _, views = pair
    for _ in range(ROUNDS):
        seen = views.checkpoint(over)
        ours = views.checkpoint(work.generation)
        keys = _unequal(pair, keys)
        if not keys or (seen.position == ours.position and seen == views.checkpoint(over)):
            return keys
        _align(pair)
    raise Overtaken(f"{over.view} never stood still")


def _unequal(pair: _Pair, keys: Sequence[str]) -> Sequence[str]:
    theirs = pair.views.stored(pair.over, keys)
    ours = pair.views.stored(pair.work.generation, keys)
    return [key for key in keys if theirs.get(key) != ours.get(key)]
