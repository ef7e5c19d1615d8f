"""
A canary comes into the log and into its view, and nowhere else.

An office's clock stands still at ten o'clock, so these tests move it.
"""

import json
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib import bootstrap
from chalicelib.bootstrap.codec import CODEC
from chalicelib.contract.events import event_types, phases
from chalicelib.contract.view_rows import projections
from chalicelib.eventlog import canary
from chalicelib.eventlog.consumers import catch_up
from chalicelib.eventlog.feed import Feed
from chalicelib.kernel.actor import SYSTEM
from chalicelib.kernel.base import Frozen
from chalicelib.platform import canary as passing
from chalicelib.platform.canary import Passage, passage, send
from chalicelib.subjects import entries, load, minutes

from ..architecture.page import ROOT
from ..office import Office

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
MINUTES = timedelta(minutes=minutes(passing.SCHEDULE))


@pytest.fixture
def town(office: Office) -> "Town":
    return Town(office)


class Town:
    """An office whose clock goes."""

    def __init__(self, office: Office) -> None:
        self.at = NOW
        self.platform = office.platform
        object.__setattr__(self.platform, "now", lambda: self.at)

    def later(self, **by: float) -> None:
        self.at += timedelta(**by)

    def follow(self) -> None:
        for one in bootstrap.consumers(self.platform):
            if one.name == canary.VIEW:
                catch_up(one, Feed(self.platform.source), self.platform.views)


def sending(at: datetime) -> canary.SendCanary:
    return canary.SendCanary(at=at, by=SYSTEM)


@given(st.lists(st.integers(0, 10_000), min_size=1))
def test_of_canaries_at_one_moment_one_is_sent(seconds: list[int]):
    state = canary.initial
    for second in sorted(seconds):
        state = canary.fold(canary.decide(sending(NOW + timedelta(seconds=second)), state), state)
    gaps = [after - before for before, after in pairwise(state)]
    assert state[0] == NOW + timedelta(seconds=min(seconds))
    assert all(gap >= canary.AT_MOST_EVERY for gap in gaps)
    assert canary.decide(sending(state[-1]), state) == []


def test_what_is_stored_of_a_canary_is_read_for_ever():
    body = json.loads('{"type": "CanarySent", "sent_at": "2026-12-01T03:00:00Z"}')
    sent = canary.CanarySent.model_validate_json(json.dumps(body))
    assert sent.sent_at == datetime(2026, 12, 1, 3, tzinfo=UTC)
    assert canary.CATEGORY in CODEC.categories


def test_a_canary_comes_into_the_log_and_into_the_view(town: Town):
    send(town.platform)
    town.later(seconds=90)
    assert passage(town.platform) == Passage(90, 90, 0)
    town.later(seconds=passing.view_limit())
    assert passage(town.platform).overdue == ["log", "view"]
    town.at = NOW + timedelta(seconds=90)
    town.follow()
    assert passage(town.platform) == Passage(90, 90, 0)
    assert passage(town.platform).overdue == []


def test_all_is_well_as_long_as_they_are_sent_and_followed(town: Town):
    for _ in range(200):  # over a midnight
        send(town.platform)
        town.follow()
        town.at += MINUTES
        assert passage(town.platform).overdue == []


def test_who_sends_none_is_late_though_nothing_waits(town: Town):
    send(town.platform)
    town.follow()
    town.at += 3 * MINUTES
    found = passage(town.platform)
    assert found.missing == 0
    assert found.overdue == ["log", "view"]


def test_a_view_that_hangs_is_told_from_a_log_that_does(town: Town):
    send(town.platform)
    town.follow()
    for _ in range(3):
        town.at += MINUTES
        send(town.platform)
    assert passage(town.platform).overdue == ["view"]


def test_a_log_that_lacks_canaries_says_for_how_long(town: Town, monkeypatch: pytest.MonkeyPatch):
    send(town.platform)
    there = town.platform.log.head()
    for _ in range(3):
        town.at += MINUTES
        send(town.platform)
    place = town.platform.log.place

    def behind(stream: str, version: int) -> int | None:
        found = place(stream, version)
        return found if found is not None and found <= there else None

    monkeypatch.setattr(type(town.platform.log), "place", lambda _log, *at: behind(*at))
    found = passage(town.platform)
    assert found.log == 3 * MINUTES.total_seconds()
    assert found.missing == 2 * MINUTES.total_seconds()
    assert "log" in found.overdue


def test_before_the_first_one_nothing_is_late(town: Town):
    assert passage(town.platform) == Passage(0, 0, 0)


def test_who_has_sent_none_for_days_is_late(town: Town):
    send(town.platform)
    town.follow()
    town.later(days=5)
    assert passage(town.platform) == Passage(5 * 86_400, 5 * 86_400, 0)


def test_a_view_that_never_had_one_is_late(town: Town):
    send(town.platform)
    for _ in range(3):
        town.at += MINUTES
        send(town.platform)
    assert passage(town.platform).overdue == ["view"]


def test_a_stream_is_of_one_day(town: Town):
    send(town.platform)
    town.later(days=1)
    send(town.platform)
    heads = [town.platform.store.load(f"canary-2026030{day}").version for day in (2, 3)]
    assert heads == [1, 1]


def test_nothing_that_is_published_has_canaries():
    internal = entries("INTERNAL")
    assert canary.CATEGORY in internal
    kinds = {kind for name in internal for kind in CODEC.categories[name].types.values()}
    assert kinds == {canary.CanarySent}
    assert kinds.isdisjoint(event.kind for event in event_types())
    assert kinds.isdisjoint(kind for phase in phases() for kind in phase.kinds)
    for published in (ROOT / "events").rglob("*.json"):
        assert "Canary" not in published.read_text(encoding="utf-8"), published
    assert canary.VIEW not in {view.name for view in projections()}


def test_no_other_consumer_is_given_canaries_and_no_list_has_them(town: Town):
    takers = [one for one in bootstrap.consumers(town.platform) if takes(one, canary.CanarySent)]
    assert [one.name for one in takers] == [canary.VIEW]
    assert list(load("eventlog.canary:PROJECTION").entries({})) == []


def takes(consumer: object, kind: type[Frozen]) -> bool:
    events = getattr(consumer, "events", None)
    return events is None or kind in events
