"""The documents that a log refers to, copied from one blob store to another."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from pydantic_core import from_json

from ...eventlog.moving.moving import Prefix, Progress, commits, nobody
from ...eventlog.ports import Blobs, Damaged
from ..domain.events import CertificateSealed
from .signing import OWNER


class Document(NamedTuple):
    owner: str
    sha256: str


class Documents(NamedTuple):
    """`lost` are those that the events name and the source does not have, or only damaged."""

    copied: int
    already: int
    lost: tuple[Document, ...]


def copy_documents(
    log: Prefix, source: Blobs, target: Blobs, progress: Progress = nobody
) -> Documents:
    """
    What no event refers to is not copied: parts of an upload that was not completed. Raises
    Unavailable.
    """
    copied, seen, lost = 0, set[Document](), dict[Document, None]()
    for commit in commits(log):
        for one in named(from_json(commit.body)):
            if one in seen:
                continue
            seen.add(one)
            if target.size(*one) is not None:
                continue
            copied += _copied(one, source, target, lost)
        progress("documents", commit.last_position, log.end)
    return Documents(copied, len(seen) - copied - len(lost), tuple(lost))


def _copied(one: Document, source: Blobs, target: Blobs, lost: dict[Document, None]) -> int:
    try:
        content = source.get(*one)
    except Damaged:
        content = None
    if content is None:
        lost[one] = None
        return 0
    target.put(one.owner, content)
    return 1


def named(body: Any) -> Iterator[Document]:
    """The documents that the body of a commit refers to."""
    for event in body.get("events", ()):
        if event.get("type") == CertificateSealed.__name__:
            yield Document(OWNER, event["data"]["sha256"])
        yield from _owned(event)


def _owned(value: Any) -> Iterator[Document]:
    """Wherever an event has a document or a material: its owner and its SHA-256."""
    match value:
        case {"owner": str(owner), "sha256": str(digest)}:
            yield Document(owner, digest)
        case dict():
            for each in value.values():
                yield from _owned(each)
        case list():
            for each in value:
                yield from _owned(each)
        case _:
            return
