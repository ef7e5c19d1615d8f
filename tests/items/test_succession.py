"""Items that are split and merged: whatever dies in between, a case finds its way."""

from dataclasses import replace as changed
from datetime import date

import pytest

from chalicelib import bootstrap
from chalicelib.eventlog.ports import Unavailable
from chalicelib.eventlog.transact import Stale
from chalicelib.items.application import items
from chalicelib.items.application import view as item_view
from chalicelib.items.application.succession import Becoming, replace
from chalicelib.items.domain import item
from chalicelib.items.domain.item import ItemClosed
from chalicelib.kernel.actor import Actor, Role
from chalicelib.kernel.errors import Contradiction, Invalid, NotAllowed, NotFound
from chalicelib.platform.platform import Caller
from chalicelib.refusals.words import worded
from tests import cloud

from .world import NEW_A, NEW_B, NOW, OLD, OTHER, a_platform, named, publish, sun

TODAY = date(2026, 3, 2)
SPLIT = Becoming("split", (NEW_A, NEW_B), "分城乡办理")
MERGE = Becoming("merged", (NEW_A,), "多证合一")


@pytest.fixture
def platform(tmp_path):
    with a_platform(tmp_path) as opened:
        publish(opened, OLD, NEW_A, NEW_B, OTHER)
        yield opened


class Dying:
    """A store that dies at the nth append: before it is stored, or after, unacknowledged."""

    def __init__(self, store, nth, *, stored):
        self._store, self._left, self._stored = store, nth, stored

    def load(self, stream, known=None, /):
        return self._store.load(stream, known)

    def append(self, history, command, length, body, /):
        self._left -= 1
        if self._left:
            return self._store.append(history, command, length, body)
        if self._stored:
            self._store.append(history, command, length, body)
        raise Unavailable("the process died")


def refused(platform, code, on=None):
    with pytest.raises(ItemClosed) as found:
        items.current(platform, code, on)
    return found.value


def successors(platform, code):
    return [one.code for one in refused(platform, code).successors]


def where_cases_go(platform):
    try:
        items.current(platform, OLD)
    except ItemClosed as error:
        return [one.code for one in error.successors] or ["nowhere"]
    return [OLD]


def predecessors(platform, code):
    return [one.code for one in items.get(platform, code).state.record.predecessors]


def test_new_cases_are_sent_to_what_an_item_was_split_into(platform):
    replace(platform, sun(), OLD, SPLIT)
    error = refused(platform, OLD)
    assert str(error) == (
        f"the item was split on 2026-03-02; apply for 事项2 {NEW_A} or 事项3 {NEW_B}"
    )
    assert worded(error.reason, "zh-CN") == (
        f"事项自 2026-03-02 起已拆分为：事项2 {NEW_A}；事项3 {NEW_B}。请申报上述事项。"
    )
    assert [one.code for one in error.successors] == [NEW_A, NEW_B]


def test_predecessor_and_successors_name_each_other(platform):
    replace(platform, sun(), OLD, SPLIT)
    told = item_view.described(items.get(platform, OLD), TODAY)
    assert (told["state"], told["reason"]) == ("split", "分城乡办理")
    assert [one["code"] for one in told["successors"]] == [NEW_A, NEW_B]
    for code in (NEW_A, NEW_B):
        told = item_view.described(items.get(platform, code), TODAY)
        assert told["state"] == "published"
        assert told["predecessors"] == [{"code": OLD, "name": "事项1", "from_day": "2026-03-02"}]


def test_several_items_are_merged_into_one(platform):
    for code in (OLD, NEW_B):
        replace(platform, sun(), code, MERGE)
    assert predecessors(platform, NEW_A) == [OLD, NEW_B]
    assert successors(platform, OLD) == successors(platform, NEW_B) == [NEW_A]
    assert items.current(platform, NEW_A).version == 1


def test_until_its_day_an_item_takes_cases_as_before(platform):
    items.publish(platform, sun(), named(NEW_A, "新", valid_from="2026-07-01"))
    replace(platform, sun(), OLD, MERGE._replace(from_day=date(2026, 7, 1)))
    assert items.current(platform, OLD).version == 1
    assert items.current(platform, OLD, date(2026, 6, 30)).version == 1
    assert "merged on 2026-07-01" in str(refused(platform, OLD, date(2026, 7, 1)))
    told = item_view.described(items.get(platform, OLD), TODAY)
    assert (told["state"], "reason" in told) == ("published", False)
    items.suspend(platform, sun(), OLD, "系统升级")
    assert "系统升级" in str(refused(platform, OLD))
    assert item_view.described(items.get(platform, OLD), TODAY)["reason"] == "系统升级"


def test_yesterdays_paper_still_belongs_to_the_item_of_yesterday(platform):
    replace(platform, sun(), OLD, SPLIT)
    assert items.current(platform, OLD, date(2026, 3, 1)).version == 1


@pytest.mark.parametrize("stored", [True, False])
@pytest.mark.parametrize("nth", [1, 2, 3])
@pytest.mark.parametrize("same_key", [True, False])
def test_what_died_in_between_is_completed_by_saying_it_again(platform, nth, stored, same_key):
    dying = changed(platform, store=Dying(platform.store, nth, stored=stored))
    with pytest.raises(Unavailable):
        replace(dying, sun("split-once"), OLD, SPLIT)
    # Nobody is lost: either the item takes cases itself, or all it sends them to do.
    assert all(items.current(platform, code).version == 1 for code in where_cases_go(platform))
    done = replace(platform, sun("split-once" if same_key else None), OLD, SPLIT)
    assert isinstance(done.state, item.Replaced)
    assert successors(platform, OLD) == [NEW_A, NEW_B]
    assert [predecessors(platform, code) for code in (NEW_A, NEW_B)] == [[OLD], [OLD]]
    versions = [items.get(platform, code).version for code in (OLD, NEW_A, NEW_B)]
    assert versions == [2, 2, 2]


def test_it_is_completed_though_a_successor_has_changed_since(platform):
    dying = changed(platform, store=Dying(platform.store, 2, stored=False))
    with pytest.raises(Unavailable):
        replace(dying, sun(), OLD, SPLIT)
    items.publish(platform, sun(), named(NEW_A, "改名"))
    items.suspend(platform, sun(), NEW_A, "系统升级")
    items.retire(platform, sun(), NEW_B, "取消")
    replace(platform, sun(), OLD, SPLIT)
    assert [predecessors(platform, code) for code in (NEW_A, NEW_B)] == [[OLD], [OLD]]


def test_a_key_that_was_used_at_the_successor_is_no_obstacle(platform):
    items.publish(platform, sun("one-key"), named(NEW_A, "改名"))
    replace(platform, sun("one-key"), OLD, SPLIT)
    assert predecessors(platform, NEW_A) == [OLD]


def test_it_is_the_same_on_aws(monkeypatch):
    with cloud.stack(monkeypatch, bytes(32)):
        platform = bootstrap.aws(now=lambda: NOW)
        publish(platform, OLD, NEW_A, NEW_B)
        dying = changed(platform, store=Dying(platform.store, 2, stored=True))
        with pytest.raises(Unavailable):
            replace(dying, sun(), OLD, SPLIT)
        assert successors(platform, OLD) == [NEW_A, NEW_B]
        replace(platform, sun(), OLD, SPLIT)
        assert [predecessors(platform, code) for code in (NEW_A, NEW_B)] == [[OLD], [OLD]]


def test_nothing_is_split_into_what_takes_no_cases_on_that_day(platform):
    items.publish(platform, sun(), named(NEW_A, "新", valid_until="2026-03-31"))
    items.suspend(platform, sun(), NEW_B, "系统升级")
    items.retire(platform, sun(), OTHER, "取消")
    for becoming, said in (
        (MERGE._replace(from_day=date(2026, 4, 1)), "until 2026-03-31"),
        (MERGE._replace(into=(NEW_B,)), "系统升级"),
        (MERGE._replace(into=(OTHER,)), "retired"),
        (MERGE._replace(into=(OTHER[:-3] + "999",)), "there is no item"),
    ):
        with pytest.raises(Invalid, match=said):
            replace(platform, sun(), OLD, becoming)
    assert items.get(platform, OLD).version == 1


def test_items_do_not_send_cases_round_in_a_circle(platform):
    replace(platform, sun(), NEW_A, Becoming("merged", (OLD,), "一", date(2026, 9, 1)))
    with pytest.raises(Invalid, match="is itself to be replaced"):
        replace(platform, sun(), OLD, Becoming("merged", (NEW_A,), "二", date(2026, 8, 1)))


def test_another_split_of_the_same_item_is_refused(platform):
    replace(platform, sun(), OLD, SPLIT)
    with pytest.raises(Contradiction):
        replace(platform, sun(), OLD, SPLIT._replace(into=(NEW_A, OTHER)))
    assert predecessors(platform, OTHER) == []


def test_only_an_item_manager_splits_and_only_what_is_there(platform):
    clerk = Caller(Actor(account="li", role=Role.CLERK), "key-of-li")
    with pytest.raises(NotAllowed):
        replace(platform, clerk, OLD, SPLIT)
    with pytest.raises(NotFound):
        replace(platform, sun(), OLD[:-3] + "999", SPLIT)
    with pytest.raises(Stale):
        replace(platform, sun(version=frozenset({7})), OLD, SPLIT)
    items.publish(platform, sun(), named(OLD, "改名"))
    replace(platform, sun(version=frozenset({2})), OLD, SPLIT)
    assert predecessors(platform, NEW_B) == [OLD]
