from collections import Counter
from itertools import pairwise
from threading import Event, Thread, Timer
from time import monotonic, sleep
from typing import Any

import pytest

from chalicelib.adapters.sqlite.store import SqliteStore
from chalicelib.eventlog import outages
from chalicelib.eventlog.consumers import Subscriber, catch_up, live, wait_for
from chalicelib.eventlog.rebuilding.checking import differences
from chalicelib.eventlog.views.port import Batch, Bell, Checkpoint, ViewsError
from chalicelib.serving import runner as running
from chalicelib.serving.runner import Runner, Schedule
from tests.eventlog.following import (
    JOURNAL,
    VIEWS,
    WORK,
    garbled,
    live_through,
    noted,
    open_town,
    record,
    submitted,
)


@pytest.fixture
def town(tmp_path):
    town = open_town(tmp_path)
    yield town
    town.close()


def a_runner(town, *consumers, schedules=()):
    return Runner(consumers, town.source, town.views, town.bell, schedules=schedules)


def until(condition, timeout=5.0):
    """Whether `condition` came true in time."""
    end = monotonic() + timeout
    while monotonic() < end:
        if condition():
            return True
        sleep(0.005)
    return bool(condition())


def settled(town, *names):
    return all(wait_for(town.views, name, town.store.head(), 5) for name in names)


# What does not come to its end


def test_a_consumer_that_waits_for_ever_is_told_and_the_others_go_on(town):
    let_go = Event()

    def wait(_event: object) -> None:
        let_go.wait(30)

    waiting = Subscriber("waiting", wait, attempts=1)
    with a_runner(town, WORK, waiting) as runner:
        record(town.store, "case-1", submitted)
        assert until(lambda: runner.stuck(0.2) == ["waiting"])
        assert runner.stuck(60.0) == []
        assert settled(town, "work")
        let_go.set()
        assert until(lambda: runner.stuck(0.2) == [])


# Waking up


def test_a_commit_is_in_the_view_within_milliseconds(town):
    delays = []
    with a_runner(town, WORK, JOURNAL):
        assert settled(town, "work")
        for n in range(11):
            sleep(0.03)  # until the runner rests again
            commit = record(town.store, f"case-{n}", submitted)
            start = monotonic()
            assert wait_for(town.views, "journal", commit.last_position, 5)
            delays.append(monotonic() - start)
    assert sorted(delays)[5] < 0.05, delays


def test_a_commit_that_rings_no_bell_here_is_in_the_view_after_a_second(town, tmp_path):
    elsewhere = SqliteStore(tmp_path / "events.db")
    with a_runner(town, WORK):
        assert settled(town, "work")
        commit = record(elsewhere, "case-1", submitted)
        start = monotonic()
        assert wait_for(town.views, "work", commit.last_position, 5)
        assert monotonic() - start < running.HEAL + 1
    elsewhere.close()


def test_an_idle_runner_does_not_keep_looking(town, monkeypatch):
    with a_runner(town, *VIEWS):
        assert settled(town, "work", "tally", "journal")
        sleep(0.1)
        reads = Counter[int]()
        read = town.store.read
        monkeypatch.setattr(
            town.store, "read", lambda after, limit: (reads.update([after]), read(after, limit))[1]
        )
        sleep(0.5)
    assert reads.total() <= len(VIEWS) * 2


def test_everything_that_many_writers_commit_is_in_every_view(town):
    got: list[Any] = []
    letters = Subscriber("letters", lambda event: got.append(event.version))
    with a_runner(town, *VIEWS, letters):
        writers = [
            Thread(target=lambda n=n: [record(town.store, f"case-{n}", noted) for _ in range(50)])
            for n in range(4)
        ]
        for writer in writers:
            writer.start()
        for writer in writers:
            writer.join()
        assert settled(town, "work", "tally", "journal", "letters")
    assert len(got) == 200
    assert [list(differences(view, town.feed, town.views)) for view in VIEWS] == [[], [], []]


def test_a_slow_subscriber_does_not_hold_up_the_views(town):
    busy, go_on = Event(), Event()

    def handle(event):
        busy.set()
        go_on.wait(10)

    with a_runner(town, WORK, Subscriber("letters", handle)):
        record(town.store, "case-1", submitted)
        assert busy.wait(5)
        assert settled(town, "work")
        assert town.views.position("letters") == 0
        go_on.set()
        assert settled(town, "letters")


# Ending


def test_a_stop_lets_what_is_under_way_come_to_its_end_and_takes_nothing_new(town):
    begun, go_on, done = Event(), Event(), []

    def handle(event):
        begun.set()
        go_on.wait(10)
        done.append(event.position)

    runner = a_runner(town, Subscriber("letters", handle))
    for n in range(3):
        record(town.store, f"case-{n}", submitted)
    runner.start()
    assert begun.wait(5)
    Timer(0.1, go_on.set).start()
    assert runner.stop()
    assert done == [1]
    assert town.views.position("letters") == 1


def test_a_stop_that_comes_too_early_for_somebody_says_so(town, caplog):
    go_on = Event()

    def handle(event):
        go_on.wait(10)

    runner = a_runner(town, Subscriber("letters", handle))
    record(town.store, "case-1", submitted)
    runner.start()
    sleep(0.1)
    assert not runner.stop(timeout=0.1)
    assert "letters" in caplog.text
    go_on.set()
    assert runner.stop()


def test_a_runner_that_follows_takes_up_where_the_last_one_ended(town):
    got: list[Any] = []
    letters = Subscriber("letters", lambda event: got.append(event.position))
    for n in range(3):
        with a_runner(town, JOURNAL, letters):
            record(town.store, "case-1", noted)
            assert settled(town, "journal", "letters")
        assert got == list(range(1, n + 2))


def test_two_consumers_of_one_name_are_refused(town):
    with pytest.raises(ValueError, match="work"):
        a_runner(town, WORK, WORK)


# Trouble


def test_an_error_of_the_disk_is_logged_and_the_work_is_tried_again(town, monkeypatch, caplog):
    commit = town.views.commit
    failures: list[float] = []

    def full(generation, batch):
        if generation.view == "work" and len(failures) < 3:
            failures.append(monotonic())
            raise ViewsError("the disk is full")
        commit(generation, batch)

    monkeypatch.setattr(town.views, "commit", full)
    with a_runner(town, WORK, JOURNAL):
        record(town.store, "case-1", submitted)
        start = monotonic()
        assert settled(town, "journal")
        assert settled(town, "work")
        assert monotonic() - start < 3
    assert caplog.text.count("work failed; it is tried again in") == 3
    assert "the disk is full" in caplog.text
    assert failures[2] - failures[1] > failures[1] - failures[0] >= outages.FIRST_PAUSE


def test_a_broken_view_does_not_hold_up_the_others(town, monkeypatch):
    commit = town.views.commit

    def broken(generation, batch):
        if generation.view == "work":
            raise ViewsError("this view is broken")
        commit(generation, batch)

    monkeypatch.setattr(town.views, "commit", broken)
    with a_runner(town, WORK, JOURNAL):
        for n in range(5):
            commit_ = record(town.store, f"case-{n}", submitted)
            start = monotonic()
            assert wait_for(town.views, "journal", commit_.last_position, 5)
            assert monotonic() - start < 0.5
    assert town.views.position("work") == 0


def test_a_poison_event_holds_up_neither_the_view_nor_the_runner(town):
    with a_runner(town, WORK):
        record(town.store, "case-1", submitted, garbled)
        record(town.store, "case-2", submitted)
        assert settled(town, "work")
    assert town.views.get("work", "case-2") is not None
    assert [one.version for one in town.views.parked(live(WORK, town.views))] == [2]


# At the start


def test_what_was_parked_is_tried_again_at_the_start(town):
    record(town.store, "case-1", submitted, garbled, noted)
    catch_up(WORK, town.feed, town.views)

    def mended(row, event):
        return row if event.type == "Garbled" else WORK.evolve(row, event)

    with a_runner(town, WORK._replace(evolve=mended)):
        assert until(lambda: not town.views.blocked(live(WORK, town.views)))
    assert town.views.get("work", "case-1")["notes"] == ["called back"]


def test_a_view_of_another_signature_is_rebuilt_at_the_start_and_then_kept_up(town):
    live_through(town.store, 100)
    catch_up(JOURNAL, town.feed, town.views)
    newer = JOURNAL._replace(signature="2", evolve=lambda _, event: {"last": event.version})
    with a_runner(town, newer, WORK):
        assert until(lambda: town.views.live("journal").signature == "2")
        record(town.store, "case-00001", noted)
        assert settled(town, "journal", "work")
    assert list(differences(newer, town.feed, town.views)) == []


def test_a_rebuild_at_the_start_that_fails_is_tried_again(town, monkeypatch):
    record(town.store, "case-1", noted)
    catch_up(JOURNAL, town.feed, town.views)
    begin = town.views.begin_rebuild
    tries: list[str] = []

    def failing(view, signature):
        tries.append(view)
        if len(tries) == 1:
            raise ViewsError("the disk is full")
        return begin(view, signature)

    monkeypatch.setattr(town.views, "begin_rebuild", failing)
    with a_runner(town, JOURNAL._replace(signature="2")):
        assert until(lambda: town.views.live("journal").signature == "2")
    assert len(tries) == 2


def test_a_view_that_a_newer_release_took_over_is_left_to_it(town, caplog):
    record(town.store, "case-1", noted)
    with a_runner(town, JOURNAL):
        assert settled(town, "journal")
        newer = town.views.begin_rebuild("journal", "2")
        old = live(JOURNAL, town.views)
        seen = town.views.checkpoint(old)
        town.views.commit(newer, Batch(Checkpoint(0, 0), seen.position))
        assert town.views.swap(newer, old, seen)
        record(town.store, "case-1", noted)
        sleep(0.1)
    assert caplog.messages == []
    assert town.views.live("journal") == newer
    assert town.views.position("journal") == 1


# Schedules


def test_a_schedule_runs_at_the_start_and_again_and_again(town):
    times: list[float] = []
    rota = Schedule("rota", 0.05, lambda: times.append(monotonic()))
    with a_runner(town, schedules=[rota]):
        assert until(lambda: len(times) >= 4)
    gaps = [later - sooner for sooner, later in pairwise(times)]
    assert min(gaps) >= 0.045
    count = len(times)
    sleep(0.1)
    assert len(times) == count


def test_a_schedule_that_fails_is_logged_and_runs_again(town, caplog):
    calls: list[Any] = []

    def fails_once():
        calls.append(None)
        if len(calls) == 1:
            raise OSError("no printer")

    with a_runner(town, schedules=[Schedule("print", 60.0, fails_once)]):
        assert until(lambda: len(calls) == 2)
    assert "print failed; it is tried again" in caplog.text
    assert "no printer" in caplog.text


def test_a_schedule_of_an_hour_does_not_hold_up_the_stop(town):
    runner = a_runner(town, schedules=[Schedule("nightly", 3600.0, lambda: None)])
    runner.start()
    start = monotonic()
    assert runner.stop()
    assert monotonic() - start < 1


def test_the_runner_sweeps_what_a_dead_rebuild_left(town, monkeypatch):
    beside = town.views.begin_rebuild("work", "1")
    town.views.abandon(beside)
    with a_runner(town, WORK):
        assert until(lambda: not town.views._query("SELECT * FROM generations WHERE id = 1"))


# The bell


def test_a_ring_between_looking_and_waiting_is_not_missed():
    bell = Bell()
    seen = bell.rung
    bell.ring()
    assert bell.wait(seen, 0)
    assert not bell.wait(bell.rung, 0)


def test_a_ring_wakes_everyone_who_waits():
    bell = Bell()
    woken: list[bool] = []
    threads = [Thread(target=lambda: woken.append(bell.wait(0, 5))) for _ in range(3)]
    for thread in threads:
        thread.start()
    sleep(0.05)
    bell.ring()
    for thread in threads:
        thread.join()
    assert woken == [True] * 3
