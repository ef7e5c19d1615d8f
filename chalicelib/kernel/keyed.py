"""Digests under the platform's secret."""

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
        return digest(self.secret, "\n".join(parts).encode(), "sha256")
