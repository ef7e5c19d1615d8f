"""A secret key in a file that only its owner can read."""

import fcntl
import os
from pathlib import Path
from secrets import token_bytes
from tempfile import mkstemp

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
    descriptor, name = mkstemp(dir=path.parent, prefix=".key-")  # 0600 from the start
    whole = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        _name(whole, path)
    finally:
        whole.unlink(missing_ok=True)


def _name(whole: Path, path: Path) -> None:
    """A rename would replace a key that another process has just made, and perhaps used."""
    directory = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        try:
            os.link(whole, path)
        except FileExistsError:
            return
        except OSError:  # a file system without links, such as vfat
            fcntl.flock(directory, fcntl.LOCK_EX)
            if not path.exists():
                whole.rename(path)
        os.fsync(directory)
    finally:
        os.close(directory)
