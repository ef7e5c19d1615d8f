"""
The auditor's check: is the log whole, and is everything in it as it was appended?

Every commit's hash covers its bytes and the hash of the commit before it in its stream, and
positions and versions have no gaps. So an edit, a reordering, or a deletion, of a stream's last
commit as well, shows in the log itself. But hashes are no secret: who can write the file can also
cut it off at its end, move the positions behind what he took out, or make the chains anew, and then
it looks whole. Against that, whoever checks keeps the seal somewhere else, and gives it to the next
check.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, Final, NamedTuple

from .ports import GENESIS, Commit, Log, chained

PAGE = 200
SHOWN = 100
_STATEMENT: Final = re.compile(
    rb"banjian-seal: ([12])\nposition: (\d{1,18})\ndigest: ([0-9a-f]{64})\n"
    rb"sealed-at: ([0-9T:.+Z-]{1,40})\nkey: [^\n]+\n"
)


# FLAT is SHA-256 over the hashes of all commits, in order, as the first releases sealed. CHAINED
# begins with 32 zero bytes, and takes SHA-256 of itself and the next commit's hash for each commit:
# it is made on from an earlier one, without reading what was sealed then.
FLAT, CHAINED, EITHER = 1, 2, 0


class Seal(NamedTuple):
    """`digest` is over the hashes of all commits up to `position`, in one of the forms above."""

    position: int
    digest: bytes
    form: int = CHAINED


NOTHING: Final = Seal(0, GENESIS)


class Fault(NamedTuple):
    """What is wrong at a commit; `stream` is "" where there is none."""

    position: int
    stream: str
    version: int
    what: str


class Report(NamedTuple):
    """`faults` are the first of the `found` ones; `seal` is for a later check."""

    events: int
    commits: int
    streams: int
    found: int
    faults: tuple[Fault, ...]
    seal: Seal

    @property
    def clean(self) -> bool:
        return self.found == 0


@dataclass(slots=True)
class _Seen:
    """What remains of what was read: a version and a hash for each stream, no events."""

    position: int = 0
    digest: bytes = GENESIS
    events: int = 0
    commits: int = 0
    found: int = 0
    faults: list[Fault] = field(default_factory=list)
    ends: dict[str, tuple[int, bytes]] = field(default_factory=dict)
    flat: Any = field(default_factory=sha256)
    # Whether it begins behind a seal: what a stream had before is not known then.
    on: bool = False


def check(
    log: Log,
    sealed: Seal | None = None,
    progress: Callable[[int, int], None] = lambda _position, _head: None,
    since: Seal = NOTHING,
) -> Report:
    """
    Reads the log up to where it ends now; `progress` gets the position reached and that end. With
    `since`, a seal in the form CHAINED, only what came after it is read, and of a stream that began
    before, the first commit is taken for what it says: `reconciling` knows better. Raises Damaged
    if the storage cannot be read at all.
    """
    head = log.head()
    seen = _Seen(since.position, since.digest, on=since.position > 0)
    for commit in _commits(log, since.position, head, lambda at: progress(at, head)):
        _see(seen, commit)
        if sealed is not None and seen.position >= sealed.position > seen.position - commit.length:
            _compare(seen, sealed)
    for known in (since, *([sealed] if sealed else [])):
        if head < known.position:
            _fault(seen, head + 1, f"the log ends here, and once reached {known.position}")
    return Report(
        seen.events,
        seen.commits,
        len(seen.ends),
        seen.found,
        tuple(seen.faults),
        Seal(seen.position, seen.digest),
    )


def chained_on(digest: bytes, hashes: bytes) -> bytes:
    """The digest of a seal, made on over the hashes of further commits, one behind the other."""
    for at in range(0, len(hashes), 32):
        digest = sha256(digest + hashes[at : at + 32]).digest()
    return digest


def _commits(log: Log, after: int, head: int, progress: Callable[[int], None]) -> Iterator[Commit]:
    while after < head and (page := log.read(after, PAGE)):
        yield from (commit for commit in page if commit.last_position <= head)
        after = page[-1].last_position
        progress(min(after, head))


def _see(seen: _Seen, commit: Commit) -> None:
    for what in _wrong(seen, commit):
        _fault(seen, commit.first_position, what, commit)
    seen.ends[commit.stream] = (commit.last_version, commit.hash)
    seen.position = max(seen.position, commit.last_position)
    seen.events += commit.length
    seen.commits += 1
    seen.digest = sha256(seen.digest + commit.hash).digest()
    seen.flat.update(commit.hash)


def _wrong(seen: _Seen, commit: Commit) -> Iterator[str]:
    first = commit.first_position
    if first > seen.position + 1:
        yield f"positions {seen.position + 1} to {first - 1} are missing"
    if first <= seen.position:
        yield f"overlaps the commit before it, which ends at {seen.position}"
    if seen.on and commit.version > 1 and commit.stream not in seen.ends:
        return
    version, before = seen.ends.get(commit.stream, (0, GENESIS))
    if commit.version != version + 1:
        yield f"follows version {version} of its stream"
    if chained(before, commit) != commit.hash:
        yield "its hash does not follow from its content and the commit before it in its stream"


def _compare(seen: _Seen, sealed: Seal) -> None:
    digests = {FLAT: seen.flat.digest(), CHAINED: seen.digest}
    same = sealed.digest in ([digests[sealed.form]] if sealed.form else digests.values())
    if seen.position != sealed.position or not same:
        _fault(seen, sealed.position, "something up to here is not what was sealed")


def _fault(seen: _Seen, position: int, what: str, commit: Commit | None = None) -> None:
    seen.found += 1
    if len(seen.faults) < SHOWN:
        stream, version = (commit.stream, commit.version) if commit else ("", 0)
        seen.faults.append(Fault(position, stream, version, what))


# A seal (封存) as a text that can be signed, kept elsewhere, and checked with the public key alone:
# five lines, each a name and a value, in UTF-8, each ended by a line feed.


class BadSeal(Exception):
    """It is not a seal, or it was not signed with that key."""


def statement(seal: Seal, at: datetime, key_id: str) -> bytes:
    """What is signed: the log up to that position, when, and with which key."""
    return (
        f"banjian-seal: {seal.form}\nposition: {seal.position}\ndigest: {seal.digest.hex()}\n"
        f"sealed-at: {at.isoformat()}\nkey: {key_id}\n"
    ).encode()


def sealed(text: bytes) -> Seal:
    """What a statement says of the log; raises BadSeal."""
    found = _STATEMENT.fullmatch(text)
    if found is None:
        raise BadSeal("this is no seal of a log")
    return Seal(int(found[2]), bytes.fromhex(found[3].decode()), int(found[1]))


def sealed_at(text: bytes) -> datetime:
    """When a statement says that it was made; raises BadSeal."""
    found = _STATEMENT.fullmatch(text)
    try:
        at = datetime.fromisoformat(found[4].decode() if found else "")
    except ValueError as error:
        raise BadSeal("this is no seal of a log") from error
    return at if at.tzinfo else at.replace(tzinfo=UTC)
