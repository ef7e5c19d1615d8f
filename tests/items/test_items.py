"""Items in the store: published by their managers, found as they are now or as they were."""

from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import count
from typing import Any

import pytest

from chalicelib import bootstrap
from chalicelib.eventlog.ports import Reused
from chalicelib.eventlog.transact import Stale
from chalicelib.items.application import items, territory
from chalicelib.items.application import view as item_view
from chalicelib.items.application.items import Current
from chalicelib.items.domain import item
from chalicelib.items.domain.item import ItemClosed, NotPublishable
from chalicelib.kernel.actor import SYSTEM, Actor, Channel, Role
from chalicelib.kernel.errors import Closed, Invalid, NotAllowed, NotFound
from chalicelib.kernel.recent import Recent
from chalicelib.platform.platform import Caller
from tests.items.item_givens import CODE, OTHER_CODE, an_item
from tests.items.question_givens import a_venue

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
TODAY = date(2026, 3, 2)
MANAGER = Actor(account="sun", role=Role.ITEM_MANAGER, division="000000")
LICENCE = an_item()
REVISED = an_item(name="食品经营许可核发（新版）")
KEYS = count()


class Counted:
    """A store that counts what it is asked to load."""

    def __init__(self, store):
        self._store, self.loads = store, 0

    def load(self, stream, known=None, /):
        self.loads += 1
        return self._store.load(stream, known)

    def append(self, history, command, length, body, /):
        return self._store.append(history, command, length, body)


@contextmanager
def a_platform(data):
    opened: Any = bootstrap.embedded(data, now=lambda: NOW, synchronous="OFF")
    with closing(opened.store), closing(opened.views):
        yield opened


@pytest.fixture
def platform(tmp_path):
    with a_platform(tmp_path) as opened:
        yield opened


def sun(key=None, **more):
    return Caller(MANAGER, key or f"key-{next(KEYS)}", Channel.INTERNAL, **more)


def publish(platform, *definitions):
    for definition in definitions:
        outcome = items.publish(platform, sun(), definition)
    return outcome


def test_a_published_item_can_be_applied_for(platform):
    publish(platform, LICENCE)
    assert items.current(platform, CODE) == Current(LICENCE, 1)


def test_a_new_version_is_current_and_the_old_one_stays(platform):
    publish(platform, LICENCE)
    assert items.current(platform, CODE).version == 1
    publish(platform, REVISED)
    assert items.current(platform, CODE) == Current(REVISED, 2)
    assert items.at_version(platform, CODE, 1) == LICENCE
    assert items.at_version(platform, CODE, 2) == REVISED


def test_publishing_the_same_again_makes_no_version(platform):
    publish(platform, LICENCE)
    again = publish(platform, an_item())
    assert (again.version, again.state.version) == (1, 1)


def test_an_earlier_definition_can_be_published_again(platform):
    publish(platform, LICENCE, REVISED, LICENCE)
    assert items.current(platform, CODE) == Current(LICENCE, 3)


def test_a_repeated_request_answers_as_it_did_at_first(platform):
    first = items.publish(platform, sun("once"), LICENCE)
    publish(platform, REVISED)
    again = items.publish(platform, sun("once"), LICENCE)
    assert again == first._replace(repeated=True)
    with pytest.raises(Reused):
        items.publish(platform, sun("once"), REVISED)


def test_a_manager_who_has_not_seen_the_last_version_is_told(platform):
    publish(platform, LICENCE, REVISED)
    with pytest.raises(Stale):
        items.retire(platform, sun(version=frozenset({1})), CODE, "取消")


@pytest.mark.parametrize("role", [role for role in Role if role not in territory.MANAGERS])
def test_nobody_else_publishes_suspends_or_retires(platform, role):
    publish(platform, LICENCE)
    other = Caller(Actor(account="li", role=role, department="440800-market"), "other")
    for act in (
        lambda: items.publish(platform, other, REVISED),
        lambda: items.suspend(platform, other, CODE, "停"),
        lambda: items.resume(platform, other, CODE),
        lambda: items.retire(platform, other, CODE, "取消"),
    ):
        with pytest.raises(NotAllowed):
            act()
    assert items.get(platform, CODE).version == 1


def test_the_platform_itself_may_publish(platform):
    items.publish(platform, Caller(SYSTEM, "start"), LICENCE)
    assert items.current(platform, CODE).version == 1


def test_a_form_that_cannot_be_checked_is_not_published(platform):
    broken = an_item(form={"type": "object", "properties": {"a": {"pattern": "["}}})
    with pytest.raises(NotPublishable, match=r"form\.properties\.a\.pattern: not a regular"):
        publish(platform, broken)
    with pytest.raises(NotPublishable, match="channels"):
        publish(platform, an_item(channels=["web"]))
    with pytest.raises(NotFound):
        items.get(platform, CODE)


def test_a_suspended_item_takes_no_new_cases_until_it_is_resumed(platform):
    publish(platform, LICENCE)
    items.suspend(platform, sun(), CODE, "系统升级")
    with pytest.raises(Closed, match="系统升级"):
        items.current(platform, CODE)
    assert items.at_version(platform, CODE, 1) == LICENCE
    items.resume(platform, sun(), CODE)
    assert items.current(platform, CODE) == Current(LICENCE, 1)


def test_a_retired_item_takes_no_new_cases(platform):
    publish(platform, LICENCE)
    items.retire(platform, sun(), CODE, "事项取消")
    with pytest.raises(Closed, match="事项取消"):
        items.current(platform, CODE)
    assert items.at_version(platform, CODE, 1) == LICENCE


def test_an_item_is_offered_from_its_first_day_to_its_last(platform):
    publish(platform, an_item(valid_from="2026-03-02", valid_until="2026-03-31"))
    assert items.current(platform, CODE).version == 1  # on the day of NOW
    assert items.current(platform, CODE, date(2026, 3, 31)).version == 1
    with pytest.raises(Closed, match="2026-03-02"):
        items.current(platform, CODE, date(2026, 3, 1))
    with pytest.raises(Closed, match="2026-03-31"):
        items.current(platform, CODE, date(2026, 4, 1))


def test_a_version_published_today_for_a_later_day_changes_nothing_before_it(platform):
    later = an_item(name="新", valid_from="2026-07-01", valid_until="2026-12-31")
    publish(platform, LICENCE, later)
    assert items.current(platform, CODE) == Current(LICENCE, 1)
    assert items.current(platform, CODE, date(2026, 6, 30)) == Current(LICENCE, 1)
    assert items.current(platform, CODE, date(2026, 7, 1)) == Current(later, 2)
    with pytest.raises(ItemClosed, match="until 2026-12-31"):
        items.current(platform, CODE, date(2027, 1, 1))


def test_yesterdays_paper_is_entered_under_yesterdays_version(platform):
    publish(platform, LICENCE, REVISED)
    assert items.current(platform, CODE).version == 2
    assert items.current(platform, CODE, date(2026, 3, 1)).version == 1


def test_an_item_is_described_as_it_is_on_the_day(platform):
    later = an_item(name="新", valid_from="2026-07-01")
    publish(platform, LICENCE, later)
    found = items.get(platform, CODE)
    now = item_view.described(found, TODAY)
    assert (now["version"], now["name"]) == (1, LICENCE.name)
    assert now["upcoming"] == [{"version": 2, "in_force_from": "2026-07-01"}]
    then = item_view.described(found, date(2026, 7, 1))
    assert (then["version"], then["name"], then["upcoming"]) == (2, "新", [])


def test_an_item_that_is_yet_to_come_is_described_as_it_will_be(platform):
    publish(platform, an_item(valid_from="2026-07-01"))
    assert item_view.described(items.get(platform, CODE), TODAY)["version"] == 1


def test_every_version_is_listed_with_the_days_on_which_it_is_in_force(platform):
    for day, name in (("2026-07-01", "二"), ("2026-05-01", "三"), ("2026-07-01", "四")):
        if name == "二":
            publish(platform, LICENCE)
        items.publish(platform, sun(), an_item(name=name, valid_from=day), f"改为{name}")
    found = item_view.versions(platform, items.get(platform, CODE), date(2026, 6, 1))
    days = [
        (one["version"], one["in_force_from"], one["in_force_until"], one["when"]) for one in found
    ]
    assert days == [
        (4, "2026-07-01", None, "to_come"),
        (3, "2026-05-01", "2026-06-30", "in_force"),
        (2, "2026-07-01", "2026-06-30", "superseded"),
        (1, None, "2026-04-30", "over"),
    ]
    assert [one["note"] for one in found] == ["改为四", "改为三", "改为二", None]
    assert found[0]["published_at"] == NOW.isoformat()


def test_a_version_is_in_force_until_its_own_end_or_the_next_one_begins(platform):
    publish(
        platform, an_item(valid_until="2026-12-31"), an_item(name="新", valid_from="2026-07-01")
    )
    found = items.get(platform, CODE).state.record
    assert [one.until for one in item_view.spans(found)] == [date(2026, 6, 30), None]
    publish(platform, an_item(name="三", valid_from="2027-07-01", valid_until="2027-12-31"))
    publish(platform, an_item(name="四", valid_from="2028-07-01"))
    found = items.get(platform, CODE).state.record
    assert item_view.spans(found)[2].until == date(2027, 12, 31)


def test_a_variants_materials_are_what_belongs_to_its_application():
    venue = a_venue()
    assert [one.id for one in items.check_variant(venue, "plain")] == ["application", "plan"]
    assert items.check_variant(venue, None) == venue.materials
    with pytest.raises(Invalid, match="no variant other"):
        items.check_variant(venue, "other")


def test_the_day_is_that_of_the_law(platform):
    before_midnight_in_london = datetime(2026, 3, 1, 20, 0, tzinfo=UTC)
    publish(platform, an_item(valid_from="2026-03-02"))
    early = replace(platform, now=lambda: before_midnight_in_london)
    assert items.current(early, CODE).version == 1


@pytest.mark.parametrize("code", [OTHER_CODE, "", "x\ny", "办件"])
def test_an_unknown_item_is_not_found(platform, code):
    publish(platform, LICENCE)
    for look in (items.get, items.current):
        with pytest.raises(NotFound):
            look(platform, code)
    for version in (0, 2, 10**9):
        with pytest.raises(NotFound):
            items.at_version(platform, CODE, version)


def test_an_item_is_described_with_its_state(platform):
    publish(platform, LICENCE)
    described = item_view.described(items.get(platform, CODE), TODAY)
    assert (described["state"], described["version"], described["code"]) == ("published", 1, CODE)
    assert "reason" not in described
    items.suspend(platform, sun(), CODE, "系统升级")
    found = items.get(platform, CODE)
    described = item_view.described(found, TODAY)
    assert (described["state"], described["reason"]) == ("suspended", "系统升级")
    assert (found.version, described["version"]) == (2, 1)


def test_a_version_is_read_once(platform):
    publish(platform, LICENCE)
    counted = replace(platform, store=Counted(platform.store))
    first = items.at_version(counted, CODE, 1)
    assert items.at_version(counted, CODE, 1) is first
    assert counted.store.loads == 1


def test_two_stores_may_have_different_items_of_one_code(platform, tmp_path):
    with a_platform(tmp_path / "other") as other:
        publish(platform, LICENCE)
        publish(other, REVISED)
        assert items.at_version(platform, CODE, 1) == LICENCE
        assert items.at_version(other, CODE, 1) == REVISED
        assert items.current(platform, CODE).definition == LICENCE
        assert items.current(other, CODE).definition == REVISED


def test_an_item_that_has_not_changed_is_not_folded_again(platform):
    publish(platform, LICENCE)
    first = items.get(platform, CODE).state
    assert items.get(platform, CODE).state is first
    items.suspend(platform, sun(), CODE, "系统升级")
    assert isinstance(items.get(platform, CODE).state, item.Suspended)


def test_what_was_used_last_is_kept():
    recent = Recent[str, int](2)
    recent.put("a", 1)
    recent.put("b", 2)
    assert recent.get("a") == 1
    recent.put("c", 3)
    assert [recent.get(key) for key in "abc"] == [1, None, 3]
