"""
What is kept in a directory is its owner's: nobody else may read, write or list it.

New files are private because every process of ours sets its umask before it makes any. This mends
what an earlier release, or a copy, has left open, and refuses what belongs to somebody else: two
users who make files in turn end with one that the other cannot open.
"""

import os
import pwd
import re
import stat
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryFile
from typing import Final

from ...eventlog.ports import Unavailable

_OTHERS: Final = 0o077
_OWNER: Final = 0o700
# Whatever we make in a directory of data, SQLite's and our own companions included.
_KEPT: Final = re.compile(
    r"(?:events|views|quotas|registry|sign-ins)\.db(?:-wal|-shm|-journal|\.turn|\.write)?"
    r"|(?:secret|signin)\.key|(?:tokens|signing|signing-sm2)\.pem|\.(?:key|signin\.key)-.*"
    r"|in-use\.lock|documents|imports|seals"
)
_TREES: Final = ("documents", "imports", "seals")
_NAMED: Final = 3


def is_kept(name: str) -> bool:
    """Whether something of this name, in a directory of data, is ours."""
    return _KEPT.fullmatch(name) is not None


def make_private(data: Path) -> list[str]:
    """
    Take from everybody else what they may do in the directory of data `data`; what was done, in
    lines to be told. What lies there beside ours stays as it is. Where the file system keeps no
    modes, or cannot be written, a line says so. Raises Unavailable for what is no directory, or
    belongs to another user.
    """
    if not data.exists():
        return []
    if not data.is_dir():
        raise Unavailable(f"{data} is a file: name a directory, or one that is still to be made")
    # Files before trees: they weigh more, and are named first.
    kept = sorted(
        (one for one in data.iterdir() if is_kept(one.name)), key=lambda one: (one.is_dir(), one)
    )
    _check_owner(data, [data, *kept])
    shared = [one for one in data.iterdir() if not is_kept(one.name) and one.name != "lost+found"]
    opened: list[Path] = []
    try:
        if not shared:
            _close(data, opened)
        for one in kept:
            _close_all(one, opened)
    except _Unchanged as error:
        return [str(error)]
    return [*_mended(data, opened), *_listed(data, shared)]


def _mended(data: Path, opened: list[Path]) -> Iterator[str]:
    if not opened:
        return
    names = [str(one.relative_to(data)) if one != data else str(data) for one in opened]
    more = ", ..." if len(names) > _NAMED else ""
    yield (
        f"others could open {len(names):,} files and directories in {data} "
        f"({', '.join(names[:_NAMED])}{more}); now only {_user(os.geteuid())} can"
    )


def _listed(data: Path, shared: list[Path]) -> Iterator[str]:
    if shared and stat.S_IMODE(data.stat().st_mode) & _OTHERS:
        yield (
            f"others may list {data}, where other things lie too ({shared[0].name}): "
            "give Banjian a directory of its own"
        )


class _Unchanged(Exception):
    """Modes cannot be set here; the message says who decides then."""


def _close_all(path: Path, opened: list[Path]) -> None:
    """
    A directory comes after what is in it: one that is closed has been gone through, however the
    process ended, and is not gone through at each start.
    """
    if path.name in _TREES and path.is_dir() and _open_to_others(path):
        for one in _within(path):
            _close(one, opened)
    _close(path, opened)


def _within(directory: Path) -> Iterator[Path]:
    for above, directories, files in os.walk(directory, topdown=False):
        for name in (*files, *directories):
            path = Path(above, name)
            if not path.is_symlink():  # what it leads to is not in here
                yield path


def _open_to_others(path: Path) -> bool:
    return bool(path.stat().st_mode & _OTHERS)


def _close(path: Path, opened: list[Path]) -> None:
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
        if not mode & _OTHERS:
            return
        path.chmod(mode & _OWNER)
        left = path.stat().st_mode & _OTHERS
    except FileNotFoundError:  # gone since: SQLite's files come and go
        return
    except OSError as error:
        raise _Unchanged(f"others may open {path}, and that cannot be changed: {error}") from error
    if left:
        raise _Unchanged(
            f"the file system of {path} keeps no modes: mount it so that nobody but "
            f"{_user(os.geteuid())} can open it (as with uid= and umask=077)"
        )
    opened.append(path)


def _check_owner(data: Path, paths: list[Path]) -> None:
    if os.statvfs(data).f_flag & os.ST_RDONLY:
        return  # nobody leaves anything there that another one could not open
    for path in paths:
        try:
            owner = path.stat().st_uid
        except FileNotFoundError:
            continue
        if owner != os.geteuid() and _keeps_owners(data, owner):
            raise Unavailable(_belongs(data, path, owner))


def _keeps_owners(data: Path, owner: int) -> bool:
    """Whether the file system knows whose a file is: on some everything is one user's."""
    try:
        with TemporaryFile(dir=data) as file:
            return os.fstat(file.fileno()).st_uid != owner
    except OSError:
        return True


def _belongs(data: Path, path: Path, owner: int) -> str:
    me = os.geteuid()
    why = "" if me else ", which could not open what root makes there"
    return (
        f"{path} belongs to {_user(owner)} (uid {owner}), and this process runs as {_user(me)} "
        f"(uid {me}). Run it as that user{why}: sudo -u '#{owner}' ..., in a container with "
        f"--user {owner} (runAsUser: {owner}). Or give {_user(me)} all of it: "
        f"chown -R {me} {data}"
    )


def _user(number: int) -> str:
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:  # in a container most have no name
        return f"user {number}"
