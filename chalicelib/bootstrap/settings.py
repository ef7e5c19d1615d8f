"""What the environment says; variables.py names every setting."""

import os
from collections.abc import Callable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Final

from ..eventlog.ports import Unavailable
from ..platform import rate_limits
from ..platform.quotas import Quotas, Tally
from ..platform.quotas import quotas as read_quotas
from ..platform.scanner import Scanner
from ..web import cors

DAY: Final = 24 * 60  # minutes


def value(name: str, default: str = "") -> str:
    """
    What a variable of variables.py says; an empty one is as good as none: on AWS a parameter that
    was left out is an empty variable, and so is a line of a unit file that was not filled in.
    """
    return os.environ.get(name) or default


def setting(name: str) -> str:
    """Raises Unavailable if the environment names only a part of a stack."""
    told = value(name)
    if not told:
        raise Unavailable(f"{name} is not set: say `. build/STAGE/environment` first")
    return told


def on_standby() -> bool:
    return value("BANJIAN_STANDBY") == "on"


def on_aws() -> bool:
    return value("BANJIAN_EVENTS_TABLE") != ""


def scanner() -> Scanner | None:
    """None where nothing is scanned. Raises Unavailable for a setting that cannot be read."""
    address = value("BANJIAN_CLAMD")
    if not address:
        return None
    from ..adapters.clamd import Clamd

    try:
        return Clamd(address)
    except ValueError as error:
        raise Unavailable(f"BANJIAN_CLAMD: {error}") from error


def limits() -> Mapping[str, rate_limits.Limit]:
    """Raises Unavailable for a setting that cannot be read."""
    try:
        return rate_limits.limits(value("BANJIAN_LIMITS"))
    except ValueError as error:
        raise Unavailable(f"BANJIAN_LIMITS: {error}") from error


def quotas(tally: Tally) -> Quotas:
    """Raises Unavailable for a setting that cannot be read."""
    try:
        return read_quotas(value("BANJIAN_QUOTAS"), tally)
    except ValueError as error:
        raise Unavailable(f"BANJIAN_QUOTAS: {error}") from error


def gate(limiter: rate_limits.Limiter) -> rate_limits.Gate:
    """Raises Unavailable for a setting that cannot be read."""
    try:
        counters = rate_limits.networks(value("BANJIAN_COUNTERS"))
    except ValueError as error:
        raise Unavailable(f"BANJIAN_COUNTERS: {error}") from error
    return rate_limits.Gate(limiter, limits(), counters)


def seal_minutes() -> int:
    """How long at least between two seals. Raises Unavailable for a setting that is none."""
    try:
        return minutes_of(value("BANJIAN_SEAL_MINUTES", "60"))
    except ValueError as error:
        raise Unavailable(f"BANJIAN_SEAL_MINUTES: {error}") from error


def minutes_of(text: str) -> int:
    """Raises ValueError for what is no number of minutes of a day."""
    if not text.isdecimal() or not text.isascii() or not 1 <= int(text) <= DAY:
        raise ValueError(f"{text!r} is no number of minutes from 1 to {DAY}")
    return int(text)


def font_files(text: str) -> list[Path]:
    return [Path(one) for one in text.split(os.pathsep) if one]


def connections() -> str:
    return value("BANJIAN_CONNECTIONS")


def proxies() -> Callable[[str], bool]:
    """Raises Unavailable for a setting that cannot be read."""
    return _proxies(value("BANJIAN_TRUSTED_PROXIES"))


def origins() -> cors.Origins:
    """Raises Unavailable for a setting that cannot be read."""
    return _origins(value("BANJIAN_CORS_ORIGINS"))


@lru_cache
def _origins(text: str) -> cors.Origins:
    try:
        return cors.origins(text)
    except ValueError as error:
        raise Unavailable(f"BANJIAN_CORS_ORIGINS: {error}") from error


@lru_cache
def _proxies(text: str) -> Callable[[str], bool]:
    try:
        return rate_limits.networks(text)
    except ValueError as error:
        raise Unavailable(f"BANJIAN_TRUSTED_PROXIES: {error}") from error
