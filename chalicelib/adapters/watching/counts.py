"""What one process counts, until somebody asks: sums and times, by name and labels."""

from bisect import bisect_left
from collections.abc import Iterable
from threading import Lock
from typing import Final, NamedTuple

# Seconds; a submission takes some milliseconds, a request that waits for a list up to five.
BOUNDS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)

Labels = tuple[tuple[str, str], ...]


class Sum(NamedTuple):
    name: str
    labels: Labels
    value: float


class Times(NamedTuple):
    """`buckets`: how many took at most each of BOUNDS, and longer; `total`: their sum, seconds."""

    name: str
    labels: Labels
    buckets: tuple[int, ...]
    total: float


class Counts:
    """Any thread may count; in one thread it takes about a microsecond."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._sums: dict[tuple[str, Labels], float] = {}
        self._times: dict[tuple[str, Labels], tuple[list[int], list[float]]] = {}

    def add(self, name: str, value: float = 1, /, **labels: str) -> None:
        key = name, tuple(labels.items())
        with self._lock:
            self._sums[key] = self._sums.get(key, 0) + value

    def took(self, name: str, seconds: float, /, **labels: str) -> None:
        key = name, tuple(labels.items())
        with self._lock:
            buckets, total = self._times.setdefault(key, ([0] * (len(BOUNDS) + 1), [0.0]))
            buckets[bisect_left(BOUNDS, seconds)] += 1
            total[0] += seconds

    def sums(self) -> list[Sum]:
        with self._lock:
            return [Sum(name, labels, value) for (name, labels), value in self._sums.items()]

    def times(self) -> list[Times]:
        with self._lock:
            return [
                Times(name, labels, tuple(buckets), total[0])
                for (name, labels), (buckets, total) in self._times.items()
            ]


def in_json(some: Iterable[Sum]) -> list[list[object]]:
    return [[one.name, dict(one.labels), one.value] for one in some]


def from_json(told: list[list[object]]) -> list[Sum]:
    """Raises ValueError, TypeError, AttributeError for what `in_json` did not make."""
    found = []
    for name, labels, value in told:
        if not isinstance(labels, dict) or not isinstance(value, int | float):
            raise TypeError("these are no counts")
        pairs = tuple((str(one), str(label)) for one, label in labels.items())
        found.append(Sum(str(name), pairs, value))
    return found
