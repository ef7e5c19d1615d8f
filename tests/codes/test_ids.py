"""Numbers that people are known by: every trap that DOMAIN 6 names."""

from contextlib import suppress
from datetime import date
from functools import partial

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from stdnum.cn import ric

from chalicelib.codes.codes import ApplicantKind
from chalicelib.codes.ids import (
    birthday,
    canonical,
    check_character,
    check_id,
    check_party,
    masked,
    written,
)
from chalicelib.codes.parties import Applicant, IdKind
from chalicelib.kernel.errors import Invalid
from chalicelib.kernel.keyed import Keyring
from chalicelib.people.application.identity import reference

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


# Permits, by the kind that each is of

PERMITS = {
    IdKind.HK_MACAU_PERMIT: ("H12345678", "m 12345678", "H1234567801"),
    IdKind.TAIWAN_PERMIT: ("12345678", "0012345678", "0012345678(D)"),
    IdKind.RESIDENCE_PERMIT: (whole("81000019900101001"), whole("83000019900101002")),
    IdKind.PERMANENT_RESIDENCE: (whole("94484019900101001"), "GBR440090010101"),
    IdKind.MILITARY_ID: ("军字第2001988号", "士字第P0118168号", "文字第 1234567 号"),
    IdKind.PASSPORT: ("E12345678", "EA1234567"),
    IdKind.RESIDENT_ID: (whole(CHIKAN), CHIKAN + "0"),
    IdKind.CREDIT_CODE: ("91440800MA0EXAMP1A", "91440800MA0EXAMP1B"),
}
WRONG = {
    IdKind.HK_MACAU_PERMIT: ("H1234567", "K12345678", "12345678", whole(CHIKAN)),
    IdKind.TAIWAN_PERMIT: ("1234567", "H12345678", "123456789"),
    IdKind.RESIDENCE_PERMIT: (whole(CHIKAN), "810000199001010011", whole("94484019900101001")),
    IdKind.PERMANENT_RESIDENCE: (whole(CHIKAN), "GBR440090130101", "944840199001010011"),
    IdKind.MILITARY_ID: ("军字第号", "123", "一二三四五字第1234567号"),
}


@pytest.mark.parametrize("kind", PERMITS)
def test_each_kind_takes_its_numbers_and_other_takes_none_of_them(kind: IdKind) -> None:
    for number in PERMITS[kind]:
        assert "choose that kind" in refusal(number, IdKind.OTHER)
        if kind not in (IdKind.RESIDENT_ID, IdKind.CREDIT_CODE):
            check_id(kind, number, TODAY)


@pytest.mark.parametrize("kind", WRONG)
def test_each_kind_refuses_what_is_none_of_its_numbers(kind: IdKind) -> None:
    for number in WRONG[kind]:
        assert refusal(number, kind)


def test_of_other_papers_nothing_is_known() -> None:
    for number in ("海员 A-1234/7", "12-34567", "Z1234567890"):
        assert warned(number, IdKind.OTHER) == []


def test_a_renewed_permit_is_of_the_same_person() -> None:
    assert canonical(IdKind.HK_MACAU_PERMIT, "h12345678 02") == "H12345678"
    assert canonical(IdKind.MILITARY_ID, "军 2001988") == "军字第2001988号"


def test_a_permit_is_its_holders_under_whatever_kind_it_was_kept() -> None:
    permit = whole("81000019900101001")
    of = partial(reference, Keyring(bytes(32)))
    assert of(IdKind.RESIDENCE_PERMIT, permit) == of(RESIDENT, permit)
    assert of(IdKind.HK_MACAU_PERMIT, "H12345678") == of(IdKind.OTHER, "H12345678")
    assert of(IdKind.PASSPORT, "E12345678") != of(IdKind.OTHER, "E12345678")


def test_a_birthday_is_read_from_every_number_that_has_one() -> None:
    assert birthday(IdKind.RESIDENCE_PERMIT, whole("81000019900101001")) == date(1990, 1, 1)
    assert birthday(IdKind.PASSPORT, "E12345678") is None


# Who may be known by what


@pytest.mark.parametrize("kind", ApplicantKind)
@pytest.mark.parametrize("id_kind", IdKind)
def test_a_person_has_a_persons_id_and_a_company_its_code(
    kind: ApplicantKind, id_kind: IdKind
) -> None:
    natural = kind is ApplicantKind.NATURAL_PERSON
    companys = id_kind in (IdKind.CREDIT_CODE, IdKind.OTHER)
    persons = id_kind is not IdKind.CREDIT_CODE
    if persons if natural else companys:
        check_party(kind, id_kind)
    else:
        with pytest.raises(Invalid, match="is not known by"):
            check_party(kind, id_kind)


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
