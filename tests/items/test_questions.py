"""Questions are checked before they are published: whatever is answered leads somewhere."""

from typing import Any

import pytest

from chalicelib.items.domain.item import misfits

from .question_givens import (
    AREA,
    COOKS,
    GAS,
    TOO_SMALL,
    WITH_KITCHEN,
    WITHOUT,
    a_choice,
    a_question,
    a_refusal,
    a_variant,
    a_venue,
    no,
    yes,
)


def wrong(**changes: Any) -> dict[str, str]:
    return {".".join(map(str, one.where)): one.message for one in misfits(a_venue(**changes))}


OPTION = {"value": "a", "name": "a", "name_en": "a"}


def test_questions_that_lead_somewhere_are_published():
    assert wrong() == {}


@pytest.mark.parametrize(
    ("changes", "place", "said"),
    [
        # What is named
        ({"questions": [AREA, AREA, COOKS, GAS]}, "questions", "area is there more than once"),
        ({"variants": [WITH_KITCHEN, WITHOUT, WITHOUT]}, "variants", "plain is there more than"),
        (
            {"variants": [a_variant("a", materials=["lost"])]},
            "variants.0.materials.0",
            "lost is no",
        ),
        (
            {"variants": [a_variant("a", materials=["plan", "plan"])]},
            "variants.0",
            "plan is there more than once",
        ),
        (
            {"variants": [a_variant("a", optional=["plan"])]},
            "variants.0.optional",
            "name the `materials`",
        ),
        (
            {"variants": [{**WITH_KITCHEN, "materials": ["application"]}, WITHOUT]},
            "materials.2",
            "no variant asks for kitchen",
        ),
        (
            {"questions": [AREA, COOKS, {**GAS, "options": [OPTION]}]},
            "questions.2.options",
            "a choice has options",
        ),
        ({"questions": [a_choice("area"), COOKS, GAS]}, "questions.0.options", "a choice has"),
        ({"questions": [AREA, {**COOKS, "minimum": 1}, GAS]}, "questions.1", "for numbers"),
        (
            {"questions": [{**AREA, "maximum": -1}, COOKS, GAS]},
            "questions.0.maximum",
            "below the minimum",
        ),
        ({"questions": [], "refusals": []}, "variants", "ask at least one"),
        ({"questions": [], "variants": []}, "refusals.0.when.answer", "area is no question"),
        # What conditions refer to
        (
            {"refusals": [a_refusal(yes("lost"))]},
            "refusals.0.when.answer",
            "lost is no question; those before it: area, cooks, gas",
        ),
        (
            {"questions": [AREA, {**COOKS, "when": yes("gas")}, GAS]},
            "questions.1.when.answer",
            "gas is asked later; those before it: area",
        ),
        (
            {"questions": [AREA, COOKS, {**GAS, "when": yes("gas")}]},
            "questions.2.when.answer",
            "gas is asked later",
        ),
        (
            {"refusals": [TOO_SMALL, a_refusal({"any_of": [yes("gas"), yes("area")]})]},
            "refusals.1.when.any_of.1.equals",
            "area is never answered by True, but by a number",
        ),
        (
            {"refusals": [TOO_SMALL, a_refusal({"answer": "gas", "equals": "yes"})]},
            "refusals.1.when.equals",
            "gas is never answered by 'yes', but by true or false",
        ),
        (
            {"refusals": [TOO_SMALL, a_refusal({"answer": "gas", "at_least": 1})]},
            "refusals.1.when.at_least",
            "answered by no number",
        ),
        (
            {
                "questions": [AREA, COOKS, a_choice("gas", "town", "bottle")],
                "refusals": [TOO_SMALL, a_refusal({"answer": "gas", "one_of": ["town", "oil"]})],
            },
            "refusals.1.when.one_of",
            "gas is never answered by 'oil', but by one of: town, bottle",
        ),
        ({"refusals": [TOO_SMALL]}, "questions.2", "nothing depends on the answer to gas"),
        # Where answers lead
        (
            {"questions": [AREA, COOKS, {**GAS, "when": {"all_of": [yes("cooks"), no("cooks")]}}]},
            "questions.2",
            "no answers lead to gas",
        ),
        (
            {"refusals": [TOO_SMALL, a_refusal({"all_of": [yes("gas"), no("cooks")]})]},
            "refusals.1",
            "no answers lead to it",
        ),
        (
            {
                "refusals": [
                    TOO_SMALL,
                    a_refusal({"all_of": [{"answer": "area", "less_than": 100}, yes("gas")]}),
                ]
            },
            "refusals.1",
            "no answers lead to it",  # who is refused at once is not asked about gas
        ),
        (
            {"variants": [WITH_KITCHEN, WITHOUT, a_variant("gas", yes("gas"))]},
            "variants.2",
            "no answers lead to gas",
        ),
        (
            {"variants": [{**WITH_KITCHEN, "materials": None}]},
            "variants",
            "none fits area = 200, cooks = false",
        ),
        (
            {"variants": [WITH_KITCHEN, {**WITHOUT, "when": None}]},
            "variants.1",
            "kitchen fits the same answers: area = 200, cooks = true, gas = false",
        ),
        (
            {"variants": [{**WITH_KITCHEN, "when": None}, WITHOUT], "variants_in_order": True},
            "variants.1",
            "no answers lead to plain",
        ),
    ],
)
def test_what_leads_nowhere_is_told_with_its_place(changes, place, said):
    assert said in wrong(**changes)[place]


def test_variants_in_order_may_fit_the_same_answers():
    variants = [WITH_KITCHEN, {**WITHOUT, "when": None}]
    assert wrong(variants=variants, variants_in_order=True) == {}


@pytest.mark.parametrize("kind", ["number", "whole_number"])
def test_a_gap_between_two_bounds_is_found(kind):
    area = a_question("area", kind)
    small = a_variant("small", {"answer": "area", "less_than": 100})
    large = a_variant("large", {"answer": "area", "more_than": 100})
    changes: dict[str, Any] = {"questions": [area], "refusals": []}
    assert "none fits area = 100" in wrong(**changes, variants=[small, large])["variants"]
    large = a_variant("large", {"answer": "area", "at_least": 100})
    assert wrong(**changes, variants=[small, large]) == {}
    large = a_variant("large", {"answer": "area", "more_than": 99})
    found = wrong(**changes, variants=[small, large])
    assert ("variants.1" in found) == (kind == "number")  # there is 99.5, but no whole number


def test_bounds_that_a_question_has_are_not_gone_beyond():
    area = a_question("area", "number", minimum=100, maximum=200)
    changes: dict[str, Any] = {"questions": [area], "refusals": [], "materials": []}
    one = a_variant("one", {"answer": "area", "at_least": 100, "at_most": 200})
    assert wrong(**changes, variants=[one]) == {}
    never = a_variant("never", {"answer": "area", "more_than": 200})
    assert "no answers lead to never" in wrong(**changes, variants=[one, never])["variants.1"]


def test_too_many_ways_to_answer_are_not_gone_through():
    many = [a_question(f"q{n}") for n in range(16)]
    used = a_refusal({"all_of": [yes(f"q{n}") for n in range(16)]})
    found = wrong(questions=many, refusals=[used], variants=[])
    assert "more than 20,000 ways" in found["questions"]


def test_conditions_are_not_nested_without_end():
    deep: dict[str, Any] = yes("gas")
    for _ in range(9):
        deep = {"all_of": [deep]}
    found = wrong(refusals=[TOO_SMALL, a_refusal(deep)])
    assert "nested more than 8 deep" in found["refusals.1.when"]


def test_the_limits_and_the_fee_of_a_variant_keep_the_items_rules():
    limits = {"statutory": {"days": 5}, "promised": {"days": 6}}
    found = wrong(variants=[{**WITH_KITCHEN, "limits": limits, "fee": {"amount": 5}}, WITHOUT])
    assert "longer than the statutory" in found["variants.0.limits.promised"]
    assert "basis" in found["variants.0.fee"]
    fits = {"statutory": {"days": 5}, "promised": {"days": 5}}
    assert wrong(variants=[{**WITH_KITCHEN, "limits": fits}, WITHOUT]) == {}
