"""
The stream `document-<id>`: one content that one account hands in (材料文件), from the first part of
its upload to what a malware scanner says of it.

The id follows from account and content, so an upload that was lost sight of is found again.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import reduce
from typing import Annotated, ClassVar, Literal, assert_never, get_args

from pydantic import AwareDatetime, Field, StringConstraints

from ...codes.codes import ScanVerdict
from ...kernel.actor import Identifier
from ...kernel.base import Command, Frozen, Line, Personal, Sha256, Text
from ...kernel.errors import Impossible, Invalid, NotFound, OutOfOrder
from ...kernel.formats import MEDIA_TYPE
from ...kernel.reasons import Reason
from . import media_types

CATEGORY = "document"
UNSAID = media_types.ANY

MediaType = Annotated[str, StringConstraints(pattern=MEDIA_TYPE, min_length=3, max_length=100)]
Size = Annotated[int, Field(ge=1)]
Generation = Annotated[int, Field(ge=0)]
DiscardReason = Literal["by-owner", "unused"]
Scan = Literal["not_scanned", "pending"] | ScanVerdict


class UploadBegun(Frozen):
    """上传开始: what is to come; until `expires_at` its parts are kept."""

    type: Literal["UploadBegun"] = "UploadBegun"
    account: Identifier
    sha256: Sha256
    size: Size
    media_type: MediaType
    name: Annotated[Line, Personal()] | None = None
    expires_at: AwareDatetime


class UploadRefused(Frozen):
    """上传退回: all parts were there, and the whole is not what may be handed in."""

    type: Literal["UploadRefused"] = "UploadRefused"
    reason: Text


class DocumentReceived(Frozen):
    """
    材料入库: the whole is kept, and is what it says it is; `media_type` is by its content.
    `awaits_scan` if nobody is given it before a scanner has looked at it. `tracked` if every case
    that is handed in with it says so here; `generation` is how often it was discarded before.
    """

    schema_version: ClassVar[int] = 2
    reads_from: ClassVar[int] = 1
    type: Literal["DocumentReceived"] = "DocumentReceived"
    owner: Identifier
    sha256: Sha256
    size: Size
    media_type: MediaType
    name: Annotated[Line, Personal()] | None = None
    awaits_scan: bool
    tracked: bool = False
    generation: Generation = 0


class DocumentUsed(Frozen):
    """材料使用: `stream`, a case's, is about to name it; from now on it is kept as the case is."""

    type: Literal["DocumentUsed"] = "DocumentUsed"
    stream: Line


class DocumentDiscarded(Frozen):
    """材料删除: no case was handed in with it, and its owner, or nobody, wants it any more."""

    type: Literal["DocumentDiscarded"] = "DocumentDiscarded"
    why: DiscardReason


class DocumentScanned(Frozen):
    """
    病毒查验: what the scanner said, which takes nothing that is too large. `engine` is its version,
    with that of its signatures.
    """

    type: Literal["DocumentScanned"] = "DocumentScanned"
    verdict: ScanVerdict
    signature: Line | None = None
    engine: Line


Event = (
    UploadBegun
    | UploadRefused
    | DocumentReceived
    | DocumentScanned
    | DocumentUsed
    | DocumentDiscarded
)
EVENTS: tuple[type[Frozen], ...] = get_args(Event)


@dataclass(frozen=True, slots=True)
class Absent:
    """Never heard of, or discarded, `generation` times."""

    attempts: int = 0
    generation: int = 0


@dataclass(frozen=True, slots=True)
class Uploading:
    """`attempts` counts the uploads that were begun: each has parts of its own."""

    begun: UploadBegun
    attempts: int
    generation: int = 0


@dataclass(frozen=True, slots=True)
class Refused:
    begun: UploadBegun
    reason: str
    attempts: int
    generation: int = 0


@dataclass(frozen=True, slots=True)
class Kept:
    """`used_by` is the first stream, of a case, that named it."""

    received: DocumentReceived
    attempts: int = 0
    scanned: DocumentScanned | None = None
    used_by: str | None = None

    @property
    def generation(self) -> int:
        return self.received.generation

    @property
    def place(self) -> str:
        """Whose content it is in the blob store."""
        return place(self.received.owner, self.generation)

    @property
    def scan(self) -> Scan:
        if self.scanned is not None:
            return self.scanned.verdict
        return "pending" if self.received.awaits_scan else "not_scanned"


State = Absent | Uploading | Refused | Kept
initial: State = Absent()


def evolve(state: State, event: Event) -> State:
    """Raises Impossible."""
    match event:
        case UploadBegun() if not isinstance(state, Kept):
            return Uploading(event, state.attempts + 1, state.generation)
        case UploadRefused() if isinstance(state, Uploading):
            return Refused(state.begun, event.reason, state.attempts, state.generation)
        case DocumentReceived() if not isinstance(state, Kept):
            return Kept(event, state.attempts)
        case DocumentScanned() if isinstance(state, Kept):
            return replace(state, scanned=event)
        case DocumentUsed() if isinstance(state, Kept):
            return replace(state, used_by=state.used_by or event.stream)
        case DocumentDiscarded() if isinstance(state, Kept):
            return Absent(state.attempts, state.generation + 1)
        case DocumentDiscarded() if isinstance(state, Uploading | Refused):
            return Absent(state.attempts, state.generation)
        case (
            UploadBegun()
            | UploadRefused()
            | DocumentReceived()
            | DocumentScanned()
            | DocumentUsed()
            | DocumentDiscarded()
        ):
            raise Impossible(state, event)
        case _:
            assert_never(event)


def place(owner: str, generation: int) -> str:
    """
    Whose content it is in the blob store. After a document was discarded it is another place: so
    whoever is late in clearing the old one takes nothing away that came since.
    """
    return f"{owner}~{generation}" if generation else owner


def fold(events: Iterable[Event], state: State = initial) -> State:
    return reduce(evolve, events, state)


class BeginUpload(Command):
    account: Identifier
    sha256: Sha256
    size: Size
    media_type: MediaType
    name: Line | None = None
    expires_at: AwareDatetime


class RefuseUpload(Command):
    """`attempt` is the upload that was looked at: a later one is not refused for it."""

    attempt: int
    reason: Text


class Receive(Command):
    """The content lies at the place of that `generation`."""

    owner: Identifier
    sha256: Sha256
    size: Size
    media_type: MediaType
    name: Line | None = None
    awaits_scan: bool
    tracked: bool = True
    generation: int = 0


class Use(Command):
    """A case is about to be handed in with it."""

    stream: Line


class Discard(Command):
    why: DiscardReason


class RecordScan(Command):
    verdict: ScanVerdict
    signature: Line | None = None
    engine: Line


DocumentCommand = BeginUpload | RefuseUpload | Receive | RecordScan | Use | Discard


def decide(command: DocumentCommand, state: State) -> list[Event]:
    """
    Raises Invalid (it is there, and of another type than was said; it is not there, and is to be
    used), OutOfOrder (it belongs to a case), NotFound.
    """
    match command:
        case BeginUpload():
            return _begin(command, state)
        case RefuseUpload():
            looked_at = isinstance(state, Uploading) and state.attempts == command.attempt
            return [UploadRefused(reason=command.reason)] if looked_at else []
        case Receive():
            return _receive(command, state)
        case RecordScan():
            return _record(command, state)
        case Use():
            return _use(command, state)
        case Discard():
            return _discard(command, state)
        case _:
            assert_never(command)


def contradicted(declared: str, found: str) -> Reason | None:
    """Why a document of the type `found` is not what was declared; None if it is."""
    declared = media_types.declared(declared)
    if declared in (UNSAID, found):
        return None
    return Reason(
        "declared-type-differs",
        "the document was declared as {declared}, and its content is {found}: send the right "
        "file, or declare {found}",
        declared=declared,
        found=found,
    )


def _begin(command: BeginUpload, state: State) -> list[Event]:
    fields = command.model_dump(include=set(UploadBegun.model_fields) - {"type"})
    match state:
        case Kept(received):
            wrong = contradicted(command.media_type, received.media_type)
            if wrong is not None:
                raise Invalid.of(wrong)
            return []
        case Uploading(begun) if _goes_on(begun, command):
            return []
        case _:
            return [UploadBegun(**fields)]


def _goes_on(begun: UploadBegun, command: BeginUpload) -> bool:
    """Said otherwise it begins anew: the first may have been a mistake."""
    same = (begun.size, begun.media_type) == (command.size, command.media_type)
    return same and command.at < begun.expires_at


def _receive(command: Receive, state: State) -> list[Event]:
    if isinstance(state, Kept):
        return []
    if command.generation != state.generation:
        raise OutOfOrder(
            "document-discarded-meanwhile",
            "the document was discarded while it was handed in: hand it in again",
        )
    fields = command.model_dump(include=set(DocumentReceived.model_fields) - {"type"})
    return [DocumentReceived(**fields)]


def _use(command: Use, state: State) -> list[Event]:
    """One case is enough: none is ever deleted, and so neither is the document."""
    if not isinstance(state, Kept):
        raise Invalid(
            "document-gone",
            "a document that is named was discarded: hand it in again",
        )
    known = state.used_by is not None or not state.received.tracked
    return [] if known else [DocumentUsed(stream=command.stream)]


def _discard(command: Discard, state: State) -> list[Event]:
    if isinstance(state, Absent):
        return []
    if isinstance(state, Kept) and state.used_by is not None:
        raise OutOfOrder(
            "document-of-a-case",
            "a case was handed in with the document: it is kept as the case is",
        )
    if isinstance(state, Kept) and not state.received.tracked:
        raise OutOfOrder(
            "document-not-tracked",
            "the document is from a time when it was not recorded which cases were handed in with "
            "it: it is kept",
        )
    return [DocumentDiscarded(why=command.why)]


def _record(command: RecordScan, state: State) -> list[Event]:
    if not isinstance(state, Kept):
        raise NotFound("no-document-to-scan", "there is no such document to scan")
    fields = command.model_dump(include=set(DocumentScanned.model_fields) - {"type"})
    scanned = DocumentScanned(**fields)
    return [] if state.scanned == scanned else [scanned]
