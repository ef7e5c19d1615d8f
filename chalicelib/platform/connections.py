"""What one client may take of the service's connections, as a setting says it."""

import re
from typing import Final, NamedTuple

_SETTING: Final = re.compile(r"(?P<name>[a-z_]+)=(?P<value>[1-9][0-9]{0,5})")


class Limits(NamedTuple):
    """
    `connections` in all, and of one peer address (one /64 of IPv6). Seconds that a client may
    take: to send a request line and headers; to send a body, and one second more for every 16 KiB
    of it; to take anything of a reply; and until its next request.
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
