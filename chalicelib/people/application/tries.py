"""
How often somebody may try to find a person by name and id.

Hits count as misses do: with a name, a district and a day of birth some 500 ids are left, and
whoever may try them all has the id. What is counted under is a keyed digest, so that the counters
tell of nobody.
"""

from typing import Protocol

from ...codes.ids import RESIDENT_LENGTH, canonical, numbered_as
from ...codes.parties import IdKind
from ...kernel.actor import Role
from ...platform.platform import Caller, Platform
from ...platform.rate_limits import Try
from .registry_table import comparable

# Of a resident id: the district (6 digits) and the day of birth (8).
PLACE_AND_BIRTH = 14


class Naming(Protocol):
    """Whoever is named by name and id."""

    @property
    def name(self) -> str: ...

    @property
    def id_kind(self) -> IdKind: ...

    @property
    def id_number(self) -> str: ...


def count(platform: Platform, caller: Caller, whom: Naming) -> None:
    """
    One try of the caller's. Raises RateLimited, StoreError; for citizens ProofsUsedUp, which a face
    or a counter gets past.
    """
    if caller.actor.role is Role.CLERK:
        platform.gate.by_account("proof-at-counter", caller.actor.account)
    else:
        platform.gate.by_proof(_try(platform, caller, whom))


def give_back(platform: Platform, caller: Caller, whom: Naming) -> None:
    """Of a citizen, whom nobody answered: an outage must not use up everybody's tries."""
    platform.gate.untried(_try(platform, caller, whom))


def _try(platform: Platform, caller: Caller, whom: Naming) -> Try:
    number, name = canonical(whom.id_kind, whom.id_number), comparable(whom.name)
    numbered = numbered_as(whom.id_kind)
    resident = numbered is IdKind.RESIDENT_ID and len(number) == RESIDENT_LENGTH
    known = number[:PLACE_AND_BIRTH] if resident else numbered
    return Try(
        caller.actor.account,
        caller.address,
        platform.keyed("proof-person", name, known).hex(),
        platform.keyed("proof-name", name).hex(),
    )
