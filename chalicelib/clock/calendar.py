"""
The official calendar (工作日历): which days are worked, and up to when that is known.

The State Council's General Office announces each year's days off (放假) and make-up working weekend
days (调休上班) a few weeks before it begins. Beyond what is announced, Monday to Friday count as
working days but for the holidays that the law itself fixes, and whatever follows from that is
provisional: `Calendar.covers` tells.
"""

import re
from bisect import bisect_right
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from functools import lru_cache
from itertools import accumulate
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import AfterValidator, BeforeValidator, Field, model_validator
from pydantic_core import from_json

from ..kernel.base import Frozen, Line, Text
from ..kernel.errors import Invalid
from ..kernel.reasons import Unfit
from .statutory_holidays import statutory_holidays

LEGAL_ZONE = timezone(timedelta(hours=8), "Asia/Shanghai")
ONE_DAY = timedelta(days=1)
SATURDAY = 5


class CalendarGap(Invalid):
    """A year was to be added that does not adjoin the years that the calendar has."""


def legal_day(at: datetime) -> date:
    """The day of the law (Asia/Shanghai) on which `at` falls; ValueError without a time zone."""
    if at.tzinfo is None:
        raise ValueError(f"{at.isoformat()} has no time zone, so it falls on no certain day")
    return at.astimezone(LEGAL_ZONE).date()


# One year's notice

_WRITTEN = (str, date)
_ISO_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


def _written_as_a_day(value: object) -> object:
    # Pydantic would read 20270101 as seconds since 1970.
    if isinstance(value, datetime) or not isinstance(value, _WRITTEN):
        raise Unfit("not-a-day", "{value!r} is no day: write YYYY-MM-DD", value=value)
    return value if isinstance(value, date) else _day_in(value)


def _day_in(text: str) -> date | str:
    """Pydantic, where it is strict, takes text for a day only if nobody looked at it before."""
    if not _ISO_DAY.fullmatch(text):
        return text
    try:
        return date.fromisoformat(text)
    except ValueError:
        return text


def _written_as_days(values: object) -> object:
    for value in values if isinstance(values, Collection) else ():
        _written_as_a_day(value)
    return values


def _in_order(days: tuple[date, ...]) -> tuple[date, ...]:
    return tuple(sorted(set(days)))


Day = Annotated[date, BeforeValidator(_written_as_a_day)]
Days = Annotated[tuple[date, ...], BeforeValidator(_written_as_days), AfterValidator(_in_order)]


class CalendarYear(Frozen):
    """
    The notice for one year (国务院办公厅关于某年部分节假日安排的通知).

    `holidays` are the weekdays that are off, `workdays` the weekend days that are worked. Weekend
    days that the notice names as off change nothing; they may be kept in `festivals`. Days may
    lie in the last week of the year before, where New Year's make-up days fall.
    """

    year: Annotated[int, Field(ge=1950, le=9998)]
    source: Line
    published_on: Day | None = None
    holidays: Annotated[Days, Field(min_length=1)]
    workdays: Days = ()
    festivals: Days = ()
    note: Text | None = None

    @model_validator(mode="after")
    def _holds_together(self) -> Self:
        named = (*self.holidays, *self.workdays, *self.festivals)
        earliest, latest = date(self.year - 1, 12, 25), date(self.year, 12, 31)
        _refuse(
            [day for day in named if not earliest <= day <= latest],
            f"not in {self.year} nor in the last week of {self.year - 1}",
        )
        _refuse([day for day in self.festivals if day in self.workdays], "both off and worked")
        _refuse(
            [day for day in self.holidays if day.weekday() >= SATURDAY],
            "a weekend day, off anyway: correct it, or list it under festivals",
        )
        _refuse(
            [day for day in self.festivals if day.weekday() < SATURDAY],
            "a weekday, so it belongs under holidays",
        )
        _refuse(
            [day for day in self.workdays if day.weekday() < SATURDAY],
            "a weekday, worked anyway: correct it or leave it out",
        )
        return self


def _refuse(days: Sequence[date], why: str) -> None:
    if days:
        found = ", ".join(f"{day} ({day:%A})" for day in days)
        raise ValueError(f"{found}: {why}")


# The calendar


@dataclass(frozen=True, slots=True)
class Calendar:
    """
    `years` adjoin, in order; `holidays` and `workdays` are those of all of them, and after them the
    days off that the law fixes. `moved` has both as ordinals (`date.toordinal`), in order, and
    `balance[n]` is what the first n of them add to the number of working days.
    """

    name: str
    jurisdiction: str
    years: tuple[CalendarYear, ...]
    holidays: frozenset[date]
    workdays: frozenset[date]
    moved: tuple[int, ...]
    balance: tuple[int, ...]
    first: date
    published_through: date

    @property
    def sources(self) -> Mapping[int, str]:
        return {year.year: year.source for year in self.years}

    def is_working(self, day: date) -> bool:
        return day in self.workdays or (day.weekday() < SATURDAY and day not in self.holidays)

    def covers(self, day: date) -> bool:
        """Whether an official notice settles `day`; if not, its weekday alone is known."""
        return self.first <= day <= self.published_through

    def next_working(self, day: date) -> date:
        """`day` itself if it is a working day, or else the first one after it."""
        while not self.is_working(day):
            day += ONE_DAY
        return day

    def working_days(self, after: date, through: date) -> int:
        """How many working days lie after `after`, up to and including `through`; at least 0."""
        return max(0, self.worked_by(through.toordinal()) - self.worked_by(after.toordinal()))

    def worked_by(self, ordinal: int) -> int:
        """How many working days there are from 0001-01-01, a Monday, to `ordinal`."""
        weeks, rest = divmod(ordinal, 7)
        return 5 * weeks + min(rest, 5) + self.balance[bisect_right(self.moved, ordinal)]


def from_years(name: str, jurisdiction: str, years: Iterable[CalendarYear]) -> Calendar:
    """A calendar of adjoining years; raises CalendarGap."""
    ordered = tuple(sorted(years, key=lambda year: year.year))
    numbers = [year.year for year in ordered]
    if not numbers or numbers != list(range(numbers[0], numbers[0] + len(numbers))):
        raise CalendarGap(
            "calendar-years-apart",
            "the years of calendar {name} do not adjoin: {years}",
            name=name,
            years=numbers,
        )
    holidays: set[date] = set()
    workdays: set[date] = set()
    for year in ordered:  # New Year's notice has the last word on the days before it
        holidays |= set(year.holidays)
        workdays = (workdays - set(year.festivals)) | set(year.workdays)
    holidays |= {day for day in statutory_holidays(numbers[-1]) if day.weekday() < SATURDAY}
    moved = sorted(holidays | workdays)
    balance = accumulate((1 if day in workdays else -1 for day in moved), initial=0)
    return Calendar(
        name,
        jurisdiction,
        ordered,
        frozenset(holidays),
        frozenset(workdays),
        tuple(day.toordinal() for day in moved),
        tuple(balance),
        date(numbers[0], 1, 1),
        date(numbers[-1], 12, 31),
    )


def extend(calendar: Calendar, year: CalendarYear) -> Calendar:
    """
    `calendar` with `year`, in the place of what it had for that year.

    Raises CalendarGap if the year adjoins none that the calendar has: what lies between would
    be guessed without anybody noticing.
    """
    first, last = calendar.first.year, calendar.published_through.year
    if not first - 1 <= year.year <= last + 1:
        missing = last + 1 if year.year > last else first - 1
        raise CalendarGap(
            "calendar-year-missing",
            "calendar {name} has {first} to {last}: publish {missing} before {year}",
            name=calendar.name,
            first=first,
            last=last,
            missing=missing,
            year=year.year,
        )
    others = (other for other in calendar.years if other.year != year.year)
    return from_years(calendar.name, calendar.jurisdiction, (*others, year))


@lru_cache
def load_builtin(name: str = "cn") -> Calendar:
    """The calendar that comes with Banjian; ValueError if there is none of that name."""
    # importlib.resources takes longer to find this file than all the rest takes.
    path = Path(__file__).with_name("calendars") / f"{name}.json"
    if not path.is_file():
        raise ValueError(f"there is no built-in calendar {name!r}")
    content: dict[str, Any] = from_json(path.read_bytes())
    years = (CalendarYear.model_validate(year) for year in content["years"])
    return from_years(content["name"], content["jurisdiction"], years)
