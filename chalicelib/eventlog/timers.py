"""
Timers (定时): "at T do X, if it is still so".

A timer keeps rows by the moment when each is due, in a view that is derived from the facts anew
whenever they change: an event of the stream, another calendar, another release. One schedule wakes
all timers; each reads what is due, and never what there is. What cannot be done for a reason of its
own is parked under the timer's name, and looked after as parked events are (`banjian consumers`);
all others go on. At an outage a run ends early, and the next one tries again.
"""

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from random import sample
from typing import Final, NamedTuple
from zlib import crc32

from .feed import Source, skips
from .outages import PROBES, Interrupted, of_world
from .parking import Stop, failure_of, never, of_the_world
from .skipping import State as Skips
from .telemetry import Telemetry
from .views.port import Batch, Cursor, Entry, Generation, Overtaken, Parked, Projection, Row, Views

logger = logging.getLogger(__name__)

# A list in the order of time has all that is new at its end: one partition would be written there
# alone, and takes 1,000 writes a second (see adapters/dynamodb/views.py).
SHARDS: Final = 16
BATCH: Final = 200
# How many of the parked one run looks at: what it reads does not grow with how much is parked.
LOOKS: Final = 100


def due_at(index: str, moment: str, key: str) -> Entry:
    """Where the row of `key` is listed by the moment when it is due."""
    return Entry(index, f"{crc32(key.encode()) % SHARDS:x}", moment)


class Fact(NamedTuple):
    """What made a row due: an event, by its stream and version."""

    stream: str
    version: int


class Timer(NamedTuple):
    """
    Rows of `view`, each of one stream and keyed by its name without the category, are listed in
    the index `listed` by `due_at`. Those before `until(now)` are due, none if that is None. `do`
    tells whether it did anything, and raises if it cannot; twice must be once. `of` is what made a
    row due.

    It runs when it is woken in the first minutes of each `every`: what is due by the day need not
    be read every few minutes.
    """

    name: str
    view: Projection
    listed: str
    until: Callable[[datetime], str | None]
    do: Callable[[Row], bool]
    of: Callable[[Row], Fact]
    now: Callable[[], datetime]
    every: int = 5

    @property
    def signature(self) -> str:
        return ""

    @property
    def events(self) -> frozenset[type]:
        """Its view is given events; it has none of its own."""
        return frozenset()


class Fired(NamedTuple):
    """`done` did something; `parked` could not."""

    done: int
    parked: int


def generation_of(timer: Timer, views: Views) -> Generation:
    """Where the parked ones of a timer are kept."""
    return views.live(timer.name) or views.create(timer.name, timer.signature)


def is_its_time(timer: Timer, now: datetime, minutes: int) -> bool:
    """Whether a timer that is woken every so many minutes runs this time."""
    utc = now.astimezone(UTC)
    return (utc.hour * 60 + utc.minute) % max(timer.every, minutes) < minutes


def run(timer: Timer, source: Source, views: Views, *, stop: Stop = never) -> Fired:
    """Do what is due. Raises Interrupted if all that was tried met an outage, ViewsError."""
    until = timer.until(timer.now())
    if until is None:
        return Fired(0, 0)
    its = _Run(timer, source, views)
    for rows in _due(timer, views, until):
        its.take(rows, stop)
        if stop() or its.out:
            break
    return its.end()


def _due(timer: Timer, views: Views, until: str) -> Iterator[Sequence[Row]]:
    # In another order each time: what keeps meeting an outage cannot stand before all others.
    for shard in sample(range(SHARDS), SHARDS):
        after: Cursor | None = None
        while True:
            page = views.page(
                timer.view.name, timer.listed, f"{shard:x}", upper=until, after=after, limit=BATCH
            )
            yield page.rows
            after = page.cursor
            if after is None:
                break


class _Try(NamedTuple):
    """A row that is due; `parked` if it met an outage alone before."""

    row: Row
    parked: Parked | None


class _Run:
    def __init__(self, timer: Timer, source: Source, views: Views) -> None:
        self._timer, self._source, self._views = timer, source, views
        self._generation = generation_of(timer, views)
        self._skipped: Skips = skips(source, timer.name)
        self._met: list[tuple[_Try, Exception]] = []
        self._free: list[int] = []
        self._passed = False
        self._looks = LOOKS
        self._done = self._parked = 0

    @property
    def out(self) -> bool:
        """Whether it is taken for what all would meet."""
        return not self._passed and len(self._met) >= PROBES

    def take(self, rows: Sequence[Row], stop: Stop) -> None:
        """Each by itself, whatever becomes of another."""
        failed: list[tuple[_Try, Exception]] = []
        for one in self._tried(rows):
            if stop() or self.out:
                break
            failed += self._one(one)
        self._write(failed)

    def _tried(self, rows: Sequence[Row]) -> Iterator[_Try]:
        facts = [self._timer.of(row) for row in rows]
        blocked = self._views.blocked(self._generation, {one.stream for one in facts})
        for row, fact in zip(rows, facts, strict=True):
            if fact in self._skipped:
                continue
            if fact.stream not in blocked:
                yield _Try(row, None)
            elif (parked := self._again(fact)) is not None:
                yield _Try(row, parked)

    def _again(self, fact: Fact) -> Parked | None:
        """What met an outage alone, or became due for another reason since it was parked."""
        if not self._looks:
            return None
        self._looks -= 1
        for one in self._views.parked(self._generation, fact.stream, limit=1):
            if one.of_world or one.version != fact.version:
                return one
        return None

    def _one(self, one: _Try) -> Iterable[tuple[_Try, Exception]]:
        try:
            did = self._timer.do(one.row)
        except Exception as error:  # noqa: BLE001 - whatever it is, only this one shall wait for it
            if not of_world(error):
                return [(one, error)]
            self._met.append((one, error))
        else:
            self._done += did
            self._passed = self._passed or did
            self._free += [] if one.parked is None else [one.parked.position]
        return []

    def end(self) -> Fired:
        if self._met and not self._passed:
            raise Interrupted(self._timer.name, self._met[0][1])
        self._write([one for one in self._met if one[0].parked is None])
        return Fired(self._done, self._parked)

    def _write(self, failed: Sequence[tuple[_Try, Exception]]) -> None:
        park = [
            parked
            for one, error in failed
            if (parked := parked_at(self._timer, self._source, one.row, error)) is not None
        ]
        old = (one.parked.position for one, _ in failed if one.parked is not None)
        free = {*self._free, *old} - {one.position for one in park}
        if not park and not free:
            return
        was = self._views.checkpoint(self._generation)
        position = max([was.position, *(one.position for one in park)])
        try:
            self._views.commit(self._generation, Batch(was, position, (), park, sorted(free)))
        except Overtaken:
            return  # another run was faster, or somebody retries: they are still due
        self._free = []
        self._parked += len(park)
        for one in park:
            tell(self._timer, one)


def parked_at(timer: Timer, source: Source, row: Row, error: Exception) -> Parked | None:
    """None while the log does not tell where its event is."""
    stream, version = timer.of(row)
    position = source.log.place(stream, version)
    if position is None:
        return None
    failure = of_the_world(error) if of_world(error) else failure_of(error)
    return Parked(position, stream, version, "", position, datetime.now(UTC), failure)


def moment_of(timer: Timer, row: Row) -> str:
    """When it is due, as it is listed; behind everything if it is not."""
    sorts = (one.sort for one in timer.view.entries(row) if one.index == timer.listed)
    return next(sorts, "\U0010ffff")


def tell(timer: Timer, parked: Parked) -> None:
    """Without the message, which may quote somebody's data; the parked list has it."""
    if parked.failure is not None:
        kind, _, where = parked.failure
        event = f"{parked.stream}@{parked.version}"
        logger.warning("%s parked %s: %s at %s", timer.name, event, kind, where)


def run_all(timers: Iterable[Timer], source: Source, views: Views, telemetry: Telemetry) -> None:
    """Each by itself, whatever stops another. Raises the first failure, once all have run."""
    failures = []
    for timer in timers:
        try:
            run(timer, source, views)
        except Interrupted as outage:
            logger.warning("%s; its next run tries again", outage, exc_info=outage.__cause__)
            telemetry.count("Outage", 1, Consumer=timer.name)
        except Exception as failure:
            logger.exception("%s failed; its next run tries again", timer.name)
            failures.append(failure)
    if failures:
        raise failures[0]


# What is parked


def retry_stream(timer: Timer, source: Source, views: Views, stream: str) -> int:
    """Try it again: how many are parked no longer. Raises Overtaken, ViewsError."""
    generation = generation_of(timer, views)
    was = views.checkpoint(generation)
    free, still = [], []
    for one in views.parked(generation, stream):
        failed = _again(timer, source, views, one)
        if failed is None:
            free.append(one.position)
        else:
            still.append(failed)
    views.commit(generation, Batch(was, None, (), still, free))
    return len(free)


def _again(timer: Timer, source: Source, views: Views, parked: Parked) -> Parked | None:
    """None if it was done, or is not due any more: what is, the next run will find."""
    if (parked.stream, parked.version) in skips(source, timer.name):
        return None
    row = views.get(timer.view.name, parked.stream.partition("-")[2])
    until = timer.until(timer.now())
    as_it_was = row is not None and timer.of(row) == (parked.stream, parked.version)
    if row is None or not as_it_was or until is None or moment_of(timer, row) >= until:
        return None
    try:
        timer.do(row)
    except Exception as error:  # noqa: BLE001 - as in a run
        failure = of_the_world(error) if of_world(error) else failure_of(error)
        since = parked.parked_at if parked.of_world and failure.of_world else datetime.now(UTC)
        return parked._replace(failure=failure, parked_at=since)
    return None
