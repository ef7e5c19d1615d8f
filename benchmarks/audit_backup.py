"""How fast a backup is taken, of a store that somebody goes on writing to."""

import os
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event, Thread
from typing import Final

from chalicelib import bootstrap
from chalicelib.bootstrap.backups import back_up
from chalicelib.eventlog.ports import CommandId
from chalicelib.platform.platform import Platform

COMMITS: Final = 100_000
BODY: Final = 1_500  # bytes, about what a command of a case has
DOCUMENTS: Final = 200
DOCUMENT: Final = 500_000  # bytes


def backup_mb_per_s(commits: int = COMMITS, documents: int = DOCUMENTS) -> float:
    """
    Megabytes (10^6 bytes) of store and documents a second, the digests of all included, while one
    thread appends.
    """
    with TemporaryDirectory() as place:
        data = Path(place) / "var"
        platform = bootstrap.embedded(data, synchronous="OFF")
        platform.belonging.adopt()
        _fill(platform, commits, documents)
        over = Event()
        writing = Thread(target=_write, args=(platform, over))
        writing.start()
        began = time.perf_counter()
        try:
            made = back_up(data, Path(place) / "backup", lambda *_: None)
        finally:
            took = time.perf_counter() - began
            over.set()
            writing.join()
            platform.close()
    return made.manifest.bytes / 1e6 / took


def _fill(platform: Platform, commits: int, documents: int) -> None:
    for n in range(commits):
        _append(platform, f"case-{n}")
    for _ in range(documents):
        platform.blobs.put("citizen-zhang", os.urandom(DOCUMENT))


def _write(platform: Platform, over: Event) -> None:
    n = 0
    while not over.is_set():
        _append(platform, f"case-late-{n}")
        n += 1


def _append(platform: Platform, stream: str) -> None:
    body = os.urandom(BODY)
    platform.store.append(platform.store.load(stream), CommandId("c", b"f"), 1, body)


if __name__ == "__main__":
    print(f"backup_mb_per_s {backup_mb_per_s():.0f}")
