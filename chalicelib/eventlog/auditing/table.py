"""The table of commits as an audit reads it: all that lies there, and nothing checked."""

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from ..ports import Commit


class Unreadable(NamedTuple):
    """What lies at a place of the table and is no commit; `what` says why."""

    stream: str
    version: int
    what: str


Stored = Commit | Unreadable


class Table(Protocol):
    """The commits by stream and version, as they lie there. Raises Unavailable, Damaged."""

    def stored(self, stream: str, /) -> Sequence[Stored]:
        """
        All that lies under the stream's name, by version, those below 1 included; `position` of a
        commit may be None. It is not checked.
        """
        ...
