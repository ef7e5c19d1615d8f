"""The log as consumers read it: in batches, decoded, with what cannot be decoded in its place."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from . import skipping
from .belonging import Misplaced
from .codec import Codec, codec
from .decoding import Decoded, decoded, decoder
from .ports import Commit, EventStore, Log
from .transact import Decider, fold

WORTH_A_DECODER = 1000

SKIPS = Decider(codec(skipping.EVENTS), skipping.initial, skipping.evolve)


class Source(NamedTuple):
    """
    Where events come from; `store` also has what people decided about a consumer. `hash_at` tells
    the hash of the commit that ends at a position, None if none does; where a log cannot tell, it
    is None itself.
    """

    log: Log
    store: EventStore
    codec: Codec
    hash_at: Callable[[int], bytes | None] | None = None


class Ahead(Exception):
    """A consumer has passed the end of the log: it followed another one."""

    def __init__(self, position: int, head: int) -> None:
        super().__init__(
            f"the checkpoint is {position} and the log ends at {head}: was an older log put back? "
            "Remove the views; all that is in them is made again from the log"
        )


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
        self._known = b""

    def after(self, position: int, digest: bytes = b"") -> Sequence[Decoded]:
        """
        The next commits, none at the end of the log; raises Ahead past it, and Misplaced if the
        commit before them has another hash than `digest`, which a consumer has kept.
        """
        if self._after != position or not self._batch:
            commits = self.source.log.read(position, self._size)
            self._batch = self._decoded(commits)
            self._after, self._known = position, b""
        if not self._batch:
            self.check(position)
        elif digest and digest != self._known:
            self._continues(position, digest)
        return self._batch

    def _continues(self, position: int, digest: bytes) -> None:
        hash_at = self.source.hash_at
        if hash_at is not None and hash_at(position) != digest:
            raise Misplaced(
                f"the log is another one at position {position} than the views were made from: "
                "stop the service, and put back a backup with `banjian restore`"
            )
        self._known = digest

    def _decoded(self, commits: Sequence[Commit]) -> list[Decoded]:
        self._read += len(commits)
        codec = self.source.codec
        if self._read < WORTH_A_DECODER:
            return [decoded(codec, commit) for commit in commits]
        return decoder(codec)(commits)

    def check(self, position: int) -> None:
        """Raises Ahead if the log does not reach to `position`."""
        head = self.source.log.head()
        if head < position:
            raise Ahead(position, head)


def skips(source: Source, consumer: str) -> skipping.State:
    """What this consumer passes over, by stream and version."""
    return fold(SKIPS, source.store.load(f"{skipping.CATEGORY}-{consumer}"))
