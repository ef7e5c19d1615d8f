"""The log as consumers read it, from the ledger's index and the segments."""

from collections import OrderedDict
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from itertools import pairwise
from threading import Lock

from ...eventlog.ports import Commit, Damaged
from ...eventlog.sequencing.ports import LOG, Ledger, Segment, Segments
from ...eventlog.sequencing.segment_format import Decoded, decoded

# Segments of one read: they are fetched at once, and held in memory.
AT_ONCE = 32
THREADS = 16
# Bytes, as they are stored, of the segments that are kept for the next reads.
KEPT = 4_000_000


class SegmentLog:
    """A Log; threads may share one. The methods raise Unavailable, Damaged."""

    def __init__(
        self, ledger: Ledger, segments: Segments, *, kept: int = KEPT, threads: int = THREADS
    ) -> None:
        self._ledger = ledger
        self._threads = threads
        self._kept = _Kept(segments, kept)

    def read(self, after: int, limit: int, /) -> Sequence[Commit]:
        if limit < 1:
            return []
        segments = self._ledger.index(LOG, after, min(limit, AT_ONCE))
        _check(segments, after)
        found: list[Commit] = []
        for commits in self._contents(_enough(segments, after, limit)):
            found += (one for one in commits if one.last_position > after)
        return found[:limit]

    def head(self) -> int:
        return self._ledger.head(LOG).position

    def place(self, stream: str, version: int, /) -> int | None:
        """
        The position of an event of a stream; None while it is not in the log. The stream's newest
        event costs one read, an older one also a segment for each commit that came after it.
        """
        cursor = self._ledger.cursors([stream])[stream]
        if not 1 <= version <= cursor.version:
            return None
        if (version, cursor.lane) == (cursor.version, LOG):
            return cursor.position
        position = cursor.position
        while True:
            segment, commit, first, position = self._at(cursor.lane, position, stream)
            if commit.version <= version:
                return segment.at(first + version - commit.version)

    def _at(self, lane: int, position: int, stream: str) -> tuple[Segment, Commit, int, int]:
        """
        The commit of the stream at a position of a lane: its segment, itself, its first position in
        the lane, and the stream's position before it.
        """
        for segment in self._ledger.index(lane, position - 1, 1):
            first = segment.first
            for commit, previous in self._kept.get(segment).lines:
                if commit.stream == stream and first <= position < first + commit.length:
                    return segment, commit, first, previous
                first += commit.length
        raise Damaged(f"lane {lane} has nothing of {stream} at position {position}")

    def _contents(self, segments: Sequence[Segment]) -> Iterator[Sequence[Commit]]:
        threads = min(len(segments), self._threads)
        if threads <= 1:
            return map(self._placed, segments)
        with ThreadPoolExecutor(threads) as pool:
            return pool.map(self._placed, segments)

    def _placed(self, segment: Segment) -> Sequence[Commit]:
        return list(_placed(segment, self._kept.get(segment)))


def _check(segments: Sequence[Segment], after: int) -> None:
    holes = [one for before, one in pairwise(segments) if one.first != before.last + 1]
    holes += [one for one in segments[:1] if one.first > after + 1]
    if holes:
        raise Damaged(f"the log's index has nothing right before position {holes[0].first}")


def _enough(segments: Sequence[Segment], after: int, limit: int) -> Sequence[Segment]:
    """The first ones that surely hold so many commits behind `after`."""
    enough, count = [], 0
    for segment in segments:
        enough.append(segment)
        # Of one that was begun before, no more than its last commit may be of use.
        count += segment.commits if segment.first > after else 1
        if count >= limit:
            break
    return enough


def _placed(segment: Segment, content: Decoded) -> Iterator[Commit]:
    position = segment.first
    for commit, _ in content.lines:
        yield Commit(*commit[:-1], position)
        position += commit.length
    if position != segment.last + 1:
        raise Damaged(f"{segment.key} does not end at position {segment.last}")


class _Kept:
    """The segments that were read last. They never change, so they need no second look."""

    def __init__(self, segments: Segments, limit: int) -> None:
        self._segments = segments
        self._limit = limit
        self._lock = Lock()
        self._kept: OrderedDict[str, tuple[Decoded, int]] = OrderedDict()
        self._size = 0

    def get(self, segment: Segment) -> Decoded:
        with self._lock:
            known = self._kept.get(segment.key)
            if known is not None:
                self._kept.move_to_end(segment.key)
                return known[0]
        content = self._fetched(segment)
        with self._lock:
            if segment.key not in self._kept:
                self._kept[segment.key] = content, segment.size
                self._size += segment.size
            while self._size > self._limit:
                self._size -= self._kept.popitem(last=False)[1][1]
        return content

    def _fetched(self, segment: Segment) -> Decoded:
        content = self._segments.get(segment.key)
        if content is None:
            raise Damaged(f"segment {segment.key} is gone; restore its last version")
        if sha256(content).digest() != segment.digest:
            raise Damaged(f"segment {segment.key} is not what was written; restore its version")
        return decoded(content)
