"""
The registry (人口库, 法人库): what the city knows of people and companies. We only ask it.

A city puts its own service behind `Registry`; the table that is ours is in
people/application/registry_table.py.
"""

from enum import StrEnum
from typing import NamedTuple, Protocol

from ..codes.parties import IdKind, Registered
from ..kernel.outage import Outage


class RegistryUnavailable(Outage):
    """The registry cannot be asked now, or nothing was ever loaded; nothing was decided."""


class RegistryDamaged(RegistryUnavailable):
    """What was loaded is no longer there as it was: it is loaded again, not asked again."""


class Match(StrEnum):
    MATCH = "match"
    MISMATCH = "mismatch"  # the id is known, under another name
    UNKNOWN = "unknown"  # the id is not known


class Answer(NamedTuple):
    """`evidence` is the registry's own reference of what it answered from."""

    match: Match
    evidence: str


class Registry(Protocol):
    """Both raise RegistryUnavailable."""

    def match(self, id_kind: IdKind, id_number: str, name: str, /) -> Answer: ...

    def company(self, credit_code: str, /) -> Registered | None:
        """What is registered under the code, None for nothing."""
        ...


class NoRegistry:
    """Where none was set up: it never guesses."""

    def match(self, _id_kind: IdKind, _id_number: str, _name: str, /) -> Answer:
        raise RegistryUnavailable("no registry of people was set up")

    def company(self, _credit_code: str, /) -> Registered | None:
        raise RegistryUnavailable("no registry of companies was set up")
