"""Views built anew from the log, to take the place of the live ones."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager

from ..consumers import Consumer, Work, take_batch
from ..feed import Feed, Source, skips
from ..parking import Stop, never
from ..retries import retry_stream
from ..views.port import Projection, Views
from .bulk_rebuild import Crew, finish, orders

OnProgress = Callable[[int, int], None]


class NoView(Exception):
    """A consumer with side effects cannot be rebuilt: they would happen again."""

    def __init__(self, consumer: str) -> None:
        super().__init__(f"{consumer} is not a view: what it did would be done again")


class Stopped(Exception):
    """The rebuild was told to stop; the live views are as they were."""


def quietly(_done: int, _total: int) -> None:
    pass


def rebuild(  # noqa: PLR0913 - what may be given, beside what must
    consumers: Sequence[Consumer],
    feed: Feed,
    views: Views,
    *,
    progress: OnProgress = quietly,
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
            return [building.enter_context(beside(one, feed, views)) for one in some]

        built: list[Work] = []
        if crew is not None and shared:
            works = begun(shared)
            digest = _hash_at(feed.source, end)
            built = share_out(crew, works, end, views, progress, stop, digest)
        done = {work.consumer.name for work in built}
        works = begun([one for one in projections if one.name not in done])
        build_in_order(works, feed, views, progress, stop)
        for work in (*built, *works):
            take_over(work, feed, views)
    views.sweep()


def share_out(  # noqa: PLR0913, PLR0917 - what a rebuild is given, and how far it goes
    crew: Crew,
    works: Sequence[Work],
    end: int,
    views: Views,
    progress: OnProgress,
    stop: Stop,
    digest: bytes = b"",
) -> list[Work]:
    """
    Those that were built in parts; `digest` is the hash of the log at `end`, if it is known. Raises
    Stopped, ViewsError, StoreError.
    """
    generations = [work.generation for work in works]
    skipped = [work.skipped for work in works]
    told = orders(generations, skipped, end, crew.size)
    done = crew.run(told, lambda position: progress(position, end), stop)
    if len(done) < len(told):
        raise Stopped
    return [work for work in works if finish(work.generation, end, done, views, digest)]


def _hash_at(source: Source, position: int) -> bytes:
    return b"" if source.hash_at is None else source.hash_at(position) or b""


def _projection(consumer: Consumer) -> Projection:
    if not isinstance(consumer, Projection):
        raise NoView(consumer.name)
    return consumer


@contextmanager
def beside(projection: Projection, feed: Feed, views: Views) -> Iterator[Work]:
    """A generation beside the live one; given up at the end, unless it has become the live one."""
    skipped = skips(feed.source, projection.name)
    generation = views.begin_rebuild(projection.name, projection.signature)
    try:
        yield Work(projection, generation, skipped)
    finally:
        views.abandon(generation)


def build_in_order(
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
