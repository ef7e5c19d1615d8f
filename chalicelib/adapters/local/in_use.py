"""Whether a directory is in use: many may use it at once, or one may put another in its place."""

import os
from fcntl import LOCK_EX, LOCK_NB, LOCK_SH, flock
from pathlib import Path
from typing import Final

from ...eventlog.ports import Unavailable

NAME: Final = "in-use.lock"
# There while a restore puts one in the other's place: what lies beside it is a part of two.
RESTORING: Final = "restore-under-way"


class InUse:
    """A lock that the kernel drops when the process dies."""

    _file = -1

    def __init__(self, data: Path, how: int) -> None:
        self._file = os.open(data / NAME, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        flock(self._file, how | LOCK_NB)

    def close(self) -> None:
        """Twice is once."""
        file, self._file = self._file, -1
        if file >= 0:
            os.close(file)

    def __del__(self) -> None:
        self.close()


def shared(data: Path) -> InUse | None:
    """
    Raises Unavailable while a restore is under way, or was broken off. None where nothing can be
    written: nobody puts anything else there either.
    """
    if (data / RESTORING).exists():
        raise Unavailable(
            f"a backup is being restored into {data}, or that was broken off: wait, or run the "
            "same `banjian restore` again"
        )
    try:
        return InUse(data, LOCK_SH)
    except BlockingIOError as error:
        raise Unavailable(f"a backup is being restored into {data}: wait for its end") from error
    except OSError:
        return None


def alone(data: Path) -> InUse:
    """Raises Unavailable while anybody else uses it; OSError."""
    try:
        return InUse(data, LOCK_EX)
    except BlockingIOError as error:
        raise Unavailable(
            f"{data} is in use: stop the service, and whatever else works on it, first"
        ) from error
