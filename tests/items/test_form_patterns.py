"""Patterns of forms: as ECMA-262 reads them, and never for ever."""

import re
from time import monotonic

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.items.application.forms.check import form_findings
from chalicelib.items.application.forms.patterns import NotUsable, checked, fits
from chalicelib.items.application.forms.schemas import schema_problems
from tests.items.item_givens import an_item

from .test_forms import an_object

LONG = "a" * 100_000 + "!"


@pytest.mark.parametrize("pattern", ["^(a+)+$", "^(a|a)*$", "^a*a*a*a*$", "(?:a?){50}a{50}$"])
def test_no_pattern_takes_long_whatever_is_typed(pattern: str):
    schema = an_object(
        {"x": {"pattern": pattern}}, patternProperties={pattern: True}, additionalProperties=False
    )
    began = monotonic()
    assert len(form_findings(an_item(form=schema), {"x": LONG, LONG: 1})) >= 1
    assert monotonic() - began < 5


@pytest.mark.parametrize("pattern", ["(?=a)b", "(?<!a)b", r"(a)\1", "["])
def test_what_only_an_engine_could_run_that_goes_back_is_not_published(pattern: str):
    with pytest.raises(NotUsable):
        checked(pattern)
    (problem,) = schema_problems(an_object({"x": {"pattern": pattern}}))
    assert "regular expression" in problem.message


@pytest.mark.parametrize(
    ("pattern", "taken", "refused"),
    [
        ("有限(责任)?公司$", "示例有限公司", "有限公司分店"),
        (r"^[\d-]+$", "12-3", "１２"),
        (r"^[\w.]+$", "a_1.", "办"),
        (r"^\W$", "办", "a"),
        (r"^[^\d]$", "１", "1"),
        (r"^[[&~-]+$", "[&&--~~", "]"),
        (r"^[\D]$", "x", "7"),
        (r"^粤[A-Z]\/\u0041$", "粤B/A", "粤B/B"),
        (r"\bx\b", "办x办", "axa"),
    ],
)
def test_a_pattern_means_what_it_means_in_a_browser(pattern: str, taken: str, refused: str):
    checked(pattern)
    assert fits(pattern)(taken)
    assert not fits(pattern)(refused)


def test_an_item_that_was_published_with_a_look_ahead_still_takes_forms():
    assert fits(r"^(?=.*\d)[a-z\d]+$")("a1")
    assert not fits(r"^(?=.*\d)[a-z\d]+$")("ab")
    assert not fits(r"^(?=.*\d)[a-z\d]+$")("a1" * 200)


def test_names_by_pattern_are_told_from_others_one_way():
    schema = an_object(patternProperties={"^a": True}, unevaluatedProperties=False)
    (problem,) = schema_problems(schema)
    assert problem.where == ("unevaluatedProperties",)


@given(st.from_regex(r"[a-c\d\-]{0,6}", fullmatch=True))
def test_it_agrees_with_pythons_own_on_what_both_know(text: str):
    for pattern in ("^[a-c]+", r"\d{2,}", "a|b-", "(a?b)*c", r"[^\d-]{2}"):
        assert fits(pattern)(text) == bool(re.search(pattern, text, re.ASCII))
