"""Simulated time for ordinary blocking code: each process is a thread, and one runs at a time."""

from collections.abc import Callable, Sequence
from heapq import heappop, heappush
from itertools import count
from threading import Lock, Thread


class _Over(BaseException):
    """The time has run out while the process slept."""


class Clock:
    """
    `now` is in seconds from the beginning. Whose sleep ends first goes on, and of two the one that
    fell asleep first, so the same processes give the same history again.
    """

    def __init__(self) -> None:
        self.now = 0.0
        self._until = 0.0
        self._sleepers: list[tuple[float, int, Lock]] = []
        self._order = count()
        self._ended = _held()
        self._over = False
        self._failure: BaseException | None = None

    def run(self, processes: Sequence[Callable[[], None]], until: float) -> None:
        """From 0 to `until`, once; raises what a process raised."""
        self._until = until
        threads = [self._thread(process) for process in processes]
        for thread in threads:
            thread.start()
        self._wake_next()
        self._ended.acquire()
        # Each of the others ends in turn, so that no two ever run at once.
        self._over = True
        for _, _, turn in sorted(self._sleepers, key=lambda one: one[:2]):
            turn.release()
            self._ended.acquire()
        for thread in threads:
            thread.join()
        if self._failure is not None:
            raise self._failure

    def sleep(self, seconds: float) -> None:
        turn = self._turn(self.now + seconds)
        self._wake_next()
        self._await(turn)

    def _thread(self, process: Callable[[], None]) -> Thread:
        turn = self._turn(0.0)

        def live() -> None:
            try:
                self._await(turn)
                process()
            except _Over:
                self._ended.release()
                return
            except BaseException as error:  # noqa: BLE001 - `run` raises it
                self._failure, self._until = error, -1.0
            self._wake_next()

        return Thread(target=live, daemon=True)

    def _turn(self, at: float) -> Lock:
        turn = _held()
        heappush(self._sleepers, (at, next(self._order), turn))
        return turn

    def _await(self, turn: Lock) -> None:
        turn.acquire()
        if self._over:
            raise _Over

    def _wake_next(self) -> None:
        if self._sleepers and self._sleepers[0][0] <= self._until:
            self.now, _, turn = heappop(self._sleepers)
            turn.release()
        else:
            self.now = max(self.now, self._until)
            self._ended.release()


def _held() -> Lock:
    lock = Lock()
    lock.acquire()
    return lock
