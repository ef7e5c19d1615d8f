"""Resident ids (GB 11643) of people who do not exist: well formed, each another one."""

from datetime import date, timedelta

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10X98765432"
_FIRST = date(1940, 1, 1)
_DAYS = 7_000  # everybody is of an age for a senior card, or nearly so


def resident_id(number: int) -> str:
    """18 characters, for numbers from 0 to 6,999,999."""
    born = _FIRST + timedelta(days=number % _DAYS)
    body = f"440802{born:%Y%m%d}{number // _DAYS:03d}"
    total = sum(int(digit) * weight for digit, weight in zip(body, _WEIGHTS, strict=True))
    return body + _CHECKS[total % 11]
