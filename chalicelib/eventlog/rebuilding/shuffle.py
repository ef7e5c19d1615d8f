"""
What the steps of a distributed rebuild leave for one another, below the rebuild's own name:

    planned         what is rebuilt, up to where, in which ranges and how many partitions
    in-order        the same, if it has come to the order of the log
    map/r/p         the commits of range r of the streams of partition p
    mapped/r        range r is sorted
    folded/p        the rows of partition p are in the new generation; what is to be parked of it
    done            it is over; all the rest but the plans is deleted

What is there is never changed, and each of these follows from the log and the plan alone. So it
does not matter who makes one, or how often.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple, Protocol
from zlib import compress, decompress

from pydantic_core import from_json, to_json

from ..ports import CommandId, Commit
from ..views.port import Failure, Generation, Parked
from .bulk_rebuild import Done


class Shuffle(Protocol):
    """Where the files are. Names are relative, with `/` between their parts."""

    def put(self, name: str, body: bytes, /) -> bool:
        """Keep `body`, durably, unless there is something of that name: then False."""
        ...

    def get(self, name: str, /) -> bytes | None: ...

    def names(self, prefix: str, /) -> Sequence[str]:
        """All that begin with `prefix`, those that were just put included."""
        ...

    def delete(self, names: Iterable[str], /) -> None: ...


class Files(NamedTuple):
    """Those of one rebuild, below its `name`."""

    shuffle: Shuffle
    name: str

    def read(self, *parts: object) -> bytes | None:
        return self.shuffle.get(self._named(parts))

    def write(self, body: bytes, *parts: object) -> bool:
        """False if there was one."""
        return self.shuffle.put(self._named(parts), body)

    def missing(self, kind: str, count: int) -> list[int]:
        """The numbers below `count` of which there is no file of a kind."""
        names = self.shuffle.names(self._named((kind, "")))
        there = {int(name.rsplit("/", 1)[1]) for name in names}
        return [number for number in range(count) if number not in there]

    def clean_up(self) -> None:
        # These stay: by them a message that comes later finds that it is over, and a worker that
        # has just made another generation that it was not the first.
        stay = {self._named((kind,)) for kind in ("done", "planned", "in-order")}
        self.write(b"", "done")
        self.shuffle.delete(set(self.shuffle.names(self._named(("",)))) - stay)

    def _named(self, parts: Sequence[object]) -> str:
        return "/".join((self.name, *map(str, parts)))


class Plan(NamedTuple):
    """
    `ends` are the last positions of the ranges, the last of them the end of all. With no partitions
    the view is built in the order of the log.
    """

    generation: Generation
    ends: tuple[int, ...]
    partitions: int
    skipped: frozenset[tuple[str, int]]

    @property
    def end(self) -> int:
        return self.ends[-1] if self.ends else 0

    def start(self, number: int) -> int:
        """The position before the first of a range."""
        return self.ends[number - 1] if number else 0


def plan_file(plan: Plan) -> bytes:
    return _packed([*plan[:3], sorted(plan.skipped)])


def plan_of(file: bytes) -> Plan:
    generation, ends, partitions, skipped = _unpacked(file)
    skips = frozenset((stream, version) for stream, version in skipped)
    return Plan(Generation(*generation), tuple(ends), partitions, skips)


def commits_file(commits: Iterable[Commit]) -> bytes:
    """Bodies are bytes, and need not be what JSON could hold."""
    parts: list[bytes] = []
    for one in commits:
        head = [one.stream, one.version, one.length, one.command.id, one.position, len(one.body)]
        parts += (to_json(head), b"\n", one.body)
    return compress(b"".join(parts), 1)


def commits_of(file: bytes) -> Iterator[Commit]:
    """Without fingerprints and hashes, which no projection sees."""
    content, at = decompress(file), 0
    while at < len(content):
        end = content.index(b"\n", at)
        stream, version, length, command, position, size = from_json(content[at:end])
        at = end + 1 + size
        body = content[end + 1 : at]
        yield Commit(stream, version, length, CommandId(command, b""), body, b"", position)


def done_file(done: Done) -> bytes:
    return _packed([done.parked, sorted(done.unfit)])


def done_of(file: bytes) -> Done:
    parked, unfit = _unpacked(file)
    return Done({view: [*map(_parked, some)] for view, some in parked.items()}, frozenset(unfit))


def _parked(columns: Sequence[Any]) -> Parked:
    *head, at, why = columns
    return Parked._make([*head, datetime.fromisoformat(at), Failure(*why) if why else None])


def _packed(value: Any) -> bytes:
    return compress(to_json(value), 1)


def _unpacked(body: bytes) -> Any:
    return from_json(decompress(body))
