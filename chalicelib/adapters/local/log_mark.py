"""Beside the documents: of which log they are, and how far it had come."""

import json
import os
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Final

from ...eventlog.belonging import Mark
from ...eventlog.ports import Damaged

NAME: Final = "log.json"


def read(documents: Path) -> Mark | None:
    """None where there is none. Raises Damaged, OSError."""
    path = documents / NAME
    try:
        told = json.loads(path.read_bytes())
        return Mark(str(told["log"]), int(told["position"]), bytes.fromhex(told["hash"]))
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError) as error:
        raise Damaged(f"{path} cannot be read; restore it from a backup") from error


def write(documents: Path, mark: Mark) -> None:
    """Whole or not at all; a power cut may leave the one before. Raises OSError."""
    told = {"log": mark.log, "position": mark.position, "hash": mark.hash.hex()}
    with NamedTemporaryFile("w", dir=documents, prefix=".log-", delete=False) as file:
        try:
            json.dump(told, file)
            file.flush()
            os.fsync(file.fileno())
            Path(file.name).replace(documents / NAME)
        except BaseException:
            Path(file.name).unlink(missing_ok=True)
            raise
