"""Digests under the platform's secret."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from hmac import digest
from typing import Protocol


class Keyed(Protocol):
    """What has the platform's secret: the platform itself, or what is made before it."""

    def keyed(self, *parts: str) -> bytes: ...


@dataclass(frozen=True, slots=True)
class Keyring:
    """The platform's secret, for what is made before the platform is."""

    secret: bytes = field(repr=False)

    def keyed(self, *parts: str) -> bytes:
        return digest_of(self.secret, parts)


def digest_of(secret: bytes, parts: Sequence[str]) -> bytes:
    """Of a sequence of parts, whatever is in them: no other sequence has it. 32 bytes."""
    plain = "\n".join(parts)
    # The first part is a name of ours: none is empty, so that only a list begins with a line break.
    told = plain if plain.count("\n") < len(parts) else "\n" + json.dumps(parts)
    return digest(secret, told.encode(), "sha256")
