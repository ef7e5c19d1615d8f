"""
The drill: random mutations of file, index, table, segment and document are found, by name, and
untouched stores raise no false alarm.
"""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from random import Random

import pytest

from chalicelib.adapters.s3.segment_log import SegmentLog
from chalicelib.eventlog.audit import check
from chalicelib.eventlog.auditing.reconciling import reconcile
from chalicelib.eventlog.auditing.table import Stored, Unreadable
from chalicelib.eventlog.auditing.verifying import Verdict
from chalicelib.eventlog.ports import (
    CommandId,
    Commit,
    Damaged,
    History,
    chained,
)
from chalicelib.eventlog.sequencing.plan import Arrival
from chalicelib.eventlog.sequencing.ports import Sequencer
from chalicelib.eventlog.sequencing.sequencer import sequence
from tests.counts import large, often
from tests.eventlog.sequencing.memory import MemoryLedger, MemorySegments, MemoryStreams

from .city_hall import Contents, contents, forged, made, sql, verdict

MUTATIONS = 1_000
UNTOUCHED = 50
# SQLite's header: 16 bytes of magic, then sizes, counters and settings.
INDEX_PAGES = (2, 10)

INSERT = "INSERT INTO commits VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
DELETE = "DELETE FROM commits WHERE position = ?"
CHANGES = {
    "body": "UPDATE commits SET body = ? WHERE position = ?",
    "hash": "UPDATE commits SET hash = ? WHERE position = ?",
    "command": "UPDATE commits SET command_id = ? WHERE position = ?",
    "length": "UPDATE commits SET length = ? WHERE position = ?",
    "version": "UPDATE commits SET version = ? WHERE position = ?",
    "stream": "UPDATE commits SET stream = ? WHERE position = ?",
    "fingerprint": "UPDATE commits SET fingerprint = ? WHERE position = ?",
}
VALUES = {"body": b"{}", "command": "another", "stream": "case-other", "fingerprint": b"0"}

pytestmark = large


@pytest.fixture(scope="module")
def hall(tmp_path_factory):
    return made(tmp_path_factory.mktemp("hall") / "city", seed=8)


@pytest.fixture(scope="module")
def was(hall):
    return contents(hall)


@pytest.fixture
def copies(hall, tmp_path):
    """A fresh copy each time."""

    def copy(number: int) -> Path:
        target = Path(tmp_path / str(number))
        shutil.copytree(hall, target)
        return target

    return copy


def test_untouched_stores_raise_no_alarm(tmp_path):
    for number in range(often(UNTOUCHED)):
        data = made(tmp_path / str(number), seed=100 + number, commits=10 + 7 * (number % 9))
        found = verdict(data)
        assert found.clean, found.findings
        assert verdict(data, whole=False).clean


def found_or_harmless(data: Path, was: Contents) -> bool:
    """
    Whether it was found, and told by a name. If not, then all must be read as before: a byte of a
    page that holds nothing, or of a counter.
    """
    try:
        now = verdict(data)
    except Damaged:
        return True  # not even opened, and its message names the file
    if now.found:
        assert all(one.place for one in now.findings[:1])
        return True
    assert contents(data) == was, "another history is served, and called whole"
    return False


def flipped(path: Path, at: int, bit: int) -> None:
    with path.open("r+b") as file:
        file.seek(at)
        (byte,) = file.read(1)
        file.seek(at)
        file.write(bytes([byte ^ 1 << bit]))


def test_a_flipped_bit_anywhere_in_the_file_is_found_or_changes_nothing(copies, was):
    chance = Random(1)  # noqa: S311 - the same mutations again
    found = 0
    for number in range(often(MUTATIONS)):
        data = copies(number)
        path = data / "events.db"
        flipped(path, chance.randrange(path.stat().st_size), chance.randrange(8))
        found += found_or_harmless(data, was)
        shutil.rmtree(data)
    assert found > often(MUTATIONS) // 2


def index_cells(path: Path) -> list[range]:
    """Where the cells of the index's pages lie: by their first byte, and where content begins."""
    content = path.read_bytes()
    size = int.from_bytes(content[16:18])
    starts = (at for at in range(size, len(content), size) if content[at] in INDEX_PAGES)
    return [range(at + int.from_bytes(content[at + 5 : at + 7]), at + size) for at in starts]


def test_a_flipped_bit_in_the_index_is_found_or_changes_nothing(copies, hall, was):
    chance = Random(2)  # noqa: S311 - the same mutations again
    cells = index_cells(hall / "events.db")
    assert cells
    found = 0
    for number in range(often(MUTATIONS)):
        data = copies(number)
        flipped(data / "events.db", chance.choice(chance.choice(cells)), chance.randrange(8))
        found += found_or_harmless(data, was)
        shutil.rmtree(data)
    assert found > often(MUTATIONS) // 2


def mutated(data: Path, was: Contents, chance: Random) -> tuple[str, int]:
    """One row, by one statement; the stream and the version that it was about."""
    one = chance.choice(was.log[:-1])
    history = History(one.stream, was.streams[one.stream])
    kind = chance.choice((*CHANGES, DELETE, ""))
    if kind:
        value = {
            "hash": chance.randbytes(32),
            "length": one.length + 1,
            "version": one.version + 900,
        }.get(kind, VALUES.get(kind))
        sql(data, CHANGES.get(kind, DELETE), *([] if value is None else [value]), one.position)
        return one.stream, one.version
    # Behind the end of a stream, with a right hash: at no place of the log.
    new = forged(history, chance.choice((0, -5, -(2**62))))
    inserted(data, new)
    return new.stream, new.version


def inserted(data: Path, new: Commit) -> None:
    sql(data, INSERT, *row(new))


def row(new: Commit) -> tuple[object, ...]:
    return (
        *(new.position, new.stream, new.version, new.length),
        *(*new.command, new.hash, new.body),
    )


def test_a_row_that_was_changed_is_found_by_name(copies, was):
    chance = Random(3)  # noqa: S311 - the same mutations again
    for number in range(often(MUTATIONS)):
        data = copies(number)
        stream, version = mutated(data, was, chance)
        found = verdict(data)
        assert named(found, was, stream, version), found.findings
        shutil.rmtree(data)


def named(found: Verdict, was: Contents, stream: str, version: int) -> bool:
    """By stream and version, or by the position that it had."""
    place = {(one.stream, one.version): one.position for one in was.log}.get((stream, version))
    return any(
        (one.stream, one.version) == (stream, version)
        or (place is not None and (one.position == place or f"positions {place} to" in one.what))
        for one in found.findings
    )


def test_a_row_with_a_negative_length_is_found_and_not_served(copies, was):
    data = copies(0)
    stream = was.log[0].stream
    new = forged(History(stream, was.streams[stream]), was.log[-1].last_position + 1)
    new = new._replace(length=-3)
    new = new._replace(hash=chained(was.streams[stream][-1].hash, new))
    with closing(sqlite3.connect(data / "events.db")) as db, pytest.raises(sqlite3.IntegrityError):
        db.execute(INSERT, row(new))
    inserted(data, new)
    assert (new.stream, new.version) in {
        (one.stream, one.version) for one in verdict(data).findings
    }
    with pytest.raises(Damaged):
        contents(data)


def test_a_document_that_was_changed_is_found_by_name(copies):
    chance = Random(4)  # noqa: S311 - the same mutations again
    for number in range(often(MUTATIONS)):
        data = copies(number)
        files = sorted(one for one in (data / "documents").glob("*/*") if one.is_file())
        one = chance.choice(files)
        match chance.randrange(4):
            case 0:
                one.unlink()
            case 1:
                flipped(one, chance.randrange(one.stat().st_size), chance.randrange(8))
            case 2:
                one.write_bytes(one.read_bytes()[:-1])
            case _:
                one.write_bytes(chance.choice([each for each in files if each != one]).read_bytes())
        (finding,) = verdict(data).findings
        assert one.name in finding.file
        assert finding.stream
        shutil.rmtree(data)


# On AWS: a log of segments, and a table of items


class Items:
    """A Table in memory."""

    def __init__(self) -> None:
        self.streams: dict[str, list[Stored]] = {}

    def stored(self, stream, /):
        return sorted(self.streams.get(stream, ()), key=lambda one: one.version)


class Stack:
    """What a sequencer made, from a table."""

    def __init__(self, seed: int) -> None:
        chance = Random(seed)  # noqa: S311 - the same stack again
        self.items, self.ledger = Items(), MemoryLedger()
        self.segments = MemorySegments(lambda: None)
        its = Sequencer(self.ledger, self.segments, MemoryStreams(), pause=lambda _: None)
        histories: dict[str, History] = {}
        arrived: list[Arrival] = []
        for number in range(60):
            stream = f"case-{chance.randrange(12)}"
            history = histories.get(stream, History(stream))
            command = CommandId(f"command-{number}", b"f")
            one = history.following(command, chance.choice((1, 2)), b'{"n":%d}' % number)
            histories[stream] = History(stream, (*history.commits, one))
            self.items.streams.setdefault(stream, []).append(one)
            arrived.append(Arrival(str(number), stream, one.version, one))
            if chance.random() < 0.2:
                sequence(its, arrived)
                arrived = []
        sequence(its, arrived)

    @property
    def log(self) -> SegmentLog:
        return SegmentLog(self.ledger, self.segments, threads=1)


def changed_item(stack: Stack, chance: Random) -> tuple[str, int]:
    stream = chance.choice(sorted(stack.items.streams))
    items = stack.items.streams[stream]
    at = chance.randrange(len(items))
    one, newest = items[at], items[-1]
    assert isinstance(one, Commit)
    assert isinstance(newest, Commit)
    match chance.randrange(6):
        case 0:
            items[at] = one._replace(body=one.body + b" ")
        case 1:
            items[at] = one._replace(hash=chance.randbytes(32))
        case 2:
            del items[at]
        case 3:
            items[at] = Unreadable(stream, one.version, "has no body")
        case 4:
            items.append(one._replace(version=chance.choice((0, -7))))
            return stream, items[-1].version
        case _:
            last = newest.last_version
            items.append(one._replace(version=last + chance.choice((1, 5))))
            return stream, items[-1].version
    return stream, one.version


def test_an_item_of_the_table_that_was_changed_is_found_by_name():
    chance = Random(5)  # noqa: S311 - the same mutations again
    for number in range(often(MUTATIONS)):
        stack = Stack(number % 20)
        place = changed_item(stack, chance)
        found = reconcile(stack.items, stack.log, at_once=1)
        assert place in {(one.stream, one.version) for one in found.findings}


def test_a_segment_that_was_changed_is_found_by_name():
    chance = Random(6)  # noqa: S311 - the same mutations again
    for number in range(often(MUTATIONS)):
        stack = Stack(number % 20)
        objects = stack.segments.objects
        key = chance.choice(sorted(objects))
        content = objects[key]
        match chance.randrange(4):
            case 0:
                del objects[key]
            case 1:
                at = chance.randrange(len(content))
                objects[key] = content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :]
            case 2:
                objects[key] = content[:-9]
            case _:
                objects[key] = objects[chance.choice([k for k in objects if k != key])]
        with pytest.raises(Damaged, match=key):
            check(stack.log)


def test_untouched_stacks_raise_no_alarm():
    for number in range(often(UNTOUCHED)):
        stack = Stack(number)
        assert check(stack.log).clean
        assert reconcile(stack.items, stack.log, at_once=1).clean
