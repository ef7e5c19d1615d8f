"""
Seals (封存) that are kept: one statement each, with its signature and the public key beside it.

Their names are in the order of positions, so that the last one is the one to go on from. Whoever
can write where the log is could make both anew: the shelf is worth what it is apart from the log.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Final, NamedTuple, Protocol

from ..audit import BadSeal, Seal, sealed, sealed_at

SUFFIX: Final = ".seal"
SIGNATURE, KEY = f"{SUFFIX}.sig", f"{SUFFIX}.pem"


class Shelf(Protocol):
    """Where seals are kept. Every method raises Unavailable."""

    @property
    def place(self) -> str:
        """For people: a folder, or s3://bucket/prefix."""
        ...

    def names(self) -> Sequence[str]:
        """In order."""
        ...

    def get(self, name: str, /) -> bytes | None: ...

    def put(self, name: str, content: bytes, /) -> None:
        """Durably; raises Damaged if something else is kept under that name: none is replaced."""
        ...


class NoShelf:
    """Nothing is kept, and nothing found."""

    place = "nowhere"

    def names(self) -> Sequence[str]:
        return ()

    def get(self, _name: str, /) -> bytes | None:
        return None

    def put(self, _name: str, _content: bytes, /) -> None:
        """It is in the log line."""


class Kept(NamedTuple):
    """A seal as it was found; `name` is that of its statement."""

    name: str
    seal: Seal
    at: datetime


# Raises BadSeal, of a statement, its signature and the key beside it.
Check = Callable[[bytes, bytes, bytes], None]


def name_of(seal: Seal, at: datetime) -> str:
    return f"{seal.position:015d}-{at:%Y%m%dT%H%M%SZ}"


def last(shelf: Shelf, check: Check, before: datetime | None = None) -> Kept | None:
    """The last one that is good, and was made before; None if there is none. Raises Unavailable."""
    for name in _newest_first(shelf):
        try:
            kept = _read(shelf, name, check)
        except BadSeal:
            continue
        if before is None or kept.at < before:
            return kept
    return None


def bad(shelf: Shelf, check: Check, most: int = 3) -> Iterator[tuple[str, str]]:
    """The names of the newest ones that are not good, and why; those behind a good one are past."""
    for name, _ in zip(_newest_first(shelf), range(most), strict=False):
        try:
            _read(shelf, name, check)
        except BadSeal as error:
            yield name, str(error)
        else:
            return


def _newest_first(shelf: Shelf) -> Iterator[str]:
    yield from sorted((one for one in shelf.names() if one.endswith(SUFFIX)), reverse=True)


def _read(shelf: Shelf, name: str, check: Check) -> Kept:
    stem = name.removesuffix(SUFFIX)
    parts = [shelf.get(stem + suffix) for suffix in (SUFFIX, SIGNATURE, KEY)]
    text, signature, key = parts
    if text is None or signature is None or key is None:
        raise BadSeal(f"{name} lacks its signature or its key")
    check(text, signature, key)
    return Kept(name, sealed(text), sealed_at(text))
