"""Due days for rows: most rows have one of a few limits, from one of the days of a year."""

from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from typing import Protocol

from ...clock.calendar import Calendar
from ...clock.clock import Due, Extension, Limit, Pause, Unit, due


class DueDays(Protocol):
    def __call__(
        self,
        start: date,
        limit: Limit,
        pauses: Sequence[Pause] = (),
        extensions: Sequence[Extension] = (),
        unit: Unit | None = None,
    ) -> Due: ...


# To make one is to validate it, which takes longer than all else about a day that is known.
limited = lru_cache(1024)(Limit)


@lru_cache(4)
def due_days(calendar: Calendar) -> DueDays:
    """`clock.due` by `calendar`; what nothing stops or extends is reckoned once."""

    @lru_cache(8192)
    def plain(start: date, limit: Limit) -> Due:
        return due(start, limit, (), (), calendar)

    def day(
        start: date,
        limit: Limit,
        pauses: Sequence[Pause] = (),
        extensions: Sequence[Extension] = (),
        unit: Unit | None = None,
    ) -> Due:
        if pauses or extensions:
            return due(start, limit, pauses, extensions, calendar, unit)
        return plain(start, limit)

    return day
