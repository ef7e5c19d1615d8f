"""A small platform in a directory, with documents and a view, for who tampers with it."""

import json
import sqlite3
from contextlib import closing
from hashlib import sha256
from pathlib import Path
from random import Random
from typing import NamedTuple

from chalicelib.adapters.local.files import FileBlobs
from chalicelib.adapters.sqlite.store import SqliteStore
from chalicelib.adapters.sqlite.views import SqliteViews
from chalicelib.bootstrap import auditing
from chalicelib.eventlog.audit import Seal
from chalicelib.eventlog.auditing.verifying import Verdict, verify
from chalicelib.eventlog.ports import CommandId, Commit, History
from chalicelib.eventlog.views.port import Batch


class Contents(NamedTuple):
    """All that the log has, and all that each stream loads."""

    log: tuple[Commit, ...]
    streams: dict[str, tuple[Commit, ...]]


def appended(store: SqliteStore, blobs: FileBlobs, chance: Random, commits: int) -> None:
    for number in range(commits):
        stream = f"case-{chance.randrange(1 + commits // 6)}"
        history = store.load(stream)
        length = chance.choice((1, 1, 1, 2, 3))
        events = [{"type": "Noted", "data": {"text": "x" * chance.randrange(900)}}] * length
        if chance.random() < 0.2:
            digest = blobs.put(f"citizen-{number}", b"%PDF-1.7 " + chance.randbytes(200))
            events[0] = {
                "type": "Received",
                "data": {"owner": f"citizen-{number}", "sha256": digest},
            }
        body = json.dumps({"recorded_at": "2026-03-02T00:00:00Z", "events": events}).encode()
        command = CommandId(f"command-{number}", sha256(body).digest())
        store.append(history, command, length, body)


def made(data: Path, seed: int, commits: int = 60) -> Path:
    """A directory whose stores are closed: one file each, as a clean stop leaves them."""
    data.mkdir(parents=True)
    chance = Random(seed)  # noqa: S311 - the same hall again
    with closing(SqliteStore(data / "events.db", synchronous="OFF")) as store:
        appended(store, FileBlobs(data / "documents"), chance, commits)
        head = store.head()
    with closing(SqliteViews(str(data / "views.db"))) as views:
        generation = views.create("notes", "1")
        views.commit(generation, Batch(views.checkpoint(generation), head))
    return data


def verdict(data: Path, *, whole: bool = True, sealed: Seal | None = None) -> Verdict:
    with auditing.directory(data) as place:
        return verify(place, whole=whole, sealed=sealed)


def sql(data: Path, statement: str, *values: object) -> None:
    """By somebody who has the file, and whom no constraint binds."""
    with closing(sqlite3.connect(data / "events.db", isolation_level=None)) as db:
        db.execute("PRAGMA ignore_check_constraints = ON")
        assert db.execute(statement, values).rowcount == 1
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def contents(data: Path) -> Contents:
    """Raises what the store raises."""
    with closing(SqliteStore(data / "events.db")) as store:
        log = tuple(store.read(0, 10_000))
        named = {one.stream for one in log}
        return Contents(log, {stream: store.load(stream).commits for stream in sorted(named)})


def forged(history: History, position: int) -> Commit:
    """What comes next in a stream, as who knows the hashes makes it."""
    body = b'{"recorded_at":"2026-03-02T00:00:00Z","events":[{"type":"CaseGranted","data":{}}]}'
    made = history.following(CommandId("forged", b"f"), 1, body)
    return made._replace(position=position)
