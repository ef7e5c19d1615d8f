"""Making a backup, or bringing one up to date, while the service runs."""

import os
import re
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Final, NamedTuple

from ...eventlog.belonging import Mark
from ...eventlog.ports import StoreError
from ..local import in_use
from ..sqlite.copying import copy
from ..sqlite.store import SqliteStore
from . import manifest as m

PIECE: Final = 1 << 20  # bytes
# The store comes first: what its events name is there by then. The rest may be newer than it.
STORES: Final = ("events.db", "sign-ins.db", "registry.db", "quotas.db")
KEYS: Final = ("secret.key", "signing.pem", "signing-sm2.pem", "tokens.pem", "signin.key")
CONSUMERS: Final = "consumers.json"
_UNDER_WAY: Final = "backup-under-way"
_OURS: Final = {m.NAME, m.DOCUMENTS, _UNDER_WAY, in_use.NAME}
_OWNER, _CONTENT = re.compile(r"[0-9a-f]{32}"), re.compile(r"[0-9a-f]{64}")

Progress = Callable[[str, int, int], None]


class Unfit(StoreError):
    """A backup cannot be made there, or be put back there."""


class Made(NamedTuple):
    """`damaged` are the documents whose content is not that of their name; they are left out."""

    manifest: m.Manifest
    copied: int
    damaged: tuple[str, ...]


def make(data: Path, to: Path, log: str, consumers: bytes, progress: Progress) -> Made:
    """
    A backup of `data`, the log `log`, in `to`. `consumers` tells how far those have come that must
    do nothing twice, read before this was called. Until the end the backup that was there counts,
    if there was one. Raises Unfit, StoreError, OSError.
    """
    before = _place(data, to, log)
    lock = in_use.alone(to)
    try:
        _sweep(to, before)
        made = _made(data, to, consumers, progress)
        m.write(to, made.manifest)
        (to / _UNDER_WAY).unlink(missing_ok=True)
        _sweep(to, made.manifest)
        _drop_documents(to, made.manifest)
        return made
    finally:
        lock.close()


def check_apart(data: Path, backup: Path) -> None:
    """Raises Unfit: what is made of the one must not be in, or around, the other."""
    here, there = data.resolve(), backup.resolve()
    if there.is_relative_to(here) or here.is_relative_to(there):
        raise Unfit(
            f"{backup} and {data} lie in one another: name another directory, or another disk"
        )


def _place(data: Path, to: Path, log: str) -> m.Manifest | None:
    """The backup that is there. Makes the directory. Raises Unfit for what is none of this log."""
    check_apart(data, to)
    to.mkdir(mode=0o700, parents=True, exist_ok=True)
    before = m.read(to)
    if before is not None:
        if before.end.log != log:
            raise Unfit(f"{to} is a backup of another log: name an empty directory")
        return before
    found = {one.name for one in to.iterdir()}
    if found and _UNDER_WAY not in found:
        raise Unfit(f"{to} holds something, and no backup of ours: name an empty directory")
    (to / _UNDER_WAY).touch()
    return None


def _sweep(to: Path, keep: m.Manifest | None) -> None:
    """What a backup that was broken off has left, or the last one has replaced."""
    for state in to.glob(f"{m.STATE}*"):
        if keep is None or state.name != keep.state:
            shutil.rmtree(state)


def _made(data: Path, to: Path, consumers: bytes, progress: Progress) -> Made:
    at = datetime.now(UTC)
    state = to / f"{m.STATE}{at:%Y%m%dT%H%M%S%f}Z"
    state.mkdir(mode=0o700)
    (state / CONSUMERS).write_bytes(consumers)
    for name in STORES:
        if (data / name).exists():
            copy(data / name, state / name, partial(progress, name))
    end = _end(state / STORES[0])
    documents = _Documents(data / m.DOCUMENTS, to / m.DOCUMENTS)
    documents.copy(state / m.LISTED, progress)
    for name in KEYS:
        if (data / name).exists():
            _write(state / name, (data / name).read_bytes())
    files = {one.name: m.measured(one) for one in sorted(state.iterdir())}
    os.sync()  # one for all, before anything says that it is there
    made = m.Manifest(end, at, state.name, files, documents.count, documents.bytes)
    return Made(made, documents.copied, tuple(documents.damaged))


def _end(events: Path) -> Mark:
    store = SqliteStore(events)
    try:
        return store.end()
    finally:
        store.close()
        for left in events.parent.glob(f"{events.name}.*"):
            left.unlink()


def _write(path: Path, content: bytes) -> None:
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:  # noqa: PTH123 - with a mode of its own
        file.write(content)


class _Documents:
    """What is being handed in, part by part, is left out: who does so sends what is missing."""

    def __init__(self, source: Path, target: Path) -> None:
        self._source, self._target = source, target
        self.count = self.bytes = self.copied = 0
        self.damaged: list[str] = []

    def copy(self, listed: Path, progress: Progress) -> None:
        found = list(_documents(self._source))
        self._target.mkdir(mode=0o700, exist_ok=True)
        with listed.open("w", encoding="ascii") as lines:
            for number, document in enumerate(found, 1):
                if self._copied(document):
                    name = document.relative_to(self._source)
                    lines.write(f"{document.name}  {m.DOCUMENTS}/{name}\n")
                progress(m.DOCUMENTS, number, len(found))

    def _copied(self, document: Path) -> bool:
        """Whether it is in the backup now; not if it was removed meanwhile, or is damaged."""
        target = self._target / document.relative_to(self._source)
        try:
            size = document.stat().st_size
            if not target.exists() or target.stat().st_size != size:
                if not copy_document(document, target):
                    self.damaged.append(str(document))
                    return False
                self.copied += 1
        except FileNotFoundError:
            return False
        self.count += 1
        self.bytes += size
        return True


def _documents(root: Path) -> Iterator[Path]:
    for owner in root.iterdir():
        if _OWNER.fullmatch(owner.name):
            yield from (one for one in owner.iterdir() if _CONTENT.fullmatch(one.name))


def copy_document(source: Path, target: Path) -> bool:
    """False, with nothing copied, if its content is not that of its name. Raises OSError."""
    target.parent.mkdir(mode=0o700, exist_ok=True)
    part, found = target.with_name(f".{target.name}"), sha256()
    with source.open("rb") as file, part.open("wb") as copied:
        while piece := file.read(PIECE):
            found.update(piece)
            copied.write(piece)
    if found.hexdigest() != target.name:
        part.unlink()
        return False
    part.replace(target)
    return True


def _drop_documents(to: Path, made: m.Manifest) -> None:
    """What is not kept any more is not kept here either."""
    names = {name for _, name in m.listed(to / made.state)}
    for document in _documents(to / m.DOCUMENTS):
        if f"{m.DOCUMENTS}/{document.relative_to(to / m.DOCUMENTS)}" not in names:
            document.unlink()
