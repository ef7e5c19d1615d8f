"""
The whole log of one file, checked on all processors: positions, versions, hashes, by parts.

A part is a stretch of positions. Its process knows nothing of what came before: where a stream goes
on from an earlier part, the commit before is read through the index. Bytes are hashed as they lie
there, and nothing is decoded but what names a document.
"""

import os
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from hashlib import sha256
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any, Final, NamedTuple

from ...eventlog.audit import FLAT, Seal, chained_on
from ...eventlog.auditing.findings import Finding, Findings
from ...eventlog.auditing.verifying import NAMES, Named, Scanned
from ...eventlog.ports import GENESIS, Damaged
from .auditing import read_only
from .file import FAILURES

MOST: Final = 8
# Commits that a process tells of at a time.
TOLD: Final = 5_000
# Events that are worth a second process.
WORTH: Final = 300_000
_ROWS: Final = """
SELECT position, CAST(stream AS BLOB), version, length, CAST(command_id AS BLOB), fingerprint, hash,
    body
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
    ends: dict[bytes, tuple[int, bytes]] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    named: list[Named] = field(default_factory=list)


def scan(  # noqa: PLR0913 - who is told, beside what is read
    path: Path,
    findings: Findings,
    sealed: Seal | None = None,
    *,
    progress: Callable[[int, int], None] = lambda _position, _head: None,
    named: Callable[[Named], None] = lambda _named: None,
    processes: int | None = None,
) -> Scanned:
    """
    Check all up to where the log ends now, against `sealed` too. `named` gets the commits that name
    documents, in order. Raises Damaged, Unavailable.
    """
    head, bounds = _bounds(path, processes or min(MOST, len(os.sched_getaffinity(0))))
    at, digest, flat, events, commits, streams = 0, GENESIS, sha256(), 0, 0, 0
    for told in _all_told(path, bounds):
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


def _all_told(path: Path, bounds: Sequence[tuple[int, int]]) -> Iterator[_Told]:
    """In the order of the log, whichever process is faster."""
    if len(bounds) == 1:
        yield from _told(path, *bounds[0])
        return
    context = get_context("spawn")  # a fork would have our threads' locks, and not our threads
    hands: list[tuple[BaseProcess, Connection]] = []
    try:
        for low, high in bounds:
            ours, theirs = context.Pipe(duplex=False)
            process: BaseProcess = context.Process(
                target=_work, args=(path, low, high, theirs), daemon=True
            )
            process.start()
            theirs.close()
            hands.append((process, ours))
        for _, ours in hands:
            yield from _heard(ours, path)
    finally:
        for process, ours in hands:
            ours.close()
            process.terminate()
            process.join()


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


def _work(path: Path, low: int, high: int, tell: Connection) -> None:
    """In a process of its own."""
    try:
        for told in _told(path, low, high):
            tell.send(told)
        tell.send(None)
    except BrokenPipeError:
        pass  # nobody is there to be told
    except Exception as error:  # noqa: BLE001 - it is raised where it is heard
        tell.send(f"{type(error).__name__}: {error}")


def _told(path: Path, low: int, high: int) -> Iterator[_Told]:
    part = _Part(low, low)
    with closing(read_only(path)) as db, closing(read_only(path)) as before:
        rows = db.execute(_ROWS, (low, high))
        while some := _fetched(rows, part, path):
            yield _seen(part, some, before)
    if part.findings:
        yield _Told(part.expected - 1, 0, 0, b"", tuple(part.findings), ())


def _fetched(rows: sqlite3.Cursor, part: _Part, path: Path) -> list[Any]:
    try:
        return rows.fetchmany(TOLD)
    except FAILURES as error:
        what = f"the log cannot be read from here on ({error})"
        part.findings.append(Finding("damaged", "", 0, part.expected, what, path.name))
        return []


def _seen(part: _Part, rows: Sequence[Any], before: sqlite3.Connection) -> _Told:
    ends, hashes, events, streams = part.ends, [], 0, 0
    for row in rows:
        position, stream, version, length, command, fingerprint, digest, body = row
        try:
            following, previous = ends.get(stream) or _earlier(part, stream, version, before)
            head = b"%b%b\n%d\n%d\n%b\n%b\n" % (
                previous,
                stream,
                version,
                length,
                command,
                fingerprint,
            )
            whole = sha256(head + body).digest() == digest and position == part.expected
            if not whole or version != following or length < 1:
                part.findings.extend(_wrong(part, row, following, previous))
            ends[stream] = version + length, digest
            part.expected = max(part.expected, position + length)
            events += length
            streams += version == 1
            hashes.append(digest)
            if NAMES in body:
                part.named.append(Named(_text(stream), version, position, body))
        except (TypeError, ValueError, sqlite3.Error) as error:
            part.findings.append(_unreadable(row, error))
            part.expected = max(part.expected, position + 1)
    told = _Told(
        part.expected - 1,
        events,
        streams,
        b"".join(hashes),
        tuple(part.findings),
        tuple(part.named),
    )
    part.findings, part.named = [], []
    return told


def _earlier(
    part: _Part, stream: bytes, version: int, before: sqlite3.Connection
) -> tuple[int, bytes]:
    """The version that the stream must go on with, and the hash before it."""
    if version > 1 and part.low > 1:
        found = before.execute(_BEFORE, (stream.decode(), version)).fetchone()
        if found is not None and found[2] < part.low:
            return found[0], found[1]
    return 1, GENESIS


def _wrong(part: _Part, row: Sequence[Any], following: int, previous: bytes) -> Iterator[Finding]:
    position, stream, version, length, command, fingerprint, digest, body = row
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
    head = b"%b%b\n%d\n%d\n%b\n%b\n" % (previous, stream, version, length, command, fingerprint)
    if sha256(head + body).digest() != digest:
        what = "its hash does not follow from its content and the commit before it in its stream"
        yield Finding("overwritten", name, version, position, what)


def _unreadable(row: Sequence[Any], error: Exception) -> Finding:
    what = f"is not stored as a commit is: {error}"
    version = row[2] if isinstance(row[2], int) else 0
    return Finding("emptied", _text(row[1]), version, row[0], what)


def _text(raw: Any) -> str:
    return raw.decode(errors="backslashreplace") if isinstance(raw, bytes) else str(raw)
