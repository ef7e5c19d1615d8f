"""Looks, while a process runs, whether its data was exchanged under it."""

import logging
from collections.abc import Callable
from threading import Event, Thread
from types import TracebackType
from typing import Final, Self

from ..eventlog.belonging import Belonging, Misplaced
from ..eventlog.ports import Damaged, StoreError
from ..platform.platform import Platform

EVERY: Final = 1.0  # seconds
KEPT: Final = 5  # looks between two notes of how far the log has come

log = logging.getLogger(__name__)


def _nothing() -> None:
    pass


class Watch:
    """
    In a thread of its own; what is found is one line of the log, and `then` is called. One of the
    processes `keeps`, for the next start, how far the log has come.
    """

    def __init__(
        self, belonging: Belonging, then: Callable[[], None] = _nothing, *, keeps: bool = False
    ) -> None:
        self._belonging, self._then, self._keeps = belonging, then, keeps
        self._stopping = Event()
        self._thread = Thread(target=self._watch, name="belonging", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._stopping.set()
        self._thread.join()

    def _watch(self) -> None:
        looks = 0
        while not self._stopping.wait(EVERY):
            looks += 1
            try:
                self._belonging.look()
                if self._keeps and looks % KEPT == 0:
                    self._belonging.keep()
            except (Misplaced, Damaged) as error:
                log.error("%s", error)  # noqa: TRY400 - where it was noticed says nothing
                self._then()
                return
            except (StoreError, OSError) as error:
                # The disk is full or busy: whoever reads and writes tells, and we look again.
                log.debug("the data could not be looked at: %s", error)


def close(platform: Platform) -> bool:
    """
    Note how far the log has come, and leave one file a store. False for data that was exchanged:
    that is left as it is, and the process must end at once (os._exit), for SQLite writes what is in
    our WAL into the files that are there now when a connection is closed, or forgotten.
    """
    try:
        platform.belonging.look()
        platform.belonging.keep()
    except (Misplaced, Damaged):
        return False
    except (StoreError, OSError) as error:
        log.warning("how far the log has come is not noted: %s", error)
    platform.close()
    return True
