"""
Consumers (消费者): what follows the log, each from its own checkpoint.

A projection makes rows, exactly once: rows and checkpoint are committed together. A subscriber has
side effects, at least once: it may be given an event again, and must find in its own stream that it
has been there. Events of one stream come in order. What a consumer cannot take is parked, and what
follows in that stream is parked behind it; all others go on.
"""

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from functools import partial
from time import monotonic, sleep
from typing import Final, NamedTuple, assert_never

from .decoding import Decoded
from .envelope import Recorded
from .feed import Feed, Source, skips
from .outages import PATIENCE, Interrupted, of_world
from .parking import Stop, Take, Taken, handle, never
from .ports import Log
from .readable import check_readable
from .skipping import State as Skips
from .timers import Timer
from .views.folding import rows_of
from .views.port import (
    Batch,
    Change,
    Checkpoint,
    Generation,
    Overtaken,
    Parked,
    Projection,
    Views,
    ViewsError,
)

logger = logging.getLogger(__name__)

# What a subscriber may do again after a crash: the work of this many seconds, and one event.
PACE = 1.0
# How long a commit of another process may go unnoticed, in seconds.
POLL = 0.025
SOME = 1000
# An attempt that took longer, in seconds, was no short blip of the world.
BLIP: Final = 2.0


class Subscriber(NamedTuple):
    """
    `handle` raises when it cannot do its work; it is tried `attempts` times in all, `pause` seconds
    apart at first and twice as long each time. Only `events` are given to it, None for all there
    are. It returns False where it had nothing to do: then it has not shown that what it needs can
    be reached (see parking.py).
    """

    name: str
    handle: Take
    attempts: int = 4
    pause: float = 0.1
    events: frozenset[type] | None = None

    @property
    def signature(self) -> str:
        return ""


Consumer = Projection | Subscriber | Timer


class Outdated(ViewsError):
    """The view was built under another signature: by another release, or calendar."""

    def __init__(self, view: str) -> None:
        super().__init__(f"{view} was built by another release or calendar; rebuild it")
        self.view = view


class Step(NamedTuple):
    events: int
    parked: int


class Progress(NamedTuple):
    """`position` is where the consumer stands now; the rest is what was done to get there."""

    position: int
    events: int
    parked: int


class Work(NamedTuple):
    """A consumer with the generation that it works on, and what it passes over."""

    consumer: Consumer
    generation: Generation
    skipped: Skips


class Status(NamedTuple):
    """
    `lag` is how many events of the log are still to come; `last_failure` the parked event that was
    tried last; `stale` that the view waits for a rebuild. `waiting` are those behind an outage that
    one event met alone less than an hour ago: they are not told as parked yet.
    """

    name: str
    kind: str
    position: int
    lag: int
    parked: int
    last_failure: Parked | None
    stale: bool
    waiting: int = 0


def live(consumer: Consumer, views: Views) -> Generation:
    """What `consumer` works on; raises Outdated."""
    found = views.live(consumer.name) or views.create(consumer.name, consumer.signature)
    if found.signature != consumer.signature:
        raise Outdated(consumer.name)
    return found


def live_work(consumer: Consumer, source: Source, views: Views) -> Work:
    return Work(consumer, live(consumer, views), skips(source, consumer.name))


def catch_up(
    consumer: Consumer,
    feed: Feed,
    views: Views,
    *,
    until: int | None = None,
    stop: Stop = never,
) -> Progress:
    """
    Take all commits that end at or before position `until`, or all there are. Several workers may
    do so at once: each batch counts for one of them. At an outage it ends, with what came before
    it done. Raises Outdated, Ahead, Unreadable, ViewsError.
    """
    try:
        return go_on(consumer, feed, views, until=until, stop=stop)
    except Interrupted as outage:
        logger.warning("%s", outage, exc_info=outage.cause)
        return Progress(views.position(consumer.name), 0, 0)


def go_on(
    consumer: Consumer,
    feed: Feed,
    views: Views,
    *,
    until: int | None = None,
    stop: Stop = never,
) -> Progress:
    """As `catch_up`; raises Interrupted too."""
    events = parked = 0
    while not stop():
        step = advance(consumer, feed, views, until=until, stop=stop)
        if step is None:
            break
        events, parked = events + step.events, parked + step.parked
    return Progress(views.position(consumer.name), events, parked)


def advance(
    consumer: Consumer,
    feed: Feed,
    views: Views,
    *,
    until: int | None = None,
    stop: Stop = never,
) -> Step | None:
    """One batch; None if there was nothing left to take. Raises as `go_on`."""
    if isinstance(consumer, Timer):
        return None  # it is woken by a schedule, and its view follows the log
    try:
        work = live_work(consumer, feed.source, views)
        return take_batch(work, feed, views, until=until, stop=stop, readable=check_readable)
    except Overtaken:
        return Step(0, 0)


def take_batch(  # noqa: PLR0913 - as `advance`
    work: Work,
    feed: Feed,
    views: Views,
    *,
    until: int | None = None,
    stop: Stop = never,
    readable: Callable[[str, Source, Sequence[Decoded]], None] | None = None,
) -> Step | None:
    """
    As `advance`, on any generation; raises Overtaken besides. What cannot be read is parked, unless
    `readable` raises.
    """
    generation = work.generation
    was = views.checkpoint(generation)
    batch = feed.after(was.position, was.hash)
    if until is not None:
        batch = [one for one in batch if one.commit.last_position <= until]
    if not batch:
        return None
    if readable is not None:
        readable(work.consumer.name, feed.source, batch)
    take, changes = taker(work, views, batch)
    streams = {one.commit.stream for one in batch}
    # Views share what was read, and are quick; a subscriber writes its checkpoint now and then.
    alone = isinstance(work.consumer, Subscriber)
    taken = handle(
        batch,
        take,
        work.skipped,
        views.blocked(generation, streams),
        stop=stop if alone else never,
        pace=PACE if alone else None,
    )
    if taken.outage is not None:
        return _interrupted(work, views, was, taken)
    step = Batch(was, taken.position, changes(), taken.parked, hash=taken.hash)
    views.commit(generation, step)
    _log(work.consumer, taken.parked)
    return Step(taken.events, len(taken.parked))


def _interrupted(work: Work, views: Views, was: Checkpoint, taken: Taken) -> Step:
    """Raises Interrupted, at the commit that met the outage; a view keeps nothing of the batch."""
    if isinstance(work.consumer, Subscriber) and taken.events:
        step = Batch(was, taken.position, (), taken.parked, hash=taken.hash)
        views.commit(work.generation, step)
        _log(work.consumer, taken.parked)
    assert taken.outage is not None  # noqa: S101 - why it was called
    raise Interrupted(work.consumer.name, taken.outage)


def taker(
    work: Work, views: Views, batch: Sequence[Decoded], *, late: bool = False
) -> tuple[Take, Callable[[], list[Change]]]:
    """What takes one event, and what tells the rows that it changed (`late`: see Rows)."""
    consumer = work.consumer
    match consumer:
        case Projection():
            rows = rows_of(consumer, work.generation, views, batch, late=late)
            return rows.take, rows.changes
        case Subscriber():
            return partial(_patiently, consumer), list
        case Timer():
            raise TypeError(f"{consumer.name} takes no events")
        case _:
            assert_never(consumer)


def _patiently(subscriber: Subscriber, event: Recorded) -> object:
    if subscriber.events is not None and type(event.data) not in subscriber.events:
        return False
    for attempt in range(1, subscriber.attempts):
        began = monotonic()
        try:
            return subscriber.handle(event)
        except Exception as error:
            if of_world(error) and monotonic() - began > BLIP:
                raise
            sleep(subscriber.pause * 2 ** (attempt - 1))
    return subscriber.handle(event)


def _log(consumer: Consumer, parked: Iterable[Parked]) -> None:
    for one in parked:
        if one.failure is not None:
            # Without the message, which may quote somebody's data; the parked list has it.
            event = f"{one.stream}@{one.version}"
            logger.warning(
                "%s parked %s: %s at %s", consumer.name, event, one.failure.kind, one.failure.where
            )


def wait_for(views: Views, consumer: str, min_position: int, timeout: float) -> bool:
    """Until `consumer` has come to `min_position`; False if it has not within `timeout` seconds."""
    end = monotonic() + timeout
    while True:
        rung = views.bell.rung
        if views.position(consumer) >= min_position:
            return True
        left = end - monotonic()
        if left <= 0:
            return False
        views.bell.wait(rung, min(left, POLL))


def wait_for_place(log: Log, stream: str, version: int, timeout: float) -> int | None:
    """
    The position of an event, as soon as the log tells it (a sequencer takes a moment); None if it
    has not within `timeout` seconds.
    """
    end = monotonic() + timeout
    while (place := log.place(stream, version)) is None and monotonic() < end:
        sleep(POLL)
    return place


KINDS: Final = {Projection: "view", Subscriber: "subscriber", Timer: "timer"}


def status(consumers: Iterable[Consumer], source: Source, views: Views) -> list[Status]:
    head = source.log.head()
    return [_status(consumer, views, head) for consumer in consumers]


def _status(consumer: Consumer, views: Views, head: int) -> Status:
    kind = KINDS[type(consumer)]
    generation = views.live(consumer.name)
    position = views.position(consumer.view.name if isinstance(consumer, Timer) else consumer.name)
    if generation is None:
        return Status(consumer.name, kind, position, head - position, 0, None, stale=False)
    count, waiting, last = 0, set[str](), None
    for one in all_parked(generation, views):
        count += 1
        if one.failure and (last is None or one.parked_at >= last.parked_at):
            last = one
        if waits(one, datetime.now(UTC)):
            waiting.add(one.stream)
    held = (
        sum(1 for one in all_parked(generation, views) if one.stream in waiting) if waiting else 0
    )
    stale = generation.signature != consumer.signature
    lag = head - position
    return Status(consumer.name, kind, position, lag, count - held, last, stale, held)


def waits(parked: Parked, now: datetime) -> bool:
    """Whether it met an outage alone a short while ago, and may pass yet."""
    return parked.of_world and now - parked.parked_at < PATIENCE


def all_parked(generation: Generation, views: Views, stream: str | None = None) -> Iterator[Parked]:
    """In order of position; of one stream, or of all."""
    after = 0
    while some := views.parked(generation, stream, after=after, limit=SOME):
        yield from some
        after = some[-1].position
