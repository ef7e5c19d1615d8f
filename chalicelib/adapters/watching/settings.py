"""What settings say of the log and the metrics of one machine."""

import re
from datetime import UTC, datetime
from ipaddress import ip_address
from typing import Final, NamedTuple

# 网络安全法 art. 21(3), in the text of 2016: logs of the network are kept for six months at least;
# no six months have more than 184 days.
DAYS: Final = 186
LAST_PORT: Final = 65_535
SHORTEST: Final = 16  # characters of a token
WHOSE: Final = ("all", "acting", "none")
_SETTING: Final = re.compile(r"(?P<name>[a-z]+)=(?P<value>[a-z0-9]{1,6})")


class Kept(NamedTuple):
    """
    Files are kept for `days`, and one is turned over at `megabytes`. `addresses` tells of which
    requests the address is written down: of all, of those that act (sign in, change something, or
    are refused for who asks), or of none.
    """

    days: int = DAYS
    megabytes: int = 256
    addresses: str = "acting"

    @property
    def bytes(self) -> int:
        return self.megabytes << 20


def kept(text: str) -> Kept:
    """
    What a setting changes: `days=400, addresses=all`. Raises ValueError, which names what it cannot
    read.
    """
    changed: dict[str, int | str] = {}
    for part in filter(None, map(str.strip, text.split(","))):
        found = _SETTING.fullmatch(part)
        name, value = (found["name"], found["value"]) if found else ("", "")
        if name == "addresses" and value in WHOSE:
            changed[name] = value
        elif name in ("days", "megabytes") and value.isdigit() and int(value):
            changed[name] = int(value)
        else:
            raise ValueError(
                f"{part!r} is not days=NUMBER, megabytes=NUMBER or addresses={'|'.join(WHOSE)}"
            )
    return Kept()._replace(**changed)  # type: ignore[arg-type]  # each has the type of its name


class Place(NamedTuple):
    """`token` is "" where none is asked for."""

    host: str
    port: int
    token: str


def place(address: str, token: str) -> Place:
    """
    Of `127.0.0.1:9464`, or `[::1]:9464`. Raises ValueError, which says what is wrong: an address
    that others reach needs a token.
    """
    host, _, port = address.rpartition(":")
    host = host.removeprefix("[").removesuffix("]")
    if not port.isdecimal() or int(port) > LAST_PORT:
        raise ValueError(f"{address!r} is not HOST:PORT")
    try:
        found = ip_address(host)
    except ValueError as error:
        raise ValueError(f"{host!r} is no IP address") from error
    if token and len(token) < SHORTEST:
        raise ValueError(f"the token has fewer than {SHORTEST} characters")
    if not found.is_loopback and not token:
        raise ValueError(f"{host} can be reached by others: a token is needed, or 127.0.0.1")
    return Place(host, int(port), token)


def now() -> datetime:
    return datetime.now(UTC)
