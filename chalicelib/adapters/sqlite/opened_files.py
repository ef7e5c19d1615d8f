"""Whether the files that SQLite has open are still the ones that lie under their names."""

import os
from pathlib import Path
from time import time_ns
from typing import Final

from ...eventlog.belonging import Misplaced

_Id = tuple[int, int]
# Nanoseconds that the time of a directory's last change must lie back to tell of any later one:
# more than a tick of what it is kept by, which is the kernel's, of 10 ms at most, or of a file
# system that keeps whole seconds, some of them two at a time.
_SECOND: Final = 1_000_000_000
_TICK, _TICK_OF_SECONDS = 30_000_000, 3 * _SECOND


class OpenedFiles:
    """
    A database and its WAL, as they were when this was made: after the WAL was opened, which SQLite
    keeps until the last connection is closed.

    What is written to a file that has no name any more is lost with the process, and SQLite does
    not tell. A name cannot be given to another file without a change of its directory, and only
    that is looked at as long as there is none: who asks a file for its times between two writes
    makes the next fsync write them, too (multigrain timestamps, Linux 6.13), 75 us each.
    """

    def __init__(self, path: Path) -> None:
        """Raises OSError."""
        self._directory = os.fspath(path.parent)
        self._names = (os.fspath(path), f"{path}-wal")
        self._ids = tuple(map(_id, self._names))
        self._seen: tuple[_Id, int] | None = None

    def check(self) -> None:
        """Raises Misplaced."""
        now, seen = time_ns(), self._looked()
        if seen is not None and seen == self._seen:
            return
        self._check_names()
        self._seen = seen if seen is not None and _settled(seen[1], now) else None

    def _looked(self) -> tuple[_Id, int] | None:
        """Which directory it is, and when something in it was last made, removed or renamed."""
        try:
            found = os.stat(self._directory)  # noqa: PTH116 - a path's own is three times as slow
        except FileNotFoundError:
            return None
        return (found.st_dev, found.st_ino), found.st_mtime_ns

    def _check_names(self) -> None:
        for name, opened in zip(self._names, self._ids, strict=True):
            try:
                if _id(name) == opened:
                    continue
                happened = "was replaced"
            except FileNotFoundError:
                happened = "was removed"
            raise Misplaced(
                f"{name} {happened} while the service ran: stop the service, and put back a backup "
                "with `banjian restore`"
            )


def _settled(changed: int, now: int) -> bool:
    tick = _TICK if changed % _SECOND else _TICK_OF_SECONDS
    return now - changed > tick


def _id(name: str) -> _Id:
    found = os.stat(name)  # noqa: PTH116 - a path's own is three times as slow
    return found.st_dev, found.st_ino
