from random import Random
from threading import Event, Thread
from typing import Any

import pytest

from chalicelib.adapters.sqlite.views import SqliteViews
from chalicelib.eventlog.consumers import Outdated, Subscriber, catch_up, live
from chalicelib.eventlog.feed import Ahead, Feed
from chalicelib.eventlog.rebuilding.checking import differences
from chalicelib.eventlog.rebuilding.rebuilds import NoView, Stopped, rebuild
from chalicelib.eventlog.retries import retry, skip
from chalicelib.eventlog.views.port import Overtaken

from ..following import (
    DEPARTMENTS,
    JOURNAL,
    TALLY,
    VIEWS,
    WORK,
    Transferred,
    content,
    garbled,
    live_through,
    noted,
    open_town,
    record,
    submitted,
    to_skip,
)

NAMES = [view.name for view in VIEWS]


@pytest.fixture
def town(tmp_path):
    town = open_town(tmp_path)
    yield town
    town.close()


def catch_all_up(town):
    for view in VIEWS:
        catch_up(view, town.feed, town.views)


def generations(views):
    return [row[0] for row in views._query("SELECT state FROM generations")]


# A rebuilt view equals the live one


def test_a_rebuilt_view_equals_the_live_one_over_a_large_random_history(town):
    rnd = Random(11)  # noqa: S311 - reproducible on purpose
    feed = Feed(town.source, 97)
    for part in range(6):
        live_through(town.store, 1100, seed=part, poison=0.01)
        for view in VIEWS:
            catch_up(view, feed, town.views)
            decide_about_some(town, view, rnd)
    catch_all_up(town)
    before = content(town.views, NAMES)
    old = [live(view, town.views) for view in VIEWS]
    assert town.store.head() > 10_000
    assert all(before[name][2] for name in NAMES), "some events still wait"
    assert all(town.store.load(f"consumer-{name}").version > 5 for name in NAMES)
    rebuild(VIEWS, Feed(town.source, 500), town.views)
    assert [live(view, town.views) for view in VIEWS] != old
    assert content(town.views, NAMES) == before
    assert generations(town.views) == ["live"] * 3


def decide_about_some(town, view, rnd):
    """Skip about half of the events that cannot be taken, and try to retry the rest."""
    generation = live(view, town.views)
    for stream, position in town.views.blocked(generation).items():
        if rnd.random() < 0.5:
            skip(view, town.source, town.views, to_skip(position))
        elif rnd.random() < 0.2:
            retry(view, town.source, town.views, stream)


def test_a_rebuild_takes_another_signature_and_gives_its_rows(town):
    record(town.store, "case-1", submitted, noted)
    catch_up(JOURNAL, town.feed, town.views)
    shorter = JOURNAL._replace(
        signature="2", evolve=lambda row, _: {"count": (row["count"] if row else 0) + 1}
    )
    with pytest.raises(Outdated):
        catch_up(shorter, town.feed, town.views)
    rebuild([shorter], town.feed, town.views)
    assert town.views.get("journal", "case-1") == {"count": 2}
    record(town.store, "case-1", noted)
    catch_up(shorter, town.feed, town.views)
    assert town.views.get("journal", "case-1") == {"count": 3}


def test_a_view_that_was_never_built_can_be_rebuilt(town):
    record(town.store, "case-1", submitted)
    rebuild([WORK], town.feed, town.views)
    assert town.views.get("work", "case-1") is not None
    assert town.views.position("work") == 1


def test_the_progress_runs_to_the_end_of_the_log(town):
    live_through(town.store, 100)
    seen: list[tuple[int, int]] = []
    rebuild(VIEWS, Feed(town.source, 20), town.views, progress=lambda *at: seen.append(at))
    assert len(seen) >= 5
    assert seen == sorted(seen)
    assert seen[-1] == (town.store.head(), town.store.head())


def test_views_that_are_rebuilt_together_read_the_log_once(town, monkeypatch):
    live_through(town.store, 60)
    reads: list[int] = []
    read = town.store.read

    def counted(after, limit):
        reads.append(after)
        return read(after, limit)

    monkeypatch.setattr(town.store, "read", counted)
    rebuild(VIEWS, Feed(town.source, 20), town.views)
    inner = [after for after in reads if after < town.store.head()]
    assert len(inner) == 3


def test_what_has_side_effects_is_not_rebuilt(town):
    fired: list[Any] = []
    letters = Subscriber("letters", fired.append)
    record(town.store, "case-1", noted)
    with pytest.raises(NoView, match="letters"):
        rebuild([WORK, letters], town.feed, town.views)
    assert fired == []
    assert town.views.live("work") is None


def test_a_rebuild_fires_no_side_effect(town):
    fired: list[Any] = []
    letters = Subscriber("letters", lambda event: fired.append(event.position))
    record(town.store, "case-1", submitted)
    catch_up(letters, town.feed, town.views)
    rebuild(VIEWS, town.feed, town.views)
    catch_up(letters, town.feed, town.views)
    assert fired == [1]


# Beside the live view


def test_the_live_view_is_read_and_kept_up_meanwhile(town):
    record(town.store, "case-1", submitted)
    catch_up(WORK, town.feed, town.views)
    seen: list[Any] = []

    def meanwhile(done, total):
        if not seen:
            record(town.store, "case-1", noted)
            catch_up(WORK, town.feed, town.views)
        seen.append(town.views.get("work", "case-1")["version"])

    rebuild([WORK], town.feed, town.views, progress=meanwhile)
    assert seen[0] == 2
    assert town.views.get("work", "case-1")["version"] == 2


def test_a_rebuild_while_events_keep_arriving_never_goes_back(town):
    live_through(town.store, 300)
    catch_all_up(town)
    stop = Event()

    def citizens():
        n = 0
        while not stop.is_set():
            record(town.store, f"case-{n % 40:05d}", submitted, noted)
            n += 1

    def worker():
        feed = Feed(town.source)
        while not stop.is_set():
            for view in VIEWS:
                catch_up(view, feed, town.views)

    positions: list[int] = []

    def reader():
        while not stop.is_set():
            positions.append(town.views.position("journal"))

    threads = [Thread(target=target) for target in (citizens, worker, reader)]
    for thread in threads:
        thread.start()
    try:
        for _ in range(3):
            rebuild(VIEWS, Feed(town.source, 100), town.views)
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    assert positions == sorted(positions)
    catch_all_up(town)
    assert [list(differences(view, town.feed, town.views)) for view in VIEWS] == [[], [], []]


def test_a_skip_during_a_rebuild_holds_afterwards(town):
    record(town.store, "case-1", submitted, garbled, noted)
    catch_up(WORK, town.feed, town.views)
    skipped: list[Any] = []

    def meanwhile(done, total):
        if not skipped:
            skipped.append(skip(WORK, town.source, town.views, to_skip(2)))

    rebuild([WORK], Feed(town.source, 1), town.views, progress=meanwhile)
    assert town.views.parked(live(WORK, town.views)) == []
    assert town.views.get("work", "case-1")["notes"] == ["called back"]


def test_a_skip_at_the_very_moment_of_the_swap_is_not_lost(town, monkeypatch):
    record(town.store, "case-1", submitted, garbled, noted)
    catch_up(WORK, town.feed, town.views)
    swap = town.views.swap

    def late(generation, over, seen):
        monkeypatch.undo()
        skip(WORK, town.source, town.views, to_skip(2))
        return swap(generation, over, seen)

    monkeypatch.setattr(town.views, "swap", late)
    rebuild([WORK], town.feed, town.views)
    assert town.views.parked(live(WORK, town.views)) == []
    assert town.views.get("work", "case-1")["notes"] == ["called back"]


# When it comes to nothing


def test_a_rebuild_that_is_stopped_leaves_the_live_view(town):
    live_through(town.store, 60)
    catch_all_up(town)
    before = content(town.views, NAMES)
    steps: list[int] = []
    with pytest.raises(Stopped):
        rebuild(
            VIEWS,
            Feed(town.source, 10),
            town.views,
            progress=lambda done, _: steps.append(done),
            stop=lambda: len(steps) == 2,
        )
    assert content(town.views, NAMES) == before
    town.views.sweep()
    assert generations(town.views) == ["live"] * 3


class Crash(BaseException):
    pass


class Killed:
    """Views of a process that dies at the `n`th commit: nothing it would do later takes place."""

    def __init__(self, target, n):
        self._target, self._left = target, n

    def __getattr__(self, name):
        if self._left <= 0:
            raise Crash
        if name == "commit":
            self._left -= 1
        return getattr(self._target, name)


def test_a_rebuild_that_dies_leaves_the_live_view_and_is_swept_later(town):
    live_through(town.store, 60)
    catch_all_up(town)
    before = content(town.views, NAMES)
    for n in (1, 5, 14):
        dying: Any = Killed(town.views, n)
        with pytest.raises(Crash):
            rebuild(VIEWS, Feed(town.source, 10), dying)
        assert content(town.views, NAMES) == before
    assert generations(town.views).count("building") == 9
    town.views.sweep(idle=0)
    assert generations(town.views) == ["live"] * 3
    assert content(town.views, NAMES) == before


def test_a_rebuild_that_somebody_gave_up_says_so(town):
    live_through(town.store, 60)

    def sweep(done, total):
        town.views.sweep(idle=-1)

    with pytest.raises(Overtaken, match="is gone"):
        rebuild([WORK], Feed(town.source, 10), town.views, progress=sweep)


def test_a_rebuild_over_a_view_that_followed_a_longer_log_says_so(town, tmp_path):
    record(town.store, "case-1", submitted)
    catch_up(WORK, town.feed, town.views)
    (tmp_path / "older").mkdir()
    older = open_town(tmp_path / "older")
    with pytest.raises(Ahead):
        rebuild([WORK], older.feed, town.views)
    older.close()


# Differences


def damage(town, sql):
    with town.views._transaction() as db:
        assert db.execute(sql).rowcount == 1


@pytest.fixture
def lived(town):
    for n in range(1, 5):
        record(town.store, f"case-{n}", submitted, noted)
    catch_all_up(town)
    return town


def test_a_view_that_is_right_has_no_differences(lived):
    assert [list(differences(view, lived.feed, lived.views)) for view in VIEWS] == [[], [], []]
    assert generations(lived.views) == ["live"] * 3


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE rows SET body = x'7b7d' WHERE key = 'case-2' AND generation = 1",
        "DELETE FROM rows WHERE key = 'case-2' AND generation = 1",
        "DELETE FROM entries WHERE key = 'case-2' AND list = 'applicant'",
        "UPDATE entries SET sort = 'x' WHERE key = 'case-2' AND list = 'department'",
        "UPDATE entries SET part = 'x' WHERE key = 'case-2' AND list = 'department'",
    ],
)
def test_a_damaged_row_or_place_is_found(lived, sql):
    damage(lived, sql)
    assert list(differences(WORK, lived.feed, lived.views)) == ["case-2"]


@pytest.mark.parametrize(
    "sql",
    [
        "INSERT INTO rows VALUES (1, 'case-9', 1, x'7b7d')",
        "INSERT INTO entries VALUES (1, 'department', 'water', '', 'case-9')",
    ],
)
def test_what_should_not_be_there_is_found(lived, sql):
    damage(lived, sql)
    assert list(differences(WORK, lived.feed, lived.views)) == ["case-9"]


@pytest.mark.parametrize(
    ("sql", "found"),
    [
        # Events up to there would be passed over.
        ("UPDATE rows SET applied = 999 WHERE key = 'case-2' AND generation = 1", ["case-2"]),
        (
            "INSERT INTO parked VALUES (1, 3, 'case-2', 1, 'Submitted', 3, '2026-03-02', NULL)",
            ["parked case-2@1"],
        ),
        (
            "UPDATE generations SET position = 2 WHERE id = 1",
            ["case-2", "case-3", "case-4"],
        ),
    ],
)
def test_a_checkpoint_an_applied_position_and_what_is_parked_are_held_against_the_log(
    lived, sql, found
):
    damage(lived, sql)
    assert sorted(differences(WORK, lived.feed, lived.views))[-len(found) :] == found


def test_a_rebuild_mends_what_was_damaged(lived):
    damage(lived, "DELETE FROM rows WHERE key = 'case-2' AND generation = 1")
    rebuild([WORK], lived.feed, lived.views)
    assert list(differences(WORK, lived.feed, lived.views)) == []


def test_a_view_that_lags_is_compared_where_it_stands(lived):
    record(lived.store, "case-1", Transferred(department="water", due="2027-01-01"))
    assert list(differences(WORK, lived.feed, lived.views)) == []
    assert lived.views.position("work") == 8


def test_a_view_that_moves_during_the_comparison_does_not_differ(lived, monkeypatch):
    suspects = lived.views.suspects

    def moving(one, other):
        found = suspects(one, other)
        record(lived.store, "case-1", noted)
        catch_up(WORK, lived.feed, lived.views)
        return found

    monkeypatch.setattr(lived.views, "suspects", moving)
    assert list(differences(WORK, lived.feed, lived.views)) == []


def test_a_late_fix_shows_as_a_difference_until_it_is_retried(lived):
    """The tally could not take an event that it can take now: the live view still lacks it."""
    mended: list[bool] = []

    def evolve(row, event):
        if event.type == "Garbled":
            if not mended:
                raise ValueError
            return {**row, "events": row["events"] + 1}
        return TALLY.evolve(row, event)

    tally = TALLY._replace(evolve=evolve)
    record(lived.store, "case-1", garbled)
    catch_up(tally, lived.feed, lived.views)
    mended.append(True)
    assert list(differences(tally, lived.feed, lived.views)) == [DEPARTMENTS[0], "parked case-1@3"]
    retry(tally, lived.source, lived.views)
    assert list(differences(tally, lived.feed, lived.views)) == []


def test_the_differences_of_many_rows_are_all_told(town, tmp_path):
    for n in range(1200):
        record(town.store, f"case-{n:05d}", submitted)
    catch_up(WORK, town.feed, town.views)
    with town.views._transaction() as db:
        db.execute("DELETE FROM rows WHERE key < 'case-00600'")
        db.execute("DELETE FROM entries WHERE key < 'case-00600'")
    expected = {f"case-{n:05d}" for n in range(600)}
    found = list(differences(WORK, town.feed, town.views))
    assert len(found) == len(set(found))
    assert set(found) == expected


def test_a_second_process_rebuilds_under_the_eyes_of_the_first(town, tmp_path):
    record(town.store, "case-1", submitted)
    catch_up(WORK, town.feed, town.views)
    other = SqliteViews(str(tmp_path / "views.db"))
    rebuild([WORK], town.feed, other)
    record(town.store, "case-1", noted)
    assert catch_up(WORK, town.feed, town.views) == (2, 1, 0)
    assert town.views.get("work", "case-1")["version"] == 2
    other.close()
