"""
The whole log of one file, checked on all processors: positions, versions, hashes, by parts.

A part is a stretch of positions. Its process knows nothing of what came before: where a stream goes
on from an earlier part, the commit before is read through the index. Bytes are hashed as they lie
there, and nothing is decoded but what names a document.
"""

import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from importlib import import_module
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Final, NamedTuple

from ...eventlog.audit import FLAT, Seal, chained_on
from ...eventlog.auditing.findings import Finding, Findings
from ...eventlog.auditing.verifying import NAMES, Named, NamedIn, Scanned
from ...eventlog.ports import GENESIS, Damaged
from .auditing import read_only
from .file import FAILURES

MOST: Final = 8
# Commits that a process tells of at a time.
TOLD: Final = 5_000
# Events that are worth a second process.
WORTH: Final = 300_000
# What is hashed before the fingerprint and the body is put together by SQLite: see ports.chained.
_ROWS: Final = """
SELECT position, CAST(stream AS BLOB), version, length, hash,
    CAST(stream || char(10) || version || char(10) || length || char(10) || command_id || char(10)
        AS BLOB),
    fingerprint, body
FROM commits WHERE position BETWEEN ? AND ? ORDER BY position
"""
_BEFORE: Final = """
SELECT version + length, hash, position FROM commits
WHERE stream = ? AND version < ? ORDER BY version DESC LIMIT 1
"""
_HASHES: Final = """
SELECT position + length - 1, hash FROM commits WHERE position BETWEEN ? AND ? ORDER BY position
"""


class _Told(NamedTuple):
    """Of some commits: where they end, their hashes one behind the other, and what is wrong."""

    position: int
    events: int
    streams: int
    hashes: bytes
    findings: tuple[Finding, ...]
    named: tuple[Named, ...]


@dataclass(slots=True)
class _Part:
    """What a process remembers of what it read; `expected` is the next position."""

    low: int
    expected: int
    naming: NamedIn
    ends: dict[bytes, tuple[int, bytes]] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    named: list[Named] = field(default_factory=list)


def scan(  # noqa: PLR0913 - who is told, beside what is read
    path: Path,
    findings: Findings,
    sealed: Seal | None = None,
    *,
    progress: Callable[[int, int], None] = lambda _position, _head: None,
    naming: str = "",
    named: Callable[[Named], None] = lambda _named: None,
    processes: int | None = None,
) -> Scanned:
    """
    Check all up to where the log ends now, against `sealed` too. `naming` is the function
    ("module:name") that tells which documents a body names, `named` gets the commits that do, in
    order. Raises Damaged, Unavailable.
    """
    head, bounds = _bounds(path, processes or min(MOST, len(os.sched_getaffinity(0))))
    at, digest, flat, events, commits, streams = 0, GENESIS, sha256(), 0, 0, 0
    for told in _all_told(path, naming, bounds):
        for finding in told.findings:
            findings.add(finding)
        for commit in told.named:
            named(commit)
        if sealed is not None and at < sealed.position <= told.position:
            _compare(path, sealed, (at, digest, flat.copy()), findings)
        digest = chained_on(digest, told.hashes)
        flat.update(told.hashes)
        at, events, streams = told.position, events + told.events, streams + told.streams
        commits += len(told.hashes) // 32
        progress(at, head)
    if sealed is not None and head < sealed.position:
        what = f"the log ends here, and once reached {sealed.position}"
        findings.add(Finding("shorter", "", 0, head + 1, what, path.name))
    return Scanned(events, commits, streams, Seal(at, digest))


def _compare(path: Path, sealed: Seal, before: tuple[int, bytes, Any], findings: Findings) -> None:
    """`before` is the end of what was told last, with the digests in both forms."""
    position, digest, flat = before
    with closing(read_only(path)) as db:
        for last, hash_ in db.execute(_HASHES, (position + 1, sealed.position)):
            position, digest = last, sha256(digest + hash_).digest()
            flat.update(hash_)
    digests = {digest} if sealed.form != FLAT else set()
    digests |= {flat.digest()} if sealed.form in (0, FLAT) else set()
    if position != sealed.position or sealed.digest not in digests:
        what = "something up to here is not what was sealed"
        findings.add(Finding("overwritten", "", 0, sealed.position, what, path.name))


def _bounds(path: Path, processes: int) -> tuple[int, Sequence[tuple[int, int]]]:
    """The last position, and the stretches; each begins with a commit."""
    with closing(read_only(path)) as db:
        last = "SELECT position, position + length - 1 FROM commits ORDER BY position DESC LIMIT 1"
        start, head = db.execute(last).fetchone() or (0, 0)
        parts = 1 if head < WORTH else processes
        first = "SELECT min(position) FROM commits WHERE position >= ?"
        starts = [
            db.execute(first, (1 + start * n // parts,)).fetchone()[0] for n in range(1, parts)
        ]
    lows = [1, *sorted({one for one in starts if one})]
    return head, list(zip(lows, [*(one - 1 for one in lows[1:]), max(start, 1)], strict=True))


def _all_told(path: Path, naming: str, bounds: Sequence[tuple[int, int]]) -> Iterator[_Told]:
    """In the order of the log, whichever process is faster."""
    if len(bounds) == 1:
        yield from _told(path, naming, *bounds[0])
        return
    with ExitStack() as ending:
        hands = [ending.enter_context(_hand(path, naming, low, high)) for low, high in bounds]
        for told in hands:
            yield from _heard(told, path)


@contextmanager
def _hand(path: Path, naming: str, low: int, high: int) -> Iterator[Connection]:
    """A process that begins with this module alone: `multiprocessing` would import the program."""
    ours, theirs = Pipe(duplex=False)
    what = [str(one) for one in (path.resolve(), naming, low, high, theirs.fileno())]
    program = f"from {__name__} import work; work(*{what!r})"
    with (
        ours,
        subprocess.Popen(  # noqa: S603 - our own module
            [sys.executable, "-c", program],
            pass_fds=[theirs.fileno()],
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        ) as process,
    ):
        theirs.close()
        try:
            yield ours
        finally:
            process.terminate()


def _heard(told: Connection, path: Path) -> Iterator[_Told]:
    while True:
        try:
            said = told.recv()
        except (EOFError, OSError) as error:
            raise Damaged(f"{path}: a process that checked it has died; try again") from error
        if said is None:
            return
        if isinstance(said, str):
            raise Damaged(said)
        yield said


def work(path: str, naming: str, low: str, high: str, descriptor: str) -> None:
    """What a process does that `scan` starts."""
    tell = Connection(int(descriptor), readable=False)
    try:
        for told in _told(Path(path), naming, int(low), int(high)):
            tell.send(told)
        tell.send(None)
    except BrokenPipeError:
        pass  # nobody is there to be told
    except Exception as error:  # noqa: BLE001 - it is raised where it is heard
        tell.send(f"{type(error).__name__}: {error}")


def _told(path: Path, naming: str, low: int, high: int) -> Iterator[_Told]:
    part = _Part(low, low, _naming(naming))
    with closing(read_only(path)) as db, closing(read_only(path)) as before:
        rows = db.execute(_ROWS, (low, high))
        while some := _fetched(rows, part, path):
            yield _seen(part, some, before)
    if part.findings:
        yield _Told(part.expected - 1, 0, 0, b"", tuple(part.findings), ())


def _naming(name: str) -> NamedIn:
    if not name:
        return lambda _body: ()
    module, _, function = name.partition(":")
    found: NamedIn = getattr(import_module(module), function)
    return found


def _fetched(rows: sqlite3.Cursor, part: _Part, path: Path) -> list[Any]:
    try:
        return rows.fetchmany(TOLD)
    except FAILURES as error:
        what = f"the log cannot be read from here on ({error})"
        part.findings.append(Finding("damaged", "", 0, part.expected, what, path.name))
        return []


def _seen(part: _Part, rows: Sequence[Any], before: sqlite3.Connection) -> _Told:
    ends, expected, hashes, events, streams = part.ends, part.expected, [], 0, 0
    for row in rows:
        position, stream, version, length, digest, head, fingerprint, body = row
        try:
            following, previous = ends.get(stream) or _earlier(part, stream, version, before)
            made = sha256(b"".join((previous, head, fingerprint, b"\n", body))).digest()
            if made != digest or position != expected or version != following or length < 1:
                part.expected = expected
                part.findings.extend(_wrong(part, row, following, same=made == digest))
            ends[stream] = version + length, digest
            expected = max(expected, position + length)
            events += length
            streams += version == 1
            hashes.append(digest)
            if NAMES in body:
                part.named.append(Named(_text(stream), version, position, part.naming(body)))
        except (TypeError, ValueError, sqlite3.Error) as error:
            part.findings.append(_unreadable(row, error))
            expected = max(expected, position + 1)
    part.expected = expected
    return _taken(part, events, streams, b"".join(hashes))


def _taken(part: _Part, events: int, streams: int, hashes: bytes) -> _Told:
    findings, named = tuple(part.findings), tuple(part.named)
    part.findings, part.named = [], []
    return _Told(part.expected - 1, events, streams, hashes, findings, named)


def _earlier(
    part: _Part, stream: bytes, version: int, before: sqlite3.Connection
) -> tuple[int, bytes]:
    """The version that the stream must go on with, and the hash before it."""
    if version > 1 and part.low > 1:
        found = before.execute(_BEFORE, (stream.decode(), version)).fetchone()
        if found is not None and found[2] < part.low:
            return found[0], found[1]
    return 1, GENESIS


def _wrong(part: _Part, row: Sequence[Any], following: int, *, same: bool) -> Iterator[Finding]:
    """`same` is whether its hash follows from its content and the commit before it."""
    position, stream, version, length, *_ = row
    name = _text(stream)
    if position > part.expected:
        what = f"positions {part.expected} to {position - 1} are missing"
        yield Finding("removed", name, version, position, what)
    if position < part.expected or length < 1:
        what = f"overlaps the commit before it, which ends at {part.expected - 1}"
        yield Finding("added", name, version, position, what)
    if version != following:
        what = f"follows version {following - 1} of its stream"
        yield Finding("removed" if version > following else "added", name, version, position, what)
    if not same:
        what = "its hash does not follow from its content and the commit before it in its stream"
        yield Finding("overwritten", name, version, position, what)


def _unreadable(row: Sequence[Any], error: Exception) -> Finding:
    what = f"is not stored as a commit is: {error}"
    version = row[2] if isinstance(row[2], int) else 0
    return Finding("emptied", _text(row[1]), version, row[0], what)


def _text(raw: Any) -> str:
    return raw.decode(errors="backslashreplace") if isinstance(raw, bytes) else str(raw)
