"""What BANJIAN_LOG says of the log on one machine."""

import re
from datetime import UTC, datetime
from typing import Final, NamedTuple

# 网络安全法 art. 21(3), in the text of 2016: logs of the network are kept for six months at least;
# no six months have more than 184 days.
DAYS: Final = 186
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


def now() -> datetime:
    return datetime.now(UTC)
