"""
Documents as files: one directory for each owner, one file for each content; one directory for each
upload, one file for each of its parts.
"""

import os
from base64 import b64encode
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from tempfile import mkstemp
from time import time
from typing import BinaryIO

from ...eventlog.ports import Damaged, Mismatched, Part, Upload
from .. import disk
from .blob_names import Arrived, arrived, is_digest, latest, owner_name, part_name, upload_name
from .intact import Intact

# What is older was left by a process that died: no put takes an hour.
LEFTOVER_SECONDS = 3600.0
UPLOAD_LIMIT = 100 << 20  # bytes
PART_SIZE = 8 << 20  # bytes; the service takes no body of more than 10 MiB


class FileBlobs:
    """
    Blobs under `directory`: `<sha256 of owner, 32 digits>/<sha256 of content>`.

    A file appears under its name only when all of it is on the disk. The methods raise Unavailable.
    """

    def __init__(self, directory: str | Path) -> None:
        """Makes `directory` if it is not there, and sweeps out what a crash left behind."""
        self._root = Path(directory).resolve()
        self._incoming, self._uploads = self._root / "incoming", self._root / "uploads"
        self._intact = Intact()
        with _translated(self._root):
            self._incoming.mkdir(parents=True, exist_ok=True)
            self._uploads.mkdir(exist_ok=True)
            _sync(self._root.parent)
            _sync(self._root)
            _sweep(self._incoming)

    @property
    def upload_limit(self) -> int:
        return UPLOAD_LIMIT

    @property
    def part_size(self) -> int:
        return PART_SIZE

    def ticket(self, upload: str, part: Part, seconds: int, /) -> Upload:
        """A PUT to the service itself, which holds the bytes against their digest (RFC 9530)."""
        content_digest = f"sha-256=:{b64encode(bytes.fromhex(part.sha256)).decode()}:"
        headers = {
            "Content-Length": str(part.size),
            "Content-Type": "application/octet-stream",
            "Content-Digest": content_digest,
        }
        expires_at = datetime.now(UTC) + timedelta(seconds=seconds)
        document = upload.partition("-")[0]
        url = f"/documents/uploads/{document}/parts/{part.number}"
        return Upload(url, "PUT", headers, expires_at)

    def put_part(self, upload: str, number: int, content: bytes, /) -> Part:
        digest = sha256(content).hexdigest()
        place = self._uploads / upload_name(upload) / part_name(number, digest)
        with _translated(place):
            place.parent.mkdir(exist_ok=True)
            _write(self._incoming, [content], place)
            _drop_older(place)
            _sync(place.parent)
            _sync(self._uploads)
        return Part(number, digest, len(content))

    def parts(self, upload: str, /) -> tuple[Part, ...]:
        place = self._uploads / upload_name(upload)
        with _translated(place):
            try:
                return latest([_arrived(one) for one in place.iterdir()])
            except FileNotFoundError:
                return ()

    def assemble(
        self, owner: str, digest: str, upload: str, check: Callable[[BinaryIO], None], /
    ) -> None:
        place, source = self._place(owner) / digest, self._uploads / upload_name(upload)
        parts = [source / part_name(one.number, one.sha256) for one in self.parts(upload)]

        def checked(file: BinaryIO, found: str) -> None:
            if found != digest:
                raise Mismatched(
                    "parts-make-another-document",
                    "the parts make {found}, not {wanted}",
                    found=found,
                    wanted=digest,
                )
            check(file)

        with _translated(place):
            place.parent.mkdir(exist_ok=True)
            _write(self._incoming, (one.read_bytes() for one in parts), place, checked)
            _sync(place.parent)
            _sync(self._root)

    def discard(self, upload: str, /) -> None:
        place = self._uploads / upload_name(upload)
        with _translated(place):
            _remove(place)

    def sweep(self, before: datetime, /) -> int:
        """Each upload by itself; raises for the first that could not be, once all others were."""
        swept, failed = 0, list[OSError]()
        with _translated(self._uploads):
            for upload in self._uploads.iterdir():
                try:
                    swept += _remove(upload, before.timestamp())
                except OSError as error:
                    failed.append(error)
            _sweep(self._incoming)
            if failed:
                raise failed[0]
        return swept

    def link(self, *_: object) -> None:
        """The service gives documents out itself."""

    def put(self, owner: str, content: bytes, /) -> str:
        digest = sha256(content).hexdigest()
        place = self._place(owner) / digest
        with _translated(place):
            # Written even if it is there: the other one may be damaged, or not yet durable.
            place.parent.mkdir(exist_ok=True)
            _write(self._incoming, [content], place)
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
            raise _damaged(place)
        return content

    def open(self, owner: str, digest: str, /) -> BinaryIO | None:
        place = self._place(owner) / _checked(digest)
        with _translated(place), ExitStack() as closing, suppress(FileNotFoundError):
            file = closing.enter_context(place.open("rb"))
            if not self._intact.holds(file, digest):
                raise _damaged(place)
            closing.pop_all()  # the caller closes it
            return file
        return None

    def remove(self, owner: str, digest: str, /) -> None:
        place = self._place(owner) / _checked(digest)
        with _translated(place), suppress(FileNotFoundError):
            place.unlink()
            _sync(place.parent)

    def size(self, owner: str, digest: str, /) -> int | None:
        place = self._place(owner) / _checked(digest)
        with _translated(place):
            try:
                return place.stat().st_size
            except FileNotFoundError:
                return None

    def _place(self, owner: str) -> Path:
        return self._root / owner_name(owner)


def _damaged(place: Path) -> Damaged:
    return Damaged(f"{place} is not the content of its name; restore it from a backup")


def _checked(digest: str) -> str:
    """A name that no file has, unless it is a digest."""
    return digest if is_digest(digest) else "none"


@contextmanager
def _translated(place: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise disk.refusal(error, place) from error


def _write(
    incoming: Path,
    content: Iterable[bytes],
    place: Path,
    check: Callable[[BinaryIO, str], None] = lambda _file, _digest: None,
) -> None:
    """`check` is given the whole and its SHA-256 before it gets its name."""
    descriptor, name = mkstemp(dir=incoming)
    try:
        with open(descriptor, "w+b") as file:  # noqa: PTH123 - there is a descriptor already
            found = sha256()
            for some in content:
                file.write(some)
                found.update(some)
            file.flush()
            os.fsync(descriptor)
            file.seek(0)
            check(file, found.hexdigest())
        Path(name).rename(place)
    except BaseException:
        with suppress(FileNotFoundError):
            Path(name).unlink()
        raise


def _arrived(place: Path) -> Arrived | None:
    """None for what another process has just discarded, too."""
    try:
        found = place.stat()
    except FileNotFoundError:
        return None
    return arrived(place.name, found.st_size, found.st_mtime_ns)


def _drop_older(place: Path) -> None:
    """Parts of the same number that came before: sent over and over, they would fill the disk."""
    came = place.stat().st_mtime_ns
    for other in place.parent.glob(f"{place.name[:6]}*"):
        with suppress(FileNotFoundError):
            if other != place and other.stat().st_mtime_ns < came:
                other.unlink()


def _remove(upload: Path, before: float | None = None) -> int:
    """Its parts, or those that came in before; how many. Another process may do the same."""
    removed = 0
    with suppress(FileNotFoundError):
        for part in upload.iterdir():
            with suppress(FileNotFoundError):
                if before is None or part.stat().st_mtime < before:
                    part.unlink()
                    removed += 1
        if before is None or upload.stat().st_mtime < before or not removed:
            with suppress(OSError):  # it has parts still, or again
                upload.rmdir()
    return removed


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
