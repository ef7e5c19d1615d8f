"""Divisions (GB/T 2260): two digits each for province, city and county."""


def related(one: str, other: str) -> bool:
    """Whether one is the other, or lies in it; 000000 is the country."""
    mine, theirs = significant(one), significant(other)
    return mine.startswith(theirs) or theirs.startswith(mine)


def significant(division: str) -> str:
    """What all divisions that lie in it begin with: 44 of 440000, 4408 of 440800."""
    for length in (0, 2, 4):
        if not division[length:].strip("0"):
            return division[:length]
    return division
