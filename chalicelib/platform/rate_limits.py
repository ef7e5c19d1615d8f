"""
How often somebody may ask: limits by account, by address, by case number.

`RateLimited` is raised with the seconds to wait. What is limited strictly (sign-in, query codes,
verification) is counted where every process sees it; the usual limit, which only keeps one caller
from the others' turn, is counted in each process and costs no call to anything.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from math import ceil
from typing import Final, NamedTuple, Protocol

USUAL: Final = "usual"


class RateLimited(Exception):
    """Too many requests; `seconds`, at least 1, are to be waited."""

    def __init__(self, wait: float) -> None:
        self.seconds = max(1, ceil(wait))
        super().__init__(f"too many requests; wait {self.seconds} s")


class Budget(NamedTuple):
    """At most `most` requests at once, and so many again in `seconds`."""

    most: int
    seconds: float


class Limit(NamedTuple):
    """What one account, one address, one case number may ask; None where that is not counted."""

    account: Budget | None = None
    address: Budget | None = None
    number: Budget | None = None


class Limiter(Protocol):
    """Safe to share between threads."""

    def take(self, limit: str, key: str, budget: Budget, /) -> float:
        """
        Count one request of `key` against the `budget` of a limit such as `usual.account`: 0.0 if
        it may go on, or the seconds after which the next one may. One that is refused is not
        counted. Raises StoreError.
        """
        ...


class Unlimited:
    """Counts nothing."""

    def take(self, _limit: str, _key: str, _budget: Budget, /) -> float:
        return 0.0


class Split:
    """The usual limit is counted here, the strict ones where every process sees them."""

    def __init__(self, here: Limiter, everywhere: Limiter) -> None:
        self._here, self._everywhere = here, everywhere

    def take(self, limit: str, key: str, budget: Budget, /) -> float:
        usual = limit.partition(".")[0] == USUAL
        limiter = self._here if usual else self._everywhere
        return limiter.take(limit, key, budget)


# An address may be that of a whole hall, or of a carrier's customers: it gets more than an account.
# A number has 20 tries an hour, wherever they come from: of 32 ** 8 codes that is nothing, and its
# owner is let in again soon, and signed in at any time.
LIMITS: Final[Mapping[str, Limit]] = {
    USUAL: Limit(account=Budget(200, 4), address=Budget(1000, 5)),
    "sign-in": Limit(account=Budget(10, 60), address=Budget(30, 60)),
    "query": Limit(address=Budget(20, 60), number=Budget(20, 3600)),
    "query-code": Limit(account=Budget(30, 60)),
    "search": Limit(account=Budget(30, 10), address=Budget(100, 10)),
    "person-search": Limit(account=Budget(30, 60)),
    "verification": Limit(account=Budget(60, 60), address=Budget(60, 60)),
}

_SETTING: Final = re.compile(
    r"(?P<limit>[a-z-]+)\.(?P<who>account|address|number)="
    r"(?:(?P<most>[1-9][0-9]{0,8})/(?P<seconds>[1-9][0-9]{0,5})|off)"
)


def limits(text: str) -> Mapping[str, Limit]:
    """
    LIMITS with what a setting changes: `usual.account=500/10, query.address=off`, that is 500 in
    10 seconds, and none. Raises ValueError, which names what it cannot read.
    """
    changed = dict(LIMITS)
    for part in filter(None, map(str.strip, text.split(","))):
        found = _SETTING.fullmatch(part)
        if found is None or found["limit"] not in changed:
            raise ValueError(
                f"{part!r} is no limit: say LIMIT.WHO=MOST/SECONDS or LIMIT.WHO=off, with one of "
                f"{', '.join(LIMITS)} and account, address or number"
            )
        budget = Budget(int(found["most"]), float(found["seconds"])) if found["most"] else None
        changed[found["limit"]] = changed[found["limit"]]._replace(**{found["who"]: budget})
    return changed


class Gate(NamedTuple):
    """The limits that hold here, and what counts."""

    limiter: Limiter
    limits: Mapping[str, Limit] = LIMITS

    def by_account(self, limit: str, account: str) -> None:
        """Raises RateLimited, StoreError."""
        self._pass(limit, "account", account, self.limits[limit].account)

    def by_address(self, limit: str, address: str) -> None:
        """Raises RateLimited, StoreError."""
        self._pass(limit, "address", address, self.limits[limit].address)

    def by_number(self, limit: str, number: str) -> None:
        """Raises RateLimited, StoreError."""
        self._pass(limit, "number", number, self.limits[limit].number)

    def _pass(self, limit: str, who: str, key: str, budget: Budget | None) -> None:
        if budget is not None and (wait := self.limiter.take(f"{limit}.{who}", key, budget)):
            raise RateLimited(wait)


# For a platform that nobody outside can call.
OPEN: Final = Gate(Unlimited())


# Whose address it is


def networks(text: str) -> Callable[[str], bool]:
    """
    Whether an address is one of our own proxies, given their networks: `10.0.0.0/8, ::1`. Raises
    ValueError, which names what is none.
    """
    from ipaddress import ip_address, ip_network

    own = [ip_network(part.strip(), strict=False) for part in text.split(",") if part.strip()]

    def trusted(address: str) -> bool:
        try:
            found = ip_address(address)
        except ValueError:
            return False
        return any(found in network for network in own)

    return trusted if own else _nobody


def _nobody(_address: str) -> bool:
    return False


def client(peer: str, forwarded: str | None, trusted: Callable[[str], bool]) -> str:
    """
    Who sent the request: the peer, or behind our own proxies the last address that none of them
    has. What stands before it in X-Forwarded-For anybody may have written.
    """
    if forwarded is None or not trusted(peer):
        return peer
    address = peer
    for told in _backwards(forwarded):
        if not _is_address(told):
            break  # our proxy passed nonsense on; it is the nearest that we know
        address = told
        if not trusted(address):
            break
    return address


def _backwards(forwarded: str) -> Iterable[str]:
    return (part.strip() for part in reversed(forwarded.split(",")))


def _is_address(text: str) -> bool:
    from ipaddress import ip_address

    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def counted(address: str) -> str:
    """What an address is counted under: one customer has a whole /64 of IPv6."""
    if ":" not in address:
        return address
    from ipaddress import IPv6Address, ip_address

    try:
        found = ip_address(address)
    except ValueError:
        return address
    if not isinstance(found, IPv6Address):
        return address
    return str(found.ipv4_mapped or IPv6Address(int(found) >> 64 << 64))
