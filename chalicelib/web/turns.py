"""
Whose turn it is: so many requests are at work at a time, and everybody gets one.

One interpreter lock runs them all; what waits here waits in order, and fairly by address, instead
of in the lock, which knows neither.
"""

import threading
from collections import Counter, deque
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Final, NamedTuple

from .errors import Behind

WAITERS: Final = 64
WAITERS_EACH: Final = 8

_mine = threading.local()


class _Held(NamedTuple):
    turns: "Turns"
    who: str


class Turns:
    """
    At most `most` at a time, of which one `who` has at most `each`. A turn that is given back goes
    to whoever waits and has the fewest; of one `who`, to the request that came first.
    """

    def __init__(self, most: int, each: int) -> None:
        self._free, self._each = most, each
        self._lock = threading.Lock()
        self._held: Counter[str] = Counter()
        self._queues: dict[str, deque[threading.Lock]] = {}

    @contextmanager
    def one(self, who: str) -> Iterator[None]:
        """A turn, as soon as there is one; `without_a_turn` gives it back for a while."""
        self.take(who)
        _mine.held = _Held(self, who)
        try:
            yield
        finally:
            _mine.held = None
            self.give(who)

    def take(self, who: str) -> None:
        with self._lock:
            if self._free and self._held[who] < self._each:
                self._free -= 1
                self._held[who] += 1
                return
            gate = threading.Lock()
            gate.acquire()
            self._queues.setdefault(who, deque()).append(gate)
        gate.acquire()  # opened by whoever hands the turn on

    def give(self, who: str) -> None:
        with self._lock:
            self._free += 1
            self._held[who] -= 1
            if not self._held[who]:
                del self._held[who]
            self._hand_on()

    def _hand_on(self) -> None:
        waiting = [who for who in self._queues if self._held[who] < self._each]
        if not waiting:
            return
        who = min(waiting, key=self._held.__getitem__)
        gate = self._queues[who].popleft()
        if not self._queues[who]:
            del self._queues[who]
        self._free -= 1
        self._held[who] += 1
        gate.release()


@contextmanager
def without_a_turn() -> Iterator[None]:
    """While this thread waits for something, others work. On AWS there is no turn to give back."""
    held: _Held | None = getattr(_mine, "held", None)
    if held is None:
        yield
        return
    held.turns.give(held.who)
    try:
        yield
    finally:
        held.turns.take(held.who)


class Waiting:
    """How many wait for a list at a time, of all and of each account."""

    def __init__(self, most: int = WAITERS, each: int = WAITERS_EACH) -> None:
        self._most, self._each = most, each
        self._lock = threading.Lock()
        self._waiting: Counter[str] = Counter()

    def room(self, who: str) -> AbstractContextManager[None]:
        """
        For one who waits, whose turn others have meanwhile. Raises Behind where too many wait
        already.
        """
        with self._lock:
            if self._waiting.total() >= self._most or self._waiting[who] >= self._each:
                raise Behind
            self._waiting[who] += 1
        return self._leaving(who)

    @contextmanager
    def _leaving(self, who: str) -> Iterator[None]:
        try:
            with without_a_turn():
                yield
        finally:
            with self._lock:
                self._waiting -= Counter([who])
