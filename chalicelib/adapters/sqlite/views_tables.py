"""The tables of SqliteViews, and how their columns become values."""

import sqlite3
from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime
from typing import Any

from pydantic_core import from_json, to_json

from ...eventlog.views.port import Change, Entry, Failure, Parked, Row, Stored

# `rows` keeps its rowid: in a b-tree by key, an insert at a random key would move kilobytes about.
SCHEMA = """
CREATE TABLE IF NOT EXISTS generations (
    id        INTEGER PRIMARY KEY AUTOINCREMENT,
    view      TEXT    NOT NULL,
    signature TEXT    NOT NULL,
    state     TEXT    NOT NULL CHECK (state IN ('live', 'building', 'given up')),
    position  INTEGER NOT NULL DEFAULT 0,
    turn      INTEGER NOT NULL DEFAULT 0,
    touched   REAL    NOT NULL,
    marked    INTEGER,
    mark      BLOB
) STRICT;
CREATE UNIQUE INDEX IF NOT EXISTS live ON generations (view) WHERE state = 'live';
CREATE TABLE IF NOT EXISTS rows (
    generation INTEGER NOT NULL,
    key        TEXT    NOT NULL,
    applied    INTEGER NOT NULL,
    body       BLOB    NOT NULL,
    UNIQUE (generation, key)
) STRICT;
CREATE TABLE IF NOT EXISTS entries (
    generation INTEGER NOT NULL,
    list       TEXT    NOT NULL,
    part       TEXT    NOT NULL,
    sort       TEXT    NOT NULL,
    key        TEXT    NOT NULL,
    PRIMARY KEY (generation, list, part, sort, key)
) STRICT, WITHOUT ROWID;
-- Of all generations, as earlier releases had it: see INDEX.
DROP INDEX IF EXISTS entries_of;
CREATE TABLE IF NOT EXISTS parked (
    generation INTEGER NOT NULL,
    position   INTEGER NOT NULL,
    stream     TEXT    NOT NULL,
    version    INTEGER NOT NULL,
    type       TEXT    NOT NULL,
    commit_at  INTEGER NOT NULL,
    parked_at  TEXT    NOT NULL,
    failure    BLOB,
    PRIMARY KEY (generation, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS parked_streams ON parked (generation, stream, position);
"""

# By statement, one set for each time that it is to be done.
Parameters = dict[str, list[tuple[Any, ...]]]

LIVE = "(SELECT id FROM generations WHERE view = ? AND state = 'live')"
GET = f"SELECT body FROM rows WHERE generation = {LIVE} AND key = ?"  # noqa: S608 - LIVE is above
_LISTED = f"""
SELECT e.sort, e.key, r.body
FROM entries e JOIN rows r ON r.generation = e.generation AND r.key = e.key
WHERE e.generation = {LIVE} AND e.list = ? AND e.part = ?
"""  # noqa: S608 - LIVE is above
ASCENDING = f"{_LISTED} AND (e.sort, e.key) > (?, ?) AND e.sort < ? ORDER BY e.sort, e.key LIMIT ?"
DESCENDING = (
    f"{_LISTED} AND (e.sort, e.key) < (?, ?) AND e.sort >= ?"
    " ORDER BY e.sort DESC, e.key DESC LIMIT ?"
)
GENERATION = "SELECT id, view, signature FROM generations WHERE view = ? AND state = 'live'"
POSITION = "SELECT position FROM generations WHERE view = ? AND state = 'live'"
# An earlier release moves the position, and leaves the mark where it was.
CHECKPOINT = """
SELECT position, turn, CASE WHEN marked = position THEN mark ELSE x'' END
FROM generations WHERE id = ? AND state <> 'given up'
"""
MARKS = "SELECT view, position, marked, mark FROM generations WHERE state = 'live'"
GIVEN_UP = "SELECT id FROM generations WHERE state = 'given up'"
BLOCKED = "SELECT stream, min(position) FROM parked WHERE generation = ? GROUP BY stream"
ANY_PARKED = "SELECT 1 FROM parked WHERE generation = ? LIMIT 1"
# For each stream the first entry of an index, however many others it has.
BLOCKED_OF = """
SELECT value, (
    SELECT position FROM parked
    WHERE generation = ?2 AND stream = value ORDER BY position LIMIT 1
) AS first FROM json_each(?1) WHERE first IS NOT NULL
"""
# Where a key is listed is asked only to check a view. To keep that in order for it would cost each
# other write as much as the list itself, so it is put in order when it is asked for the first time.
INDEX = (
    "CREATE INDEX IF NOT EXISTS entries_of_{number} ON entries (key) WHERE generation = {number}"
)
HAS_INDEX = "SELECT 1 FROM sqlite_master WHERE type = 'index' AND name = ?"
DROP_INDEX = "DROP INDEX IF EXISTS entries_of_{number}"
KEYS = """
SELECT key FROM rows WHERE generation = {number} AND key > ?1
UNION
SELECT key FROM entries INDEXED BY entries_of_{number} WHERE generation = {number} AND key > ?1
ORDER BY key LIMIT ?2
"""
KEPT = """
SELECT key, body, applied FROM rows
WHERE generation = ? AND key IN (SELECT value FROM json_each(?))
"""
# One statement, so that rows and entries are those of one moment.
STORED = """
SELECT k.value, r.body, e.list, e.part, e.sort
FROM json_each(?1) k
LEFT JOIN rows r ON r.generation = {number} AND r.key = k.value
LEFT JOIN entries e INDEXED BY entries_of_{number}
    ON e.generation = {number} AND e.key = k.value
"""
# Of two generations: by bytes, which is quicker than to read them. What is not alike may still be.
SUSPECTS = """
SELECT r.key FROM rows r LEFT JOIN rows o ON o.generation = ?2 AND o.key = r.key
    WHERE r.generation = ?1 AND (o.body IS NOT r.body
        OR r.applied > (SELECT position FROM generations WHERE id = ?1))
UNION SELECT o.key FROM rows o WHERE o.generation = ?2
    AND NOT EXISTS (SELECT 1 FROM rows r WHERE r.generation = ?1 AND r.key = o.key)
UNION SELECT a.key FROM entries a WHERE a.generation = ?1 AND NOT EXISTS (
    SELECT 1 FROM entries b WHERE b.generation = ?2
    AND (b.list, b.part, b.sort, b.key) = (a.list, a.part, a.sort, a.key))
UNION SELECT b.key FROM entries b WHERE b.generation = ?2 AND NOT EXISTS (
    SELECT 1 FROM entries a WHERE a.generation = ?1
    AND (a.list, a.part, a.sort, a.key) = (b.list, b.part, b.sort, b.key))
ORDER BY 1
"""
PARKED = """
SELECT position, stream, version, type, commit_at, parked_at, failure FROM parked
WHERE generation = ? AND position > ? ORDER BY position LIMIT ?
"""
PARKED_COUNT = "SELECT count(*) FROM (SELECT 1 FROM parked WHERE generation = ? LIMIT ?)"
PARKED_OF_STREAM = """
SELECT position, stream, version, type, commit_at, parked_at, failure FROM parked
WHERE generation = ? AND stream = ? AND position > ? ORDER BY position LIMIT ?
"""

MAKE = """
INSERT INTO generations (view, signature, state, touched) VALUES (?, ?, ?, ?)
ON CONFLICT DO NOTHING RETURNING id
"""
ADVANCE = """
UPDATE generations SET position = ?, touched = ?, marked = ?, mark = ?
WHERE id = ? AND position = ? AND turn = ? AND state <> 'given up'
"""
TAKE_TURN = """
UPDATE generations SET turn = turn + 1, touched = ?
WHERE id = ? AND turn = ? AND state <> 'given up'
"""
TOUCH = "UPDATE generations SET touched = ? WHERE id = ? AND state <> 'given up'"
TOUCH_UNSEALED = """
UPDATE generations SET touched = ?
WHERE id = ? AND state = 'building' AND position = 0 AND turn = 0
"""
SEAL = "UPDATE generations SET turn = 1 WHERE id = ? AND position = 0 AND turn = 0"
GIVE_UP_LIVE = """
UPDATE generations SET state = 'given up'
WHERE id = ? AND state = 'live' AND position = ? AND turn = ?
"""
GO_LIVE = "UPDATE generations SET state = 'live' WHERE id = ?"
GIVE_UP_BUILDING = """
UPDATE generations SET state = 'given up' WHERE id = ? AND state = 'building'
"""
GIVE_UP_IDLE = """
UPDATE generations SET state = 'given up' WHERE state = 'building' AND touched <= ?
"""
BULK = "PRAGMA wal_autocheckpoint = 4000"
INSERT_ROW = "INSERT OR IGNORE INTO rows (generation, key, applied, body) VALUES (?, ?, ?, ?)"
LOAD_ROW = """
INSERT INTO rows (generation, key, applied, body) VALUES (?, ?, ?, ?)
ON CONFLICT (generation, key) DO UPDATE SET body = excluded.body WHERE applied = excluded.applied
"""
UPDATE_ROW = (
    "UPDATE rows SET applied = ?, body = ? WHERE generation = ? AND key = ? AND applied = ?"
)
DELETE_ROW = "DELETE FROM rows WHERE generation = ? AND key = ? AND applied = ?"
LIST = "INSERT OR REPLACE INTO entries (generation, list, part, sort, key) VALUES (?, ?, ?, ?, ?)"
UNLIST = (
    "DELETE FROM entries WHERE generation = ? AND list = ? AND part = ? AND sort = ? AND key = ?"
)
PARK = "INSERT OR REPLACE INTO parked VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
UNPARK = "DELETE FROM parked WHERE generation = ? AND position = ?"
DROP_ROWS = "DELETE FROM rows WHERE rowid IN (SELECT rowid FROM rows WHERE generation = ? LIMIT ?)"
DROP_ENTRIES = """
DELETE FROM entries WHERE (generation, list, part, sort, key) IN
(SELECT generation, list, part, sort, key FROM entries WHERE generation = ? LIMIT ?)
"""
DROP_PARKED = """
DELETE FROM parked WHERE (generation, position) IN
(SELECT generation, position FROM parked WHERE generation = ? LIMIT ?)
"""
DROP_SOME = (DROP_ROWS, DROP_ENTRIES, DROP_PARKED)
DROP_GENERATION = "DELETE FROM generations WHERE id = ?"


def mend(db: sqlite3.Connection) -> None:
    """Of a file of an earlier release, which knew no hash of where a view has come to."""
    known = {name for _, name, *_ in db.execute("PRAGMA table_info(generations)")}
    for name, kind in (("marked", "INTEGER"), ("mark", "BLOB")):
        if name not in known:
            # Two processes may start at once.
            with suppress(sqlite3.OperationalError):
                db.execute(f"ALTER TABLE generations ADD COLUMN {name} {kind}")


def row(body: bytes) -> Row:
    parsed: Row = from_json(body)
    return parsed


def row_writes(number: int, changes: Iterable[Change]) -> Parameters:
    """Statements and their parameters, by generation; each parameter set must write one row."""
    writes: Parameters = {INSERT_ROW: [], UPDATE_ROW: [], DELETE_ROW: []}
    for key, was, (body, applied), _, _ in changes:
        if body is None:
            if was:
                writes[DELETE_ROW].append((number, key, was))
        elif was:
            writes[UPDATE_ROW].append((applied, body, number, key, was))
        else:
            writes[INSERT_ROW].append((number, key, applied, body))
    return writes


def entry_writes(number: int, changes: Iterable[Change]) -> Parameters:
    writes: Parameters = {UNLIST: [], LIST: []}
    for key, _, _, added, removed in changes:
        writes[UNLIST].extend((number, *entry, key) for entry in removed)
        writes[LIST].extend((number, *entry, key) for entry in added)
    return writes


def stored(found: Iterable[tuple[str, bytes | None, str | None, str, str]]) -> dict[str, Stored]:
    """From the rows of STORED: one for each place, or one without a place."""
    result: dict[str, Stored] = {}
    for key, body, index, partition, sort in found:
        before = result.get(key) or Stored(None if body is None else row(body), frozenset())
        places = frozenset() if index is None else {Entry(index, partition, sort)}
        result[key] = before._replace(entries=before.entries | places)
    return result


def parked_columns(number: int, one: Parked) -> tuple[Any, ...]:
    failure = None if one.failure is None else to_json(one.failure)
    return (number, *one[:5], one.parked_at.isoformat(), failure)


def parked(columns: tuple[int, str, int, str, int, str, bytes | None]) -> Parked:
    *head, parked_at, failure = columns
    why = None if failure is None else Failure(*from_json(failure))
    return Parked._make([*head, datetime.fromisoformat(parked_at), why])
