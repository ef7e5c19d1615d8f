"""
The key that our own access tokens are signed with, as those who verify them read it. Apart from
tokens.py, since every request is verified and few sign in (cold start).
"""

import json
from base64 import urlsafe_b64encode
from collections.abc import Callable, Mapping
from hashlib import sha256
from typing import Any, Final

from ...eventlog.ports import Signer, StoreError
from ...kernel.outage import Outage

ISSUER: Final = "urn:banjian"
AUDIENCE: Final = "banjian"
ALGORITHM: Final = "ES256"
PERSON_CLAIM: Final = "person"  # the reference of whom the identity provider named
# SubjectPublicKeyInfo of a P-256 key, uncompressed: this, then x and y.
_P256: Final = bytes.fromhex("3059301306072a8648ce3d020106082a8648ce3d03010703420004")
COORDINATE: Final = 32  # bytes


class TokensUnavailable(Outage):
    """No key was set up to sign tokens with, or it cannot be used now."""


def jwk(signer: Signer) -> dict[str, str]:
    """
    The signer's public key (RFC 7517), named by its thumbprint (RFC 7638). Raises ValueError for a
    key that is not on P-256.
    """
    der = signer.public_key()
    if not der.startswith(_P256) or len(der) != len(_P256) + 2 * COORDINATE:
        raise ValueError("tokens are signed with a P-256 key, and this is none")
    point = der[len(_P256) :]
    members = {
        "crv": "P-256",
        "kty": "EC",
        "x": encoded(point[:COORDINATE]),
        "y": encoded(point[COORDINATE:]),
    }
    named = json.dumps(members, separators=(",", ":"), sort_keys=True)
    return {
        **members,
        "kid": encoded(sha256(named.encode()).digest()),
        "alg": ALGORITHM,
        "use": "sig",
    }


def jwks(signer: Signer | None) -> dict[str, list[dict[str, str]]]:
    """
    The key set (RFC 7517) that our tokens verify with; empty where none are signed. Raises
    TokensUnavailable.
    """
    try:
        return {"keys": [] if signer is None else [jwk(signer)]}
    except (StoreError, OSError, ValueError) as error:
        raise TokensUnavailable(f"the key for tokens cannot be used: {error}") from error


def source(signer: Callable[[], Signer | None]) -> Callable[[], Mapping[str, Any]]:
    """For the verifier: raises OSError if the keys cannot be had."""

    def read() -> Mapping[str, Any]:
        try:
            return jwks(signer())
        except TokensUnavailable as error:
            raise OSError(str(error)) from error

    return read


def encoded(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()
