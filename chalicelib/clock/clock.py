"""
The legal clock (时限) as a ledger: every due date is derived from when the clock started, its
limit, its pauses and its extensions; nothing is ever counted up or down and kept.

The day of the start does not count (Civil Code, art. 201); day 1 is the next day that counts. Of
a limit in working days, every working day counts that no pause excludes. Of one in calendar days,
every day does, and if the last is not a working day the time ends on the next one (art. 203).

A clock has an end, too: the day of the decision, or that on which the case was over without one.
What was used and what was left by then stays so for ever.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from .calendar import Calendar
from .days import Extension, Pause, Stretch, clipped, count, covered, extended, stretches
from .legal_limits import (
    ACCEPTANCE,
    ACCEPTANCE_DAYS,
    DECISION,
    DELIVERY,
    DELIVERY_DAYS,
    EXTENSION_MAX,
    HEARING_DAYS,
    HEARING_NOTICE_DAYS,
    HEARING_REQUEST_DAYS,
    JOINT_DECISION,
    JOINT_EXTENSION_MAX,
    PRELIMINARY_REVIEW,
    RENEWAL_DAYS,
    SPECIAL_PROCEDURES,
    Limit,
    SpecialProcedure,
    Unit,
)
from .lines import Ended, Facts, How, LedgerLine, LineCode, write
from .words import explain, took

__all__ = [
    "ACCEPTANCE",
    "ACCEPTANCE_DAYS",
    "DECISION",
    "DELIVERY",
    "DELIVERY_DAYS",
    "EXTENSION_MAX",
    "HEARING_DAYS",
    "HEARING_NOTICE_DAYS",
    "HEARING_REQUEST_DAYS",
    "JOINT_DECISION",
    "JOINT_EXTENSION_MAX",
    "PRELIMINARY_REVIEW",
    "RENEWAL_DAYS",
    "SPECIAL_PROCEDURES",
    "Due",
    "Ended",
    "Extension",
    "How",
    "LedgerLine",
    "Limit",
    "LineCode",
    "Pause",
    "Reckoning",
    "SpecialProcedure",
    "Unit",
    "days_counted",
    "due",
    "due_date",
    "earlier",
    "explain",
    "later_somewhere",
    "reckon",
    "took",
    "until_the_end",
]


class Due(NamedTuple):
    """
    `day` is the last day in time, None while a pause is open. `provisional` tells that it rests,
    or while the clock stands the days used so far rest, on days that no official notice settles.
    """

    day: date | None
    provisional: bool


def due(  # noqa: PLR0913, PLR0917 - the six things that a due date follows from
    start: date,
    limit: Limit,
    pauses: Iterable[Pause],
    extensions: Iterable[Extension],
    calendar: Calendar,
    unit: Unit | None = None,
) -> Due:
    """
    When the time is over. The fast way: for every row of every view. `unit` is that of the
    extensions, where it is not that of the limit.
    """
    more = sum(extension.days for extension in extensions)
    return _due(stretches(start, pauses), limit, more, unit or limit.unit, calendar)


def due_date(
    start: date,
    limit: Limit,
    pauses: Iterable[Pause],
    extensions: Iterable[Extension],
    calendar: Calendar,
) -> date | None:
    return due(start, limit, pauses, extensions, calendar).day


def earlier(one: Due, other: Due) -> Due:
    """Of two days for the same thing the first; provisional if either may still move it."""
    if one.day is None or other.day is None:
        return one
    return Due(min(one.day, other.day), one.provisional or other.provisional)


@lru_cache(256)
def later_somewhere(one: Limit, other: Limit, calendar: Calendar) -> date | None:
    """
    The first start day in the calendar's last published year from which `one` ends after `other`;
    None if it never does.
    """
    if one.unit == other.unit:
        return None if one.days <= other.days else date(calendar.published_through.year, 1, 1)
    first = date(calendar.published_through.year, 1, 1).toordinal()
    days = map(date.fromordinal, range(first, calendar.published_through.toordinal() + 1))
    return next((day for day in days if _ends_later(one, other, day, calendar)), None)


def _ends_later(one: Limit, other: Limit, start: date, calendar: Calendar) -> bool:
    ends = due(start, one, (), (), calendar).day, due(start, other, (), (), calendar).day
    return ends[0] is not None and ends[1] is not None and ends[0] > ends[1]


def _due(runs: list[Stretch], limit: Limit, more: int, unit: Unit, calendar: Calendar) -> Due:
    last, end = extended(runs, limit, more, unit, calendar)
    day = None if end is None else date.fromordinal(end)
    mixed = limit.unit if not more or unit == limit.unit else "working_days"
    return Due(day, not _settled(runs, last, end, mixed, calendar))


def _settled(
    runs: list[Stretch], last: int | None, end: int | None, unit: Unit, calendar: Calendar
) -> bool:
    if not runs:
        return True
    until = runs[-1][1] if end is None else end
    if unit == "working_days":
        return covered(calendar, runs[0][0], until)
    # Which days are worked matters only where the period ends.
    return last is None or covered(calendar, last, until)


def days_counted(
    start: date, through: date, unit: Unit, pauses: Iterable[Pause], calendar: Calendar
) -> int:
    """How many days of `unit` counted after `start`, up to and including `through`."""
    runs = clipped(stretches(start, pauses), 0, through.toordinal())
    return count(runs, unit, calendar)


@dataclass(frozen=True, slots=True)
class Reckoning:
    """
    A due date with all that it follows from. `total` is how many days of the limit's unit there
    are: the limit with its extensions, or, where those are of another unit or the day of `within`
    comes first, what lies between the start and the due date. `ended` is when the clock ended.
    """

    start: date
    limit: Limit
    pauses: tuple[Pause, ...]
    extensions: tuple[Extension, ...]
    calendar: Calendar
    today: date | None
    total: int
    due: date | None
    provisional: bool
    ended: Ended | None = None
    unit: Unit = "working_days"
    within: date | None = None

    def elapsed(self, today: date) -> int:
        """Days used by the end of `today`, or of the clock; more than `total` once overdue."""
        day = self._until(today)
        used = days_counted(self.start, day, self.limit.unit, self.pauses, self.calendar)
        return min(used, self.total) + self.overdue(today)

    def remaining(self, today: date) -> int:
        """Days left after `today`, or the end: 0 on the due date, negative when overdue."""
        return self.total - self.elapsed(today)

    def overdue(self, today: date) -> int:
        """Days past the due date, whatever was paused after it."""
        day = self._until(today)
        if self.due is None or day <= self.due:
            return 0
        late = [(self.due.toordinal() + 1, day.toordinal())]
        return count(late, self.limit.unit, self.calendar)

    def is_late(self, today: date) -> bool:
        """Whether the time was over before the clock ended, or before `today` if it has not."""
        return self.due is not None and self._until(today) > self.due

    def _until(self, today: date) -> date:
        return today if self.ended is None else min(today, self.ended.on)

    @property
    def lines(self) -> tuple[LedgerLine, ...]:
        """The ledger; written when it is asked for, since most rows of a view never are."""
        runs = stretches(self.start, self.pauses)
        more = sum(extension.days for extension in self.extensions)
        last, end = extended(runs, self.limit, more, self.unit, self.calendar)
        return write(
            Facts(
                self.start,
                self.limit,
                self.pauses,
                self.extensions,
                self.calendar,
                self.today,
                self.total,
                runs,
                last,
                end,
                self.provisional,
                None if self.today is None else self.elapsed(self.today),
                self.ended,
                self.unit,
                self.within,
            )
        )


def reckon(  # noqa: PLR0913 - what a due date follows from
    start: date,
    limit: Limit,
    pauses: Iterable[Pause],
    extensions: Iterable[Extension],
    calendar: Calendar,
    *,
    today: date | None = None,
    ended: Ended | None = None,
    unit: Unit | None = None,
    within: Due | None = None,
) -> Reckoning:
    """
    The due date and its ledger. With `today` the ledger also says how many days are used, and how
    many an open pause has excluded so far; where the clock has `ended`, how many were used by then.
    `unit` is that of the extensions, where it is not that of the limit; what is reckoned is never
    later than the day of `within`.
    """
    stops = until_the_end(pauses, ended)
    more = tuple(extensions)
    own = due(start, limit, stops, more, calendar, unit)
    day, provisional = own if within is None else earlier(own, within)
    total = limit.days + sum(extension.days for extension in more)
    mixed = bool(more) and unit not in (None, limit.unit)
    if day is not None and (mixed or day != own.day):
        total = days_counted(start, day, limit.unit, stops, calendar)
    return Reckoning(
        start,
        limit,
        stops,
        more,
        calendar,
        today,
        total,
        day,
        provisional,
        ended,
        unit or limit.unit,
        day if day != own.day else None,
    )


def until_the_end(pauses: Iterable[Pause], ended: Ended | None) -> tuple[Pause, ...]:
    """A pause that was open when the clock ended stood until then."""
    if ended is None:
        return tuple(pauses)
    return tuple(
        pause if pause.until is not None else replace(pause, until=max(pause.since, ended.on))
        for pause in pauses
    )
