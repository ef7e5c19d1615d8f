"""Whether a file still is the content of its name, without reading it again for each reader."""

import os
from collections import OrderedDict
from hashlib import file_digest
from io import BufferedReader
from threading import Lock
from time import monotonic, time
from typing import Final, NamedTuple

REMEMBERED: Final = 4_096  # files
# Seconds. A disk that rots alters a file and no time of it.
TRUSTED: Final = 600.0
# Seconds. What is written twice within one tick of the file system's clock has one time.
SETTLED: Final = 2.0


class _Mark(NamedTuple):
    """What no writer leaves as it is: nobody sets the time of the last change (POSIX st_ctim)."""

    device: int
    inode: int
    size: int
    changed: int


class Intact:
    """Hashes a file when it is first opened, and again once it was written to or is an old tale."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._found: OrderedDict[tuple[str, _Mark], float] = OrderedDict()

    def holds(self, file: BufferedReader, digest: str) -> bool:
        """Whether the SHA-256 of all of it is `digest`; the file is at its beginning then."""
        now = os.fstat(file.fileno())
        key = digest, _Mark(now.st_dev, now.st_ino, now.st_size, now.st_ctime_ns)
        if self._known(key):
            return True
        found = file_digest(file, "sha256").hexdigest() == digest
        file.seek(0)
        if found and now.st_ctime < time() - SETTLED:
            self._remember(key)
        return found

    def _known(self, key: tuple[str, _Mark]) -> bool:
        with self._lock:
            at = self._found.get(key)
        return at is not None and monotonic() - at < TRUSTED

    def _remember(self, key: tuple[str, _Mark]) -> None:
        with self._lock:
            self._found[key] = monotonic()
            self._found.move_to_end(key)
            if len(self._found) > REMEMBERED:
                self._found.popitem(last=False)
