"""
Metrics as lines of JSON in the log: CloudWatch's embedded metric format.

Source: "Specification: Embedded metric format" in Amazon CloudWatch's user guide. Written by hand:
of the libraries that do it, aws-lambda-powertools takes 40 ms of every cold start to import, and
aws-embedded-metrics 220.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from threading import Lock
from time import time
from typing import TextIO

NAMESPACE = "Banjian"
# CloudWatch takes so many values of a metric in one line.
MOST = 100

Dimensions = tuple[tuple[str, str], ...]
Values = dict[str, list[float]]


class Metrics:
    """
    Keeps what is counted until `flush`, which writes one line for each set of dimensions: those
    given with the count, and Stage. Every value is kept, so that CloudWatch can tell the sum, the
    maximum and how many there were.
    """

    def __init__(self, stage: str, stream: TextIO, clock: Callable[[], float] = time) -> None:
        self._stage = stage
        self._stream = stream
        self._clock = clock
        self._held: dict[Dimensions, Values] = {}
        self._lock = Lock()

    def count(self, metric: str, value: float = 1, /, **dimensions: str) -> None:
        key = (("Stage", self._stage), *sorted(dimensions.items()))
        with self._lock:
            values = self._held.setdefault(key, {})
            values.setdefault(metric, []).append(value)
            if len(values[metric]) == MOST:
                self._write([(key, self._held.pop(key))])

    def flush(self) -> None:
        with self._lock:
            held, self._held = self._held, {}
            self._write(list(held.items()))

    def _write(self, held: Sequence[tuple[Dimensions, Values]]) -> None:
        if held:
            at = round(self._clock() * 1000)
            lines = (line(at, dict(dimensions), values) for dimensions, values in held)
            self._stream.write("".join(f"{one}\n" for one in lines))
            self._stream.flush()


def line(at: int, dimensions: Mapping[str, str], values: Mapping[str, Sequence[float]]) -> str:
    """`at` in milliseconds since 1970; up to MOST values of each metric."""
    directive = {
        "Namespace": NAMESPACE,
        "Dimensions": [list(dimensions)],
        "Metrics": [{"Name": metric, "Unit": "Count"} for metric in values],
    }
    told = {metric: some[0] if len(some) == 1 else some for metric, some in values.items()}
    document = {"_aws": {"Timestamp": at, "CloudWatchMetrics": [directive]}, **dimensions, **told}
    return json.dumps(document, ensure_ascii=False)
