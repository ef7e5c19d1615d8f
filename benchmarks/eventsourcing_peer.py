"""
The same notes with `eventsourcing` 9.5 on its SQLite: what is measured on the peer's side.

Its defaults throughout, and its own ways: a command method that checks, an event method that
applies. Each event has the facts that our envelope has, so that both store the same. Its SQLite
recorder takes no subscriptions, so the loop of its `ProjectionRunner` is written out here: select
notifications, make events of them, `process_event`.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from functools import singledispatchmethod
from itertools import count
from pathlib import Path
from typing import Any
from uuid import UUID

from eventsourcing.application import Application
from eventsourcing.domain import Aggregate, event
from eventsourcing.persistence import Tracking
from eventsourcing.projection import Projection
from eventsourcing.sqlite import (
    SQLiteApplicationRecorder,
    SQLiteDatastore,
    SQLiteTrackingRecorder,
)

from .case_notes import CLERK, MOST_NOTES

FULL = 2
SELECTED = 500  # as many notifications as its subscriptions select at a time

Facts = dict[str, str]


class CaseNotes(Aggregate):
    class Opened(Aggregate.Created):
        title: str
        facts: Facts

    class Noted(Aggregate.Event):
        text: str
        facts: Facts

    @event(Opened)
    def __init__(self, title: str, facts: Facts) -> None:  # noqa: ARG002 - it is in the event
        self.title = title
        self.number = 0
        self.last = ""

    def note(self, text: str, facts: Facts) -> None:
        if self.number >= MOST_NOTES:
            raise ValueError("the case takes no more notes")
        self._note(text, facts)

    @event(Noted)
    def _note(self, text: str, facts: Facts) -> None:  # noqa: ARG002 - it is in the event
        self.number += 1
        self.last = text


class NotesView(SQLiteTrackingRecorder):
    """A row and the position that it stands for are written in one transaction."""

    def construct_create_table_statements(self) -> list[str]:
        return [
            *super().construct_create_table_statements(),
            "CREATE TABLE IF NOT EXISTS notes (case_id TEXT PRIMARY KEY, notes INTEGER, last TEXT)",
        ]

    def write(self, tracking: Tracking, sql: str, *values: str) -> None:
        with self.datastore.transaction(commit=True) as cursor:
            self._insert_tracking(cursor, tracking)
            cursor.execute(sql, values)

    def rows(self) -> list[tuple[int, str]]:
        with self.datastore.transaction(commit=False) as cursor:
            cursor.execute("SELECT notes, last FROM notes")
            return [(row["notes"], row["last"]) for row in cursor.fetchall()]


class NotesProjection(Projection[NotesView]):
    @singledispatchmethod
    def process_event(self, domain_event: Any, tracking: Tracking) -> None:
        raise NotImplementedError(type(domain_event))

    @process_event.register
    def _opened(self, opened: CaseNotes.Opened, tracking: Tracking) -> None:
        sql = "INSERT INTO notes VALUES (?, 0, '')"
        self.view.write(tracking, sql, opened.originator_id.hex)

    @process_event.register
    def _noted(self, noted: CaseNotes.Noted, tracking: Tracking) -> None:
        sql = "UPDATE notes SET notes = notes + 1, last = ? WHERE case_id = ?"
        self.view.write(tracking, sql, noted.text, noted.originator_id.hex)


class Peer:
    """With `cached`, it keeps aggregates and reads only what is newer, which it can, too."""

    def __init__(self, directory: Path, name: str = "peer", *, cached: bool = False) -> None:
        self._directory = directory
        self._application = Application[UUID](
            env={
                "PERSISTENCE_MODULE": "eventsourcing.sqlite",
                "SQLITE_DBNAME": str(directory / f"{name}-peer.db"),
                **({"AGGREGATE_CACHE_MAXSIZE": "1000"} if cached else {}),
            }
        )
        self._numbers = count()
        assert isinstance(self._application.recorder, SQLiteApplicationRecorder)
        _assert_durable(self._application.recorder.datastore)

    def open(self) -> UUID:
        notes = CaseNotes("A", self._facts())
        self._application.save(notes)
        return notes.id

    def note(self, stream: UUID, text: str) -> None:
        notes: CaseNotes = self._application.repository.get(stream)
        notes.note(text, self._facts())
        self._application.save(notes)

    def notes(self, stream: UUID) -> tuple[int, str]:
        notes: CaseNotes = self._application.repository.get(stream)
        return notes.number, notes.last

    def events(self) -> int:
        return self._application.recorder.max_notification_id() or 0

    def event_bytes(self) -> int:
        """How large the newest event is in the store."""
        (newest,) = self._application.recorder.select_notifications(self.events(), 1)
        return len(newest.state)

    def view(self) -> NotesView:
        datastore = SQLiteDatastore(str(self._directory / f"views-{next(self._numbers)}.db"))
        _assert_durable(datastore)
        view = NotesView(datastore)
        view.create_table()
        return view

    def project(self, view: NotesView) -> None:
        projection = NotesProjection(view)
        name = self._application.name
        for notification in self._notifications():
            domain_event = self._application.mapper.to_domain_event(notification)
            projection.process_event(domain_event, Tracking(name, notification.id))

    def rows(self, view: NotesView) -> list[tuple[int, str]]:
        rows = sorted(view.rows())
        view.datastore.close()
        return rows

    def close(self) -> None:
        self._application.close()

    def _notifications(self) -> Iterator[Any]:
        start = 1
        while some := self._application.recorder.select_notifications(start, SELECTED):
            yield from some
            start = some[-1].id + 1

    def _facts(self) -> Facts:
        key = f"command-{next(self._numbers):024d}"
        return {
            "occurred_at": datetime.now(UTC).isoformat(),
            "account": CLERK.account,
            "role": CLERK.role,
            "department": str(CLERK.department),
            "channel": "window",
            "command_id": key,
            "correlation_id": key,
        }


def _assert_durable(datastore: SQLiteDatastore) -> None:
    with datastore.transaction(commit=False) as cursor:
        cursor.execute("PRAGMA synchronous")
        assert cursor.fetchone()[0] >= FULL, "this SQLite makes less durable by default than ours"
