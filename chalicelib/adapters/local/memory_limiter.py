"""Limits counted in this process (GCRA: each key has the time at which its budget is whole)."""

from collections import OrderedDict
from collections.abc import Callable
from threading import Lock
from time import monotonic

from ...platform.rate_limits import Budget

# Of one limit. At 50 requests a second a key is whole again, and forgotten, after seconds.
HELD = 100_000


class MemoryLimiter:
    """
    Each limit has its own table: a flood of ordinary requests cannot make it forget who tried
    codes. A full table forgets whoever has not asked for longest.
    """

    def __init__(self, clock: Callable[[], float] = monotonic, held: int = HELD) -> None:
        self._clock, self._held = clock, held
        self._lock = Lock()
        self._tables: dict[str, OrderedDict[str, float]] = {}

    def take(self, limit: str, key: str, budget: Budget, /) -> float:
        now, each = self._clock(), budget.seconds / budget.most
        with self._lock:
            table = self._tables.setdefault(limit, OrderedDict())
            whole = max(table.get(key, now), now) + each
            wait = whole - now - budget.seconds
            # Sums of tenths are not exact.
            if wait > each * 1e-6:
                return wait
            table[key] = whole
            table.move_to_end(key)
            self._tidy(table, now)
        return 0.0

    def give_back(self, limit: str, key: str, budget: Budget, /) -> None:
        with self._lock:
            table = self._tables.get(limit, OrderedDict())
            if key in table:
                table[key] -= budget.seconds / budget.most

    def _tidy(self, table: OrderedDict[str, float], now: float) -> None:
        """Two at most, so that nobody waits while a large table is looked through."""
        for _ in range(2):
            first = next(iter(table))
            if len(table) <= self._held and table[first] > now:
                return
            del table[first]
