"""
Putting a backup in the place of what is in a directory, which nobody uses meanwhile.

The backup is copied beside it and proved there first; only then what was there is set aside, and
the copy moved up. While it is, a file says so, and no service starts on a part of two; run again, a
restore begins anew, and sets aside what it had moved.
"""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from ...eventlog.ports import Damaged, Unavailable
from ..local import in_use
from . import manifest as m
from .making import Progress, copy_document

BESIDE: Final = "restoring"
ASIDE: Final = "set-aside-"
_STAYS: Final = frozenset({in_use.NAME, in_use.RESTORING, BESIDE})


def checked(backup: Path, progress: Progress) -> m.Manifest:
    """The manifest of a backup that is whole. Raises Damaged, Unavailable, OSError."""
    if not backup.is_dir():
        raise Unavailable(f"there is no {backup}")
    manifest = m.read(backup)
    if manifest is None:
        raise Damaged(
            f"{backup} is no whole backup: it has no {m.NAME}, which comes last. Take another one"
        )
    wrong = next(_wrong(backup, manifest, progress), None)
    if wrong is not None:
        raise Damaged(f"{wrong} is not what was backed up: take another backup")
    return manifest


def _wrong(backup: Path, manifest: m.Manifest, progress: Progress) -> Iterator[Path]:
    state = backup / manifest.state
    for name, expected in manifest.files.items():
        if _measured(state / name) != expected:
            yield state / name
    for number, (digest, name) in enumerate(m.listed(state), 1):
        found = _measured(backup / name)
        if found is None or found.sha256 != digest:
            yield backup / name
        progress("checking", number, manifest.documents)


def _measured(path: Path) -> m.File | None:
    try:
        return m.measured(path)
    except FileNotFoundError:
        return None


@contextmanager
def under_way(data: Path) -> Iterator[Path]:
    """
    An empty directory in `data` to build in; nobody else uses `data` meanwhile. Raises
    Unavailable, OSError.
    """
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    lock = in_use.alone(data)
    building = data / BESIDE
    try:
        _clear(building)
        building.mkdir(mode=0o700)
        yield building
    finally:
        _clear(building)
        lock.close()


def _clear(building: Path) -> None:
    shutil.rmtree(building, ignore_errors=True)


def fill(building: Path, backup: Path, manifest: m.Manifest, progress: Progress) -> None:
    """Raises Damaged, OSError."""
    state = backup / manifest.state
    for name in manifest.files:
        shutil.copyfile(state / name, building / name)
        (building / name).chmod(0o600)
    (building / m.DOCUMENTS).mkdir(mode=0o700)
    for number, (_, name) in enumerate(m.listed(state), 1):
        if not copy_document(backup / name, building / name):
            raise Damaged(f"{backup / name} is not what was backed up: take another backup")
        progress("copying documents", number, manifest.documents)
    (building / m.LISTED).unlink()


def take_over(
    data: Path, building: Path, moved: Callable[[str], None] = lambda _: None
) -> Path | None:
    """
    Set aside what was there, and say where; move up what was built. `moved` gets each name. Raises
    OSError.
    """
    old = [
        one for one in data.iterdir() if one.name not in _STAYS and not one.name.startswith(ASIDE)
    ]
    (data / in_use.RESTORING).touch()
    m.sync(data)
    aside = data / f"{ASIDE}{datetime.now(UTC):%Y%m%dT%H%M%S%f}Z" if old else None
    if aside is not None:
        aside.mkdir(mode=0o700)
        _move(old, aside, moved)
    _move([one for one in building.iterdir() if one.name not in _STAYS], data, moved)
    m.sync(data)
    (data / in_use.RESTORING).unlink()
    m.sync(data)
    return aside


def _move(some: list[Path], to: Path, moved: Callable[[str], None]) -> None:
    for one in sorted(some):
        one.rename(to / one.name)
        moved(one.name)
    m.sync(to)
