"""What every Views does. A new adapter is done when it passes this file."""

import json
from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime
from threading import Barrier, Thread
from time import sleep
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chalicelib.adapters.dynamodb.views import DynamoViews
from chalicelib.adapters.sqlite.views import SqliteViews
from chalicelib.eventlog.views.port import (
    Batch,
    Change,
    Checkpoint,
    Cursor,
    Entry,
    Failure,
    Kept,
    Overtaken,
    Parked,
    Stored,
    Views,
)

from ..counts import often
from .dynamodb.views_table import TABLE, dynamodb

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
START = Checkpoint(0, 0)


@pytest.fixture
def sqlite(tmp_path):
    with ExitStack() as closing:

        def opened():
            views = SqliteViews(str(tmp_path / "views.db"))
            closing.callback(views.close)
            return views

        yield opened


@pytest.fixture
def dynamodb_table():
    with dynamodb() as client:
        yield lambda: DynamoViews(client, TABLE)


@pytest.fixture(params=["sqlite", "dynamodb_table"])
def opened(request) -> Callable[[], Views]:
    """Opens the same views each time."""
    adapter: Callable[[], Views] = request.getfixturevalue(request.param)
    return adapter


@pytest.fixture
def views(opened: Callable[[], Views]) -> Views:
    return opened()


@pytest.fixture
def work(views):
    return views.create("work", "1")


def places(*entries):
    return frozenset(Entry(*entry) for entry in entries)


def put(key, applied, *entries, was=0, removed=(), **row):
    kept = Kept(json.dumps({"case": key, **row}).encode(), applied)
    return Change(key, was, kept, places(*entries), places(*removed))


def delete(key, was, *removed):
    return Change(key, was, Kept(None, was + 1), frozenset(), places(*removed))


def parked(position, stream="case-1", *, failure=None, version=None):
    return Parked(position, stream, version or position, "Noted", position, NOW, failure)


def fill(views, generation, *changes):
    was = views.checkpoint(generation)
    views.commit(generation, Batch(was, was.position + 1, changes))


def cases(page):
    return [row["case"] for row in page.rows]


# Rows and checkpoint


def test_a_view_that_was_never_built_is_empty(views):
    assert views.get("work", "case-1") is None
    assert views.page("work", "department", "water").rows == []
    assert views.live("work") is None
    assert views.position("work") == 0


def test_a_new_generation_begins_at_the_start(views, work):
    assert (work.view, work.signature) == ("work", "1")
    assert views.live("work") == work
    assert views.checkpoint(work) == START


def test_creating_a_view_again_finds_the_one_there_is(views, work):
    assert views.create("work", "2") == work


def test_rows_and_checkpoint_are_committed_together(views, work):
    views.commit(work, Batch(START, 7, [put("case-1", 7, name="办件")]))
    assert views.get("work", "case-1") == {"case": "case-1", "name": "办件"}
    assert views.position("work") == 7
    assert views.checkpoint(work) == Checkpoint(7, 0)


def test_views_do_not_see_one_another(views, work):
    fill(views, work, put("case-1", 1, ("department", "water", "a")))
    views.create("tally", "1")
    assert views.get("tally", "case-1") is None
    assert views.page("tally", "department", "water").rows == []


def test_a_row_is_replaced_and_deleted(views, work):
    fill(views, work, put("case-1", 1, notes=0))
    fill(views, work, put("case-1", 2, was=1, notes=1))
    assert views.get("work", "case-1") == {"case": "case-1", "notes": 1}
    fill(views, work, delete("case-1", 2))
    assert views.get("work", "case-1") is None


def test_kept_rows_tell_what_was_applied_and_leave_out_what_is_not_there(views, work):
    fill(views, work, put("case-1", 1), put('it\'s "quoted"', 1))
    found = views.kept(work, ["case-1", 'it\'s "quoted"', "case-9"])
    assert {key: kept.applied for key, kept in found.items()} == {"case-1": 1, 'it\'s "quoted"': 1}
    assert views.kept(work, []) == {}


def test_the_same_batch_again_changes_nothing(views, work):
    batch = Batch(START, 7, [put("case-1", 7, ("department", "water", "a"))], [parked(6)])
    views.commit(work, batch)
    with pytest.raises(Overtaken):
        views.commit(work, batch)
    assert cases(views.page("work", "department", "water")) == ["case-1"]
    assert len(views.parked(work)) == 1
    assert views.checkpoint(work) == Checkpoint(7, 0)


@pytest.mark.parametrize(
    "stale",
    [
        put("case-1", 9, was=0),
        put("case-1", 9, was=3),
        put("case-9", 9, was=3),
        delete("case-1", 3),
        delete("case-9", 3),
    ],
    ids=["made twice", "changed since", "gone since", "deleted late", "deleted twice"],
)
def test_a_row_that_is_not_what_was_read_stops_the_whole_batch(views, work, stale):
    views.commit(work, Batch(START, 5, [put("case-1", 5, ("department", "water", "a"))]))
    with pytest.raises(Overtaken):
        views.commit(work, Batch(Checkpoint(5, 0), 9, [put("case-2", 9), stale], [parked(8)]))
    assert views.get("work", "case-1") == {"case": "case-1"}
    assert views.get("work", "case-2") is None
    assert views.checkpoint(work) == Checkpoint(5, 0)
    assert views.parked(work) == []


def test_of_two_workers_with_the_same_batch_one_wins(views, work):
    for position in range(20):
        batch = Batch(
            Checkpoint(position, 0), position + 1, [put(f"case-{position}", position + 1)]
        )
        assert sorted(race(lambda b=batch: views.commit(work, b), times=4)) == ["lost"] * 3 + [
            "won"
        ]
    assert len(views.keys(work, "", 100)) == 20


def race(action, times):
    barrier, results = Barrier(times), []

    def run():
        barrier.wait()
        try:
            action()
            results.append("won")
        except Overtaken:
            results.append("lost")

    threads = [Thread(target=run) for _ in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def test_the_bell_rings_after_a_commit_and_not_after_a_refused_one(views, work):
    rung = views.bell.rung
    fill(views, work, put("case-1", 1))
    assert views.bell.rung == rung + 1
    with pytest.raises(Overtaken):
        views.commit(work, Batch(START, 1))
    assert views.bell.rung == rung + 1


def test_a_second_opening_finds_everything(opened):
    first, second = opened(), opened()
    work = first.create("work", "1")
    fill(first, work, put("case-1", 1, ("department", "water", "a")))
    assert second.get("work", "case-1") == {"case": "case-1"}
    assert second.position("work") == 1


# Lists


def test_a_row_is_listed_where_it_says(views, work):
    fill(
        views,
        work,
        put("case-2", 1, ("department", "water", "2026-03-01"), ("applicant", "li", "2")),
        put("case-1", 1, ("department", "water", "2026-02-01"), ("applicant", "wu", "1")),
    )
    assert cases(views.page("work", "department", "water")) == ["case-1", "case-2"]
    assert cases(views.page("work", "applicant", "li")) == ["case-2"]
    assert cases(views.page("work", "department", "li")) == []


def test_a_row_moves_in_its_lists_and_leaves_them(views, work):
    old, new = ("department", "water", "2026-03-01"), ("department", "health", "2026-04-01")
    same = ("applicant", "li", "1")
    fill(views, work, put("case-1", 1, old, same))
    fill(views, work, put("case-1", 2, new, was=1, removed=[old]))
    assert cases(views.page("work", "department", "water")) == []
    assert cases(views.page("work", "department", "health")) == ["case-1"]
    assert cases(views.page("work", "applicant", "li")) == ["case-1"]
    fill(views, work, delete("case-1", 2, new, same))
    assert cases(views.page("work", "department", "health")) == []
    assert cases(views.page("work", "applicant", "li")) == []


def test_a_row_may_be_listed_twice_in_one_partition(views, work):
    fill(views, work, put("case-1", 1, ("due", "", "1"), ("due", "", "3")))
    fill(views, work, put("case-2", 2, ("due", "", "2")))
    assert cases(views.page("work", "due", "")) == ["case-1", "case-2", "case-1"]


def five(views, work):
    rows = [put(f"case-{n}", 1, ("due", "", f"2026-0{n}")) for n in range(1, 6)]
    fill(views, work, *rows)


def test_pages_follow_one_another_to_the_end(views, work):
    five(views, work)
    first = views.page("work", "due", "", limit=2)
    assert (cases(first), first.cursor) == (["case-1", "case-2"], Cursor("2026-02", "case-2"))
    second = views.page("work", "due", "", limit=2, after=first.cursor)
    third = views.page("work", "due", "", limit=2, after=second.cursor)
    assert (cases(second), cases(third), third.cursor) == (["case-3", "case-4"], ["case-5"], None)


def test_a_page_that_ends_with_the_list_has_no_cursor(views, work):
    five(views, work)
    assert views.page("work", "due", "", limit=5).cursor is None
    assert views.page("work", "due", "", limit=4).cursor == Cursor("2026-04", "case-4")


def test_the_lower_bound_is_included_and_the_upper_one_is_not(views, work):
    five(views, work)
    bounds = {"lower": "2026-02", "upper": "2026-04"}
    assert cases(views.page("work", "due", "", **bounds)) == ["case-2", "case-3"]
    assert cases(views.page("work", "due", "", **bounds, descending=True)) == ["case-3", "case-2"]


def test_a_page_of_nothing_is_refused(views, work):
    with pytest.raises(ValueError, match="at least one"):
        views.page("work", "due", "", limit=0)


def test_rows_that_come_and_go_between_pages_repeat_and_hide_no_other(views, work):
    five(views, work)
    first = views.page("work", "due", "", limit=2)
    fill(views, work, put("case-0", 2, ("due", "", "2026-00")))
    fill(views, work, delete("case-2", 1, ("due", "", "2026-02")))
    rest = views.page("work", "due", "", after=first.cursor)
    assert cases(rest) == ["case-3", "case-4", "case-5"]


texts = st.text("ab中\U0001f4c4", max_size=3)


@settings(
    deadline=None,
    max_examples=often(1200),
    suppress_health_check=[HealthCheck.function_scoped_fixture],  # each example has its own view
)
@given(
    listed=st.sets(st.tuples(texts, texts.filter(len)), max_size=12),
    bounds=st.tuples(st.none() | texts, st.none() | texts),
    descending=st.booleans(),
    limit=st.integers(1, 5),
)
def test_paging_gives_the_sorted_list_between_the_bounds(views, listed, bounds, descending, limit):
    lower, upper = bounds
    view = uuid4().hex
    work = views.create(view, "1")
    by_key: dict[str, list[tuple[str, str, str]]] = {}
    for sort, key in listed:
        by_key.setdefault(key, []).append(("list", "part", sort))
    fill(views, work, *(put(key, 1, *entries) for key, entries in by_key.items()))
    asked = {"lower": lower, "upper": upper, "descending": descending, "limit": limit}
    page = views.page(view, "list", "part", **asked)
    found = cases(page)
    while page.cursor:
        page = views.page(view, "list", "part", **asked, after=page.cursor)
        assert page.rows
        found += cases(page)
    within = [
        (sort.encode(), key.encode(), key)
        for sort, key in listed
        if (lower is None or sort.encode() >= lower.encode())
        and (upper is None or sort.encode() < upper.encode())
    ]
    assert found == [key for _, _, key in sorted(within, reverse=descending)]


@pytest.mark.parametrize("descending", [False, True])
def test_a_cursor_from_outside_the_bounds_does_not_widen_them(views, work, descending):
    five(views, work)
    outside = Cursor("2026-09", "x") if descending else Cursor("2026-00", "x")
    bounds = {"lower": "2026-02", "upper": "2026-04", "descending": descending}
    page = views.page("work", "due", "", after=outside, **bounds)
    assert sorted(cases(page)) == ["case-2", "case-3"]


# Parked events


FAILURE = Failure("ValueError", "不能读取", "tally.py:12")


def test_parked_events_come_back_in_order_of_position(views, work):
    parks = [parked(9), parked(3, failure=FAILURE), parked(5, "case-2", failure=FAILURE)]
    views.commit(work, Batch(START, 9, park=parks))
    assert [one.position for one in views.parked(work)] == [3, 5, 9]
    assert [one.position for one in views.parked(work, "case-1")] == [3, 9]
    assert [one.position for one in views.parked(work, after=3, limit=1)] == [5]
    assert views.parked(work, "case-1")[0] == parks[1]
    assert views.blocked(work) == {"case-1": 3, "case-2": 5}
    assert views.blocked(work, {"case-2", "case-9"}) == {"case-2": 5}
    assert views.blocked(work, set()) == {}


def test_parked_events_are_counted_up_to_a_limit(views, work):
    assert views.parked_count(work, 10) == 0
    parks = [parked(n, f"case-{n}") for n in range(1, 6)]
    views.commit(work, Batch(START, 5, park=parks))
    assert [views.parked_count(work, limit) for limit in (1, 4, 5, 6, 100)] == [1, 4, 5, 5, 5]


def test_parking_again_replaces_the_failure(views, work):
    views.commit(work, Batch(START, 3, park=[parked(3, failure=FAILURE)]))
    other = FAILURE._replace(message="now another")
    views.commit(work, Batch(Checkpoint(3, 0), None, park=[parked(3, failure=other)]))
    assert [one.failure for one in views.parked(work)] == [other]


def test_a_retry_takes_a_turn_and_leaves_the_position(views, work):
    views.commit(work, Batch(START, 3, park=[parked(3)]))
    views.commit(work, Batch(Checkpoint(3, 0), None, [put("case-1", 3)], unpark=[3]))
    assert views.parked(work) == []
    assert views.blocked(work) == {}
    assert views.get("work", "case-1") == {"case": "case-1"}
    assert views.checkpoint(work) == Checkpoint(3, 1)


def test_a_retry_need_not_find_the_position_unmoved(views, work):
    views.commit(work, Batch(START, 3, park=[parked(3)]))
    seen = views.checkpoint(work)
    views.commit(work, Batch(seen, 4))
    views.commit(work, Batch(seen, None, unpark=[3]))
    assert views.checkpoint(work) == Checkpoint(4, 1)


def test_of_two_retries_at_once_one_wins(views, work):
    views.commit(work, Batch(START, 3, park=[parked(3)]))
    again = Batch(views.checkpoint(work), None, [put("case-1", 3)], unpark=[3])
    views.commit(work, again)
    with pytest.raises(Overtaken):
        views.commit(work, again)


def test_a_batch_that_was_begun_before_a_retry_is_begun_again(views, work):
    views.commit(work, Batch(START, 3, park=[parked(3)]))
    seen = views.checkpoint(work)
    views.commit(work, Batch(seen, None, unpark=[3]))
    with pytest.raises(Overtaken):
        views.commit(work, Batch(seen, 4, park=[parked(4)]))
    assert views.parked(work) == []


# Generations


def test_a_rebuild_is_not_seen_until_the_swap(views, work):
    fill(views, work, put("case-1", 1, ("due", "", "a")))
    beside = views.begin_rebuild("work", "2")
    fill(views, beside, put("case-2", 1, ("due", "", "b")))
    assert views.get("work", "case-2") is None
    assert cases(views.page("work", "due", "")) == ["case-1"]
    assert views.swap(beside, work, views.checkpoint(work))
    assert views.live("work") == beside
    assert views.get("work", "case-1") is None
    assert cases(views.page("work", "due", "")) == ["case-2"]


def test_a_cursor_stays_good_across_a_swap(views, work):
    five(views, work)
    first = views.page("work", "due", "", limit=2)
    beside = views.begin_rebuild("work", "1")
    five(views, beside)
    assert views.swap(beside, work, views.checkpoint(work))
    rest = views.page("work", "due", "", after=first.cursor)
    assert cases(rest) == ["case-3", "case-4", "case-5"]


def test_a_rebuild_that_is_behind_does_not_take_over(views, work):
    views.commit(work, Batch(START, 5))
    beside = views.begin_rebuild("work", "1")
    views.commit(beside, Batch(START, 4))
    assert not views.swap(beside, work, views.checkpoint(work))
    assert views.live("work") == work


@pytest.mark.parametrize("later", [Batch(START, 1), Batch(START, None)], ids=["batch", "retry"])
def test_a_rebuild_does_not_take_over_from_a_view_that_has_moved(views, work, later):
    beside = views.begin_rebuild("work", "1")
    views.commit(beside, Batch(START, 9))
    seen = views.checkpoint(work)
    views.commit(work, later)
    assert not views.swap(beside, work, seen)
    assert views.live("work") == work


def test_two_rebuilds_do_not_both_replace_the_same_view(views, work):
    first, second = views.begin_rebuild("work", "1"), views.begin_rebuild("work", "1")
    assert views.swap(first, work, START)
    assert not views.swap(second, work, START)
    assert views.live("work") == first


def test_a_worker_on_the_old_generation_is_told(views, work):
    beside = views.begin_rebuild("work", "1")
    assert views.swap(beside, work, START)
    with pytest.raises(Overtaken):
        views.checkpoint(work)
    with pytest.raises(Overtaken):
        views.commit(work, Batch(START, 1, [put("case-1", 1)]))


def test_an_abandoned_rebuild_is_gone_and_the_live_view_is_not(views, work):
    beside = views.begin_rebuild("work", "1")
    views.abandon(beside)
    views.abandon(work)
    with pytest.raises(Overtaken):
        views.commit(beside, Batch(START, 1))
    with pytest.raises(Overtaken):
        views.swap(beside, work, START)
    assert views.live("work") == work


def test_the_sweep_drops_what_was_given_up_and_nothing_else(views, work):
    fill(views, work, put("case-1", 1, ("due", "", "a")))
    beside = views.begin_rebuild("work", "1")
    rows = [put(f"case-{n}", 1, ("due", "", f"{n}")) for n in range(5000)]
    views.commit(beside, Batch(START, 1, rows, [parked(n) for n in range(1, 9)]))
    views.abandon(beside)
    views.sweep()
    assert views.keys(beside, "", 10) == []
    assert views.parked(beside) == []
    assert views.get("work", "case-1") == {"case": "case-1"}
    assert cases(views.page("work", "due", "")) == ["case-1"]


def test_the_sweep_gives_up_a_rebuild_whose_process_died_and_no_other(views, work):
    beside = views.begin_rebuild("work", "1")
    fill(views, beside, put("case-1", 1))
    views.sweep(idle=60)
    assert views.keys(beside, "", 10) == ["case-1"]
    views.sweep(idle=0)
    with pytest.raises(Overtaken):
        views.checkpoint(beside)
    assert views.keys(beside, "", 10) == []
    assert views.checkpoint(work) == START


def test_a_generation_that_is_live_takes_over_from_itself(views, work):
    fill(views, work, put("case-1", 1))
    assert views.swap(work, work, Checkpoint(1, 0))
    assert not views.swap(work, work, START)
    assert views.live("work") == work
    assert views.get("work", "case-1") == {"case": "case-1"}


# Loading


def test_what_is_loaded_is_there_after_the_first_commit_whoever_loaded_it_how_often(views, work):
    beside = views.begin_rebuild("work", "1")
    rows = [put("case-1", 3, ("due", "", "a")), put("case-2", 2)]
    views.load(beside, 0, rows)
    views.load(beside, 1, [put("case-3", 1, ("due", "", "b"))])
    views.load(beside, 0, rows)
    views.seal(beside, 2)
    views.commit(beside, Batch(views.checkpoint(beside), 3))
    assert views.swap(beside, work, START)
    assert cases(views.page("work", "due", "")) == ["case-1", "case-3"]
    assert views.keys(beside, "", 9) == ["case-1", "case-2", "case-3"]
    assert views.kept(beside, ["case-1"])["case-1"].applied == 3


def test_what_was_sealed_is_not_loaded_any_more(views, work):
    beside = views.begin_rebuild("work", "1")
    views.load(beside, 1, [put("case-1", 1)])
    views.seal(beside, 2)
    views.seal(beside, 2)
    for part in (0, 1):
        with pytest.raises(Overtaken):
            views.load(beside, part, [put("case-2", 1)])
    assert views.keys(beside, "", 9) == ["case-1"]


def test_a_row_to_which_another_event_was_applied_is_not_loaded_over(views, work):
    beside = views.begin_rebuild("work", "1")
    views.load(beside, 0, [put("case-1", 3)])
    with pytest.raises(Overtaken):
        views.load(beside, 1, [put("case-1", 4), put("case-2", 2)])
    assert views.kept(beside, ["case-1", "case-2"])["case-1"].applied == 3
    assert views.keys(beside, "", 9) == ["case-1"]


def test_nothing_is_loaded_into_a_live_view_or_one_that_was_given_up(views, work):
    beside = views.begin_rebuild("work", "1")
    views.abandon(beside)
    for generation in (work, beside):
        with pytest.raises(Overtaken):
            views.load(generation, 0, [put("case-1", 1)])
        assert views.keys(generation, "", 9) == []


def test_a_rebuild_that_is_touched_does_not_count_as_idle(views, work):
    beside = views.begin_rebuild("work", "1")
    sleep(0.2)
    views.touch(beside)
    views.sweep(idle=0.15)
    assert views.checkpoint(beside) == START
    views.sweep(idle=0)
    with pytest.raises(Overtaken):
        views.touch(beside)


# Checking


def test_stored_tells_rows_and_places_also_where_one_is_missing(views, work):
    fill(
        views,
        work,
        put("case-1", 1, ("due", "", "a"), ("all", "", "b")),
        put("case-2", 1),
        Change("case-3", 0, Kept(None, 1), places(("due", "", "lost")), frozenset()),
    )
    assert views.stored(work, ["case-1", "case-2", "case-3", "case-4"]) == {
        "case-1": Stored({"case": "case-1"}, places(("due", "", "a"), ("all", "", "b"))),
        "case-2": Stored({"case": "case-2"}, frozenset()),
        "case-3": Stored(None, places(("due", "", "lost"))),
        "case-4": Stored(None, frozenset()),
    }
    assert views.keys(work, "", 10) == ["case-1", "case-2", "case-3"]
    assert views.keys(work, "case-1", 1) == ["case-2"]
