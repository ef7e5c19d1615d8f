"""What is wrong with the world stops a consumer; only what is wrong with an event is parked."""

import sqlite3
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError, ConnectTimeoutError, EndpointConnectionError

from chalicelib.adapters.aws.clients import translated
from chalicelib.adapters.clamd import Clamd
from chalicelib.adapters.dynamodb.views_table import Table
from chalicelib.adapters.local.files import FileBlobs
from chalicelib.adapters.sqlite.file import refusal
from chalicelib.adapters.sqlite.views import SqliteViews
from chalicelib.adapters.wechat import HttpWechat
from chalicelib.eventlog import consumers, outages, patience
from chalicelib.eventlog.consumers import (
    Subscriber,
    advance,
    catch_up,
    go_on,
    live,
    status,
)
from chalicelib.eventlog.feed import Feed
from chalicelib.eventlog.outages import Interrupted, of_world, pause_after
from chalicelib.eventlog.patience import Again, Pause
from chalicelib.eventlog.ports import Damaged, Reused, TooLarge, Unavailable
from chalicelib.eventlog.readable import Unreadable
from chalicelib.eventlog.retries import Chosen, retry_all, retry_some
from chalicelib.eventlog.views.port import Unstorable, ViewsError
from chalicelib.kernel.errors import Invalid

from .following import JOURNAL, WORK, FromTheFuture, garbled, noted, open_town, record, record_bytes


@pytest.fixture
def town(tmp_path):
    town = open_town(tmp_path)
    yield town
    town.close()


class World:
    """What a subscriber needs: `down` for all, or for the streams in `bad` alone."""

    def __init__(self, *bad: str) -> None:
        self.down, self.bad = False, set(bad)
        self.seen: list[tuple[str, int]] = []
        self.asked = 0

    def handle(self, event: Any) -> None:
        self.asked += 1
        if self.down or event.stream in self.bad:
            raise Unavailable("the key does not answer")
        self.seen.append((event.stream, event.version))

    @property
    def letters(self) -> Subscriber:
        return Subscriber("letters", self.handle, attempts=1)


def parked(town):
    return town.views.parked(town.views.live("letters"))


def told(town, world):
    (found,) = status([world.letters], town.source, town.views)
    return found


# Which is which


def raised(action: Callable[[], object]) -> Exception:
    try:
        action()
    except Exception as error:  # noqa: BLE001 - whatever it is, it is looked at
        return error
    raise AssertionError("nothing was raised")


class Failing:
    """A client of AWS of which every call fails so."""

    def __init__(self, error: Exception) -> None:
        self._error = error
        self.exceptions = type("exceptions", (), {"ConditionalCheckFailedException": KeyError})

    def __getattr__(self, name: str) -> Any:
        def call(**_: Any) -> None:
            raise self._error

        return call


def of_aws(error: Exception) -> Exception:
    def call() -> None:
        with translated("s3://bucket"):
            raise error

    return raised(call)


THROTTLED = ClientError({"Error": {"Code": "ThrottlingException"}}, "PutItem")
REFUSED = EndpointConnectionError(endpoint_url="https://kms.cn-north-1.amazonaws.com.cn")
SILENT = ConnectTimeoutError(endpoint_url="https://kms.cn-north-1.amazonaws.com.cn")


def of_sqlite(kind: int, tmp_path: Any) -> Exception:
    error = sqlite3.OperationalError("no")
    error.sqlite_errorcode = kind
    return refusal(tmp_path, error)


@pytest.mark.parametrize("error", [THROTTLED, REFUSED, SILENT], ids=["throttle", "refused", "slow"])
def test_every_service_of_aws_that_does_not_answer_is_an_outage(error):
    assert of_world(of_aws(error))
    assert of_world(raised(lambda: Table(Failing(error), "views").get({})))  # type: ignore[arg-type]


def test_so_are_clamd_wechat_the_disk_and_sqlite(tmp_path):
    assert of_world(raised(Clamd("127.0.0.1:1", 0.1).engine))
    wechat = HttpWechat("app", lambda: "secret", "http://127.0.0.1:1", pause=0.0)
    assert of_world(raised(lambda: wechat.user("code")))
    blobs = FileBlobs(tmp_path / "documents")
    (tmp_path / "documents" / "uploads" / "file").write_bytes(b"")
    assert of_world(raised(lambda: blobs.put_part("file", 1, b"x")))
    full = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_FULL, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_IOERR)
    assert all(of_world(of_sqlite(one, tmp_path)) for one in full)
    views = SqliteViews(str(tmp_path / "views.db"))
    views._db.execute("PRAGMA max_page_count = 1")
    assert of_world(raised(lambda: [views.begin_rebuild(f"v{n}" * 999, "1") for n in range(99)]))
    views.close()


@pytest.mark.parametrize("error", [TimeoutError(), ConnectionResetError(), BrokenPipeError()])
def test_so_is_what_no_adapter_has_put_into_words(error):
    assert of_world(error)


@pytest.mark.parametrize(
    "error",
    [
        *(ValueError(), KeyError(), Damaged("altered"), Unstorable("large"), ViewsError("no")),
        *(Reused("case-1", "c1"), TooLarge("case-1", 9), Invalid("x", "no"), MemoryError()),
    ],
    ids=lambda error: type(error).__name__,
)
def test_what_is_wrong_with_the_event_is_none(error):
    assert not of_world(error)


# The world is down


def test_a_consumer_stops_where_the_outage_began_and_parks_nothing(town):
    world = World()
    record(town.store, "case-1", noted)
    catch_up(world.letters, town.feed, town.views)
    world.down = True
    for n in range(2, 30):
        record(town.store, f"case-{n}", noted)
    with pytest.raises(Interrupted, match="letters is interrupted by Unavailable"):
        go_on(world.letters, town.feed, town.views)
    assert (town.views.position("letters"), parked(town)) == (1, [])
    assert world.asked == 1 + outages.PROBES  # and not all 28
    world.down = False
    catch_up(world.letters, town.feed, town.views)
    assert world.seen == [(f"case-{n}", 1) for n in range(1, 30)]


def test_what_passed_before_the_outage_is_not_done_again(town):
    world = World()

    def handle(event):
        world.handle(event)
        world.down = len(world.seen) == 3

    for n in range(8):
        record(town.store, f"case-{n}", noted)
    letters = Subscriber("letters", handle, attempts=1)
    catch_up(letters, town.feed, town.views)
    assert (town.views.position("letters"), parked(town)) == (3, [])
    world.down = False
    catch_up(letters, town.feed, town.views)
    assert Counter(world.seen) == Counter({(f"case-{n}", 1): 1 for n in range(8)})


def test_an_event_that_is_wrong_itself_is_parked_in_an_outage_too(town):
    world = World()

    def handle(event):
        if event.type == "Garbled":
            raise ValueError("cannot read")
        world.handle(event)

    world.down = True
    record(town.store, "case-1", garbled)
    record(town.store, "case-2", noted)
    catch_up(Subscriber("letters", handle, attempts=1), town.feed, town.views)
    assert [(one.stream, one.of_world) for one in parked(town)] == [("case-1", False)]
    assert town.views.position("letters") == 1


def test_what_has_nothing_to_do_does_not_show_that_the_world_works(town):
    """A document that needs no scan passes in any outage of the scanner."""
    world = World("case-1", "case-3")

    def handle(event):
        return False if event.stream == "case-2" else world.handle(event)

    for n in (1, 2, 3):
        record(town.store, f"case-{n}", noted)
    catch_up(Subscriber("letters", handle, attempts=1), town.feed, town.views)
    assert (town.views.position("letters"), parked(town)) == (0, [])


def test_a_view_keeps_nothing_of_a_batch_that_met_an_outage(town):
    def evolve(row, event):
        raise TimeoutError

    record(town.store, "case-1", noted)
    with pytest.raises(Interrupted):
        advance(JOURNAL._replace(evolve=evolve), town.feed, town.views)
    assert town.views.position("journal") == 0


def test_a_long_time_out_is_not_asked_four_times(town, monkeypatch):
    monkeypatch.setattr(consumers, "BLIP", -1.0)
    world = World()
    world.down = True
    record(town.store, "case-1", noted)
    catch_up(Subscriber("letters", world.handle, attempts=4), town.feed, town.views)
    assert world.asked == 1


def test_pauses_grow_up_to_their_end_however_long_it_lasts():
    pauses = [pause_after(n) for n in range(1, 5000)]
    assert 0.1 <= pauses[0] < 0.2 <= pauses[1]
    assert all(30.0 <= one <= 30.0 * outages.JITTER for one in pauses[20:])
    assert len(set(pauses[20:])) > 1000  # or many would come back at one moment


def test_a_pause_ends_with_the_first_success():
    clock = [0.0]
    pause = Pause(1.0, 60.0, lambda: clock[0])
    first, second = pause.failed(), pause.failed()
    assert second > first > 0
    assert pause.left == second
    clock[0] += second
    assert pause.left == 0
    pause.passed()
    assert pause.failed() < 2.0


# One event alone


def test_an_event_that_alone_meets_an_outage_holds_up_no_other_stream(town):
    world = World("case-1")
    record(town.store, "case-1", noted)
    record(town.store, "case-2", noted)
    record(town.store, "case-1", noted)
    record(town.store, "case-3", noted)
    catch_up(world.letters, town.feed, town.views)
    assert world.seen == [("case-2", 1), ("case-3", 1)]
    assert town.views.position("letters") == 4
    assert [(one.stream, one.version) for one in parked(town)] == [("case-1", 1), ("case-1", 2)]


def test_it_waits_for_an_hour_and_is_told_as_parked_then(town, monkeypatch):
    world = World("case-1")
    for n in (1, 2):
        record(town.store, f"case-{n}", noted, noted)
    catch_up(world.letters, town.feed, town.views)
    assert (told(town, world).parked, told(town, world).waiting) == (0, 2)
    since = parked(town)[0].parked_at
    retry_some(world.letters, town.source, town.views)
    assert parked(town)[0].parked_at == since  # it goes on, and does not begin anew
    monkeypatch.setattr(consumers, "PATIENCE", timedelta(0))
    assert (told(town, world).parked, told(town, world).waiting) == (2, 0)


def test_it_is_tried_again_by_itself_and_goes_on_in_order(town):
    world, clock = World("case-1"), [0.0]
    for n in (1, 2):
        record(town.store, f"case-{n}", noted, noted)
    catch_up(world.letters, town.feed, town.views)
    again = Again(world.letters, lambda: clock[0])
    tries = []
    for _ in range(60):  # an hour
        clock[0] += 60.0
        before = world.asked
        again.run(town.source, town.views)
        tries.append(world.asked - before)
    assert 5 < sum(tries) < 20  # more and more seldom
    world.bad.clear()
    clock[0] += patience.LONGEST_AGAIN * outages.JITTER
    again.run(town.source, town.views)
    assert world.seen[-2:] == [("case-1", 1), ("case-1", 2)]
    assert parked(town) == []


def test_however_many_meet_it_alone_others_are_found_that_pass(town):
    world = World(*(f"case-{n}" for n in range(60)))
    for n in range(120):
        record(town.store, f"case-{n}", noted)
    for _ in range(40):
        catch_up(world.letters, Feed(town.source), town.views)
    assert town.views.position("letters") == 120
    after, tries = 0, 0
    while tries < 9:  # those that were passed over untried, with the others
        after, _ = retry_some(world.letters, town.source, town.views, after)
        tries += 1
    assert {stream for stream, _ in world.seen} == {f"case-{n}" for n in range(60, 120)}


def test_what_is_wrong_with_the_event_itself_is_not_tried_by_itself(town):
    def handle(event):
        raise ValueError

    record(town.store, "case-1", noted)
    letters = Subscriber("letters", handle, attempts=1)
    catch_up(letters, town.feed, town.views)
    assert retry_some(letters, town.source, town.views) == (0, False)
    assert told(town, World()).parked == 1


def test_what_was_parked_by_the_release_before_is_still_there_and_retried(town):
    """It parked whatever failed; nothing marks what was an outage."""
    world = World()
    record(town.store, "case-1", noted)

    def handle(event):
        raise ValueError("Unavailable")

    catch_up(Subscriber("letters", handle, attempts=1), town.feed, town.views)
    assert [one.taken for one in retry_all(world.letters, town.source, town.views)] == [1]
    assert parked(town) == []


# All at once


def test_all_is_retried_that_the_filters_leave(town):
    def handle(event):
        raise ValueError(f"no {event.stream}")

    for stream in ("case-1", "case-2", "item-1"):
        record(town.store, stream, noted)
    catch_up(Subscriber("letters", handle, attempts=1), town.feed, town.views)
    good = World().letters

    def tried(chosen):
        return [one.stream for one in retry_all(good, town.source, town.views, chosen)]

    since = parked(town)[-1].parked_at
    assert tried(Chosen(since=since + timedelta(seconds=1))) == []
    assert tried(Chosen(error="no case-2")) == ["case-2"]
    assert tried(Chosen(prefix="item-")) == ["item-1"]
    assert tried(Chosen(error="ValueError", since=since - timedelta(days=1))) == ["case-1"]
    assert parked(town) == []


def test_one_that_cannot_even_be_tried_holds_up_no_other(town, monkeypatch):
    def handle(event):
        raise ValueError

    for n in (1, 2):
        record(town.store, f"case-{n}", noted)
    catch_up(Subscriber("letters", handle, attempts=1), town.feed, town.views)
    read = town.store.read
    monkeypatch.setattr(
        town.store, "read", lambda after, limit: [] if after == 0 else read(after, limit)
    )
    first, second = retry_all(World().letters, town.source, town.views)
    assert isinstance(first.failure, Damaged)
    assert (second.stream, second.taken, second.failure) == ("case-2", 1, None)


def test_a_retry_of_all_ends_early_in_an_outage(town):
    def handle(event):
        raise ValueError

    for n in range(40):
        record(town.store, f"case-{n}", noted)
    catch_up(Subscriber("letters", handle, attempts=1), town.feed, town.views)
    world = World()
    world.down = True
    assert len(list(retry_all(world.letters, town.source, town.views))) == outages.PROBES
    assert len(parked(town)) == 40


# A release that cannot read


def test_a_batch_that_cannot_be_read_at_all_is_an_error_and_parks_nothing(town):
    record(town.store, "case-0", noted)
    catch_up(WORK, town.feed, town.views)
    for n in range(1, 500):
        record(town.store, f"case-{n}", FromTheFuture(text="!"))
    with pytest.raises(Unreadable, match=r"cannot read the log from position 2 on"):
        catch_up(WORK, town.feed, town.views)
    assert town.views.position("work") == 1
    assert town.views.parked(live(WORK, town.views)) == []


def test_nor_does_one_that_comes_commit_by_commit(town):
    record(town.store, "case-0", noted)
    stopped = 0
    for n in range(1, 50):
        record(town.store, f"case-{n}", FromTheFuture(text="!"))
        try:
            catch_up(WORK, Feed(town.source), town.views)
        except Unreadable:
            stopped += 1
    assert stopped == 48
    assert len(town.views.parked(live(WORK, town.views))) == 1


def test_one_stream_alone_is_parked_and_so_is_one_among_others_that_can_be_read(town):
    record_bytes(town.store, "case-1", b"{broken")
    record_bytes(town.store, "case-1", b"{broken")
    catch_up(WORK, town.feed, town.views)
    record_bytes(town.store, "case-2", b"{broken")
    record(town.store, "case-3", noted)
    catch_up(WORK, town.feed, town.views)
    assert [one.stream for one in town.views.parked(live(WORK, town.views))] == [
        *("case-1", "case-1", "case-2")
    ]


# What it costs


@pytest.mark.parametrize("many", [10, 10_000])
def test_what_a_batch_reads_of_the_parked_does_not_grow_with_it(town, monkeypatch, many):
    steps = []
    for n in range(3):
        record(town.store, f"case-{n}", noted)
    catch_up(WORK, town.feed, town.views)
    generation = live(WORK, town.views)
    with town.views._transaction() as db:
        rows = [(generation.id, 1, f"old-{n}", n, "", 1, "2026-03-02", None) for n in range(many)]
        numbered = [(g, -n, *rest) for n, (g, _, *rest) in enumerate(rows)]
        db.executemany("INSERT INTO parked VALUES (?, ?, ?, ?, ?, ?, ?, ?)", numbered)
    town.views._db.set_progress_handler(lambda: steps.append(1), 100)  # virtual instructions
    assert town.views.blocked(generation, {f"case-{n}" for n in range(3)}) == {}
    town.views._db.set_progress_handler(None, 0)
    assert len(steps) < 5
