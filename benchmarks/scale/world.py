"""What the simulated sequencer works with: a ledger, segments and streams that take their time."""

from bisect import bisect_right
from collections import Counter, deque
from collections.abc import Callable, Sequence
from math import exp, log
from random import Random
from typing import NamedTuple

from chalicelib.adapters.dynamodb.items import write_units
from chalicelib.adapters.dynamodb.ledger_items import cursor_item
from chalicelib.eventlog.ports import Commit
from chalicelib.eventlog.sequencing.ports import LOG, Advance, Cursor, Head, Heads, Merge, Segment

from .clock import Clock

KEYS_AT_ONCE = 100  # of a BatchGetItem
_Z99 = 2.326  # of the normal distribution


class Latency(NamedTuple):
    """Log-normal, in seconds; `more` for each item."""

    p50: float
    p99: float
    more: float = 0.0

    @property
    def spread(self) -> float:
        return log(self.p99 / self.p50) / _Z99

    @property
    def mean(self) -> float:
        return self.p50 * exp(self.spread**2 / 2)

    def drawn(self, random: Random, items: int = 0) -> float:
        return self.p50 * exp(random.gauss(0, self.spread)) + self.more * items


# Assumptions: AWS publishes "single-digit milliseconds" for DynamoDB, "roughly 100-200 ms" for
# small objects of S3 (performance guidelines), and "near real time" for the table's stream. What is
# usually seen inside of one region lies between 0.5 and 2 times these.
LATENCIES = {
    "stream": Latency(0.100, 0.500),
    "invoke": Latency(0.010, 0.060),
    "GetItem": Latency(0.004, 0.015),
    "BatchGetItem": Latency(0.008, 0.030),
    "Query": Latency(0.005, 0.020),
    "TransactWriteItems": Latency(0.012, 0.050, 0.0002),
    "PutItem": Latency(0.005, 0.020),
    "PutObject": Latency(0.040, 0.200),
    "Publish": Latency(0.015, 0.060),
}


class Cpu(NamedTuple):
    """Seconds of our own code: for each record, each planned arrival, each commit of a segment."""

    parse: float
    plan: float
    encode: float


class Load(NamedTuple):
    """
    `rate`: commits a second at the peak, at random; `day`: the hours of a working day pass within
    `seconds`, else all of it is the peak; `shards`: of the table's stream; `at_once`: invocations;
    `window`: for how many seconds Lambda waits for more before it calls; `by_lane`: not the table's
    shards, but a feed with one shard for each lane; `slow`: a factor on the latency of S3.
    """

    rate: float
    lanes: int
    shards: int
    seconds: float
    at_once: int = 10
    day: bool = False
    window: float = 0.0
    by_lane: bool = False
    slow: float = 1.0
    seed: int = 1


class World:
    """What is there, and how long each call to it takes."""

    def __init__(self, load: Load, cpu: Cpu) -> None:
        self.load, self.cpu = load, cpu
        self.clock = Clock()
        self.random = Random(load.seed)  # noqa: S311 - a history must be the same again
        self.ends: dict[int, Head] = {}
        self.merged: dict[int, int] = {}
        self.cursors: dict[str, Cursor] = {}
        self.index: dict[int, list[Segment]] = {}
        self.table: dict[str, list[tuple[float, Commit]]] = {}
        # When what waits was committed: by stream, and by the key of a segment in a lane.
        self.committed: dict[str, deque[tuple[int, float]]] = {}
        self.in_lane: dict[str, list[float]] = {}
        self.taken: list[tuple[float, float]] = []  # when committed, and how long until the log
        self.writing: dict[str, float] = {}  # until when an item is in a transaction
        self.counts: Counter[str] = Counter()
        self.busy = 0
        self.busy_seconds = 0.0

    def takes(self, call: str, items: int = 0, factor: float = 1.0) -> None:
        self.clock.sleep(self.seconds(call, items) * factor)

    def seconds(self, call: str, items: int = 0) -> float:
        return LATENCIES[call].drawn(self.random, items)

    def in_log(self, times: Sequence[float]) -> None:
        self.taken += [(at, self.clock.now - at) for at in times]


class SimulatedLedger:
    """The part of a Ledger that is used while nothing is parked."""

    def __init__(self, world: World) -> None:
        self._its = world

    def head(self, lane: int) -> Head:
        self._its.takes("GetItem")
        return self._its.ends.get(lane, Head())

    def heads(self) -> Heads:
        self._its.takes("Query")
        lanes = {lane: head.position for lane, head in self._its.ends.items() if lane != LOG}
        return Heads(self._its.ends.get(LOG, Head()).position, dict(self._its.merged), lanes)

    def cursors(self, streams: Sequence[str]) -> dict[str, Cursor]:
        for _ in range(0, len(streams), KEYS_AT_ONCE):
            self._its.takes("BatchGetItem")
        found = {one: self._its.cursors.get(one, Cursor(one)) for one in streams}
        self._its.clock.sleep(self._its.cpu.plan * len(streams))
        return found

    def index(self, lane: int, after: int, limit: int) -> Sequence[Segment]:
        self._its.takes("Query")
        segments = self._its.index.get(lane, [])
        start = bisect_right(segments, after, key=lambda one: one.last)
        return segments[start : start + limit]

    def advance(self, advance: Advance) -> bool:
        its, segment = self._its, advance.segment
        its.clock.sleep(its.cpu.encode * segment.commits)
        its.counts["advances"] += 1
        its.counts["units"] += 2 * (2 + sum(map(_cursor_units, advance.now)))
        if not self._transact(
            f"head {segment.lane}", 2 + len(advance.now), lambda: self._is_next(advance)
        ):
            its.counts["lost advances"] += 1
            return False
        its.ends[segment.lane] = Head(segment.last, segment.digest)
        its.index.setdefault(segment.lane, []).append(segment)
        its.cursors.update((one.stream, one) for one in advance.now)
        its.counts["commits"] += segment.commits
        times = [at for one in advance.now for at in self._leave(one)]
        if segment.lane == LOG:
            its.in_log(times)
        else:
            its.in_lane[segment.key] = times
        return True

    def _is_next(self, advance: Advance) -> bool:
        its, segment = self._its, advance.segment
        return its.ends.get(segment.lane, Head()).position == segment.first - 1 and all(
            its.cursors.get(was.stream, was).version == was.version for was in advance.was
        )

    def _leave(self, cursor: Cursor) -> Sequence[float]:
        waiting, times = self._its.committed[cursor.stream], []
        while waiting and waiting[0][0] <= cursor.version:
            times.append(waiting.popleft()[1])
        return times

    def merge(self, merge: Merge) -> bool:
        its = self._its
        its.counts["merges"] += 1
        its.counts["units"] += 2 * (1 + 2 * len(merge.segments))
        if not self._transact(
            f"head {LOG}",
            1 + 2 * len(merge.segments),
            lambda: its.ends.get(LOG, Head()).position == merge.was.log,
        ):
            its.counts["lost merges"] += 1
            return False
        for one in merge.segments:
            into_log = one.in_log()
            its.index.setdefault(LOG, []).append(into_log)
            its.merged[one.lane] = one.last
            its.ends[LOG] = its.ends.get(LOG, Head())._replace(position=into_log.last)
            its.in_log(its.in_lane.pop(one.key))
        return True

    def _transact(self, item: str, items: int, holds: Callable[[], bool]) -> bool:
        """Who comes while another transaction has the item is refused, as DynamoDB does."""
        its = self._its
        seconds = its.seconds("TransactWriteItems", items)
        if its.writing.get(item, 0.0) > its.clock.now or not holds():
            its.clock.sleep(seconds)
            return False
        # Nobody else can change the item until it is done.
        its.writing[item] = its.clock.now + seconds
        its.clock.sleep(seconds)
        return True


def _cursor_units(cursor: Cursor) -> int:
    return write_units(cursor_item(cursor))


class SimulatedSegments:
    def __init__(self, world: World) -> None:
        self._its = world

    def put(self, _key: str, _content: bytes) -> None:
        self._its.counts["objects"] += 1
        self._its.takes("PutObject", factor=self._its.load.slow)


class SimulatedStreams:
    def __init__(self, world: World) -> None:
        self._its = world

    def newer(self, stream: str, after_version: int) -> Sequence[Commit]:
        self._its.counts["gaps"] += 1
        self._its.takes("Query")
        now = self._its.clock.now
        return [
            one for at, one in self._its.table[stream] if at <= now and one.version > after_version
        ]
