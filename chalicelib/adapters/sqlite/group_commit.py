"""
Group commit: what arrives while something else is being written shares the next fsync.

Whoever finds nobody writing leads: it writes all that has been submitted, its own among it. The
others sleep until theirs is settled or it is their turn to lead. A lone thread always leads itself,
so that nothing is handed from thread to thread.

Those whose items are settled wake one another in a chain. Woken all at once, they would stand
around the interpreter lock, and the next leader would get it last.
"""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import dataclass, field
from itertools import pairwise
from queue import Empty, SimpleQueue
from threading import Lock
from typing import Any, Generic, TypeVar

T = TypeVar("T")
R = TypeVar("R")

# Nobody waits longer than this for a wake-up that an interrupted thread failed to give.
PATIENCE = 1.0


@dataclass(slots=True, eq=False)
class _Entry(Generic[T, R]):
    item: T
    outcome: R | None = None
    given_up: bool = False
    wake: SimpleQueue[None] = field(default_factory=SimpleQueue)
    next: "_Entry[T, R] | None" = None

    @property
    def waits(self) -> bool:
        return self.outcome is None and not self.given_up


class GroupCommit(Generic[T, R]):
    """
    `write` turns at most `batch` items into as many outcomes, all in one go; only one thread at a
    time is in it. `then` gets these outcomes outside all locks; it must not raise. Around the wait
    for others `waiting` is entered.

    Where `write` raises, its thread gets the exception, and the other items stay in the queue for
    the next leader: `write` must be able to meet an item again that it has written already.
    """

    def __init__(
        self,
        write: Callable[[list[T]], Sequence[R]],
        then: Callable[[Sequence[R]], None],
        batch: int = 256,
        waiting: Callable[[], AbstractContextManager[None]] = nullcontext,
    ) -> None:
        self._write, self._then, self._batch = write, then, batch
        self._while_waiting = waiting
        self._queue: list[_Entry[T, R]] = []
        self._queue_lock = Lock()
        self._writing = Lock()

    def submit(self, item: T) -> R:
        if not self._queue and self._writing.acquire(blocking=False):
            return self._alone(item)
        entry: _Entry[T, R] = _Entry(item)
        with self._queue_lock:
            self._queue.append(entry)
        with self._while_waiting():
            return self._settled(entry)

    def _settled(self, entry: _Entry[T, R]) -> R:
        try:
            while entry.outcome is None:
                self._take_turn(entry)
        except BaseException:
            entry.given_up = True
            self._wake_next()
            raise
        finally:
            _wake(entry.next)
        return entry.outcome

    def _alone(self, item: T) -> R:
        """Nobody writes and nobody waits; who comes meanwhile is woken afterwards."""
        try:
            outcomes = self._write([item])
        finally:
            self._writing.release()
            self._wake_next()
        self._then(outcomes)
        return outcomes[0]

    def _take_turn(self, entry: _Entry[T, R]) -> None:
        # No wake-up is lost: who sees the lock taken has already queued, and its holder looks at
        # the queue after letting go.
        if self._writing.locked():
            with suppress(Empty):
                entry.wake.get(timeout=PATIENCE)
            return
        with self._writing:
            settled = self._lead() if entry.outcome is None else []
        self._wake_next()
        if settled:
            _wake(settled[0])
            self._then([one.outcome for one in settled if one.outcome is not None])

    def _lead(self) -> list[_Entry[T, R]]:
        batch = self._waiting()[: self._batch]
        outcomes = self._write([one.item for one in batch])
        for one, following in pairwise(batch):
            one.next = following
        for one, outcome in zip(batch, outcomes, strict=True):
            one.outcome = outcome
        return batch

    def _waiting(self) -> list[_Entry[T, R]]:
        with self._queue_lock:
            self._queue = [one for one in self._queue if one.waits]
            return self._queue

    def _wake_next(self) -> None:
        if not self._queue:
            return
        for first in self._waiting()[:1]:
            _wake(first)


def _wake(entry: _Entry[Any, Any] | None) -> None:
    if entry is not None:
        entry.wake.put(None)
