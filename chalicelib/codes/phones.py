"""
Telephone numbers as people write them, and the one way in which they are kept.

Of the mainland (GF 006-9001, 电信网编号计划): mobile 1 and ten digits, landline with its area code,
400 and 800; of Hong Kong, Macau and Taiwan as E.164 writes them: +852, +853, +886.
"""

import re
from typing import Annotated, Final
from unicodedata import normalize

from pydantic import AfterValidator, StringConstraints

from ..kernel.errors import Invalid
from ..kernel.reasons import Unfit

# What stands between the groups of a number: blanks, every kind of hyphen, brackets, dots.
_BETWEEN: Final = re.compile(r"[\s()./\u2010-\u2015\u2212\uFF0D-]+")
_ABROAD: Final = re.compile(r"(?:\+|00)(86|852|853|886)")
MOBILE: Final = re.compile(r"1[3-9][0-9]{9}")
_MAINLAND: Final = re.compile(
    MOBILE.pattern + r"|0(?:10|2[0-9])[2-8][0-9]{7}"  # 北京, 上海, 广州 ...: eight digits
    r"|0[3-9][0-9]{2}[2-8][0-9]{6,7}"
    r"|[48]00[0-9]{7}"
)
_BEYOND: Final = {
    "852": re.compile(r"[2-9][0-9]{7}"),
    "853": re.compile(r"28[0-9]{6}|[68][0-9]{7}"),
    "886": re.compile(r"9[0-9]{8}|[2-8][0-9]{7,8}"),
}


def canonical_phone(text: str) -> str:
    """
    The one way to write the number: 13800138000, 07593388888, +85251234567. Takes +86 and 0086,
    blanks, hyphens, brackets and full-width characters. Raises Invalid.
    """
    plain = _BETWEEN.sub("", normalize("NFKC", text))
    found = _ABROAD.match(plain)
    code = "86" if found is None else found[1]
    number = plain if found is None else plain[found.end() :]
    kept = _mainland(number, abroad=found is not None) if code == "86" else _beyond(code, number)
    if kept is None:
        raise Invalid(
            "phone-number-form",
            "the telephone number: 11 digits that begin with 13 to 19, a landline with its area "
            "code (0759-3388888), or a number that begins with +852, +853 or +886",
        )
    return kept


def _mainland(number: str, *, abroad: bool) -> str | None:
    # From abroad the 0 of the area code is left out: +86 759 3388888.
    written = (number, f"0{number}") if abroad else (number,)
    return next((one for one in written if _MAINLAND.fullmatch(one)), None)


def _beyond(code: str, number: str) -> str | None:
    number = number.removeprefix("0") if code == "886" else number
    return f"+{code}{number}" if _BEYOND[code].fullmatch(number) else None


def _given(text: str) -> str:
    try:
        return canonical_phone(text)
    except Invalid as error:
        raise Unfit.of(error.reason) from error


# As somebody writes it, to be looked at; and what is kept of it, as formats.Phone has it.
WrittenPhone = Annotated[str, StringConstraints(min_length=8, max_length=40)]
GivenPhone = Annotated[WrittenPhone, AfterValidator(_given)]
