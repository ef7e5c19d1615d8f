"""
The event store's file as an audit reads it: without a store, and without writing to it.

`integrity_check` holds the index against the table, entry by entry, and the table against its
constraints; it says how many entries are wrong, and not of which stream. That the statements below
say, which read the index alone and the table alone.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, Final

from ...eventlog.auditing.findings import SHOWN, Finding
from ...eventlog.auditing.table import Stored
from ...eventlog.ports import Commit, Damaged, Unavailable
from .append import HEAD, LOAD, LOWEST, PLACE, READ, commit_of, stored_of
from .file import (
    FAILURES,
    SCHEMA_VERSION,
    constrained,
    foreign,
    refusal,
    schema_version,
    strange,
)

_INDEX: Final = "sqlite_autoindex_commits_1"
# Rows that no load finds, since the index has no entry of theirs.
_UNINDEXED: Final = f"""
SELECT position, stream, version FROM commits t NOT INDEXED WHERE NOT EXISTS (
    SELECT 1 FROM commits i INDEXED BY {_INDEX}
    WHERE i.stream = t.stream AND i.version = t.version AND i.rowid = t.position
) LIMIT {SHOWN}
"""  # noqa: S608 - our names
# Entries of the index, which alone is read, that lead to another row, or to none.
_MISLEADING: Final = f"""
SELECT i.stream, i.version, i.rowid FROM commits i INDEXED BY {_INDEX} WHERE NOT EXISTS (
    SELECT 1 FROM commits t NOT INDEXED
    WHERE t.position = i.rowid AND +t.stream = i.stream AND +t.version = i.version
) LIMIT {SHOWN}
"""  # noqa: S608 - our names
_BELOW: Final = f"SELECT stream, version, position FROM commits WHERE position < 1 LIMIT {SHOWN}"  # noqa: S608 - our names


def read_only(path: Path) -> sqlite3.Connection:
    """
    A connection that writes nothing, not even beside the file. Where nobody can write there, it
    reads the file as one that nobody changes. Raises Unavailable, Damaged.
    """
    if not path.is_file():
        raise Unavailable(f"{path} is not there")
    try:
        return _writable(path)
    except FAILURES as error:
        raise refusal(path, error) from error


def _writable(path: Path) -> sqlite3.Connection:
    try:
        return _opened(path, "mode=ro")
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode & 0xFF not in _NOT_WRITABLE:
            raise
        wal = path.with_name(f"{path.name}-wal")
        if wal.is_file() and wal.stat().st_size:
            raise Unavailable(
                f"{wal} holds commits that are not in {path.name} yet, and cannot be read where "
                "nobody may write: copy both to a directory of your own, and name that"
            ) from error
        return _opened(path, "mode=ro&immutable=1")


_NOT_WRITABLE: Final = (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_IOERR)


def _opened(path: Path, options: str) -> sqlite3.Connection:
    name = path.resolve().as_uri()
    db = sqlite3.connect(
        f"{name}?{options}", uri=True, isolation_level=None, check_same_thread=False, timeout=30
    )
    try:
        db.execute("PRAGMA query_only = ON")
        db.execute("SELECT 1 FROM sqlite_master").fetchone()
    except BaseException:
        db.close()
        raise
    return db


def structure(path: Path) -> Iterator[Finding]:
    """What is in the file beside our tables, and whether these still are as we made them."""
    try:
        yield from _structure(path)
    except FAILURES as error:
        raise refusal(path, error) from error


def _structure(path: Path) -> Iterator[Finding]:
    with closing(read_only(path)) as db:
        for kind, name in foreign(db):
            yield _of_file(path, "foreign", f"has a {kind} `{name}` that is none of ours")
        if not constrained(db):
            what = "its table is another one than this release, or one before it, made"
            yield _of_file(path, "foreign", what)
        if schema_version(db) not in range(1, SCHEMA_VERSION + 1):
            yield _of_file(path, "damaged", "does not say of which schema it is")
        for key in strange(db):
            yield _of_file(path, "damaged", f"has a note {key!r} that no release of ours made")
        for stream, version, position in db.execute(_BELOW):
            what = f"lies at position {position}, where the log is not read"
            yield Finding("added", str(stream), int(version), 0, what, path.name)


def integrity(path: Path) -> Iterator[Finding]:
    """Reads the whole file; findings by stream and version where they can be told."""
    try:
        with closing(read_only(path)) as db:
            said = [text for (text,) in db.execute(f"PRAGMA integrity_check({SHOWN})")]
    except (*FAILURES, Damaged) as error:
        said = [str(error)]
    if said == ["ok"]:
        return
    try:
        with closing(read_only(path)) as db:
            yield from _misplaced(db, path)
    except (*FAILURES, Damaged):
        pass  # a page that cannot be read: what was said above tells of it
    for text in said:
        yield _of_file(path, "damaged", " ".join(text.split()))


def _misplaced(db: sqlite3.Connection, path: Path) -> Iterator[Finding]:
    db.text_factory = _text
    for position, stream, version in db.execute(_UNINDEXED).fetchall():
        what = "is in the log, and the index of streams does not lead to it"
        yield Finding("removed", stream, version, position, what, path.name)
    for stream, version, position in db.execute(_MISLEADING).fetchall():
        what = f"the index of streams leads from here to position {position}, which is another"
        yield Finding("added", stream, version, 0, what, path.name)


def _text(raw: bytes) -> str:
    """Of a column that somebody may have written anything into."""
    return raw.decode(errors="backslashreplace")


def _of_file(path: Path, kind: Any, what: str) -> Finding:
    return Finding(kind, "", 0, 0, what, path.name)


class AuditedFile:
    """A Log and a Table, of a file that nothing is written to; for one thread."""

    def __init__(self, path: Path) -> None:
        self._db = read_only(path)
        self._db.text_factory = _text
        self._path = path

    def close(self) -> None:
        self._db.close()

    def stored(self, stream: str, /) -> Sequence[Stored]:
        return [stored_of(row) for row in self._query(LOAD, stream, LOWEST)]

    def read(self, after: int, limit: int, /) -> Sequence[Commit]:
        return [commit_of(row) for row in self._query(READ, after, limit)]

    def head(self) -> int:
        return sum(position for (position,) in self._query(HEAD))

    def place(self, stream: str, version: int, /) -> int | None:
        found = self._query(PLACE, stream, version)
        return found[0][0] if found else None

    def _query(self, sql: str, *values: Any) -> list[Any]:
        try:
            return self._db.execute(sql, values).fetchall()
        except FAILURES as error:
            raise Damaged(f"{self._path} cannot be read: {error}") from error
