"""
The status and the code of every refusal, as the subjects say them of theirs.

A row is ("module:Class", status, code of the problem), and where they are needed the seconds of
Retry-After and "module:function", which makes the further members of the problem. An exception is
found by its name and those of what it derives from, so that nothing is imported to answer.
"""

from collections.abc import Mapping
from functools import cache
from typing import NamedTuple

from ..subjects import entries
from ..web import problems


class Row(NamedTuple):
    kind: str
    status: int
    code: str
    retry_after: int | None = None
    members: str | None = None


@cache
def rows() -> Mapping[str, Row]:
    """By the name of the exception."""
    return {row.kind: row for row in (Row(*entry) for entry in entries("REFUSALS"))}


def found(error: Exception) -> Row | None:
    """The row of what the error is, or of the nearest that it derives from."""
    names = (f"{_module(kind)}:{kind.__qualname__}" for kind in type(error).__mro__)
    return next((rows()[name] for name in names if name in rows()), None)


def _module(kind: type) -> str:
    """As a wiring names it: from within the package."""
    return kind.__module__.removeprefix(f"{__package__.partition('.')[0]}.")


@cache
def statuses() -> Mapping[str, int]:
    """Of every problem, by its code."""
    return {**problems.STATUS, **{row.code: row.status for row in rows().values()}}
