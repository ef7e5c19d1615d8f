"""
Documents that are used, and those that nobody uses: discarded by their owner, or when they were
left for days.

A use is recorded in the document's own stream before the case takes the document, and a discarding
before its file is removed: of the two, that stream lets one through. So no case loses a file.
"""

from datetime import UTC, datetime, timedelta

from ...eventlog.views.port import Row
from ...kernel.actor import SYSTEM, Actor
from ...kernel.errors import NotFound, Rejected
from ...platform.platform import Platform
from ..domain import document
from .documents import document_id, parts_of, run, state_of

VIEW = "own_documents"
OWNER, DUE = "owner", "due"
BATCH = 200


def use(platform: Platform, actor: Actor, owner: str, digest: str, stream: str) -> None:
    """
    Record that `stream` (of a case, or of whatever keeps a document) is about to name it: from then
    on it is kept. Once for the document, whoever else names it. Raises Invalid if it is gone.
    """
    name = document_id(owner, digest)
    command = document.Use(at=platform.now(), by=actor, stream=stream)
    state = state_of(platform, name)
    if isinstance(state, document.Absent) and not state.generation:
        return  # put here before documents had streams, and kept for ever
    if document.decide(command, state):
        run(platform, actor, name, command)


def discard(platform: Platform, actor: Actor, upload_id: str) -> None:
    """
    The owner wants it no longer: gone from the lists and the disk at once. Raises NotFound, also
    for anybody else's; OutOfOrder if a case was handed in with it.
    """
    before = state_of(platform, upload_id)
    if isinstance(before, document.Absent) or _owner(before) != actor.account:
        raise NotFound("upload-not-seen", "there is no such upload, or it is not yours")
    _discard(platform, actor, upload_id, before, "by-owner")


def expire(platform: Platform, row: Row) -> bool:
    """A document that nobody used: whether it went; not if it is used by now."""
    before = state_of(platform, row["id"])
    if not isinstance(before, document.Kept) or before.generation != row["generation"]:
        return False  # the list has not heard of it yet
    try:
        _discard(platform, SYSTEM, row["id"], before, "unused")
    except Rejected:
        return False
    return True


def due(now: datetime, days: int) -> str:
    """Until when, as the rows write it, a document has been left for so long."""
    return moment(now - timedelta(days=days))


def moment(at: datetime) -> str:
    """As the rows write it, in the order of time."""
    return at.astimezone(UTC).isoformat(timespec="seconds")


def later(at: str, days: int | None) -> str | None:
    """So many days after a moment; None for ever."""
    return None if days is None else moment(datetime.fromisoformat(at) + timedelta(days=days))


def clear(platform: Platform, owner: str, digest: str, generation: int) -> None:
    """Remove the file of a document that was discarded that time: nothing else is ever there."""
    platform.blobs.remove(document.place(owner, generation), digest)


def _discard(
    platform: Platform,
    actor: Actor,
    upload_id: str,
    before: document.State,
    why: document.DiscardReason,
) -> None:
    command = document.Discard(at=platform.now(), by=actor, why=why)
    after = run(platform, actor, upload_id, command)
    if isinstance(before, document.Uploading):
        platform.blobs.discard(parts_of(upload_id, before))
    if isinstance(before, document.Kept) and isinstance(after, document.Absent):
        clear(platform, before.received.owner, before.received.sha256, after.generation - 1)


def _owner(state: document.Uploading | document.Refused | document.Kept) -> str:
    return state.received.owner if isinstance(state, document.Kept) else state.begun.account
