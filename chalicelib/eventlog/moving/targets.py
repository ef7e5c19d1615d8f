"""What a log can be copied into: an embedded store, or tables with a sequencer behind them."""

from collections.abc import Iterable, Iterator, Sequence
from hashlib import sha256
from typing import NamedTuple, Protocol

from ..ports import GENESIS, CommandId, Commit, Conflict, EventStore, History, Log
from ..sequencing.lanes import unmerged
from ..sequencing.plan import Arrival
from ..sequencing.ports import Sequencer
from ..sequencing.sequencer import sequence
from .moving import End, Ends, OtherHistory

_MODULUS = 1 << 256


class Embedded:
    """A store that assigns positions as it appends: in the order of the log they are the same."""

    def __init__(self, store: EventStore, log: Log) -> None:
        self._store, self._log = store, log
        self._ends: Ends = {}

    def head(self) -> int:
        return self._log.head()

    def read(self, after: int, limit: int, /) -> Sequence[Commit]:
        return self._log.read(after, limit)

    def place(self, stream: str, version: int, /) -> int | None:
        return self._log.place(stream, version)

    def begin(self, ends: Ends, /) -> None:
        self._ends = ends

    def extend(self, commits: Sequence[Commit], /) -> None:
        for commit in commits:
            self._append(commit)

    def mend(self, _commits: Sequence[Commit], /) -> None:
        """A commit is whole or not there."""

    def complete(self, _commits: Iterable[Commit], /) -> bool:
        """The log is all there is."""
        return True

    def _append(self, commit: Commit) -> None:
        end = self._ends.get(commit.stream, End(0, GENESIS))
        try:
            made = self._store.append(
                _ending(commit.stream, end), commit.command, commit.length, commit.body
            )
        except Conflict as error:
            raise _written_meanwhile(commit) from error
        if made != commit:
            raise _written_meanwhile(commit)
        self._ends[commit.stream] = End(commit.last_version, commit.hash)


def _ending(stream: str, end: End) -> History:
    """
    A history that ends so. The store looks at nothing else of it, and to read a stream for each of
    its commits would take the square of its length.
    """
    if not end.version:
        return History(stream)
    return History(stream, (Commit(stream, 1, end.version, CommandId("", b""), b"", end.hash),))


def _written_meanwhile(commit: Commit) -> OtherHistory:
    return OtherHistory(
        f"{commit.stream}@{commit.version} did not get position {commit.position}: stop what "
        "writes to the target, and choose an empty one"
    )


class Items(Protocol):
    """The commits as the events' table has them. Every method raises Unavailable, Damaged."""

    def put(self, commits: Sequence[Commit], /) -> None:
        """Those that are missing; raises OtherHistory, and overwrites nothing."""
        ...

    def all(self) -> Iterator[Commit]:
        """In no order, without positions."""
        ...


class Sequenced(NamedTuple):
    """
    Tables with a sequencer. Commits go into the log first, so that the sequencer, which sees the
    items come, finds them in it already and passes them over.
    """

    sequencer: Sequencer
    log: Log
    items: Items

    def head(self) -> int:
        return self.log.head()

    def read(self, after: int, limit: int, /) -> Sequence[Commit]:
        return self.log.read(after, limit)

    def place(self, stream: str, version: int, /) -> int | None:
        return self.log.place(stream, version)

    def begin(self, ends: Ends, /) -> None:
        if unmerged(self.sequencer.ledger.heads()):
            raise OtherHistory("the target's lanes have more than its log: choose an empty target")
        if not ends and next(self.items.all(), None) is not None:
            raise OtherHistory("the target's table is not empty: choose an empty target")

    def extend(self, commits: Sequence[Commit], /) -> None:
        # In lane 0, whose positions are the log's; others are merged in an order of their own.
        its = self.sequencer._replace(lanes=1)
        sequence(its, [_arrival(one) for one in commits])
        last = commits[-1]
        if its.ledger.heads().log != last.last_position:
            raise _written_meanwhile(last)
        self.items.put(commits)

    def mend(self, commits: Sequence[Commit], /) -> None:
        self.items.put(commits)

    def complete(self, commits: Iterable[Commit], /) -> bool:
        return _digest(commits) == _digest(self.items.all())


def _arrival(commit: Commit) -> Arrival:
    bare = commit._replace(position=None)
    return Arrival(str(commit.position), commit.stream, commit.version, bare)


def _digest(commits: Iterable[Commit]) -> tuple[int, int]:
    """Of the commits in any order: how many, and the sum of the digests of each."""
    number, total = 0, 0
    for one in commits:
        name = f"{one.stream}\n{one.version}\n{one.length}\n".encode()
        total += int.from_bytes(sha256(name + one.hash).digest())
        number += 1
    return number, total % _MODULUS
