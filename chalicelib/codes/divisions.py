"""
Administrative divisions (行政区划) by their codes, GB/T 2260: two digits each for province, city,
county; and which lies in which.
"""

COUNTRY = "000000"
# What registration authorities of the centre have in credit codes (GB 32100).
_CENTRE = "100000"


def lies_in(division: str, of: str) -> bool:
    """Whether `division` is `of` or below it: 440802 lies in 440800, 440000 and 000000."""
    return division.startswith(significant(of))


def related(one: str, other: str) -> bool:
    """Whether one is the other, or lies in it; 000000 is the country."""
    return lies_in(one, other) or lies_in(other, one)


def covers(own: str | None, division: str) -> bool:
    """
    Whether a right in `own` reaches `division`, which is `own` or lies below it. Who has no
    division has a right in none, and the centre's code is of no more than itself.
    """
    return own is not None and division.startswith(_digits(own))


def significant(division: str) -> str:
    """What all divisions that lie in it begin with: 44 of 440000, 4408 of 440800."""
    return "" if division == _CENTRE else _digits(division)


def _digits(division: str) -> str:
    for length in (0, 2, 4):
        if not division[length:].strip("0"):
            return division[:length]
    return division


def above(division: str) -> tuple[str, ...]:
    """The division and all that it lies in, the country last."""
    wider = (division, f"{division[:4]}00", f"{division[:2]}0000", COUNTRY)
    return tuple(dict.fromkeys(wider))
