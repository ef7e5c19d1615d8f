"""Which division (行政区划, GB/T 2260) another one lies in."""

from typing import Final

NATION: Final = "000000"


def covers(own: str | None, division: str) -> bool:
    """
    Whether `division` is `own` or lies below it: 440000 has 440800 in it, 000000 has them all. Who
    has none has nothing in it.
    """
    return own is not None and division.startswith(_significant(own))


def _significant(division: str) -> str:
    while division.endswith("00"):
        division = division[:-2]
    return division
