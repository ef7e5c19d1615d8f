"""
What an outside service attests (核验): that a code reached a phone, that a face or a bank card is
the person's. It signs that; who carries it here cannot change it.
"""

from collections.abc import Callable
from typing import NamedTuple

from ..codes.parties import IdKind, Method


class AttestationUnavailable(Exception):
    """No attesting service was set up, or its keys cannot be had."""


class Attestation(NamedTuple):
    """
    `account` is whom it was made for, `evidence` the service's own reference. A phone's names the
    phone, the others the person's id.
    """

    account: str
    method: Method
    evidence: str
    phone: str | None = None
    id_kind: IdKind = IdKind.RESIDENT_ID
    id_number: str | None = None


# Raises AttestationUnavailable, or Invalid for one that does not verify.
Attester = Callable[[str], Attestation]


def no_attester(_token: str) -> Attestation:
    raise AttestationUnavailable("no attesting service was set up")
