"""
Table against log (对账): whether what streams load is what the log has of them.

Both have every commit: the log in the order of its positions, the table by stream and version,
which is what `load` reads. Who may write one of them may change it; a change in one alone shows
here. Only streams that have something new in the log are read, whole: so an older item of theirs
that was changed is found as well. That the table is ahead is no finding (a sequencer is behind it),
as long as what it has more of a stream continues that stream's chain.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final, NamedTuple

from ..ports import GENESIS, Commit, Log, chained
from .findings import Finding, Findings, Kind
from .table import Stored, Table, Unreadable

# Commits of the log that are compared at a time, and held in memory.
WINDOW: Final = 5_000
PAGE: Final = 500
# Streams that are read from the table at a time.
AT_ONCE: Final = 16


class Reconciled(NamedTuple):
    """
    `findings` are the first of the `found` ones; `events` and `streams` were compared; `until` is
    the position up to which the log was read: the next time goes on from there.
    """

    findings: tuple[Finding, ...]
    found: int
    events: int
    streams: int
    until: int

    @property
    def clean(self) -> bool:
        return self.found == 0


def reconcile(  # noqa: PLR0913 - how much at a time, beside what
    table: Table,
    log: Log,
    after: int = 0,
    progress: Callable[[int, int], None] = lambda _position, _head: None,
    *,
    window: int = WINDOW,
    at_once: int = AT_ONCE,
) -> Reconciled:
    """
    Compare what the log has behind position `after`, up to where it ends now, with the table.
    `progress` gets the position that was reached and that end. Raises Unavailable; Damaged if the
    log cannot be read at all.
    """
    head, findings, events, names = log.head(), Findings(), 0, set[int]()
    for commits in _windows(log, after, head, window):
        streams = _by_stream(commits)
        for found in _compared(table, streams, at_once):
            findings.add(found)
        events += sum(one.length for one in commits)
        names |= {hash(stream) for stream in streams}
        progress(commits[-1].last_position, head)
    return Reconciled(tuple(findings.first), findings.found, events, len(names), max(after, head))


def _windows(log: Log, after: int, head: int, size: int) -> Iterator[Sequence[Commit]]:
    some: list[Commit] = []
    while after < head and (page := log.read(after, PAGE)):
        some += (one for one in page if one.last_position <= head)
        after = page[-1].last_position
        if len(some) >= size:
            yield some
            some = []
    if some:
        yield some


def _by_stream(commits: Iterable[Commit]) -> dict[str, list[Commit]]:
    streams: dict[str, list[Commit]] = {}
    for one in commits:
        streams.setdefault(one.stream, []).append(one)
    return streams


def _compared(
    table: Table, streams: Mapping[str, Sequence[Commit]], at_once: int
) -> Iterator[Finding]:
    if at_once <= 1:
        for stream, logged in streams.items():
            yield from differences(logged, table.stored(stream))
        return
    with ThreadPoolExecutor(at_once) as pool:
        for logged, stored in zip(streams.values(), pool.map(table.stored, streams), strict=True):
            yield from differences(logged, stored)


def differences(logged: Sequence[Commit], stored: Sequence[Stored]) -> Iterator[Finding]:
    """
    Of one stream: what the log has of it, from some version on, against all that lies in the table.
    """
    wanted = {one.version: one for one in logged}
    before: _Before | None = _Before(0, GENESIS)
    for one in stored:
        ours = wanted.pop(one.version, None)
        wrong = _wrong(one, ours, before)
        if wrong is not None:
            kind, what = wrong
            yield Finding(kind, one.stream, one.version, _position(ours), what)
        # Goes on behind what should be there, so that one fault is told once.
        if ours is not None or wrong is None or wrong[0] != "added":
            before = _before(ours or one)
    for one in wanted.values():
        what = "is in the log, and not in the table"
        yield Finding("removed", one.stream, one.version, _position(one), what)


class _Before(NamedTuple):
    version: int
    hash: bytes


def _before(one: Stored) -> _Before | None:
    """What the next one follows on; None where that cannot be told."""
    return _Before(one.last_version, one.hash) if isinstance(one, Commit) else None


def _position(one: Commit | None) -> int:
    return 0 if one is None or one.position is None else one.position


def _wrong(one: Stored, ours: Commit | None, before: _Before | None) -> tuple[Kind, str] | None:
    """`ours` is what the log has in its place, `before` what the table has before it."""
    if isinstance(one, Unreadable):
        return "emptied", one.what
    if ours is not None and one._replace(position=ours.position) != ours:
        return "overwritten", "is in the table otherwise than in the log"
    if before is None:
        return None
    if one.version <= before.version:
        return "added", "lies where nothing was appended"
    if one.version == before.version + 1 and chained(before.hash, one) != one.hash:
        return "overwritten", "its hash does not follow from its content and what comes before it"
    if one.version > before.version + 1 and ours is None:
        return "removed", f"what comes behind version {before.version} is not there"
    return None
