"""What is read of commits, and what an append does inside its transaction."""

import sqlite3
from collections.abc import Sequence
from functools import cache
from typing import Any, Final, NamedTuple

from ...eventlog.auditing.table import Stored, Unreadable
from ...eventlog.ports import CommandId, Commit, Conflict, History, Reused, StoreError, same

COLUMNS = "position, stream, version, length, command_id, fingerprint, hash, body"
HEAD = "SELECT position + length - 1 FROM commits ORDER BY position DESC LIMIT 1"
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
# SQLite's smallest integer.
LOWEST: Final = -(2**63)
HASH: Final = 32
# As COLUMNS are. STRICT holds whoever writes through SQLite to these, and nobody else.
_TYPES: Final = (int, str, int, int, str, bytes, bytes, bytes)
_LAST = "FROM commits WHERE stream = ?1 ORDER BY version DESC LIMIT 1"
_NEWER = f"""
SELECT {COLUMNS} FROM commits WHERE stream = ? AND version > ? AND command_id = ?
"""  # noqa: S608 - our names
# How many go into one statement. For each number there is one, and SQLite keeps what it compiled.
MOST = 32


class Append(NamedTuple):
    """`commit` is to follow what was read: the stream at `version`, with the chain at `hash`."""

    version: int
    hash: bytes
    commit: Commit


Outcome = Commit | StoreError


def append(history: History, command: CommandId, length: int, body: bytes) -> Append:
    return Append(history.version, history.hash, history.following(command, length, body))


def commit_of(row: tuple[Any, ...]) -> Commit:
    position, stream, version, length, command_id, fingerprint, digest, body = row
    # `_make` takes half the time of a call, and a long stream has many rows.
    command = CommandId._make((command_id, fingerprint))
    return Commit._make((stream, version, length, command, body, digest, position))


def stored_of(row: tuple[Any, ...]) -> Stored:
    position, stream, version, length, *_, digest, _ = row
    if tuple(map(type, row)) != _TYPES:
        what = "is not stored as a commit is: " + ", ".join(type(one).__name__ for one in row)
        return Unreadable(str(stream), version if type(version) is int else 0, what)
    if position < 1 or length < 1 or len(digest) != HASH:
        return Unreadable(stream, version, f"lies at position {position} with a length of {length}")
    return commit_of(row)


def write(db: sqlite3.Connection, batch: Sequence[Append]) -> list[Outcome]:
    """
    One transaction, durable on return; raises sqlite3.Error, and then nothing was written. `db` is
    in autocommit mode, and nobody else writes meanwhile.
    """
    if len({one.commit.stream for one in batch}) == len(batch) <= MOST:
        return _write_together(db, batch)
    with db:
        db.execute("BEGIN IMMEDIATE")
        outcomes = [outcome for one in batch for outcome in _write_together(db, [one])]
        db.execute("COMMIT")  # `with` would do it as well, but compile it anew each time
    return outcomes


def _write_together(db: sqlite3.Connection, batch: Sequence[Append]) -> list[Outcome]:
    """
    What follows its stream is at the end of the log, or was there before; the others are refused,
    with why.
    """
    values: list[Any] = []
    for _, previous, (stream, version, length, command, body, digest, _) in batch:
        values += (stream, version, length, *command, digest, body, previous)
    inserted = db.execute(_insert(len(batch)), values)
    if inserted.rowcount != len(batch) or inserted.lastrowid is None:
        return [_known(db, one) for one in batch]
    position = inserted.lastrowid + batch[-1].commit.length
    position -= sum(one.commit.length for one in batch)
    placed: list[Outcome] = []
    for _, _, (stream, version, length, command, body, digest, _) in batch:
        placed.append(Commit(stream, version, length, command, body, digest, position))
        position += length
    return placed


@cache
def _insert(number: int) -> str:
    """
    Look and insert in one statement, for `number` commits of different streams: each statement more
    gives the interpreter lock away, and under load that is what an append costs.

    Looked at both ways: a history that is ahead of the stream would leave a hole. And at the hash:
    a history of the same length from another store would break the chain. Without a place is only
    what is inserted, so that what is refused leaves no gap.
    """
    rows = ", ".join(f"({at}, ?, ?, ?, ?, ?, ?, ?, ?)" for at in range(number))
    last = "FROM commits WHERE stream = column2 ORDER BY version DESC LIMIT 1"
    before = "sum(column4) OVER (ORDER BY column1) - column4" if number > 1 else "0"
    return f"""
    INSERT INTO commits ({COLUMNS})
    SELECT coalesce((SELECT position + length FROM commits ORDER BY position DESC LIMIT 1), 1)
        + {before},
        column2, column3, column4, column5, column6, column7, column8
    FROM (VALUES {rows})
    WHERE ifnull((column3, column9) = (SELECT version + length, hash {last}),
        column3 = 1 AND column9 = zeroblob(32))
    """  # noqa: S608 - our names


def _known(db: sqlite3.Connection, one: Append) -> Outcome:
    """The commit that the same command made after the history was read; it was sent twice."""
    stream, command = one.commit.stream, one.commit.command
    row = db.execute(_NEWER, (stream, one.version, command.id)).fetchone()
    if row is None:
        return Conflict(stream, one.version)
    try:
        return same(commit_of(row), command)
    except Reused as reused:
        return reused
