"""
The real sequencer under the load of a region, in simulated time.

`sequence` runs as it is, over a ledger and segments in memory, whose calls take as long as those of
AWS do: their latencies are assumptions (world.py), the time of our own code is measured (see
measured.py). Around it: commits that arrive at random, one stream of records for each
partition of the events' table, and Lambda, which asks each of them four times a second, gives all
that is there (up to a batch) to one invocation, and asks again when that has ended.
"""

import re
from bisect import bisect_right
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from math import ceil
from random import Random, seed
from statistics import quantiles
from typing import NamedTuple, cast
from zlib import crc32

from chalicelib.eventlog.ports import GENESIS, CommandId, Commit, chained
from chalicelib.eventlog.sequencing.plan import Arrival, lane_of
from chalicelib.eventlog.sequencing.ports import Cursor, Ledger, Segments, Sequencer, Streams
from chalicelib.eventlog.sequencing.sequencer import Unfinished, sequence

from .world import Cpu, Load, SimulatedLedger, SimulatedSegments, SimulatedStreams, World

POLL = 0.25  # AWS Lambda asks each shard four times a second (its developer guide)
BATCH = 500  # as infra/lambdas.py has it
WARM_UP = 0.25  # of the time, before which no latency counts
SOON = 0.1  # of the commits follow another one of their stream within the simulated time
# Commits in each hour of a working day, as a multiple of the year's mean. With 250 such days of the
# year, and a tenth of the mean at all other times, the mean of the year is 1.
PEAK = 10.0
QUIET = 0.1
BUSY = 2.056
_MORNING = (BUSY, PEAK, BUSY, BUSY)  # from 8
_AFTERNOON = (BUSY, PEAK, BUSY, BUSY)  # from 14
WORKING_DAY = (*[QUIET] * 8, *_MORNING, *[QUIET] * 2, *_AFTERNOON, *[QUIET] * 6)
_HEX = re.compile(rb"\b[0-9a-f]{32}\b")


class Result(NamedTuple):
    """
    Latencies are from the commit to the log, in seconds; of what was not there at the end, the time
    that it had waited. `conflicts`: the share of advances that were lost to somebody faster.
    `gaps`: queries that filled one. `busy`: invocations at a time, on average.
    """

    load: Load
    sequenced_per_s: float
    waiting: int
    p50: float
    p99: float
    segments_per_s: float
    commits_per_segment: float
    conflicts: float
    lost_merges: int
    gaps: int
    orphans: int
    units_per_commit: float
    unfinished: int
    busy: float


def simulate(load: Load, cpu: Cpu, case: Sequence[Commit]) -> Result:
    """`case` is the whole stream of one; the simulated cases have its bodies, with other ids."""
    return _result(simulated(load, cpu, case))


def simulated(load: Load, cpu: Cpu, case: Sequence[Commit]) -> World:
    """How everything stands at the end."""
    world = World(load, cpu)
    # The sequencer draws its pauses from here.
    seed(load.seed)
    shards = _shards(world, _Cases(world, case))
    world.clock.run([_following(world, one) for one in shards], load.seconds)
    return world


class _Cases:
    """Commits of cases that are somewhere on their way; what came before is in the log."""

    def __init__(self, world: World, case: Sequence[Commit]) -> None:
        self._world, self._case = world, case
        self._random = world.random
        self._recent: list[tuple[str, int]] = []  # a stream, and how many commits it has

    def next(self, at: float) -> Commit:
        if self._recent and self._random.random() < SOON:
            stream, step = self._recent.pop(self._random.randrange(len(self._recent)))
        else:
            step = self._random.randrange(len(self._case))
            stream = self._begun(step)
        commit = self._commit(stream, step)
        if step + 1 < len(self._case):
            self._recent.append((stream, step + 1))
        self._world.table[stream].append((at, commit))
        self._world.committed[stream].append((commit.last_version, at))
        return commit

    def _begun(self, step: int) -> str:
        world, stream = self._world, f"case-{_hex(self._random)}"
        world.table[stream], world.committed[stream] = [], deque()
        if step:
            lane = lane_of(Cursor(stream), world.load.lanes)
            version = self._case[step].version - 1
            world.cursors[stream] = Cursor(
                stream, lane, version, self._random.randbytes(32), version
            )
        return stream

    def _commit(self, stream: str, step: int) -> Commit:
        stored = self._world.table[stream]
        cursor = self._world.cursors.get(stream, Cursor(stream))
        return _like(
            self._random, self._case[step], stream, stored[-1][1].hash if stored else cursor.hash
        )


def like_others(case: Sequence[Commit], number: int) -> Sequence[Commit]:
    """So many commits of a region's cases: each the first of its stream, with a body of `case`."""
    random = Random(number)  # noqa: S311 - the same each time
    streams = (f"case-{_hex(random)}" for _ in range(number))
    likes = (case[at % len(case)]._replace(version=1) for at in range(number))
    return [
        _like(random, like, stream, GENESIS) for like, stream in zip(likes, streams, strict=True)
    ]


def _like(random: Random, like: Commit, stream: str, before: bytes) -> Commit:
    """With the ids of another case: equal bodies would compress to nothing."""
    account, key = _hex(random)[:8], _hex(random)
    body = _HEX.sub(lambda _: _hex(random).encode(), like.body)
    command = CommandId(f"citizen-{account}:{key}", random.randbytes(32))
    commit = Commit(stream, like.version, like.length, command, body, b"")
    return commit._replace(hash=chained(before, commit))


def _hex(random: Random) -> str:
    return f"{random.getrandbits(128):032x}"


def _shards(world: World, cases: _Cases) -> Sequence[Sequence[tuple[float, Arrival]]]:
    """What each shard has, in order of the time from which it can be read."""
    shards: list[list[tuple[float, Arrival]]] = [[] for _ in range(world.load.shards)]
    for number, at in enumerate(_times(world.load, world.random)):
        commit = cases.next(at)
        arrival = Arrival(str(number), commit.stream, commit.version, commit)
        shard = shards[_shard(world.load, commit.stream)]
        shard.append((at + world.seconds("stream"), arrival))
    return [sorted(one, key=lambda record: record[0]) for one in shards]


def _times(load: Load, random: Random) -> Iterator[float]:
    """A Poisson process; of that of the peak, as many as the hour has of it."""
    at = random.expovariate(load.rate)
    while at < load.seconds:
        hour = int(24 * at / load.seconds)
        if not load.day or random.random() < WORKING_DAY[hour] / PEAK:
            yield at
        at += random.expovariate(load.rate)


def _shard(load: Load, stream: str) -> int:
    if load.by_lane:
        return max(0, lane_of(Cursor(stream), load.lanes) - 1)
    return crc32(stream.encode()) % load.shards


def _following(world: World, records: Sequence[tuple[float, Arrival]]) -> Callable[[], None]:
    """Lambda, on one shard."""
    phase = world.random.uniform(0, POLL)

    def follow() -> None:
        done = 0
        world.clock.sleep(phase)
        while done < len(records):
            wait = records[done][0] - world.clock.now
            if wait > 0:
                world.clock.sleep(ceil(wait / POLL) * POLL + world.load.window)
            elif world.busy >= world.load.at_once:
                world.clock.sleep(POLL)
            else:
                until = bisect_right(records, world.clock.now, key=lambda record: record[0])
                done += _invoked(
                    world, [one for _, one in records[done : min(until, done + BATCH)]]
                )

    return follow


def _invoked(world: World, batch: Sequence[Arrival]) -> int:
    """How many of them need not come again."""
    clock, begin = world.clock, world.clock.now
    world.busy += 1
    try:
        world.takes("invoke")
        clock.sleep(world.cpu.parse * len(batch))
        sequence(_sequencer(world), batch)
    except Unfinished as unfinished:
        world.counts["unfinished"] += 1
        return [one.record for one in batch].index(unfinished.record)
    else:
        return len(batch)
    finally:
        world.busy -= 1
        world.busy_seconds += clock.now - begin


def _sequencer(world: World) -> Sequencer:
    return Sequencer(
        # Nothing is parked here, swept or healed, so these have no such methods.
        cast("Ledger", SimulatedLedger(world)),
        cast("Segments", SimulatedSegments(world)),
        cast("Streams", SimulatedStreams(world)),
        lanes=world.load.lanes,
        notify=lambda _: world.takes("Publish"),
        pause=world.clock.sleep,
        new_id=lambda: _hex(world.random),
    )


def _result(world: World) -> Result:
    load, counts = world.load, world.counts
    warm = load.seconds * WARM_UP
    waiting = [at for some in world.committed.values() for _, at in some]
    waiting += [at for some in world.in_lane.values() for at in some]
    waited = [took for at, took in world.taken if at >= warm]
    waited += [load.seconds - at for at in waiting if at >= warm]
    hundredths = quantiles(waited, n=100)
    there = sum(at + took >= warm for at, took in world.taken)
    attempts, lost = counts["advances"], counts["lost advances"]
    segments = attempts - lost
    return Result(
        load,
        sequenced_per_s=there / (load.seconds - warm),
        waiting=len(waiting),
        p50=hundredths[49],
        p99=hundredths[98],
        segments_per_s=segments / load.seconds,
        commits_per_segment=counts["commits"] / segments,
        conflicts=lost / attempts,
        lost_merges=counts["lost merges"],
        gaps=counts["gaps"],
        orphans=counts["objects"] - segments,
        units_per_commit=1 + counts["units"] / counts["commits"],
        unfinished=counts["unfinished"],
        busy=world.busy_seconds / load.seconds,
    )
