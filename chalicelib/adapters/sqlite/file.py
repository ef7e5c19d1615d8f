"""The event store's SQLite file: how it is opened, what is in it, and what SQLite's errors mean."""

import re
import sqlite3
from pathlib import Path
from typing import Final

from ...eventlog.ports import Damaged, Full, ReadOnly, StoreError, Unavailable
from .. import disk

SCHEMA_VERSION = 1
BUSY_SECONDS = 30.0
# Bytes. What one long read, or one large commit, made of a WAL is given back when it begins anew.
WAL_LIMIT = 16 << 20

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
# As the releases before had it.
_EARLIER = re.sub(r" CHECK \(.*\)", "", _COMMITS)
SCHEMA = (
    _COMMITS,
    "CREATE TABLE meta (key TEXT PRIMARY KEY, value ANY NOT NULL) STRICT, WITHOUT ROWID",
)


# What reading a file may raise: a damaged one also makes texts that are none.
FAILURES: Final = (sqlite3.Error, UnicodeDecodeError)


def refusal(path: Path, error: sqlite3.Error | UnicodeDecodeError | OSError) -> StoreError:
    """What went wrong at `path`, in words that say what to do."""
    if isinstance(error, OSError):
        return disk.refusal(error, path)
    primary = primary_code(error)
    if primary in NO_FILE_OF_OURS:
        return Damaged(f"{path} is not an SQLite file; restore it from a backup, or name another")
    # Of a text that is no UTF-8 the module tells without a code, or by another error.
    no_text = isinstance(error, UnicodeDecodeError) or "decode to UTF-8" in str(error)
    if primary in _DAMAGED or no_text:
        return Damaged(f"{path} is damaged ({error}); restore it from a backup")
    if primary in _OF_THE_DISK and (cause := disk.unwritable(path.parent)) is not None:
        return disk.refusal(cause, path)
    kind = _KINDS.get(primary, Unavailable)
    return kind(f"{path}: {_REASONS.get(primary, str(error))}")


def primary_code(error: sqlite3.Error | UnicodeDecodeError) -> int:
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
    db.execute(f"PRAGMA journal_size_limit = {WAL_LIMIT}")
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
    version = schema_version(db)
    if version is None:
        raise Damaged(f"{path} does not say of which schema it is; restore it from a backup")
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
    if not constrained(db):
        raise Damaged(
            f"{path} has a table that no release of ours made: find out who changed it, and "
            "restore the file from a backup"
        )
    _constrain(db)


def schema_version(db: sqlite3.Connection) -> int | None:
    """None where the file does not say it. Raises sqlite3.Error."""
    found = db.execute("SELECT value FROM meta WHERE key = 'schema'").fetchone()
    return found[0] if found is not None and type(found[0]) is int else None


# What is noted beside the commits, and how: a number, the hex of an id, bytes.
_NOTES: Final = {
    "schema": "typeof(value) = 'integer'",
    "constrained": "value = 1",
    "log": "typeof(value) = 'text' AND length(value) = 32 AND value NOT GLOB '*[^0-9a-f]*'",
    "secret": "typeof(value) = 'blob' AND length(value) = 32",
    "documents": "value = x'01'",
}
_STRANGE: Final = "SELECT key FROM meta WHERE NOT ({})".format(  # noqa: S608 - our names
    " OR ".join(f"(key = '{key}' AND {shape})" for key, shape in _NOTES.items())
)


def strange(db: sqlite3.Connection) -> list[str]:
    """Notes that no release of ours made, by their keys. Raises sqlite3.Error."""
    return [str(key) for (key,) in db.execute(_STRANGE)]


def foreign(db: sqlite3.Connection) -> list[tuple[str, str]]:
    """What is in the file and none of ours, by type and name. Raises sqlite3.Error."""
    return db.execute(_FOREIGN).fetchall()


# An index of SQLite's own has no text. A trigger changes what is written, a view what is read.
_FOREIGN = """
SELECT type, name FROM sqlite_master
WHERE NOT (type = 'table' AND name IN ('commits', 'meta')) AND NOT (type = 'index' AND sql IS NULL)
"""


def constrained(db: sqlite3.Connection) -> bool:
    """Whether the table is one that a release of ours made. Raises sqlite3.Error."""
    found = db.execute("SELECT sql FROM sqlite_master WHERE name = 'commits'").fetchone()
    return found is not None and _plain(found[0]) in {_plain(_COMMITS), _plain(_EARLIER)}


def _plain(sql: str) -> str:
    return " ".join(sql.split())


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
