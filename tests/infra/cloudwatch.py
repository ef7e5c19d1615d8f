"""
How CloudWatch evaluates an alarm, as far as ours need it.

Source: "Configuring how CloudWatch alarms treat missing data" in Amazon CloudWatch's user guide. It
looks at more periods than it evaluates, how many more it does not say. Are there as many datapoints
among them as it evaluates, the newest of these decide, and what is missing counts for nothing. If
not, what is missing counts as the alarm says. So an alarm for silence rings a few periods late.
"""

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

# Periods beyond those that are evaluated: whatever it is, our alarms must not depend on it.
BEYOND = (0, 1, 2, 3)

Json = dict[str, Any]


class Sample(NamedTuple):
    """A value that was measured so many seconds after the beginning."""

    at: float
    value: float


def rung(alarm: Json, samples: Iterable[Sample], until: float, beyond: int) -> Iterator[float]:
    """The ends of the periods at which the alarm is in ALARM, in seconds."""
    period = alarm["Period"]
    points: dict[int, list[float]] = {}
    for at, value in samples:
        points.setdefault(int(at // period), []).append(value)
    looked_at = alarm["EvaluationPeriods"] + beyond
    for last in range(looked_at, int(until // period)):
        seen = [points.get(n) for n in range(last - looked_at + 1, last + 1)]
        if _is_alarm(alarm, [_statistic(alarm, one) for one in seen if one is not None]):
            yield (last + 1) * period


def _is_alarm(alarm: Json, found: list[float]) -> bool:
    periods = alarm["EvaluationPeriods"]
    breaching = [_breaches(alarm, one) for one in found[-periods:]]
    missing = periods - len(breaching)
    breaching += [alarm["TreatMissingData"] == "breaching"] * missing
    return bool(sum(breaching) >= alarm["DatapointsToAlarm"])


def _breaches(alarm: Json, value: float) -> bool:
    if alarm["ComparisonOperator"] == "LessThanThreshold":
        return bool(value < alarm["Threshold"])
    assert alarm["ComparisonOperator"] == "GreaterThanThreshold"
    return bool(value > alarm["Threshold"])


def _statistic(alarm: Json, values: list[float]) -> float:
    match alarm.get("Statistic", alarm.get("ExtendedStatistic")):
        case "Sum":
            return sum(values)
        case "Maximum" | "p99":
            return max(values)
        case "Minimum":
            return min(values)
        case "Average":
            return sum(values) / len(values)
        case other:
            raise ValueError(other)
