"""The stream `calendar-<name>`: the years that were published after the built-in calendar."""

from collections.abc import Iterable
from functools import reduce
from typing import Literal, assert_never

from ..kernel.base import Command, Frozen
from .calendar import Calendar, CalendarYear, extend, load_builtin

CATEGORY = "calendar"


# Events


class CalendarYearPublished(CalendarYear):
    """节假日安排: the official notice for a year was entered, or corrected."""

    type: Literal["CalendarYearPublished"] = "CalendarYearPublished"


Event = CalendarYearPublished

EVENTS: tuple[type[Frozen], ...] = (CalendarYearPublished,)


# State: the calendar


def evolve(state: Calendar, event: Event) -> Calendar:
    match event:
        case CalendarYearPublished():
            return extend(state, _content(event))
        case _:
            assert_never(event)


def fold(events: Iterable[Event], state: Calendar | None = None) -> Calendar:
    """The calendar after `events`, from the built-in one unless `state` is given."""
    return reduce(evolve, events, load_builtin() if state is None else state)


# Commands


class PublishCalendarYear(Command, CalendarYear):
    """Enter a year's notice, or replace what was entered for that year."""


def decide(command: PublishCalendarYear, state: Calendar) -> list[Event]:
    """The same content again yields no events; raises CalendarGap."""
    match command:
        case PublishCalendarYear():
            return publish(command, state)
        case _:
            assert_never(command)


def publish(command: PublishCalendarYear, state: Calendar) -> list[Event]:
    content = _content(command)
    if content in state.years:
        return []
    extend(state, content)
    return [CalendarYearPublished.model_validate(content.model_dump())]


def _content(of: CalendarYear) -> CalendarYear:
    return CalendarYear.model_validate(of.model_dump(include=set(CalendarYear.model_fields)))
