"""
Documents as they are handed in: at once, or in parts that may come in any order, again, and after
a break. What counts as a document has its whole SHA-256 and its type checked by content.

An upload that was begun keeps its parts for `KEPT`; the sweep drops them an hour later.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from hashlib import sha256
from io import SEEK_END, BytesIO
from typing import BinaryIO, Final, NamedTuple
from uuid import uuid4

from ...eventlog.codec import events
from ...eventlog.ports import Mismatched, Part, Unavailable, Upload
from ...eventlog.transact import Decider, read, transact
from ...kernel.actor import APPLICANTS, DEPARTMENT_STAFF, Actor, Channel
from ...kernel.errors import Invalid, NotAllowed, NotFound, OutOfOrder
from ...kernel.reasons import Reason
from ...platform import quotas
from ...platform.platform import Caller, Platform
from ..domain import document
from .types import identify

KEPT: Final = timedelta(hours=24)
GRACE: Final = timedelta(hours=1)
TICKET_SECONDS: Final = 900
PAGE: Final = 1000
HANDING_IN: Final = APPLICANTS | DEPARTMENT_STAFF


class TooMuch(Exception):
    """More bytes than `limit`, which is what the platform takes."""

    def __init__(self, limit: int) -> None:
        super().__init__(f"a document has at most {limit:,} bytes here")
        self.limit = limit


def limit(error: TooMuch) -> dict[str, int]:
    """What the problem says besides."""
    return {"limit": error.limit}


class Document(NamedTuple):
    """`owner` is whose content it is in the blob store."""

    id: str
    owner: str
    sha256: str


class New(NamedTuple):
    """What is handed in, as the caller tells it; `size` in bytes."""

    sha256: str
    size: int
    media_type: str = document.UNSAID
    name: str | None = None


class Found(NamedTuple):
    """A document that is there; `media_type` is by its content."""

    size: int
    media_type: str
    scan: document.Scan


class Status(NamedTuple):
    """How far an upload is, for who begun it; `missing` has the numbers of parts still to come."""

    upload_id: str
    state: document.State
    parts: Sequence[Part] = ()
    missing: Sequence[int] = ()


def document_id(owner: str, digest: str) -> str:
    return sha256(f"{owner}\n{digest}".encode()).hexdigest()[:26]


def stream(document_id: str) -> str:
    return f"{document.CATEGORY}-{document_id}"


def decider(platform: Platform) -> Decider[document.State]:
    return Decider(platform.codec, document.initial, document.evolve, platform.memory)


def check_handing_in(actor: Actor) -> None:
    """Raises NotAllowed for who neither applies nor handles."""
    if actor.role not in HANDING_IN:
        raise NotAllowed(
            "documents-from-handlers", "documents are handed in by who applies or handles cases"
        )


def put(
    platform: Platform, actor: Actor, content: bytes, media_type: str, name: str | None
) -> Status:
    """
    Hand in a document at once; again is harmless. Raises NotAllowed, Invalid, TooMuch,
    QuotaExceeded, and OutOfOrder for one that is discarded at this moment.
    """
    check_handing_in(actor)
    if len(content) > platform.blobs.upload_limit:
        raise TooMuch(platform.blobs.upload_limit)
    new = New(sha256(content).hexdigest(), len(content), media_type, name)
    name_of = document_id(actor.account, new.sha256)
    state = state_of(platform, name_of)
    new_here = not isinstance(state, document.Kept)
    if new_here:  # also what will be refused: to look at it costs something
        quotas.look(platform.quotas, actor, platform.now(), len(content))
    found = identify(BytesIO(content), media_type)
    if new_here:
        quotas.document(platform.quotas, actor, platform.now(), len(content))
    place = document.place(actor.account, state.generation)
    platform.blobs.put(place, content)
    try:
        return _received(platform, actor, new, found, state.generation)
    except OutOfOrder:
        platform.blobs.remove(place, new.sha256)  # nothing else will ever be there
        raise


def begin(platform: Platform, actor: Actor, new: New) -> Status:
    """
    Begin an upload, or go on with the one that was begun. Raises NotAllowed, TooMuch, Invalid (it
    is there, and of another type than was said), QuotaExceeded.
    """
    check_handing_in(actor)
    if new.size > platform.blobs.upload_limit:
        raise TooMuch(platform.blobs.upload_limit)
    upload_id = document_id(actor.account, new.sha256)
    at = platform.now()
    command = document.BeginUpload(
        at=at, by=actor, account=actor.account, expires_at=at + KEPT, **new._asdict()
    )

    def count() -> None:
        quotas.document(platform.quotas, actor, at, new.size)

    run(platform, actor, upload_id, command, count)
    return status(platform, actor, upload_id)


def status(platform: Platform, actor: Actor, upload_id: str) -> Status:
    """What is there of the upload; raises NotFound, also for anybody else's."""
    state = _own(platform, actor, upload_id)
    if not isinstance(state, document.Uploading):
        return Status(upload_id, state)
    count = _count(platform, state)
    there = [
        one
        for one in platform.blobs.parts(parts_of(upload_id, state))
        if one.size == _size_of(platform, state, one.number)
    ]
    missing = set(range(1, count + 1)) - {one.number for one in there}
    return Status(upload_id, state, there, sorted(missing))


def ticket(platform: Platform, actor: Actor, upload_id: str, number: int, digest: str) -> Upload:
    """How to send a part of that SHA-256. Raises NotFound, OutOfOrder, Invalid, QuotaExceeded."""
    state = _open(platform, actor, upload_id)
    part = Part(number, digest, _size_of(platform, state, number))
    made = platform.blobs.ticket(parts_of(upload_id, state), part, TICKET_SECONDS)
    if not made.url.startswith("/"):  # it goes past us: this is all that we see of it
        quotas.part(platform.quotas, actor, platform.now(), part.size)
    return made


def put_part(platform: Platform, actor: Actor, upload_id: str, number: int, content: bytes) -> Part:
    """Raises NotFound, OutOfOrder, Invalid, QuotaExceeded."""
    state = _open(platform, actor, upload_id)
    size = _size_of(platform, state, number)
    if len(content) != size:
        raise Invalid(
            "part-of-wrong-size",
            "part {number} has {size:,} bytes; {sent:,} were sent",
            number=number,
            size=size,
            sent=len(content),
        )
    quotas.part(platform.quotas, actor, platform.now(), size)
    return platform.blobs.put_part(parts_of(upload_id, state), number, content)


def complete(platform: Platform, actor: Actor, upload_id: str) -> Status:
    """
    Check the whole and keep it; again, or by two at once, is harmless. Raises OutOfOrder (parts are
    missing), and Invalid where the whole is not what was announced: that upload has ended.
    """
    try:
        return _complete(platform, actor, upload_id)
    except (OutOfOrder, Invalid, Unavailable):
        if isinstance(_own(platform, actor, upload_id), document.Kept):
            return status(platform, actor, upload_id)  # somebody was faster, and tidied up
        raise


def _complete(platform: Platform, actor: Actor, upload_id: str) -> Status:
    state = _open(platform, actor, upload_id)
    _all_there(status(platform, actor, upload_id))
    begun, parts = state.begun, parts_of(upload_id, state)
    found: list[str] = []

    def check(whole: BinaryIO) -> None:
        found.append(identify(whole, begun.media_type))

    try:
        place = document.place(actor.account, state.generation)
        platform.blobs.assemble(place, begun.sha256, parts, check)
    except (Mismatched, Invalid) as error:
        _refuse(platform, actor, upload_id, state.attempts, str(error))
        raise Invalid.of(error.reason) from error
    new = New(begun.sha256, begun.size, begun.media_type, begun.name)
    done = _received(platform, actor, new, found[0], state.generation)
    # Only now: whoever dies before finds the parts again.
    platform.blobs.discard(parts)
    return done


def checked(
    platform: Platform, account: str, digest: str, declared: str = document.UNSAID
) -> Found:
    """
    A document of the account that may be a material of a case. Raises Invalid, which says what to
    do: it is not there, not complete, infected, or of another type than `declared`.
    """
    state = state_of(platform, document_id(account, digest))
    short = f"{digest[:12]}…"
    if isinstance(state, document.Kept):
        if state.scan == "infected":
            raise _wrong(short, infected(state))
        wrong = document.contradicted(declared, state.received.media_type)
        if wrong is not None:
            raise _wrong(short, wrong)
        return Found(state.received.size, state.received.media_type, state.scan)
    if isinstance(state, document.Uploading):
        raise Invalid(
            "upload-not-complete",
            "document {short}: its upload is not complete; send what is missing and complete it",
            short=short,
        )
    content = None if state.generation else platform.blobs.open(account, digest)
    if content is None:
        raise Invalid(
            "document-not-uploaded",
            "you have uploaded no document {short}: hand it in first",
            short=short,
        )
    with content:
        if platform.scanner is not None:  # it came past us: nobody would scan it
            raise Invalid(
                "document-not-handed-in",
                "document {short} was not handed in to its end: hand it in again",
                short=short,
            )
        found = identify(content, declared)
        return Found(content.seek(0, SEEK_END), found, "not_scanned")


def _wrong(short: str, why: Reason) -> Invalid:
    return Invalid("document-wrong", "document {short}: {wrong}", short=short, wrong=why)


def infected(state: document.Kept) -> Reason:
    signature = state.scanned.signature if state.scanned else None
    if signature is None:
        return Reason(
            "malware-found",
            "a scanner found malware in it: it is given to nobody; hand in a clean copy",
        )
    return Reason(
        "malware-found-by-name",
        "a scanner found {signature} in it: it is given to nobody; hand in a clean copy",
        signature=signature,
    )


def kept(platform: Platform, owner: str, digest: str) -> document.Kept | None:
    """What is known of a document; None for what the platform itself put there."""
    state = state_of(platform, document_id(owner, digest))
    return state if isinstance(state, document.Kept) else None


def every(
    platform: Platform, progress: Callable[[int], None] = lambda _: None
) -> Iterator[Document]:
    """Every document that was ever received, in order; reads the whole log."""
    position, head = 0, platform.log.head()
    while commits := platform.log.read(position, PAGE):
        position = commits[-1].last_position
        some = [one for one in commits if one.stream.startswith(f"{document.CATEGORY}-")]
        for one in events(platform.codec, some):
            if isinstance(one.data, document.DocumentReceived):
                name = one.stream.removeprefix(f"{document.CATEGORY}-")
                place = document.place(one.data.owner, one.data.generation)
                yield Document(name, place, one.data.sha256)
        progress(position)
        if position >= head:
            return


def sweep(platform: Platform) -> int:
    """Drop the parts of uploads that expired; how many."""
    return platform.blobs.sweep(platform.now() - KEPT - GRACE)


def _received(platform: Platform, actor: Actor, new: New, found: str, generation: int) -> Status:
    name = document_id(actor.account, new.sha256)
    command = document.Receive(
        at=platform.now(),
        by=actor,
        owner=actor.account,
        sha256=new.sha256,
        size=new.size,
        media_type=found,
        name=new.name,
        awaits_scan=platform.scanner is not None,
        generation=generation,
    )
    return Status(name, run(platform, actor, name, command))


def _refuse(platform: Platform, actor: Actor, upload_id: str, attempt: int, reason: str) -> None:
    command = document.RefuseUpload(at=platform.now(), by=actor, attempt=attempt, reason=reason)
    run(platform, actor, upload_id, command)
    platform.blobs.discard(_name(upload_id, attempt))


def run(
    platform: Platform,
    actor: Actor,
    document_id: str,
    command: document.DocumentCommand,
    count: Callable[[], None] = lambda: None,
) -> document.State:
    """`count` is done before something new is recorded."""

    def decide(state: document.State) -> list[document.Event]:
        decided = document.decide(command, state)
        if decided:
            count()
        return decided

    # Each is a command of its own: `decide` finds out what has been done already.
    channel = Channel.WEB if actor.role in APPLICANTS else Channel.WINDOW
    caller = Caller(actor, uuid4().hex, channel)
    request = caller.request(command.at, type(command).__name__, {"id": document_id})
    done = transact(
        platform.store,
        decider(platform),
        stream(document_id),
        request,
        decide,
    )
    return done.state


def state_of(platform: Platform, document_id: str) -> document.State:
    return read(platform.store, decider(platform), stream(document_id)).state


def _own(platform: Platform, actor: Actor, upload_id: str) -> document.State:
    check_handing_in(actor)
    state = state_of(platform, upload_id)
    match state:
        case document.Uploading(begun) | document.Refused(begun) if begun.account == actor.account:
            return state
        case document.Kept(received) if received.owner == actor.account:
            return state
        case _:
            raise NotFound("upload-not-seen", "there is no such upload, or it is not yours")


def _open(platform: Platform, actor: Actor, upload_id: str) -> document.Uploading:
    """Raises NotFound, OutOfOrder."""
    state = _own(platform, actor, upload_id)
    if isinstance(state, document.Kept):
        raise OutOfOrder(
            "upload-complete-already", "the document is complete; nothing more is to be sent"
        )
    if isinstance(state, document.Refused):
        raise OutOfOrder(
            "upload-was-refused",
            "the upload was refused, its status says why; begin it again",
        )
    if isinstance(state, document.Uploading) and state.begun.expires_at > platform.now():
        return state
    raise OutOfOrder("upload-expired", "the upload has expired; begin it again")


def _all_there(found: Status) -> None:
    if found.missing:
        raise OutOfOrder(
            "upload-parts-missing",
            "parts are missing: {parts}; send them, then complete",
            parts=found.missing[:20],
        )


def parts_of(upload_id: str, state: document.Uploading) -> str:
    return _name(upload_id, state.attempts)


def _name(upload_id: str, attempt: int) -> str:
    return f"{upload_id}-{attempt}"


def _count(platform: Platform, state: document.Uploading) -> int:
    return -(-state.begun.size // platform.blobs.part_size)


def _size_of(platform: Platform, state: document.Uploading, number: int) -> int:
    """Raises Invalid for a part that the document does not have."""
    count, size = _count(platform, state), platform.blobs.part_size
    if not 1 <= number <= count:
        raise Invalid(
            "no-such-part",
            "the document has parts 1 to {count}, and no part {number}",
            count=count,
            number=number,
        )
    return size if number < count else state.begun.size - size * (count - 1)
