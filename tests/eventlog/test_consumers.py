import subprocess
import sys
from collections import Counter
from random import Random
from threading import Thread
from time import monotonic, sleep
from typing import Any

import pytest
from pydantic import TypeAdapter

from chalicelib.adapters.sqlite.views import SqliteViews
from chalicelib.eventlog import consumers
from chalicelib.eventlog.consumers import Outdated, Subscriber, catch_up, live, status, wait_for
from chalicelib.eventlog.feed import Ahead, Feed, Source
from chalicelib.eventlog.views.port import Overtaken

from .following import (
    CODEC,
    JOURNAL,
    NOW,
    TALLY,
    VIEWS,
    WORK,
    FromTheFuture,
    Transferred,
    Withdrawn,
    content,
    garbled,
    live_through,
    noted,
    open_town,
    record,
    record_bytes,
    submitted,
)


@pytest.fixture
def town(tmp_path):
    town = open_town(tmp_path)
    yield town
    town.close()


def parked(town, name):
    return [
        (one.stream, one.version, one.failure and one.failure.kind)
        for one in town.views.parked(town.views.live(name))
    ]


# A projection follows the log


def test_a_view_has_what_the_log_gives(town):
    record(town.store, "case-1", submitted, noted)
    record(town.store, "case-1", Transferred(department="water", due="2026-05-01"))
    assert catch_up(WORK, town.feed, town.views) == (3, 3, 0)
    assert town.views.get("work", "case-1") == {
        "case": "case-1",
        "applicant": "li",
        "notes": ["called back"],
        "department": "water",
        "due": "2026-05-01",
        "version": 3,
    }
    assert len(town.views.page("work", "department", "water").rows) == 1
    assert town.views.page("work", "department", "planning").rows == []


def test_catching_up_again_does_nothing(town):
    record(town.store, "case-1", submitted)
    catch_up(WORK, town.feed, town.views)
    before = content(town.views, ["work"])
    assert catch_up(WORK, town.feed, town.views) == (1, 0, 0)
    assert content(town.views, ["work"]) == before


def test_a_row_that_goes_leaves_its_lists(town):
    record(town.store, "case-1", submitted)
    catch_up(WORK, town.feed, town.views)
    record(town.store, "case-1", Withdrawn(reason="moved"))
    catch_up(WORK, town.feed, town.views)
    assert town.views.get("work", "case-1") is None
    assert town.views.page("work", "applicant", "li").rows == []


def test_events_that_are_not_for_the_view_move_its_checkpoint(town):
    record(town.store, "item-1", noted)
    assert catch_up(WORK, town.feed, town.views).position == 1


def test_it_can_stop_at_a_position_and_never_within_a_commit(town):
    record(town.store, "case-1", submitted, noted)
    record(town.store, "case-2", submitted, noted)
    assert catch_up(JOURNAL, town.feed, town.views, until=3).position == 2
    assert catch_up(JOURNAL, town.feed, town.views, until=4).position == 4


@pytest.mark.parametrize("size", [1, 7, 100])
def test_the_size_of_the_batches_makes_no_difference(town, tmp_path, size):
    live_through(town.store, 300, poison=0.02)
    other = SqliteViews(str(tmp_path / "other.db"))
    for view in VIEWS:
        catch_up(view, town.feed, town.views)
        catch_up(view, Feed(town.source, size), other)
    names = [view.name for view in VIEWS]
    assert content(other, names) == content(town.views, names)
    other.close()


def test_each_row_is_read_once_for_a_batch(town, monkeypatch):
    for n in range(20):
        record(town.store, f"case-{n % 2}", submitted, noted)
    asked = Counter[str]()
    kept = town.views.kept
    monkeypatch.setattr(
        town.views, "kept", lambda generation, keys: (asked.update(keys), kept(generation, keys))[1]
    )
    catch_up(WORK, town.feed, town.views)
    assert asked == {"case-0": 1, "case-1": 1}


def test_views_at_the_same_place_share_the_reading(town, monkeypatch):
    live_through(town.store, 50)
    reads = Counter[int]()
    read = town.store.read
    monkeypatch.setattr(
        town.store, "read", lambda after, limit: (reads.update([after]), read(after, limit))[1]
    )
    feed = Feed(town.source, 20)
    busy = list(VIEWS)
    while busy:
        busy = [view for view in busy if consumers.advance(view, feed, town.views)]
    full = {after: times for after, times in reads.items() if after != town.store.head()}
    assert len(full) == 3
    assert set(full.values()) == {1}


def test_evolve_meets_what_storage_would_give_back_within_a_batch_too(town):
    seen: list[Any] = []

    def evolve(row, event):
        seen.append(row)
        return {"at": NOW, "pair": (1, 2), 3: "three"}

    record(town.store, "case-1", noted, noted)
    catch_up(JOURNAL._replace(evolve=evolve), town.feed, town.views)
    assert seen == [None, {"at": "2026-03-02T09:00:00Z", "pair": [1, 2], "3": "three"}]


def test_a_view_of_another_signature_is_left_as_it_is(town):
    record(town.store, "case-1", submitted)
    catch_up(WORK, town.feed, town.views)
    record(town.store, "case-1", noted)
    with pytest.raises(Outdated, match="rebuild"):
        catch_up(WORK._replace(signature="2"), town.feed, town.views)
    assert town.views.position("work") == 1


def test_a_checkpoint_past_the_end_of_the_log_is_told(town, tmp_path):
    record(town.store, "case-1", submitted)
    catch_up(WORK, town.feed, town.views)
    (tmp_path / "restored").mkdir()
    restored = open_town(tmp_path / "restored")
    with pytest.raises(Ahead, match="the checkpoint is 1 and the log ends at 0"):
        catch_up(WORK, restored.feed, town.views)
    restored.close()


# What cannot be taken


def test_a_poison_event_isolates_its_case(town):
    record(town.store, "case-1", submitted, noted, garbled, noted)
    record(town.store, "case-2", submitted, noted)
    record(town.store, "case-1", noted)
    assert catch_up(WORK, town.feed, town.views) == (7, 7, 3)
    assert parked(town, "work") == [
        ("case-1", 3, "ValueError"),
        ("case-1", 4, None),
        ("case-1", 5, None),
    ]
    assert town.views.get("work", "case-1")["version"] == 2
    assert town.views.get("work", "case-2")["version"] == 2


def test_a_case_that_waits_goes_on_waiting_in_later_batches(town):
    record(town.store, "case-1", submitted, garbled)
    catch_up(WORK, town.feed, town.views)
    record(town.store, "case-1", noted)
    catch_up(WORK, town.feed, town.views)
    assert parked(town, "work")[1:] == [("case-1", 3, None)]
    assert town.views.get("work", "case-1")["notes"] == []


def test_what_waits_is_not_tried(town):
    tried: list[int] = []

    def evolve(row, event):
        tried.append(event.version)
        raise ValueError

    record(town.store, "case-1", noted, noted)
    record(town.store, "case-1", noted)
    catch_up(JOURNAL._replace(evolve=evolve), town.feed, town.views)
    assert tried == [1]


def test_a_parked_event_tells_what_went_wrong_and_where(town):
    record(town.store, "case-1", submitted, garbled)
    catch_up(WORK, town.feed, town.views)
    (one,) = town.views.parked(town.views.live("work"))
    assert (one.position, one.version, one.type, one.commit) == (2, 2, "Garbled", 1)
    assert (one.failure.kind, one.failure.message) == ("ValueError", "cannot read ?")
    assert one.failure.where.startswith("following.py:")


def test_a_failure_does_not_quote_the_data_that_pydantic_refused(town):
    def evolve(row, event):
        return {"days": TypeAdapter(dict[str, int]).validate_python({"days": "44081119900101123X"})}

    record(town.store, "case-1", noted)
    catch_up(JOURNAL._replace(evolve=evolve), town.feed, town.views)
    (one,) = town.views.parked(town.views.live("journal"))
    assert one.failure.message == "days: int_parsing"


def test_the_log_names_the_event_and_not_what_the_failure_says(town, caplog):
    record(town.store, "case-1", garbled)
    catch_up(WORK, town.feed, town.views)
    (line,) = caplog.messages
    assert line.startswith("work parked case-1@1: ValueError at following.py:")
    assert "cannot read" not in line


def spoilt(row, event):
    row["lines"].clear()
    raise ValueError


def test_a_projection_that_spoils_the_row_before_it_fails_leaves_no_trace(town):
    def evolve(row, event):
        return spoilt(row, event) if event.version == 2 else JOURNAL.evolve(row, event)

    # Two cases in one row, so that the row is used again after the failure.
    view = JOURNAL._replace(key=lambda _: "all", evolve=evolve)
    record(town.store, "case-1", noted, noted)
    record(town.store, "case-2", noted)
    catch_up(view, town.feed, town.views)
    assert [line[1] for line in town.views.get("journal", "all")["lines"]] == [1, 3]


@pytest.mark.parametrize(
    ("wrong", "kind"),
    [
        ({"key": lambda _: 1 / 0}, "ZeroDivisionError"),
        ({"key": lambda _: 7}, "TypeError"),
        ({"key": lambda _: ""}, "TypeError"),
        ({"evolve": lambda _row, _event: ["no", "object"]}, "TypeError"),
        ({"evolve": lambda _row, _event: {"it": object()}}, "PydanticSerializationError"),
        ({"entries": lambda _: [("index", "partition", 7)]}, "TypeError"),
        ({"entries": lambda row: row["missing"]}, "KeyError"),
    ],
)
def test_what_a_projection_gives_must_be_storable_or_the_event_is_parked(town, wrong, kind):
    record(town.store, "case-1", noted)
    catch_up(JOURNAL._replace(**wrong), town.feed, town.views)
    assert parked(town, "journal") == [("case-1", 1, kind)]


def test_an_event_of_an_unknown_type_waits_and_those_before_it_do_not(town):
    record(town.store, "case-1", submitted, FromTheFuture(text="!"), noted)
    record(town.store, "case-2", submitted)
    catch_up(JOURNAL, town.feed, town.views)
    assert parked(town, "journal") == [("case-1", 2, "UnknownEvent"), ("case-1", 3, None)]
    assert town.views.parked(town.views.live("journal"))[0].type == "FromTheFuture"
    assert [line[0] for line in town.views.get("journal", "case-1")["lines"]] == [1]
    assert town.views.get("journal", "case-2") is not None


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"{broken", "ValueError"),
        (b"[]", "TypeError"),
        (b'{"events": 7}', "KeyError"),
        (b"", "ValueError"),
    ],
)
def test_a_commit_that_cannot_be_read_at_all_waits_whole(town, body, kind):
    record_bytes(town.store, "case-1", body, length=2)
    record(town.store, "case-2", submitted)
    catch_up(JOURNAL, town.feed, town.views)
    assert parked(town, "journal") == [("case-1", 1, kind), ("case-1", 2, None)]
    assert town.views.get("journal", "case-2") is not None


def test_a_commit_with_fewer_events_than_it_says_waits(town):
    record_bytes(town.store, "case-1", record(town.store, "case-0", noted).body, length=2)
    catch_up(JOURNAL, town.feed, town.views)
    assert parked(town, "journal") == [("case-1", 1, "Damaged"), ("case-1", 2, None)]


# Subscribers


def listening(handle, **options):
    return Subscriber("letters", handle, pause=0.001, **options)


def test_a_subscriber_gets_every_event_once_in_order(town):
    live_through(town.store, 30)
    got: list[int] = []
    catch_up(listening(lambda event: got.append(event.position)), Feed(town.source, 7), town.views)
    assert got == list(range(1, town.store.head() + 1))
    assert town.views.position("letters") == town.store.head()


def test_an_event_is_tried_again_before_it_is_parked(town):
    tries = Counter[str]()

    def handle(event):
        tries[event.stream] += 1
        if event.stream == "case-1" or (event.stream == "case-2" and tries["case-2"] < 3):
            raise ConnectionError("nobody answers")

    for stream in ("case-1", "case-2", "case-3"):
        record(town.store, stream, noted)
    catch_up(listening(handle, attempts=3), town.feed, town.views)
    assert tries == {"case-1": 3, "case-2": 3, "case-3": 1}
    assert parked(town, "letters") == [("case-1", 1, "ConnectionError")]


def refuse(event):
    raise ValueError("nobody can take that")


def test_the_pauses_between_tries_grow(town, monkeypatch):
    pauses: list[float] = []
    monkeypatch.setattr(consumers, "sleep", pauses.append)
    record(town.store, "case-1", noted)
    catch_up(Subscriber("letters", refuse, 4, 0.5), town.feed, town.views)
    assert pauses == [0.5, 1.0, 2.0]


def test_a_subscriber_that_is_killed_gets_the_event_again(town):
    got: list[int] = []

    def handle(event):
        got.append(event.position)
        if len(got) == 2:
            raise KeyboardInterrupt

    record(town.store, "case-1", noted)
    record(town.store, "case-2", noted)
    with pytest.raises(KeyboardInterrupt):
        catch_up(listening(handle), town.feed, town.views)
    catch_up(listening(handle), town.feed, town.views)
    assert got == [1, 2, 1, 2]


def test_a_slow_subscriber_writes_its_checkpoint_on_the_way(town, monkeypatch):
    monkeypatch.setattr(consumers, "PACE", 0.0)
    for n in range(3):
        record(town.store, f"case-{n}", noted)
    seen: list[int] = []
    catch_up(
        listening(lambda _: seen.append(town.views.position("letters"))), town.feed, town.views
    )
    assert seen == [0, 1, 2]


def test_a_subscriber_that_is_told_to_stop_ends_after_the_commit_it_is_at(town):
    for n in range(3):
        record(town.store, f"case-{n}", noted)
    got: list[int] = []
    progress = catch_up(
        listening(lambda event: got.append(event.position)),
        town.feed,
        town.views,
        stop=lambda: bool(got),
    )
    assert (got, progress.position) == ([1], 1)


# Crashes and competitors


class Crash(BaseException):
    """The process ends here."""


class Crashing:
    """Passes calls on, and crashes at the `n`th: before it is done, or after."""

    def __init__(self, fuse, target):
        self._fuse, self._target = fuse, target

    def __getattr__(self, name):
        attribute = getattr(self._target, name)
        if not callable(attribute):
            return attribute

        def call(*args, **kwargs):
            self._fuse.burn("before")
            result = attribute(*args, **kwargs)
            self._fuse.burn("after")
            return result

        return call


class Fuse:
    def __init__(self, n, when):
        self.left, self.when = n, when

    def burn(self, when):
        if when == self.when:
            self.left -= 1
            if self.left == 0:
                raise Crash


def interrupted(town, views, consumer, n, when):
    """Catch up with a crash at call `n`; whether there was one."""
    fuse = Fuse(n, when)
    log: Any = Crashing(fuse, town.store)
    wrapped: Any = Crashing(fuse, views)
    try:
        catch_up(consumer, Feed(Source(log, log, CODEC), 20), wrapped)
    except Crash:
        return True
    return False


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("view", VIEWS, ids=lambda view: view.name)
def test_a_crash_between_any_two_calls_changes_nothing_in_the_end(town, tmp_path, view, when):
    live_through(town.store, 60, poison=0.05)
    catch_up(view, town.feed, town.views)
    expected = content(town.views, [view.name])
    crashes = 0
    for n in range(1, 1000):
        views = SqliteViews(str(tmp_path / f"{n}.db"))
        crashed = interrupted(town, views, view, n, when)
        catch_up(view, town.feed, views)
        assert content(views, [view.name]) == expected
        views.close()
        if not crashed:
            break
        crashes += 1
    assert crashes > 20


def test_crashes_one_after_the_other_change_nothing_in_the_end(town, tmp_path):
    live_through(town.store, 200, poison=0.05)
    catch_up(JOURNAL, town.feed, town.views)
    views = SqliteViews(str(tmp_path / "crashing.db"))
    rnd = Random(3)  # noqa: S311 - reproducible on purpose
    while interrupted(town, views, JOURNAL, rnd.randint(1, 25), rnd.choice(["before", "after"])):
        pass
    assert content(views, ["journal"]) == content(town.views, ["journal"])
    views.close()


class InPieces:
    """Views without large transactions, as on DynamoDB: rows, a crash, the rest, the checkpoint."""

    def __init__(self, target, rnd):
        self._target, self._rnd = target, rnd

    def __getattr__(self, name):
        return getattr(self._target, name)

    def commit(self, generation, batch):
        early = [change for change in batch.changes if self._rnd.random() < 0.5]
        still = batch._replace(position=batch.was.position, changes=early)
        self._target.commit(generation, still)
        if self._rnd.random() < 0.7:
            raise Crash
        late = [change for change in batch.changes if change not in early]
        self._target.commit(generation, batch._replace(changes=late))


def test_a_batch_that_broke_off_between_rows_and_checkpoint_counts_once(town, tmp_path):
    live_through(town.store, 200)
    views = SqliteViews(str(tmp_path / "pieces.db"))
    pieces: Any = InPieces(views, Random(5))  # noqa: S311 - reproducible on purpose
    crashes = 0
    for view in (JOURNAL, TALLY):
        catch_up(view, town.feed, town.views)
        while views.position(view.name) < town.store.head():
            try:
                catch_up(view, Feed(town.source, 10), pieces)
            except Crash:
                crashes += 1
    assert crashes > 20
    assert content(views, ["journal", "tally"]) == content(town.views, ["journal", "tally"])
    views.close()


def test_workers_that_race_give_what_one_gives(town, tmp_path):
    live_through(town.store, 400, poison=0.02)
    catch_up(JOURNAL, town.feed, town.views)
    path = str(tmp_path / "raced.db")
    workers = [SqliteViews(path) for _ in range(3)]
    threads = [
        Thread(target=catch_up, args=(JOURNAL, Feed(town.source, 5), views)) for views in workers
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert content(workers[0], ["journal"]) == content(town.views, ["journal"])
    for views in workers:
        views.close()


def test_a_worker_that_is_overtaken_reads_again(town, monkeypatch):
    record(town.store, "case-1", submitted)
    record(town.store, "case-1", noted)
    commit = town.views.commit

    def overtaken(generation, batch):
        monkeypatch.undo()
        catch_up(WORK, Feed(town.source, 1), town.views, until=1)
        with pytest.raises(Overtaken):
            commit(generation, batch)
        raise Overtaken

    monkeypatch.setattr(town.views, "commit", overtaken)
    assert catch_up(WORK, town.feed, town.views) == (2, 1, 0)
    assert town.views.get("work", "case-1")["version"] == 2


KILLED = """
import sys
from pathlib import Path
from chalicelib.eventlog.consumers import catch_up
from chalicelib.eventlog.feed import Feed
from tests.eventlog.following import VIEWS, open_town
town = open_town(Path(sys.argv[1]))
print("ready", flush=True)
for size in range(1, 10**6):
    for view in VIEWS:
        catch_up(view, Feed(town.source, 2), town.views, until=size * 4)
"""


def test_what_a_killed_process_left_is_caught_up_to_the_same(town, tmp_path):
    live_through(town.store, 3000, poison=0.01)
    rnd = Random(7)  # noqa: S311 - reproducible on purpose
    positions = []
    for _ in range(4):
        with subprocess.Popen(
            [sys.executable, "-c", KILLED, str(tmp_path)], stdout=subprocess.PIPE
        ) as process:
            assert process.stdout
            process.stdout.readline()
            sleep(rnd.uniform(0.02, 0.25))
            process.kill()
        positions.append(town.views.position("journal"))
    assert 0 < positions[0] < town.store.head()
    fresh = SqliteViews(str(tmp_path / "fresh.db"))
    for view in VIEWS:
        catch_up(view, town.feed, town.views)
        catch_up(view, town.feed, fresh)
    names = [view.name for view in VIEWS]
    assert content(town.views, names) == content(fresh, names)
    fresh.close()


# Waiting, and being looked at


def test_waiting_for_what_is_there_takes_no_time(town):
    record(town.store, "case-1", submitted)
    catch_up(WORK, town.feed, town.views)
    assert wait_for(town.views, "work", 1, timeout=0)


def test_waiting_ends_after_the_timeout(town):
    start = monotonic()
    assert not wait_for(town.views, "work", 1, timeout=0.1)
    assert 0.1 <= monotonic() - start < 0.5


@pytest.mark.parametrize("elsewhere", [False, True], ids=["this process", "another process"])
def test_waiting_ends_when_the_view_has_come_there(town, tmp_path, elsewhere):
    record(town.store, "case-1", submitted)
    # A second adapter has its own bell, as another process has.
    other = SqliteViews(str(tmp_path / "views.db")) if elsewhere else town.views
    done: list[float] = []

    def work():
        sleep(0.05)
        catch_up(WORK, town.feed, other)
        done.append(monotonic())

    thread = Thread(target=work)
    thread.start()
    assert wait_for(town.views, "work", 1, timeout=5)
    late = monotonic() - done[0] if done else 0.0
    thread.join()
    assert late < 0.2
    if elsewhere:
        other.close()


def test_waiting_does_not_keep_the_processor_busy(town, monkeypatch):
    looks = Counter[str]()
    position = town.views.position
    monkeypatch.setattr(
        town.views, "position", lambda name: (looks.update([name]), position(name))[1]
    )
    assert not wait_for(town.views, "work", 1, timeout=0.2)
    assert looks["work"] <= 0.2 / consumers.POLL + 2


def test_the_status_tells_place_lag_and_trouble(town):
    record(town.store, "case-1", submitted, garbled, noted)
    catch_up(WORK, town.feed, town.views)
    record(town.store, "case-2", submitted)
    letters = listening(lambda _: None)
    work, tally, silent = status([WORK, TALLY, letters], town.source, town.views)
    assert (work.name, work.kind, work.position, work.lag, work.parked) == ("work", "view", 3, 1, 2)
    assert work.last_failure
    assert work.last_failure.failure
    assert work.last_failure.failure.message == "cannot read ?"
    assert (tally.position, tally.lag, tally.last_failure) == (0, 4, None)
    assert silent.kind == "subscriber"


def test_the_status_tells_that_a_view_waits_for_a_rebuild(town):
    live(WORK, town.views)
    fresh, stale = status([WORK, WORK._replace(signature="2")], town.source, town.views)
    assert (fresh.stale, stale.stale) == (False, True)
