"""Whose items a manager keeps; that two people publish; that they look at the difference."""

from dataclasses import replace as with_
from itertools import count

import pytest

from chalicelib.eventlog.codec import decode, events
from chalicelib.items.application import drafts as item_drafts
from chalicelib.items.application import items, review
from chalicelib.items.application.diff import Change
from chalicelib.items.application.succession import Becoming, replace
from chalicelib.items.domain.events import ItemDraftSaved
from chalicelib.items.domain.item import ItemDefinition, ItemPublished
from chalicelib.kernel.actor import Actor, Role
from chalicelib.kernel.errors import NotAllowed
from chalicelib.platform.organisations import UnknownDepartment
from chalicelib.platform.platform import Caller
from tests.items.item_givens import CODE, OTHER_CODE, a_parallel_step, a_step, an_item, an_item_file
from tests.organisations.givens import a_department
from tests.organisations.givens import publish as publish_departments

from .world import MANAGER, a_platform, sun, tang

KEYS = count()
WHOLE = an_item_file()
ELSEWHERE = [
    ("110100", None),
    ("440100", None),
    ("440802", None),
    (None, None),
    (None, "440800-market"),
    ("440800", "440800-civil"),
    ("440800", "440800-mark"),
    ("440800", "440800-market.food"),
]
HERE = [
    ("440800", None),
    ("440000", None),
    ("000000", None),
    ("440800", "440800-market"),
    ("000000", "440800-market"),
]


def manager(division: str | None, department: str | None = None, who: str = "zhou") -> Caller:
    actor = Actor(account=who, role=Role.ITEM_MANAGER, division=division, department=department)
    return Caller(actor, f"territory-{next(KEYS)}")


@pytest.fixture
def platform(tmp_path):
    with a_platform(tmp_path) as opened:
        items.publish(opened, sun(), an_item())
        items.publish(opened, sun(), an_item(code=OTHER_CODE))
        item_drafts.save(opened, sun(), CODE, {**WHOLE, "name": "改名"})
        yield opened


def acts(platform, caller):
    """Everything that a manager does, each as a function."""
    code = CODE
    return {
        "save": lambda: item_drafts.save(platform, caller, code, WHOLE),
        "save half": lambda: item_drafts.save(platform, caller, code, {"name": "半"}),
        "get": lambda: item_drafts.get(platform, caller.actor, code),
        "discard": lambda: item_drafts.discard(platform, caller, code),
        "publish draft": lambda: item_drafts.publish(platform, caller, code),
        "publish": lambda: items.publish(platform, caller, an_item(name="新"), None, "li"),
        "suspend": lambda: items.suspend(platform, caller, code, "停"),
        "resume": lambda: items.resume(platform, caller, code),
        "retire": lambda: items.retire(platform, caller, code, "取消"),
        "merge": lambda: replace(platform, caller, code, Becoming("merged", (OTHER_CODE,), "并")),
    }


ACTS = tuple(acts(None, sun()))


@pytest.mark.parametrize(("division", "department"), ELSEWHERE)
def test_a_manager_from_elsewhere_touches_nothing(platform, division, department):
    before = platform.store.load(items.stream(CODE)).version
    for name in ACTS:
        with pytest.raises(NotAllowed):
            acts(platform, manager(division, department))[name]()
    assert platform.store.load(items.stream(CODE)).version == before
    assert not item_drafts.may_read(platform, manager(division, department).actor, CODE)


@pytest.mark.parametrize(("division", "department"), HERE)
@pytest.mark.parametrize("act", ACTS)
def test_a_manager_of_the_place_keeps_its_items(platform, act, division, department):
    acts(platform, manager(division, department))[act]()


@pytest.mark.parametrize(("division", "department"), ELSEWHERE[:2])
@pytest.mark.parametrize("changes", [{}, {"division": "110100", "department": "110100-a"}])
def test_nobody_writes_under_a_code_of_elsewhere(platform, division, department, changes):
    code = f"{CODE[:-5]}77000"
    caller = manager(division, department)
    with pytest.raises(NotAllowed, match="440800"):
        item_drafts.save(platform, caller, code, {**WHOLE, "code": code, **changes})
    with pytest.raises(NotAllowed, match="440800"):
        items.publish(platform, caller, an_item(code=code, **changes), None, "li")


def test_an_item_is_moved_only_by_who_keeps_both_places(platform):
    moved = an_item(division="440100", department="440100-market")
    with pytest.raises(NotAllowed, match="440100"):
        items.publish(platform, manager("440800"), moved, None, "li")
    other = an_item(department="440800-civil")
    with pytest.raises(NotAllowed, match="440800-civil"):
        items.publish(platform, manager("440800", "440800-market"), other, None, "li")
    assert items.publish(platform, manager("440000"), moved, None, "li").version == 3


def test_cases_are_sent_to_no_item_that_somebody_else_keeps(platform):
    far = an_item(code=f"{CODE[:-5]}88000", division="440802", department="440802-market")
    items.publish(platform, sun(), far)
    own = manager("440800", "440800-market")
    with pytest.raises(NotAllowed, match="440802-market"):
        replace(platform, own, CODE, Becoming("merged", (far.code,), "并"))
    assert items.get(platform, far.code).version == 1
    assert items.get(platform, CODE).state.version == 1


def test_a_department_keeps_the_items_of_those_that_have_it_for_a_parent(platform):
    publish_departments(
        platform,
        "440800",
        "440800-bureau",
        a_department("440800-market", parent="440800-bureau"),
    )
    items.suspend(platform, manager("440800", "440800-bureau"), CODE, "停")
    items.resume(platform, manager("440800", "440800-market"), CODE)


# Two people


def test_nobody_publishes_their_own_draft(platform):
    with pytest.raises(NotAllowed, match="sun drafted it"):
        item_drafts.publish(platform, sun(), CODE)
    with pytest.raises(NotAllowed, match="tang drafted it"):
        items.publish(platform, tang(), an_item(name="新"), None, "tang")
    item_drafts.publish(platform, tang(), CODE)
    assert items.get(platform, CODE).state.version == 2


def test_who_saved_it_last_is_who_drafted_it(platform):
    item_drafts.save(platform, tang(), CODE, {**WHOLE, "name": "再改名"})
    with pytest.raises(NotAllowed, match="tang drafted it"):
        item_drafts.publish(platform, tang(), CODE)
    assert item_drafts.get(platform, MANAGER, CODE).saved_by == "tang"
    item_drafts.publish(platform, sun(), CODE)


def test_both_are_told_by_the_event(platform):
    item_drafts.publish(platform, tang(), CODE)
    last = decode(platform.codec, platform.store.load(items.stream(CODE)).commits[-1])[0]
    assert isinstance(last.data, ItemPublished)
    assert (last.actor.account, last.data.drafted_by) == ("tang", "sun")


# The difference


WEIGHTY = [
    {"confidential": True},
    {"real_name_level": 0},
    {"limits": {"statutory": {"days": 20}, "promised": {"days": 19}}},
    {"department": "440800-civil"},
    {"intake": "440800-hall"},
    {"steps": [a_step("review", "review"), a_step(department="440800-civil")]},
    {"steps": [a_step()]},
    {"steps": [a_parallel_step("440800-fire", "440800-civil"), a_step()]},
    {"separation_of_duties": False},
]
LIGHT = [{"name": "改名"}, {"legal_basis": ["《食品安全法》"]}, {"channels": ["window"]}]


@pytest.mark.parametrize("changes", WEIGHTY)
def test_what_weighs_is_published_once_that_very_difference_was_seen(platform, changes):
    item_drafts.save(platform, sun(), CODE, {**WHOLE, **changes})
    with pytest.raises(review.DifferenceNotSeen) as refused:
        item_drafts.publish(platform, tang(), CODE)
    assert next(iter(changes)) in {one.path[0] for one in refused.value.changes}
    with pytest.raises(review.DifferenceNotSeen):
        item_drafts.publish(platform, tang(), CODE, seen="0" * 16)
    item_drafts.save(platform, sun(), CODE, {**WHOLE, **changes, "name": "后来又改"})
    with pytest.raises(review.DifferenceNotSeen) as refused_again:
        item_drafts.publish(platform, tang(), CODE, seen=refused.value.digest)
    item_drafts.publish(platform, tang(), CODE, seen=refused_again.value.digest)
    assert items.get(platform, CODE).state.version == 2


@pytest.mark.parametrize("changes", LIGHT)
def test_what_does_not_is_published_at_once(platform, changes):
    item_drafts.save(platform, sun(), CODE, {**WHOLE, **changes})
    item_drafts.publish(platform, tang(), CODE)
    assert items.get(platform, CODE).state.version == 2


def test_limits_of_a_variant_weigh_and_its_note_does_not():
    def weighs(*path: str) -> bool:
        return bool(review.weighty([Change(path, "changed", 1, 2)]))

    assert weighs("variants", "by-another", "limits", "promised", "days")
    assert weighs("variants", "by-another")
    assert not weighs("variants", "by-another", "note")
    assert not weighs("steps", "review", "name")
    assert set(ItemDefinition.model_fields) >= review.WEIGHTY


# The departments that it names


@pytest.mark.parametrize(
    "changes",
    [
        {"department": "440800-nobody"},
        {"intake": "440800-nobody"},
        {"steps": [a_step("review", "review", department="440800-nobody"), a_step()]},
        {"steps": [a_parallel_step("440800-market", "440800-nobody"), a_step()]},
        {"steps": [a_step("review", "review", department="nobody"), a_step()]},
    ],
)
def test_no_department_of_an_item_is_unknown(platform, changes):
    publish_departments(platform, "440800", "440800-market")
    definition = an_item(**changes)
    with pytest.raises(UnknownDepartment, match="nobody"):
        items.publish(platform, sun(), definition, None, "li")
    item_drafts.save(platform, sun(), CODE, {**WHOLE, **changes})
    assert "nobody" in str(item_drafts.get(platform, MANAGER, CODE).problems[0].why)
    with pytest.raises(UnknownDepartment, match="nobody"):
        item_drafts.publish(platform, tang(), CODE)
    # What is published already stays so.
    items.publish(platform, sun(), an_item())
    assert items.get(platform, CODE).state.version == 1


# Two people


@pytest.mark.parametrize("second", ["SUN", "Sun"])
def test_two_spellings_of_one_name_are_no_two_people(platform, second):
    item_drafts.save(platform, sun(), CODE, {**WHOLE, "name": "改名"})
    again = sun().actor.account.replace("sun", second)
    publishes = with_(tang(), actor=tang().actor.model_copy(update={"account": again}))
    with pytest.raises(NotAllowed, match="somebody else"):
        item_drafts.publish(platform, publishes, CODE)


def test_two_accounts_of_one_person_are_no_two_people(platform):
    me, another = "a" * 26, "b" * 26
    item_drafts.save(platform, with_(sun(), person=me), CODE, {**WHOLE, "name": "再改名"})
    with pytest.raises(NotAllowed, match="somebody else"):
        item_drafts.publish(platform, with_(tang(), person=me), CODE)
    item_drafts.publish(platform, with_(tang(), person=another), CODE)
    assert items.get(platform, CODE).state.version == 2


def test_who_drafted_is_named_in_no_event_as_elsewhere(platform):
    """What stands for a person in one item stands for nobody in another."""
    me = "a" * 26
    told = []
    for code in (CODE, OTHER_CODE):
        item_drafts.save(platform, with_(sun(), person=me), code, {**WHOLE, "code": code})
        commits = platform.store.load(items.stream(code)).commits
        told += [
            one.data.person
            for one in events(platform.codec, commits)
            if isinstance(one.data, ItemDraftSaved) and one.data.person is not None
        ]
    assert len({*told, me}) == 3
