"""Names as people give them: what looks the same is the same, and can be printed (GB 18030)."""

from unicodedata import category

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from pydantic import TypeAdapter, ValidationError

from chalicelib.codes.names import PRIVATE, RADICALS, Name, PersonName, as_name

NAMES: TypeAdapter[str] = TypeAdapter(Name)
PERSONS: TypeAdapter[str] = TypeAdapter(PersonName)
# Of GB 18030-2005's private-use points the 14 that Python's codec leaves as they are, and what
# GB 18030-2022 has in their places.
LATER = {
    0xE816: 0x20087, 0xE817: 0x20089, 0xE818: 0x200CC, 0xE81E: 0x9FB4, 0xE826: 0x9FB5,
    0xE82B: 0x9FB6, 0xE82C: 0x9FB7, 0xE831: 0x215D7, 0xE832: 0x9FB8, 0xE83B: 0x2298F,
    0xE843: 0x9FB9, 0xE854: 0x9FBA, 0xE855: 0x241FE, 0xE864: 0x9FBB,
}  # fmt: skip


@pytest.mark.parametrize(
    "name", ["张三", "𠮷田", "阿依古丽·买买提", "Mary  Smith-Jones", "O'Neill", "José", "张"]
)
def test_a_name_is_taken_as_it_is_written(name: str):
    assert NAMES.validate_python(f" {name} ") == name


@pytest.mark.parametrize(
    "name",
    [
        "张\n三",
        "张\x00三",
        "\u202e三张",
        "张\u200b三",
        "张\u2066三",
        "\ufeff张三",
        "张\x85三",
        "张\u2028",
    ],
)
def test_what_nobody_sees_is_refused_by_the_service_and_by_its_schema(name: str):
    with pytest.raises(ValidationError, match="invisible marks"):
        NAMES.validate_python(f"a{name}a")
    schema = Draft202012Validator(NAMES.json_schema())
    assert not schema.is_valid(f"a{name}a")
    assert schema.is_valid("张三")


@pytest.mark.parametrize("name", ["", "   ", "\t", "a" * 201])
def test_a_blank_or_endless_one_is_refused_alike(name: str):
    with pytest.raises(ValidationError):
        NAMES.validate_python(name)
    assert not Draft202012Validator(NAMES.json_schema()).is_valid(name)


# One way to write a character


def test_the_private_use_points_are_those_of_the_standard():
    """FE50 to FEA0 of GB 18030, as Python's codec has it, and what it leaves for 2022."""
    trails = [one for one in range(0x50, 0xA1) if one != 0x7F]
    for point, trail in zip(range(0xE815, 0xE865), trails, strict=True):
        told = bytes([0xFE, trail]).decode("gb18030")
        assert ord(PRIVATE[point]) == LATER.get(point, ord(told))


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("王\ue863", "王\u4dae"),  # DOMAIN 6: 䶮
        ("\u2ee2三", "马三"),
        ("\u2f00二", "一二"),
        ("张\ue81e", "张\u9fb4"),
        ("阿依古丽•买买提", "阿依古丽·买买提"),
        ("Jose\u0301", "José"),
    ],
)
def test_what_means_a_character_is_written_as_that_character(typed: str, meant: str):
    assert PERSONS.validate_python(typed) == NAMES.validate_python(typed) == meant


def test_every_radical_stands_for_one_unified_ideograph():
    assert all(category(one) == "Lo" and len(one) == 1 for one in RADICALS.values())
    assert all(0x2E80 <= point < 0x2F00 for point in RADICALS)


# What is no name


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("张\ue000", "invisible"),  # private, and no standard says of what
        ("张\u0378", "invisible"),  # unassigned
        ("张\u3164", "invisible"),  # a letter that nobody sees
        ("张\ufe0f三", "invisible"),
        ("张\U000e0100", "invisible"),
        ("\u0301张", "stands over a letter"),
        ("张·\u0301", "stands over a letter"),
        ("张😀", "no pictures"),
        ("☺", "no pictures"),
        ("张\u2e86", "whole character"),
        ("12345", "not digits alone"),
        ("１２", "not digits alone"),
        ("·-", "not digits alone"),
    ],
)
def test_what_nobody_could_compare_with_the_card_is_refused(name: str, why: str):
    for kind in (NAMES, PERSONS):
        with pytest.raises(ValidationError, match=why):
            kind.validate_python(name)


@pytest.mark.parametrize(
    "name",
    ["J·史密斯", "玛丽·Smith", "Аня Петрова", "ئايگۈل", "བསྟན་འཛིན", "〇一"],
)
def test_a_person_has_a_name_in_one_script_or_latin_with_a_dot(name: str):
    assert PERSONS.validate_python(name) == name


@pytest.mark.parametrize("name", ["\u0410lex", "张A", "张·Аня", "史密斯A·b", "山田はな"])
def test_a_persons_name_that_mixes_scripts_is_refused_and_a_companys_is_not(name: str):
    with pytest.raises(ValidationError, match="one script"):
        PERSONS.validate_python(name)
    assert NAMES.validate_python(name) == name


@pytest.mark.parametrize("name", ["TCL科技集团股份有限公司", "3M中国有限公司", "中国石化（广东）"])
def test_companies_are_called_as_they_are(name: str):
    assert NAMES.validate_python(name) == name


@given(st.text(min_size=1, max_size=20))
def test_a_name_that_is_taken_is_taken_again_as_it_is(text: str):
    try:
        once = as_name(text)
    except ValueError:
        return
    assert as_name(once) == once
    assert not any(category(one) in {"Cc", "Cf", "Cs", "Co", "Zl", "Zp", "So"} for one in once)
