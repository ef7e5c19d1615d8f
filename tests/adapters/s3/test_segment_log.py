"""What the log from segments does besides what every log does (see test_log.py)."""

from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.adapters.s3.segment_log import SegmentLog
from chalicelib.eventlog.ports import CommandId, Commit, Damaged, History
from chalicelib.eventlog.sequencing.lanes import merge
from chalicelib.eventlog.sequencing.plan import Arrival
from chalicelib.eventlog.sequencing.ports import LOG, Sequencer
from chalicelib.eventlog.sequencing.sequencer import sequence

from ...eventlog.sequencing.memory import MemoryLedger, MemorySegments, MemoryStreams


@dataclass
class Counted(MemorySegments):
    fetched: list[str] = field(default_factory=list)

    def __post_init__(self):
        super().__init__()

    def get(self, key):
        self.fetched.append(key)
        return super().get(key)


@dataclass
class Land:
    """A ledger with segments: each `add` is one segment of its own."""

    lanes: int = 1
    ledger: MemoryLedger = field(default_factory=MemoryLedger)
    segments: Counted = field(default_factory=Counted)
    histories: dict[str, History] = field(default_factory=dict)

    @property
    def sequencer(self):
        return Sequencer(self.ledger, self.segments, MemoryStreams(), lanes=self.lanes)

    @property
    def log(self):
        return SegmentLog(self.ledger, self.segments)

    def commit(self, stream, length=1):
        history = self.histories.get(stream, History(stream))
        commit = history.following(CommandId(f"{history.version}", b""), length, b"{}")
        self.histories[stream] = History(stream, (*history.commits, commit))
        return commit

    def add(self, *commits: Commit):
        arrivals = [Arrival(one.stream, one.stream, one.version, one) for one in commits]
        sequence(self.sequencer, arrivals)


@pytest.fixture
def land():
    return Land()


def three_segments(land):
    land.add(land.commit("case-1", 2), land.commit("case-2", 3))
    land.add(land.commit("case-1", 1))
    land.add(land.commit("case-3", 2), land.commit("case-1", 1))
    return land.log


def test_a_page_spans_segments(land):
    log = three_segments(land)
    assert [(one.stream, one.position) for one in log.read(2, 3)] == [
        ("case-2", 3),
        ("case-1", 6),
        ("case-3", 7),
    ]


def test_only_the_segments_of_the_page_are_fetched_and_each_once(land):
    log = three_segments(land)
    log.read(0, 1)
    assert len(land.segments.fetched) == 1
    log.read(0, 10)
    log.read(0, 10)
    assert len(land.segments.fetched) == len(set(land.segments.fetched)) == 3


def test_what_does_not_fit_into_memory_is_fetched_again(land):
    three_segments(land)
    log = SegmentLog(land.ledger, land.segments, kept=1)
    assert len(log.read(0, 10)) == len(log.read(0, 10)) == 5
    assert len(land.segments.fetched) == 6


@given(st.integers(0, 10), st.integers(1, 6), st.integers(1, 4))
def test_any_page_is_a_part_of_the_whole(after, limit, threads):
    land = Land()
    three_segments(land)
    log = SegmentLog(land.ledger, land.segments, threads=threads)
    whole = log.read(0, 100)
    assert log.read(after, limit) == [one for one in whole if one.last_position > after][:limit]


def test_a_segment_that_was_altered_is_not_read(land):
    log = three_segments(land)
    key = land.ledger.index(LOG, 5, 1)[0].key
    land.segments.objects[key] = land.segments.objects[land.ledger.index(LOG, 0, 1)[0].key]
    assert len(log.read(0, 2)) == 2
    with pytest.raises(Damaged, match=key):
        log.read(5, 1)


def test_a_segment_that_is_gone_is_not_passed_over(land):
    log = three_segments(land)
    key = land.ledger.index(LOG, 5, 1)[0].key
    land.segments.delete(key)
    with pytest.raises(Damaged, match=key):
        log.read(0, 10)


@pytest.mark.parametrize(("removed", "after"), [(0, 0), (1, 0), (1, 5)])
def test_a_hole_in_the_index_is_not_passed_over(land, removed, after):
    log = three_segments(land)
    del land.ledger.segments[LOG][removed]
    with pytest.raises(Damaged, match="nothing right before position"):
        log.read(after, 10)


def test_a_page_of_nothing_is_nothing(land):
    assert three_segments(land).read(0, 0) == []


def places(log, stream, versions):
    return [log.place(stream, version) for version in versions]


def test_each_event_of_a_stream_has_its_place(land):
    log = three_segments(land)
    assert places(log, "case-1", range(6)) == [None, 1, 2, 6, 9, None]
    assert places(log, "case-2", range(5)) == [None, 3, 4, 5, None]
    assert places(log, "case-9", range(2)) == [None, None]


def test_the_newest_event_s_place_needs_no_segment(land):
    log = three_segments(land)
    assert log.place("case-1", 4) == 9
    assert land.segments.fetched == []


def test_an_event_of_a_lane_has_its_place_once_it_is_merged(land):
    land.add(land.commit("case-1", 2))
    land.lanes = 2
    commits = land.commit("case-2", 3), land.commit("case-3", 1)
    stuck, land.ledger.heads = land.ledger.heads, lambda: MemoryLedger().heads()
    land.add(*commits)
    assert [land.log.place("case-2", 1), land.log.head()] == [None, 2]
    land.ledger.heads = stuck
    assert merge(land.sequencer) == land.log.head() == 6
    for commit in land.log.read(0, 10):
        for offset in range(commit.length):
            where = land.log.place(commit.stream, commit.version + offset)
            assert where == commit.position + offset
