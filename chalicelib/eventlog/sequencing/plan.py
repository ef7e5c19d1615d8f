"""
What to do with input from the events' table: which commits go into the log, in which order and in
which segments, and what must be parked. Pure.

Input comes in any order, twice, late, in several places at once. For each stream, what its cursor
has passed is a duplicate; the rest must continue it, version by version and hash by hash.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from hashlib import sha256
from typing import NamedTuple

from ..ports import Commit, chained
from .ports import LOG, Advance, Cursor, Head, Reason, Segment
from .segment_format import Line, encoded

# A DynamoDB transaction takes 100 items: the head, the segment, and these cursors.
MAX_STREAMS = 98
# Bytes of a segment before compression: a reader holds a few segments in its memory at once.
MAX_SEGMENT = 4 * 1024 * 1024
# What a commit takes in a segment besides its body.
LINE = 400


class Trouble(NamedTuple):
    """`version` cannot be taken."""

    version: int
    reason: Reason
    detail: str


class Arrival(NamedTuple):
    """One record of the events' table: a commit, or what is the matter with it."""

    record: str
    stream: str
    version: int
    content: Commit | Trouble


class Continued(NamedTuple):
    """What can be `taken`, and why there is no more."""

    taken: Sequence[Commit]
    trouble: Trouble | None


class Chunk(NamedTuple):
    """The commits of one segment, in order."""

    lane: int
    commits: Sequence[Commit]


def continued(cursor: Cursor, commits: Iterable[Commit]) -> Continued:
    """What `commits`, in any order and some of them twice, add to the stream."""
    taken: list[Commit] = []
    version, digest = cursor.version, cursor.hash
    for commit in sorted(commits, key=lambda one: one.version):
        trouble = _trouble(version, digest, commit)
        if trouble:
            return Continued(taken, trouble)
        if commit.version > version:
            taken.append(commit)
            version, digest = commit.last_version, commit.hash
    return Continued(taken, None)


def _trouble(version: int, digest: bytes, commit: Commit) -> Trouble | None:
    """Why `commit` is neither what comes behind `version` nor a duplicate of what came before."""
    if commit.version > version + 1:
        return Trouble(version + 1, "gap", f"is missing before {commit.version}")
    if commit.version == version + 1:
        follows = chained(digest, commit) == commit.hash
        return None if follows else Trouble(commit.version, "chain", "its hash does not follow")
    if commit.last_version < version:
        return None
    if commit.last_version > version or commit.hash != digest:
        return Trouble(commit.version, "altered", "is not what was put into the log")
    return None


def differs(cursor: Cursor, whole: Sequence[Commit], last: int = 0) -> Trouble | None:
    """
    What is wrong with a stream that was read from its beginning, which the log has in part. It
    should have the version `last`: a chain that was cut off at its end is whole otherwise.
    """
    taken, trouble = continued(Cursor(cursor.stream), whole)
    if trouble:
        return trouble
    ends = {commit.last_version: commit.hash for commit in taken}
    if cursor.version and ends.get(cursor.version) != cursor.hash:
        return Trouble(cursor.version, "altered", "is not stored as it was put into the log")
    if last > max(ends, default=0):
        return Trouble(last, "gap", "was there, and is missing")
    return None


def in_order(arrivals: Iterable[Arrival], taken: Mapping[str, Sequence[Commit]]) -> list[Commit]:
    """As they arrived, but no commit before its stream's earlier ones."""
    rest = {stream: deque(commits) for stream, commits in taken.items()}
    ordered = []
    for arrival in arrivals:
        commits = rest.get(arrival.stream)
        while commits and commits[0].version <= arrival.version:
            ordered.append(commits.popleft())
    # Read from the table, and not arrived themselves yet.
    return [*ordered, *(commit for commits in rest.values() for commit in commits)]


def lane_of(cursor: Cursor, lanes: int) -> int:
    """
    A stream stays in its lane, so the number of lanes can change. Where there are several, new
    streams leave lane 0 alone: its segments compete for the log's head with the merges.
    """
    if cursor.version:
        return cursor.lane
    if lanes <= 1:
        return LOG
    return 1 + int.from_bytes(sha256(cursor.stream.encode()).digest()[:8]) % lanes


def chunks(commits: Iterable[Commit], lane: Callable[[str], int]) -> Iterator[Chunk]:
    """As few as possible; each keeps the order."""
    by_lane: dict[int, list[Commit]] = {}
    for commit in commits:
        by_lane.setdefault(lane(commit.stream), []).append(commit)
    for number, its in by_lane.items():
        yield from (Chunk(number, some) for some in _cut(its))


def _cut(commits: Iterable[Commit]) -> Iterator[Sequence[Commit]]:
    some: list[Commit] = []
    streams: set[str] = set()
    size = 0
    for commit in commits:
        added = len(commit.body) + LINE
        full = commit.stream not in streams and len(streams) == MAX_STREAMS
        if some and (full or size + added > MAX_SEGMENT):
            yield some
            some, streams, size = [], set(), 0
        some.append(commit)
        streams.add(commit.stream)
        size += added
    if some:
        yield some


class Draft(NamedTuple):
    """A segment that was not written yet."""

    advance: Advance
    content: bytes


def draft(chunk: Chunk, head: Head, cursors: Mapping[str, Cursor], attempt: str) -> Draft:
    """`chunk` behind `head`, where its streams stand at `cursors`."""
    now: dict[str, Cursor] = {}
    lines = []
    position = head.position
    for commit in chunk.commits:
        stream = commit.stream
        before = now.get(stream) or cursors[stream]
        lines.append(Line(commit, before.position))
        position += commit.length
        now[stream] = Cursor(stream, chunk.lane, commit.last_version, commit.hash, position)
    first = head.position + 1
    content = encoded(chunk.lane, first, head.digest, lines)
    # The key holds the first position, so that a sweep can tell what will never be referred to; and
    # the attempt, so that two that want the same place cannot take each other's object for theirs.
    segment = Segment(
        lane=chunk.lane,
        first=first,
        last=position,
        commits=len(lines),
        key=f"{lane_prefix(chunk.lane)}{first:015d}-{attempt}.jsonl.gz",
        digest=sha256(content).digest(),
        size=len(content),
    )
    was = [cursors[stream] for stream in now]
    return Draft(Advance(segment, was, list(now.values()), attempt), content)


def lane_prefix(lane: int) -> str:
    return f"log/{lane:03d}/"


def first_of(key: str) -> int:
    """The first position of the segment that was written under `key`."""
    return int(key.rpartition("/")[2].partition("-")[0])
