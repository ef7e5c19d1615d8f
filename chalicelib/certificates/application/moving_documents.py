"""The documents that a log refers to, copied from one blob store to another."""

from typing import NamedTuple

from ...eventlog.auditing.verifying import Document
from ...eventlog.moving.moving import Prefix, Progress, commits, nobody
from ...eventlog.ports import Blobs, Damaged
from .document_names import named


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
        for one in named(commit.body):
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
