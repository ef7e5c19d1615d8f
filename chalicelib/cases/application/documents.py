"""
The documents of a case, for who may see the case: every version that was handed in, and links that
give one document out for some minutes.
"""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from hmac import compare_digest
from typing import Final, NamedTuple
from urllib.parse import quote

from ...documents.application import documents
from ...documents.application.types import EXTENSIONS
from ...documents.domain.document import Scan
from ...eventlog.codec import events
from ...kernel.actor import SYSTEM, Actor, Role
from ...kernel.base import Frozen
from ...kernel.errors import Invalid, NotAllowed, NotFound
from ...kernel.reasons import Refusal
from ...platform.platform import Platform
from ...platform.rate_limits import DOWNLOAD
from ..domain import events as e
from ..domain.state import Absent, Drafted, Imported, State
from ..domain.values import Material
from . import cases, revealing
from .revealing import Purpose

LINK: Final = timedelta(minutes=10)
RETRY_SECONDS: Final = 30


class Held(Exception):
    """Nobody is given the document before it is found clean."""


class Infected(Refusal):
    """The document is given to nobody; the reason says why."""


class Unscannable(Exception):
    """Nobody is given the document: it is too large for the scanner."""


class Version(NamedTuple):
    """
    One document of one material: the how-manieth (from 1), and whether the case goes by it now.
    `by` handed it in `at`; `signature` names what a scanner found in it.
    """

    material: Material
    version: int
    current: bool
    by: Actor
    at: datetime
    media_type: str
    scan: Scan
    signature: str | None


class Content(NamedTuple):
    """What is given out: the media type is by content where we looked at it, `name` is safe."""

    owner: str
    sha256: str
    media_type: str
    name: str


class Link(NamedTuple):
    """A URL that works without a token; without a host, it is the service's own."""

    url: str
    expires_at: datetime


def versions(platform: Platform, actor: Actor, case_id: str) -> tuple[Version, ...]:
    """
    By material, the newest first, as the case has them; what each is called is told to who handles
    the case, `scanned` tells what became of it. Raises NotFound, also for who may not see the case.
    """
    view = cases.get(platform, actor, case_id)
    state, mask = view.state, not revealing.handles(actor, view.state)
    now = {(one.id, one.sha256) for one in _current(state)}
    counted: dict[str, int] = {}
    found = []
    for handed_in, by, at in _handed_in(platform, view):
        material = handed_in.model_copy(update={"title": None}) if mask else handed_in
        counted[material.id] = counted.get(material.id, 0) + 1
        current = (material.id, material.sha256) in now
        number, media_type = counted[material.id], material.media_type
        found.append(Version(material, number, current, by, at, media_type, "not_scanned", None))
    return tuple(sorted(found, key=lambda one: (one.material.id, -one.version)))


def content(
    platform: Platform,
    actor: Actor,
    case_id: str,
    digest: str,
    purpose: Purpose | None = None,
) -> Content:
    """
    A document that is or was one of the case's materials. Raises NotFound, Held, Infected;
    NotAllowed for a supervisor, and Invalid for who does not handle the case and says no `purpose`:
    no part of a document can be masked.
    """
    view = cases.get(platform, actor, case_id)
    _readable(platform, actor, view.state, purpose)
    found = [one for one, _, _ in _handed_in(platform, view) if one.sha256 == digest]
    if not found:
        raise NotFound("document-not-of-case", "the case refers to no such document")
    return _given(platform, found[-1])


def _readable(platform: Platform, actor: Actor, state: State, purpose: Purpose | None) -> None:
    if actor.role is Role.SUPERVISOR:
        raise NotAllowed(
            "supervisors-see-no-ids", "supervisors see how cases go, and not whose they are"
        )
    if revealing.masks(platform, actor, state, purpose):
        raise Invalid(
            "purpose-needed",
            "whoever does not handle the case says what they need it for: `reveal` is one of "
            "{purposes}",
            purposes=tuple(str(one) for one in Purpose),
        )


def link(
    platform: Platform,
    actor: Actor,
    case_id: str,
    digest: str,
    purpose: Purpose | None = None,
) -> Link:
    """For whoever has it until it expires, this document alone. Raises as `content`."""
    it = content(platform, actor, case_id, digest, purpose)
    expires_at = (platform.now() + LINK).replace(microsecond=0)
    seconds = int(LINK.total_seconds())
    url = platform.blobs.link(it.owner, it.sha256, it.media_type, disposition(it.name), seconds)
    told = f"{case_id}~{digest}~{int(expires_at.timestamp())}"
    return Link(url or f"/documents/links/{told}~{_seal(platform, told)}", expires_at)


def linked(platform: Platform, token: str, *, uses_up: bool) -> Content:
    """
    What a link gives out now, counted as one of its downloads if that `uses_up` one. Raises
    NotFound for one that expired or was made up, RateLimited.
    """
    told, _, seal = token.rpartition("~")
    if not compare_digest(seal.encode(), _seal(platform, told).encode()):
        raise NotFound("no-such-link", "there is no such link")
    case_id, digest, expires = told.split("~")
    if int(expires) <= platform.now().timestamp():
        raise NotFound("link-expired", "the link has expired: ask for another one")
    if uses_up:
        platform.gate.by_number(DOWNLOAD, token)
    return content(platform, SYSTEM, case_id, digest)


def disposition(name: str) -> str:
    """Content-Disposition of a download (RFC 6266), with any name there may be (RFC 8187)."""
    plain = re.sub(r"[^A-Za-z0-9._-]", "_", name)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"


def _seal(platform: Platform, told: str) -> str:
    return platform.keyed("document-link", told).hex()[:32]


def _current(state: State) -> tuple[Material, ...]:
    match state:
        case Absent() | Imported():
            return ()
        case Drafted(draft):
            return draft.materials
        case _:
            return state.application.materials


def _handed_in(
    platform: Platform, view: cases.CaseView
) -> Iterator[tuple[Material, Actor, datetime]]:
    """
    As they came, as far as the case is seen; what a submission only repeats counts once. A draft
    has its own alone.
    """
    commits = platform.store.load(cases.stream(view.case_id)).commits
    last: dict[str, str] = {}
    for one in events(platform.codec, commits):
        if one.version > view.version:
            return
        for material in _materials(one.data, view.state):
            if last.get(material.id) != material.sha256:
                last[material.id] = material.sha256
                yield material, one.actor, one.occurred_at


def _materials(event: Frozen, state: State) -> tuple[Material, ...]:
    if isinstance(event, e.CaseSubmitted | e.CaseResubmitted | e.SupplementSubmitted):
        return event.materials
    if not isinstance(state, Drafted) or event != state.draft:
        return ()
    # A draft has used no certificate yet, whose holder would know of it.
    return tuple(one for one in state.draft.materials if one.certificate is None)


def scanned(platform: Platform, one: Version) -> Version:
    """With its type by content, and what a scanner said."""
    kept = documents.kept(platform, one.material.owner, one.material.sha256)
    if kept is None:
        return one
    signature = kept.scanned.signature if kept.scanned else None
    return one._replace(media_type=kept.received.media_type, scan=kept.scan, signature=signature)


def _given(platform: Platform, material: Material) -> Content:
    kept = documents.kept(platform, material.owner, material.sha256)
    owner, media_type, name = material.owner, material.media_type, material.title or material.id
    if kept is not None:
        if kept.scan == "pending":
            raise Held("the document is being scanned for malware; ask again in a moment")
        if kept.scan == "too_large":
            raise Unscannable("the document is too large for the scanner")
        if kept.scan == "infected":
            raise Infected.of(documents.infected(kept))
        owner, media_type = kept.place, kept.received.media_type
        name = kept.received.name or name
    return Content(owner, material.sha256, media_type, _safe(name, media_type))


def _safe(name: str, media_type: str) -> str:
    """Without what a file system takes for something else, and with the ending of its content."""
    ending = EXTENSIONS.get(media_type, ".bin")
    kept = "".join(one if one.isprintable() and one not in '\\/:*?"<>|%' else "_" for one in name)
    bare = kept.strip(". ")[:100]
    stem = bare[: -len(ending)] if bare.lower().endswith(ending) else bare
    return f"{stem.strip('. ') or 'document'}{ending}"
