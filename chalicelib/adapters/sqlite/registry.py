"""
The registry's table in an SQLite file of its own.

Not in the views' file: that is rebuilt from the log, and this can only be loaded again.
"""

import sqlite3
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from ...eventlog.ports import Damaged
from ...people.application.registry_table import Edition, Library
from ...platform.registry import RegistryDamaged, RegistryUnavailable
from .file import refusal
from .small_file import SmallFile

SCHEMA = """
CREATE TABLE IF NOT EXISTS editions (
    id TEXT PRIMARY KEY, library TEXT NOT NULL, done INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS live (
    library TEXT PRIMARY KEY, edition TEXT NOT NULL, rows INTEGER NOT NULL, loaded_at TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS rows (
    edition TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (edition, key)
) STRICT, WITHOUT ROWID;
"""


class SqliteRegistry:
    """A RegistryTable; any thread may ask."""

    def __init__(self, path: Path) -> None:
        self._file = SmallFile(path, SCHEMA, _failed)

    def live(self, library: Library, /) -> Edition | None:
        with self._file.opened() as db:
            found = db.execute(
                "SELECT edition, rows, loaded_at FROM live WHERE library = ?", (library,)
            ).fetchone()
        if found is None:
            return None
        edition, rows, loaded_at = found
        return Edition(library, edition, rows, datetime.fromisoformat(loaded_at))

    def get(self, edition: str, key: str, /) -> str | None:
        with self._file.opened() as db:
            found = db.execute(
                "SELECT value FROM rows WHERE edition = ? AND key = ?", (edition, key)
            ).fetchone()
        return None if found is None else str(found[0])

    def put(self, edition: str, rows: Sequence[tuple[str, str]], done: int, /) -> None:
        library = edition.partition("-")[0]
        with self._file.transaction() as db:
            db.executemany(
                "INSERT OR REPLACE INTO rows VALUES (?, ?, ?)",
                [(edition, key, value) for key, value in rows],
            )
            db.execute("INSERT OR REPLACE INTO editions VALUES (?, ?, ?)", (edition, library, done))

    def done(self, edition: str, /) -> int:
        with self._file.opened() as db:
            found = db.execute("SELECT done FROM editions WHERE id = ?", (edition,)).fetchone()
        return 0 if found is None else int(found[0])

    def activate(self, edition: Edition, /) -> None:
        with self._file.transaction() as db:
            db.execute(
                "INSERT OR REPLACE INTO live VALUES (?, ?, ?, ?)",
                (edition.library, edition.id, edition.rows, edition.loaded_at.isoformat()),
            )

    def forget(self, library: Library, keep: frozenset[str], /) -> None:
        with self._file.transaction() as db:
            known = db.execute("SELECT id FROM editions WHERE library = ?", (library,)).fetchall()
            for (edition,) in known:
                if edition not in keep:
                    db.execute("DELETE FROM rows WHERE edition = ?", (edition,))
                    db.execute("DELETE FROM editions WHERE id = ?", (edition,))


def _failed(path: Path, error: sqlite3.Error | OSError) -> RegistryUnavailable:
    refused = refusal(path, error)
    kind = RegistryDamaged if isinstance(refused, Damaged) else RegistryUnavailable
    return kind(f"the registry: {refused}")
