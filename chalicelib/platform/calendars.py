"""The calendar as it is published now: the built-in years, and those entered since."""

from collections.abc import Callable
from threading import Lock
from time import monotonic

from ..clock import calendar_stream
from ..clock.calendar import Calendar, CalendarYear, load_builtin
from ..eventlog.codec import Codec
from ..eventlog.ports import EventStore
from ..eventlog.transact import Decider, Outcome, fold, transact
from .platform import Caller, Platform

STREAM = f"{calendar_stream.CATEGORY}-cn"
SECONDS = 5.0  # a year is published once a year; another process may take this long to see it


def decider(codec: Codec) -> Decider[Calendar]:
    return Decider(codec, load_builtin(), calendar_stream.evolve)


def cached(store: EventStore, codec: Codec) -> Callable[[], Calendar]:
    """The calendar, read again at most every SECONDS."""
    lock = Lock()
    known: list[tuple[float, Calendar]] = []

    def current() -> Calendar:
        with lock:
            if not known or known[0][0] < monotonic():
                calendar = fold(decider(codec), store.load(STREAM))
                known[:] = [(monotonic() + SECONDS, calendar)]
            return known[0][1]

    return current


def publish(platform: Platform, caller: Caller, year: CalendarYear) -> Outcome[Calendar]:
    """Enter a year's notice. Raises CalendarGap."""
    now = platform.now()
    body = year.model_dump(mode="json", include=set(CalendarYear.model_fields))
    command = calendar_stream.PublishCalendarYear(at=caller.at(now), by=caller.actor, **body)
    return transact(
        platform.store,
        decider(platform.codec),
        STREAM,
        caller.request(now, "PublishCalendarYear", body),
        lambda state: calendar_stream.decide(command, state),
    )
