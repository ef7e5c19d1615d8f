"""Numbers that people are known by: every trap that DOMAIN 6 names."""

from contextlib import suppress
from datetime import date
from functools import partial

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from stdnum.cn import ric

from chalicelib.codes.ids import (
    canonical,
    check_character,
    check_id,
    check_mobile,
    masked,
    written,
)
from chalicelib.codes.parties import Applicant, IdKind
from chalicelib.kernel.errors import Invalid

TODAY = date(2026, 11, 24)
RESIDENT = IdKind.RESIDENT_ID
CHIKAN = "44080219550307123"


def whole(body: str) -> str:
    return body + check_character(body)


def warned(number: str, kind: IdKind = RESIDENT) -> list[str]:
    return [one.code for one in check_id(kind, number, TODAY)]


def refusal(number: str, kind: IdKind = RESIDENT) -> str:
    with pytest.raises(Invalid) as caught:
        check_id(kind, number, TODAY)
    return str(caught.value)


def test_an_id_that_fits_has_no_warning() -> None:
    assert warned(whole(CHIKAN)) == []


def test_the_example_of_the_standard_checks_out() -> None:
    assert check_character("11010519491231002") == "X"  # GB 11643-1999, its own example
    assert warned("11010519491231002X") == []


def test_a_small_x_a_full_width_one_and_blanks_are_what_people_type() -> None:
    for typed in (
        "11010519491231002x",
        "１１０１０５１９４９１２３１００２Ｘ",
        " 110105 19491231 002X ",
    ):
        assert canonical(RESIDENT, typed) == "11010519491231002X"
        assert warned(typed) == []


@given(st.integers(0, 16), st.sampled_from("0123456789"))
def test_any_one_digit_mistyped_is_found(place: int, digit: str) -> None:
    number = whole(CHIKAN)
    wrong = number[:place] + digit + number[place + 1 :]
    if wrong != number:
        assert refusal(wrong)


@pytest.mark.parametrize("day", ["19900229", "19901301", "19900132", "00000101", "19900000"])
def test_a_date_that_does_not_exist_is_an_error(day: str) -> None:
    assert "characters 7 to 14" in refusal(whole(f"440802{day}001"))


def test_a_birth_in_the_future_is_an_error_and_today_is_none() -> None:
    assert "still to come" in refusal(whole("44080220261125001"))
    assert warned(whole("44080220261124001")) == []


def test_a_birth_beyond_any_age_is_an_error() -> None:
    assert "130 years" in refusal(whole("44080218951231001"))
    assert warned(whole("44080218960101001")) == []


def test_an_unknown_region_is_a_warning_and_no_error() -> None:
    assert warned(whole("44999919900101001")) == ["unknown-region"]
    assert warned(whole("00000019900101001")) == ["unknown-region"]


def test_a_county_that_stdnum_trips_over_is_a_warning() -> None:
    tripping = whole("11000119900101001")
    with pytest.raises(KeyError):  # or the guard is not needed any more
        ric.validate(tripping)
    assert warned(tripping) == ["unknown-region"]


def test_a_county_that_came_after_the_birth_is_no_warning() -> None:
    number = whole(CHIKAN)  # 赤坎区 is in the list since 1984
    assert not ric.is_valid(number)
    assert warned(number) == []


@pytest.mark.parametrize("region", ["810000", "820000", "830000"])
def test_permits_of_hong_kong_macau_and_taiwan_are_resident_ids(region: str) -> None:
    number = whole(f"{region}19900101001")
    assert not ric.is_valid(number)
    assert warned(number) == []
    assert refusal(number[:-1] + ("0" if number[-1] != "0" else "1"))


def test_a_permanent_residents_id_of_18_digits_is_checked_as_others_are() -> None:
    number = whole("94484019900101001")  # 9, place of application, country
    assert not ric.is_valid(number)
    assert warned(number) == []
    assert "still to come" in refusal(whole("94484020990101001"))


def test_a_permanent_residents_permit_of_15_characters_is_old() -> None:
    assert warned("GBR440090010101") == ["old-permit"]
    assert "characters 8 to 13" in refusal("GBR440090130101")


def test_15_digits_are_the_18_of_the_same_person() -> None:
    assert canonical(RESIDENT, "440802550307123") == whole(CHIKAN)
    assert warned("440802550307123") == ["first-generation"]
    assert "characters 7 to 14" in refusal("440802551307123")


def test_15_digits_of_somebody_born_before_1900_end_in_996_or_more() -> None:
    assert canonical(RESIDENT, "440802980101996").startswith("44080218980101996")


@pytest.mark.parametrize(
    ("number", "said"),
    [
        ("4408021955030712", "16 characters instead of 18"),
        ("4408021955030712333", "19 characters instead of 18"),
        ("44080219550307123Y", "a digit or X"),
        ("A40802195503071232", "a digit or X"),
    ],
)
def test_what_has_another_shape_is_told_so(number: str, said: str) -> None:
    assert said in refusal(number)


def said_of(kind: IdKind, text: str) -> str:
    try:
        return " ".join(one.message for one in check_id(kind, text, TODAY))
    except Invalid as error:
        return str(error)


@given(st.sampled_from(IdKind), st.text(min_size=5, max_size=40))
def test_no_text_at_all_breaks_the_check_and_no_message_repeats_it(kind: IdKind, text: str) -> None:
    written = canonical(kind, text)
    assert len(written) < 5 or written not in said_of(kind, text)


@given(st.integers(0, 10**18 - 1))
def test_no_message_repeats_an_id(number: int) -> None:
    text = f"{number:018d}"
    assert text not in said_of(RESIDENT, text)


@given(st.text(max_size=40))
@example("H\u00a8")
def test_writing_it_canonically_twice_changes_nothing(text: str) -> None:
    for kind in IdKind:
        once = canonical(kind, text)
        assert canonical(kind, once) == once


def test_passports_have_a_shape() -> None:
    for good in ("E12345678", "EA1234567", "X1234567", "C01X00T47", "ab 123456"):
        assert warned(good, IdKind.PASSPORT) == []
    for bad in ("ABCDEFGH", "E123", "E1234567890123", "E12345-678", "13800000000", "护照12345"):
        assert refusal(bad, IdKind.PASSPORT)


def test_a_credit_code_is_checked_and_not_repeated() -> None:
    assert warned("91440800MA0EXAMP1A", IdKind.CREDIT_CODE) == []
    assert refusal("91440800MA0EXAMP1B", IdKind.CREDIT_CODE) == (
        "the credit code: the check character does not fit; compare it with the original"
    )


def test_of_other_papers_nothing_is_known() -> None:
    assert warned("军官证 字第 1234 号", IdKind.OTHER) == []


def test_mobile_numbers() -> None:
    assert check_mobile("+86 138-0000-0000") == "13800000000"
    assert check_mobile("１３８００００００００") == "13800000000"
    for bad in ("12800000000", "1380000000", "138000000000", "abc", ""):
        with pytest.raises(Invalid):
            check_mobile(bad)


def test_a_masked_number_is_recognised_by_who_knows_it() -> None:
    assert masked("440802195503071232") == "440***********1232"
    assert masked("13800000000") == "138****0000"


# Whatever it is called, it has to be something that can be kept


@pytest.mark.parametrize("kind", IdKind)
@pytest.mark.parametrize(
    "number", ["", "    ", "\u3000" * 18, " 1 2 ", "\ufdfa" * 18, "\u200b" * 18, "-" * 18, "1" * 41]
)
def test_a_number_that_is_nothing_or_too_much_without_its_blanks_is_refused(kind, number):
    for check in (written, partial(check_id, today=date(2026, 2, 10))):
        with pytest.raises(Invalid):
            check(kind, number)


@given(kind=st.sampled_from(IdKind), number=st.text(min_size=4, max_size=40))
def test_a_number_that_is_taken_can_be_kept(kind, number):
    with suppress(Invalid):
        text = written(kind, number)
        entity = text if kind is IdKind.CREDIT_CODE else None
        assert Applicant(name="张三", id_kind=kind, id_number=text, entity=entity)
        assert written(kind, text) == text
