"""
What Prometheus is told, by its own library, which is imported when somebody asks for metrics and
not before: it is no part of what serves.

Counters of both processes, and what is looked up at the moment: lag, room, heartbeat.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final

from prometheus_client import REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)

from .counts import BOUNDS, Counts, Sum, Times
from .watchman import Watchman

# What the processes count, by the names of counts.py: what it is, and by what it is told apart.
COUNTERS: Final[dict[str, tuple[str, tuple[str, ...]]]] = {
    "requests": ("Requests that were answered.", ("method", "route", "status")),
    "errors": ("Lines of level ERROR, those too that were suppressed.", ("process", "logger")),
    "store_failures": (
        "Failures of a store: what kind, and the name that SQLite, AWS or the system has for it.",
        ("process", "kind", "cause"),
    ),
    "counted": ("What the subjects count: Revealed, StaffWithoutPerson.", ("process", "metric")),
    "commits": ("Commits that were appended.", ("process",)),
    "commit_batches": ("Transactions that they were appended in.", ("process",)),
    "consumers_restarts": ("How often the consumers' process was started anew.", ("why",)),
    "connections_refused": ("Connections that were turned away.", ()),
}
FILES: Final = ("events.db", "events.db-wal", "views.db", "views.db-wal")


def exposition(counts: Counts, watchman: Watchman) -> bytes:
    registry = CollectorRegistry()
    registry.register(_Collector(counts, watchman))
    return generate_latest(registry) + generate_latest(REGISTRY)


class _Collector:
    def __init__(self, counts: Counts, watchman: Watchman) -> None:
        self._counts, self._watchman = counts, watchman

    def collect(self) -> Iterator[Metric]:
        yield from _counters([*_of(self._counts.sums(), "service"), *_known(self._watchman)])
        yield _latency(self._counts.times())
        yield from _gauges(self._watchman)

    def describe(self) -> Iterable[Metric]:
        """Nothing: to describe them is to look them up."""
        return ()


def _of(sums: Iterable[Sum], process: str) -> Iterator[Sum]:
    for one in sums:
        if "process" in COUNTERS[one.name][1]:
            yield one._replace(labels=(("process", process), *one.labels))
        else:
            yield one


def _known(watchman: Watchman) -> Iterator[Sum]:
    batches, commits = watchman.written()
    yield Sum("commits", (("process", "service"),), commits)
    yield Sum("commit_batches", (("process", "service"),), batches)
    if (served := watchman.served()) is not None:
        yield Sum("connections_refused", (), served.refused)
    if (pulse := watchman.pulse()) is not None:
        yield from _of((one for one in pulse.counts if one.name in COUNTERS), "consumers")
        for why, times in pulse.restarts.items():
            yield Sum("consumers_restarts", (("why", why),), times)


def _counters(sums: Iterable[Sum]) -> Iterator[Metric]:
    made = {
        name: CounterMetricFamily(f"banjian_{name}", said, labels=labels)
        for name, (said, labels) in COUNTERS.items()
    }
    for one in sums:
        labels = dict(one.labels)
        names = COUNTERS[one.name][1]
        made[one.name].add_metric([labels.get(name, "") for name in names], one.value)
    yield from made.values()


def _latency(times: Iterable[Times]) -> Metric:
    family = HistogramMetricFamily(
        "banjian_request_seconds",
        "From the request to its reply, before that is sent.",
        labels=("method", "route"),
    )
    for one in times:
        labels, below, buckets = dict(one.labels), 0, []
        for bound, number in zip([*map(str, BOUNDS), "+Inf"], one.buckets, strict=True):
            below += number
            buckets.append((bound, below))
        family.add_metric([labels["method"], labels["route"]], buckets, one.total)
    return family


def _gauges(watchman: Watchman) -> Iterator[Metric]:
    failing, details = watchman.condition().failing, watchman.details()
    yield _gauge("ready", "1 if the service does its work.", not failing)
    yield _labelled("failing", "1 for what fails.", "check", dict.fromkeys(failing, 1))
    yield _gauge("log_position", "The last one of the log.", details.position)
    yield _gauge("disk_free_bytes", "What the service may still take.", details.free)
    yield _gauge("disk_size_bytes", "Of the file system with the data.", details.size)
    yield _gauge("heartbeat_seconds", "Since the consumers' process was heard.", details.beat)
    if (served := watchman.served()) is not None:
        yield _gauge("connections", "That are open.", served.connections)
    lag = {one.name: one.lag for one in details.consumers}
    parked = {one.name: one.parked for one in details.consumers}
    yield _labelled("lag_events", "Events that a consumer has still to take.", "consumer", lag)
    yield _labelled("parked_events", "Events that it could not take.", "consumer", parked)
    sizes = dict(_sizes(watchman.data))
    yield _labelled("file_bytes", "Of a file of the data.", "file", sizes)


def _gauge(name: str, said: str, value: Any) -> Metric:
    family = GaugeMetricFamily(f"banjian_{name}", said)
    if value is not None:
        family.add_metric([], float(value))
    return family


def _labelled(name: str, said: str, label: str, values: dict[str, int]) -> Metric:
    family = GaugeMetricFamily(f"banjian_{name}", said, labels=[label])
    for one, value in values.items():
        family.add_metric([one], value)
    return family


def _sizes(data: Path) -> Iterator[tuple[str, int]]:
    for name in FILES:
        try:
            yield name, (data / name).stat().st_size
        except OSError:
            continue
