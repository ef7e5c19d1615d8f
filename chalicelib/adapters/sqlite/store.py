"""
The event store and its log in one SQLite file.

Durable: WAL with `synchronous=FULL`, one fsync for all appends that arrive together. Beside the
file lie SQLite's `-wal` and `-shm` and two empty ones for the order of writers between processes.
"""

import sqlite3
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, ExitStack, closing, nullcontext
from pathlib import Path
from threading import Lock
from time import monotonic
from typing import Literal, NamedTuple

from ...eventlog.auditing.table import Stored
from ...eventlog.belonging import Mark, Misplaced
from ...eventlog.ports import CommandId, Commit, History, StoreError, Unavailable, verify
from .append import (
    HEAD,
    LOAD,
    LOWEST,
    PLACE,
    READ,
    Append,
    Outcome,
    append,
    commit_of,
    stored_of,
    write,
)
from .changes import OwnChanges
from .file import FAILURES, connect, prepare, refusal
from .group_commit import GroupCommit
from .identity import LOG, identify
from .opened_files import OpenedFiles
from .readers import Readers
from .writers_queue import WritersQueue

HASH = """
SELECT position + length - 1, hash FROM commits WHERE position <= ? ORDER BY position DESC LIMIT 1
"""
# No table of ours, or no database at all.
_OTHER_FILE = (sqlite3.SQLITE_ERROR, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT)
LAST = "SELECT position + length - 1, hash FROM commits ORDER BY position DESC LIMIT 1"


# Seconds after which a failed append tells nothing any more: nobody may have tried since.
RECENT = 20.0


class Written(NamedTuple):
    """What this process has appended: each batch is one transaction, and one fsync."""

    batches: int = 0
    commits: int = 0


class SqliteStore:
    """An EventStore and a Log. Many threads may use one, and many processes one file."""

    def __init__(
        self,
        path: str | Path,
        *,
        notify: Callable[[], None] | None = None,
        synchronous: Literal["OFF", "NORMAL", "FULL", "EXTRA"] = "FULL",
        waiting: Callable[[], AbstractContextManager[None]] = nullcontext,
    ) -> None:
        """
        Opens the file or makes it, in a directory that exists. Raises Unavailable, Damaged.

        `notify` is called once a batch is durable, by a thread that appended; it must not raise.
        Around its wait for other appends a thread enters `waiting`.
        With `synchronous` below FULL a power cut takes acknowledged commits with it: for tests.
        """
        self.path = Path(path).resolve()
        self._notify = notify
        self._group = GroupCommit(self._write, self._written, waiting=waiting)
        self._guard = Lock()
        self._closed = False
        self.written = Written()
        self._failed: tuple[float, StoreError] | None = None
        self._queue, self._db, self.log_id, self._files = _opened(self.path, synchronous)
        self._readers = Readers(self.path, self._files.check)
        self.changes = OwnChanges(self._version)

    def load(self, stream: str, known: History | None = None, /) -> History:
        if known is not None and known.commits:
            last = known.commits[-1].version
            newer = known.with_newer(self._newer(stream, last))
            if newer is not None:
                verify(newer, len(known.commits))
                return newer
        history = History(stream, self._commits(stream, 1))
        verify(history)
        return history

    def _newer(self, stream: str, version: int) -> tuple[Commit, ...]:
        # The writer's connection, if it is free, has in its cache what it wrote itself; a reader's
        # cache is void after each commit.
        if self._guard.acquire(blocking=False):
            try:
                if not self._closed and self._readers.refused is None:
                    return tuple(map(commit_of, self._db.execute(LOAD, (stream, version))))
            except FAILURES as error:
                raise refusal(self.path, error) from error
            finally:
                self._guard.release()
        return self._commits(stream, version)

    def _commits(self, stream: str, version: int) -> tuple[Commit, ...]:
        return tuple(map(commit_of, self._readers.query(LOAD, (stream, version))))

    def stored(self, stream: str, /) -> Sequence[Stored]:
        """See `auditing.table.Table`."""
        return [stored_of(row) for row in self._readers.query(LOAD, (stream, LOWEST))]

    def append(self, history: History, command: CommandId, length: int, body: bytes, /) -> Commit:
        known = history.find(command)
        if known is not None:
            return known
        outcome = self._group.submit(append(history, command, length, body))
        if isinstance(outcome, StoreError):
            raise outcome
        return outcome

    def read(self, after: int, limit: int, /) -> Sequence[Commit]:
        """
        A checkpoint is always the last position of a commit. If `after` lies inside one, that
        commit comes again, whole: rather twice than not at all.
        """
        return [commit_of(row) for row in self._readers.query(READ, (after, limit))]

    def head(self) -> int:
        return sum(position for (position,) in self._readers.query(HEAD))

    def place(self, stream: str, version: int, /) -> int | None:
        found = self._readers.query(PLACE, (stream, version))
        return found[0][0] if found else None

    def hash_at(self, position: int, /) -> bytes | None:
        """Of the commit that ends there; None where none does."""
        found = self._readers.query(HASH, (position,))
        return found[0][1] if found and found[0][0] == position else None

    def end(self) -> Mark:
        """Where the log ends now."""
        found = self._readers.query(LAST)
        return Mark(self.log_id, *found[0]) if found else Mark(self.log_id, 0, b"")

    def check(self, known: Mark) -> Mark:
        """
        Where the log ends; raises Misplaced if that is not what was opened, or does not go on from
        `known`. Looks past what this process has in its caches. Raises Unavailable.
        """
        self._files.check()
        try:
            found, there, end = self._looked(known)
        except sqlite3.Error as error:
            if error.sqlite_errorcode & 0xFF not in _OTHER_FILE:
                raise refusal(self.path, error) from error
            found, there, end = None, None, (0, b"")
        if found != (self.log_id,) or (known.position and there != known[1:]):
            raise Misplaced(
                f"{self.path} is another one than the service has written: stop the service, and "
                "put back a backup with `banjian restore`"
            )
        return Mark(self.log_id, *end)

    def _looked(self, known: Mark) -> tuple[object, object, tuple[int, bytes]]:
        with closing(connect(self.path)) as db:
            found = db.execute("SELECT value FROM meta WHERE key = ?", (LOG,)).fetchone()
            there = db.execute(HASH, (known.position,)).fetchone()
            return found, there, db.execute(LAST).fetchone() or (0, b"")

    def noted(self, key: str) -> bytes | None:
        """What was noted beside the log."""
        found = self._readers.query("SELECT value FROM meta WHERE key = ?", (key,))
        return bytes(found[0][0]) if found else None

    def note(self, key: str, value: bytes) -> None:
        """Once; what was noted first stays. Raises Unavailable."""
        self._alter("INSERT OR IGNORE INTO meta VALUES (?, ?)", (key, value))

    def continue_as(self, log: str) -> None:
        """The copy of a log is the same log. Raises Misplaced if it has commits of another."""
        if log == self.log_id:
            return
        if self.head():
            raise Misplaced(f"{self.path} has events of another log: choose an empty target")
        self._alter("UPDATE meta SET value = ? WHERE key = ?", (log, LOG))
        self.log_id = log

    def _alter(self, sql: str, values: tuple[object, ...]) -> None:
        try:
            with self._guard, self._queue:
                self._db.execute(sql, values)
        except (sqlite3.Error, OSError) as error:
            raise refusal(self.path, error) from error

    def refuse(self, error: StoreError) -> None:
        """From now on whoever reads or appends is told so."""
        self._readers.refused = error

    def close(self) -> None:
        """Waits for what is being written; what comes later is refused. Twice is once."""
        self._readers.close()
        with self._guard:
            if not self._closed:
                self._closed = True
                self._db.close()
                self._queue.close()

    def _write(self, batch: list[Append]) -> list[Outcome]:
        try:
            with self._guard:
                if self._closed:
                    return [Unavailable(f"{self.path} was closed") for _ in batch]
                if self._readers.refused is not None:
                    return [self._readers.refused for _ in batch]
                with self._queue, self.changes.writing(data_version(self._db)):
                    outcomes = write(self._db, batch)
                    # Before anybody is told: what went to no file is not acknowledged.
                    self._files.check()
                    self.changes.wrote(outcomes)
                    self.written = Written(
                        self.written.batches + 1, self.written.commits + len(batch)
                    )
                    self._failed = None
                    return outcomes
        except Misplaced as error:
            self.refuse(error)
            return [error for _ in batch]
        except (*FAILURES, OSError) as error:
            refused = self._refusal(error)  # which may have to ask the disk: once
            self._failed = monotonic(), _caused(refused, error)
            # Each waits for its own: an exception that several threads raise has one traceback.
            return [_caused(type(refused)(str(refused)), error) for _ in batch]

    def _refusal(self, error: sqlite3.Error | UnicodeDecodeError | OSError) -> StoreError:
        try:
            self._files.check()
        except Misplaced as misplaced:
            return misplaced
        return refusal(self.path, error)

    @property
    def refusing(self) -> StoreError | None:
        """Why the last append failed, if that is no longer ago than RECENT seconds."""
        failed = self._failed
        return failed[1] if failed is not None and monotonic() - failed[0] < RECENT else None

    def _version(self) -> int | None:
        with self._guard:
            try:
                return None if self._closed else data_version(self._db)
            except sqlite3.Error:
                return None  # whoever reads or writes next says what is wrong

    def _written(self, outcomes: Sequence[Outcome]) -> None:
        if self._notify is not None and any(isinstance(one, Commit) for one in outcomes):
            self._notify()


def data_version(db: sqlite3.Connection) -> int:
    version: int = db.execute("PRAGMA data_version").fetchone()[0]
    return version


_Opened = tuple[WritersQueue, sqlite3.Connection, str, OpenedFiles]


def _opened(path: Path, synchronous: str) -> _Opened:
    with ExitStack() as opened:
        try:
            queue = WritersQueue(path)
            opened.callback(queue.close)
            db = connect(path, synchronous)
            opened.callback(db.close)
            with queue:  # the switch to WAL does not wait its turn as writing does
                prepare(db, path)
                log = identify(db)
                files = OpenedFiles(path)
        except (*FAILURES, OSError) as error:
            raise refusal(path, error) from error
        opened.pop_all()
    return queue, db, log, files


def _caused(refused: StoreError, cause: Exception) -> StoreError:
    refused.__cause__ = cause
    return refused
