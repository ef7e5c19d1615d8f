"""The event store's SQLite file: how it is opened, what is in it, and what SQLite's errors mean."""

import sqlite3
from pathlib import Path

from ...eventlog.ports import Damaged, Full, ReadOnly, StoreError, Unavailable
from .. import disk

SCHEMA_VERSION = 1
BUSY_SECONDS = 30.0

# The key is the position of the commit's first event: the log is read in the order it lies in.
# `body` comes last, so that the short columns are read without its overflow pages.
SCHEMA = (
    """
    CREATE TABLE commits (
        position    INTEGER PRIMARY KEY,
        stream      TEXT    NOT NULL,
        version     INTEGER NOT NULL,
        length      INTEGER NOT NULL,
        command_id  TEXT    NOT NULL,
        fingerprint BLOB    NOT NULL,
        hash        BLOB    NOT NULL,
        body        BLOB    NOT NULL,
        UNIQUE (stream, version)
    ) STRICT
    """,
    "CREATE TABLE meta (key TEXT PRIMARY KEY, value ANY NOT NULL) STRICT, WITHOUT ROWID",
)


def refusal(path: Path, error: sqlite3.Error | OSError) -> StoreError:
    """What went wrong at `path`, in words that say what to do."""
    if isinstance(error, OSError):
        return disk.refusal(error, path)
    primary = primary_code(error)
    if primary in NO_FILE_OF_OURS:
        return Damaged(f"{path} is not an SQLite file; restore it from a backup, or name another")
    if primary in _DAMAGED:
        return Damaged(f"{path} is damaged ({error}); restore it from a backup")
    if primary in _OF_THE_DISK and (cause := disk.unwritable(path.parent)) is not None:
        return disk.refusal(cause, path)
    kind = _KINDS.get(primary, Unavailable)
    return kind(f"{path}: {_REASONS.get(primary, str(error))}")


def primary_code(error: sqlite3.Error) -> int:
    return getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF


NO_FILE_OF_OURS = (sqlite3.SQLITE_NOTADB,)
_DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_CONSTRAINT, sqlite3.SQLITE_MISMATCH)
_KINDS: dict[int, type[Unavailable]] = {
    sqlite3.SQLITE_FULL: Full,
    sqlite3.SQLITE_READONLY: ReadOnly,
}
# SQLite keeps the system's error to itself: a quota, a full `-shm` and a read-only disk are one to
# it, so that the directory is asked.
_OF_THE_DISK = (sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN)
_REASONS = {
    sqlite3.SQLITE_FULL: "the disk is full; make room, the service goes on by itself",
    sqlite3.SQLITE_READONLY: "cannot be written; check who owns the file and its directory",
    sqlite3.SQLITE_CANTOPEN: "cannot be opened; check that its directory exists and who owns it",
    sqlite3.SQLITE_PERM: "access was denied; check who owns the file and its directory",
    sqlite3.SQLITE_BUSY: f"another program has held it for {BUSY_SECONDS:.0f} seconds",
    sqlite3.SQLITE_IOERR: "the disk failed to read or write; look at the system's log",
}


def connect(path: Path, synchronous: str = "FULL") -> sqlite3.Connection:
    """A connection that any one thread at a time may use; raises sqlite3.Error."""
    db = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
    db.execute(f"PRAGMA synchronous = {synchronous}")
    return db


def prepare(db: sqlite3.Connection, path: Path) -> None:
    """Make the tables in an empty file; raises Unavailable for a file of something else."""
    tables = {name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    if tables and tables != {"commits", "meta"}:
        raise Unavailable(f"{path} is an SQLite file of something else; name another one")
    (mode,) = db.execute("PRAGMA journal_mode = WAL").fetchone()
    if mode != "wal":
        raise Unavailable(f"{path}: SQLite has no WAL there; put the data on a local disk")
    if not tables:
        _create(db)
    (version,) = db.execute("SELECT value FROM meta WHERE key = 'schema'").fetchone()
    if version > SCHEMA_VERSION:
        raise Unavailable(
            f"{path} was written by a newer release (schema {version}, this one knows"
            f" {SCHEMA_VERSION}); run that release"
        )


def _create(db: sqlite3.Connection) -> None:
    db.execute("BEGIN IMMEDIATE")
    for statement in SCHEMA:
        db.execute(statement)
    db.execute("INSERT INTO meta VALUES ('schema', ?)", (SCHEMA_VERSION,))
    db.execute("COMMIT")
