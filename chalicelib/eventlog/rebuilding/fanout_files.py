"""
What the steps of a large rebuild leave for one another (shuffle), below the rebuild's own name:

    plan            what is rebuilt, up to where, in which ranges and how many partitions
    map/r/p         the commits of range r with events for rows of partition p
    mapped/r        the events of range r that have no key or cannot be read; range r is done
    blocks/n        in round n, the position from which each stream waits
    streams/p       which streams partition p has events of
    rows/n/p        the rows of partition p as round n made them
    folded/n/p      what could not be taken then, and where the rows are; that is done
    loaded/p        the rows of partition p are in the new generation
    parked/r        the events of range r that are to be parked
    done            it is over; all the rest but the plan is deleted

What is there is never changed, and each of these follows from the log and the plan alone. So it
does not matter who makes one, or how often.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple, Protocol
from zlib import compress, decompress

from pydantic_core import from_json, to_json

from ..ports import CommandId, Commit
from ..views.port import Change, Entry, Failure, Generation, Kept, Parked


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


class Plan(NamedTuple):
    """`ends` are the last positions of the ranges, the last of them the end of all."""

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


def packed(value: Any) -> bytes:
    return compress(to_json(value), 1)


def unpacked(body: bytes) -> Any:
    return from_json(decompress(body))


def plan_of(body: bytes) -> Plan:
    generation, ends, partitions, skipped = unpacked(body)
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


def rows_file(changes: Iterable[Change]) -> bytes:
    rows = [
        (one.key, one.kept.applied, one.kept.body.decode(), sorted(one.added))
        for one in changes
        if one.kept.body is not None
    ]
    return packed(rows)


def rows_of_file(file: bytes) -> list[Change]:
    return [
        Change(
            key,
            0,
            Kept(body.encode(), applied),
            frozenset(Entry(*one) for one in entries),
            frozenset(),
        )
        for key, applied, body, entries in unpacked(file)
    ]


def parked_file(parked: Iterable[Parked]) -> bytes:
    return packed(list(parked))


def parked_of(file: bytes) -> list[Parked]:
    return [
        Parked._make([*head, datetime.fromisoformat(at), Failure(*why) if why else None])
        for *head, at, why in unpacked(file)
    ]
