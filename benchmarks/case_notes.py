"""Notes on a case, as an application on Banjian has them: what is measured on our side."""

from contextlib import closing
from copy import copy
from datetime import UTC, datetime
from hashlib import sha256
from itertools import count
from pathlib import Path
from typing import Literal, NamedTuple

from chalicelib.adapters.sqlite.store import SqliteStore
from chalicelib.adapters.sqlite.views import SqliteViews
from chalicelib.eventlog.codec import codec
from chalicelib.eventlog.consumers import catch_up
from chalicelib.eventlog.envelope import Circumstances, Recorded
from chalicelib.eventlog.feed import Feed, Source
from chalicelib.eventlog.memory import Memory
from chalicelib.eventlog.ports import CommandId
from chalicelib.eventlog.transact import Decider, Request, fold, transact
from chalicelib.eventlog.views.port import Entry, Projection, Row
from chalicelib.kernel.actor import Actor, Channel, Role
from chalicelib.kernel.base import Frozen
from chalicelib.kernel.errors import Closed

MOST_NOTES = 10_000
CLERK = Actor(account="clerk-0001", role=Role.CLERK, department="zhanjiang-permits")


class Opened(Frozen):
    type: Literal["Opened"] = "Opened"
    title: str


class Noted(Frozen):
    type: Literal["Noted"] = "Noted"
    text: str


class Notes(NamedTuple):
    number: int = 0
    last: str = ""


def evolve(notes: Notes, event: Opened | Noted) -> Notes:
    return notes if isinstance(event, Opened) else Notes(notes.number + 1, event.text)


def decide(notes: Notes, text: str) -> list[Noted]:
    if notes.number >= MOST_NOTES:
        raise Closed("notes-used-up", "the case takes no more notes")
    return [Noted(text=text)]


CODEC = codec([Opened, Noted])
DECIDER = Decider(CODEC, Notes(), evolve)


def evolve_row(row: Row | None, event: Recorded) -> Row:
    if row is None or isinstance(event.data, Opened):
        return {"case": event.stream, "notes": 0, "last": ""}
    return {**row, "notes": row["notes"] + 1, "last": getattr(event.data, "text", "")}


def entries(row: Row) -> list[Entry]:
    return [Entry("all", "", row["case"])]


VIEW = Projection("notes", "1", lambda event: event.stream, evolve_row, entries)


class Banjian:
    """
    One store; every command is an append of its own, as with the peer. Without a memory, as it is
    at first, each command reads the whole stream.
    """

    def __init__(self, directory: Path, name: str = "events") -> None:
        self._directory = directory
        self.store = SqliteStore(directory / f"{name}.db")
        self._numbers = count()
        self.decider = DECIDER

    def remembering(self, memory: Memory) -> "Banjian":
        """The same store, for a process that has `memory`."""
        other = copy(self)
        other.decider = DECIDER._replace(memory=memory)
        return other

    def open(self) -> str:
        stream = f"case-{next(self._numbers):032d}"
        transact(
            self.store, self.decider, stream, self._request("open"), lambda _: [Opened(title="A")]
        )
        return stream

    def note(self, stream: str, text: str) -> None:
        transact(
            self.store, self.decider, stream, self._request(text), lambda notes: decide(notes, text)
        )

    def notes(self, stream: str) -> tuple[int, str]:
        return fold(DECIDER, self.store.load(stream))

    def event_bytes(self) -> int:
        """How large the newest event is in the store."""
        return len(self.store.read(self.store.head() - 1, 1)[0].body)

    def view(self) -> SqliteViews:
        """A new and empty one, in a file of its own."""
        return SqliteViews(str(self._directory / f"views-{next(self._numbers)}.db"))

    def project(self, view: SqliteViews) -> None:
        """The whole log into the view, exactly once."""
        catch_up(VIEW, Feed(Source(self.store, self.store, CODEC)), view)

    def rows(self, view: SqliteViews) -> list[tuple[int, str]]:
        with closing(view):
            page = view.page("notes", "all", "", limit=100_000)
        return sorted((row["notes"], row["last"]) for row in page.rows)

    def close(self) -> None:
        self.store.close()

    def _request(self, body: str) -> Request:
        now = datetime.now(UTC)
        key = f"command-{next(self._numbers):024d}"
        command = CommandId(key, sha256(body.encode()).digest())
        return Request(command, Circumstances(now, CLERK, Channel.WINDOW), now, key)
