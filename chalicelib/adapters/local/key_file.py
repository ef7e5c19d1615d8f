"""A secret key in a file that only its owner can read."""

import fcntl
import os
import re
from base64 import b64decode
from pathlib import Path
from secrets import token_bytes
from tempfile import mkstemp

SIZE = 32
# Of a secret that was made elsewhere, as a stack's of 64 letters and digits.
LONGEST = 4096
_TEXT = re.compile(rb"[!-~]{33,}")
_BASE64 = b"base64:"


def read_or_make(path: Path) -> bytes:
    """
    The key in `path`; a new one if there is no such file. Of two processes that start at once, one
    makes it and both get it. Raises ValueError if the file holds no key.
    """
    if not path.exists():
        write_once(path, token_bytes(SIZE))
    return read(path)


def read(path: Path) -> bytes:
    """
    The key in `path`: 32 random bytes, or whatever secret of at least so many a stack had; in
    base64 behind "base64:", as AWS is given it. Raises ValueError if the file holds no key,
    OSError.
    """
    key = _plain(path.read_bytes())
    if not SIZE <= len(key) <= LONGEST:
        raise ValueError(
            f"{path} does not hold a key of {SIZE} bytes or more; put back the one you had"
        )
    return key


def _plain(content: bytes) -> bytes:
    """Of a text that was printed into the file: without the end of its line."""
    text = content.rstrip(b"\r\n")
    if len(content) == SIZE or not _TEXT.fullmatch(text):
        return content
    return b64decode(text[len(_BASE64) :], validate=True) if text.startswith(_BASE64) else text


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
