"""
How a service on one machine is: looked at seldom, however many ask, and never for long, however
long a disk takes.
"""

import logging
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from threading import Event, Lock, Thread
from time import monotonic
from typing import Final, Generic, NamedTuple, TypeVar

from ...eventlog.consumers import Consumer, status
from ...eventlog.ports import StoreError
from ...eventlog.telemetry import cause_of
from ...eventlog.views.port import ViewsError
from ...platform.condition import CONSUMERS, LOG, WRITES, Condition, Details, Follower
from ...platform.platform import Platform
from .. import disk
from ..sqlite.store import SqliteStore, Written
from .counts import Sum

KEPT: Final = 3.0  # seconds that what was found out is told
PATIENCE: Final = 2.0  # seconds after which what has not answered counts as failing
# A process that starts has not been heard yet; consumers_process.py gives one up after HUNG.
SILENT: Final = 45.0

T = TypeVar("T")
log = logging.getLogger(__name__)


class Pulse(NamedTuple):
    """
    What is known of the consumers' process: seconds since it was heard, or was started; how often
    another one was, by why (`ended`, `hung`); what it has counted.
    """

    beat: float
    restarts: dict[str, int]
    counts: Sequence[Sum]


class Served(NamedTuple):
    """What the server in front knows: connections that are open, and that were turned away."""

    connections: int
    refused: int


class Watchman:
    """`pulse` and `served` are told by whoever serves; None while nobody does."""

    def __init__(
        self, platform: Platform, data: Path, consumers: Callable[[], Sequence[Consumer]]
    ) -> None:
        self.data = data
        self.pulse: Callable[[], Pulse | None] = lambda: None
        self.served: Callable[[], Served | None] = lambda: None
        self.platform, self._consumers = platform, consumers
        self._failing: tuple[str, ...] = ()
        self._writes = _Asked(self._refused)
        self._log = _Asked(self._unreadable)
        self._followers = _Asked(self._status)
        disk.tidy(data)

    def condition(self) -> Condition:
        pulse = self.pulse()
        checks = {
            LOG: self._log.answer("no answer") is not None,
            WRITES: self._writes.answer("no answer") is not None,
            CONSUMERS: pulse is not None and pulse.beat > SILENT,
        }
        failing = tuple(name for name, fails in checks.items() if fails)
        if failing != self._failing:
            self._failing = failing
            if failing:
                log.error("the service is not ready: %s", ", ".join(failing))
            else:
                log.warning("the service is ready again")
        return Condition(failing)

    def details(self) -> Details:
        pulse, room = self.pulse(), self.room()
        return Details(
            position=self._head(),
            free=room.free if room else None,
            size=room.size if room else None,
            refused=self._writes.answer("no answer"),
            beat=round(pulse.beat, 1) if pulse else None,
            restarts=sum(pulse.restarts.values()) if pulse else None,
            consumers=self._followers.answer(()),
        )

    def room(self) -> disk.Disk | None:
        try:
            return disk.disk(self.data)
        except OSError:
            return None

    def written(self) -> Written:
        return written(self.platform)

    def _head(self) -> int | None:
        try:
            return self.platform.log.head()
        except StoreError:
            return None

    def _unreadable(self) -> str | None:
        try:
            self.platform.log.head()
        except StoreError as error:
            return cause_of(error) or type(error).__name__
        return None

    def _refused(self) -> str | None:
        """
        Why writes are: the store's last one failed a moment ago, or neither data nor documents
        could be written now.
        """
        store = self.platform.store
        failed = store.refusing if isinstance(store, SqliteStore) else None
        if failed is not None:
            return cause_of(failed) or type(failed).__name__
        for place in (self.data, self.data / "documents" / "incoming"):
            error = disk.unwritable(place) if place.is_dir() else None
            if error is not None:
                return cause_of(error) or type(error).__name__
        return None if os.access(self.data / "events.db", os.W_OK) else "EACCES"

    def _status(self) -> tuple[Follower, ...]:
        source, views = self.platform.source, self.platform.views
        try:
            found = status(self._consumers(), source, views)
            return tuple(Follower(one.name, max(0, one.lag), one.parked) for one in found)
        except (StoreError, ViewsError):
            log.exception("it cannot be told how far the consumers are")
            return ()


def written(platform: Platform) -> Written:
    store = platform.store
    return store.written if isinstance(store, SqliteStore) else Written()


class _Asked(Generic[T]):
    """A question with one thread to answer it; what it answered last is told for KEPT seconds."""

    def __init__(self, question: Callable[[], T]) -> None:
        self._question = question
        self._lock = Lock()
        self._answered = Event()
        self._answer: T | None = None
        self._until = 0.0
        self._asking = False

    def answer(self, otherwise: T) -> T:
        """`otherwise` if there is none within PATIENCE seconds."""
        with self._lock:
            if not self._asking and monotonic() >= self._until:
                self._asking = True
                self._answered.clear()
                Thread(target=self._ask, name="watchman", daemon=True).start()
        if not self._answered.wait(PATIENCE):
            return otherwise
        return self._answer  # type: ignore[return-value]  # the event says that there is one

    def _ask(self) -> None:
        try:
            self._answer = self._question()
            self._until = monotonic() + KEPT
        finally:
            self._asking = False
            self._answered.set()
