"""
The rows of one log on disk, so that those of a case can be had together however the file scatters
them, and memory does not grow with the file.
"""

import fcntl
import json
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, closing, contextmanager
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from ..rows import LogRow

BATCH = 1000
PREFIX = "staged-"

SCHEMA = """
CREATE TABLE cases (id INTEGER PRIMARY KEY, reference TEXT NOT NULL UNIQUE);
CREATE TABLE rows (case_id INTEGER NOT NULL, line INTEGER NOT NULL, told TEXT NOT NULL);
CREATE TABLE broken (id INTEGER PRIMARY KEY, line INTEGER NOT NULL, reason TEXT NOT NULL);
CREATE TABLE mentions (reference TEXT NOT NULL, broken_id INTEGER NOT NULL);
"""
INDEXES = """
CREATE INDEX rows_of_case ON rows (case_id, line);
CREATE INDEX mentioned ON mentions (reference);
CREATE INDEX mentioning ON mentions (broken_id);
"""


class Staged(NamedTuple):
    """
    A case of the log: its first line, how many rows it has, and the line of a broken row that
    may be another one of them.
    """

    id: int
    reference: str
    line: int
    rows: int
    broken: int | None


class Broken(NamedTuple):
    """A row of which no case is known for sure; `case` is the first one that it mentions."""

    line: int
    reason: str
    case: str | None


class Staging:
    """Rows go in with `add`, all of them before the first question."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        db.executescript(SCHEMA)

    def add(self, rows: Iterable[LogRow], case_of: Callable[[LogRow], str | None]) -> Iterator[int]:
        """Take in `rows`, each of the case that it names; tells how many there are so far."""
        rows, total = iter(rows), 0
        while batch := list(islice(rows, BATCH)):
            with self._db:
                self._add(batch, case_of)
            total += len(batch)
            yield total
        self._db.executescript(INDEXES)

    def _add(self, batch: list[LogRow], case_of: Callable[[LogRow], str | None]) -> None:
        whole = []
        for row in batch:
            reference = case_of(row)
            if row.problem is None and reference is not None:
                whole.append((reference, row.line, json.dumps(row.values)))
            else:
                self._add_broken(row, row.problem or "the row names no case")
        self._db.executemany(
            "INSERT OR IGNORE INTO cases (reference) VALUES (?)", ((one[0],) for one in whole)
        )
        self._db.executemany(
            "INSERT INTO rows SELECT id, ?2, ?3 FROM cases WHERE reference = ?1", whole
        )

    def _add_broken(self, row: LogRow, reason: str) -> None:
        added = self._db.execute(
            "INSERT INTO broken (line, reason) VALUES (?, ?)", (row.line, reason)
        )
        self._db.executemany(
            "INSERT INTO mentions VALUES (?, ?)", ((one, added.lastrowid) for one in row.mentions)
        )

    def broken(self) -> Iterator[Broken]:
        query = """
            SELECT line, reason, (
                SELECT reference FROM mentions JOIN cases USING (reference)
                WHERE broken_id = broken.id ORDER BY cases.id LIMIT 1)
            FROM broken ORDER BY broken.id"""
        return (Broken(*found) for found in self._db.execute(query))

    def count(self) -> int:
        (count,) = self._db.execute("SELECT count(*) FROM cases").fetchone()
        return int(count)

    def cases(self) -> Iterator[Staged]:
        """In the order in which the log names them first."""
        query = """
            SELECT id, reference, min(line), count(*), (
                SELECT min(broken.line) FROM mentions JOIN broken ON broken.id = broken_id
                WHERE mentions.reference = cases.reference)
            FROM cases JOIN rows ON case_id = id GROUP BY id ORDER BY id"""
        return (Staged(*found) for found in self._db.execute(query))

    def rows(self, case: Staged) -> list[LogRow]:
        query = "SELECT line, told FROM rows WHERE case_id = ? ORDER BY line"
        found = self._db.execute(query, (case.id,))
        return [LogRow(line, json.loads(told)) for line, told in found]


@contextmanager
def staging(data: Path) -> Iterator[Staging]:
    """
    A place in the directory `data`, gone afterwards; what an import that was killed left there
    goes too. Raises OSError.
    """
    with _directory(data / "imports") as directory:
        try:
            with closing(sqlite3.connect(directory / "rows.db")) as db:
                # Nothing here outlives the process, so nothing needs to survive a crash.
                db.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF")
                yield Staging(db)
        except sqlite3.OperationalError as error:  # such as a full disk
            raise OSError(f"the rows cannot be kept in {directory}: {error}") from error


@contextmanager
def _directory(parent: Path) -> Iterator[Path]:
    parent.mkdir(parents=True, exist_ok=True)
    with ExitStack() as held:
        # One at a time sweeps and begins: what nobody has locked yet looks abandoned.
        with _locked(parent, fcntl.LOCK_EX):
            _sweep(parent)
            directory = Path(tempfile.mkdtemp(prefix=PREFIX, dir=parent))
            held.enter_context(_locked(directory, fcntl.LOCK_EX))
        held.callback(shutil.rmtree, directory)
        yield directory


def _sweep(parent: Path) -> None:
    for left in parent.glob(f"{PREFIX}*"):
        try:
            with _locked(left, fcntl.LOCK_EX | fcntl.LOCK_NB):
                shutil.rmtree(left)
        except BlockingIOError:  # an import that is under way
            continue


@contextmanager
def _locked(directory: Path, how: int) -> Iterator[None]:
    """The kernel lets go of the lock when the process ends, however it ends."""
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        fcntl.flock(descriptor, how)
        yield
    finally:
        os.close(descriptor)
