"""What an append does inside its transaction."""

import sqlite3
from collections.abc import Iterable
from typing import Any, NamedTuple

from ..application.ports import (
    CommandId,
    Commit,
    Conflict,
    History,
    Reused,
    StoreError,
    same,
)

COLUMNS = "position, stream, version, length, command_id, fingerprint, hash, body"
HEAD = "SELECT position + length - 1 FROM commits ORDER BY position DESC LIMIT 1"
_LAST = "FROM commits WHERE stream = ?1 ORDER BY version DESC LIMIT 1"
_NEWER = f"""
SELECT {COLUMNS} FROM commits WHERE stream = ? AND version > ? AND command_id = ?
"""  # noqa: S608 - our names
# Look and insert in one statement: each one more gives the interpreter lock away, and under load
# that is what an append costs. Both ways: a history that is ahead of the stream would leave a hole.
# And the hash: a history of the same length from another store would break the chain.
_INSERT = f"""
INSERT INTO commits ({COLUMNS})
SELECT coalesce((SELECT position + length FROM commits ORDER BY position DESC LIMIT 1), 1),
    ?1, ?2, ?3, ?4, ?5, ?6, ?7
WHERE ifnull((?2, ?8) = (SELECT version + length, hash {_LAST}), ?2 = 1 AND ?8 = zeroblob(32))
"""  # noqa: S608 - our names


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


def write(db: sqlite3.Connection, batch: Iterable[Append]) -> list[Outcome]:
    """One transaction, durable on return; raises sqlite3.Error, and then nothing was written."""
    with db:
        db.execute("BEGIN IMMEDIATE")
        outcomes = [_write_one(db, one) for one in batch]
        db.execute("COMMIT")  # `with` would do it as well, but compile it anew each time
    return outcomes


def _write_one(db: sqlite3.Connection, one: Append) -> Outcome:
    """The commit, at the end of the log or where it has been before, or why it was refused."""
    stream, version, length, command, body, digest, _ = one.commit
    values = (stream, version, length, *command, digest, body, one.hash)
    inserted = db.execute(_INSERT, values)
    if inserted.rowcount == 0:
        return _known(db, one)
    return Commit(stream, version, length, command, body, digest, inserted.lastrowid)


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
