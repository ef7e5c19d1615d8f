"""
What the sequencer keeps, and where.

The ledger says what is in the log; segments hold it; both are in lanes. Lane 0 is the log itself:
its positions are the log's. Other lanes are logs of their own, whose segments are merged into it
later, each as a whole. A cursor says how far a stream is in its lane.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from hashlib import sha256
from random import uniform
from time import sleep
from typing import Final, Literal, NamedTuple, Protocol
from uuid import uuid4

from ..ports import GENESIS, Commit

logger = logging.getLogger(__name__)

LOG = 0
# How often a write is tried that somebody else's may get in the way of.
ATTEMPTS = 10
# The longest first pause, in seconds; it doubles with each attempt, up to 1.3 s.
PAUSE = 0.01

# gap         a version is missing, in the events' table as well
# chain       a commit's hash does not follow from the one before it
# altered     what is stored is not what was put into the log; or it was changed or removed there
# unreadable  it is not stored as a commit is
Reason = Literal["gap", "chain", "altered", "unreadable"]
UNREADABLE: Final = "unreadable"


class Head(NamedTuple):
    """The end of a lane: its last position, and SHA-256 of its last segment."""

    position: int = 0
    digest: bytes = GENESIS


class Heads(NamedTuple):
    """The log's head, how far each lane has been merged into it, and the other lanes' heads."""

    log: int
    merged: Mapping[int, int]
    lanes: Mapping[int, int]


class Cursor(NamedTuple):
    """
    The last `version` of a stream in its lane, its commit's hash, and its `position` in the lane.
    `waits` while something of the stream is parked. A stream that is not known is at version 0, and
    in no lane yet.
    """

    stream: str
    lane: int = LOG
    version: int = 0
    hash: bytes = GENESIS
    position: int = 0
    waits: bool = False


class Segment(NamedTuple):
    """
    One object full of commits, from position `first` to `last`; `digest` is its SHA-256, `size` its
    bytes. `merged` is the position that its first event has in the log, None until it is there.
    """

    lane: int
    first: int
    last: int
    commits: int
    key: str
    digest: bytes
    size: int
    merged: int | None = None

    def at(self, position: int) -> int | None:
        """Where a position of its lane is in the log; None while it is not there."""
        if self.lane == LOG:
            return position
        return None if self.merged is None else self.merged + position - self.first

    def in_log(self) -> "Segment":
        """As the log's index has it, once it is merged."""
        if self.merged is None:
            raise ValueError(f"{self.key} is not merged")
        last = self.merged + self.last - self.first
        return self._replace(lane=LOG, first=self.merged, last=last, merged=None)


class Advance(NamedTuple):
    """
    One segment more: `was` are the cursors as they were read, `now` those they become, in the same
    order, of at most MAX_STREAMS streams. `attempt` names this try; the same one counts once.
    """

    segment: Segment
    was: Sequence[Cursor]
    now: Sequence[Cursor]
    attempt: str


class Merge(NamedTuple):
    """Segments of lanes, in the order and at the places (`merged`) that they get in the log."""

    was: Heads
    segments: Sequence[Segment]
    attempt: str


class Parked(NamedTuple):
    """Input that could not be taken: the key of its item, why, and which record brought it."""

    stream: str
    version: int
    reason: Reason
    detail: str
    record: str
    at: datetime

    @property
    def id(self) -> str:
        """The same trouble twice is one. Of fixed length: a stream's name may be long."""
        return f"{stream_id(self.stream)}-{self.version:015d}-{self.reason}"


def stream_id(stream: str) -> str:
    return sha256(stream.encode()).hexdigest()[:32]


class Written(NamedTuple):
    """A segment's object as the store lists it."""

    key: str
    at: datetime


class Ledger(Protocol):
    """
    Every read sees all that was written before. Every method raises Unavailable; a write that
    raised it may have been done all the same.
    """

    def head(self, lane: int, /) -> Head: ...

    def heads(self) -> Heads: ...

    def cursors(self, streams: Sequence[str], /) -> dict[str, Cursor]:
        """Of all these streams, those that are not known included."""
        ...

    def index(self, lane: int, after: int, limit: int, /) -> Sequence[Segment]:
        """The lane's segments that end behind position `after`, in order, at most `limit`."""
        ...

    def advance(self, advance: Advance, /) -> bool:
        """
        Put the segment at the end of its lane and move the cursors, all or nothing. False if the
        lane does not end right before it, or a cursor is not at the version that was read, or its
        stream waits; then nothing was written.
        """
        ...

    def merge(self, merge: Merge, /) -> bool:
        """Put these segments at the end of the log, all or nothing; False if it has moved on."""
        ...

    def park(self, parked: Parked, was: Cursor, /) -> bool:
        """Note it, and let its stream wait; False if the cursor is not where it was read."""
        ...

    def parked(
        self, stream: str | None = None, /, *, after: str = "", limit: int = 100
    ) -> Sequence[Parked]:
        """Of one stream, or of all, in order of `id`, from behind the id `after`."""
        ...

    def parked_count(self, limit: int, /) -> int:
        """How much is parked, `limit` if it is as much or more: what it reads is bounded."""
        ...

    def release(self, was: Cursor, /) -> bool:
        """The stream waits no longer; False if the cursor is not where it was read."""
        ...

    def settle(self, stream: str, ids: Sequence[str], /) -> bool:
        """Drop what was parked, at most 99 of it; False (and nothing done) if the stream waits."""
        ...

    def swept(self, lane: int, /) -> str:
        """The key up to which the lane's orphans have been removed."""
        ...

    def mark_swept(self, lane: int, key: str, /) -> None: ...

    def note(self, name: str, /) -> Mapping[str, str]:
        """What was noted last under that name, nothing if it was never."""
        ...

    def set_note(self, name: str, note: Mapping[str, str], /) -> None:
        """In the place of what was noted before; an empty one is none."""
        ...


class Segments(Protocol):
    """Immutable objects. Every method raises Unavailable."""

    def put(self, key: str, content: bytes, /) -> None:
        """Twice the same is once; raises Damaged if something else lies there."""
        ...

    def get(self, key: str, /) -> bytes | None: ...

    def written(self, prefix: str, /, *, after: str = "", limit: int = 1000) -> Sequence[Written]:
        """In order of their keys."""
        ...

    def delete(self, key: str, /) -> None:
        """Only an object that nothing refers to, nor ever will."""
        ...


class Streams(Protocol):
    def newer(self, stream: str, after_version: int, /) -> Sequence[Commit]:
        """What the stream has behind that version, now, in order. Raises Damaged, Unavailable."""
        ...


def now() -> datetime:
    return datetime.now(UTC)


def new_id() -> str:
    return uuid4().hex


def nobody(_position: int) -> None:
    """Nobody listens."""


class Sequencer(NamedTuple):
    """
    What the sequencer works with. `lanes` is how many lanes new streams go to. `notify` is told the
    log's new end: a wake-up, which may get lost. `pause` takes seconds; `new_id` names an attempt,
    in at most 36 letters and digits.
    """

    ledger: Ledger
    segments: Segments
    streams: Streams
    lanes: int = 1
    notify: Callable[[int], None] = nobody
    now: Callable[[], datetime] = now
    pause: Callable[[float], None] = sleep
    new_id: Callable[[], str] = new_id

    def wait(self, attempt: int) -> None:
        """Before the second attempt (1) and each after it."""
        if attempt:
            self.pause(uniform(0, PAUSE * 2 ** min(attempt, 7)))  # noqa: S311 - jitter, not a secret

    def announce(self, position: int) -> None:
        try:
            self.notify(position)
        except Exception:
            # The log has it, and the schedule wakes everyone up within a minute.
            logger.warning("nobody was told of position %d", position, exc_info=True)
