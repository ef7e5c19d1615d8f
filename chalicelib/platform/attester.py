"""
What an outside service attests (核验): that a code reached a phone, that a face or a bank card is
the person's. It signs that; who carries it here cannot change it.
"""

from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

from ..codes.parties import IdKind, Method
from ..kernel.outage import Outage


class AttestationUnavailable(Outage):
    """The keys of the attesting service cannot be had."""


class AttestationNotSetUp(Exception):
    """No attesting service was named (BANJIAN_ATTESTER): trying again does not help."""


class Attestation(NamedTuple):
    """
    `account` is whom it was made for, `evidence` the service's own reference. A phone's names the
    phone, the others the person's id. `jti` and `until` when it is good name it among all of the
    service, so that it counts once.
    """

    account: str
    method: Method
    evidence: str
    phone: str | None = None
    id_kind: IdKind = IdKind.RESIDENT_ID
    id_number: str | None = None
    jti: str | None = None
    until: datetime | None = None


# Raises AttestationUnavailable, AttestationNotSetUp, or Invalid for one that does not verify.
Attester = Callable[[str], Attestation]


def no_attester(_token: str) -> Attestation:
    raise AttestationNotSetUp("no attesting service was set up")
