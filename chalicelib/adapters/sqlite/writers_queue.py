"""One writer at a time among processes, in turn."""

import os
from contextlib import ExitStack
from fcntl import LOCK_EX, LOCK_UN, flock
from pathlib import Path
from types import TracebackType
from typing import Self


class WritersQueue:
    """
    A lock between processes that lets nobody starve; one thread of a process at a time.

    SQLite's own waiting is a poll with growing pauses: who has just written and writes again finds
    the lock free before a sleeper looks, and a busy process kept another one out for 400 ms at a
    time. One flock is fair by luck only: who lets go may take it again before the woken one runs.
    Hence two. Whoever wants to write holds `turn` while it waits for `write`; the last writer,
    coming back, waits behind it at `turn`. The kernel drops both locks when a process dies.
    """

    def __init__(self, beside: Path) -> None:
        """Makes two empty files beside the file; raises OSError."""
        with ExitStack() as opened:
            self._turn = _open(beside.with_name(f"{beside.name}.turn"))
            opened.callback(os.close, self._turn)
            self._write = _open(beside.with_name(f"{beside.name}.write"))
            opened.pop_all()

    def __enter__(self) -> Self:
        try:
            flock(self._turn, LOCK_EX)
            flock(self._write, LOCK_EX)
        except BaseException:
            flock(self._write, LOCK_UN)
            raise
        finally:
            flock(self._turn, LOCK_UN)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        flock(self._write, LOCK_UN)

    def close(self) -> None:
        os.close(self._turn)
        os.close(self._write)


def _open(path: Path) -> int:
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
