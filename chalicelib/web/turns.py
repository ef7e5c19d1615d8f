"""
Whose turn it is: so many requests are at work at a time, and everybody gets one.

One interpreter lock runs them all; what waits here waits in order, and fairly by address, instead
of in the lock, which knows neither.
"""

import threading
from collections import Counter, deque
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from time import monotonic
from typing import Final, NamedTuple

from .errors import Behind

WAITERS: Final = 64
WAITERS_EACH: Final = 8
TOGETHER: Final = 1.0  # seconds after which who asked before counts as gone

_mine = threading.local()


class _Held(NamedTuple):
    turns: "Turns"
    who: str


class Turns:
    """
    At most `most` at a time, of which one `who` that asks alone has at most `alone`, and one that
    asks beside others at most `beside`. A turn that is given back goes to whoever waits and has the
    fewest; of one `who`, to the request that came first.
    """

    def __init__(self, most: int, alone: int, beside: int | None = None) -> None:
        self._free, self._alone = most, alone
        self._beside = alone if beside is None else beside
        self._lock = threading.Lock()
        self._held: Counter[str] = Counter()
        self._queues: dict[str, deque[threading.Lock]] = {}
        self._latest, self._beside_until = "", 0.0

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
            self._meet(who)
            if self._free > 0 and self._held[who] < self._each():
                self._hold(who)
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
            while self._free > 0 and self._hand_on():
                pass

    def take_at_once(self, who: str) -> None:
        """One turn too many, if there is none: nobody else gets one until that is made up for."""
        with self._lock:
            self._hold(who)

    def _hold(self, who: str) -> None:
        self._free -= 1
        self._held[who] += 1

    def _meet(self, who: str) -> None:
        """What many threads of one compute is what a request of another waits for, at each step."""
        if who != self._latest:
            self._latest, self._beside_until = who, monotonic() + TOGETHER

    def _each(self) -> int:
        return self._beside if monotonic() < self._beside_until else self._alone

    def _hand_on(self) -> bool:
        """Whether somebody waited who may have the turn."""
        each = self._each()
        waiting = [who for who in self._queues if self._held[who] < each]
        if not waiting:
            return False
        who = min(waiting, key=self._held.__getitem__)
        gate = self._queues[who].popleft()
        if not self._queues[who]:
            del self._queues[who]
        self._hold(who)
        gate.release()
        return True


def without_a_turn() -> AbstractContextManager[None]:
    """While this thread waits for something, others work. On AWS there is no turn to give back."""
    return _lent(Turns.take)


def lending_a_turn() -> AbstractContextManager[None]:
    """
    The same for a short wait, after which this thread goes on at once: it may have a lock that
    those wait for who have the turns.
    """
    return _lent(Turns.take_at_once)


@contextmanager
def _lent(take: Callable[[Turns, str], None]) -> Iterator[None]:
    held: _Held | None = getattr(_mine, "held", None)
    if held is None:
        yield
        return
    held.turns.give(held.who)
    try:
        yield
    finally:
        take(held.turns, held.who)


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
