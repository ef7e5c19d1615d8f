"""
How often somebody may try to find a person by name and id.

Hits count as misses do: with a name, a district and a day of birth some 500 ids are left, and
whoever may try them all has the id. What is counted under is a keyed digest, so that the counters
tell of nobody.
"""

from ...codes.ids import RESIDENT_LENGTH, canonical
from ...codes.parties import IdKind
from ...kernel.actor import Role
from ...platform.platform import Caller, Platform
from .registry_table import comparable

# Of a resident id: the district (6 digits) and the day of birth (8).
PLACE_AND_BIRTH = 14


def count(platform: Platform, caller: Caller, id_kind: IdKind, id_number: str, name: str) -> None:
    """
    One try of the caller's. Raises RateLimited, StoreError; for citizens ProofsUsedUp, which a face
    or a counter gets past.
    """
    if caller.actor.role is Role.CLERK:
        platform.gate.by_account("proof-at-counter", caller.actor.account)
        return
    number = canonical(id_kind, id_number)
    resident = id_kind is IdKind.RESIDENT_ID and len(number) == RESIDENT_LENGTH
    known = number[:PLACE_AND_BIRTH] if resident else id_kind
    platform.gate.by_proof(
        caller.actor.account,
        caller.address,
        platform.keyed("proof-person", comparable(name), known).hex(),
        platform.keyed("proof-name", comparable(name)).hex(),
    )
