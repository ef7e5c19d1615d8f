"""Administrative divisions (行政区划) by their codes, GB/T 2260: which lies in which."""

COUNTRY = "000000"
# 100000 is what registration authorities of the centre have in credit codes (GB 32100).
_WHOLE = frozenset({COUNTRY, "100000"})


def lies_in(division: str, of: str) -> bool:
    """Whether `division` is `of` or below it: 440802 lies in 440800, 440000 and 000000."""
    return division.startswith(significant(of))


def significant(division: str) -> str:
    """The digits that all divisions below have in common: 44 of 440000, none of the country."""
    if division in _WHOLE:
        return ""
    return division[:2] if division[2:] == "0000" else division.removesuffix("00")


def above(division: str) -> tuple[str, ...]:
    """The division and all that it lies in, the country last."""
    wider = (division, f"{division[:4]}00", f"{division[:2]}0000", COUNTRY)
    return tuple(dict.fromkeys(wider))
