"""Consumers and schedules, as the wirings of the subjects name them."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Final, NamedTuple, TypeVar

from ..clock.calendar import Calendar
from ..eventlog.consumers import Consumer
from ..eventlog.timers import Timer, is_its_time, run_all
from ..eventlog.views.port import Projection
from ..kernel.base import build_models
from ..platform.platform import Platform
from ..subjects import entries, function_of, load
from .codec import CODEC

C = TypeVar("C", bound=Consumer)
# The schedule that wakes all timers.
WAKES: Final = "timers"


class Scheduled(NamedTuple):
    """`run` is done every so many minutes; a failure of it is nobody else's."""

    name: str
    minutes: int
    run: Callable[[], object]


def build_all() -> None:
    """
    Import whatever consumers, schedules and stored events need, and build every model: before a
    process starts threads (see kernel/base.build_models).
    """
    for line in (*entries("CONSUMERS"), *entries("SCHEDULES"), *entries("TIMERS")):
        load(line[1])
    CODEC.prepare()
    build_models()


def consumers(platform: Platform, calendar: Calendar | None = None) -> Sequence[Consumer]:
    """All: views, made with `calendar` (as it is now, if not given), subscribers and timers."""
    made = [_made(entry, platform, calendar) for entry in entries("CONSUMERS")]
    return [*made, *timers(platform)]


def timers(platform: Platform) -> Sequence[Timer]:
    return [_named(entry, load(entry[1])(platform)) for entry in entries("TIMERS")]


def run_timers(platform: Platform) -> None:
    """Wake all, each by itself: a failure of one is no other's. Raises the first."""
    minutes = next(entry[2] for entry in entries("SCHEDULES") if entry[0] == WAKES)
    due = [one for one in timers(platform) if is_its_time(one, platform.now(), minutes)]
    run_all(due, platform.source, platform.views, platform.telemetry)


def group(platform: Platform, name: str) -> Sequence[Consumer]:
    """Those that one function of AWS serves. Raises KeyError if there is no such group."""
    found = [entry for entry in entries("CONSUMERS") if function_of(entry) == name]
    if not found:
        raise KeyError(name)
    return [_made(entry, platform, None) for entry in found]


def _made(entry: tuple[Any, ...], platform: Platform, calendar: Calendar | None) -> Consumer:
    """A projection is pure and knows the calendar alone; a subscriber uses the whole platform."""
    _, maker, *_ = entry
    made: Any = load(maker)
    if isinstance(made, Projection):
        found: Consumer = made
    elif ".projections." in maker:
        found = made(calendar or platform.calendar())
    else:
        found = made(platform)
    return _named(entry, found)


def _named(entry: tuple[Any, ...], made: C) -> C:
    if made.name != entry[0]:
        raise ValueError(f"{entry[1]} is called {made.name}, and {entry[0]} in the wiring")
    return made


def schedules(platform: Platform, name: str | None = None) -> Sequence[Scheduled]:
    """All, or those that the function `name` serves."""
    return [
        Scheduled(entry[0], entry[2], partial(load(entry[1]), platform))
        for entry in entries("SCHEDULES")
        if name is None or function_of(entry) == name
    ]
