"""Drafts: kept as they are written, checked when they are looked at, published when whole."""

import pytest

from chalicelib.items.application import drafts as item_drafts
from chalicelib.items.application import items
from chalicelib.items.domain.item import NotPublishable
from chalicelib.kernel.actor import Actor, Role
from chalicelib.kernel.errors import Closed, Invalid, NotAllowed, NotFound, OutOfOrder
from chalicelib.platform.platform import Caller
from tests.items.item_givens import CODE, OTHER_CODE, a_step, an_item, an_item_file

from .world import MANAGER, a_platform, sun, tang

WHOLE = an_item_file()


@pytest.fixture
def platform(tmp_path):
    with a_platform(tmp_path) as opened:
        yield opened


def save(platform, content, code=CODE):
    return item_drafts.save(platform, sun(), code, content)


def test_a_draft_may_be_unfinished_and_tells_what_is_missing(platform):
    save(platform, {"name": "食品经营许可核发", "levle": "city"})
    found = item_drafts.get(platform, MANAGER, CODE)
    told = {".".join(map(str, one.where)): one.message for one in found.problems}
    assert told["name_en"] == "is required"
    assert "did you mean level?" in told["levle"]
    assert "name" not in told
    assert found.draft.content == {
        "name": "食品经营许可核发",
        "levle": "city",
        "code": CODE,
    }


def test_a_draft_is_nobodys_item_yet(platform):
    save(platform, WHOLE)
    for look in (items.get, items.current):
        with pytest.raises(NotFound):
            look(platform, CODE)


def test_what_a_draft_says_comes_back_as_it_was(platform):
    odd = {"form": {"type": "object", "properties": {"a": {"const": None}, "b": [1.5, True, ""]}}}
    save(platform, odd)
    with_code = {**odd, "code": CODE}
    assert item_drafts.get(platform, MANAGER, CODE).draft.content == with_code
    fresh = type(platform.memory)()
    assert item_drafts.get(_forgetful(platform, fresh), MANAGER, CODE).draft.content == with_code


def _forgetful(platform, memory):
    from dataclasses import replace

    return replace(platform, memory=memory)


def test_a_whole_draft_is_published_and_used_up(platform):
    save(platform, WHOLE)
    item_drafts.publish(platform, tang(), CODE, "首次发布")
    assert items.get(platform, CODE).state.version == 1
    assert items.current(platform, CODE).definition == an_item()
    with pytest.raises(NotFound, match="no draft"):
        item_drafts.get(platform, MANAGER, CODE)
    with pytest.raises(NotFound, match="no draft to publish"):
        item_drafts.publish(platform, tang(), CODE)


def test_publishing_again_under_the_same_key_answers_as_at_first(platform):
    save(platform, WHOLE)
    first = item_drafts.publish(platform, tang("once-and-no-more"), CODE)
    again = item_drafts.publish(platform, tang("once-and-no-more"), CODE)
    assert again == first._replace(repeated=True)


def test_a_draft_that_breaks_rules_is_kept_and_not_published(platform):
    save(platform, {**WHOLE, "steps": [a_step("review", "review")]})
    with pytest.raises(NotPublishable, match="approve"):
        item_drafts.publish(platform, tang(), CODE)
    save(platform, {**WHOLE, "form": {"type": "object", "properties": {"a": {"pattern": "["}}}})
    with pytest.raises(NotPublishable, match="regular expression"):
        item_drafts.publish(platform, tang(), CODE)
    save(platform, {"name": "半份"})
    with pytest.raises(NotPublishable, match="is required"):
        item_drafts.publish(platform, tang(), CODE)
    assert item_drafts.get(platform, MANAGER, CODE).draft.content["name"] == "半份"


def test_a_draft_of_the_next_version_shows_what_it_changes(platform):
    items.publish(platform, sun(), an_item())
    save(platform, {**WHOLE, "real_name_level": 3})
    found = item_drafts.get(platform, MANAGER, CODE)
    assert (found.draft.based_on, found.problems) == (1, [])
    assert [one.path for one in found.changes] == [("real_name_level",)]
    assert items.current(platform, CODE).definition.real_name_level == 2
    item_drafts.publish(platform, tang(), CODE, seen=found.difference)
    assert items.current(platform, CODE).definition.real_name_level == 3


def test_a_draft_made_before_the_last_version_is_not_published_over_it(platform):
    items.publish(platform, sun(), an_item())
    save(platform, {**WHOLE, "real_name_level": 3})
    items.publish(platform, sun(), an_item(name="别人的修订"))
    with pytest.raises(OutOfOrder, match="made from version 1"):
        item_drafts.publish(platform, tang(), CODE)
    save(platform, {**WHOLE, "real_name_level": 3, "name": "别人的修订"})
    seen = item_drafts.get(platform, MANAGER, CODE).difference
    item_drafts.publish(platform, tang(), CODE, seen=seen)
    assert items.get(platform, CODE).state.version == 3


def test_a_discarded_draft_is_gone(platform):
    save(platform, WHOLE)
    item_drafts.discard(platform, sun(), CODE)
    with pytest.raises(NotFound):
        item_drafts.get(platform, MANAGER, CODE)


def test_a_draft_is_kept_under_its_own_code(platform):
    with pytest.raises(Invalid, match="draft of"):
        save(platform, WHOLE, OTHER_CODE)
    with pytest.raises(Invalid, match="check character"):
        save(platform, {}, CODE[:10] + "1" + CODE[11:])


def nested(levels):
    value: object = 1
    for _ in range(levels):
        value = {"a": value}
    return value


def test_a_draft_so_deep_that_it_could_not_be_read_again_is_refused(platform):
    with pytest.raises(Invalid, match="nested too deeply"):
        save(platform, nested(101))
    save(platform, nested(100))
    fresh = _forgetful(platform, type(platform.memory)())
    assert item_drafts.get(fresh, MANAGER, CODE).draft.content == {**nested(100), "code": CODE}


@pytest.mark.parametrize("number", [float("inf"), float("-inf"), float("nan")])
def test_a_number_that_json_does_not_have_is_refused(platform, number):
    with pytest.raises(Invalid, match="has a number that is too large"):
        save(platform, {"form": {"a": [{"minimum": number}]}})


def test_a_retired_item_takes_no_draft(platform):
    items.publish(platform, sun(), an_item())
    items.retire(platform, sun(), CODE, "取消")
    with pytest.raises(Closed):
        save(platform, WHOLE)


def test_only_item_managers_see_and_write_drafts(platform):
    save(platform, WHOLE)
    clerk = Actor(account="li", role=Role.CLERK, department="440800-market")
    for act in (
        lambda: item_drafts.get(platform, clerk, CODE),
        lambda: item_drafts.save(platform, Caller(clerk, "some-key"), CODE, WHOLE),
        lambda: item_drafts.discard(platform, Caller(clerk, "some-key"), CODE),
        lambda: item_drafts.publish(platform, Caller(clerk, "some-key"), CODE),
    ):
        with pytest.raises(NotAllowed):
            act()
