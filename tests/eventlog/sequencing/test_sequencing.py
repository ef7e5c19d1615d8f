"""What the sequencer does with one thing at a time; with everything at once, the simulation."""

from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.adapters.s3.segment_log import SegmentLog
from chalicelib.eventlog.ports import CommandId, Commit, Damaged, History, Unavailable
from chalicelib.eventlog.sequencing import sweep as sequencing_sweep
from chalicelib.eventlog.sequencing.lanes import merge
from chalicelib.eventlog.sequencing.plan import (
    LINE,
    MAX_SEGMENT,
    MAX_STREAMS,
    Arrival,
    Trouble,
    chunks,
    continued,
    in_order,
    lane_of,
)
from chalicelib.eventlog.sequencing.ports import ATTEMPTS, LOG, Cursor, Head, Sequencer
from chalicelib.eventlog.sequencing.retries import all_parked, heal, resequence, retry, retry_all
from chalicelib.eventlog.sequencing.sequencer import Unfinished, Unreadable, sequence
from chalicelib.eventlog.sequencing.sweep import AGE, sweep
from chalicelib.triggers.sequencer import on_records

from .memory import START, MemoryLedger, MemorySegments, MemoryStreams


@dataclass
class City:
    """An events' table, and the sequencer of its log."""

    table: MemoryStreams = field(default_factory=MemoryStreams)
    ledger: MemoryLedger = field(default_factory=MemoryLedger)
    told: list[int] = field(default_factory=list)
    pauses: list[float] = field(default_factory=list)
    lanes: int = 1
    time = START

    def __post_init__(self):
        self.segments = MemorySegments(lambda: self.time)
        self.notify = self.told.append

    @property
    def sequencer(self):
        return Sequencer(
            self.ledger,
            self.segments,
            self.table,
            lanes=self.lanes,
            notify=self.notify,
            now=lambda: self.time,
            pause=self.pauses.append,
        )

    def commit(self, stream, length=1, body=b"{}"):
        """To the table; its record is returned."""
        commits = self.table.commits.setdefault(stream, [])
        history = History(stream, tuple(commits))
        made = history.following(CommandId(f"{history.version}", b""), length, body)
        commits.append(made)
        return arrival(made)

    def take(self, *arrivals):
        sequence(self.sequencer, arrivals)

    def in_log(self):
        commits = SegmentLog(self.ledger, self.segments, threads=1).read(0, 1000)
        return [f"{one.stream}@{one.version}" for one in commits]

    def waiting(self):
        return [(one.stream, one.version, one.reason) for one in all_parked(self.sequencer)]


def arrival(commit: Commit) -> Arrival:
    return Arrival(f"{commit.stream}@{commit.version}", commit.stream, commit.version, commit)


def alarm(stream, version, reason="altered"):
    return Arrival(f"{stream}!{version}", stream, version, Trouble(version, reason, "changed"))


@pytest.fixture
def city():
    return City()


def three(city, stream="case-1"):
    return [city.commit(stream) for _ in range(3)]


def test_commits_are_put_in_order_without_asking_the_table(city):
    one, two, three_ = three(city)
    city.table.newer = None
    city.take(three_, one, two)
    assert city.in_log() == ["case-1@1", "case-1@2", "case-1@3"]
    assert city.told == [3]


def test_commits_of_different_streams_stay_as_they_arrived(city):
    a, b = three(city, "case-a"), three(city, "case-b")
    city.take(a[0], b[1], a[1], b[0])
    assert city.in_log() == ["case-a@1", "case-b@1", "case-b@2", "case-a@2"]


def test_what_came_twice_is_there_once(city):
    one, two, _ = three(city)
    city.take(one, two, one)
    city.take(two, one)
    assert city.in_log() == ["case-1@1", "case-1@2"]
    assert (len(city.segments.objects), city.told) == (1, [2])


def test_a_gap_is_filled_from_the_table(city):
    _, _, three_ = three(city)
    city.take(three_)
    assert city.in_log() == ["case-1@1", "case-1@2", "case-1@3"]


def test_a_gap_that_cannot_be_filled_is_parked_and_all_others_go_on(city):
    one, _, three_ = three(city)
    two = city.table.commits["case-1"].pop(1)
    city.take(one, three_, city.commit("case-2"))
    assert city.in_log() == ["case-1@1", "case-2@1"]
    assert city.waiting() == [("case-1", 2, "gap")]
    city.table.commits["case-1"].insert(1, two)
    assert retry(city.sequencer, "case-1")
    assert city.in_log() == ["case-1@1", "case-2@1", "case-1@2", "case-1@3"]
    assert city.waiting() == []


def test_a_commit_whose_hash_does_not_follow_is_parked(city):
    one, two, _ = three(city)
    city.take(one, arrival(two.content._replace(body=b"forged")))
    assert (city.in_log(), city.waiting()) == (["case-1@1"], [("case-1", 2, "chain")])


def test_a_known_version_with_another_content_is_parked(city):
    one, two, _ = three(city)
    city.take(one, two)
    city.take(arrival(two.content._replace(hash=bytes(32))))
    assert city.waiting() == [("case-1", 2, "altered")]


def test_a_commit_that_begins_inside_another_is_parked(city):
    one = city.commit("case-1", length=3)
    city.take(one)
    city.take(arrival(one.content._replace(version=2)))
    assert city.waiting() == [("case-1", 2, "altered")]


def test_a_commit_in_the_table_that_cannot_be_read_is_parked(city):
    one, _, three_ = three(city)
    city.table.commits["case-1"][1] = city.table.commits["case-1"][1]._replace(hash=b"")
    city.take(one, three_)
    assert (city.in_log(), city.waiting()) == (["case-1@1"], [("case-1", 2, "unreadable")])


def test_a_parked_entry_says_what_brought_it_and_when(city):
    city.take(alarm("case-1", 4))
    (parked,) = all_parked(city.sequencer)
    assert parked == ("case-1", 4, "altered", "changed", "case-1!4", START)


def test_a_stream_that_waits_takes_nothing_until_it_is_retried(city):
    one, two, three_ = three(city)
    city.take(one, alarm("case-1", 1))
    city.take(two)
    resequence(city.sequencer, ["case-1"])
    assert city.in_log() == []
    assert retry(city.sequencer, "case-1")
    assert city.in_log() == ["case-1@1", "case-1@2", "case-1@3"]
    city.take(three_)
    assert len(city.in_log()) == 3


@pytest.mark.parametrize("removed", [0, 2])
def test_a_stream_that_lost_what_the_log_has_still_waits(city, removed):
    city.take(*three(city), alarm("case-2", 1))
    city.take(alarm("case-1", 1))
    lost = city.table.commits["case-1"].pop(removed)
    assert not retry(city.sequencer, "case-1")
    assert ("case-1", 1, "altered") in city.waiting()
    city.table.commits["case-1"].insert(removed, lost)
    assert retry(city.sequencer, "case-1")
    assert city.waiting() == [("case-2", 1, "altered")]


def test_a_commit_that_was_removed_before_it_was_in_the_log_is_not_forgotten(city):
    one, two, three_ = three(city)
    city.take(one, two)
    lost = city.table.commits["case-1"].pop()
    city.take(alarm("case-1", 3), three_)
    assert not retry(city.sequencer, "case-1")
    city.table.commits["case-1"].append(lost)
    assert retry(city.sequencer, "case-1")
    assert city.in_log()[-1] == "case-1@3"


def test_a_stream_that_could_not_be_read_at_all_goes_on_once_it_is_repaired(city):
    city.take(*three(city), alarm("case-1", 1))
    first = city.table.commits["case-1"][0]
    city.table.commits["case-1"][0] = first._replace(hash=b"")
    assert not retry(city.sequencer, "case-1")
    city.table.commits["case-1"][0] = first
    assert retry(city.sequencer, "case-1")
    assert city.waiting() == []


def test_what_an_intruder_put_into_the_table_may_be_gone(city):
    city.take(*three(city), alarm("case-1", 99))
    assert not retry(city.sequencer, "case-1")
    assert retry(city.sequencer, "case-1", gone=True)
    assert (city.waiting(), len(city.in_log())) == ([], 3)


def test_a_history_made_anew_is_not_what_the_log_has(city):
    city.take(*three(city), city.commit("case-2"))
    city.take(alarm("case-1", 1))
    city.table.commits["case-1"] = []
    for _ in range(4):
        city.commit("case-1", body=b'{"forged":1}')
    assert not retry(city.sequencer, "case-1")
    assert city.waiting()


def test_a_retry_that_died_half_way_is_ended_by_the_schedule(city):
    one, _, _ = three(city)
    city.take(one, alarm("case-1", 1))
    assert city.ledger.release(Cursor("case-1"))
    assert heal(city.sequencer) == (3, 0, 0)
    assert (len(city.in_log()), city.waiting()) == (3, [])


def test_records_that_were_lost_are_read_from_the_table(city):
    one, _, _ = three(city, "case-1")
    three(city, "case-2")
    city.take(one)
    resequence(city.sequencer, ["case-1", "case-2", "case-3"])
    assert sorted(city.in_log()) == [f"case-{n}@{v}" for n in (1, 2) for v in (1, 2, 3)]


def test_a_large_batch_is_several_segments_in_a_row(city):
    city.take(*(city.commit(f"case-{n}") for n in range(2 * MAX_STREAMS + 1)))
    assert [one.commits for one in city.ledger.index(LOG, 0, 9)] == [98, 98, 1]
    assert (city.told, city.pauses) == ([98, 196, 197], [])


def test_a_long_stream_goes_on_in_the_next_segment(city):
    city.take(*[city.commit("case-1", body=b" " * 300_000) for _ in range(15)])
    segments = city.ledger.index(LOG, 0, 9)
    assert sum(one.commits for one in segments) == len(city.in_log()) == 15
    assert len(segments) == 2
    assert max(one.commits for one in segments) * (300_000 + LINE) <= MAX_SEGMENT


class Faster:
    """A ledger at which somebody else gets there first, so many times."""

    def __init__(self, ledger, times, *, error=None, done=False):
        self._ledger, self.times, self.error, self.done = ledger, times, error, done

    def __getattr__(self, name):
        return getattr(self._ledger, name)

    def advance(self, advance):
        if self.times == 0:
            return self._ledger.advance(advance)
        self.times -= 1
        if self.done:
            self._ledger.advance(advance)
        if self.error:
            raise self.error
        return False


def test_who_was_overtaken_tries_again_after_a_pause(city):
    city.ledger = Faster(city.ledger, 3)
    city.take(*three(city))
    assert len(city.in_log()) == 3
    assert len(city.pauses) == 3
    assert all(0 <= pause <= 0.01 * 2**n for n, pause in enumerate(city.pauses, start=1))


def test_whether_an_unknown_outcome_was_one_is_read(city):
    city.ledger = Faster(city.ledger, 1, error=Unavailable("time-out"), done=True)
    city.take(*three(city))
    assert city.in_log() == ["case-1@1", "case-1@2", "case-1@3"]
    assert len(city.ledger.index(LOG, 0, 9)) == 1


def test_who_never_gets_there_says_what_must_come_again(city):
    city.take(*three(city, "case-0"))
    city.ledger = Faster(city.ledger, ATTEMPTS, error=Unavailable("throttled"))
    known, new = arrival(city.table.commits["case-0"][0]), city.commit("case-1")
    with pytest.raises(Unfinished) as caught:
        city.take(known, new)
    assert isinstance(caught.value.__cause__, Unavailable)
    assert len(city.in_log()) == 3


def test_the_batch_comes_again_from_what_is_not_done(city):
    known = city.commit("case-0")
    city.take(known)
    new = city.commit("case-1")
    city.ledger = Faster(city.ledger, 2 * ATTEMPTS)
    answer = on_records(city.sequencer, lambda event: event["Records"], {"Records": [known, new]})
    assert answer == {"batchItemFailures": [{"itemIdentifier": "case-1@1"}]}
    city.ledger.times = 0
    answer = on_records(city.sequencer, lambda event: event["Records"], {"Records": [new]})
    assert (answer, city.in_log()) == ({"batchItemFailures": []}, ["case-0@1", "case-1@1"])


def test_what_was_done_before_the_failure_is_not_asked_for_again(city):
    arrivals = [city.commit(f"case-{n}") for n in range(MAX_STREAMS + 2)]
    city.ledger = Faster(city.ledger, 0)
    city.notify = lambda _position: setattr(city.ledger, "times", 99)
    with pytest.raises(Unfinished) as caught:
        city.take(*arrivals)
    assert caught.value.record == arrivals[MAX_STREAMS].record


def test_a_wake_up_that_fails_harms_nothing(city):
    def fail(_position):
        raise Unavailable("the topic")

    city.notify = fail
    city.take(*three(city))
    assert len(city.in_log()) == 3


def test_lanes_are_merged_into_one_log(city):
    city.lanes = 3
    city.take(*(city.commit(f"case-{n}") for n in range(20)))
    assert sorted(city.ledger.heads().lanes) == [1, 2, 3]
    assert len(set(city.in_log())) == city.told[-1] == 20


def test_a_merge_that_failed_is_done_by_the_schedule(city):
    city.lanes = 2
    city.ledger.heads, was = (
        lambda: (_ for _ in ()).throw(Unavailable("time-out")),
        city.ledger.heads,
    )
    city.take(*three(city))
    city.ledger.heads = was
    assert city.in_log() == []
    assert heal(city.sequencer) == (3, 0, 0)
    assert (len(city.in_log()), city.told) == (3, [3])


def test_with_one_lane_there_is_no_merge(city):
    city.ledger.heads = None
    city.take(*three(city))
    assert len(city.in_log()) == 3


def test_a_stream_stays_in_its_lane(city):
    one, two, three_ = three(city)
    city.take(one)
    city.lanes = 4
    new = [city.commit(f"case-{n}") for n in range(2, 9)]
    city.take(two, *new)
    city.lanes = 1
    city.take(three_, *(city.commit(f"case-{n}") for n in range(2, 9)))
    cursors = city.ledger.cursors(["case-1", *(f"case-{n}" for n in range(2, 9))])
    assert cursors.pop("case-1").lane == LOG
    assert {one.lane for one in cursors.values()} <= {1, 2, 3, 4}
    assert [one for one in city.in_log() if one.startswith("case-1@")] == [
        "case-1@1",
        "case-1@2",
        "case-1@3",
    ]
    assert len(city.in_log()) == 17


def orphan(city, first, name="zzz", lane=LOG):
    key = f"log/{lane:03d}/{first:015d}-{name}.jsonl.gz"
    city.segments.put(key, b"")
    return key


def test_a_sweep_removes_what_nothing_refers_to(city):
    city.take(*three(city))
    known = set(city.segments.objects)
    for first, name in ((1, "000"), (1, "zzz"), (2, "a"), (3, "a")):
        orphan(city, first, name)
    city.time += AGE
    assert sweep(city.sequencer) == 4
    assert set(city.segments.objects) == known
    assert len(city.in_log()) == 3


def test_a_sweep_leaves_what_may_still_be_referred_to_however_old(city):
    city.take(*three(city))
    late = orphan(city, 4)
    city.time += timedelta(days=400)
    assert sweep(city.sequencer) == 0
    assert late in city.segments.objects
    city.take(city.commit("case-1"))
    city.time += AGE
    assert sweep(city.sequencer) == 1
    assert len(city.in_log()) == 4


def test_a_sweep_leaves_what_is_young_and_comes_back_to_it(city):
    city.take(*three(city))
    orphan(city, 1)
    city.time += AGE - timedelta(seconds=1)
    assert sweep(city.sequencer) == 0
    city.time += timedelta(seconds=1)
    assert sweep(city.sequencer) == 1


def test_a_sweep_goes_on_where_the_last_one_ended(city, monkeypatch):
    monkeypatch.setattr(sequencing_sweep, "PAGE", 2)
    for _ in range(5):
        city.take(city.commit("case-1"))
    city.time += AGE
    assert sweep(city.sequencer) == 0
    orphan(city, 2)
    city.time += AGE
    assert sweep(city.sequencer) == 0
    assert sweep(city.sequencer, whole=True) == 1


def test_orphans_of_every_lane_are_swept(city):
    city.lanes = 2
    city.take(*(city.commit(f"case-{n}") for n in range(9)))
    merge(city.sequencer)
    orphan(city, 1, lane=1)
    orphan(city, 1, lane=2)
    orphan(city, 1)
    city.time += AGE
    assert sweep(city.sequencer) == 3
    assert len(city.in_log()) == 9


def test_a_head_that_is_not_the_first_is_the_digest_of_the_segment(city):
    city.take(*three(city))
    (segment,) = city.ledger.index(LOG, 0, 9)
    assert city.ledger.head(LOG) == Head(3, segment.digest)


def a_history(lengths):
    history = History("case-1")
    for length in lengths:
        commit = history.following(CommandId(f"{history.version}", b""), length, b"{}")
        history = History("case-1", (*history.commits, commit))
    return history


@given(st.lists(st.integers(1, 3), min_size=1, max_size=6), st.data())
def test_whatever_comes_is_a_beginning_of_the_stream_or_says_what_is_missing(lengths, data):
    whole = a_history(lengths).commits
    some = data.draw(st.lists(st.sampled_from(whole)))
    taken, trouble = continued(Cursor("case-1"), some)
    assert list(taken) == list(whole[: len(taken)])
    missing = [one for one in whole if one not in some]
    if trouble:
        assert (trouble.reason, trouble.version) == ("gap", missing[0].version)
    else:
        assert set(taken) == set(some)


@given(st.lists(st.tuples(st.sampled_from("abcd"), st.integers(0, MAX_SEGMENT // 3))))
def test_chunks_hold_all_in_order_within_their_bounds(some):
    commits = [
        Commit(stream, n, 1, CommandId("", b""), bytes(size), b"")
        for n, (stream, size) in enumerate(some)
    ]
    made = list(chunks(commits, lambda stream: "abcd".index(stream) % 2))
    for lane in (0, 1):
        its = [one for chunk in made if chunk.lane == lane for one in chunk.commits]
        assert its == [one for one in commits if "abcd".index(one.stream) % 2 == lane]
    for chunk in made:
        assert chunk.commits
        size = sum(len(one.body) + LINE for one in chunk.commits)
        assert size <= MAX_SEGMENT or len(chunk.commits) == 1


def test_what_was_filled_in_comes_before_what_made_it_known():
    one, two, three_ = a_history([1, 1, 1]).commits
    assert in_order([arrival(two)], {"case-1": [one, two, three_]}) == [one, two, three_]


def test_several_lanes_leave_lane_zero_to_the_merges():
    lanes = {lane_of(Cursor(f"case-{n}"), 3) for n in range(50)}
    assert lanes == {1, 2, 3}
    assert {lane_of(Cursor(f"case-{n}"), 1) for n in range(50)} == {LOG}


def test_a_table_that_cannot_be_read_makes_the_batch_come_again(city):
    def newer(*_):
        raise Unavailable("throttled")

    _, _, three_ = three(city)
    city.table.newer, was = newer, city.table.newer
    with pytest.raises(Unfinished):
        city.take(three_)
    assert city.waiting() == []
    city.table.newer = was
    city.take(three_)
    assert len(city.in_log()) == 3


def test_a_segment_that_cannot_be_put_leaves_the_log_as_it_is(city):
    def put(*_):
        raise Unavailable("slow down")

    city.segments.put, was = put, city.segments.put
    arrivals = three(city)
    with pytest.raises(Unfinished):
        city.take(*arrivals)
    assert (city.in_log(), city.ledger.head(LOG)) == ([], Head())
    city.segments.put = was
    city.take(*arrivals)
    assert len(city.in_log()) == 3


def test_a_memory_of_the_table_says_what_it_cannot_read(city):
    three(city)
    city.table.commits["case-1"][0] = city.table.commits["case-1"][0]._replace(hash=b"")
    with pytest.raises(Damaged):
        city.table.newer("case-1", 0)


# A release that cannot read


def unreadable(city, stream):
    """What another release has stored, in the table and as its record."""
    city.commit(stream)
    city.table.commits[stream] = [one._replace(hash=b"") for one in city.table.commits[stream]]
    return alarm(stream, 1, "unreadable")


def test_a_batch_that_cannot_be_read_at_all_parks_nothing(city):
    batch = [unreadable(city, f"case-{n}") for n in range(500)]
    with pytest.raises(Unreadable, match="deploy the release that writes it"):
        city.take(*batch)
    assert list(all_parked(city.sequencer)) == []
    answer = on_records(city.sequencer, lambda _: batch, {})
    assert answer == {"batchItemFailures": [{"itemIdentifier": batch[0].record}]}


def test_nor_do_records_that_come_one_by_one(city):
    for n in range(50):
        with suppress(Unreadable):
            city.take(unreadable(city, f"case-{n}"))
    assert len(list(all_parked(city.sequencer))) == 1


def test_an_intruder_holds_up_the_others_for_minutes_and_not_for_long(city):
    city.take(unreadable(city, "case-1"))
    with pytest.raises(Unreadable):
        city.take(unreadable(city, "case-2"))
    city.time += timedelta(minutes=11)
    city.take(unreadable(city, "case-3"))
    assert {one.stream for one in all_parked(city.sequencer)} == {"case-1", "case-3"}


def test_beside_what_can_be_read_each_is_parked_by_itself(city):
    city.take(unreadable(city, "case-1"), city.commit("case-3"), unreadable(city, "case-2"))
    assert {one.stream for one in all_parked(city.sequencer)} == {"case-1", "case-2"}
    assert city.in_log() == ["case-3@1"]


def test_all_that_waits_is_retried_each_by_itself(city, monkeypatch):
    for n in (1, 2, 3):
        city.take(alarm(f"case-{n}", 1), city.commit("item-1"))
        city.commit(f"case-{n}")
    newer = city.table.newer

    def broken(stream, after):
        if stream == "case-2":
            raise ValueError("a fault of ours")
        return newer(stream, after)

    monkeypatch.setattr(city.table, "newer", broken)
    tried = {one.stream: one for one in retry_all(city.sequencer, lambda _: True)}
    assert {name: one.goes_on for name, one in tried.items()} == {
        "case-1": True,
        "case-2": False,
        "case-3": True,
    }
    assert isinstance(tried["case-2"].failure, ValueError)
    monkeypatch.undo()
    heal(city.sequencer)  # what died in the middle is none of these
    chosen = retry_all(city.sequencer, lambda one: one.stream == "case-2")
    assert [one.goes_on for one in chosen] == [True]


def test_a_retry_of_all_ends_early_without_a_table(city, monkeypatch):
    for n in range(20):
        city.take(alarm(f"case-{n}", 1), city.commit("item-1"))

    def away(*_):
        raise Unavailable("no table")

    monkeypatch.setattr(city.table, "newer", away)
    assert len(list(retry_all(city.sequencer, lambda _: True))) == 5
