"""A log is moved without losing a position, wherever the moving is interrupted."""

import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.adapters.local.files import FileBlobs
from chalicelib.adapters.s3.segment_log import SegmentLog
from chalicelib.adapters.sqlite.store import SqliteStore
from chalicelib.certificates.application.moving_documents import copy_documents
from chalicelib.eventlog.audit import check
from chalicelib.eventlog.auditing.verifying import Document
from chalicelib.eventlog.moving import moving
from chalicelib.eventlog.moving.moving import OtherHistory, Prefix, commits, move, prefix
from chalicelib.eventlog.moving.targets import Embedded, Sequenced
from chalicelib.eventlog.ports import CommandId, Commit, Damaged, History
from chalicelib.eventlog.sequencing.plan import Arrival
from chalicelib.eventlog.sequencing.ports import Sequencer
from chalicelib.eventlog.sequencing.sequencer import sequence

from .sequencing.memory import MemoryLedger, MemorySegments, MemoryStreams

EXAMPLES = Path(__file__).parents[2] / "events"
MONDAY = datetime(2026, 9, 7, 9, tzinfo=UTC)


class Listed:
    """A log over a list."""

    def __init__(self, commits: Sequence[Commit]) -> None:
        self.commits = list(commits)

    def head(self) -> int:
        return self.commits[-1].last_position if self.commits else 0

    def read(self, after: int, limit: int, /) -> Sequence[Commit]:
        return [one for one in self.commits if one.last_position > after][:limit]

    def place(self, stream: str, version: int, /) -> int | None:
        raise NotImplementedError


def a_log(number: int = 11, streams: int = 3, salt: str = "") -> Listed:
    """One commit a minute, of one to three events, in several streams."""
    ends: dict[str, list[Commit]] = {}
    made: list[Commit] = []
    position = 1
    for n in range(number):
        stream = f"case-{n * n % streams}"
        body = f'{{"recorded_at":"{(MONDAY + timedelta(minutes=n)).isoformat()}","n":"{salt}"}}'
        history = History(stream, tuple(ends.get(stream, ())))
        commit = history.following(CommandId(f"command-{n}", b"f"), 1 + n % 3, body.encode())
        ends.setdefault(stream, []).append(commit)
        made.append(commit._replace(position=position))
        position += commit.length
    return Listed(made)


class MemoryItems:
    """The events' table; a call that dies leaves a part of its commits, the later ones, there."""

    def __init__(self) -> None:
        self.items: dict[tuple[str, int], Commit] = {}

    def put(self, commits: Sequence[Commit], /) -> None:
        for one in reversed(commits):
            self.put_one(one._replace(position=None))

    def put_one(self, commit: Commit) -> None:
        if self.items.setdefault((commit.stream, commit.version), commit) != commit:
            raise OtherHistory(commit.stream)

    def all(self) -> Iterator[Commit]:
        return iter(self.items.values())


class Crash(BaseException):
    """The process is gone."""


class Dying:
    """A port whose `calls`-th call is the last: it dies before doing it, or right after."""

    def __init__(self, port: Any, clock: "Clock") -> None:
        self._port, self._clock = port, clock

    def __getattr__(self, name: str) -> Any:
        call = getattr(self._port, name)

        def tried(*arguments: Any, **named: Any) -> Any:
            self._clock.tick()
            answer = call(*arguments, **named)
            self._clock.tick()
            return answer

        return tried


class Clock:
    def __init__(self, calls: int | None) -> None:
        self.left = calls

    def tick(self) -> None:
        if self.left is not None:
            self.left -= 1
            if self.left < 0:
                raise Crash


class DyingItems(MemoryItems):
    def __init__(self, items: dict[tuple[str, int], Commit], clock: Clock) -> None:
        self.items, self._clock = items, clock

    def put_one(self, commit: Commit) -> None:
        self._clock.tick()
        super().put_one(commit)


class Cloud:
    def __init__(self) -> None:
        self.ledger, self.segments, self.items = MemoryLedger(), MemorySegments(), MemoryItems()

    def target(self, calls: int | None = None) -> Sequenced:
        clock = Clock(calls)
        items = DyingItems(self.items.items, clock)
        ledger, segments = Dying(self.ledger, clock), Dying(self.segments, clock)
        sequencer = Sequencer(ledger, segments, MemoryStreams(), lanes=4, pause=lambda _: None)
        return Sequenced(sequencer, SegmentLog(ledger, segments), items)

    def log(self) -> SegmentLog:
        return SegmentLog(self.ledger, self.segments)

    def holds(self, log: Listed) -> bool:
        """Every commit with its position in the log, and without in the table; and nothing else."""
        bare = {(one.stream, one.version): one._replace(position=None) for one in log.commits}
        return list(commits(self.log())) == log.commits and self.items.items == bare


@pytest.fixture(autouse=True)
def _small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(moving, "PAGE", 4)


def whole(log: Listed) -> Prefix:
    return prefix(log)


def move_or_die(log: Listed, cloud: Cloud, calls: int | None) -> bool:
    try:
        move(whole(log), cloud.target(calls))
    except Crash:
        return False
    return True


def test_everything_arrives_at_its_position():
    log, cloud = a_log(), Cloud()
    moved = move(whole(log), cloud.target())
    assert cloud.holds(log)
    assert (moved.copied, moved.already) == (log.head(), 0)
    assert moved.seal == check(log).seal == check(cloud.log()).seal


def test_moved_twice_is_moved_once():
    log, cloud = a_log(), Cloud()
    move(whole(log), cloud.target())
    again = move(whole(log), cloud.target())
    assert cloud.holds(log)
    assert (again.copied, again.already) == (0, log.head())


def test_after_a_crash_at_any_call_it_is_taken_up_again():
    log = a_log()
    for calls in count():
        cloud = Cloud()
        done = move_or_die(log, cloud, calls)
        move(whole(log), cloud.target())
        assert cloud.holds(log), f"after {calls} calls"
        if done:
            break
    assert calls > 40


@given(st.lists(st.integers(0, 90), max_size=6))
def test_however_often_it_crashes_it_is_taken_up_again(crashes: list[int]):
    log, cloud = a_log(), Cloud()
    for calls in crashes:
        move_or_die(log, cloud, calls)
    move(whole(log), cloud.target())
    assert cloud.holds(log)


def test_what_a_crash_left_undone_is_found_without_looking_at_everything():
    log, last = a_log(40), 0
    for calls in range(90, 160, 3):
        cloud, looked_at = Cloud(), Clock(10_000)
        assert not move_or_die(log, cloud, calls)
        already = sum(one.last_position <= cloud.log().head() for one in log.commits)
        assert already > 4 * moving.PAGE
        target = cloud.target()._replace(items=DyingItems(cloud.items.items, looked_at))
        move(whole(log), target)
        assert 10_000 - (looked_at.left or 0) <= len(log.commits) - already + 3 * moving.PAGE
        assert cloud.holds(log)
        last = already
    assert last > 30


def test_what_is_lost_behind_is_found_at_the_end():
    log, cloud = a_log(), Cloud()
    move(whole(log), cloud.target())
    del cloud.items.items[log.commits[0].stream, 1]
    move(whole(log), cloud.target())
    assert cloud.holds(log)


def test_the_sequencer_that_sees_the_items_come_finds_them_in_the_log_already():
    log, cloud = a_log(), Cloud()
    move(whole(log), cloud.target())
    arrivals = [Arrival("r", one.stream, one.version, one) for one in cloud.items.all()]
    sequence(Sequencer(cloud.ledger, cloud.segments, MemoryStreams(), lanes=4), arrivals)
    assert cloud.holds(log)


def test_a_log_that_went_on_is_moved_from_where_it_was():
    cloud = Cloud()
    move(whole(a_log(5)), cloud.target())
    moved = move(whole(a_log(11)), cloud.target())
    assert cloud.holds(a_log(11))
    assert moved.already == a_log(5).head()


# What is refused


def test_a_target_with_another_history_is_refused_and_stays_as_it_is():
    cloud = Cloud()
    move(whole(a_log(4, salt="other")), cloud.target())
    with pytest.raises(OtherHistory, match="choose an empty target"):
        move(whole(a_log()), cloud.target())
    assert cloud.holds(a_log(4, salt="other"))


def test_a_target_that_has_more_is_refused():
    cloud = Cloud()
    move(whole(a_log(11)), cloud.target())
    with pytest.raises(OtherHistory, match="choose an empty target"):
        move(whole(a_log(5)), cloud.target())
    assert cloud.holds(a_log(11))


def test_a_target_whose_table_has_what_is_not_in_its_log_yet_is_refused():
    cloud = Cloud()
    cloud.items.put(a_log(1, salt="other").commits)
    with pytest.raises(OtherHistory, match="not empty"):
        move(whole(a_log()), cloud.target())
    assert len(cloud.items.items) == 1
    assert cloud.log().head() == 0


def test_what_is_written_to_the_target_meanwhile_is_found():
    cloud = Cloud()
    move(whole(a_log(5)), cloud.target())
    cloud.items.put_one(stranger())
    with pytest.raises(OtherHistory, match="not in its log"):
        move(whole(a_log(11)), cloud.target())


def stranger() -> Commit:
    return History("case-stranger").following(CommandId("command", b""), 1, b"{}")


def sequenced(cloud: Cloud, commit: Commit, lanes: int) -> None:
    its = Sequencer(cloud.ledger, cloud.segments, MemoryStreams(), lanes, pause=lambda _: None)
    sequence(its, [Arrival("r", commit.stream, commit.version, commit)])


def test_what_gets_into_the_log_meanwhile_is_found():
    class Meddling(MemoryItems):
        def put(self, commits: Sequence[Commit], /) -> None:
            super().put(commits)
            sequenced(cloud, stranger(), 1)

    cloud = Cloud()
    with pytest.raises(OtherHistory, match="stop what writes"):
        move(whole(a_log()), cloud.target()._replace(items=Meddling()))


def test_a_target_whose_lanes_have_more_than_its_log_is_refused(monkeypatch: pytest.MonkeyPatch):
    cloud = Cloud()
    with monkeypatch.context() as patch:
        patch.setattr(cloud.ledger, "merge", lambda _merge: False)
        sequenced(cloud, stranger(), 4)
    with pytest.raises(OtherHistory, match="lanes"):
        move(whole(a_log()), cloud.target())
    assert cloud.log().head() == 0


def test_a_log_with_a_fault_is_not_copied():
    log, cloud = a_log(), Cloud()
    log.commits[6] = log.commits[6]._replace(body=b"{}")
    with pytest.raises(Damaged, match="banjian verify"):
        move(whole(log), cloud.target())
    assert cloud.log().head() == 0


# To a moment


def test_a_log_is_cut_where_it_was_at_a_moment():
    log = a_log()
    ends = [one.last_position for one in log.commits]
    assert prefix(log, MONDAY - timedelta(seconds=1)).end == 0
    assert prefix(log, MONDAY).end == ends[0]
    assert prefix(log, MONDAY + timedelta(minutes=4, seconds=59)).end == ends[4]
    assert prefix(log, MONDAY + timedelta(days=1)).end == ends[-1]


def test_a_commit_that_is_dated_back_stays_behind_a_later_one():
    log = a_log(streams=11)
    early, late = (log.commits[n].body for n in (1, 9))
    log.commits[4] = log.commits[4]._replace(body=late)
    log.commits[6] = log.commits[6]._replace(body=early)
    cut = prefix(log, MONDAY + timedelta(minutes=7))
    assert cut.end == log.commits[3].last_position


def test_what_is_restored_is_the_log_as_it_was():
    log, cloud = a_log(), Cloud()
    move(prefix(log, MONDAY + timedelta(minutes=4)), cloud.target())
    assert cloud.holds(a_log(5))


# Into an embedded store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    store = SqliteStore(tmp_path / "events.db", synchronous="OFF")
    yield store
    store.close()


def test_an_embedded_store_gets_the_same_positions(store: SqliteStore):
    moved = move(whole(a_log()), Embedded(store, store))
    assert list(commits(store)) == a_log().commits
    assert moved.seal == check(store).seal
    assert store.load("case-0").commits == tuple(
        one for one in a_log().commits if one.stream == "case-0"
    )


@pytest.mark.parametrize("first", range(12))
def test_an_embedded_store_that_has_a_part_gets_the_rest(store: SqliteStore, first: int):
    move(whole(a_log(first)), Embedded(store, store))
    move(whole(a_log(11)), Embedded(store, store))
    assert list(commits(store)) == a_log(11).commits


def test_from_a_store_to_the_cloud_and_back_nothing_has_changed(store: SqliteStore):
    cloud = Cloud()
    move(whole(a_log()), cloud.target())
    move(prefix(cloud.log()), Embedded(store, store))
    assert list(commits(store)) == a_log().commits


def test_an_embedded_store_with_another_history_is_refused(store: SqliteStore):
    move(whole(a_log(4, salt="other")), Embedded(store, store))
    with pytest.raises(OtherHistory, match="choose an empty target"):
        move(whole(a_log()), Embedded(store, store))
    assert list(commits(store)) == a_log(4, salt="other").commits


def test_what_is_written_to_a_store_meanwhile_is_found(store: SqliteStore):
    class Interrupted(Embedded):
        def begin(self, ends: Any, /) -> None:
            super().begin(ends)
            store.append(History("case-stranger"), CommandId("command", b""), 1, b"{}")

    with pytest.raises(OtherHistory, match="stop what writes"):
        move(whole(a_log()), Interrupted(store, store))


# Documents


PLAN = b"%PDF-1.7 floor plan"


def naming(*documents: tuple[str, str]) -> Listed:
    """A log with an event that has these materials, each somewhere deeper in it."""
    materials = ",".join(f'{{"owner":"{o}","sha256":"{d}","size":1}}' for o, d in documents)
    body = f'{{"events":[{{"data":{{"materials":[{materials}]}}}}]}}'
    commit = History("case-1").following(CommandId("command", b""), 1, body.encode())
    return Listed([commit._replace(position=1)])


def test_the_documents_that_a_log_names_are_copied_once(tmp_path: Path):
    here, there = FileBlobs(tmp_path / "here"), FileBlobs(tmp_path / "there")
    named, other = here.put("citizen-zhang", PLAN), here.put("citizen-zhang", b"never submitted")
    log = whole(naming(("citizen-zhang", named), ("citizen-zhang", named)))
    assert copy_documents(log, here, there)[:2] == (1, 0)
    assert there.get("citizen-zhang", named) == PLAN
    assert there.size("citizen-zhang", other) is None
    assert copy_documents(log, here, there)[:2] == (0, 1)


def test_the_files_of_certificates_are_copied_with_them(tmp_path: Path):
    """They are the platform's own: the event that names one has no owner."""
    here, there = FileBlobs(tmp_path / "here"), FileBlobs(tmp_path / "there")
    sealed = json.loads((EXAMPLES / "certificate/CertificateSealed.v1.example.json").read_text())
    sealed["data"]["sha256"] = here.put("banjian", PLAN)
    body = json.dumps({"events": [{one: sealed[one] for one in ("type", "schema", "data")}]})
    commit = History("certificate-1").following(CommandId("command", b""), 1, body.encode())
    log = whole(Listed([commit._replace(position=1)]))
    assert copy_documents(log, here, there)[:2] == (1, 0)
    assert there.get("banjian", sealed["data"]["sha256"]) == PLAN


def test_a_document_that_is_lost_or_damaged_is_named_and_the_others_are_copied(tmp_path: Path):
    here, there = FileBlobs(tmp_path / "here"), FileBlobs(tmp_path / "there")
    good, bad = here.put("citizen-wang", PLAN), here.put("citizen-zhang", PLAN)
    (place,) = (tmp_path / "here").glob(f"*/{bad}") if bad != good else _of("citizen-zhang", here)
    place.write_bytes(b"altered")
    gone = "0" * 64
    log = whole(naming(("citizen-zhang", bad), ("citizen-zhang", gone), ("citizen-wang", good)))
    found = copy_documents(log, here, there)
    assert (found.copied, found.already) == (1, 0)
    assert found.lost == (Document("citizen-zhang", bad), Document("citizen-zhang", gone))
    assert there.size("citizen-zhang", bad) is None


def _of(owner: str, blobs: FileBlobs) -> list[Path]:
    return list(blobs._place(owner).iterdir())
