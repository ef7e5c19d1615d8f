"""
The legal clock (时限) as a ledger: every due date is derived from when the clock started, its
limit, its pauses and its extensions; nothing is ever counted up or down and kept.

The day of the start does not count (Civil Code, art. 201); day 1 is the next day that counts. Of
a limit in working days, every working day counts that no pause excludes. Of one in calendar days,
every day does, and if the last is not a working day the time ends on the next one (art. 203).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from .calendar import Calendar
from .days import Extension, Pause, Stretch, clipped, count, covered, ends, stretches
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
from .lines import Facts, LedgerLine, LineCode, write
from .words import explain

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
    "Extension",
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
    "explain",
    "reckon",
]


class Due(NamedTuple):
    """
    `day` is the last day in time, None while a pause is open. `provisional` tells that it rests,
    or while the clock stands the days used so far rest, on days that no official notice settles.
    """

    day: date | None
    provisional: bool


def due(
    start: date,
    limit: Limit,
    pauses: Iterable[Pause],
    extensions: Iterable[Extension],
    calendar: Calendar,
) -> Due:
    """When the time is over. The fast way: for every row of every view."""
    total = limit.days + sum(extension.days for extension in extensions)
    return _due(stretches(start, pauses), total, limit.unit, calendar)


def due_date(
    start: date,
    limit: Limit,
    pauses: Iterable[Pause],
    extensions: Iterable[Extension],
    calendar: Calendar,
) -> date | None:
    return due(start, limit, pauses, extensions, calendar).day


def _due(runs: list[Stretch], total: int, unit: Unit, calendar: Calendar) -> Due:
    last, end = ends(runs, total, unit, calendar)
    day = None if end is None else date.fromordinal(end)
    return Due(day, not _settled(runs, last, end, unit, calendar))


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
    """A due date with all that it follows from; `total` is the limit with its extensions."""

    start: date
    limit: Limit
    pauses: tuple[Pause, ...]
    extensions: tuple[Extension, ...]
    calendar: Calendar
    today: date | None
    total: int
    due: date | None
    provisional: bool

    def elapsed(self, today: date) -> int:
        """Days used by the end of `today`; more than `total` once it is overdue."""
        used = days_counted(self.start, today, self.limit.unit, self.pauses, self.calendar)
        return min(used, self.total) + self.overdue(today)

    def remaining(self, today: date) -> int:
        """Days left after `today`: 0 on the due date, negative when overdue."""
        return self.total - self.elapsed(today)

    def overdue(self, today: date) -> int:
        """Days past the due date, whatever was paused after it."""
        if self.due is None or today <= self.due:
            return 0
        late = [(self.due.toordinal() + 1, today.toordinal())]
        return count(late, self.limit.unit, self.calendar)

    @property
    def lines(self) -> tuple[LedgerLine, ...]:
        """The ledger; written when it is asked for, since most rows of a view never are."""
        runs = stretches(self.start, self.pauses)
        last, end = ends(runs, self.total, self.limit.unit, self.calendar)
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
            )
        )


def reckon(  # noqa: PLR0913 - the six things that a due date follows from
    start: date,
    limit: Limit,
    pauses: Iterable[Pause],
    extensions: Iterable[Extension],
    calendar: Calendar,
    *,
    today: date | None = None,
) -> Reckoning:
    """
    The due date and its ledger. With `today` the ledger also says how many days are used, and how
    many an open pause has excluded so far.
    """
    stops, more = tuple(pauses), tuple(extensions)
    day, provisional = due(start, limit, stops, more, calendar)
    total = limit.days + sum(extension.days for extension in more)
    return Reckoning(start, limit, stops, more, calendar, today, total, day, provisional)
