"""Documents as files: one directory for each owner, one file for each content."""

import os
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from tempfile import mkstemp
from time import time

from ..application.ports import Damaged, Unavailable, Upload
from .blob_names import is_digest, owner_name

# What is older was left by a process that died: no put takes an hour.
LEFTOVER_SECONDS = 3600.0
UPLOAD_LIMIT = 10 << 20  # bytes; the service takes no larger body


class FileBlobs:
    """
    Blobs under `directory`: `<sha256 of owner, 32 digits>/<sha256 of content>`.

    A file appears under its name only when all of it is on the disk. The methods raise Unavailable.
    """

    def __init__(self, directory: str | Path) -> None:
        """Makes `directory` if it is not there, and sweeps out what a crash left behind."""
        self._root = Path(directory).resolve()
        self._incoming = self._root / "incoming"
        with _translated(self._root):
            self._incoming.mkdir(parents=True, exist_ok=True)
            _sync(self._root.parent)
            _sweep(self._incoming)

    @property
    def upload_limit(self) -> int:
        return UPLOAD_LIMIT

    def presign(
        self, _owner: str, digest: str, size: int, media_type: str, seconds: int, /
    ) -> Upload:
        """A POST to the service itself, which holds the bytes against their digest (RFC 9530)."""
        content_digest = f"sha-256=:{b64encode(bytes.fromhex(digest)).decode()}:"
        headers = {
            "Content-Length": str(size),
            "Content-Type": media_type,
            "Content-Digest": content_digest,
        }
        expires_at = datetime.now(UTC) + timedelta(seconds=seconds)
        return Upload("/documents", "POST", headers, expires_at)

    def put(self, owner: str, content: bytes, /) -> str:
        digest = sha256(content).hexdigest()
        place = self._place(owner) / digest
        with _translated(place):
            # Written even if it is there: the other one may be damaged, or not yet durable.
            place.parent.mkdir(exist_ok=True)
            _write(self._incoming, content, place)
            _sync(place.parent)
            _sync(self._root)
        return digest

    def get(self, owner: str, digest: str, /) -> bytes | None:
        place = self._place(owner) / _checked(digest)
        with _translated(place):
            try:
                content = place.read_bytes()
            except FileNotFoundError:
                return None
        if sha256(content).hexdigest() != digest:
            raise Damaged(f"{place} is not the content of its name; restore it from a backup")
        return content

    def size(self, owner: str, digest: str, /) -> int | None:
        place = self._place(owner) / _checked(digest)
        with _translated(place):
            try:
                return place.stat().st_size
            except FileNotFoundError:
                return None

    def _place(self, owner: str) -> Path:
        return self._root / owner_name(owner)


def _checked(digest: str) -> str:
    """A name that no file has, unless it is a digest."""
    return digest if is_digest(digest) else "none"


@contextmanager
def _translated(place: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise Unavailable(f"{error.filename or place}: {error.strerror or error}") from error


def _write(incoming: Path, content: bytes, place: Path) -> None:
    descriptor, name = mkstemp(dir=incoming)
    try:
        with open(descriptor, "wb") as file:  # noqa: PTH123 - there is a descriptor already
            file.write(content)
            file.flush()
            os.fsync(descriptor)
        Path(name).rename(place)
    except BaseException:
        with suppress(FileNotFoundError):
            Path(name).unlink()
        raise


def _sync(directory: Path) -> None:
    """A name is durable once its directory is."""
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _sweep(incoming: Path) -> None:
    for left in incoming.iterdir():
        with suppress(FileNotFoundError):  # another process sweeps, too
            if left.stat().st_mtime < time() - LEFTOVER_SECONDS:
                left.unlink()
