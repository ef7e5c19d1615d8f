"""
How often somebody may ask: limits by account, by address, by case number, by person.

`RateLimited` is raised with the seconds to wait. What is limited strictly (sign-in, query codes,
verification, proofs) is counted where every process sees it; the usual limit, which only keeps one
caller from the others' turn, is counted in each process and costs no call to anything.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from math import ceil
from typing import Final, NamedTuple, Protocol

USUAL: Final = "usual"
DOWNLOAD: Final = "download"


class RateLimited(Exception):
    """Too many requests; `seconds`, at least 1, are to be waited."""

    def __init__(self, wait: float) -> None:
        self.seconds = max(1, ceil(wait))
        super().__init__(f"too many requests; wait {self.seconds} s")


class ProofsUsedUp(RateLimited):
    """
    Too many tries to find a person by name and id: a face or a counter proves it, whatever was
    tried, by whomever.
    """


class Budget(NamedTuple):
    """At most `most` requests at once, and so many again in `seconds`."""

    most: int
    seconds: float


class Limit(NamedTuple):
    """
    What one account, one address, one case number may ask, or be asked of one name, or of one name
    with a district and a day of birth (`person`); None where that is not counted.
    """

    account: Budget | None = None
    address: Budget | None = None
    number: Budget | None = None
    person: Budget | None = None
    name: Budget | None = None


class Limiter(Protocol):
    """Safe to share between threads."""

    def take(self, limit: str, key: str, budget: Budget, /) -> float:
        """
        Count one request of `key` against the `budget` of a limit such as `usual.account`: 0.0 if
        it may go on, or the seconds after which the next one may. One that is refused is not
        counted. Raises StoreError.
        """
        ...

    def give_back(self, limit: str, key: str, budget: Budget, /) -> None:
        """Count one request less that was taken: it came to nothing. Raises StoreError."""
        ...


class Unlimited:
    """Counts nothing."""

    def take(self, _limit: str, _key: str, _budget: Budget, /) -> float:
        return 0.0

    def give_back(self, _limit: str, _key: str, _budget: Budget, /) -> None:
        pass


class Split:
    """The usual limit is counted here, the strict ones where every process sees them."""

    def __init__(self, here: Limiter, everywhere: Limiter) -> None:
        self._here, self._everywhere = here, everywhere

    def take(self, limit: str, key: str, budget: Budget, /) -> float:
        return self._of(limit).take(limit, key, budget)

    def give_back(self, limit: str, key: str, budget: Budget, /) -> None:
        self._of(limit).give_back(limit, key, budget)

    def _of(self, limit: str) -> Limiter:
        return self._here if limit.partition(".")[0] == USUAL else self._everywhere


DAY: Final = 86_400.0  # seconds
# An address may be that of a whole hall, or of a carrier's customers: it gets more than an account.
# A number has 20 tries an hour, wherever they come from: of 32 ** 8 codes that is nothing, and its
# owner is let in again soon, and signed in at any time.
# Of downloads `number` is one link: whoever it was passed on to shares what it allows.
LIMITS: Final[Mapping[str, Limit]] = {
    USUAL: Limit(account=Budget(200, 4), address=Budget(1000, 5)),
    "sign-in": Limit(account=Budget(10, 60), address=Budget(30, 60)),
    DOWNLOAD: Limit(account=Budget(120, 60), address=Budget(300, 60), number=Budget(30, 600)),
    "query": Limit(address=Budget(20, 60), number=Budget(20, 3600)),
    "query-code": Limit(account=Budget(30, 60)),
    "search": Limit(account=Budget(30, 10), address=Budget(100, 10)),
    "person-search": Limit(account=Budget(30, 60)),
    "verification": Limit(account=Budget(60, 60), address=Budget(60, 60)),
    # Name, district and day of birth leave some 500 ids: five tries a day find none of them. A city
    # has thousands of 张伟, so that a name alone has more.
    "proof": Limit(
        account=Budget(5, DAY),
        address=Budget(50, DAY),
        person=Budget(5, DAY),
        name=Budget(100, DAY),
    ),
    # Naming an account shows whose it is, once it is chosen.
    "account-lookup": Limit(account=Budget(50, DAY)),
    # By a clerk for who stands there with the card.
    "proof-at-counter": Limit(account=Budget(500, DAY)),
}

_SETTING: Final = re.compile(
    r"(?P<limit>[a-z-]+)\.(?P<who>account|address|number|person|name)="
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
                f"{', '.join(LIMITS)} and account, address, number, person or name"
            )
        budget = Budget(int(found["most"]), float(found["seconds"])) if found["most"] else None
        changed[found["limit"]] = changed[found["limit"]]._replace(**{found["who"]: budget})
    return changed


class Try(NamedTuple):
    """
    One try to find a person. `person` and `name` are keyed digests; `address` is "" where the
    request came over no network.
    """

    account: str
    address: str
    person: str
    name: str


class Gate(NamedTuple):
    """
    The limits that hold here, and what counts. `at_counter` tells addresses of halls and kiosks,
    where many people prove who they are.
    """

    limiter: Limiter
    limits: Mapping[str, Limit] = LIMITS
    at_counter: Callable[[str], bool] = lambda _: False

    def by_account(self, limit: str, account: str) -> None:
        """Raises RateLimited, StoreError."""
        self._pass(limit, "account", account, self.limits[limit].account)

    def by_address(self, limit: str, address: str) -> None:
        """Raises RateLimited, StoreError."""
        self._pass(limit, "address", address, self.limits[limit].address)

    def by_number(self, limit: str, number: str) -> None:
        """Raises RateLimited, StoreError."""
        self._pass(limit, "number", number, self.limits[limit].number)

    def by_proof(self, tried: Try) -> None:
        """Raises ProofsUsedUp, StoreError."""
        try:
            for who, key, budget in self._of(tried):
                self._pass("proof", who, key, budget)
        except RateLimited as error:
            raise ProofsUsedUp(error.seconds) from None

    def untried(self, tried: Try) -> None:
        """A try that came to nothing, for what would have answered is away. Raises StoreError."""
        for who, key, budget in self._of(tried):
            if budget is not None:
                self.limiter.give_back(f"proof.{who}", key, budget)

    def _of(self, tried: Try) -> Iterator[tuple[str, str, Budget | None]]:
        proof = self.limits["proof"]
        # The asker first: who has no try left uses up nobody else's.
        yield "account", tried.account, proof.account
        if tried.address and not self.at_counter(tried.address):
            yield "address", tried.address, proof.address
        yield "person", tried.person, proof.person
        yield "name", tried.name, proof.name

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
