"""
Numbers of passports and permits, as far as their rules are public.

As the National Immigration Administration (国家移民管理局) tells of them: a Mainland travel permit
of Hong Kong or Macau (港澳居民来往内地通行证) has H or M and eight digits, one of Taiwan
(台湾居民来往大陆通行证) eight digits; booklets of before 2013 and 2015 have more. A residence
permit (港澳台居民居住证, GB 11643) begins with 81, 82 or 83, the identity card of a foreigner with
permanent residence (外国人永久居留身份证) with 9. Whatever `other` is, it is none of these.
"""

import re
from collections.abc import Mapping
from typing import Final

from ..kernel.errors import Invalid
from .parties import IdKind
from .phones import MOBILE

# Beginnings of residence permits: of people from Hong Kong, Macau and Taiwan.
RESIDENCE: Final = frozenset({"81", "82", "83"})
_PASSPORT: Final = re.compile(r"(?=.*\d)[A-Z0-9]{5,12}", re.ASCII)
# A booklet's last two digits tell how often it was renewed, and not who has it.
_HK_MACAU: Final = re.compile(r"([HM]\d{8})(?:\d{2})?", re.ASCII)
_TAIWAN: Final = re.compile(r"(\d{8}|\d{10})(?:\(?[A-Z]\)?)?", re.ASCII)
_MILITARY: Final = re.compile(r"([\u4E00-\u9FA5]{1,4}?)字?第?([A-Z]?\d{4,9})号?", re.ASCII)
# How numbers look whose kind has a check of its own: a wrong one is wrong, and not of no kind.
_LOOKS: Final[Mapping[IdKind, re.Pattern[str]]] = {
    IdKind.RESIDENT_ID: re.compile(r"\d{17}[\dX]|\d{15}", re.ASCII),
    IdKind.PERMANENT_RESIDENCE: re.compile(r"[A-Z]{3}\d{12}", re.ASCII),
    IdKind.CREDIT_CODE: re.compile(r"[0-9A-Z]{2}\d{6}[0-9A-Z]{10}", re.ASCII),
    IdKind.HK_MACAU_PERMIT: _HK_MACAU,
    IdKind.TAIWAN_PERMIT: _TAIWAN,
    IdKind.MILITARY_ID: re.compile(r"[\u4E00-\u9FA5]{1,4}字第[0-9A-Z]+号?"),
    IdKind.PASSPORT: re.compile(r"[DEGKPS][A-Z]?\d{7,8}", re.ASCII),  # of China
}


def canonical(id_kind: IdKind, text: str) -> str:
    """What stays the same of a permit when it is renewed, of capitals without blanks."""
    if id_kind is IdKind.MILITARY_ID:
        found = _MILITARY.fullmatch(text)
        return text if found is None else f"{found[1]}字第{found[2]}号"
    found = (_HK_MACAU if id_kind is IdKind.HK_MACAU_PERMIT else _TAIWAN).fullmatch(text)
    return text if found is None else found[1]


def check(id_kind: IdKind, text: str) -> None:
    """Raises Invalid for a number, in its canonical form, that is none of that kind."""
    match id_kind:
        case IdKind.PASSPORT:
            _passport(text)
        case IdKind.HK_MACAU_PERMIT if not _HK_MACAU.fullmatch(text):
            raise Invalid("hk-macau-permit-form", "the permit's number: H or M, then 8 digits")
        case IdKind.TAIWAN_PERMIT if not _TAIWAN.fullmatch(text):
            raise Invalid(
                "taiwan-permit-form", "the permit's number: 8 digits, in an old booklet 10"
            )
        case IdKind.MILITARY_ID if not _MILITARY.fullmatch(text):
            raise Invalid(
                "military-id-form",
                "the military id: its characters and its number, both as they are on the card",
            )
        case IdKind.OTHER:
            _other(text)
        case _:
            pass


def _other(text: str) -> None:
    for kind, looks in _LOOKS.items():
        if looks.fullmatch(text):
            raise Invalid(
                "id-number-of-another-kind",
                "this is how a {kind} is numbered: choose that kind of document",
                kind=kind,
            )


def _passport(text: str) -> None:
    if not _PASSPORT.fullmatch(text):
        raise Invalid(
            "passport-number-form",
            "the passport number: 5 to 12 letters and digits, one digit at least",
        )
    if MOBILE.fullmatch(text):
        raise Invalid(
            "passport-number-is-mobile",
            "the passport number looks like a mobile number; look at the passport",
        )


def check_beginning(id_kind: IdKind, text: str) -> None:
    """Raises Invalid for a number of 18 digits that is a resident id, or of the other permit."""
    if id_kind is IdKind.RESIDENCE_PERMIT and text[:2] not in RESIDENCE:
        raise Invalid(
            "residence-permit-beginning", "the residence permit's number begins with 81, 82 or 83"
        )
    foreign = text.startswith("9") or text[:3].isalpha()
    if id_kind is IdKind.PERMANENT_RESIDENCE and not foreign:
        raise Invalid(
            "permanent-residence-beginning",
            "the number of the identity card for foreigners with permanent residence begins with 9",
        )
