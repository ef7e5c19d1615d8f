"""Do I qualify? Answers, and what follows from them."""

from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from chalicelib.items.domain.eligibility import (
    NotQualified,
    Qualified,
    StillAsked,
    find,
    holds,
    wrong_answers,
)
from chalicelib.items.domain.item import in_variant
from chalicelib.items.domain.questions import Condition
from chalicelib.kernel.errors import Invalid
from chalicelib.refusals.words import worded

from .question_givens import a_choice, a_question, a_variant, a_venue, no, yes

VENUE = a_venue()


def asked(**answers: Any) -> list[str]:
    found = find(VENUE, answers)
    assert isinstance(found, StillAsked)
    return [one.id for one in found.questions]


def test_what_can_be_answered_is_asked():
    assert asked() == ["area", "cooks"]
    assert asked(area=300) == ["cooks"]


def test_what_an_answer_brings_up_is_asked_next():
    assert asked(area=300, cooks=True) == ["gas"]


def test_a_reason_that_no_other_answer_changes_is_told_at_once():
    found = find(VENUE, {"area": 199.9})
    assert isinstance(found, NotQualified)
    assert [one.reason for one in found.refusals] == ["面积不足"]


def test_every_reason_is_told():
    found = find(VENUE, {"area": 10, "cooks": True, "gas": True})
    assert isinstance(found, NotQualified)
    assert [one.reason for one in found.refusals] == ["面积不足", "不得使用燃气"]


@pytest.mark.parametrize(
    ("answers", "variant"),
    [
        ({"area": 200, "cooks": False}, "plain"),
        ({"area": 200, "cooks": True, "gas": False}, "kitchen"),
    ],
)
def test_who_qualifies_is_told_for_which_variant(answers, variant):
    found = find(VENUE, answers)
    assert isinstance(found, Qualified)
    assert found.variant is not None
    assert found.variant.id == variant


def test_an_answer_that_is_not_asked_for_any_more_counts_for_nothing():
    found = find(VENUE, {"area": 200, "cooks": False, "gas": True})
    assert isinstance(found, Qualified)


def test_what_is_asked_unless_another_answer_was_given_is_asked_though_that_is_not():
    second = a_question("b", when=yes("a"))
    third = a_question("c", when={"none_of": [yes("b")]})
    found = find(a_venue(questions=[a_question("a"), second, third], refusals=[]), {"a": False})
    assert isinstance(found, StillAsked)
    assert [one.id for one in found.questions] == ["c"]


def test_an_item_without_variants_is_applied_for_as_it_is():
    assert find(a_venue(variants=[]), {"area": 200, "cooks": False}) == Qualified(None)


def test_of_variants_in_order_the_first_that_fits_is_it():
    variants = [a_variant("large", {"answer": "area", "at_least": 1000}), a_variant("other")]
    venue = a_venue(variants=variants, variants_in_order=True)
    for area, variant in ((1000, "large"), (999, "other")):
        found = find(venue, {"area": area, "cooks": False})
        assert isinstance(found, Qualified)
        assert found.variant is not None
        assert found.variant.id == variant


# Conditions


def test_an_answer_is_compared():
    cases: list[tuple[dict[str, Any], Any, bool]] = [
        ({"equals": True}, True, True),
        ({"equals": 1}, True, False),
        ({"equals": "a"}, "b", False),
        ({"one_of": ["a", "b"]}, "b", True),
        ({"one_of": ["a", "b"]}, "c", False),
        ({"at_least": 2}, 2, True),
        ({"at_least": 2}, 1, False),
        ({"at_most": 2}, 2, True),
        ({"at_most": 2}, 3, False),
        ({"more_than": 2}, 2, False),
        ({"more_than": 2}, 2.1, True),
        ({"less_than": 2}, 2, False),
        ({"less_than": 2}, 1.9, True),
        ({"at_least": 2, "less_than": 4}, 3, True),
        ({"at_least": 2, "less_than": 4}, 4, False),
    ]
    for comparison, value, fits in cases:
        condition = Condition.model_validate({"answer": "q", **comparison})
        assert holds(condition, {"q": value}) is fits, (comparison, value)


TRUE, FALSE, OPEN = yes("t"), yes("f"), yes("open")
KLEENE = {"t": True, "f": False}


@pytest.mark.parametrize(
    ("condition", "value"),
    [
        ({"all_of": [TRUE, TRUE]}, True),
        ({"all_of": [TRUE, FALSE]}, False),
        ({"all_of": [TRUE, OPEN]}, None),
        ({"all_of": [FALSE, OPEN]}, False),
        ({"any_of": [FALSE, TRUE]}, True),
        ({"any_of": [FALSE, FALSE]}, False),
        ({"any_of": [TRUE, OPEN]}, True),
        ({"any_of": [FALSE, OPEN]}, None),
        ({"none_of": [FALSE, FALSE]}, True),
        ({"none_of": [FALSE, TRUE]}, False),
        ({"none_of": [FALSE, OPEN]}, None),
        ({"none_of": [TRUE, OPEN]}, False),
        ({"none_of": [{"any_of": [FALSE, {"all_of": [TRUE, FALSE]}]}]}, True),
        (yes("not-asked"), False),
        ({"none_of": [yes("not-asked")]}, True),
    ],
)
def test_conditions_are_put_together(condition, value):
    assert holds(Condition.model_validate(condition), KLEENE, {"open"}) is value


conditions = st.recursive(
    st.builds(
        lambda name, value: {"answer": name, "equals": value}, st.sampled_from("abc"), st.booleans()
    ),
    lambda parts: st.builds(
        lambda how, those: {how: those},
        st.sampled_from(["all_of", "any_of", "none_of"]),
        st.lists(parts, min_size=1, max_size=3),
    ),
    max_leaves=8,
)


@given(conditions, st.dictionaries(st.sampled_from("abc"), st.booleans()))
def test_what_is_settled_before_all_is_answered_stays_so(content, given_answers):
    condition = Condition.model_validate(content)
    unknown = {*"abc"} - given_answers.keys()
    early = holds(condition, given_answers, unknown)
    if early is not None:
        for rest in product([True, False], repeat=len(unknown)):
            whole = {**given_answers, **dict(zip(sorted(unknown), rest, strict=True))}
            assert holds(condition, whole) is early


@pytest.mark.parametrize(
    "content",
    [
        {},
        {"answer": "a"},
        {"equals": 1},
        {"at_least": 1},
        {"answer": "a", "all_of": [yes("b")]},
        {"answer": "a", "equals": 1, "any_of": [yes("b")]},
        {"all_of": []},
        {"answer": "a", "one_of": []},
        {"answer": "a", "at_least": "3"},
        {"answer": "a", "at_least": True},
        {"answer": "a", "at_least": 1e15},
        {"answer": "a", "at_least": float("nan")},
        {"answer": "a", "equals": [1]},
        {"answer": "a", "equals": "x" * 65},
        {"answer": "a", "equal": 1},
    ],
)
def test_a_condition_that_says_nothing_or_two_things_is_refused(content):
    with pytest.raises(ValidationError):
        Condition.model_validate(content)


# What may be answered


@pytest.mark.parametrize(
    ("question", "right", "wrong"),
    [
        (a_question("q"), [True, False], ["true", 1, None]),
        (a_choice("q", "a", "b"), ["a", "b"], ["c", True, None]),
        (a_question("q", "number", minimum=1, maximum=9), [1, 9, 1.5], [0.9, 9.1, "1", True]),
        (a_question("q", "whole_number"), [-3, 0, 2.0], [1.5, "1", False]),
    ],
)
def test_an_answer_has_to_fit_its_question(question, right, wrong):
    item = a_venue(questions=[question])
    assert [wrong_answers(item, {"q": one}) for one in right] == [[]] * len(right)
    assert all(wrong_answers(item, {"q": one}) for one in wrong)


def test_a_wrong_answer_is_told_in_both_languages_with_its_question():
    (one,) = wrong_answers(VENUE, {"area": -1})
    assert (one.question, *in_both(one)) == ("area", "不得小于 0", "must be at least 0")
    (one,) = wrong_answers(VENUE, {"colour": "red"})
    told = ("此事项没有这个问题", "the item has no such question")
    assert (one.question, *in_both(one)) == ("colour", *told)


def in_both(answer):
    return worded(answer.why, "zh-CN"), worded(answer.why, "en")


# The item in a variant


def test_a_variant_has_its_materials_limits_and_fee():
    own = {"limits": {"statutory": {"days": 10}, "promised": {"days": 3}}, "fee": {"amount": 0}}
    item = a_venue(variants=[{**WITH_OWN, **own}, a_variant("plain", no("cooks"))])
    told = in_variant(item, "kitchen")
    assert [(one.id, one.required) for one in told.materials] == [
        ("application", True),
        ("plan", False),
        ("kitchen", True),
    ]
    assert (told.limits.promised.days, told.plan().promised.days) == (3, 3)
    assert in_variant(item, "plain").materials == item.materials
    assert in_variant(item, None) is item
    with pytest.raises(Invalid, match="no variant none; it has: kitchen, plain"):
        in_variant(item, "none")


WITH_OWN = a_variant(
    "kitchen", yes("cooks"), materials=["kitchen", "application"], optional=["plan"]
)
