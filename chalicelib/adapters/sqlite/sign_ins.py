"""
Sign-ins in an SQLite file of its own.

Not in the views' file, which is rebuilt from the log, and not beside the events, which nothing
takes away.
"""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from ...platform.sign_ins import SignIn
from .file import refusal
from .small_file import SmallFile

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
# What is erased is overwritten, and an account's name is lost by no power cut.
_WRITING = ("secure_delete = ON", "synchronous = FULL")
_FIND = "SELECT account, person, staff FROM sign_ins WHERE subject = ?"


class SqliteSignIns:
    """SignIns; any thread may ask."""

    def __init__(self, path: Path) -> None:
        self._file = SmallFile(path, SCHEMA, refusal, _WRITING)

    def find(self, subject: str, /) -> SignIn | None:
        with self._file.opened() as db:
            return _row(db.execute(_FIND, (subject,)).fetchone())

    def put(self, subject: str, row: SignIn, before: SignIn | None, /) -> SignIn:
        with self._file.transaction() as db:
            stands = _row(db.execute(_FIND, (subject,)).fetchone())
            if stands is not None and (before is None or stands.account != before.account):
                return stands
            db.execute("INSERT OR REPLACE INTO sign_ins VALUES (?, ?, ?, ?)", (subject, *row))
            return row

    def person(self, account: str, /) -> str | None:
        with self._file.opened() as db:
            found = db.execute(
                "SELECT person FROM sign_ins WHERE account = ? AND person IS NOT NULL", (account,)
            ).fetchone()
        return None if found is None else str(found[0])

    def erase(self, account: str, /) -> None:
        with self._file.transaction() as db:
            db.execute("DELETE FROM sign_ins WHERE account = ?", (account,))

    def rows(self) -> Iterator[tuple[str, SignIn]]:
        with self._file.opened() as db:
            for subject, *rest in db.execute("SELECT * FROM sign_ins ORDER BY subject"):
                yield subject, SignIn(rest[0], rest[1], bool(rest[2]))

    def first(self, key: str, by: str, until: datetime, now: datetime, /) -> bool:
        with self._file.transaction() as db:
            db.execute("DELETE FROM used WHERE until < ?", (now.timestamp(),))
            db.execute("INSERT OR IGNORE INTO used VALUES (?, ?, ?)", (key, by, until.timestamp()))
            (user,) = db.execute("SELECT by FROM used WHERE key = ?", (key,)).fetchone()
        return bool(user == by)


def _row(found: tuple[str, str | None, int] | None) -> SignIn | None:
    return None if found is None else SignIn(found[0], found[1], bool(found[2]))
