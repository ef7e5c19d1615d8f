"""A small town's cases and views of them, for tests of what follows the log."""

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

from chalicelib.adapters.sqlite.store import SqliteStore
from chalicelib.adapters.sqlite.views import SqliteViews
from chalicelib.eventlog import skipping
from chalicelib.eventlog.codec import codec, encode
from chalicelib.eventlog.decoding import Decoded, Undecodable
from chalicelib.eventlog.envelope import Circumstances, Recorded
from chalicelib.eventlog.feed import Feed, Source
from chalicelib.eventlog.ports import CommandId, Commit
from chalicelib.eventlog.retries import Decision
from chalicelib.eventlog.transact import Request
from chalicelib.eventlog.views.port import Bell, Entry, Projection, Row
from chalicelib.kernel.actor import SYSTEM, Actor, Channel, Role
from chalicelib.kernel.base import Frozen

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
DEPARTMENTS = ("planning", "water", "health")
ADMINISTRATOR = Actor(account="zhao", role=Role.SYSTEM_ADMINISTRATOR)


class Submitted(Frozen):
    applicant: str
    department: str
    due: str


class Transferred(Frozen):
    department: str
    due: str


class Noted(Frozen):
    text: str


class Withdrawn(Frozen):
    reason: str


class Garbled(Frozen):
    """What the picky views cannot take."""

    text: str


class FromTheFuture(Frozen):
    """An event type of a later release: CODEC does not know it."""

    text: str


TYPES: tuple[type[Frozen], ...] = (
    Submitted,
    Transferred,
    Noted,
    Withdrawn,
    Garbled,
    *skipping.EVENTS,
)
CODEC = codec(TYPES)

submitted = Submitted(applicant="li", department="planning", due="2026-04-01")
noted = Noted(text="called back")
garbled = Garbled(text="?")


# Views


def _case(event: Recorded) -> str | None:
    return event.stream if event.stream.startswith("case-") else None


def _work(row: Row | None, event: Recorded) -> Row | None:
    match event.data:
        case Submitted(applicant=applicant, department=department, due=due):
            case = {"case": event.stream, "applicant": applicant, "notes": []}
            return {**case, "department": department, "due": due, "version": event.version}
        case Transferred(department=department, due=due) if row:
            return {**row, "department": department, "due": due, "version": event.version}
        case Noted(text=text) if row:
            return {**row, "notes": [*row["notes"], text], "version": event.version}
        case Withdrawn():
            return None
        case Garbled(text=text):
            raise ValueError(f"cannot read {text}")
        case _:
            return row


def _work_entries(row: Row) -> list[Entry]:
    return [
        Entry("department", row["department"], row["due"]),
        Entry("applicant", row["applicant"], row["case"]),
    ]


WORK = Projection("work", "1", _case, _work, _work_entries)


def _tally(row: Row | None, event: Recorded) -> Row | None:
    if isinstance(event.data, Garbled):
        raise KeyError(event.data.text)
    before = row or {"department": _department(event), "events": 0, "versions": 0}
    return {
        **before,
        "events": before["events"] + 1,
        "versions": before["versions"] + event.version,
    }


def _department(event: Recorded) -> str | None:
    match event.data:
        case Submitted(department=department) | Transferred(department=department):
            return department
        case Garbled():
            return DEPARTMENTS[0]
        case _:
            return None


# A row that many streams go to: counting does not depend on their order.
TALLY = Projection(
    "tally", "1", _department, _tally, lambda row: [Entry("all", "", f"{row['events']:06d}")]
)


def _journal(row: Row | None, event: Recorded) -> Row | None:
    lines = row["lines"] if row else []
    return {"lines": [*lines, [event.version, event.position, event.type]]}


# Takes everything that can be decoded, and shows in which order it came.
JOURNAL = Projection("journal", "1", _case, _journal, lambda _: ())

VIEWS = (WORK, TALLY, JOURNAL)


# Histories


class Town(NamedTuple):
    store: SqliteStore
    views: SqliteViews
    bell: Bell

    @property
    def source(self) -> Source:
        return Source(self.store, self.store, CODEC)

    @property
    def feed(self) -> Feed:
        return Feed(self.source)

    def close(self) -> None:
        self.views.close()
        self.store.close()


def open_town(directory: Path) -> Town:
    bell = Bell()
    store = SqliteStore(directory / "events.db", notify=bell.ring, synchronous="OFF")
    return Town(store, SqliteViews(str(directory / "views.db")), bell)


def record(store: SqliteStore, stream: str, *events: Frozen) -> Commit:
    """Append one commit."""
    circumstances = Circumstances(NOW, SYSTEM, Channel.SYSTEM)
    body = encode(events, circumstances, recorded_at=NOW, correlation_id="test")
    return record_bytes(store, stream, body, len(events))


def record_bytes(store: SqliteStore, stream: str, body: bytes, length: int = 1) -> Commit:
    history = store.load(stream)
    return store.append(history, CommandId(f"c{history.version + 1}", b""), length, body)


def live_through(store: SqliteStore, commits: int, *, seed: int = 1, poison: float = 0.0) -> None:
    """Random histories of many cases at once; `poison` is the share of commits no view can take."""
    rnd = Random(seed)  # noqa: S311 - reproducible on purpose
    for _ in range(commits):
        stream = f"case-{rnd.randrange(max(2, commits // 10)):05d}"
        if rnd.random() < poison:
            _poison(store, stream, rnd)
        else:
            record(store, stream, *_some_events(store, stream, rnd))


def _some_events(store: SqliteStore, stream: str, rnd: Random) -> list[Frozen]:
    if not store.load(stream).version:
        return [_random(Submitted, rnd)]
    kinds = rnd.choices(
        (Noted, Transferred, Withdrawn, Submitted), (6, 4, 1, 1), k=rnd.randint(1, 3)
    )
    return [_random(kind, rnd) for kind in kinds]


def _random(kind: type[Frozen], rnd: Random) -> Frozen:
    values: dict[str, Callable[[], str]] = {
        "applicant": lambda: f"person-{rnd.randrange(50)}",
        "department": lambda: rnd.choice(DEPARTMENTS),
        "due": lambda: f"2026-{rnd.randint(1, 12):02d}-{rnd.randint(1, 28):02d}",
        "text": lambda: f"note {rnd.randrange(1000)}",
        "reason": lambda: "moved away",
    }
    return kind(**{name: values[name]() for name in kind.model_fields})


def _poison(store: SqliteStore, stream: str, rnd: Random) -> None:
    match rnd.randrange(3):
        case 0:
            record(store, stream, noted, garbled, noted)
        case 1:
            record(store, stream, noted, FromTheFuture(text="!"), noted)
        case _:
            record_bytes(store, stream, b"{broken", 2)


# What is looked at


def to_skip(position: int, why: str = "entered by mistake") -> Decision:
    request = Request(
        CommandId(f"skip-{position}", b""),
        Circumstances(NOW, ADMINISTRATOR, Channel.INTERNAL),
        NOW,
        "test",
    )
    return Decision(position, why, request)


def shown(one: Decoded) -> Any:
    """To compare: an error equals none but itself."""
    plain = [
        event._replace(error=str(event.error)) if isinstance(event, Undecodable) else event  # type: ignore[arg-type]
        for event in one.events
    ]
    return one.commit, plain


def content(views: SqliteViews, names: Iterable[str]) -> dict[str, Any]:
    """All rows of the live views, where they are listed, and what is parked."""
    return {name: _content(views, name) for name in names}


def _content(views: SqliteViews, name: str) -> Any:
    generation = views.live(name)
    if generation is None:
        return None
    keys: Sequence[str] = views.keys(generation, "", 1_000_000)
    parked = views.parked(generation, limit=1_000_000)
    return (
        views.checkpoint(generation).position,
        views.stored(generation, keys),
        [one._replace(parked_at=NOW) for one in parked],
    )
