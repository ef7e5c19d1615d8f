"""
The sequencer's ports in memory. They pass the contract suites of the AWS adapters (see
tests/adapters), so what the simulation shows of these holds for those.
"""

from bisect import bisect_right
from datetime import UTC, datetime
from itertools import islice

from chalicelib.eventlog.ports import Damaged
from chalicelib.eventlog.sequencing.ports import (
    LOG,
    Cursor,
    Head,
    Heads,
    Segment,
    Written,
    stream_id,
)

START = datetime(2026, 3, 2, tzinfo=UTC)


class MemoryLedger:
    def __init__(self):
        self.ends: dict[int, Head] = {}
        self.merged: dict[int, int] = {}
        self.known: dict[str, Cursor] = {}
        self.segments: dict[int, list[Segment]] = {}
        self.notes = {}
        self.marks = {}
        self.noted = {}
        self.done = set()

    def head(self, lane):
        return self.ends.get(lane, Head())

    def heads(self):
        lanes = {lane: head.position for lane, head in self.ends.items() if lane != LOG}
        return Heads(self.head(LOG).position, dict(self.merged), lanes)

    def cursors(self, streams):
        return {stream: self.known.get(stream, Cursor(stream)) for stream in streams}

    def index(self, lane, after, limit):
        segments = self.segments.get(lane, [])
        start = bisect_right(segments, after, key=lambda one: one.last)
        return segments[start : start + limit]

    def advance(self, advance):
        if advance.attempt in self.done:
            return True
        segment = advance.segment
        cursors = self.cursors([one.stream for one in advance.was])
        if self.head(segment.lane).position != segment.first - 1 or any(
            cursors[was.stream].waits or cursors[was.stream].version != was.version
            for was in advance.was
        ):
            return False
        self.done.add(advance.attempt)
        self.ends[segment.lane] = Head(segment.last, segment.digest)
        self.segments.setdefault(segment.lane, []).append(segment)
        self.known.update((one.stream, one) for one in advance.now)
        return True

    def merge(self, merge):
        if merge.attempt in self.done:
            return True
        log = self.head(LOG)
        if log.position != merge.was.log:
            return False
        self.done.add(merge.attempt)
        for one in merge.segments:
            into_log = one.in_log()
            self.segments.setdefault(LOG, []).append(into_log)
            its = self.segments[one.lane]
            its[its.index(one._replace(merged=None))] = one
            self.merged[one.lane] = one.last
            self.ends[LOG] = Head(into_log.last, log.digest)
        return True

    def _is_at(self, was):
        return self.cursors([was.stream])[was.stream].version == was.version

    def park(self, parked, was):
        if not self._is_at(was):
            return False
        self.notes.setdefault(parked.id, parked)
        self.known[was.stream] = self.cursors([was.stream])[was.stream]._replace(waits=True)
        return True

    def parked(self, stream=None, *, after="", limit=100):
        prefix = "" if stream is None else stream_id(stream)
        ids = (one for one in sorted(self.notes) if one.startswith(prefix) and one > after)
        return [self.notes[one] for one in islice(ids, limit)]

    def parked_count(self, limit):
        return min(len(self.notes), limit)

    def release(self, was):
        if not self._is_at(was) or not self.known.get(was.stream, was).waits:
            return False
        self.known[was.stream] = self.known[was.stream]._replace(waits=False)
        return True

    def settle(self, stream, ids):
        if self.cursors([stream])[stream].waits:
            return False
        for one in ids:
            self.notes.pop(one, None)
        return True

    def swept(self, lane):
        return self.marks.get(lane, "")

    def mark_swept(self, lane, key):
        self.marks[lane] = key

    def note(self, name):
        return self.noted.get(name, {})

    def set_note(self, name, note):
        self.noted[name] = dict(note)


class MemorySegments:
    def __init__(self, now=lambda: datetime.now(UTC)):
        self.now = now
        self.objects: dict[str, bytes] = {}
        self.times = {}

    def put(self, key, content):
        if self.objects.setdefault(key, content) != content:
            raise Damaged(f"{key} is already there")
        self.times.setdefault(key, self.now())

    def get(self, key):
        return self.objects.get(key)

    def written(self, prefix, *, after="", limit=1000):
        keys = (one for one in sorted(self.objects) if one.startswith(prefix) and one > after)
        return [Written(one, self.times[one]) for one in islice(keys, limit)]

    def delete(self, key):
        self.objects.pop(key, None)


class MemoryStreams:
    """The events' table: what is in it can be tampered with."""

    def __init__(self):
        self.commits = {}

    def newer(self, stream, after_version):
        found = [one for one in self.commits.get(stream, []) if one.version > after_version]
        if any(one.hash == b"" for one in found):
            raise Damaged(f"{stream} is not stored as commits are")
        return found
