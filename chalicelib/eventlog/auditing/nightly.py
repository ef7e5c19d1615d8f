"""
Table against log each night (每日对账), over what is new, as far as the time goes.

What was compared and is equal is noted, and the next night goes on from there. Where something is
not equal the note stays: each night finds it again, until it is mended.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Final, NamedTuple, Protocol

from ..ports import Commit, Log
from .reconciling import reconcile
from .table import Table

logger = logging.getLogger(__name__)

NOTE: Final = "reconciliation"
# Events that are compared between two looks at the clock.
SLICE: Final = 5_000


class Notes(Protocol):
    def note(self, name: str, /) -> Mapping[str, str]: ...

    def set_note(self, name: str, note: Mapping[str, str], /) -> None: ...


class Standing(NamedTuple):
    """
    Up to position `until` both were equal; `at` is when a comparison last came to the end of the
    log, or when there was first something to compare; it `found` so many differences.
    """

    until: int
    at: datetime
    found: int


def standing(notes: Notes, now: datetime) -> Standing:
    """As it is noted; whoever asks first begins the note. Raises Unavailable."""
    note = notes.note(NOTE)
    if note:
        return Standing(int(note["until"]), datetime.fromisoformat(note["at"]), int(note["found"]))
    return _noted(notes, Standing(0, now, 0))


def compare(
    table: Table, log: Log, notes: Notes, now: datetime, stop: Callable[[], bool]
) -> Standing:
    """
    Go on from what is noted to the end of the log, or until `stop` says so. Each difference is
    logged as an error. Raises Unavailable, Damaged.
    """
    was = standing(notes, now)
    until = position = was.until
    found, head = 0, log.head()
    while position < head and not stop():
        part = reconcile(table, _Until(log, min(head, position + SLICE)), position)
        for one in part.findings:
            logger.error("%s, %s: it %s", one.kind, one.place, one.what)
        found, position = found + part.found, part.until
        until = until if found else position
        _noted(notes, Standing(until, was.at, max(found, was.found)))
    if position < head:
        return Standing(until, was.at, max(found, was.found))
    return _noted(notes, Standing(until, now, found))


def _noted(notes: Notes, found: Standing) -> Standing:
    at = found.at.isoformat()
    notes.set_note(NOTE, {"until": str(found.until), "at": at, "found": str(found.found)})
    return found


class _Until:
    """A log that ends there."""

    def __init__(self, log: Log, head: int) -> None:
        self._log, self._head = log, head

    def head(self) -> int:
        return self._head

    def read(self, after: int, limit: int, /) -> Sequence[Commit]:
        return self._log.read(after, limit)

    def place(self, stream: str, version: int, /) -> int | None:
        return self._log.place(stream, version)
