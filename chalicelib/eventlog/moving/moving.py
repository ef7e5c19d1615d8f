"""
Moving (迁移) and restoring: a log, copied into a place that is empty or has a part of it already.

Nothing is lost or renumbered: the same streams, versions, hashes and positions, or a refusal. What
was interrupted, wherever, is taken up again by calling the same once more. At the end both logs are
read and compared.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from typing import NamedTuple, Protocol

from pydantic_core import from_json

from ..audit import Seal, check
from ..ports import Blobs, Commit, Damaged, Log, StoreError

PAGE = 500

Progress = Callable[[str, int, int], None]


class OtherHistory(StoreError):
    """The target has something that is not in the log that is copied; nothing was overwritten."""


class Target(Log, Protocol):
    """Where a log is copied to. Every method raises Unavailable, Damaged."""

    def begin(self, ends: "Ends", /) -> None:
        """What the target's streams end with, before the first `extend`; raises OtherHistory."""
        ...

    def extend(self, commits: Sequence[Commit], /) -> None:
        """Append at these very positions, which follow on its head; raises OtherHistory."""
        ...

    def mend(self, commits: Sequence[Commit], /) -> None:
        """Add what is missing of commits that its log has; raises OtherHistory."""
        ...

    def complete(self, commits: Iterable[Commit], /) -> bool:
        """Whether nothing but all of these, its whole log, is there."""
        ...


class Place(NamedTuple):
    """
    What is copied from. `secret` keys the query codes; None if it is not known. `log_id` is the
    log's, "" if it has none.
    """

    log: Log
    blobs: Blobs
    secret: bytes | None
    log_id: str = ""


class Destination(NamedTuple):
    """`continue_as` gives the copy the id of the log; raises Misplaced if it has another one's."""

    target: Target
    blobs: Blobs
    secret: bytes
    continue_as: Callable[[str], None]


class End(NamedTuple):
    """The last version of a stream and its hash."""

    version: int
    hash: bytes


Ends = dict[str, End]


class Prefix(NamedTuple):
    """A log as far as `end`, the last position of a commit."""

    log: Log
    end: int

    def head(self) -> int:
        return self.end

    def read(self, after: int, limit: int, /) -> Sequence[Commit]:
        return [one for one in self.log.read(after, limit) if one.last_position <= self.end]

    def place(self, stream: str, version: int, /) -> int | None:
        position = self.log.place(stream, version)
        return None if position is None or position > self.end else position


class Moved(NamedTuple):
    """`copied` events now, `already` before; `seal` is that of both logs."""

    copied: int
    already: int
    seal: Seal


def nobody(_what: str, _done: int, _total: int) -> None:
    """Nobody looks on."""


def prefix(log: Log, until: datetime | None = None) -> Prefix:
    """
    All of the log; or its longest part, from the beginning, that was recorded at `until` or before.
    A commit that a clock dated back stays behind a later one: positions have no gaps.
    """
    head = log.head()
    if until is None:
        return Prefix(log, head)
    end = 0
    for commit in commits(Prefix(log, head)):
        if recorded_at(commit) > until:
            break
        end = commit.last_position
    return Prefix(log, end)


def recorded_at(commit: Commit) -> datetime:
    return datetime.fromisoformat(from_json(commit.body)["recorded_at"])


def commits(log: Log, after: int = 0) -> Iterator[Commit]:
    """From behind `after` to where the log ends by then."""
    while page := log.read(after, PAGE):
        yield from page
        after = page[-1].last_position


def move(source: Prefix, target: Target, progress: Progress = nobody) -> Moved:
    """
    Copy what the target does not have yet. Nobody else may write to it meanwhile. Raises Damaged if
    either log has a fault, OtherHistory, Unavailable.
    """
    seal = _seal(source, "the log that is copied", "checking", progress)
    already = target.head()
    target.begin(_common(source, target, already, progress))
    _mend(source, target, already)
    for page in _pages(source, already):
        target.extend(page)
        progress("copying", page[-1].last_position, source.end)
    if not target.complete(commits(source)):
        _again(source, target)
    if _seal(target, "the copy", "comparing", progress) != seal:
        raise Damaged("the copy is not equal to the log that it was made from")
    return Moved(source.end - already, already, seal)


def _seal(log: Log, name: str, what: str, progress: Progress) -> Seal:
    report = check(log, progress=lambda done, total: progress(what, done, total))
    if report.faults:
        first = report.faults[0]
        raise Damaged(
            f"{name} has {report.found:,} faults, the first at position {first.position}: "
            f"{first.what}; look at them with `banjian verify`"
        )
    return report.seal


def _common(source: Prefix, target: Target, head: int, progress: Progress) -> Ends:
    """The ends of the target's streams; raises OtherHistory if they are not the source's."""
    if head > source.end:
        raise OtherHistory(
            f"the target's log has {head:,} events, and {source.end:,} are to be copied: "
            "choose an empty target"
        )
    ends: Ends = {}
    theirs = commits(target)
    for ours in commits(Prefix(source, head)):
        if next(theirs, None) != ours:
            raise OtherHistory(
                f"the target's log is another from position {ours.position} on: "
                "choose an empty target"
            )
        ends[ours.stream] = End(ours.last_version, ours.hash)
        progress("comparing", ours.last_position, head)
    if sum(1 for _ in theirs):
        raise OtherHistory("the target's log goes on meanwhile: stop what writes to it")
    return ends


def _mend(source: Prefix, target: Target, head: int) -> None:
    """
    What a crash has left undone: of the last page at most, for each was done before the next was
    begun. It is found by going back, and a commit at an edge may be looked at twice.
    """
    end, left = head, PAGE
    while end > 0 and left > 0:
        after = max(0, end - PAGE)
        page = [one for one in source.read(after, PAGE) if one.last_position <= end]
        target.mend(page)
        end, left = after, left - len(page) + 1


def _again(source: Prefix, target: Target) -> None:
    """Look at each commit; raises OtherHistory if the target has more than those."""
    for page in _pages(source, 0):
        target.mend(page)
    if not target.complete(commits(source)):
        raise OtherHistory("the target has commits that are not in its log: choose an empty target")


def _pages(source: Prefix, after: int) -> Iterator[Sequence[Commit]]:
    while page := source.read(after, PAGE):
        yield page
        after = page[-1].last_position
