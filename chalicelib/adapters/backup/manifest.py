"""
A backup as it lies in a directory:

    manifest.json          of which log, how far, when, and the SHA-256 of each file; comes last
    state-20261201T033000Z events.db, sign-ins.db, ..., keys, consumers.json, documents.sha256
    documents/             <owner>/<SHA-256 of the content>

Documents never change, so the next backup adds to them, while all else is copied anew beside what
there is; the manifest then says which one counts. Without it nothing does.
"""

import json
import os
from collections.abc import Iterator
from datetime import datetime
from hashlib import file_digest
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Final, NamedTuple

from ...eventlog.belonging import Mark
from ...eventlog.ports import Damaged, Unavailable

FORMAT: Final = 1
NAME: Final = "manifest.json"
STATE: Final = "state-"
DOCUMENTS: Final = "documents"
LISTED: Final = "documents.sha256"


class File(NamedTuple):
    """`size` is in bytes."""

    sha256: str
    size: int


class Manifest(NamedTuple):
    """`state` is the directory of `files`; `documents` and `document_bytes` are counts."""

    end: Mark
    made_at: datetime
    state: str
    files: dict[str, File]
    documents: int
    document_bytes: int

    @property
    def bytes(self) -> int:
        return self.document_bytes + sum(one.size for one in self.files.values())


def read(backup: Path) -> Manifest | None:
    """None where there is none. Raises Damaged, Unavailable."""
    path = backup / NAME
    try:
        told = json.loads(path.read_bytes())
        if told["banjian_backup"] != FORMAT:
            raise Unavailable(f"{path} is of a newer release: restore it with that one")
        return Manifest(
            Mark(told["log"], int(told["position"]), bytes.fromhex(told["hash"])),
            datetime.fromisoformat(told["made_at"]),
            str(told["state"]),
            {name: File(one["sha256"], one["bytes"]) for name, one in told["files"].items()},
            int(told["documents"]),
            int(told["document_bytes"]),
        )
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Damaged(f"{path} cannot be read: take another backup") from error


def write(backup: Path, manifest: Manifest) -> None:
    """Whole or not at all, and durable. Raises OSError."""
    log, position, digest = manifest.end
    told = {
        "banjian_backup": FORMAT,
        "log": log,
        "position": position,
        "hash": digest.hex(),
        "made_at": manifest.made_at.isoformat(),
        "state": manifest.state,
        "documents": manifest.documents,
        "document_bytes": manifest.document_bytes,
        "files": {
            name: {"sha256": one.sha256, "bytes": one.size} for name, one in manifest.files.items()
        },
    }
    with NamedTemporaryFile("w", dir=backup, prefix=".manifest-", delete=False) as file:
        json.dump(told, file, indent=1)
        file.flush()
        os.fsync(file.fileno())
    Path(file.name).replace(backup / NAME)
    sync(backup)


def measured(path: Path) -> File:
    """Raises OSError."""
    with path.open("rb") as file:
        return File(file_digest(file, "sha256").hexdigest(), path.stat().st_size)


def listed(state: Path) -> Iterator[tuple[str, str]]:
    """
    Of the documents: SHA-256 and name below the backup, as `sha256sum` writes and checks them.
    Raises OSError, ValueError.
    """
    with (state / LISTED).open(encoding="ascii") as lines:
        for line in lines:
            digest, name = line.rstrip("\n").split("  ", 1)
            yield digest, name


def sync(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
