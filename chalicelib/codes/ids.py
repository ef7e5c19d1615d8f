"""
Numbers that people are known by: resident ids (公民身份号码, GB 11643), passports, permits.

What the number itself proves wrong is refused: its length, its date, its check character. What only
a list of regions says is a warning: lists are never whole, and codes have been merged for decades.
No message repeats a number; they name the characters to look at.
"""

import re
from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from operator import mul
from typing import Final, NamedTuple
from unicodedata import normalize

from ..kernel.errors import Invalid
from . import permits
from .codes import ApplicantKind
from .numbers import InvalidNumber, check_credit_code
from .parties import PERSONAL, IdKind

OLDEST: Final = 130  # years that a living person may have behind them
RESIDENT_LENGTH: Final = 18
FIRST_GENERATION: Final = 15
SHORTEST: Final = 4
LONGEST: Final = 40
OF_ORGANISATIONS: Final = frozenset({IdKind.CREDIT_CODE, IdKind.OTHER})
_ROUNDS: Final = 8  # three are the most that we know to be needed
_CENTENARIANS: Final = 996  # serials from here were kept for people born before 1900

_RESIDENT = re.compile(r"\d{17}[\dX]", re.ASCII)
_FIRST_GENERATION = re.compile(r"\d{15}", re.ASCII)
_FOREIGN_OLD = re.compile(r"[A-Z]{3}\d{12}", re.ASCII)
_CREDIT_CODE = re.compile(r"[0-9A-Z]{18}")

# What the holder of the one is known by is what the holder of the other is known by: the permits
# with 18 digits are numbered as resident ids are, and the others were `other` before they had a
# kind, so that what was kept under that is still theirs.
_NUMBERED_AS: Final[Mapping[IdKind, IdKind]] = {
    IdKind.RESIDENCE_PERMIT: IdKind.RESIDENT_ID,
    IdKind.PERMANENT_RESIDENCE: IdKind.RESIDENT_ID,
    IdKind.HK_MACAU_PERMIT: IdKind.OTHER,
    IdKind.TAIWAN_PERMIT: IdKind.OTHER,
    IdKind.MILITARY_ID: IdKind.OTHER,
}


class Warned(NamedTuple):
    """Something to look at that does not make the number wrong."""

    code: str
    message: str


def numbered_as(id_kind: IdKind) -> IdKind:
    """The kind whose numbers those of this kind are among."""
    return _NUMBERED_AS.get(id_kind, id_kind)


def canonical(id_kind: IdKind, id_number: str) -> str:
    """
    The one way to write the number: no blanks, no full-width characters, capitals. A number of the
    first generation (15 digits) becomes the 18 characters that its person has today.
    """
    text = _capitals(id_number)
    match id_kind:
        case IdKind.RESIDENT_ID if _FIRST_GENERATION.fullmatch(text):
            return _second_generation(text)
        case IdKind.HK_MACAU_PERMIT | IdKind.TAIWAN_PERMIT | IdKind.MILITARY_ID:
            return permits.canonical(id_kind, text)
        case _:
            return text


def written(id_kind: IdKind, id_number: str) -> str:
    """
    `canonical`, if that can be kept: a text that is long enough as it came may be nothing without
    its blanks, and too long once NFKC has written it out. Raises Invalid.
    """
    text = canonical(id_kind, id_number)
    if not SHORTEST <= len(text) <= LONGEST:
        raise Invalid(
            "id-number-length-without-blanks",
            "the id number has {count} characters without its blanks; "
            "it may have {least} to {most}",
            count=len(text),
            least=SHORTEST,
            most=LONGEST,
        )
    if not text.isprintable() or not any(map(str.isalnum, text)):
        raise Invalid(
            "id-number-unseen-marks", "the id number: letters, digits and what joins them"
        )
    if id_kind is IdKind.CREDIT_CODE and not _CREDIT_CODE.fullmatch(text):
        raise Invalid("credit-code-written", "the credit code: 18 digits and capital letters")
    return text


def _capitals(text: str) -> str:
    """Without the blanks that NFKC makes of some marks, what is left may compose anew."""
    for _ in range(_ROUNDS):
        before, text = text, "".join(normalize("NFKC", text).split()).upper()
        if text == before:
            break
    return text


def check_id(id_kind: IdKind, id_number: str, today: date) -> tuple[Warned, ...]:
    """Warnings about an id number; raises Invalid, which says what to look at."""
    text = canonical(id_kind, id_number)
    match id_kind:
        case IdKind.RESIDENT_ID:
            return _resident(text, today, old=len(_capitals(id_number)) == FIRST_GENERATION)
        case IdKind.RESIDENCE_PERMIT | IdKind.PERMANENT_RESIDENCE:
            permits.check_beginning(id_kind, text)
            return _resident(text, today, old=False)
        case IdKind.CREDIT_CODE:
            return _credit_code(text)
        case _:
            written(id_kind, id_number)
            permits.check(id_kind, text)
            return ()


def check_party(kind: ApplicantKind, id_kind: IdKind) -> None:
    """
    A natural person is known by a person's id; a company by its credit code, one that is registered
    abroad by a number of another kind. Raises Invalid.
    """
    natural = kind is ApplicantKind.NATURAL_PERSON
    fits = PERSONAL if natural else OF_ORGANISATIONS
    if id_kind not in fits:
        raise Invalid(
            "id-kind-of-another-party",
            "a {kind} is not known by a {id_kind}; these are: {fitting}",
            kind=kind,
            id_kind=id_kind,
            fitting=tuple(sorted(fits)),
        )


def birthday(id_kind: IdKind, id_number: str) -> date | None:
    """When the person was born, where the number says so in full (GB 11643)."""
    text = canonical(id_kind, id_number)
    if numbered_as(id_kind) is not IdKind.RESIDENT_ID or not _RESIDENT.fullmatch(text):
        return None
    try:
        return date(int(text[6:10]), int(text[10:12]), int(text[12:14]))
    except ValueError:
        return None


def masked(id_number: str) -> str:
    """For those who have to recognise a number, not to learn it."""
    return f"{id_number[:3]}{'*' * max(4, len(id_number) - 7)}{id_number[-4:]}"


# Resident ids, and permits that are numbered as they are


def _resident(text: str, today: date, *, old: bool) -> tuple[Warned, ...]:
    if _FOREIGN_OLD.fullmatch(text):
        return _foreign_of_letters(text, today)
    if not _RESIDENT.fullmatch(text):
        raise _misshapen(text)
    _check_birth(text[6:14], today)
    if text[-1] != check_character(text[:-1]):
        raise Invalid(
            "id-number-check-character",
            "the id number: its last character does not fit the others; "
            "compare all of them with the card, two may have changed places",
        )
    first = (Warned("first-generation", _OLD),) if old else ()
    return (*first, *_region(text))


_OLD: Final = (
    "the id number has 15 digits: such numbers ended in 2013, and it was taken for the one of 18 "
    "that the person has today; compare that with the card"
)


def _misshapen(text: str) -> Invalid:
    if len(text) != RESIDENT_LENGTH:
        return Invalid(
            "id-number-length",
            "the id number has {count} characters instead of {wanted}",
            count=len(text),
            wanted=RESIDENT_LENGTH,
        )
    return Invalid("id-number-form", "the id number: 17 digits, then a digit or X")


_WEIGHTS: Final = tuple(pow(2, 17 - place, 11) for place in range(17))


def check_character(body: str) -> str:
    """Of 17 digits: ISO 7064 MOD 11-2, as GB 11643 has it."""
    total = sum(map(mul, map(int, body), _WEIGHTS))
    return "10X98765432"[total % 11]


def _second_generation(text: str) -> str:
    century = "18" if int(text[12:]) >= _CENTENARIANS else "19"
    body = f"{text[:6]}{century}{text[6:]}"
    return body + check_character(body)


def _check_birth(digits: str, today: date) -> None:
    try:
        born = date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        raise Invalid(
            "id-number-no-day",
            "the id number: its characters 7 to 14 are no day (yyyymmdd); look "
            "at the date of birth",
        ) from None
    if born > today:
        raise Invalid(
            "id-number-day-to-come",
            "the id number: the date of birth, its characters 7 to 14, is still to come",
        )
    if born.year < today.year - OLDEST:
        raise Invalid(
            "id-number-too-old",
            "the id number: its characters 7 to 14 tell of a birth more than {years} years ago",
            years=OLDEST,
        )


def _region(text: str) -> tuple[Warned, ...]:
    if text[:2] in permits.RESIDENCE or text.startswith("9"):
        return ()
    if not _listed(text[:6]):
        return (Warned("unknown-region", _UNKNOWN_REGION),)
    return ()


_UNKNOWN_REGION: Final = (
    "the id number: its first 6 digits are no region of the list; compare them with the card"
)


@lru_cache(maxsize=8192)
def _listed(region: str) -> bool:
    """Whether the list has the county, of whatever year: numbers were given out from 1984 on."""
    from stdnum import numdb

    # Not stdnum.cn.ric: it trips over codes that have no county, and over births before a county.
    found = numdb.get("cn/loc").info(region)
    return any("county" in properties for _, properties in found)


def _foreign_of_letters(text: str, today: date) -> tuple[Warned, ...]:
    """
    外国人永久居留证 as it was until 2023: country, place of application, yymmdd and two digits.
    """
    born = text[7:13]
    for century in ("19", "20"):
        try:
            _check_birth(century + born, today)
        except Invalid:
            continue
        return (Warned("old-permit", _OLD_PERMIT),)
    raise Invalid(
        "permit-number-no-day",
        "the permit's number: its characters 8 to 13 are no day of birth (yymmdd)",
    )


_OLD_PERMIT: Final = (
    "the permit has a number of 15 characters: since 2023 they have 18; ask for the new card"
)


# Others


def _credit_code(text: str) -> tuple[Warned, ...]:
    try:
        check_credit_code(text)
    except InvalidNumber as error:
        # Of the reason only what does not repeat the code.
        why = error.reason.values["why"]
        raise Invalid("company-credit-code", "the credit code: {why}", why=why) from None
    return ()
