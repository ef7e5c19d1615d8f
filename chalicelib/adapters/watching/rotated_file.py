"""
A log in files that are turned over each day, or once one is large enough, and kept for days.

Beside `banjian.log` lie `banjian.log.20261130.gz`, `banjian.log.20261130-2.gz`, ...: the day is the
one in which it was begun, in China. A file is removed by the day in its name, so that a copy put
back with another date of its own is kept as long as it says.
"""

import gzip
import os
import re
import shutil
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from threading import Thread
from typing import Final

from ...clock.calendar import legal_day
from .settings import Kept, now

MODE: Final = 0o600
_NAME: Final = re.compile(r"\.(?P<day>[0-9]{8})(?:-[0-9]+)?(?:\.gz)?")


class RotatedFile:
    """Of one process: another one writes to another file. The directory must be there."""

    def __init__(self, path: Path, kept: Kept) -> None:
        """Raises OSError if it cannot be written."""
        self.path, self._kept = path.absolute(), kept
        self._begun = _begun(self.path)
        self._file = self._opened()
        self._zipping: Thread | None = None

    def write(self, lines: bytes) -> None:
        """Raises OSError; then nothing of them counts as written."""
        if self._is_over():
            self._turn_over()
        while lines:
            lines = lines[os.write(self._file, lines) :]

    def close(self) -> None:
        os.close(self._file)
        if self._zipping is not None:
            self._zipping.join()

    def _opened(self) -> int:
        return os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, MODE)

    def _is_over(self) -> bool:
        found = os.fstat(self._file)
        if not found.st_nlink or not self._is_ours(found):  # somebody has moved it away
            return True
        return bool(found.st_size) and (
            legal_day(now()) != self._begun or found.st_size >= self._kept.bytes
        )

    def _is_ours(self, found: os.stat_result) -> bool:
        try:
            return os.path.samestat(found, self.path.stat())
        except FileNotFoundError:
            return False

    def _turn_over(self) -> None:
        if self._is_ours(os.fstat(self._file)):
            self.path.rename(self._free_name())
        before, self._file = self._file, self._opened()
        os.close(before)
        self._begun = legal_day(now())
        if self._zipping is None or not self._zipping.is_alive():
            self._zipping = Thread(target=self._tidy, name="old logs", daemon=True)
            self._zipping.start()

    def _free_name(self) -> Path:
        stem = f"{self.path.name}.{self._begun:%Y%m%d}"
        number, name = 1, stem
        while any(self.path.with_name(f"{name}{end}").exists() for end in ("", ".gz")):
            number += 1
            name = f"{stem}-{number}"
        return self.path.with_name(name)

    def _tidy(self) -> None:
        """What failed is done with the next file: nothing of it is lost meanwhile."""
        oldest = legal_day(now()) - timedelta(days=self._kept.days)
        for old in self.path.parent.glob(f"{self.path.name}.*"):
            day = _day(old.name.removeprefix(self.path.name))
            with suppress(OSError):
                if day is not None and day < oldest:
                    old.unlink()
                elif day is not None and old.suffix != ".gz":
                    _zip(old)


def _begun(path: Path) -> date:
    """Of a file that a process before this one wrote: when it was last written, at the latest."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return legal_day(now())
    return legal_day(datetime.fromtimestamp(found.st_mtime, UTC))


def _day(ending: str) -> date | None:
    """None for what is no file of ours."""
    found = _NAME.fullmatch(ending)
    try:
        return None if found is None else date.fromisoformat(found["day"])
    except ValueError:
        return None


def _zip(path: Path) -> None:
    whole, part = path.with_name(f"{path.name}.gz"), path.with_name(f"{path.name}.part")
    with path.open("rb") as plain, part.open("wb") as file:
        part.chmod(MODE)
        with gzip.open(file, "wb") as zipped:
            shutil.copyfileobj(plain, zipped, 1 << 20)
        file.flush()
        os.fsync(file.fileno())
    part.rename(whole)
    path.unlink()
