"""At T do X, if it is still so: each by itself, on both stores."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chalicelib.adapters.dynamodb.views import DynamoViews
from chalicelib.eventlog import timers
from chalicelib.eventlog.consumers import catch_up, status
from chalicelib.eventlog.feed import Feed
from chalicelib.eventlog.outages import PROBES, Interrupted
from chalicelib.eventlog.ports import Unavailable
from chalicelib.eventlog.rebuilding.rebuilds import rebuild
from chalicelib.eventlog.retries import retry, retry_all, skip
from chalicelib.eventlog.telemetry import Silent
from chalicelib.eventlog.timers import Fact, Timer, due_at, is_its_time, run, run_all
from chalicelib.eventlog.views.port import Projection, Row

from ..adapters.dynamodb.views_table import TABLE, dynamodb
from .following import Submitted, Town, Transferred, Withdrawn, open_town, record, to_skip


def _evolve(row: Row | None, event: Any) -> Row | None:
    match event.data:
        case Submitted(due=due) | Transferred(due=due):
            return {"case": event.stream, "due": due, "version": event.version}
        case Withdrawn():
            return None
        case _:
            return row


WAITING = Projection(
    "waiting",
    "1",
    lambda event: event.stream.partition("-")[2],
    _evolve,
    lambda row: [due_at("due", row["due"], row["case"])],
    by_stream=True,
)


class Doing:
    """What a timer does: it fails for cases in `bad`, and all of it in an outage."""

    def __init__(self) -> None:
        self.today = datetime(2026, 4, 2, tzinfo=UTC)
        self.bad: dict[str, Exception] = {}
        self.done: list[str] = []
        self.asked = 0

    def do(self, row: Row) -> bool:
        self.asked += 1
        if row["case"] in self.bad:
            raise self.bad[row["case"]]
        self.done.append(row["case"])
        return True

    @property
    def timer(self) -> Timer:
        return Timer(
            "accept",
            WAITING,
            "due",
            lambda now: now.date().isoformat(),
            self.do,
            lambda row: Fact(row["case"], row["version"]),
            lambda: self.today,
        )


@pytest.fixture(params=["sqlite", "dynamodb"])
def town(tmp_path: Any, request: pytest.FixtureRequest) -> Iterator[Town]:
    opened = open_town(tmp_path)
    if request.param == "sqlite":
        yield opened
    else:
        with dynamodb() as client:
            views: Any = DynamoViews(client, TABLE)
            yield opened._replace(views=views)
    opened.close()


@pytest.fixture
def doing() -> Doing:
    return Doing()


def submit(town: Town, *names: str, due: str = "2026-04-01") -> None:
    for name in names:
        record(town.store, name, Submitted(applicant="li", department="planning", due=due))
    follow(town)


def follow(town: Town) -> None:
    catch_up(WAITING, Feed(town.source), town.views)


def fire(town: Town, doing: Doing) -> timers.Fired:
    return run(doing.timer, town.source, town.views)


def parked(town: Town) -> list[tuple[str, int, str]]:
    generation = town.views.live("accept")
    found = [] if generation is None else town.views.parked(generation)
    return [(one.stream, one.version, one.failure.kind) for one in found if one.failure]


def test_what_is_due_is_done_and_nothing_before(town: Town, doing: Doing):
    submit(town, "case-1", "case-2")
    submit(town, "case-3", due="2026-04-02")
    assert fire(town, doing) == (2, 0)
    assert sorted(doing.done) == ["case-1", "case-2"]


def test_another_fact_makes_another_moment_and_none(town: Town, doing: Doing):
    submit(town, "case-1", "case-2")
    record(town.store, "case-1", Transferred(department="water", due="2026-05-01"))
    record(town.store, "case-2", Withdrawn(reason="moved"))
    follow(town)
    assert fire(town, doing) == (0, 0)
    doing.today += timedelta(days=30)
    assert fire(town, doing) == (1, 0)


def test_what_is_due_is_read_and_not_what_there_is(
    town: Town, doing: Doing, monkeypatch: pytest.MonkeyPatch
):
    read: list[Row] = []
    page = town.views.page

    def counted(*given: Any, **bounds: Any) -> Any:
        found = page(*given, **bounds)
        read.extend(found.rows)
        return found

    submit(town, *(f"case-{n}" for n in range(50)), due="2026-09-01")
    submit(town, "case-99")
    monkeypatch.setattr(town.views, "page", counted)
    assert fire(town, doing) == (1, 0)
    assert len(read) == 1


def test_the_places_of_what_is_due_are_spread(town: Town, doing: Doing):
    entries = [due_at("due", "2026-04-01", f"case-{n}") for n in range(1000)]
    counts = [sum(one.partition == f"{n:x}" for one in entries) for n in range(timers.SHARDS)]
    assert min(counts) > 30
    assert max(counts) < 100


def test_one_that_cannot_be_done_is_parked_and_all_others_are_done(town: Town, doing: Doing):
    names = [f"case-{n}" for n in range(30)]
    submit(town, *names)
    doing.bad["case-7"] = ValueError("cannot be read")
    assert fire(town, doing) == (29, 1)
    assert parked(town) == [("case-7", 1, "ValueError")]
    doing.asked = 0
    fire(town, doing)
    assert doing.asked == 29  # what is parked waits to be retried


def test_it_is_listed_retried_and_then_done(town: Town, doing: Doing):
    submit(town, "case-1", "case-2")
    doing.bad["case-1"] = ValueError("cannot be read")
    fire(town, doing)
    _, told = status([WAITING, doing.timer], town.source, town.views)
    assert (told.kind, told.parked, told.lag) == ("timer", 1, 0)
    assert told.last_failure
    assert retry(doing.timer, town.source, town.views) == (0, 1)
    doing.bad.clear()
    assert retry(doing.timer, town.source, town.views) == (1, 0)
    assert doing.done.count("case-1") == 1
    assert parked(town) == []


def test_skipped_on_purpose_it_is_passed_over_until_facts_change(town: Town, doing: Doing):
    submit(town, "case-1", "case-2")
    doing.bad["case-1"] = ValueError("cannot be read")
    fire(town, doing)
    skip(doing.timer, town.source, town.views, to_skip(1))
    doing.bad.clear()
    doing.done.clear()
    fire(town, doing)
    assert (doing.done, parked(town)) == (["case-2"], [])
    record(town.store, "case-1", Transferred(department="water", due="2026-04-01"))
    follow(town)
    fire(town, doing)
    assert "case-1" in doing.done


def test_what_was_parked_and_is_due_anew_for_another_reason_is_done(town: Town, doing: Doing):
    submit(town, "case-1", "case-2")
    doing.bad["case-1"] = ValueError("cannot be read")
    fire(town, doing)
    record(town.store, "case-1", Transferred(department="water", due="2026-04-01"))
    follow(town)
    doing.bad.clear()
    fire(town, doing)
    assert "case-1" in doing.done
    assert parked(town) == []


def test_what_is_so_no_longer_is_parked_no_longer(town: Town, doing: Doing):
    submit(town, "case-1", "case-2")
    doing.bad["case-1"] = ValueError("cannot be read")
    fire(town, doing)
    record(town.store, "case-1", Withdrawn(reason="moved"))
    follow(town)
    doing.asked = 0
    assert [one.taken for one in retry_all(doing.timer, town.source, town.views)] == [1]
    assert (doing.asked, parked(town)) == (0, [])


def test_an_outage_ends_a_run_early_and_parks_nothing(town: Town, doing: Doing):
    names = [f"case-{n}" for n in range(40)]
    submit(town, *names)
    doing.bad = dict.fromkeys(names, Unavailable("the table does not answer"))
    for _ in range(3):
        doing.asked = 0
        with pytest.raises(Interrupted, match="accept is interrupted by Unavailable"):
            fire(town, doing)
        assert doing.asked <= PROBES
    assert parked(town) == []
    doing.bad.clear()
    assert fire(town, doing) == (40, 0)


def test_one_that_meets_it_alone_is_tried_in_each_run_while_others_are_done(
    town: Town, doing: Doing
):
    submit(town, *(f"case-{n}" for n in range(10)))
    doing.bad["case-3"] = Unavailable("its file is gone")
    done = 0
    while not done:  # by chance it may be the last one
        try:
            done = fire(town, doing).done
        except Interrupted:
            continue
    assert parked(town) == [("case-3", 1, "Unavailable")]
    doing.bad.clear()
    fire(town, doing)
    assert "case-3" in doing.done
    assert parked(town) == []


def test_how_many_of_the_parked_a_run_looks_at_does_not_grow(
    town: Town, doing: Doing, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(timers, "LOOKS", 5)
    names = [f"case-{n}" for n in range(40)]
    submit(town, *names)
    doing.bad = dict.fromkeys(names, ValueError("cannot be read"))
    assert fire(town, doing) == (0, 40)
    looks: list[str] = []
    look = town.views.parked

    def counted(*given: Any, **bounds: Any) -> Any:
        looks.append("")
        return look(*given, **bounds)

    monkeypatch.setattr(town.views, "parked", counted)
    fire(town, doing)
    assert len(looks) == 5


def test_a_rebuild_by_the_next_release_keeps_what_is_due(town: Town, doing: Doing):
    """The release before listed it elsewhere."""
    before = WAITING._replace(signature="0", entries=lambda _: [])
    record(town.store, "case-1", Submitted(applicant="li", department="water", due="2026-04-01"))
    catch_up(before, Feed(town.source), town.views)
    assert fire(town, doing) == (0, 0)
    rebuild([WAITING], Feed(town.source), town.views)
    assert fire(town, doing) == (1, 0)


def test_a_timer_that_fails_stops_no_other(town: Town, doing: Doing):
    submit(town, "case-1")

    def cannot(_now: datetime) -> str:
        raise ZeroDivisionError

    broken = doing.timer._replace(name="broken", until=cannot)
    with pytest.raises(ZeroDivisionError):
        run_all([broken, doing.timer], town.source, town.views, Silent())
    assert doing.done == ["case-1"]


def test_a_timer_of_an_hour_runs_once_an_hour_and_one_of_minutes_each_time(doing: Doing):
    hourly = doing.timer._replace(every=60)
    start = datetime(2026, 4, 2, 9, 3, 20, tzinfo=UTC)
    wakes = [start + timedelta(minutes=5 * n) for n in range(24)]
    assert sum(is_its_time(hourly, at, 5) for at in wakes) == 2
    assert all(is_its_time(doing.timer, at, 5) for at in wakes)
