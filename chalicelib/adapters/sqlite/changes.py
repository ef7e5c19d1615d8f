"""
Whether anything was appended to a stream, told without reading it.

`PRAGMA data_version` of the connection that writes changes with what any other connection commits,
and not with what its own does. During our own write nobody else writes, for whoever does holds the
writers' queue, and nothing has to be asked. What is our own is known by stream.

The `-shm` file would tell the same without a query. But whoever opens it beside SQLite, and closes
it, lets go of the locks that SQLite holds on it (POSIX, close()): the next process would take the
file for its own.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Final

from ...eventlog.ports import Commit

# Streams whose last commit is known to be ours; then all is forgotten, and looked at anew.
_MOST: Final = 20_000


class OwnChanges:
    """
    A `Changes` of one store. Safe to share between threads. `version` is the data version of the
    connection that writes, once nobody uses it; None where it cannot be told any more.
    """

    def __init__(self, version: Callable[[], int | None]) -> None:
        self._version = version
        self._lock = Lock()
        self._mark = 0
        self._own: dict[str, bytes] = {}
        self._writing = False
        self._seen: int | None = None

    def mark(self) -> int | None:
        """Of this moment: another one, if somebody else has written since. None: not known."""
        if self._writing:
            return self._mark
        version = self._version()
        return None if version is None else self._marked(version)

    def last_mark(self) -> int | None:
        """Of the last look that anybody took; None before there was one."""
        return self._mark or None

    def _marked(self, version: int) -> int:
        with self._lock:
            if version != self._seen:
                self._mark += 1
                self._seen = version
            return self._mark

    def unchanged(self, stream: str, hash_: bytes, mark: int, /) -> bool:
        """Whether a stream that ended with `hash_` at `mark`, or later, does so now."""
        return mark == self.mark() and self._own.get(stream, hash_) == hash_

    @contextmanager
    def writing(self, version: int) -> Iterator[None]:
        """
        Around our own write, with the data version before it. To be entered by who holds the
        writers' queue and the connection.
        """
        self._marked(version)
        self._writing = True
        try:
            yield
        finally:
            self._writing = False

    def wrote(self, outcomes: Iterable[object]) -> None:
        """Within `writing`, before anybody is told."""
        for one in outcomes:
            if isinstance(one, Commit):
                self._own[one.stream] = one.hash
        if len(self._own) > _MOST:
            with self._lock:
                self._mark += 1
            self._own = {}
