"""How much of the service one connection, one address and all of them together may take."""

import re
from collections import Counter
from collections.abc import Callable
from threading import Lock
from typing import Final, NamedTuple

from ..platform.rate_limits import counted

MAX_BODY: Final = 10 << 20  # bytes
MAX_HEADERS: Final = 64 << 10  # bytes, the request line included
# Bytes a second: who sends or takes less than this for long holds a connection for nothing.
SLOWEST: Final = 16 << 10

_SETTING: Final = re.compile(r"(?P<name>[a-z_]+)=(?P<value>[1-9][0-9]{0,5})")


class Limits(NamedTuple):
    """
    `connections` in all, and of one peer address (one /64 of IPv6). Seconds that a client may
    take: to send a request line and headers; to send a body, and one second more for every SLOWEST
    bytes of it; to take anything of a reply; and until its next request.
    """

    connections: int = 1000
    by_address: int = 100
    headers: int = 10
    body: int = 30
    reply: int = 30
    idle: int = 75


USUAL: Final = Limits()


def limits(text: str) -> Limits:
    """
    USUAL with what a setting changes: `by_address=200, idle=30`. Raises ValueError, which names
    what it cannot read.
    """
    changed: dict[str, int] = {}
    for part in filter(None, map(str.strip, text.split(","))):
        found = _SETTING.fullmatch(part)
        if found is None or found["name"] not in Limits._fields:
            raise ValueError(f"{part!r} is not NAME=NUMBER with one of {', '.join(Limits._fields)}")
        changed[found["name"]] = int(found["value"])
    return USUAL._replace(**changed)


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
