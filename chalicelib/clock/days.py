"""
The arithmetic of the clock (时限计算), on ordinals (`date.toordinal`).

A stretch is a run of days in which the clock runs: (first, last), both included. Whatever the
order in which pauses were entered, and however they overlap, their stretches are the same.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from .calendar import Calendar
from .legal_limits import Limit, Unit

Stretch = tuple[int, int]
END = date.max.toordinal()


@dataclass(frozen=True, slots=True)
class Pause:
    """
    挂起: a stop of the clock. A fraction of a day counts as a whole one, so neither `since` nor
    `until` counts; `until` is None while it lasts. `reason` is a SpecialProcedure or another code,
    `basis` the law that allows it. Raises ValueError if it ends before it begins.
    """

    reason: str
    basis: str
    since: date
    until: date | None = None
    by: str = ""
    document: str | None = None

    def __post_init__(self) -> None:
        if self.until is not None and self.until < self.since:
            raise ValueError(f"a pause since {self.since} cannot end before, on {self.until}")


@dataclass(frozen=True, slots=True)
class Extension:
    """延长: `days` more, in the unit of the limit. Raises ValueError if there are none."""

    days: int
    basis: str
    document: str | None
    by: str
    on: date

    def __post_init__(self) -> None:
        if self.days < 1:
            raise ValueError(f"an extension by {self.days} days extends nothing")


def interval(pause: Pause) -> Stretch:
    return pause.since.toordinal(), END if pause.until is None else pause.until.toordinal()


def stretches(start: date, pauses: Iterable[Pause]) -> list[Stretch]:
    """Where the clock runs after `start`; the last stretch has no end unless a pause is open."""
    day = start.toordinal() + 1
    found: list[Stretch] = []
    for since, until in sorted(map(interval, pauses)):
        if since > day:
            found.append((day, since - 1))
        day = max(day, until + 1)
    if day <= END:
        found.append((day, END))
    return found


def clipped(runs: Iterable[Stretch], first: int, last: int) -> list[Stretch]:
    """What lies from `first` to `last`."""
    cut = ((max(a, first), min(b, last)) for a, b in runs)
    return [(a, b) for a, b in cut if a <= b]


def nth_working(runs: Iterable[Stretch], nth: int, calendar: Calendar) -> int | None:
    """The nth working day in `runs`, or None if they have fewer."""
    for first, last in runs:
        day, worked = first - 1, calendar.worked_by(first - 1)
        while nth and day < last:
            # n days hold at most n working days, so no step passes the one that is sought.
            day = min(day + nth, last)
            before, worked = worked, calendar.worked_by(day)
            nth -= worked - before
        if not nth:
            return day
    return None


def nth_day(runs: Iterable[Stretch], nth: int) -> int | None:
    for first, last in runs:
        if first + nth - 1 <= last:
            return first + nth - 1
        nth -= last - first + 1
    return None


def count(runs: Iterable[Stretch], unit: Unit, calendar: Calendar) -> int:
    """How many days of `unit` lie in `runs`, which must have an end."""
    if unit == "calendar_days":
        return sum(last - first + 1 for first, last in runs)
    return sum(calendar.worked_by(last) - calendar.worked_by(first - 1) for first, last in runs)


def covered(calendar: Calendar, first: int, last: int) -> bool:
    """Whether official notices settle every day from `first` to `last`."""
    return calendar.first.toordinal() <= first and last <= calendar.published_through.toordinal()


def extended(
    runs: Sequence[Stretch], limit: Limit, more: int, unit: Unit, calendar: Calendar
) -> tuple[int | None, int | None]:
    """
    As `ends`, of a limit that is extended by `more` days of `unit`: they are counted where those of
    the limit end, or with them if they are of the same unit.
    """
    if unit == limit.unit or not more:
        return ends(runs, limit.days + more, limit.unit, calendar)
    last, _ = ends(runs, limit.days, limit.unit, calendar)
    if last is None:
        return None, None
    return ends(clipped(runs, last + 1, END), more, unit, calendar)


def ends(
    runs: Sequence[Stretch], days: int, unit: Unit, calendar: Calendar
) -> tuple[int | None, int | None]:
    """
    The last of `days` counted days, and the due date: that day, or, where calendar days end on a
    day that is not worked, the next working day (Civil Code, art. 203). None if `runs` end before.
    """
    if unit == "working_days":
        due = nth_working(runs, days, calendar)
        return due, due
    last = nth_day(runs, days)
    if last is None:
        return None, None
    return last, nth_working(clipped(runs, last, END), 1, calendar)
