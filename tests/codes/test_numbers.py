"""Numbers of cases, documents, items and certificates, and the typing mistakes they reveal."""

from collections.abc import Callable
from datetime import date
from string import ascii_uppercase, digits

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from chalicelib.codes.numbers import (
    CaseNumber,
    CertificateId,
    DocumentNumber,
    InvalidNumber,
    ItemCode,
    case_number,
    certificate_id,
    check_credit_code,
    document_number,
    parse_case_number,
    parse_certificate_id,
    parse_document_number,
    parse_item_code,
    valid_case_number,
    valid_certificate_id,
    valid_item_code,
)

ALPHABET = digits + ascii_uppercase
NUMBER = case_number("440802", date(2026, 2, 10), 17)
ITEM = "11440100007482575H3440118009000"
CERTIFICATE = "1.2.156.3005.2.11100000000013338W011.11430000006122244L.20230000403.001.U"

case_numbers = st.builds(
    case_number,
    st.from_regex(r"[1-9][0-9]{5}", fullmatch=True),
    st.dates(date(2004, 1, 1), date(2099, 12, 31)),
    st.integers(1, 999_999),
)


def with_check(body: str) -> str:
    """`body` and its ISO 7064 MOD 37,36 check character, by the standard's own recurrence."""
    state = 36
    for character in body:
        state = (state + ALPHABET.index(character)) % 36 or 36
        state = state * 2 % 37
    return body + ALPHABET[(1 - state) % 36]


# Case numbers


def test_a_case_number_has_division_day_serial_and_a_check_character() -> None:
    assert NUMBER == "44080220260210000017B"
    assert parse_case_number(NUMBER) == CaseNumber("440802", date(2026, 2, 10), 17)


@given(case_numbers)
def test_every_case_number_reads_back_and_ends_in_its_check_character(number: str) -> None:
    assert case_number(*parse_case_number(number)) == number
    assert number == with_check(number[:-1])


@given(case_numbers, st.integers(0, 20), st.sampled_from(ALPHABET))
def test_any_one_mistyped_character_is_found(number: str, place: int, typed: str) -> None:
    assume(number[place] != typed)
    assert not valid_case_number(number[:place] + typed + number[place + 1 :])


@given(case_numbers, st.integers(0, 19))
def test_two_swapped_neighbours_are_found_unless_they_follow_one_another(
    number: str, place: int
) -> None:
    one, other = number[place], number[place + 1]
    assume(one != other)
    swapped = number[:place] + other + one + number[place + 2 :]
    steps = (ALPHABET.index(one) - ALPHABET.index(other)) % 36
    assert steps in {1, 35} or not valid_case_number(swapped)


def test_one_swap_in_36_of_characters_that_follow_one_another_is_not_found() -> None:
    """What MOD 37,36 does not promise: in each of its 36 states one such swap goes unnoticed."""
    unnoticed = [
        (prefix, one, other)
        for prefix in ALPHABET
        for one in ALPHABET
        for other in ALPHABET
        if one < other
        and with_check(prefix + one + other)[-1] == with_check(prefix + other + one)[-1]
    ]
    assert len(unnoticed) == 36
    steps = {(ALPHABET.index(other) - ALPHABET.index(one)) % 36 for _, one, other in unnoticed}
    assert steps <= {1, 35}


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "0 characters instead of 21"),
        (NUMBER + "0", "22 characters instead of 21"),
        (NUMBER.lower(), "20 digits, then a digit or capital letter"),
        (NUMBER.replace("0210", "O21O"), "20 digits, then a digit or capital letter"),
        (NUMBER.replace("1", "１"), "20 digits, then a digit or capital letter"),
        (NUMBER[:-1] + "C", "the check character does not fit"),
        (with_check("44080220260230000017"), "20260230 is no day"),
        (with_check("04080220260210000017"), "no division"),
        (with_check("44080220260210000000"), "no serial number"),
    ],
)
def test_what_is_wrong_with_a_case_number_is_named(text: str, complaint: str) -> None:
    with pytest.raises(InvalidNumber, match=complaint):
        parse_case_number(text)
    assert not valid_case_number(text)


@pytest.mark.parametrize(
    ("division", "serial", "complaint"),
    [
        ("44080", 1, "division '44080': six digits"),
        ("044080", 1, "not beginning with 0"),
        ("44080A", 1, "six digits"),
        ("440802", 0, "serial number 0: 1 to 999,999"),
        ("440802", 1_000_000, "serial number 1000000"),
    ],
)
def test_no_case_number_is_made_of_what_does_not_fit(
    division: str, serial: int, complaint: str
) -> None:
    with pytest.raises(InvalidNumber, match=complaint):
        case_number(division, date(2026, 2, 10), serial)


# Document numbers


def test_a_document_number_names_its_case_kind_and_which_one_it_is() -> None:
    number = document_number(NUMBER, "02", 1)
    assert number == f"{NUMBER}-02-01"
    assert parse_document_number(number) == DocumentNumber(NUMBER, "02", 1)


def test_the_hundredth_document_of_a_kind_has_a_number_too() -> None:
    assert parse_document_number(document_number(NUMBER, "09", 100)).nth == 100


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (NUMBER, "a case number, -, its kind"),
        (f"{NUMBER}-00-01", "its kind from 01"),
        (f"{NUMBER}-02-00", "which one from 01"),
        (f"{NUMBER}-2-1", "its kind from 01"),
        (f"{NUMBER[:-1]}C-02-01", "the check character does not fit"),
    ],
)
def test_what_is_wrong_with_a_document_number_is_named(text: str, complaint: str) -> None:
    with pytest.raises(InvalidNumber, match=complaint):
        parse_document_number(text)


@pytest.mark.parametrize(("kind", "nth"), [("2", 1), ("02", 0), ("02", -1), ("xx", 1)])
def test_no_document_number_is_made_of_what_does_not_fit(kind: str, nth: int) -> None:
    with pytest.raises(InvalidNumber):
        document_number(NUMBER, kind, nth)


# Item codes and credit codes


def test_an_item_code_is_authority_level_and_basic_code() -> None:
    assert parse_item_code(ITEM) == ItemCode("11440100007482575H", "3", "440118009000")
    assert valid_item_code(ITEM)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (ITEM[:-1], "30 characters instead of 31"),
        (ITEM[:18] + "8" + ITEM[19:], "a level from 1 to 7"),
        (ITEM[:18] + "3" + "44011800900-", "12 digits or capital letters"),
        ("11440100007482575J" + ITEM[18:], "credit code .*the check character does not fit"),
        ("1144010000748257IH" + ITEM[18:], "capital letters but I O S V Z"),
    ],
)
def test_what_is_wrong_with_an_item_code_is_named(text: str, complaint: str) -> None:
    with pytest.raises(InvalidNumber, match=complaint):
        parse_item_code(text)
    assert not valid_item_code(text)


@pytest.mark.parametrize("text", ["11440100007482575h", " 11440100007482575H", "", "-" * 18])
def test_a_credit_code_is_taken_only_as_it_is_written(text: str) -> None:
    with pytest.raises(InvalidNumber, match="18 digits or capital letters"):
        check_credit_code(text)


# Certificate identifiers


def test_the_certificate_identifier_of_the_standard() -> None:
    made = certificate_id("11100000000013338W011", "11430000006122244L", "20230000403", 1)
    assert made == CERTIFICATE
    assert parse_certificate_id(CERTIFICATE) == CertificateId(
        "11100000000013338W011", "11430000006122244L", "20230000403", "001"
    )


@given(st.text(ALPHABET, min_size=1, max_size=20), st.integers(1, 999))
def test_every_certificate_identifier_reads_back(serial: str, version: int) -> None:
    made = certificate_id("11100000000013338W011", "11430000006122244L", serial, version)
    assert parse_certificate_id(made)[2:] == (serial, f"{version:03d}")


@given(st.data())
def test_any_one_mistyped_character_of_a_certificate_is_found(data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(CERTIFICATE) - 1))
    typed = data.draw(st.sampled_from(ALPHABET + ".").filter(lambda c: c != CERTIFICATE[place]))
    assert not valid_certificate_id(CERTIFICATE[:place] + typed + CERTIFICATE[place + 1 :])


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "then type, issuer, serial number, version and check"),
        (CERTIFICATE.replace("1.2.156", "1.2.840"), "then type, issuer"),
        (CERTIFICATE + ".0", "then type, issuer"),
        (CERTIFICATE[:-1] + "V", "the check character does not fit"),
        (CERTIFICATE[:-1] + "u", "only digits and capital letters"),
        (CERTIFICATE[:-1], "one check character after the last dot"),
        (CERTIFICATE.replace("W011", "W11"), "certificate type .* then three digits"),
        (CERTIFICATE.replace("3338W", "3339W"), "credit code '11100000000013339W'"),
        (CERTIFICATE.replace("2244L", "2244M"), "credit code '11430000006122244M'"),
        (CERTIFICATE.replace(".001.", ".01."), "certificate version '01'"),
        (CERTIFICATE.replace("20230000403", "2023-403"), "certificate serial"),
    ],
)
def test_what_is_wrong_with_a_certificate_identifier_is_named(text: str, complaint: str) -> None:
    with pytest.raises(InvalidNumber, match=complaint):
        parse_certificate_id(text)


@pytest.mark.parametrize("version", [0, 1000, -1])
def test_a_certificate_version_has_three_digits_and_begins_at_1(version: int) -> None:
    with pytest.raises(InvalidNumber, match="certificate version"):
        certificate_id("11100000000013338W011", "11430000006122244L", "1", version)


@pytest.mark.parametrize("parse", [parse_case_number, parse_item_code, parse_certificate_id])
@given(st.text(max_size=80))
def test_any_text_is_read_or_refused_with_a_reason(
    parse: Callable[[str], object], text: str
) -> None:
    with pytest.raises(InvalidNumber, match=r".+: .+"):
        parse(text)
