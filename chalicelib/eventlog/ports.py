"""
What the application needs from the outside; `adapters` supplies it.

* StoreError
  x Conflict        somebody appended first; nothing was written
  x Reused          the command id is known, with another body; nothing was written
  x TooLarge        the commit would not fit the smallest store; nothing was written
  x Damaged         what is stored is not what was appended: an operator restores it
  x Unavailable     the place where it is kept cannot be used; nothing was acknowledged
    x Full          there is no room left (a disk, a quota of the system)
    x ReadOnly      it can be read, and not written
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import BinaryIO, NamedTuple, Protocol

from ..kernel.outage import Outage
from ..kernel.reasons import Refusal

GENESIS = bytes(32)

# A DynamoDB item holds 400 KB, attribute names and keys included. Every adapter refuses what would
# not fit there, so that an embedded store can always be moved to AWS.
MAX_BODY = 380_000
# In UTF-8. A DynamoDB key holds 2,048 bytes, and both go into every commit.
MAX_NAME = 1_024


class StoreError(Exception):
    """The event store did not do what was asked."""


class Conflict(StoreError):
    """Somebody appended first: `stream` is no longer at `version`."""

    def __init__(self, stream: str, version: int) -> None:
        super().__init__(f"{stream} is no longer at version {version}; read it again")
        self.stream = stream
        self.version = version


class Reused(StoreError):
    """The command id was used before in this stream, for something else."""

    def __init__(self, stream: str, command_id: str) -> None:
        super().__init__(f"{command_id} was already used on {stream} with another body")
        self.stream = stream
        self.command_id = command_id


class TooLarge(StoreError):
    """A commit's body is over MAX_BODY bytes."""

    def __init__(self, stream: str, size: int) -> None:
        super().__init__(
            f"a commit of {size:,} bytes to {stream} is over the limit of {MAX_BODY:,}: "
            "put documents into the blob store and refer to them by SHA-256"
        )


class Damaged(StoreError):
    """A stream has a hole, or a hash that does not follow from the one before it."""


class Unavailable(StoreError, Outage):
    """
    The place where things are kept cannot be opened, read or written; the message says why.

    Nothing was acknowledged. An append that failed so may be sent again under the same command id.
    """


class Full(Unavailable):
    """There is no room where it is kept. Once there is, the same works without a restart."""


class ReadOnly(Unavailable):
    """What is there is read; nothing can be written (a file system remounted, a right taken)."""


class CommandId(NamedTuple):
    """`id` names one request (the HTTP Idempotency-Key); `fingerprint` is a digest of its body."""

    id: str
    fingerprint: bytes


Former = Callable[[], bytes]


class Commit(NamedTuple):
    """
    What one command appended: the stored unit, all or nothing.

    `version` is that of its first event (from 1), `length` how many events it has, `body` the
    codec's bytes, `hash` SHA-256 over all of this and the hash of the commit before it.
    `position` is that of its first event in the log, None while a sequencer has yet to give it one.
    """

    stream: str
    version: int
    length: int
    command: CommandId
    body: bytes
    hash: bytes
    position: int | None = None

    @property
    def last_version(self) -> int:
        return self.version + self.length - 1

    @property
    def first_position(self) -> int:
        """`position`, which it must have."""
        if self.position is None:
            raise ValueError(f"{self.stream}@{self.version} has no place in the log yet")
        return self.position

    @property
    def last_position(self) -> int:
        return self.first_position + self.length - 1


def chained(previous: bytes, commit: Commit) -> bytes:
    """The hash that `commit` must carry if the commit before it carries `previous`."""
    stream, version, length, command, body, _, _ = commit
    return _digest(previous, stream, version, length, command, body)


def _digest(  # noqa: PLR0913, PLR0917 - all that a commit is
    previous: bytes, stream: str, version: int, length: int, command: CommandId, body: bytes
) -> bytes:
    # Newlines delimit because streams and command ids cannot hold one (see History.following).
    head = f"{stream}\n{version}\n{length}\n{command.id}\n".encode()
    return sha256(b"".join((previous, head, command.fingerprint, b"\n", body))).digest()


@dataclass(frozen=True, slots=True)
class History:
    """
    A stream as it was read. Only what was read can be appended to: an expected version that
    somebody made up could lie past the end and leave a hole.
    """

    stream: str
    commits: tuple[Commit, ...] = ()

    def __post_init__(self) -> None:
        expected = 1
        for commit in self.commits:
            if commit.version != expected:
                raise Damaged(f"{self.stream} has no version {expected}")
            expected += commit.length

    @property
    def version(self) -> int:
        return self.commits[-1].last_version if self.commits else 0

    @property
    def hash(self) -> bytes:
        return self.commits[-1].hash if self.commits else GENESIS

    def find(self, command: CommandId, former: Former | None = None) -> Commit | None:
        """
        The commit that this command made before; raises Reused if its body was another. `former`
        is the fingerprint that an earlier release gave it.
        """
        for commit in self.commits:
            if commit.command.id == command.id:
                if former is not None and commit.command.fingerprint == former():
                    return commit
                return same(commit, command)
        return None

    def with_newer(self, commits: Sequence[Commit]) -> "History | None":
        """
        With `commits`: what the stream has now, from our last commit on. None if that is not ours:
        the stream has become another one.
        """
        if not self.commits or not commits or commits[0].hash != self.hash:
            return None
        if len(commits) == 1:
            return self
        return History(self.stream, (*self.commits, *commits[1:]))

    def until(self, commit: Commit) -> "History":
        """The stream as it was right after `commit`."""
        # By version: what `append` returned may have had no position yet.
        return History(
            self.stream, tuple(one for one in self.commits if one.version <= commit.version)
        )

    def following(self, command: CommandId, length: int, body: bytes) -> Commit:
        """The commit that would come next, with its hash; raises TooLarge."""
        if "\n" in self.stream or "\n" in command.id or length < 1:
            raise ValueError("a stream or command id with a line break, or a commit of no events")
        if not 0 < len(self.stream.encode()) <= MAX_NAME or len(command.id.encode()) > MAX_NAME:
            raise ValueError(f"a stream or command id of no, or of more than {MAX_NAME} bytes")
        if len(body) > MAX_BODY:
            raise TooLarge(self.stream, len(body))
        version = self.version + 1
        digest = _digest(self.hash, self.stream, version, length, command, body)
        return Commit(self.stream, version, length, command, body, digest)


def same(commit: Commit, command: CommandId) -> Commit:
    """`commit`, if it was made by this very command; raises Reused."""
    if commit.command.fingerprint != command.fingerprint:
        raise Reused(commit.stream, command.id)
    return commit


def verify(history: History, known: int = 0) -> None:
    """
    Raise Damaged at the first commit whose bytes are not those that were appended. The first
    `known` commits were looked at before.
    """
    previous = history.commits[known - 1].hash if known else GENESIS
    for commit in history.commits[known:]:
        if not _follows(previous, commit):
            raise Damaged(
                f"{history.stream} was altered at version {commit.version}; "
                "`banjian verify` tells what is whole, and a backup has what was appended"
            )
        previous = commit.hash


def _follows(previous: bytes, commit: Commit) -> bool:
    try:
        placed = commit.position is None or commit.position >= 1
        return placed and commit.length >= 1 and chained(previous, commit) == commit.hash
    except (AttributeError, TypeError, ValueError):  # of types that nobody appended
        return False


class EventStore(Protocol):
    def load(self, stream: str, known: History | None = None, /) -> History:
        """
        The whole stream; an unknown one is empty. Of what was `known` before, only what is newer is
        read, if the stream still goes on from there (its hash tells). The chain of what is read is
        checked: raises Damaged. What is missing at the end only an audit can see.
        """
        ...

    def append(self, history: History, command: CommandId, length: int, body: bytes, /) -> Commit:
        """
        Append one commit to what was read, all or nothing, and return it once it is durable.

        A command id that the stream already has returns the commit it made then, and writes
        nothing. Raises Conflict, Reused, TooLarge.
        """
        ...


class Log(Protocol):
    def read(self, after: int, limit: int, /) -> Sequence[Commit]:
        """
        Up to `limit` whole commits whose events lie past position `after`, in order.

        Positions count events from 1 without a gap. Once a reader has seen position p,
        nothing appears at or below p.
        """
        ...

    def head(self) -> int:
        """The last position, 0 for an empty log."""
        ...

    def place(self, stream: str, version: int, /) -> int | None:
        """The position of an event, None while there is none (a sequencer has yet to give it)."""
        ...


class Upload(NamedTuple):
    """
    One HTTP request that hands in a part: its body are the bytes, `headers` go with it as they are.
    A `url` without a host is the service's own, and takes the caller's token as well.
    """

    url: str
    method: str
    headers: Mapping[str, str]
    expires_at: datetime


class Part(NamedTuple):
    """Numbers count from 1; `size` is in bytes."""

    number: int
    sha256: str
    size: int


class Mismatched(Refusal):
    """The parts do not make the content that was announced; the message says what they make."""


class Blobs(Protocol):
    """
    Contents by owner and SHA-256. Raises Unavailable throughout.

    Parts are kept under the name of an upload (letters, digits and dashes) until it is discarded or
    swept. A part is there once it is durable; put again with other bytes, the later one counts.
    """

    @property
    def upload_limit(self) -> int:
        """Bytes that a document may have."""
        ...

    @property
    def part_size(self) -> int:
        """Bytes of each part but the last."""
        ...

    def ticket(self, upload: str, part: Part, seconds: int, /) -> Upload:
        """How to send exactly this part, past the service if it can be; good for `seconds`."""
        ...

    def put_part(self, upload: str, number: int, content: bytes, /) -> Part:
        """Keep a part durably; twice is once."""
        ...

    def parts(self, upload: str, /) -> Sequence[Part]:
        """Those that are there, by number."""
        ...

    def assemble(
        self, owner: str, digest: str, upload: str, check: Callable[[BinaryIO], None], /
    ) -> None:
        """
        Keep the parts as one content of `owner`, if its SHA-256 is `digest`; raises Mismatched
        otherwise. `check` is given the whole before it counts, and raises to refuse it. The parts
        stay; again, or by several at once, it does no harm.
        """
        ...

    def discard(self, upload: str, /) -> None:
        """Drop its parts."""
        ...

    def sweep(self, before: datetime, /) -> int:
        """Drop the parts that came in before; how many that were."""
        ...

    def link(
        self, owner: str, digest: str, media_type: str, disposition: str, seconds: int, /
    ) -> str | None:
        """
        A URL that gives the content out, for `seconds`; None if there is no such way, or no such
        content. Raises Damaged for what was altered.
        """
        ...

    def put(self, owner: str, content: bytes, /) -> str:
        """Keep `content` durably under its SHA-256 (hex, returned); twice is once."""
        ...

    def get(self, owner: str, digest: str, /) -> bytes | None:
        """The content, checked against its digest (raises Damaged), or None."""
        ...

    def open(self, owner: str, digest: str, /) -> BinaryIO | None:
        """
        The content as a file, for the caller to close, checked against its digest (raises Damaged)
        in little memory; or None.
        """
        ...

    def remove(self, owner: str, digest: str, /) -> None:
        """The content is gone, at once; again is harmless."""
        ...

    def size(self, owner: str, digest: str, /) -> int | None:
        """Bytes, or None if `owner` never put it: knowing a digest gives no access."""
        ...


class Signer(Protocol):
    @property
    def key_id(self) -> str:
        """Names the key to people, who keep its public half."""
        ...

    @property
    def algorithm(self) -> str:
        """signatures.ECDSA or signatures.SM2; what it is for people: `docs/signatures.md`."""
        ...

    def sign(self, message: bytes, /) -> bytes:
        """
        In DER: ECDSA on P-256 over SHA-256 of `message` (FIPS 186-5), or SM2 over SM3 with the
        usual id (GB/T 32918.2, GB/T 35276). `signatures.verify` checks it.
        """
        ...

    def public_key(self) -> bytes:
        """SubjectPublicKeyInfo (RFC 5280) in DER."""
        ...


def no_signer() -> Signer:
    """For a platform that was given none."""
    raise Unavailable("no key was configured to sign certificates with")
