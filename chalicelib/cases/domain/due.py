"""The clock of a case, derived from its stops and extensions; see clock/clock.py."""

from datetime import date

from ...clock.calendar import Calendar
from ...clock.clock import Extension, Limit, Pause, Reckoning, due_date, reckon
from .records import Handling


def pauses(handling: Handling) -> tuple[Pause, ...]:
    return tuple(
        Pause(
            reason=stop.procedure,
            basis=stop.suspended.basis,
            since=stop.suspended.since,
            until=stop.until,
            by=stop.suspended.by,
            document=stop.suspended.document.number,
        )
        for stop in handling.stops
    )


def extensions(handling: Handling) -> tuple[Extension, ...]:
    return tuple(
        Extension(one.days, one.basis, one.document.number, one.by, one.on)
        for one in handling.extensions
    )


def last_day(handling: Handling, limit: Limit, calendar: Calendar) -> date | None:
    """The last day of `limit`; None while the clock stands."""
    return due_date(handling.accepted_on, limit, pauses(handling), extensions(handling), calendar)


def reckoning(
    handling: Handling, limit: Limit, calendar: Calendar, today: date | None = None
) -> Reckoning:
    """`limit` explained line by line."""
    stops, more = pauses(handling), extensions(handling)
    return reckon(handling.accepted_on, limit, stops, more, calendar, today=today)
