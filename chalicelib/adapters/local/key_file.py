"""A secret key in a file that only its owner can read."""

import os
from pathlib import Path
from secrets import token_bytes
from tempfile import NamedTemporaryFile

SIZE = 32


def read_or_make(path: Path) -> bytes:
    """
    The key in `path`; a new one if there is no such file. Of two processes that start at once, one
    makes it and both get it. Raises ValueError if the file holds no key.
    """
    if not path.exists():
        write_once(path, token_bytes(SIZE))
    key = path.read_bytes()
    if len(key) != SIZE:
        raise ValueError(f"{path} does not hold a key of {SIZE} bytes; put back the one you had")
    return key


def write_once(path: Path, content: bytes) -> None:
    """Make the file, whole and durable, unless it is there; whose content wins is in it then."""
    with NamedTemporaryFile(dir=path.parent, prefix=".key-") as file:  # 0600 from the start
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
        try:
            os.link(file.name, path)  # fails, and leaves the other's key, if it is there by now
        except FileExistsError:
            return
    directory = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)
