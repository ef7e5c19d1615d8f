"""
Numbers that people read, type and dictate: of cases, documents, items and certificates.

Case numbers and certificate identifiers end in an ISO 7064 MOD 37,36 check character. It finds
every substitution of one character. Of swaps of two neighbours it finds all but those of two
characters that follow one another in the alphabet (as 0 and 1 do, or 8 and 9), and of those all
but one in 36: 36 of 22,680 cases.
"""

import re
import unicodedata
from collections.abc import Callable
from datetime import date
from typing import NamedTuple

from stdnum.cn import uscc
from stdnum.exceptions import InvalidChecksum, ValidationError
from stdnum.iso7064 import mod_37_36

from ..kernel.reasons import Reason, Unfit

CASE_NUMBER_LENGTH = 21
LAST_SERIAL = 999_999
ITEM_CODE_LENGTH = 31
CERTIFICATE_ROOT = "1.2.156.3005.2"  # 电子证照标识的根, GB/T 36904

_CASE_NUMBER = re.compile(r"(\d{6})(\d{8})(\d{6})([0-9A-Z])", re.ASCII)
_DIVISION = re.compile(r"[1-9]\d{5}", re.ASCII)
_DOCUMENT_NUMBER = re.compile(r"([0-9A-Z]+)-(\d\d)-(\d\d+)", re.ASCII)
_CREDIT_CODE = re.compile(r"[0-9A-Z]{18}", re.ASCII)
_ITEM_TAIL = re.compile(r"([1-7])([0-9A-Z]{12})", re.ASCII)
_CERTIFICATE_TYPE = re.compile(r"[0-9A-Z]{18}\d{3}", re.ASCII)
_CERTIFICATE_SERIAL = re.compile(r"[0-9A-Z]+", re.ASCII)
_CERTIFICATE_VERSION = re.compile(r"\d{3}", re.ASCII)


class InvalidNumber(Unfit):
    """A number is mistyped or was never given out; the reason says what to look at."""


def _holds(parse: Callable[[str], object], text: str) -> bool:
    try:
        parse(text)
    except InvalidNumber:
        return False
    return True


def _checked(text: str, what: str) -> None:
    try:
        mod_37_36.validate(text)
    except InvalidChecksum as error:
        raise InvalidNumber(
            "number-check-character",
            "{what} {text!r}: the check character does not fit; compare it with the original",
            what=what,
            text=text,
        ) from error
    except ValidationError as error:
        raise InvalidNumber(
            "number-other-characters",
            "{what} {text!r}: only digits and capital letters",
            what=what,
            text=text,
        ) from error


# Cases


class CaseNumber(NamedTuple):
    """办件编号: GB/T 2260 division, day of submission, serial number of that division's day."""

    division: str
    day: date
    serial: int


def case_number(division: str, day: date, serial: int) -> str:
    """Division 6, yyyymmdd, serial 6, check character; raises InvalidNumber."""
    if not _DIVISION.fullmatch(division):
        raise InvalidNumber(
            "division-form",
            "division {text!r}: six digits (GB/T 2260), not beginning with 0",
            text=division,
        )
    if not 1 <= serial <= LAST_SERIAL:
        raise InvalidNumber(
            "serial-number-range",
            "serial number {serial}: 1 to {last:,} in a day",
            serial=serial,
            last=LAST_SERIAL,
        )
    body = f"{division}{day.isoformat().replace('-', '')}{serial:06d}"
    return body + str(mod_37_36.calc_check_digit(body))


_HYPHENS = frozenset("-\u2010\u2011\u2012\u2013\u2014\u2015\u2212")


def as_number(text: str) -> str:
    """As it is stored, of what somebody read out or copied: no blanks, no hyphens, plain digits."""
    plain = unicodedata.normalize("NFKC", text)
    return "".join(one for one in plain if not one.isspace() and one not in _HYPHENS).upper()


def parse_case_number(text: str) -> CaseNumber:
    """Raises InvalidNumber."""
    if len(text) != CASE_NUMBER_LENGTH:
        raise InvalidNumber(
            "case-number-length",
            "case number {text!r}: {count} characters instead of {wanted}",
            text=text,
            count=len(text),
            wanted=CASE_NUMBER_LENGTH,
        )
    found = _CASE_NUMBER.fullmatch(text)
    if found is None:
        raise InvalidNumber(
            "case-number-form",
            "case number {text!r}: 20 digits, then a digit or capital letter to check them",
            text=text,
        )
    _checked(text, "case number")
    division, day, serial, _ = found.groups()
    if not _DIVISION.fullmatch(division) or not int(serial):
        raise InvalidNumber(
            "case-number-beginning",
            "case number {text!r}: no division or no serial number begins so",
            text=text,
        )
    return CaseNumber(division, _day(text, day), int(serial))


def _day(text: str, digits: str) -> date:
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError as error:
        raise InvalidNumber(
            "case-number-no-day",
            "case number {text!r}: {digits} is no day (yyyymmdd)",
            text=text,
            digits=digits,
        ) from error


def valid_case_number(text: str) -> bool:
    return _holds(parse_case_number, text)


# Documents


class DocumentNumber(NamedTuple):
    """文书编号: the case, the kind of document (01 to 99), and which of that kind it is."""

    case_number: str
    kind: str
    nth: int


def document_number(case_number: str, kind: str, nth: int) -> str:
    """`{case number}-{kind}-{nth, at least two digits}`; raises InvalidNumber."""
    number = f"{case_number}-{kind}-{nth:02d}"
    parse_document_number(number)
    return number


def parse_document_number(text: str) -> DocumentNumber:
    """Raises InvalidNumber."""
    found = _DOCUMENT_NUMBER.fullmatch(text)
    if found is None or found[2] == "00" or not int(found[3]):
        raise InvalidNumber(
            "document-number-form",
            "document number {text!r}: a case number, -, its kind from 01, -, which one from 01",
            text=text,
        )
    parse_case_number(found[1])
    return DocumentNumber(found[1], found[2], int(found[3]))


# Items


class ItemCode(NamedTuple):
    """
    实施编码: the authority's unified social credit code, the level of exercise (行使层级, 1 to 7 in
    GB/T 39046-2020, Annex A), and the basic code of the item.
    """

    authority: str
    level: str
    basic: str


def parse_item_code(text: str) -> ItemCode:
    """An item implementation code of 31 characters; raises InvalidNumber."""
    if len(text) != ITEM_CODE_LENGTH:
        raise InvalidNumber(
            "item-code-length",
            "item code {text!r}: {count} characters instead of {wanted}",
            text=text,
            count=len(text),
            wanted=ITEM_CODE_LENGTH,
        )
    found = _ITEM_TAIL.fullmatch(text[18:])
    if found is None:
        raise InvalidNumber(
            "item-code-form",
            "item code {text!r}: after the credit code a level from 1 to 7, "
            "then 12 digits or capital letters",
            text=text,
        )
    return ItemCode(check_credit_code(text[:18]), found[1], found[2])


def valid_item_code(text: str) -> bool:
    return _holds(parse_item_code, text)


def check_credit_code(text: str) -> str:
    """`text`, if it is a unified social credit code (GB 32100); raises InvalidNumber."""
    if not _CREDIT_CODE.fullmatch(text):  # stdnum would drop blanks and hyphens
        raise _no_credit_code(text, Reason("credit-code-form", "18 digits or capital letters"))
    try:
        return str(uscc.validate(text))
    except InvalidChecksum as error:
        why = Reason(
            "credit-code-check-character",
            "the check character does not fit; compare it with the original",
        )
        raise _no_credit_code(text, why) from error
    except ValidationError as error:
        why = Reason(
            "credit-code-parts", "8 digits, then 10 digits or capital letters but I O S V Z"
        )
        raise _no_credit_code(text, why) from error


def _no_credit_code(text: str, why: Reason) -> InvalidNumber:
    """Where no message may repeat the number, `why` is told alone (ids.py)."""
    return InvalidNumber("credit-code-wrong", "credit code {text!r}: {why}", text=text, why=why)


# Certificates


class CertificateId(NamedTuple):
    """
    电子证照标识 (GB/T 36904): `type` is the defining authority's credit code and three digits,
    `issuer` the issuing authority's credit code, `version` three digits.
    """

    type: str
    issuer: str
    serial: str
    version: str


def certificate_id(type_: str, issuer: str, serial: str, version: int = 1) -> str:
    """`1.2.156.3005.2.{type}.{issuer}.{serial}.{version}.{check}`; raises InvalidNumber."""
    if version < 1:
        raise InvalidNumber(
            "certificate-version-begins-at-one",
            "certificate version {version}: begins at 1",
            version=version,
        )
    parts = CertificateId(type_, issuer, serial, f"{version:03d}")
    _check_parts(parts)
    check = str(mod_37_36.calc_check_digit("".join(parts)))
    return ".".join((CERTIFICATE_ROOT, *parts, check))


def parse_certificate_id(text: str) -> CertificateId:
    """Raises InvalidNumber."""
    fields = text.removeprefix(f"{CERTIFICATE_ROOT}.").split(".")
    if not text.startswith(f"{CERTIFICATE_ROOT}.") or len(fields) != len(CertificateId._fields) + 1:
        raise InvalidNumber(
            "certificate-number-form",
            "certificate {text!r}: {root}, then type, issuer, serial number, "
            "version and check character, with dots between them",
            text=text,
            root=CERTIFICATE_ROOT,
        )
    parts = CertificateId(*fields[:-1])
    _check_parts(parts)
    if len(fields[-1]) != 1:
        raise InvalidNumber(
            "certificate-number-check",
            "certificate {text!r}: one check character after the last dot",
            text=text,
        )
    _checked("".join(fields), "certificate")
    return parts


def _check_parts(parts: CertificateId) -> None:
    if not _CERTIFICATE_TYPE.fullmatch(parts.type):
        raise InvalidNumber(
            "certificate-type-form",
            "certificate type {text!r}: a credit code, then three digits",
            text=parts.type,
        )
    check_credit_code(parts.type[:18])
    check_credit_code(parts.issuer)
    if not _CERTIFICATE_SERIAL.fullmatch(parts.serial):
        raise InvalidNumber(
            "certificate-serial-form",
            "certificate serial {text!r}: digits and capital letters",
            text=parts.serial,
        )
    if not _CERTIFICATE_VERSION.fullmatch(parts.version):
        raise InvalidNumber(
            "certificate-version-form",
            "certificate version {text!r}: three digits",
            text=parts.version,
        )


def valid_certificate_id(text: str) -> bool:
    return _holds(parse_certificate_id, text)
