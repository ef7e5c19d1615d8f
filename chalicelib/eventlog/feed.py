"""The log as consumers read it: in batches, decoded, with what cannot be decoded in its place."""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from pydantic_core import from_json, to_json

from . import skipping
from .codec import Codec, codec, decode
from .envelope import Recorded
from .ports import Commit, Damaged, EventStore, Log
from .transact import Decider, fold

WORTH_A_DECODER = 1000

SKIPS = Decider(codec(skipping.EVENTS), skipping.initial, skipping.evolve)


class Source(NamedTuple):
    """Where events come from; `store` also has what people decided about a consumer."""

    log: Log
    store: EventStore
    codec: Codec


class Ahead(Exception):
    """A consumer has passed the end of the log: it followed another one."""

    def __init__(self, position: int, head: int) -> None:
        super().__init__(
            f"the checkpoint is {position} and the log ends at {head}: was an older log put back? "
            "Remove the views; all that is in them is made again from the log"
        )


class Undecodable(NamedTuple):
    """An event that this release cannot read; `type` is "" if not even that is known."""

    stream: str
    version: int
    position: int
    type: str
    error: Exception


class Decoded(NamedTuple):
    commit: Commit
    events: Sequence[Recorded | Undecodable]


class Feed:
    """
    Reads and decodes the log, `size` commits at a time. Consumers that take turns with one feed,
    in one thread, share the work while they stand at the same place.

    Who has much to read, or goes on reading, gets a decoder that is quicker by half; to make it
    costs as much as a thousand commits, which a function that is woken for one does not have.
    """

    def __init__(self, source: Source, size: int = 1000) -> None:
        self.source = source
        self._size = size
        self._after = -1
        self._batch: list[Decoded] = []
        self._read = 0

    def after(self, position: int) -> Sequence[Decoded]:
        """The next commits, none at the end of the log; raises Ahead past it."""
        if self._after != position or not self._batch:
            commits = self.source.log.read(position, self._size)
            self._batch = self._decoded(commits)
            self._after = position
        if not self._batch:
            self.check(position)
        return self._batch

    def _decoded(self, commits: Sequence[Commit]) -> list[Decoded]:
        self._read += len(commits)
        codec = self.source.codec
        if self._read < WORTH_A_DECODER:
            return [decoded(codec, commit) for commit in commits]
        from .bulk_decode import decoder

        return decoder(codec)(commits)

    def check(self, position: int) -> None:
        """Raises Ahead if the log does not reach to `position`."""
        head = self.source.log.head()
        if head < position:
            raise Ahead(position, head)


def decoded(codec: Codec, commit: Commit) -> Decoded:
    try:
        events = decode(codec, commit)
        if len(events) != commit.length:
            raise Damaged(f"{commit.stream}@{commit.version} has not {commit.length} events")  # noqa: TRY301 - to be handled alike
    except Exception as error:  # noqa: BLE001 - whatever is wrong with it, only its stream shall wait
        return Decoded(commit, list(_one_by_one(codec, commit, error)))
    return Decoded(commit, events)


def _one_by_one(codec: Codec, commit: Commit, error: Exception) -> Iterator[Recorded | Undecodable]:
    """Apart, so that only what cannot be read has to be skipped, and not what stands beside it."""
    common, entries = _parts(commit)
    for offset in range(commit.length):
        version, position = commit.version + offset, _position(commit) + offset
        if len(entries) != commit.length:
            yield Undecodable(commit.stream, version, position, "", error)
            continue
        body = to_json({**common, "events": [entries[offset]]})
        alone = commit._replace(version=version, position=position, length=1, body=body)
        try:
            yield decode(codec, alone)[0]
        except Exception as problem:  # noqa: BLE001 - as in `decoded`
            yield Undecodable(commit.stream, version, position, _type(entries[offset]), problem)


def _parts(commit: Commit) -> tuple[dict[str, Any], list[Any]]:
    try:
        body = from_json(commit.body)
        return body, list(body["events"])
    except (ValueError, TypeError, KeyError):
        return {}, []


def _type(entry: Any) -> str:
    return str(entry.get("type", "")) if isinstance(entry, dict) else ""


def _position(commit: Commit) -> int:
    return commit.last_position - commit.length + 1


def skips(source: Source, consumer: str) -> skipping.State:
    """What this consumer passes over, by stream and version."""
    return fold(SKIPS, source.store.load(f"{skipping.CATEGORY}-{consumer}"))
