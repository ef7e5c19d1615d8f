"""
The event store against `eventsourcing` 9.5 on its SQLite, and against bare SQLite.

Ours and theirs take turns, so that what else the machine does hits both; figures are medians. A
ratio is the other's time divided by ours: over 1, ours is faster.
"""

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing
from functools import partial
from itertools import count
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from threading import Thread
from time import perf_counter
from typing import Any, NamedTuple, Protocol

from chalicelib.adapters.sqlite.file import SCHEMA
from chalicelib.adapters.sqlite.store import SqliteStore
from chalicelib.eventlog.memory import Memory
from chalicelib.eventlog.ports import CommandId, History

from .case_notes import Banjian
from .eventsourcing_peer import Peer

EVENT_BYTES = 668
BODY = bytes(EVENT_BYTES)
FINGERPRINT = bytes(32)
STREAMS = 30
LOADED = 100
THREADS = 16


Jobs = Sequence[Callable[[], Any]]


class Side(Protocol):
    def open(self) -> Any: ...
    def note(self, stream: Any, text: str, /) -> None: ...
    def notes(self, stream: Any, /) -> tuple[int, str]: ...
    def event_bytes(self) -> int: ...


class Pair(NamedTuple):
    """Microseconds: ours, and what it is compared with."""

    ours: float
    other: float

    @property
    def ratio(self) -> float:
        return self.other / self.ours


def run() -> dict[str, float]:
    """Ratios, and the microseconds that they are of. Works in ./var: /tmp may be in memory."""
    Path("var").mkdir(exist_ok=True)
    with TemporaryDirectory(dir="var") as name, ExitStack() as opened:
        ours, peer = Banjian(Path(name)), Peer(Path(name))
        ours_too, caching = Banjian(Path(name), "too"), Peer(Path(name), "too", cached=True)
        for side in (ours, peer, ours_too, caching):
            opened.callback(side.close)
        for path in Path(name).glob("*.db"):
            _grow(path)
        text = _text(ours, peer)
        cold = _commands(ours, peer, text)
        command = _commands(ours.remembering(Memory(sole=True)), peer, text)
        cached = _commands(ours_too.remembering(Memory(sole=True)), caching, text)
        load = _loads(ours, peer, text)
        projection = _projections(ours, peer)
        appends = _appends(Path(name))
        return {
            "command_ratio": round(command.ratio, 2),
            "cold_command_ratio": round(cold.ratio, 2),
            "cached_command_ratio": round(cached.ratio, 2),
            "load100_ratio": round(load.ratio, 2),
            "projection_ratio": round(projection.ratio, 2),
            "floor_ratio": round(appends.floor / appends.one, 2),
            "group_commit_gain": round(appends.one / appends.shared, 2),
            "command_us": round(command.ours, 1),
            "cold_command_us": round(cold.ours, 1),
            "cached_peer_command_us": round(cached.other, 1),
            "peer_command_us": round(command.other, 1),
            "load100_us": round(load.ours, 1),
            "peer_load100_us": round(load.other, 1),
            "projection_us_per_event": round(projection.ours, 1),
            "peer_projection_us_per_event": round(projection.other, 1),
            "append_us": round(appends.one, 1),
            "floor_us": round(appends.floor, 1),
            "append_us_of_16_threads": round(appends.shared, 1),
            "event_bytes": ours.event_bytes(),
            "peer_event_bytes": peer.event_bytes(),
        }


def _text(ours: Side, peer: Side) -> str:
    """So long that an event with it is EVENT_BYTES long in our store."""
    for side in (ours, peer):
        side.note(side.open(), "")
    return "t" * (EVENT_BYTES - ours.event_bytes())


def _filled(side: Side, streams: int, events: int, text: str) -> list[Any]:
    opened = [side.open() for _ in range(streams)]
    for stream in opened:
        for _ in range(events - 1):
            side.note(stream, text)
    return opened


def _commands(ours: Side, peer: Side, text: str) -> Pair:
    """
    Load a stream of 10 to 20 events, decide, append one: each a command of its own. As each side
    does it by default (the service has a memory, the peer's cache is off), both without, both with.
    """

    def jobs(side: Side) -> Jobs:
        return [partial(side.note, one, text) for one in _filled(side, STREAMS, 10, text)]

    return _in_turns(jobs(ours), jobs(peer), rounds=10)


def _loads(ours: Side, peer: Side, text: str) -> Pair:
    """Load a stream of 100 events and fold it to its state."""

    def jobs(side: Side) -> Jobs:
        streams = _filled(side, 3, LOADED, text)
        assert side.notes(streams[0]) == (LOADED - 1, text)
        return [partial(side.notes, one) for one in streams]

    return _in_turns(jobs(ours), jobs(peer), rounds=20)


def _projections(ours: Banjian, peer: Peer) -> Pair:
    """From the whole log to a new view, exactly once; for each event."""
    times: list[Pair] = []
    for _ in range(3):
        our_view, their_view = ours.view(), peer.view()
        times.append(
            Pair(
                _seconds(partial(ours.project, our_view)),
                _seconds(partial(peer.project, their_view)),
            )
        )
        assert ours.rows(our_view) == peer.rows(their_view), "the two did not do the same"
    mine, theirs = (median(side) * 1e6 for side in zip(*times, strict=True))
    return Pair(mine / ours.store.head(), theirs / peer.events())


def _grow(path: Path) -> None:
    """
    Let the WAL reach the size that it keeps. While a file grows, each fsync also writes the file
    system's journal, which takes twice as long: that is what a new file costs, not an append.
    """
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute("CREATE TABLE filler (bytes)")
        db.execute("INSERT INTO filler VALUES (zeroblob(6000000))")
        db.execute("DROP TABLE filler")
        db.execute("PRAGMA wal_checkpoint(RESTART)")


def _in_turns(ours: Jobs, other: Jobs, *, rounds: int) -> Pair:
    times = [
        (_seconds(one), _seconds(another))
        for _ in range(rounds)
        for one, another in zip(ours, other, strict=True)
    ]
    return Pair(*(median(side) * 1e6 for side in zip(*times, strict=True)))


def _seconds(job: Callable[[], Any]) -> float:
    begin = perf_counter()
    job()
    return perf_counter() - begin


class Appends(NamedTuple):
    """Microseconds: one append, one of the floor's, and the time per append of 16 threads."""

    one: float
    floor: float
    shared: float


def _appends(directory: Path) -> Appends:
    """
    One event to a stream of up to 60: ours by one thread, against SQLite alone; and ours by 16
    threads on streams of their own, where what counts is the time that passes for each append.
    """
    with (
        closing(SqliteStore(directory / "appends.db")) as store,
        closing(_floor(directory / "floor.db")) as db,
    ):
        for path in (directory / "appends.db", directory / "floor.db"):
            _grow(path)
        pairs, shared = list[Pair](), list[float]()
        for number in range(8):
            append, insert = _append(store, f"one-{number}"), _insert(db, f"one-{number}")
            pairs += [Pair(next(append), next(insert)) for _ in range(60)]
            shared.append(_shared(store, number, 25))
    one, floor = zip(*pairs, strict=True)
    return Appends(*(median(times) * 1e6 for times in (one, floor, shared)))


def _append(store: SqliteStore, name: str) -> Iterator[float]:
    """The seconds that each append to a new stream takes, for as long as it is asked."""
    history = History(f"case-{name:>032}")
    for number in count():
        command = CommandId(f"command-{number:024d}", FINGERPRINT)
        begin = perf_counter()
        commit = store.append(history, command, 1, BODY)
        yield perf_counter() - begin
        history = History(history.stream, (*history.commits, commit))


def _insert(db: sqlite3.Connection, name: str) -> Iterator[float]:
    stream = f"case-{name:>032}"
    for number in count(1):
        row = (None, stream, number, 1, f"command-{number:024d}", FINGERPRINT, FINGERPRINT, BODY)
        begin = perf_counter()
        db.execute("BEGIN IMMEDIATE")
        db.execute("INSERT INTO commits VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row)
        db.execute("COMMIT")
        yield perf_counter() - begin


def _shared(store: SqliteStore, number: int, times: int) -> float:
    def work(thread: int) -> None:
        append = _append(store, f"{number}-{thread}")
        for _ in range(times):
            next(append)

    threads = [Thread(target=work, args=(thread,)) for thread in range(THREADS)]
    begin = perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return (perf_counter() - begin) / (THREADS * times)


def _floor(path: Path) -> sqlite3.Connection:
    """The same table and index, as durable, with nothing around it."""
    db = sqlite3.connect(path, isolation_level=None)
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("PRAGMA synchronous = FULL")
    db.execute(SCHEMA[0])
    return db
