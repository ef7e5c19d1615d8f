"""
How codes and numbers are written, once for all events, commands, bodies and replies.

A digit is one of 0 to 9. `\\d` is not used: here it would take those of every alphabet, and in the
published schemas (ECMA-262) it does not.
"""

from typing import Annotated
from unicodedata import decimal

from pydantic import StringConstraints

MEDIA_TYPE = r"^[A-Za-z0-9_.+-]+/[A-Za-z0-9_.+-]+$"
# GB/T 2260: six digits; the second for places alone, since 000000 stands for the country.
Division = Annotated[str, StringConstraints(pattern=r"^[0-9]{6}$")]
DivisionOfPlace = Annotated[str, StringConstraints(pattern=r"^[1-9][0-9]{5}$")]
# 统一社会信用代码, GB 32100; its check character is looked at in codes/ids.py.
CreditCode = Annotated[str, StringConstraints(pattern=r"^[0-9A-Z]{18}$")]
# A certificate type of GB/T 36904: the defining authority's credit code, then three digits.
CertificateType = Annotated[str, StringConstraints(pattern=r"^[0-9A-Z]{18}[0-9]{3}$")]
# 实施编码: an item's implementation code. Imported cases may name an item otherwise.
ImplementationCode = Annotated[str, StringConstraints(pattern=r"^[0-9A-Z]{31}$")]
ItemCode = Annotated[str, StringConstraints(pattern=r"^\S{1,64}$")]
IdNumber = Annotated[str, StringConstraints(min_length=4, max_length=40)]
# As codes/phones.py writes it: mobile and landline of the mainland, and +852, +853, +886.
Phone = Annotated[
    str,
    StringConstraints(
        pattern=r"^(1[3-9][0-9]{9}|0[1-9][0-9]{8,10}|[48]00[0-9]{7}|\+(852|853)[0-9]{8}|\+886[0-9]{8,9})$"
    ),
]
# A keyed digest of what must not be shown: an id number, an openid.
KeyedDigest = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{26}$")]
# 查询密码: without 0 1 I O, which people mix up.
QueryCode = Annotated[str, StringConstraints(pattern=r"^[2-9A-HJ-NP-Z]{8}$")]


def in_ascii(text: str) -> str:
    """
    A code as it was taken while digits and letters of every alphabet were: with ASCII's digits,
    and `_` for what else is none of its characters.
    """
    return "".join(one if one.isascii() else str(decimal(one, "_")) for one in text)
