"""Service items: what may be published, and what publishing, suspending and retiring do."""

from contextlib import suppress
from datetime import UTC, date, datetime
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from chalicelib.clock.clock import Limit
from chalicelib.codes.codes import (
    ApplicantKind,
    Authority,
    CaseType,
    Coded,
    ItemType,
    Level,
    Rating,
)
from chalicelib.items.domain import item
from chalicelib.items.domain.item import (
    DiscardDraft,
    ItemCommand,
    ItemDefinition,
    ItemDraftDiscarded,
    ItemDraftSaved,
    ItemMerged,
    ItemPredecessor,
    ItemPublished,
    ItemResumed,
    ItemRetired,
    ItemSplit,
    ItemSuspended,
    ItemTookOver,
    NamedItem,
    NotPublishable,
    PublishItem,
    ReplaceItem,
    ResumeItem,
    RetireItem,
    SaveDraft,
    SuspendItem,
    TakeOver,
    misfits,
    missing_materials,
    unknown_materials,
)
from chalicelib.kernel.actor import Actor, Role
from chalicelib.kernel.errors import Closed, Contradiction, Invalid, NotFound, OutOfOrder, Rejected

from .item_givens import AUTHORITY, CODE, OTHER_CODE, a_parallel_step, a_step, an_item

ABOUT: dict[str, Any] = {
    "at": datetime(2026, 3, 2, tzinfo=UTC),
    "by": Actor(account="sun", role=Role.ITEM_MANAGER, division="000000"),
}
LICENCE = an_item()
REVISED = an_item(name="食品经营许可核发（新版）")

TODAY = date(2026, 3, 2)
published = ItemPublished(version=1, definition=LICENCE)
revised = ItemPublished(version=2, definition=REVISED, in_force_from=TODAY)
suspended = ItemSuspended(reason="系统升级")
retired = ItemRetired(reason="事项取消")


def publish(definition: ItemDefinition = LICENCE, **more: Any) -> PublishItem:
    return PublishItem(**ABOUT, definition=definition, **more)


def save(content: dict[str, Any] | None = None) -> SaveDraft:
    return SaveDraft(**ABOUT, content=content or {"name": "草稿"})


DISCARD = DiscardDraft(**ABOUT)
saved = ItemDraftSaved(content={"name": "草稿"})
A, B, C = (NamedItem(code=letter * 31, name=letter) for letter in "ABC")


def replace(*into: NamedItem, how: Any = "split", reason: str = "改革", **more: Any) -> ReplaceItem:
    return ReplaceItem(**ABOUT, how=how, into=into, reason=reason, **more)


split = ItemSplit(into=(A, B), from_day=TODAY, reason="改革")
merged = ItemMerged(into=A, from_day=TODAY, reason="改革")


def suspend(reason: str = "系统升级") -> SuspendItem:
    return SuspendItem(**ABOUT, reason=reason)


def retire(reason: str = "事项取消") -> RetireItem:
    return RetireItem(**ABOUT, reason=reason)


RESUME = ResumeItem(**ABOUT)


def decided(command: ItemCommand, *history: item.Event) -> list[item.Event]:
    return item.decide(command, item.fold(history))


def wrong(**changes: Any) -> dict[str, str]:
    """What keeps an item with these changes from being published: place -> message."""
    return {".".join(map(str, one.where)): one.message for one in misfits(an_item(**changes))}


# Publishing


def test_a_new_item_is_published_as_version_1():
    assert decided(publish()) == [published]


def test_a_changed_item_is_the_next_version():
    assert decided(publish(REVISED), published) == [revised]
    assert decided(publish(LICENCE), published, revised) == [
        ItemPublished(version=3, definition=LICENCE, in_force_from=TODAY)
    ]


def test_publishing_what_is_published_changes_nothing():
    assert decided(publish(), published) == []
    assert decided(publish(), published, suspended) == []


def test_one_items_stream_takes_no_other_item():
    with pytest.raises(Invalid, match=CODE):
        decided(publish(an_item(code=OTHER_CODE)), published)


def test_what_breaks_a_rule_is_not_published_and_every_rule_is_told():
    broken = an_item(level="county", steps=[a_step(), a_step("review", "review")])
    with pytest.raises(NotPublishable) as refused:
        decided(publish(broken))
    assert [one.where for one in refused.value.misfits] == [
        ("level",),
        ("steps", 0, "kind"),
        ("steps", 1, "kind"),
    ]
    assert "the last step, and no other, is `approve`" in str(refused.value)


def test_an_item_that_was_stored_under_laxer_rules_is_still_read():
    lax = ItemPublished(version=1, definition=an_item(code="1" * 31, channels=["web"]))
    state = item.fold([lax])
    assert isinstance(state, item.Published)
    assert (state.definition, state.version) == (lax.definition, 1)
    assert decided(publish(lax.definition), lax) == []


# Suspending, resuming, retiring


def test_a_suspended_item_can_be_resumed():
    assert decided(suspend(), published) == [suspended]
    assert decided(RESUME, published, suspended) == [ItemResumed()]
    assert decided(RESUME, published) == []


def test_an_item_is_suspended_for_one_reason_at_a_time():
    with pytest.raises(Contradiction, match="系统升级"):
        decided(suspend("政策调整"), published, suspended)


def test_an_item_revised_while_suspended_stays_suspended():
    state = item.fold([published, suspended, revised])
    assert isinstance(state, item.Suspended)
    assert (state.definition, state.version, state.reason) == (REVISED, 2, "系统升级")


@pytest.mark.parametrize("history", [(published,), (published, suspended)])
def test_a_retired_item_stays_as_it_was(history):
    assert decided(retire(), *history) == [retired]
    over = (*history, retired)
    assert decided(retire(), *over) == []
    with pytest.raises(Contradiction, match="事项取消"):
        decided(retire("合并"), *over)
    for command in (publish(), publish(REVISED), suspend(), RESUME):
        with pytest.raises(Closed, match="事项取消"):
            decided(command, *over)


@pytest.mark.parametrize("command", [suspend(), RESUME, retire()])
def test_only_an_item_that_exists_is_suspended_resumed_or_retired(command):
    with pytest.raises(NotFound):
        decided(command)


@pytest.mark.parametrize(
    ("history", "event"),
    [
        ((), suspended),
        ((published,), ItemResumed()),
        ((published, suspended), suspended),
        ((published, retired), revised),
        ((published, split), revised),
        ((published, split), merged),
        ((published, retired), saved),
        ((), ItemDraftDiscarded()),
        ((saved,), suspended),
    ],
)
def test_events_in_an_impossible_order_are_not_folded(history, event):
    with pytest.raises(ValueError, match="does not follow"):
        item.fold((*history, event))


commands = st.one_of(
    st.sampled_from([LICENCE, REVISED]).map(publish),
    st.sampled_from(["a", "b"]).map(lambda name: save({"name": name})),
    st.just(DISCARD),
    st.sampled_from([(A, B), (B, C)]).map(lambda into: replace(*into)),
    st.just(replace(A, how="merged")),
    st.sampled_from([A, B]).map(lambda one: take_over(one)),  # noqa: PLW0108 - defined below
    st.sampled_from(["a", "b"]).map(suspend),
    st.just(RESUME),
    st.sampled_from(["a", "b"]).map(retire),
)


@given(st.lists(commands, max_size=12))
def test_said_twice_happens_once(sent):
    state = item.initial
    for command in sent:
        with suppress(Rejected):
            state = item.fold(item.decide(command, state), state)
            assert item.decide(command, state) == []


@given(st.lists(commands, max_size=12))
def test_versions_are_counted_without_a_gap_and_never_change(sent):
    events: list[item.Event] = []
    for command in sent:
        with suppress(Rejected):
            events += item.decide(command, item.fold(events))
    versions = [event.version for event in events if isinstance(event, ItemPublished)]
    assert versions == list(range(1, len(versions) + 1))


@given(st.lists(commands, max_size=8))
def test_an_events_json_says_all_that_it_holds(sent):
    any_event: TypeAdapter[item.Event] = TypeAdapter(item.Event)
    state = item.initial
    for command in sent:
        with suppress(Rejected):
            for event in item.decide(command, state):
                plain = event.model_dump(mode="json", exclude_none=True)
                assert any_event.validate_python(plain) == event
                state = item.evolve(state, event)


# Drafts


def test_a_draft_is_saved_replaced_and_discarded():
    assert decided(save()) == [saved]
    assert decided(save(), saved) == []
    assert decided(save({"name": "二稿"}), saved) == [ItemDraftSaved(content={"name": "二稿"})]
    assert decided(DISCARD, saved) == [ItemDraftDiscarded()]
    assert item.fold([saved, ItemDraftDiscarded()]) == item.Absent()
    assert decided(DISCARD, published) == []
    with pytest.raises(NotFound):
        decided(DISCARD)


def test_an_item_that_is_only_drafted_is_nobodys_to_suspend():
    for command in (suspend(), RESUME, retire(), replace(A, B)):
        with pytest.raises(NotFound):
            decided(command, saved)


def test_a_published_draft_is_used_up():
    whole = publish(from_draft=True)
    assert decided(whole, saved) == [ItemPublished(version=1, definition=LICENCE, from_draft=True)]
    assert item.draft_of(item.fold([saved, *decided(whole, saved)])) is None
    with pytest.raises(NotFound, match="no draft"):
        decided(publish(REVISED, from_draft=True), published)


def test_a_draft_lies_beside_what_is_published_another_way():
    state = item.fold([published, ItemDraftSaved(content={}, based_on=1), suspended, revised])
    assert item.draft_of(state) == item.Draft(content={}, based_on=1)
    assert item.draft_of(item.fold([saved, published])) == item.Draft(content=saved.content)


def test_a_draft_of_an_older_version_is_not_published_over_a_newer():
    old = ItemDraftSaved(content={}, based_on=1)
    assert decided(publish(REVISED, from_draft=True), published, old)
    with pytest.raises(OutOfOrder, match=r"made from version 1.* there is version 2"):
        decided(publish(LICENCE, from_draft=True), published, old, revised)


def test_an_item_that_has_ended_has_no_draft_and_takes_none():
    for end in (retired, split, merged):
        state = item.fold([published, ItemDraftSaved(content={}, based_on=1), end])
        assert item.draft_of(state) is None
        with pytest.raises(Closed):
            item.decide(save(), state)


# Versions in force


def in_force(day: str, *history: item.Event) -> int | None:
    state = item.fold(history)
    assert isinstance(state, get_args(item.Known))
    found = item.in_force(state.record, date.fromisoformat(day))
    return None if found is None else found.number


def version(number: int, since: str | None) -> ItemPublished:
    return ItemPublished(version=number, definition=LICENCE, in_force_from=since)  # type: ignore[arg-type]


def test_a_first_version_holds_from_its_first_day_or_from_ever_on():
    assert decided(publish())[0] == published
    later = publish(an_item(valid_from="2026-07-01"))
    (event,) = decided(later)
    assert isinstance(event, ItemPublished)
    assert event.in_force_from == date(2026, 7, 1)
    assert in_force("2026-06-30", event) is None
    assert in_force("2026-07-01", event) == 1


def test_a_version_that_takes_effect_later_changes_nothing_before():
    (event,) = decided(publish(an_item(name="新", valid_from="2026-07-01")), published)
    assert [in_force(day, published, event) for day in ("1990-01-01", "2026-06-30")] == [1, 1]
    assert in_force("2026-07-01", published, event) == 2


def test_a_new_version_changes_nothing_that_could_be_applied_for_before_it_was_there():
    for changes in ({}, {"valid_from": "2026-01-01"}):
        (event,) = decided(publish(an_item(name="新", **changes)), published)
        assert in_force("2026-03-01", published, event) == 1
        assert in_force("2026-03-02", published, event) == 2


def test_a_version_that_is_scheduled_still_comes_after_one_for_the_time_between():
    history = (version(1, None), version(2, "2026-07-01"), version(3, "2026-05-01"))
    assert [in_force(f"2026-{day}", *history) for day in ("04-30", "06-30", "07-01")] == [1, 3, 2]


def test_of_two_versions_for_one_day_the_last_one_counts():
    history = (version(1, None), version(2, "2026-07-01"), version(3, "2026-07-01"))
    assert in_force("2026-07-01", *history) == 3


def test_a_version_of_before_there_was_such_a_day_is_in_force_from_its_own():
    old = ItemPublished(version=1, definition=an_item(valid_from="2026-07-01"))
    assert in_force("2026-06-30", old) is None
    assert in_force("2026-07-01", old) == 1


# Splitting and merging


def take_over(one: NamedItem) -> TakeOver:
    here = ItemPredecessor(code=one.code, name=one.name, from_day=TODAY)
    return TakeOver(**ABOUT, how="merged", predecessors=(here,))


def test_an_item_is_split_into_others_or_merged_into_one():
    assert decided(replace(A, B), published) == [split]
    assert decided(replace(A, how="merged"), published, suspended) == [merged]
    state = item.fold([published, split])
    assert isinstance(state, item.Replaced)
    assert (state.how, state.into, state.from_day) == ("split", (A, B), TODAY)


def test_a_split_said_again_happens_once_whatever_day_it_is_and_however_they_are_called():
    tomorrow = {**ABOUT, "at": datetime(2026, 3, 3, tzinfo=UTC)}
    renamed = NamedItem(code=A.code, name="新名")
    again = ReplaceItem(**tomorrow, how="split", into=(B, renamed), reason="改革")
    assert decided(again, published, split) == []


@pytest.mark.parametrize(
    "other",
    [
        replace(A, C),
        replace(A, how="merged"),
        replace(A, B, reason="另"),
        replace(A, B, from_day="2026-03-05"),
    ],
)
def test_another_split_is_refused(other):
    with pytest.raises(Contradiction, match="was split already"):
        decided(other, published, split)


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (replace(A), "two or more"),
        (replace(A, B, how="merged"), "into one"),
        (replace(A, A), "each named once"),
        (replace(A, NamedItem(code=CODE, name="自己")), "becomes other items"),
        (replace(A, B, from_day="2026-03-01"), "is over"),
    ],
)
def test_a_split_that_makes_no_sense_is_refused(command, said):
    with pytest.raises(Invalid, match=said):
        decided(command, published)


def test_an_item_that_was_split_is_not_revised_retired_or_drafted():
    for command in (publish(REVISED), retire(), save()):
        with pytest.raises(Closed, match=rf"was split.*{A.code}, {B.code}"):
            decided(command, published, split)


def test_an_item_can_be_suspended_and_resumed_until_its_split_takes_effect():
    assert decided(suspend(), published, split) == [suspended]
    assert decided(suspend(), published, split, suspended) == []
    assert decided(RESUME, published, split, suspended) == [ItemResumed()]
    assert decided(RESUME, published, split) == []
    state = item.fold([published, suspended, split])
    assert isinstance(state, item.Replaced)
    assert state.suspended == "系统升级"
    with pytest.raises(Contradiction):
        decided(suspend("别的"), published, split, suspended)


def test_a_successor_notes_each_predecessor_once_whatever_state_it_is_in():
    (event,) = decided(take_over(A), published)
    assert isinstance(event, ItemTookOver)
    assert event.predecessors[0].code == A.code
    for history in ((), (suspended,), (retired,), (split,)):
        assert decided(take_over(B), published, *history)
    assert decided(take_over(A), published, event) == []
    both = TakeOver(
        **ABOUT,
        how="merged",
        predecessors=(*take_over(A).predecessors, *take_over(B).predecessors),
    )
    assert decided(both, published, event) == [
        ItemTookOver(how="merged", predecessors=take_over(B).predecessors)
    ]
    with pytest.raises(NotFound):
        decided(take_over(A))


# What a definition has to be


def test_a_case_gets_its_plan_from_the_item():
    plan = an_item(
        steps=[a_step("review", "review", days=3), a_step()],
        special_procedures=["hearing"],
        supplement_days=15,
        fee={"amount": 8000, "basis": "发改价格规〔2016〕2559号"},
        certificate={"type": AUTHORITY + "002", "name": "食品经营许可证", "issuer": AUTHORITY},
    ).plan()
    assert (plan.statutory, plan.promised) == (Limit(20), Limit(10))
    assert [step.id for step in plan.steps] == ["review", "approve"]
    assert (plan.special_procedures, plan.supplement_days, plan.fee) == (("hearing",), 15, 8000)
    assert plan.certificate is not None
    assert plan.certificate.name == "食品经营许可证"
    assert not plan.at_once
    assert not plan.joint


def test_what_can_be_published_makes_a_plan():
    at_once = an_item(case_type="at_once", steps=[a_step(role="clerk")])
    together = an_item(joint=True, steps=[a_parallel_step("440800-fire"), a_step()])
    for definition in (at_once, together):
        assert misfits(definition) == []
    assert at_once.plan().at_once
    assert together.plan().joint


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"code": CODE[:-1]}, "code"),
        ({"division": "4408"}, "division"),
        ({"case_type": "other"}, "case_type"),
        ({"real_name_level": 5}, "real_name_level"),
        ({"legal_basis": []}, "legal_basis"),
        ({"applicants": []}, "applicants"),
        ({"steps": []}, "steps"),
        ({"form": {"type": "array"}}, "form"),
        ({"form": {}}, "form"),
        ({"form": {"type": "object", "default": object()}}, "form"),
        ({"fee": {"amount": -1}}, "fee"),
        ({"materials": [{"id": "a", "name": "a", "trust": "E"}]}, "materials"),
        ({"valid_from": 20260101}, "valid_from"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_a_definition_of_another_shape_is_refused(changes, place):
    with pytest.raises(ValidationError) as refused:
        an_item(**changes)
    assert {error["loc"][0] for error in refused.value.errors()} == {place}


def test_the_item_of_the_other_tests_may_be_published():
    assert wrong() == {}


def test_the_credit_code_in_the_items_code_is_checked():
    mistyped = CODE[:10] + "1" + CODE[11:]
    assert "check character" in wrong(code=mistyped)["code"]


def test_the_level_is_the_one_in_the_items_code():
    assert "the code says 3" in wrong(level="province")["level"]


def test_the_credit_codes_of_certificates_are_checked():
    mistyped = CODE[:10] + "1" + CODE[11:18]
    found = wrong(
        certificate={"type": mistyped + "001", "name": "许可证", "issuer": mistyped},
        materials=[{"id": "id", "name": "身份证", "may_come_from": mistyped + "001"}],
    )
    assert set(found) == {"certificate.type", "certificate.issuer", "materials.0.may_come_from"}


def limits(statutory: Limit, promised: Limit) -> dict[str, Limit]:
    return {"statutory": statutory, "promised": promised}


@pytest.mark.parametrize(
    ("statutory", "promised", "fits"),
    [
        (Limit(20), Limit(20), True),
        (Limit(20), Limit(21), False),
        # Over a year of the calendar: the Spring Festival and the make-up days around it decide.
        (Limit(30, "calendar_days"), Limit(16), True),
        (Limit(30, "calendar_days"), Limit(17), False),
        (Limit(20), Limit(25, "calendar_days"), True),
        (Limit(20), Limit(26, "calendar_days"), False),
    ],
)
def test_the_promised_limit_is_at_most_the_statutory_one(statutory, promised, fits):
    found = wrong(limits=limits(statutory, promised))
    assert found.keys() == (set() if fits else {"limits.promised"})


def test_joint_handling_takes_at_most_45_working_days():
    steps = [a_parallel_step("440800-fire"), a_step()]
    assert wrong(joint=True, steps=steps, limits=limits(Limit(45), Limit(30))) == {}
    found = wrong(joint=True, steps=steps, limits=limits(Limit(46), Limit(30)))
    assert "art. 42" in found["limits.statutory"]
    assert wrong(steps=steps, limits=limits(Limit(60), Limit(30))) == {}


def test_joint_handling_has_a_parallel_step():
    assert "parallel" in wrong(joint=True)["joint"]


def test_the_limits_of_the_steps_fit_into_the_promised_one():
    assert wrong(steps=[a_step("review", "review", days=7), a_step(days=3)]) == {}
    found = wrong(steps=[a_step("review", "review", days=7), a_step(days=4)])
    assert "11 working days" in found["steps"]
    many = [a_step(f"r{n}", "review", days=365) for n in range(49)]
    assert "steps" in wrong(steps=[*many, a_step()])


def test_the_last_step_and_no_other_approves():
    assert set(wrong(steps=[a_step("first"), a_step()])) == {"steps.0.kind"}
    assert set(wrong(steps=[a_step("review", "review")])) == {"steps.0.kind"}


def test_an_approver_decides_unless_the_item_is_done_at_once():
    assert "approver" in wrong(steps=[a_step(role="clerk")])["steps.0.role"]
    assert wrong(case_type="at_once", steps=[a_step(role="clerk")]) == {}
    assert "clerk" in wrong(case_type="at_once", steps=[a_step(role="auditor")])["steps.0.role"]


def test_a_step_has_an_id_that_no_desk_has():
    for desk in ("intake", "supplement", "delivery", "rating", "special"):
        assert "steps.0.id" in wrong(steps=[a_step(desk, "review"), a_step()])


def test_an_item_done_at_once_has_one_step_and_no_interruption():
    found = wrong(case_type="at_once", special_procedures=["hearing"])
    assert set(found) == {"steps", "special_procedures"}


def test_a_supplement_is_no_special_procedure_of_an_item():
    found = wrong(special_procedures=["hearing", "supplement"])
    assert set(found) == {"special_procedures.1"}


def test_a_fee_has_a_basis():
    assert "basis" in wrong(fee={"amount": 100})["fee"]
    assert wrong(fee={"amount": 100, "basis": "财税〔2017〕20号"}) == {}
    assert wrong(fee={"amount": 0}) == {}


def test_nothing_is_only_for_those_who_have_a_device():
    assert "window" in wrong(channels=["web", "mini_program"])["channels"]
    assert wrong(channels=["web", "hotline"]) == {}


def test_applicants_come_through_no_internal_channel():
    assert set(wrong(channels=["window", "internal"])) == {"channels.1"}


def test_what_is_named_is_named_once():
    found = wrong(
        channels=["window", "window"],
        applicants=["company", "company"],
        special_procedures=["hearing", "hearing"],
        materials=[{"id": "a", "name": "甲"}, {"id": "a", "name": "乙"}],
        steps=[a_step("a", "review"), a_step("a")],
    )
    assert set(found) == {"channels", "applicants", "special_procedures", "materials", "steps"}


def test_an_item_does_not_end_before_it_begins():
    assert "valid_until" in wrong(valid_from="2026-02-01", valid_until="2026-01-31")
    assert wrong(valid_from="2026-02-01", valid_until="2026-02-01") == {}


# Materials

MATERIALS = an_item(
    materials=[
        {"id": "licence", "name": "营业执照"},
        {"id": "layout", "name": "平面图"},
        {"id": "report", "name": "检测报告", "required": False},
    ]
)


def test_required_materials_that_were_not_given_are_missing():
    assert [one.id for one in missing_materials(MATERIALS, ["layout"])] == ["licence"]
    assert [one.id for one in missing_materials(MATERIALS, [])] == ["licence", "layout"]
    assert missing_materials(MATERIALS, ["layout", "licence"]) == []


def test_materials_that_the_item_does_not_know_are_named():
    assert unknown_materials(MATERIALS, ["report", "photo", "layout"]) == ["photo"]


# Codes of GB/T 39046-2020, Annex A


@pytest.mark.parametrize(
    ("kind", "codes"),
    [
        (ItemType, "00 01 02 03 04 05 06 07 08 09 10 20"),
        (Level, "1 2 3 4 5 6 7"),
        (Authority, "1 2 3 9"),
        (ApplicantKind, "1 2 3 4 5 6"),
        (CaseType, "1 2 9"),
        (Rating, "1 2 3 4 5"),
    ],
)
def test_every_code_of_the_standard_has_one_word(kind: type[Coded], codes):
    assert [one.gb_code for one in kind] == codes.split()


def test_a_word_is_stored_and_its_code_and_chinese_name_are_known():
    permit = ItemType("permit")
    assert (f"{permit}", permit.gb_code, permit.zh) == ("permit", "01", "行政许可")
    assert int(ApplicantKind.COMPANY) == 2


def test_the_two_lowest_ratings_are_bad():
    assert [one.gb_code for one in Rating if one.bad] == ["4", "5"]
