"""
Sign-ins in an SQLite file of its own.

Not in the views' file, which is rebuilt from the log, and not beside the events, which nothing
takes away.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path

from ...platform.sign_ins import SignIn
from .file import BUSY_SECONDS, refusal

SCHEMA = """
CREATE TABLE IF NOT EXISTS sign_ins (
    subject TEXT PRIMARY KEY, account TEXT NOT NULL, person TEXT, staff INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS by_account ON sign_ins (account);
CREATE TABLE IF NOT EXISTS used (
    key TEXT PRIMARY KEY, by TEXT NOT NULL, until REAL NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS by_end ON used (until);
"""
_FIND = "SELECT account, person, staff FROM sign_ins WHERE subject = ?"


class SqliteSignIns:
    """SignIns; each call has a connection of its own, so any thread may ask."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._made = False

    @contextmanager
    def _opened(self) -> Iterator[sqlite3.Connection]:
        try:
            with closing(sqlite3.connect(self._path, BUSY_SECONDS, isolation_level=None)) as db:
                if not self._made:
                    db.execute("PRAGMA journal_mode = WAL")
                    db.executescript(SCHEMA)
                    self._made = True
                yield db
        except (sqlite3.Error, OSError) as error:
            raise refusal(self._path, error) from error

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with self._opened() as db:
            # What is erased is overwritten, and an account's name is lost by no power cut.
            db.execute("PRAGMA secure_delete = ON")
            db.execute("PRAGMA synchronous = FULL")
            db.execute("BEGIN IMMEDIATE")
            # What is left open when the connection closes is rolled back.
            yield db
            db.execute("COMMIT")

    def find(self, subject: str, /) -> SignIn | None:
        with self._opened() as db:
            return _row(db.execute(_FIND, (subject,)).fetchone())

    def put(self, subject: str, row: SignIn, before: SignIn | None, /) -> SignIn:
        with self._transaction() as db:
            stands = _row(db.execute(_FIND, (subject,)).fetchone())
            if stands is not None and (before is None or stands.account != before.account):
                return stands
            db.execute("INSERT OR REPLACE INTO sign_ins VALUES (?, ?, ?, ?)", (subject, *row))
            return row

    def person(self, account: str, /) -> str | None:
        with self._opened() as db:
            found = db.execute(
                "SELECT person FROM sign_ins WHERE account = ? AND person IS NOT NULL", (account,)
            ).fetchone()
        return None if found is None else str(found[0])

    def erase(self, account: str, /) -> None:
        with self._transaction() as db:
            db.execute("DELETE FROM sign_ins WHERE account = ?", (account,))

    def rows(self) -> Iterator[tuple[str, SignIn]]:
        with self._opened() as db:
            for subject, *rest in db.execute("SELECT * FROM sign_ins ORDER BY subject"):
                yield subject, SignIn(rest[0], rest[1], bool(rest[2]))

    def first(self, key: str, by: str, until: datetime, now: datetime, /) -> bool:
        with self._transaction() as db:
            db.execute("DELETE FROM used WHERE until < ?", (now.timestamp(),))
            db.execute("INSERT OR IGNORE INTO used VALUES (?, ?, ?)", (key, by, until.timestamp()))
            (user,) = db.execute("SELECT by FROM used WHERE key = ?", (key,)).fetchone()
        return bool(user == by)


def _row(found: tuple[str, str | None, int] | None) -> SignIn | None:
    return None if found is None else SignIn(found[0], found[1], bool(found[2]))
