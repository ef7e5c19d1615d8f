"""
The status and the code of every refusal, as the subjects say them of theirs.

A row is ("module:Class", status, code of the problem), and where they are needed the seconds of
Retry-After and "module:function", which makes the further members of the problem. An exception is
found by its name and those of what it derives from, so that nothing is imported to answer.
"""

from collections.abc import Iterator, Mapping
from functools import cache
from importlib import import_module
from typing import Any, Final, NamedTuple

from ..web import problems

SUBJECTS: Final = (
    "documents",
    "people",
    "items",
    "cases",
    "certificates",
    "submissions",
    "exchange_codes",
)


class Row(NamedTuple):
    kind: str
    status: int
    code: str
    retry_after: int | None = None
    members: str | None = None


# What is below the subjects.
REFUSALS: Final = (
    ("chalicelib.kernel.errors:NotFound", 404, "not-found"),
    ("chalicelib.kernel.errors:NotAllowed", 403, "not-allowed"),
    ("chalicelib.kernel.errors:Closed", 409, "closed"),
    ("chalicelib.kernel.errors:OutOfOrder", 409, "out-of-order"),
    ("chalicelib.kernel.errors:Contradiction", 409, "contradiction"),
    ("chalicelib.kernel.errors:Unlawful", 422, "unlawful"),
    ("chalicelib.kernel.errors:Invalid", 422, "invalid"),
    ("chalicelib.kernel.errors:Rejected", 422, "rejected"),
    ("chalicelib.eventlog.transact:Stale", 412, "precondition-failed"),
    ("chalicelib.eventlog.ports:Conflict", 409, "conflict"),
    ("chalicelib.eventlog.ports:Reused", 422, "idempotency-key-reused"),
    ("chalicelib.eventlog.ports:TooLarge", 413, "commit-too-large"),
    ("chalicelib.eventlog.ports:StoreError", 503, "store-unavailable", 1),
    ("chalicelib.eventlog.views.port:ViewsError", 503, "store-unavailable", 1),
    ("chalicelib.platform.duty:NotSeparated", 403, "duties-not-separated"),
    ("chalicelib.platform.registry:RegistryUnavailable", 503, "registry-unavailable", 10),
    ("chalicelib.platform.attester:AttestationUnavailable", 503, "attestation-unavailable", 10),
    ("chalicelib.platform.wechat:BadCode", 422, "wechat-code"),
    ("chalicelib.platform.wechat:WechatLimited", 429, "wechat-limited", 60),
    ("chalicelib.platform.wechat:Blocked", 403, "wechat-blocked"),
    ("chalicelib.platform.wechat:WechatError", 503, "wechat-unavailable", 5),
    ("chalicelib.web.errors:Behind", 503, "view-behind", 1),
    ("chalicelib.web.errors:OnStandby", 503, "on-standby", 60),
)


@cache
def rows() -> Mapping[str, Row]:
    """By the name of the exception."""
    return {row.kind: row for row in _rows()}


def _rows() -> Iterator[Row]:
    yield from (Row(*row) for row in REFUSALS)
    for wiring in wirings():
        yield from (Row(*row) for row in wiring.REFUSALS)


@cache
def wirings() -> tuple[Any, ...]:
    """What each subject says of itself; it imports nothing."""
    package = __name__.partition(".")[0]
    return tuple(import_module(f"{package}.{subject}.wiring") for subject in SUBJECTS)


def found(error: Exception) -> Row | None:
    """The row of what the error is, or of the nearest that it derives from."""
    names = (f"{kind.__module__}:{kind.__qualname__}" for kind in type(error).__mro__)
    return next((rows()[name] for name in names if name in rows()), None)


@cache
def statuses() -> Mapping[str, int]:
    """Of every problem, by its code."""
    return {**problems.STATUS, **{row.code: row.status for row in rows().values()}}
