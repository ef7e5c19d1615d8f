"""How much of the service one connection, one address and all of them together may take."""

from collections import Counter
from collections.abc import Callable
from threading import Lock
from typing import Final

from ..platform.connections import USUAL, Limits, limits
from ..platform.rate_limits import counted

__all__ = ["MAX_BODY", "MAX_HEADERS", "SLOWEST", "USUAL", "Census", "Limits", "limits"]

MAX_BODY: Final = 10 << 20  # bytes
MAX_HEADERS: Final = 64 << 10  # bytes, the request line included
# Bytes a second: who sends or takes less than this for long holds a connection for nothing.
SLOWEST: Final = 16 << 10


class Census:
    """How many connections there are, by address; those of our own proxies are not told apart."""

    def __init__(self, limits: Limits, trusted: Callable[[str], bool]) -> None:
        self._limits, self._trusted = limits, trusted
        self._lock = Lock()
        self._by_address: Counter[str] = Counter()

    def admit(self, peer: str) -> bool:
        """Whether another connection of `peer` is taken; if so it is counted until `gone`."""
        address = counted(peer)
        with self._lock:
            most = self._limits.connections if self._trusted(peer) else self._limits.by_address
            full = self._by_address.total() >= self._limits.connections
            if full or self._by_address[address] >= most:
                return False
            self._by_address[address] += 1
            return True

    def gone(self, peer: str) -> None:
        with self._lock:
            self._by_address -= Counter([counted(peer)])
