"""
The streams that this process read last, and what was folded from them.

A case is worked on in bursts, and an item is read with each submission. Whoever reads a stream
again asks the store only for what is newer, and folds only that (Equinox calls it caching). It is
never trusted: the store compares hashes and reads everything where the stream has become another,
and an append is refused if somebody was faster.

Where the store can tell without a look that nothing was appended to a stream since it was read
(`Changes`), it is not asked at all.

Where nearly all that is appended is appended by this process (`sole`), a command does not ask
before it is decided whether the stream is still as it is remembered: the append finds out. If it
was not, or if the command is refused or changes nothing, the stream is read after all.
"""

from collections import OrderedDict
from threading import Lock
from typing import Any, Generic, NamedTuple, Protocol, TypeVar

from .ports import History

S = TypeVar("S")
LIMIT = 32_000_000
# What a commit weighs in memory beside its body.
OVERHEAD = 600


class Read(NamedTuple, Generic[S]):
    """A stream as it was read, and the state that it is folded to."""

    history: History
    state: S


class Changes(Protocol):
    """What a store can tell of its streams without reading them."""

    def mark(self) -> int | None:
        """Of this moment, for `unchanged`; None where nothing can be told."""
        ...

    def last_mark(self) -> int | None:
        """Of some moment before, without a look; None where nothing can be told."""
        ...

    def unchanged(self, stream: str, hash_: bytes, mark: int, /) -> bool:
        """
        Whether a stream that ended with the commit of `hash_` at `mark`, or later, does so now.
        False also where it cannot be told.
        """
        ...


class Unknown:
    """The Changes of a store that tells nothing."""

    def mark(self) -> None:
        return None

    def last_mark(self) -> None:
        return None

    def unchanged(self, _stream: str, _hash: bytes, _mark: int, /) -> bool:
        return False


class _Held(NamedTuple):
    read: Read[Any]
    size: int
    mark: int | None


class Memory:
    """
    Holds up to about `limit` bytes of stored events, those that were used last; for many threads.
    A stream of more than a sixteenth of that is not held: it would drive out too many others.
    `changes` are those of the one store that it is used with.
    """

    def __init__(
        self, limit: int = LIMIT, *, sole: bool = False, changes: Changes | None = None
    ) -> None:
        self.sole = sole
        self.changes: Changes = changes or Unknown()
        self._limit = limit
        self._lock = Lock()
        self._held: OrderedDict[str, _Held] = OrderedDict()
        self._size = 0

    def get(self, stream: str) -> Read[Any] | None:
        with self._lock:
            found = self._held.get(stream)
            if found is None:
                return None
            self._held.move_to_end(stream)
            return found.read

    def current(self, stream: str) -> Read[Any] | None:
        """What is held of the stream, if it is certain that there is nothing newer."""
        held = self._held.get(stream)
        if held is None or held.mark is None:
            return None
        if not self.changes.unchanged(stream, held.read.history.hash, held.mark):
            return None
        return self.get(stream)

    def put(self, read: Read[Any], mark: int | None = None) -> None:
        """`mark` is that of a moment before it was read, or appended to."""
        with self._lock:
            # A stream that is not there has its place too: there is one for each account.
            size = max(OVERHEAD, self._weight(read.history))
            self._drop(read.history.stream)
            if size * 16 > self._limit:
                return
            self._held[read.history.stream] = _Held(read, size, mark)
            self._size += size
            while self._size > self._limit:
                self._drop(next(iter(self._held)))

    def _weight(self, history: History) -> int:
        """Of what is held of it already, only what is newer is weighed."""
        held = self._held.get(history.stream)
        commits, size = history.commits, 0
        if held is not None:
            before = held.read.history.commits
            if before and commits[len(before) - 1 : len(before)] == before[-1:]:
                commits, size = commits[len(before) :], held.size
        return size + sum(len(commit.body) + OVERHEAD for commit in commits)

    def _drop(self, stream: str) -> None:
        found = self._held.pop(stream, None)
        if found is not None:
            self._size -= found.size


NONE = Memory(0)
