"""Every code set of the standard and of Guangdong's exchange (DOMAIN 3), as it is served."""

import pytest

from chalicelib.cases.domain import EVENTS
from chalicelib.cases.domain.values import Result
from chalicelib.clock.clock import SpecialProcedure
from chalicelib.codes.codes import ApplicantKind, Authority, CaseType, ItemType, Level, Rating
from chalicelib.exchange_codes.code_sets import CODE_SETS
from chalicelib.items.domain.plan import StepKind
from chalicelib.kernel.actor import Channel


@pytest.mark.parametrize(
    ("name", "codes"),
    [
        ("item-type", "00 01 02 03 04 05 06 07 08 09 10 20"),
        ("level", "1 2 3 4 5 6 7"),
        ("authority", "1 2 3 9"),
        ("applicant", "1 2 3 4 5 6"),
        ("channel", "1 2 3 4 9"),
        ("case-type", "1 2 9"),
        ("special-procedure", "1 2"),
        ("rating", "1 2 3 4 5"),
        ("gd-message", "0 1 2 3 4 5 6 7 8 9"),
        ("gd-step", "1 2 3"),
        ("gd-result", "0 1 2 3 4 5 6 7"),
    ],
)
def test_a_set_has_the_codes_of_its_source(name, codes):
    assert [one.code for one in CODE_SETS[name].values] == codes.split()
    assert all(one.zh for one in CODE_SETS[name].values)


def test_these_are_all_the_sets():
    assert len(CODE_SETS) == 11


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("item-type", ItemType),
        ("level", Level),
        ("authority", Authority),
        ("applicant", ApplicantKind),
        ("channel", Channel),
        ("case-type", CaseType),
        ("rating", Rating),
        ("gd-step", StepKind),
    ],
)
def test_every_word_of_ours_has_a_code_in_its_set(name, kind):
    assert {word for one in CODE_SETS[name].values for word in one.words} == {*map(str, kind)}


@pytest.mark.parametrize(
    ("name", "word", "code"),
    [
        ("item-type", "permit", "01"),
        ("channel", "kiosk", "9"),
        ("channel", "mini_program", "3"),
        ("special-procedure", "extension", "1"),
        ("special-procedure", "hearing", "2"),
        ("rating", "very_satisfied", "1"),
        ("gd-message", "CaseAccepted", "2"),
        ("gd-message", "ResultDelivered", "9"),
        ("gd-step", "parallel", "2"),
        ("gd-result", "denied", "7"),
        ("gd-result", "lapsed", "5"),
        ("gd-result", "unstated", None),
    ],
)
def test_a_word_is_exchanged_as_its_code(name, word, code):
    assert CODE_SETS[name].code_of(word) == code


def test_the_words_of_other_sets_are_words_that_there_are():
    events = {kind.__name__ for kind in EVENTS}
    assert {word for one in CODE_SETS["gd-message"].values for word in one.words} <= events
    results = {word for one in CODE_SETS["gd-result"].values for word in one.words}
    assert results == {*map(str, Result)} - {Result.UNSTATED}
    special = {word for one in CODE_SETS["special-procedure"].values for word in one.words}
    assert special == {*map(str, SpecialProcedure), "extension"}
