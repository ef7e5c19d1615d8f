"""What a disk refuses, in our words, and whether it would take anything now."""

import os
from contextlib import suppress
from errno import EDQUOT, ENOSPC, EROFS
from pathlib import Path
from secrets import token_hex
from typing import Final, NamedTuple

from ..eventlog.ports import Full, ReadOnly, Unavailable

# What is written to find out: more than a file system keeps within an inode, and as a page of
# SQLite's log is, durably.
PROBE: Final = bytes(8192)


TRIED: Final = ".room-"


class Disk(NamedTuple):
    """In bytes; `free` is what this process may still take."""

    free: int
    size: int


def refusal(error: OSError, place: Path) -> Unavailable:
    """Full, ReadOnly or Unavailable, which name `place` unless the error names another one."""
    said = f"{error.filename or place}: {error.strerror or error}"
    if error.errno in (ENOSPC, EDQUOT):
        return Full(f"{said}; make room, the service goes on by itself")
    if error.errno == EROFS:
        return ReadOnly(f"{said}; look at the system's log, and mount it to be written again")
    return Unavailable(said)


def unwritable(directory: Path) -> OSError | None:
    """
    Why nothing can be written there, None if it can. It is tried: free bytes tell nothing of a
    quota, of inodes, or of a file system that went read-only after a failure of its disk.
    """
    place = directory / f"{TRIED}{token_hex(8)}"
    try:
        descriptor = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        try:
            _fill(descriptor)
        finally:
            os.close(descriptor)
            place.unlink()
    except OSError as error:
        return error
    return None


def _fill(descriptor: int) -> None:
    if os.write(descriptor, PROBE) < len(PROBE):
        raise OSError(ENOSPC, os.strerror(ENOSPC))
    os.fsync(descriptor)


def tidy(directory: Path) -> None:
    """Remove what a process left that was killed while it tried."""
    for left in directory.glob(f"{TRIED}*"):
        with suppress(OSError):
            left.unlink()


def disk(directory: Path) -> Disk:
    """Raises OSError."""
    found = os.statvfs(directory)
    return Disk(found.f_bavail * found.f_frsize, found.f_blocks * found.f_frsize)
