from threading import Event, Thread
from typing import Any

import pytest
from pydantic import ValidationError

from chalicelib.eventlog.codec import codec
from chalicelib.eventlog.consumers import Subscriber, catch_up, live
from chalicelib.eventlog.feed import skips
from chalicelib.eventlog.ports import Damaged
from chalicelib.eventlog.retries import retry, skip
from chalicelib.eventlog.views.port import Projection
from chalicelib.kernel.actor import Actor, Role
from chalicelib.kernel.errors import NotAllowed, NotFound, OutOfOrder

from .following import (
    DEPARTMENTS,
    JOURNAL,
    TALLY,
    WORK,
    FromTheFuture,
    Submitted,
    content,
    garbled,
    noted,
    open_town,
    record,
    submitted,
    to_skip,
)


@pytest.fixture
def town(tmp_path):
    town = open_town(tmp_path)
    yield town
    town.close()


class Mood:
    """Makes a projection fail on Garbled events, until it is mended."""

    def __init__(self) -> None:
        self.mended = False

    def of(self, projection: Projection) -> Projection:
        def evolve(row, event):
            if event.type == "Garbled" and not self.mended:
                raise ValueError("not yet")
            return projection.evolve(row, event)

        return projection._replace(evolve=evolve)


def waiting(town, consumer):
    parked = town.views.parked(live(consumer, town.views))
    return [(one.stream, one.version) for one in parked]


def versions(town, stream):
    row = town.views.get("journal", stream)
    return [line[0] for line in row["lines"]] if row else []


# Retry


def test_a_retry_takes_what_waited_in_order(town):
    mood = Mood()
    journal = mood.of(JOURNAL)
    record(town.store, "case-1", submitted, garbled, noted)
    record(town.store, "case-2", submitted)
    record(town.store, "case-1", noted)
    catch_up(journal, town.feed, town.views)
    mood.mended = True
    assert retry(journal, town.source, town.views, "case-1") == (3, 0)
    assert versions(town, "case-1") == [1, 2, 3, 4]
    assert waiting(town, journal) == []


def test_after_a_retry_the_case_goes_on_by_itself(town):
    mood = Mood()
    journal = mood.of(JOURNAL)
    record(town.store, "case-1", garbled)
    catch_up(journal, town.feed, town.views)
    mood.mended = True
    retry(journal, town.source, town.views, "case-1")
    record(town.store, "case-1", noted)
    assert catch_up(journal, town.feed, town.views) == (2, 1, 0)
    assert versions(town, "case-1") == [1, 2]


def test_a_retry_of_one_case_leaves_the_others_waiting(town):
    mood = Mood()
    journal = mood.of(JOURNAL)
    record(town.store, "case-1", garbled)
    record(town.store, "case-2", garbled)
    catch_up(journal, town.feed, town.views)
    mood.mended = True
    assert retry(journal, town.source, town.views, "case-2") == (1, 0)
    assert waiting(town, journal) == [("case-1", 1)]


def test_a_retry_of_all_takes_all(town):
    mood = Mood()
    journal = mood.of(JOURNAL)
    for n in range(5):
        record(town.store, f"case-{n}", garbled, noted)
    catch_up(journal, town.feed, town.views)
    mood.mended = True
    assert retry(journal, town.source, town.views) == (10, 0)


def test_a_retry_takes_more_than_fits_one_transaction(town):
    mood = Mood()
    journal = mood.of(JOURNAL)
    record(town.store, "case-1", garbled, *[noted] * 99)
    catch_up(journal, town.feed, town.views)
    mood.mended = True
    assert retry(journal, town.source, town.views) == (100, 0)
    assert versions(town, "case-1") == list(range(1, 101))


def test_what_still_fails_stays_with_its_new_failure_and_what_came_before_it_is_taken(town):
    fails_on = {2, 4}

    def evolve(row, event):
        if event.version in fails_on:
            raise ValueError(f"fails on {sorted(fails_on)}")
        return JOURNAL.evolve(row, event)

    journal = JOURNAL._replace(evolve=evolve)
    record(town.store, "case-1", *[noted] * 5)
    catch_up(journal, town.feed, town.views)
    fails_on.remove(2)
    assert retry(journal, town.source, town.views) == (2, 2)
    assert versions(town, "case-1") == [1, 2, 3]
    first, second = town.views.parked(live(journal, town.views))
    assert (first.version, first.failure.message) == (4, "fails on [4]")
    assert (second.version, second.failure) == (5, None)


def test_a_retry_that_fails_changes_no_row(town):
    record(town.store, "case-1", submitted, garbled, noted)
    catch_up(WORK, town.feed, town.views)
    rows = content(town.views, ["work"])
    assert retry(WORK, town.source, town.views) == (0, 2)
    assert content(town.views, ["work"]) == rows


def test_nothing_parked_is_nothing_to_retry(town):
    assert retry(WORK, town.source, town.views) == (0, 0)
    assert retry(WORK, town.source, town.views, "case-1") == (0, 0)


def test_a_late_event_counts_in_a_row_that_other_cases_have_moved_on(town):
    mood = Mood()

    def evolve(row, event):
        if event.type == "Garbled" and mood.mended:
            return {**row, "events": row["events"] + 1}
        return TALLY.evolve(row, event)

    tally = TALLY._replace(evolve=evolve)
    record(town.store, "case-1", garbled, submitted)
    for n in range(2, 6):
        record(town.store, f"case-{n}", submitted)
    catch_up(tally, town.feed, town.views)
    assert town.views.get("tally", DEPARTMENTS[0])["events"] == 4
    mood.mended = True
    retry(tally, town.source, town.views)
    retry(tally, town.source, town.views)
    assert town.views.get("tally", DEPARTMENTS[0])["events"] == 6


def test_events_of_a_new_release_are_taken_once_it_is_there(town):
    record(town.store, "case-1", noted, FromTheFuture(text="!"), noted)
    catch_up(JOURNAL, town.feed, town.views)
    types = (*town.source.codec.types.values(), FromTheFuture)
    newer = town.source._replace(codec=codec(types))
    assert retry(JOURNAL, newer, town.views) == (2, 0)
    assert versions(town, "case-1") == [1, 2, 3]


def test_a_log_that_is_not_the_one_they_were_parked_from_is_told(town, tmp_path):
    record(town.store, "case-1", garbled)
    catch_up(WORK, town.feed, town.views)
    (tmp_path / "other").mkdir()
    other = open_town(tmp_path / "other")
    record(other.store, "case-7", garbled)
    with pytest.raises(Damaged, match="no commit of case-1 at position 1"):
        retry(WORK, other.source, town.views)
    other.close()


def test_a_subscriber_is_given_what_waited_once_more(town):
    got: list[Any] = []
    mended: list[bool] = []

    def handle(event):
        if event.type == "Garbled" and not mended:
            raise ValueError
        got.append((event.stream, event.version))

    letters = Subscriber("letters", handle, attempts=2, pause=0.001)
    record(town.store, "case-1", garbled, noted)
    record(town.store, "case-2", noted)
    catch_up(letters, town.feed, town.views)
    mended.append(True)
    assert retry(letters, town.source, town.views) == (2, 0)
    assert got == [("case-2", 1), ("case-1", 1), ("case-1", 2)]


def test_an_event_that_comes_in_the_middle_of_a_retry_is_not_left_behind(town):
    """The worker has seen that the case waits, and parks; the retry has freed it by then."""
    mood = Mood()
    journal = mood.of(JOURNAL)
    record(town.store, "case-1", garbled)
    catch_up(journal, town.feed, town.views)
    mood.mended = True
    record(town.store, "case-1", noted)
    blocked = town.views.blocked
    reached, go_on = Event(), Event()

    def slow(generation, streams=None):
        seen = blocked(generation, streams)
        town.views.blocked = blocked
        reached.set()
        go_on.wait(5)
        return seen

    town.views.blocked = slow
    worker = Thread(target=catch_up, args=(journal, town.feed, town.views))
    worker.start()
    reached.wait(5)
    retry(journal, town.source, town.views, "case-1")
    go_on.set()
    worker.join()
    assert waiting(town, journal) == []
    assert versions(town, "case-1") == [1, 2]


def test_a_slow_retry_comes_to_its_end_beside_a_busy_worker(town):
    tries: list[int] = []

    def handle(event):
        if event.type == "Garbled":
            tries.append(event.position)
            if len(tries) == 1:
                raise ValueError
            record(town.store, "case-2", noted)
            catch_up(letters, town.feed, town.views)

    letters = Subscriber("letters", handle, attempts=1)
    record(town.store, "case-1", garbled)
    catch_up(letters, town.feed, town.views)
    assert retry(letters, town.source, town.views) == (1, 0)
    assert len(tries) == 2
    assert town.views.position("letters") == town.store.head()


# Skip


def test_a_skip_is_recorded_and_what_waited_behind_goes_on(town):
    record(town.store, "case-1", submitted, garbled, noted)
    catch_up(WORK, town.feed, town.views)
    assert skip(WORK, town.source, town.views, to_skip(2, "typed by a cat")) == (2, 0)
    assert town.views.get("work", "case-1")["notes"] == ["called back"]
    assert waiting(town, WORK) == []
    assert skips(town.source, "work") == {("case-1", 2)}
    body = town.store.load("consumer-work").commits[0].body.decode()
    assert "EventSkipped" in body
    assert "typed by a cat" in body
    assert "zhao" in body


def test_a_skip_is_for_one_consumer(town):
    record(town.store, "case-1", submitted, garbled)
    tally = TALLY
    for view in (WORK, tally):
        catch_up(view, town.feed, town.views)
    skip(WORK, town.source, town.views, to_skip(2))
    assert waiting(town, tally) == [("case-1", 2)]


def test_a_skipped_event_of_an_unknown_type_takes_nothing_else_with_it(town):
    record(town.store, "case-1", noted, FromTheFuture(text="!"), noted)
    catch_up(JOURNAL, town.feed, town.views)
    skip(JOURNAL, town.source, town.views, to_skip(2))
    assert versions(town, "case-1") == [1, 3]


def test_a_second_poison_event_behind_the_skipped_one_waits_in_its_turn(town):
    record(town.store, "case-1", submitted, garbled, noted, garbled, noted)
    catch_up(WORK, town.feed, town.views)
    assert skip(WORK, town.source, town.views, to_skip(2)) == (2, 2)
    assert skip(WORK, town.source, town.views, to_skip(4)) == (2, 0)
    assert town.views.get("work", "case-1")["notes"] == ["called back", "called back"]


def test_a_skip_that_was_recorded_and_then_broke_off_is_completed_by_saying_it_again(town):
    record(town.store, "case-1", submitted, garbled, noted)
    catch_up(WORK, town.feed, town.views)
    commit = town.views.commit

    def crash(generation, batch):
        town.views.commit = commit
        raise KeyboardInterrupt

    town.views.commit = crash
    with pytest.raises(KeyboardInterrupt):
        skip(WORK, town.source, town.views, to_skip(2))
    assert waiting(town, WORK) == [("case-1", 2), ("case-1", 3)]
    assert skip(WORK, town.source, town.views, to_skip(2)) == (2, 0)
    assert town.store.load("consumer-work").version == 1


def test_what_was_skipped_stays_skipped_when_the_views_are_lost(town, tmp_path):
    record(town.store, "case-1", submitted, garbled, noted)
    catch_up(WORK, town.feed, town.views)
    skip(WORK, town.source, town.views, to_skip(2))
    (tmp_path / "again").mkdir()
    again = open_town(tmp_path / "again")
    assert catch_up(WORK, town.feed, again.views).parked == 0
    row = again.views.get("work", "case-1")
    assert row
    assert row["notes"] == ["called back"]
    again.close()


def test_what_only_waits_is_not_skipped(town):
    record(town.store, "case-1", submitted, garbled, noted)
    catch_up(WORK, town.feed, town.views)
    with pytest.raises(OutOfOrder, match="only waits behind 2"):
        skip(WORK, town.source, town.views, to_skip(3))


@pytest.mark.parametrize("position", [1, 9])
def test_what_is_not_parked_is_not_skipped(town, position):
    record(town.store, "case-1", submitted, garbled)
    catch_up(WORK, town.feed, town.views)
    with pytest.raises(NotFound, match=f"nothing parked at position {position}"):
        skip(WORK, town.source, town.views, to_skip(position))


def test_a_skip_by_another_than_an_administrator_is_refused_and_nothing_changes(town):
    record(town.store, "case-1", submitted, garbled)
    catch_up(WORK, town.feed, town.views)
    decision = to_skip(2)
    clerk = Actor(account="qian", role=Role.CLERK)
    circumstances = decision.request.circumstances._replace(actor=clerk)
    by_clerk = decision._replace(request=decision.request._replace(circumstances=circumstances))
    with pytest.raises(NotAllowed):
        skip(WORK, town.source, town.views, by_clerk)
    assert waiting(town, WORK) == [("case-1", 2)]
    assert town.store.load("consumer-work").version == 0


def test_a_skip_without_a_reason_is_refused(town):
    record(town.store, "case-1", garbled)
    catch_up(WORK, town.feed, town.views)
    with pytest.raises(ValidationError):
        skip(WORK, town.source, town.views, to_skip(1, " "))


def test_the_department_of_a_skipped_event_is_not_counted(town):
    record(town.store, "case-1", Submitted(applicant="wu", department="planning", due="x"), garbled)
    catch_up(TALLY, town.feed, town.views)
    skip(TALLY, town.source, town.views, to_skip(2))
    assert town.views.get("tally", "planning")["events"] == 1
