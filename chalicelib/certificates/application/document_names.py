"""
Which documents the events of a commit name, told from its bytes: for who reads a whole log. It
imports none of the events' types, whose making takes longer than to read ten thousand commits.
"""

from collections.abc import Iterator
from typing import Any, Final

from pydantic_core import from_json

from ...eventlog.auditing.verifying import Document

# A certificate's file lies with the platform itself, under the digest that its event has.
SEALED: Final = "CertificateSealed"
OWNER: Final = "banjian"
# A document that was handed in again after it was discarded lies at a place of its own.
RECEIVED: Final = "DocumentReceived"


def named(body: bytes) -> list[Document]:
    """None of what is no body: its hash tells that."""
    try:
        parsed: Any = from_json(body, cache_strings="keys")
    except ValueError:
        return []
    return list(_named(parsed)) if isinstance(parsed, dict) else []


def _named(body: dict[str, Any]) -> Iterator[Document]:
    for event in body.get("events", ()):
        match event:
            case {"type": t, "data": {"sha256": str(digest)}} if t == SEALED:
                yield Document(OWNER, digest)
            case {
                "type": t,
                "data": {"owner": owner, "sha256": digest, "generation": int(generation)},
            } if t == RECEIVED and generation:
                yield Document(f"{owner}~{generation}", digest)
            case _:
                yield from _owned(event)


def _owned(value: Any) -> Iterator[Document]:
    """Wherever an event has a document or a material: its owner and its SHA-256."""
    if isinstance(value, dict):
        owner, digest = value.get("owner"), value.get("sha256")
        if isinstance(owner, str) and isinstance(digest, str):
            yield Document(owner, digest)
            return
        value = value.values()
    elif not isinstance(value, list):
        return
    # Of what is neither there are many, and none of it is asked.
    for each in value:
        if isinstance(each, dict | list):
            yield from _owned(each)
