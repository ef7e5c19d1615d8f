"""
Read models: what the application asks of the place where rows are kept.

* ViewsError        the views could not be read or written
  x Overtaken       another worker was faster, or the generation is gone; nothing was written

A view is built in generations. One is live and read; another may be built beside it and take its
place. A generation holds rows, the places where each row is listed, parked events, and the
checkpoint that all of these go with. A consumer that has only side effects is a generation without
rows.

DynamoDB shaped this port. There, all of it is one table:

    GENERATION#id      row key           body, applied
    LISTED#id#index#partition   sort#row key
    PARKED#id          position
    VIEW#name          generation id     checkpoint, turn, signature, state

A commit is one TransactWriteItems on the condition that the checkpoint is the one that was read. It
takes at most 100 items; a longer batch is written in pieces, the parked events first and the
checkpoint last, each row on the condition that its `applied` is still what was read. A batch that
broke off is then folded again from the same checkpoint, and `applied` tells which events a row has.
Hence a row carries `applied`, nothing is ever counted, and pages go by key and not by offset.
(A row that is deleted keeps its item, without a body, until the checkpoint has passed.)
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from threading import Condition
from typing import Any, NamedTuple, Protocol

from .envelope import Recorded

Row = dict[str, Any]


class ViewsError(Exception):
    """The views could not be read or written."""


class Overtaken(ViewsError):
    """Another worker committed first, or the generation is gone; nothing was written."""


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
    """

    name: str
    signature: str
    key: Callable[[Recorded], str | None]
    evolve: Callable[[Row | None, Recorded], Row | None]
    entries: Callable[[Row], Iterable[Entry]]


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
    events: they change rows and leave the position where it is.
    """

    position: int
    turn: int


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


class Failure(NamedTuple):
    """Why an event could not be taken: the exception's type and text, and the line it came from."""

    kind: str
    message: str
    where: str


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


class Batch(NamedTuple):
    """
    One step of a consumer: the rows that change, the events to park (or to park again, with another
    failure), and the positions that are parked no longer.

    It leads from `was` to `position`, and takes place only if the checkpoint is still `was`. With
    None it is a retry: it takes another turn, wherever the position has got to. (If it had to find
    the position unmoved, a slow retry beside a busy worker would never come to its end.)
    """

    was: Checkpoint
    position: int | None
    changes: Sequence[Change] = ()
    park: Sequence[Parked] = ()
    unpark: Sequence[int] = ()


class Stored(NamedTuple):
    """A row, None where there is none, with the places where its key is listed all the same."""

    row: Row | None
    entries: frozenset[Entry]


class Bell:
    """Wakes threads that wait for something to change. It rings once more than anyone missed."""

    def __init__(self) -> None:
        self._condition = Condition()
        self._rung = 0

    @property
    def rung(self) -> int:
        """How often it rang; read this before looking, so that no ring between is missed."""
        return self._rung

    def ring(self) -> None:
        with self._condition:
            self._rung += 1
            self._condition.notify_all()

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
        """All of `batch` or nothing; raises Overtaken if the checkpoint or a row has moved."""
        ...

    def blocked(self, generation: Generation, /) -> Mapping[str, int]:
        """Streams with parked events, and the position of the first one of each."""
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
        """In order of position, from behind `after`; of one stream or of all."""
        ...

    def keys(self, generation: Generation, after: str, limit: int, /) -> Sequence[str]:
        """Up to `limit` keys that have a row or are listed, in order, from behind `after`."""
        ...

    def stored(self, generation: Generation, keys: Iterable[str], /) -> Mapping[str, Stored]:
        """Rows and where they are listed, all as of one moment; for checking."""
        ...

    def swap(self, generation: Generation, live: Generation, seen: Checkpoint, /) -> bool:
        """
        Make `generation` the live one in place of `live`, which is given up. False, with nothing
        done, unless `live` is live and its checkpoint still `seen`, and `generation` has come as
        far. Raises Overtaken if `generation` is gone.
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
