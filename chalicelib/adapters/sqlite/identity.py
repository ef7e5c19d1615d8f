"""The id of the log that a file is, or belongs to."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Final
from uuid import uuid4

from .file import BUSY_SECONDS

LOG: Final = "log"
_OF = "CREATE TABLE IF NOT EXISTS of_log (id TEXT PRIMARY KEY) STRICT, WITHOUT ROWID"


def identify(db: sqlite3.Connection) -> str:
    """
    The id of the log in this file of the event store. One of an earlier release has none, and gets
    it now; by whoever holds the writers' queue. Raises sqlite3.Error.
    """
    db.execute("INSERT OR IGNORE INTO meta VALUES (?, ?)", (LOG, uuid4().hex))
    return str(db.execute("SELECT value FROM meta WHERE key = ?", (LOG,)).fetchone()[0])


def of_log(path: Path) -> str | None:
    """The log that the file at `path` was made beside; None if it does not say, or is not there."""
    if not path.exists():
        return None
    with closing(_connect(path)) as db:
        known = db.execute("SELECT 1 FROM sqlite_master WHERE name = 'of_log'").fetchone()
        found = db.execute("SELECT id FROM of_log").fetchone() if known else None
    return None if found is None else str(found[0])


def adopt(path: Path, log: str) -> None:
    """From now on the file, if it is there, says of which log it is. Raises sqlite3.Error."""
    if path.exists():
        with closing(_connect(path)) as db:
            db.execute(_OF)
            db.execute(
                "INSERT INTO of_log SELECT ? WHERE NOT EXISTS (SELECT 1 FROM of_log)", (log,)
            )


def is_log(path: Path) -> bool:
    """Whether there is a file with an event store's tables. Raises sqlite3.Error."""
    if not path.exists() or not path.stat().st_size:
        return False
    with closing(_connect(path)) as db:
        found = db.execute("SELECT 1 FROM sqlite_master WHERE name = 'commits'").fetchone()
    return found is not None


def _connect(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(path, BUSY_SECONDS, isolation_level=None)
