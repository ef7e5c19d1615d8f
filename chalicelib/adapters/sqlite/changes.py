"""
Whether anything was appended to a stream, told without a query.

SQLite keeps a header of its WAL's index in the `-shm` file, which all processes map, and every
commit changes it (sqlite.org/walformat.html, "The WAL-Index File Format"). Between two appends of
our own it stands still unless somebody else wrote; during one it is ours that changes it, for
whoever writes holds the writers' queue. What is our own is known by stream.

A query takes some ten microseconds, and gives the interpreter lock away, which under load costs
several times that.
"""

import mmap
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Lock
from typing import Final

from ...eventlog.ports import Commit

_HEADER: Final = 48  # bytes; the copy that follows is written first
_FORMAT: Final = 3_007_000
# Streams whose last commit is known to be ours; then all is forgotten, and looked at anew.
_MOST: Final = 20_000


class WalChanges:
    """A `Changes` of one store. Safe to share between threads."""

    def __init__(self, database: Path) -> None:
        """Of a database that is open in WAL mode; elsewhere it knows nothing."""
        self._index = _mapped(database.with_name(f"{database.name}-shm"))
        self._lock = Lock()
        self._mark = 0
        self._own: dict[str, bytes] = {}
        self._writing = False
        self._seen = self._header()

    def mark(self) -> int | None:
        """Of this moment: another one, if another process has written since. None: not known."""
        if self._index is None:
            return None
        if not self._writing and self._header() != self._seen:
            with self._lock:
                self._mark += 1
                self._seen = self._header()
        return self._mark

    def unchanged(self, stream: str, hash_: bytes, mark: int, /) -> bool:
        """Whether a stream that ended with `hash_` at `mark`, or later, does so now."""
        return mark == self.mark() and self._own.get(stream, hash_) == hash_

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Around our own write. To be entered by who holds the writers' queue."""
        with self._lock:
            if self._header() != self._seen:
                self._mark += 1
            self._writing = True
        try:
            yield
        finally:
            with self._lock:
                self._seen = self._header()
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

    def close(self) -> None:
        index, self._index = self._index, None
        if index is not None:
            with suppress(BufferError):
                index.close()

    def _header(self) -> bytes:
        index = self._index
        return b"" if index is None else index[:_HEADER]


def _mapped(path: Path) -> mmap.mmap | None:
    try:
        with path.open("rb") as file:
            index = mmap.mmap(file.fileno(), mmap.PAGESIZE, prot=mmap.PROT_READ)
    except (OSError, ValueError):
        return None
    if int.from_bytes(index[:4], "little") == _FORMAT:
        return index
    index.close()
    return None
