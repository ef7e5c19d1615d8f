"""
The same failure over and over is one line every few seconds, which says how many there were: a disk
that is full must not be filled by the log of its failures, nor a cause be hidden among effects.
"""

import logging
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock
from time import monotonic
from typing import Final

from ...eventlog.telemetry import cause_of

EVERY: Final = 10.0  # seconds
KINDS: Final = 256  # that are told apart; of more, the one that came up first is forgotten

Kind = tuple[str, int, str, str]


@dataclass(slots=True)
class _Seen:
    """`record` is the last one that was suppressed."""

    until: float
    suppressed: int = 0
    record: logging.LogRecord | None = None


class Seldom(logging.Filter):
    """
    Lets through one record of each kind in EVERY seconds: of one line of the code, with one kind of
    exception and cause. What is below WARNING is no failure and always goes through.
    """

    def __init__(self, clock: Callable[[], float] = monotonic, every: float = EVERY) -> None:
        super().__init__()
        self._clock, self._every = clock, every
        self._lock = Lock()
        self._seen: OrderedDict[Kind, _Seen] = OrderedDict()

    def filter(self, record: logging.LogRecord) -> bool:
        if record.levelno < logging.WARNING or hasattr(record, "suppressed"):
            return True
        now = self._clock()
        with self._lock:
            seen = self._seen.get(_kind(record))
            if seen is not None and now < seen.until:
                seen.suppressed, seen.record = seen.suppressed + 1, record
                return False
            record.suppressed = seen.suppressed if seen is not None else 0
            self._seen[_kind(record)] = _Seen(now + self._every)
            if len(self._seen) > KINDS:
                self._seen.popitem(last=False)
        return True

    def overdue(self, *, everything: bool = False) -> list[logging.LogRecord]:
        """
        Of each kind whose time is over, or of each, the last one that was suppressed, so that none
        of the count is lost when it does not come again.
        """
        now = self._clock()
        with self._lock:
            due = [one for one in self._seen.values() if everything or one.until <= now]
            return [record for one in due if (record := _taken(one, now + self._every))]


def _taken(seen: _Seen, until: float) -> logging.LogRecord | None:
    record, others = seen.record, seen.suppressed - 1
    if record is not None:
        record.suppressed = others
        seen.until, seen.suppressed, seen.record = until, 0, None
    return record


def _kind(record: logging.LogRecord) -> Kind:
    error = record.exc_info[1] if record.exc_info else None
    kind = type(error).__qualname__ if error is not None else ""
    return record.name, record.lineno, kind, cause_of(error) if error is not None else ""
