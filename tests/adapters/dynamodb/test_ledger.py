"""What every Ledger does, the simulation's included; and what the one on DynamoDB costs."""

from datetime import UTC, datetime

import pytest
from moto import mock_aws

from chalicelib.adapters.dynamodb.items import size
from chalicelib.adapters.dynamodb.ledger import DynamoLedger
from chalicelib.adapters.dynamodb.ledger_items import cursor_item, segment_item
from chalicelib.eventlog.ports import GENESIS, CommandId, History, Unavailable
from chalicelib.eventlog.sequencing.plan import MAX_STREAMS, Chunk, draft
from chalicelib.eventlog.sequencing.ports import (
    LOG,
    Advance,
    Cursor,
    Head,
    Heads,
    Merge,
    Parked,
    Segment,
)

from ... import cloud
from ...eventlog.sequencing.memory import MemoryLedger
from .aws_log import log_table

NOON = datetime(2026, 3, 2, 4, tzinfo=UTC)
HASH = bytes(range(32))


@pytest.fixture
def memory():
    return MemoryLedger()


@pytest.fixture
def on_dynamodb():
    with mock_aws():
        yield DynamoLedger(cloud.client("dynamodb"), log_table())


@pytest.fixture(params=["memory", "on_dynamodb"])
def ledger(request):
    return request.getfixturevalue(request.param)


def segment(first, last, *, lane=LOG, name="a"):
    key = f"log/{lane:03d}/{first:015d}-{name}.jsonl.gz"
    return Segment(lane, first, last, last - first + 1, key, HASH, 100)


def cursor(stream, version, position, *, lane=LOG):
    return Cursor(stream, lane, version, HASH, position)


def advance(first, last, *moves, lane=LOG, name="a"):
    """`moves`: the cursor as it was, and the version that it goes to."""
    now = [cursor(was.stream, version, last, lane=lane) for was, version in moves]
    was = [was for was, _ in moves]
    return Advance(segment(first, last, lane=lane, name=name), was, now, f"{lane}{first}{name}")


def parked(stream="case-1", version=2, reason="gap", detail="is missing"):
    return Parked(stream, version, reason, detail, "record-7", NOON)


def test_a_new_ledger_is_empty(ledger):
    assert ledger.head(LOG) == Head(0, GENESIS)
    assert ledger.heads() == Heads(0, {}, {})
    assert ledger.cursors(["case-1"]) == {"case-1": Cursor("case-1")}
    assert (ledger.index(LOG, 0, 10), ledger.parked(), ledger.swept(LOG)) == ([], [], "")


def test_a_segment_moves_its_lane_and_its_streams(ledger):
    assert ledger.advance(advance(1, 3, (Cursor("case-1"), 2), (Cursor("case-2"), 1)))
    assert ledger.head(LOG) == Head(3, HASH)
    assert ledger.index(LOG, 0, 10) == [segment(1, 3)]
    assert ledger.cursors(["case-2", "case-3", "case-1"]) == {
        "case-1": cursor("case-1", 2, 3),
        "case-2": cursor("case-2", 1, 3),
        "case-3": Cursor("case-3"),
    }


def test_lanes_move_apart(ledger):
    assert ledger.advance(advance(1, 3, (Cursor("case-1"), 3)))
    assert ledger.advance(advance(1, 2, (Cursor("case-2"), 2), lane=2))
    assert (ledger.head(2).position, ledger.index(2, 0, 9)) == (2, [segment(1, 2, lane=2)])
    assert ledger.heads() == Heads(3, {}, {2: 2})


def test_the_same_attempt_counts_once(ledger):
    once = advance(1, 3, (Cursor("case-1"), 3))
    assert ledger.advance(once)
    ledger.advance(once)  # DynamoDB says that it was written, moto that it was not
    assert (ledger.head(LOG).position, len(ledger.index(LOG, 0, 9))) == (3, 1)


def test_the_index_goes_on_from_any_position(ledger):
    was = Cursor("case-1")
    for n in range(1, 20, 2):
        assert ledger.advance(advance(n, n + 1, (was, n + 1), name=str(n)))
        was = cursor("case-1", n + 1, n + 1)
    spans = [[(one.first, one.last) for one in ledger.index(LOG, after, 2)] for after in (0, 3, 4)]
    assert spans == [[(1, 2), (3, 4)], [(3, 4), (5, 6)], [(5, 6), (7, 8)]]
    assert [one.last for one in ledger.index(LOG, 9, 100)] == [10, 12, 14, 16, 18, 20]
    assert ledger.index(LOG, 20, 2) == []


def refused(ledger, late):
    before = (ledger.heads(), ledger.index(LOG, 0, 9), ledger.cursors(["case-1", "case-2"]))
    assert not ledger.advance(late)
    assert before == (ledger.heads(), ledger.index(LOG, 0, 9), ledger.cursors(["case-1", "case-2"]))


def test_behind_another_segment_nothing_is_written(ledger):
    assert ledger.advance(advance(1, 3, (Cursor("case-1"), 3)))
    refused(ledger, advance(1, 2, (Cursor("case-2"), 2), name="b"))
    refused(ledger, advance(1, 3, (Cursor("case-2"), 3), name="b"))


def test_past_the_end_of_the_lane_nothing_is_written(ledger):
    refused(ledger, advance(2, 3, (Cursor("case-1"), 2)))


def test_a_stream_that_went_on_meanwhile_stops_the_whole_segment(ledger):
    assert ledger.advance(advance(1, 3, (Cursor("case-1"), 3)))
    refused(ledger, advance(4, 6, (Cursor("case-2"), 2), (Cursor("case-1"), 1)))
    was = cursor("case-1", 2, 2)
    refused(ledger, advance(4, 5, (was, 4)))


def test_a_stream_that_waits_stops_the_whole_segment(ledger):
    assert ledger.park(parked(), Cursor("case-1"))
    refused(ledger, advance(1, 2, (Cursor("case-2"), 1), (Cursor("case-1"), 1)))


def test_what_is_parked_is_listed_and_its_stream_waits(ledger):
    assert ledger.park(parked(), Cursor("case-1"))
    assert ledger.park(parked(version=9, reason="altered"), Cursor("case-1"))
    assert ledger.park(parked("case-2"), Cursor("case-2"))
    assert ledger.cursors(["case-1"]) == {"case-1": Cursor("case-1", waits=True)}
    everything = sorted(ledger.parked(), key=lambda one: (one.stream, one.version))
    assert everything == [parked(), parked(version=9, reason="altered"), parked("case-2")]
    assert ledger.parked("case-2") == [parked("case-2")]
    assert ledger.parked("case-3") == []


def test_the_parked_are_listed_in_pages(ledger):
    for n in range(5):
        assert ledger.park(parked(f"case-{n}"), Cursor(f"case-{n}"))
    first = ledger.parked(limit=3)
    rest = ledger.parked(after=first[-1].id, limit=3)
    assert [len(first), len(rest)] == [3, 2]
    assert {one.stream for one in [*first, *rest]} == {f"case-{n}" for n in range(5)}


def test_the_first_note_of_a_trouble_is_kept(ledger):
    assert ledger.park(parked(), Cursor("case-1"))
    assert ledger.park(parked(detail="again"), Cursor("case-1"))
    assert ledger.parked() == [parked()]


def test_nothing_is_parked_by_who_read_an_older_cursor(ledger):
    assert ledger.advance(advance(1, 3, (Cursor("case-1"), 3)))
    assert not ledger.park(parked(), Cursor("case-1"))
    assert (ledger.parked(), ledger.cursors(["case-1"])["case-1"].waits) == ([], False)


@pytest.mark.parametrize("version", [0, 3])
def test_a_released_stream_goes_on_where_it_was(ledger, version):
    was = Cursor("case-1")
    if version:
        assert ledger.advance(advance(1, 3, (was, version)))
        was = cursor("case-1", version, 3)
    assert not ledger.release(was)
    assert ledger.park(parked(), was)
    assert ledger.cursors(["case-1"])["case-1"] == was._replace(waits=True)
    assert not ledger.release(was._replace(version=7))
    assert ledger.release(was._replace(waits=True))
    assert ledger.cursors(["case-1"])["case-1"] == was
    assert ledger.advance(advance(was.position + 1, was.position + 2, (was, version + 2)))


def test_what_was_parked_is_dropped_only_once_the_stream_waits_no_longer(ledger):
    assert ledger.park(parked(), Cursor("case-1"))
    assert ledger.park(parked(version=5), Cursor("case-1"))
    assert not ledger.settle("case-1", [parked().id])
    assert len(ledger.parked()) == 2
    assert ledger.release(Cursor("case-1"))
    assert ledger.settle("case-1", [parked().id])
    assert ledger.parked() == [parked(version=5)]


def lanes_with_segments(ledger):
    assert ledger.advance(advance(1, 3, (Cursor("case-1"), 3), lane=1))
    assert ledger.advance(advance(1, 2, (Cursor("case-2"), 2), lane=2))
    return segment(1, 3, lane=1)._replace(merged=3), segment(1, 2, lane=2)._replace(merged=1)


def test_merged_segments_are_in_the_log_as_well(ledger):
    one, two = lanes_with_segments(ledger)
    merge = Merge(ledger.heads(), [two, one], "m1")
    assert ledger.merge(merge)
    ledger.merge(merge)  # DynamoDB says that it was written, moto that it was not
    assert ledger.heads() == Heads(5, {1: 3, 2: 2}, {1: 3, 2: 2})
    assert ledger.index(LOG, 0, 9) == [two.in_log(), one.in_log()]
    assert (ledger.index(1, 0, 9), ledger.index(2, 0, 9)) == ([one], [two])
    assert ledger.head(LOG) == Head(5, GENESIS)


def test_only_the_first_of_two_merges_counts(ledger):
    one, two = lanes_with_segments(ledger)
    heads = ledger.heads()
    assert ledger.merge(Merge(heads, [two], "m1"))
    assert not ledger.merge(Merge(heads, [two, one], "m2"))
    assert ledger.heads() == Heads(2, {2: 2}, {1: 3, 2: 2})
    assert ledger.merge(Merge(ledger.heads(), [one], "m3"))
    assert ledger.heads() == Heads(5, {1: 3, 2: 2}, {1: 3, 2: 2})


def test_lane_zero_and_merges_take_turns_at_the_end_of_the_log(ledger):
    one, two = lanes_with_segments(ledger)
    assert ledger.merge(Merge(ledger.heads(), [two], "m1"))
    assert not ledger.advance(advance(1, 1, (Cursor("case-3"), 1)))
    stale = ledger.heads()
    assert ledger.advance(advance(3, 3, (Cursor("case-3"), 1)))
    assert not ledger.merge(Merge(stale, [one], "m3"))
    assert ledger.merge(Merge(ledger.heads(), [one._replace(merged=4)], "m2"))
    assert [(s.first, s.last) for s in ledger.index(LOG, 0, 9)] == [(1, 2), (3, 3), (4, 6)]
    assert ledger.head(LOG) == Head(6, HASH)


def test_a_sweep_finds_its_mark_again(ledger):
    ledger.mark_swept(1, "log/001/a")
    ledger.mark_swept(1, "log/001/b")
    assert (ledger.swept(1), ledger.swept(2)) == ("log/001/b", "")


def test_more_cursors_than_one_request_takes(ledger):
    names = [f"case-{n}" for n in range(230)]
    assert ledger.advance(advance(1, 98, *((Cursor(name), 1) for name in names[:98])))
    found = ledger.cursors(names)
    assert [found[name].version for name in names] == [1] * 98 + [0] * 132


def test_a_table_that_is_not_there_is_unavailable():
    with mock_aws():
        ledger = DynamoLedger(cloud.client("dynamodb"), "nowhere")
        for call in (
            lambda: ledger.head(LOG),
            lambda: ledger.cursors(["case-1"]),
            lambda: ledger.index(LOG, 0, 1),
            lambda: ledger.advance(advance(1, 1, (Cursor("case-1"), 1))),
            lambda: ledger.mark_swept(LOG, "a"),
        ):
            with pytest.raises(Unavailable, match="nowhere"):
                call()


@pytest.mark.parametrize(
    ("codes", "overtaken"),
    [
        (["TransactionConflict", "None"], True),
        (["None", "ConditionalCheckFailed", "TransactionConflict"], True),
        (["None", "ThrottlingError"], False),
        (["ConditionalCheckFailed", "ItemCollectionSizeLimitExceeded"], False),
    ],
)
def test_only_who_was_overtaken_is_told_so(on_dynamodb, monkeypatch, codes, overtaken):
    client = cloud.client("dynamodb")

    def refuse(**_):
        reasons = [{"Code": code} for code in codes]
        response = {
            "Error": {"Code": "TransactionCanceledException"},
            "CancellationReasons": reasons,
        }
        raise client.exceptions.TransactionCanceledException(response, "TransactWriteItems")

    monkeypatch.setattr(client, "transact_write_items", refuse)
    if overtaken:
        assert not on_dynamodb.advance(advance(1, 1, (Cursor("case-1"), 1)))
    else:
        with pytest.raises(Unavailable, match="banjian-log"):
            on_dynamodb.advance(advance(1, 1, (Cursor("case-1"), 1)))


def test_cursors_that_were_left_out_of_an_answer_are_asked_for_again(on_dynamodb, monkeypatch):
    assert on_dynamodb.advance(advance(1, 2, (Cursor("case-1"), 1), (Cursor("case-2"), 1)))
    client = cloud.client("dynamodb")
    get = client.batch_get_item

    def one_at_a_time(RequestItems):  # noqa: N803 - as AWS calls it
        (table, wanted), *_ = RequestItems.items()
        first, *rest = wanted["Keys"]
        answer = get(RequestItems={table: {**wanted, "Keys": [first]}})
        return {**answer, "UnprocessedKeys": {table: {**wanted, "Keys": rest}} if rest else {}}

    monkeypatch.setattr(client, "batch_get_item", one_at_a_time)
    found = on_dynamodb.cursors(["case-1", "case-2", "case-3"])
    assert [one.version for one in found.values()] == [1, 1, 0]


def full_batch():
    """One commit for each of as many streams as a segment takes, far along in a large log."""
    commits, cursors = [], {}
    for n in range(MAX_STREAMS):
        stream = f"case-{n:032x}"
        commit = History(stream).following(CommandId(f"command-{n}", HASH), 1, b"{}" * 200)
        commits.append(commit)
        cursors[stream] = Cursor(stream)
    return draft(Chunk(LOG, commits), Head(10**12, HASH), cursors, "0" * 32).advance


def test_every_item_of_a_segment_takes_one_write_unit():
    """A transaction writes each item twice: 2 units for each KB begun of it."""
    advance = full_batch()
    sizes = [size(segment_item(advance.segment)), *(size(cursor_item(c)) for c in advance.now)]
    assert len(sizes) == 1 + MAX_STREAMS
    assert max(sizes) <= 1024


def test_a_sequenced_commit_takes_three_write_units_and_a_little(on_dynamodb, monkeypatch):
    client, asked = cloud.client("dynamodb"), {}
    monkeypatch.setattr(client, "transact_write_items", lambda **named: asked.update(named) or {})
    assert on_dynamodb.advance(full_batch())
    monkeypatch.undo()
    writes = asked["TransactItems"]
    units = 2 * len(writes)  # each within 1 KB, as the test above shows
    assert (len(writes), asked["ClientRequestToken"]) == (100, "0" * 32)
    assert 1 + units / MAX_STREAMS == pytest.approx(3.04, abs=0.01)


def test_the_parked_are_counted_up_to_a_limit(ledger):
    assert ledger.parked_count(10) == 0
    for n in range(5):
        assert ledger.park(parked(f"case-{n}"), Cursor(f"case-{n}"))
    assert [ledger.parked_count(limit) for limit in (1, 4, 5, 6, 100)] == [1, 4, 5, 5, 5]


def test_a_note_takes_the_place_of_the_one_before(ledger):
    assert ledger.note("recovery") == {}
    ledger.set_note("recovery", {"at": "1", "since": ""})
    ledger.set_note("recovery", {"at": "2"})
    ledger.set_note("another", {"at": "3"})
    assert ledger.note("recovery") == {"at": "2"}
    ledger.set_note("recovery", {})
    assert ledger.note("recovery") == {}
