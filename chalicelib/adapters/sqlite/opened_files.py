"""Whether the files that SQLite has open are still the ones that lie under their names."""

import os
from pathlib import Path

from ...eventlog.belonging import Misplaced

_Id = tuple[int, int]


class OpenedFiles:
    """
    A database and its WAL, as they were when this was made: after the WAL was opened, which SQLite
    keeps until the last connection is closed.

    What is written to a file that has no name any more is lost with the process, and SQLite does
    not tell. Two calls of stat are 5 us, a request is more than a thousand.
    """

    def __init__(self, path: Path) -> None:
        """Raises OSError."""
        self._names = (os.fspath(path), f"{path}-wal")
        self._ids = tuple(map(_id, self._names))

    def check(self) -> None:
        """Raises Misplaced."""
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


def _id(name: str) -> _Id:
    found = os.stat(name)  # noqa: PTH116 - a path's own is three times as slow
    return found.st_dev, found.st_ino
