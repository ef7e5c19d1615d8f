"""The event store's SQLite file: how it is opened, what is in it, and what SQLite's errors mean."""

import sqlite3
from pathlib import Path

from ...eventlog.ports import Damaged, StoreError, Unavailable

SCHEMA_VERSION = 1
BUSY_SECONDS = 30.0

# The key is the position of the commit's first event: the log is read in the order it lies in.
# `body` comes last, so that the short columns are read without its overflow pages.
_COMMITS = """
    CREATE TABLE commits (
        position    INTEGER PRIMARY KEY CHECK (position >= 1),
        stream      TEXT    NOT NULL CHECK (stream <> ''),
        version     INTEGER NOT NULL CHECK (version >= 1),
        length      INTEGER NOT NULL CHECK (length >= 1),
        command_id  TEXT    NOT NULL,
        fingerprint BLOB    NOT NULL,
        hash        BLOB    NOT NULL CHECK (length(hash) = 32),
        body        BLOB    NOT NULL,
        UNIQUE (stream, version)
    ) STRICT
    """.strip()
SCHEMA = (
    _COMMITS,
    "CREATE TABLE meta (key TEXT PRIMARY KEY, value ANY NOT NULL) STRICT, WITHOUT ROWID",
)


def refusal(path: Path, error: sqlite3.Error | OSError) -> StoreError:
    """What went wrong at `path`, in words that say what to do."""
    if isinstance(error, OSError):
        return Unavailable(f"{error.filename or path}: {error.strerror or error}")
    primary = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
    # Of a text that is no UTF-8 the module tells without a code.
    if primary in _DAMAGED or "decode to UTF-8" in str(error):
        return Damaged(f"{path} is damaged ({error}); restore it from a backup")
    return Unavailable(f"{path}: {_REASONS.get(primary, str(error))}")


_DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_CONSTRAINT, sqlite3.SQLITE_MISMATCH)
_REASONS = {
    sqlite3.SQLITE_NOTADB: "is not an SQLite file; name another one",
    sqlite3.SQLITE_FULL: "the disk is full; make room and try again",
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
    """
    Make the tables in an empty file. Raises Unavailable for a file of something else, Damaged for
    one that somebody planted something in.
    """
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
    for kind, name in foreign(db):
        raise Damaged(
            f"{path} has a {kind} `{name}` that is none of ours: find out who made it, and restore "
            "the file from a backup"
        )
    _constrain(db)


def foreign(db: sqlite3.Connection) -> list[tuple[str, str]]:
    """What is in the file and none of ours, by type and name. Raises sqlite3.Error."""
    return db.execute(_FOREIGN).fetchall()


# An index of SQLite's own has no text. A trigger changes what is written, a view what is read.
_FOREIGN = """
SELECT type, name FROM sqlite_master
WHERE NOT (type = 'table' AND name IN ('commits', 'meta')) AND NOT (type = 'index' AND sql IS NULL)
"""


def _constrain(db: sqlite3.Connection) -> None:
    """
    Give a file of an earlier release the constraints of this one. Its text alone is written
    (SQLite, "Making Other Kinds Of Table Schema Changes"): to copy the table would take minutes,
    and twice the disk. What is in it already `integrity_check` holds against them.
    """
    (sql,) = db.execute("SELECT sql FROM sqlite_master WHERE name = 'commits'").fetchone()
    if "CHECK" in sql:
        return
    db.execute("BEGIN IMMEDIATE")
    try:
        (version,) = db.execute("PRAGMA schema_version").fetchone()
        db.execute("PRAGMA writable_schema = ON")
        db.execute("UPDATE sqlite_master SET sql = ? WHERE name = 'commits'", (_COMMITS,))
        db.execute(f"PRAGMA schema_version = {version + 1}")
        db.execute("INSERT OR REPLACE INTO meta VALUES ('constrained', 1)")
        db.execute("COMMIT")
    except BaseException:
        db.execute("ROLLBACK")
        raise
    finally:
        db.execute("PRAGMA writable_schema = RESET")


def _create(db: sqlite3.Connection) -> None:
    db.execute("BEGIN IMMEDIATE")
    for statement in SCHEMA:
        db.execute(statement)
    db.execute("INSERT INTO meta VALUES ('schema', ?)", (SCHEMA_VERSION,))
    db.execute("COMMIT")
