"""What a process remembers of outages: when each consumer is to be tried again."""

from collections.abc import Callable
from time import monotonic
from typing import Final

from .consumers import Consumer
from .feed import Source
from .outages import pause_after
from .retries import retry_some
from .views.port import Views

# What met an outage alone is tried again after a minute, and then more and more seldom.
FIRST_AGAIN: Final = 60.0
LONGEST_AGAIN: Final = 600.0


class Pause:
    """Grows with each failure in a row. `clock` is in seconds."""

    def __init__(
        self, first: float, longest: float, clock: Callable[[], float] = monotonic
    ) -> None:
        self._first, self._longest, self._clock = first, longest, clock
        self._failures = 0
        self._not_before = 0.0

    @property
    def left(self) -> float:
        """Seconds until the next try, 0 if it may be now."""
        return max(0.0, self._not_before - self._clock())

    def failed(self) -> float:
        """For how many seconds it pauses now."""
        self._failures += 1
        seconds = pause_after(self._failures, self._first, self._longest)
        self._not_before = self._clock() + seconds
        return seconds

    def wait(self) -> None:
        """As long as it can be: what fails is for somebody else to mend, and told already."""
        self._not_before = self._clock() + self._longest

    def passed(self) -> None:
        self._failures, self._not_before = 0, 0.0


class Again:
    """Tries what one consumer has set aside at an outage, a few at a time, now and then."""

    def __init__(self, consumer: Consumer, clock: Callable[[], float] = monotonic) -> None:
        self._consumer = consumer
        self._pause = Pause(FIRST_AGAIN, LONGEST_AGAIN, clock)
        self._clock = clock
        self._next = clock() + FIRST_AGAIN
        self._after = 0

    def run(self, source: Source, views: Views) -> None:
        """Raises Outdated, ViewsError."""
        if self._clock() < self._next:
            return
        self._after, still = retry_some(self._consumer, source, views, self._after)
        if not still:
            self._pause.passed()
        self._next = self._clock() + (self._pause.failed() if still else FIRST_AGAIN)
