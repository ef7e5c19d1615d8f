"""What lies in the event store's file, read for an audit: of any type, in any place."""

from typing import Any, Final

from ...eventlog.auditing.table import Stored, Unreadable
from .append import commit_of

# SQLite's smallest integer.
LOWEST: Final = -(2**63)
# As COLUMNS are. STRICT holds whoever writes through SQLite to these, and no other.
_TYPES: Final = (int, str, int, int, str, bytes, bytes, bytes)


def stored_of(row: tuple[Any, ...]) -> Stored:
    position, stream, version, length, *_, digest, _ = row
    if tuple(map(type, row)) != _TYPES:
        what = "is not stored as a commit is: " + ", ".join(type(one).__name__ for one in row)
        return Unreadable(str(stream), version if type(version) is int else 0, what)
    if position < 1 or length < 1 or len(digest) != 32:  # noqa: PLR2004 - of SHA-256
        return Unreadable(stream, version, f"lies at position {position} with a length of {length}")
    return commit_of(row)
