"""A consistent copy of an SQLite file that others go on writing to."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Final

from .file import BUSY_SECONDS, refusal

PAGES: Final = 4096  # copied between two calls of `progress`
# Also where none is needed: it takes the snapshot, for BEGIN alone does not.
_LOOK = "SELECT count(*) FROM sqlite_master"


def copy(source: Path, target: Path, progress: Callable[[int, int], None]) -> None:
    """
    By SQLite's backup API. The whole copy is of one moment: within a read transaction others may
    write as they like, and without one SQLite would begin anew at each of their commits. The target
    is one file, without a WAL, and not durable yet. `progress` gets bytes, done and in all. Raises
    StoreError.
    """
    try:
        with closing(_connect(source)) as here, closing(_connect(target)) as there:
            (size,) = here.execute("PRAGMA page_size").fetchone()
            # Broken off, the copy is thrown away: it needs no journal, and whoever asked for it
            # waits for the disk once, at the end.
            there.execute("PRAGMA journal_mode = OFF").fetchone()
            there.execute("PRAGMA synchronous = OFF")
            here.execute("BEGIN")
            here.execute(_LOOK).fetchone()

            def step(_status: int, left: int, pages: int) -> None:
                progress((pages - left) * size, pages * size)

            here.backup(there, pages=PAGES, progress=step)
            here.execute("ROLLBACK")
            # The header has WAL from the source: a reader of a copy that may not be written to
            # could not open it.
            there.execute("PRAGMA journal_mode = DELETE").fetchone()
    except sqlite3.Error as error:
        raise refusal(source, error) from error


def _connect(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(path, BUSY_SECONDS, isolation_level=None)
