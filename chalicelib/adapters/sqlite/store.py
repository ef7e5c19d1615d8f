"""
The event store and its log in one SQLite file.

Durable: WAL with `synchronous=FULL`, one fsync for all appends that arrive together. Beside the
file lie SQLite's `-wal` and `-shm` and two empty ones for the order of writers between processes.
"""

import sqlite3
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, ExitStack, nullcontext
from pathlib import Path
from threading import Lock
from time import monotonic
from typing import Literal, NamedTuple

from ...eventlog.ports import CommandId, Commit, History, StoreError, Unavailable
from .append import COLUMNS, HEAD, Append, Outcome, append, commit_of, write
from .changes import OwnChanges
from .file import connect, prepare, refusal
from .group_commit import GroupCommit
from .readers import Readers
from .writers_queue import WritersQueue

LOAD = f"SELECT {COLUMNS} FROM commits WHERE stream = ? AND version >= ? ORDER BY version"  # noqa: S608 - our names
# `after` may lie inside a commit, so the first one is the one that holds the position behind it.
READ = f"""
SELECT {COLUMNS} FROM commits
WHERE position >= coalesce((SELECT max(position) FROM commits WHERE position <= ?1 + 1), ?1)
AND position + length - 1 > ?1
ORDER BY position LIMIT ?2
"""  # noqa: S608 - our names
PLACE = """
SELECT position + ?2 - version FROM commits
WHERE stream = ?1 AND version <= ?2 AND version + length > ?2
ORDER BY version DESC LIMIT 1
"""


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
        self._readers = Readers(self.path)
        self._guard = Lock()
        self._closed = False
        self.written = Written()
        self._failed: tuple[float, StoreError] | None = None
        self._queue, self._db = _opened(self.path, synchronous)
        self.changes = OwnChanges(self._version)

    def load(self, stream: str, known: History | None = None, /) -> History:
        if known is not None and known.commits:
            last = known.commits[-1].version
            newer = known.with_newer(self._newer(stream, last))
            if newer is not None:
                return newer
        return History(stream, self._commits(stream, 1))

    def _newer(self, stream: str, version: int) -> tuple[Commit, ...]:
        # The writer's connection, if it is free, has in its cache what it wrote itself; a reader's
        # cache is void after each commit.
        if self._guard.acquire(blocking=False):
            try:
                if not self._closed:
                    return tuple(map(commit_of, self._db.execute(LOAD, (stream, version))))
            except sqlite3.Error as error:
                raise refusal(self.path, error) from error
            finally:
                self._guard.release()
        return self._commits(stream, version)

    def _commits(self, stream: str, version: int) -> tuple[Commit, ...]:
        return tuple(map(commit_of, self._readers.query(LOAD, (stream, version))))

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
                with self._queue, self.changes.writing(data_version(self._db)):
                    outcomes = write(self._db, batch)
                    self.changes.wrote(outcomes)
                    self.written = Written(
                        self.written.batches + 1, self.written.commits + len(batch)
                    )
                    self._failed = None
                    return outcomes
        except (sqlite3.Error, OSError) as error:
            refused = refusal(self.path, error)  # which may have to ask the disk: once
            self._failed = monotonic(), _caused(refused, error)
            # Each waits for its own: an exception that several threads raise has one traceback.
            return [_caused(type(refused)(str(refused)), error) for _ in batch]

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


def _opened(path: Path, synchronous: str) -> tuple[WritersQueue, sqlite3.Connection]:
    with ExitStack() as opened:
        try:
            queue = WritersQueue(path)
            opened.callback(queue.close)
            db = connect(path, synchronous)
            opened.callback(db.close)
            with queue:  # the switch to WAL does not wait its turn as writing does
                prepare(db, path)
        except (sqlite3.Error, OSError) as error:
            raise refusal(path, error) from error
        opened.pop_all()
    return queue, db


def _caused(refused: StoreError, cause: Exception) -> StoreError:
    refused.__cause__ = cause
    return refused
