"""
What accounts have used up of a day, in an SQLite file of its own, so that it outlives the process.

A process that dies loses nothing of it, a power cut perhaps the last few: nobody waits for the disk
to count. An account is digested: the file is nobody's list of who was here.
"""

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from threading import Lock
from time import time

from ...platform.quotas import Amount
from .file import WAL_LIMIT, refusal

SCHEMA = """
CREATE TABLE IF NOT EXISTS tally (
    key TEXT NOT NULL, until INTEGER NOT NULL, name TEXT NOT NULL, n INTEGER NOT NULL,
    PRIMARY KEY (until, key, name)
) STRICT, WITHOUT ROWID;
"""
BUSY_SECONDS = 10.0


class SqliteTally:
    """A Tally; threads take turns on one connection, for a turn takes some microseconds."""

    def __init__(self, path: Path, clock: Callable[[], float] = time) -> None:
        """The file is made when something is first counted."""
        self._path, self._clock, self._lock = path, clock, Lock()
        self._db: sqlite3.Connection | None = None

    def add(self, key: str, until: datetime, amounts: Sequence[Amount], /) -> bool:
        digest, end = sha256(key.encode()).hexdigest(), int(until.timestamp())
        with self._transaction() as db:
            for one in amounts:
                # Each is one statement, and the transaction all of them.
                done = db.execute(
                    "INSERT INTO tally SELECT ?1, ?2, ?3, ?4 WHERE ?4 <= ?5"
                    " ON CONFLICT DO UPDATE SET n = n + ?4 WHERE n + ?4 <= ?5",
                    (digest, end, one.name, one.more, one.most),
                )
                if done.rowcount == 0:
                    db.execute("ROLLBACK")
                    return False
            db.execute("DELETE FROM tally WHERE until < ?", (int(self._clock()),))
        return True

    def close(self) -> None:
        """Leaves one file; opened again by whoever counts."""
        with self._lock:
            db, self._db = self._db, None
            if db is not None:
                db.close()

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        try:
            with self._lock:
                db = self._db = self._db or self._opened()
                db.execute("BEGIN IMMEDIATE")
                try:
                    yield db
                    if db.in_transaction:
                        db.execute("COMMIT")
                except BaseException:
                    if db.in_transaction:
                        db.execute("ROLLBACK")
                    raise
        except (sqlite3.Error, OSError) as error:
            raise refusal(self._path, error) from error

    def _opened(self) -> sqlite3.Connection:
        db = sqlite3.connect(
            self._path, BUSY_SECONDS, isolation_level=None, check_same_thread=False
        )
        try:
            # What a power cut takes is the last few, and never the file.
            db.execute("PRAGMA journal_mode = WAL")
            db.execute("PRAGMA synchronous = NORMAL")
            db.execute(f"PRAGMA journal_size_limit = {WAL_LIMIT}")
            db.executescript(SCHEMA)
        except BaseException:
            db.close()
            raise
        return db
