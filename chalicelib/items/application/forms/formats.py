"""The values of `format` that forms may use, in an item's JSON Schema, and how each is checked."""

import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import date, datetime
from typing import NamedTuple

from stdnum.iso7064 import mod_11_2

from ....codes.numbers import InvalidNumber, check_credit_code
from ....codes.phones import MOBILE
from ....kernel.reasons import Reason

_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_DATE_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?(Z|[+-]\d\d:\d\d)", re.ASCII)
_EMAIL = re.compile(r"[^@\s]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
_RESIDENT_ID = re.compile(r"[1-9]\d{16}[\dX]", re.ASCII)


class Format(NamedTuple):
    """`expected` says what a text has to be, after "must be"."""

    fits: Callable[[str], bool]
    expected: Reason


def _is_date(text: str) -> bool:
    # date.fromisoformat also takes 20260131 and 2026-W05-6.
    if _DATE.fullmatch(text):
        with suppress(ValueError):
            return bool(date.fromisoformat(text))
    return False


def _is_date_time(text: str) -> bool:
    if _DATE_TIME.fullmatch(text):
        with suppress(ValueError):
            return bool(datetime.fromisoformat(text))
    return False


def _is_credit_code(text: str) -> bool:
    with suppress(InvalidNumber):
        return bool(check_credit_code(text))
    return False


def _is_resident_id(text: str) -> bool:
    """GB 11643: the date and the check character; an unknown region may just be a new one."""
    born = f"{text[6:10]}-{text[10:12]}-{text[12:14]}"
    return bool(_RESIDENT_ID.fullmatch(text)) and _is_date(born) and mod_11_2.is_valid(text)


FORMATS: Mapping[str, Format] = {
    "date": Format(_is_date, Reason("format-date", "a date such as 2026-01-31")),
    "date-time": Format(
        _is_date_time, Reason("format-date-time", "a time such as 2026-01-31T09:00:00+08:00")
    ),
    "email": Format(
        lambda text: bool(_EMAIL.fullmatch(text)), Reason("format-email", "an e-mail address")
    ),
    "mobile": Format(
        lambda text: bool(MOBILE.fullmatch(text)),
        Reason("format-mobile", "a mobile number of 11 digits"),
    ),
    "credit-code": Format(
        _is_credit_code,
        Reason(
            "format-credit-code",
            "a unified social credit code (18 characters, the last checks them)",
        ),
    ),
    "resident-id": Format(
        _is_resident_id,
        Reason(
            "format-resident-id",
            "a resident identity number (18 characters, the last checks them)",
        ),
    ),
}
