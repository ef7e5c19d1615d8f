"""
Read models: what the application asks of the place where rows are kept.

* ViewsError        the views could not be read or written
  x ViewsUnavailable  where they are kept cannot be used now; nothing was written
  x Overtaken       another worker was faster, or the generation is gone; nothing was written
  x Overfull        a retry is too large to be all or nothing; try fewer events at once
  x Unstorable      a row that the smallest place where rows are kept could not hold
  x ViewsFull       there is no room left where they are kept
  x ViewsReadOnly   they can be read, and not written
  x ViewsDamaged    what is kept is no longer what was written: they are to be made again

A view is built in generations. One is live and read; another may be built beside it and take its
place. A generation holds rows, the places where each row is listed, parked events, and the
checkpoint that all of these go with. A consumer that has only side effects is a generation without
rows.

DynamoDB shaped this port. There, all of it is one table (`~` stands for U+0000):

    pk                          sk                 attributes
    VIEW#name                   LIVE               generation, signature
    GENERATION#id               CHECKPOINT         view, signature, standing, reached, turn, ...
    ROW#id#shard                row key            b or z: body; a: applied; e: where it is listed
    LISTED#id#index~partition   sort~row key
    PARKED#id                   position           stream, version, type, ..., failure
    WAITING#id                  stream~position    the same, by stream
    SEALED#id#part              SEALED             see `seal`
    GENERATIONS                 id                 every generation there is, for `sweep`
    COUNTER                     GENERATIONS        the last id
    LOG                         ID                 log: the id of the log that all is made from

A commit is one TransactWriteItems on the condition that the checkpoint is the one that was read. It
takes at most 100 items; a longer batch is written in pieces. The first takes a turn, which shuts
out whoever else began at the same checkpoint, the process that died in the middle included; then
come the parked events, then the rows, each with all its places and on the condition that its
`applied` is still what was read; the position comes last. A batch that broke off is folded again
from the same checkpoint, and `applied` tells which events a row has. Hence a row carries `applied`,
nothing is ever counted, and pages go by key and not by offset. (A row that is deleted in pieces
keeps its item, without a body, until the position has passed.)
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime
from itertools import chain
from threading import Condition
from typing import Any, NamedTuple, Protocol

from ...kernel.outage import Outage
from ..envelope import Recorded

Row = dict[str, Any]


class ViewsError(Exception):
    """The views could not be read or written."""


class ViewsUnavailable(ViewsError, Outage):
    """The place where rows are kept cannot be opened, read or written now; the message says why."""


class Overtaken(ViewsError):
    """Another worker committed first, or the generation is gone; nothing was written."""


class Overfull(ViewsError):
    """A retry is too large to be written all or nothing; nothing was written. Try fewer events."""


class ViewsFull(ViewsUnavailable):
    """There is no room where they are kept; once there is, the same works."""


class ViewsReadOnly(ViewsUnavailable):
    """They can be read, and not written."""


class ViewsDamaged(ViewsError):
    """What is kept is not what was written; the log has everything to make the views again."""


class Unstorable(ViewsError):
    """A row, or the places where it would be listed, are larger than what can be kept."""


# What one DynamoDB item, one key and one transaction hold. Every adapter refuses what would not fit
# there, so that the same events are parked wherever the views are kept. In bytes of UTF-8:
MAX_ROW = 380_000
MAX_KEY = 1_000
MAX_PARTITION = 1_900
# With the row itself, the checkpoint and a parked event, moving all of them is one transaction.
MAX_PLACES = 48
# A row of so many bytes has room for all places that it can be listed in.
CLEARLY_FITS = MAX_ROW - MAX_PLACES * (MAX_PARTITION + MAX_KEY)
# A row of fewer bytes has few and short places, if they are made of what is in it.
SMALL_ROW = 6_000


class Entry(NamedTuple):
    """Where a row is listed: in a partition of an index, ordered by `sort` (by its UTF-8 bytes)."""

    index: str  # type: ignore[assignment]  # hides tuple.index, which a place has no use for
    partition: str
    sort: str


class Projection(NamedTuple):
    """
    A view as pure functions. A row is JSON: `evolve` is always given what storage would give back.

    `key` says which row an event goes to, None for none. `evolve` makes the next row, None deletes
    it. Where several streams go to one row, it must not depend on the order between streams: only
    the order within a stream is kept. `signature` changes whenever the same log would give other
    rows: with the code, or the calendar that it counts with. A view that was built under another
    signature is left as it is until it is rebuilt.

    `evolve` leaves the row that it is given as it was. `by_stream` says that each row has its
    events from one stream only: then a rebuild can be shared out by streams, and is quick. Such a
    view can list every row of less than SMALL_ROW bytes: it is not asked after each event.

    Only `events` change a row, None for whatever comes: it is not asked about others.
    """

    name: str
    signature: str
    key: Callable[[Recorded], str | None]
    evolve: Callable[[Row | None, Recorded], Row | None]
    entries: Callable[[Row], Iterable[Entry]]
    by_stream: bool = False
    events: frozenset[type] | None = None


class Cursor(NamedTuple):
    """The last row of a page: where the next one begins."""

    sort: str
    key: str


class Page(NamedTuple):
    """`cursor` is None when nothing comes after."""

    rows: list[Row]
    cursor: Cursor | None


class Generation(NamedTuple):
    id: int
    view: str
    signature: str


class Checkpoint(NamedTuple):
    """
    Everything up to `position` is in the rows or parked. `turn` counts the retries of parked
    events: they change rows and leave the position where it is. `hash` is that of the commit that
    ends at the position, b"" where it is not kept.
    """

    position: int
    turn: int
    hash: bytes = b""


class Kept(NamedTuple):
    """A row in storage: its JSON, and the highest position that went into it."""

    body: bytes | None = None
    applied: int = 0


class Change(NamedTuple):
    """`kept` replaces what had `was` applied (0 for no row); with no body the row is deleted."""

    key: str
    was: int
    kept: Kept
    added: frozenset[Entry]
    removed: frozenset[Entry]


# What `where` ends with if the failure was not the event's own: see eventlog/outages.py.
OUTAGE = " (outage)"


class Failure(NamedTuple):
    """Why an event could not be taken: the exception's type and text, and the line it came from."""

    kind: str
    message: str
    where: str

    @property
    def of_world(self) -> bool:
        return self.where.endswith(OUTAGE)


class Parked(NamedTuple):
    """
    An event that waits. Without a `failure` it was never tried: it waits behind an earlier one of
    its stream. `commit` is the position of the first event of its commit; `type` is "" where the
    stored bytes could not be read.
    """

    position: int
    stream: str
    version: int
    type: str
    commit: int
    parked_at: datetime
    failure: Failure | None

    @property
    def of_world(self) -> bool:
        """At an outage that it met alone: it is tried again by itself."""
        return self.failure is not None and self.failure.of_world


class Batch(NamedTuple):
    """
    One step of a consumer: the rows that change, the events to park (or to park again, with another
    failure), and the positions that are parked no longer.

    It leads from `was` to `position`, and takes place only if the checkpoint is still `was`. With
    None it is a retry: it takes another turn, wherever the position has got to. (If it had to find
    the position unmoved, a slow retry beside a busy worker would never come to its end.) `hash` is
    that of the commit which ends at `position`, if it is known.
    """

    was: Checkpoint
    position: int | None
    changes: Sequence[Change] = ()
    park: Sequence[Parked] = ()
    unpark: Sequence[int] = ()
    hash: bytes = b""


class Stored(NamedTuple):
    """A row, None where there is none, with the places where its key is listed all the same."""

    row: Row | None
    entries: frozenset[Entry]


def check_key(key: str) -> None:
    """Raises Unstorable, UnicodeEncodeError."""
    if "\0" in key or len(key.encode()) > MAX_KEY:
        raise Unstorable(f"a row's key has at most {MAX_KEY:,} bytes, and no U+0000")


def check_storable(key: str, body: bytes | None, entries: Collection[Entry]) -> None:
    """Raises Unstorable, UnicodeEncodeError; TypeError for what is no text."""
    size, text = len(body or b""), "".join(chain.from_iterable(entries))
    # All together shorter than one may be, as they mostly are. In UTF-8 a character has 4 bytes.
    short = len(text) <= min(MAX_PARTITION, MAX_KEY - 4 * len(key)) and text.isascii()
    clear = short and size < CLEARLY_FITS and len(entries) <= MAX_PLACES
    if not clear or "\0" in text:
        check_singly(key, size, entries)


def check_singly(key: str, size: int, entries: Collection[Entry]) -> None:
    """As `check_storable`, place by place, where it is not clear at once."""
    for index, partition, sort in entries:
        place, order = len((index + partition).encode()), len((sort + key).encode())
        size += place + order
        if place > MAX_PARTITION or order > MAX_KEY:
            raise Unstorable(f"{key[:100]} would be listed under a name that is too long")
        if "\0" in index or "\0" in partition or "\0" in sort:
            raise Unstorable(f"{key[:100]} would be listed under a name with U+0000 in it")
    if len(entries) > MAX_PLACES:
        raise Unstorable(f"{key} would be listed in {len(entries)} places, not {MAX_PLACES}")
    if size > MAX_ROW:
        raise Unstorable(f"{key} would have {size:,} bytes with its places, not {MAX_ROW:,}")


class Bell:
    """Wakes threads that wait for something to change. It rings once more than anyone missed."""

    def __init__(self) -> None:
        self._condition = Condition()
        self._rung = 0
        self._then: Callable[[], object] | None = None

    def then(self, action: Callable[[], object]) -> None:
        """From now on `action` is done after each ring, by who rings; it must not raise."""
        self._then = action

    @property
    def rung(self) -> int:
        """How often it rang; read this before looking, so that no ring between is missed."""
        return self._rung

    def ring(self) -> None:
        with self._condition:
            self._rung += 1
            self._condition.notify_all()
        if self._then is not None:
            self._then()

    def wait(self, seen: int, timeout: float) -> bool:
        """Until it has rung more than `seen` times; False after `timeout` seconds."""
        with self._condition:
            return self._condition.wait_for(lambda: self._rung > seen, timeout)


class Views(Protocol):
    @property
    def bell(self) -> Bell:
        """Rings after each commit and swap of this process."""
        ...

    def get(self, view: str, key: str, /) -> Row | None:
        """The row of the live generation."""
        ...

    def page(  # noqa: PLR0913 - what a list can be asked for
        self,
        view: str,
        index: str,
        partition: str,
        /,
        *,
        after: Cursor | None = None,
        limit: int = 50,
        lower: str | None = None,
        upper: str | None = None,
        descending: bool = False,
    ) -> Page:
        """
        Rows listed in a partition, by (sort, key), from behind `after`; `lower` bounds `sort`
        inclusively, `upper` exclusively. A cursor stays good across a swap.
        """
        ...

    def live(self, view: str, /) -> Generation | None: ...

    def position(self, view: str, /) -> int:
        """Where the live generation's checkpoint is, 0 without one."""
        ...

    def create(self, view: str, signature: str, /) -> Generation:
        """The live generation: an empty one is made if there is none, whatever its signature."""
        ...

    def begin_rebuild(self, view: str, signature: str, /) -> Generation:
        """A new, empty generation that nobody reads."""
        ...

    def checkpoint(self, generation: Generation, /) -> Checkpoint:
        """Raises Overtaken if the generation is gone."""
        ...

    def kept(self, generation: Generation, keys: Iterable[str], /) -> Mapping[str, Kept]:
        """Those of the rows that there are."""
        ...

    def commit(self, generation: Generation, batch: Batch, /) -> None:
        """
        All of `batch` or nothing; raises Overtaken if the checkpoint or a row has moved.

        A batch too large for one transaction of the adapter may break off between rows, and is
        completed when it is folded again from the same checkpoint. A retry cannot be: Overfull.
        """
        ...

    def blocked(
        self, generation: Generation, streams: Collection[str] | None = None, /
    ) -> Mapping[str, int]:
        """
        Those of `streams` (of all, if None) with parked events, and the position of the first one
        of each. It may lie behind the checkpoint: a batch broke off. Then its events are still to
        be parked. What is read for some streams does not grow with how much is parked of others.
        """
        ...

    def parked(
        self,
        generation: Generation,
        stream: str | None = None,
        /,
        *,
        after: int = 0,
        limit: int = 1000,
    ) -> Sequence[Parked]:
        """Up to the checkpoint, in order of position, from behind `after`; of a stream or all."""
        ...

    def parked_count(self, generation: Generation, limit: int, /) -> int:
        """How many are parked, `limit` if there are as many or more: what it reads is bounded."""
        ...

    def keys(self, generation: Generation, after: str, limit: int, /) -> Sequence[str]:
        """Up to `limit` keys that have a row or are listed, in order, from behind `after`."""
        ...

    def stored(self, generation: Generation, keys: Iterable[str], /) -> Mapping[str, Stored]:
        """
        Rows and where they are listed, as of one moment if the checkpoint stands still meanwhile;
        for checking. Raises Overtaken while a large commit is under way for long.
        """
        ...

    def suspects(self, one: Generation, other: Generation, /) -> Iterable[str]:
        """
        Keys whose row, with its places, may be another in the two, or claims events behind the
        checkpoint of `one`; of all others it is certain that they are alike. For checking.
        """
        ...

    def touch(self, generation: Generation, /) -> None:
        """Keep a rebuild from counting as idle; raises Overtaken if the generation is gone."""
        ...

    def load(self, generation: Generation, part: int, changes: Sequence[Change], /) -> None:
        """
        Put new rows, in any order and by several workers at once, into a rebuild that nothing was
        committed to; the same again changes nothing. What is loaded as one `part` may come from one
        worker at a time only. Raises Overtaken once it is sealed, or gone, and where there is a row
        to which another event was applied.
        """
        ...

    def seal(self, generation: Generation, parts: int, /) -> None:
        """No part of these (from 0) is loaded any more, not even by a worker that was late."""
        ...

    def swap(self, generation: Generation, live: Generation, seen: Checkpoint, /) -> bool:
        """
        Make `generation` the live one in place of `live`, which is given up. False, with nothing
        done, unless `live` is live and its checkpoint still `seen`, and `generation` has come as
        far; of a generation that is live already, it stays so. Raises Overtaken if `generation` is
        gone.
        """
        ...

    def abandon(self, generation: Generation, /) -> None:
        """Give up a generation that is not live; `sweep` drops its rows."""
        ...

    def sweep(self, *, idle: float = 600.0) -> None:
        """
        Give up rebuilds in which nothing was committed for `idle` seconds (their process died), and
        drop, a few rows at a time, all that was given up.
        """
        ...
