"""
Attestations of an outside service: JWTs (RFC 7519) that it signed, checked as access tokens are.

Claims: `iss`, `aud` ("banjian"), `iat`, `exp`, `sub` (our account), `jti` (the service's
reference), `method` (phone, face or bank_card), and what it was about: `phone_number`, or
`id_number` and, if it is no resident id, `id_kind`.
"""

import logging
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ...codes.parties import PERSONAL, IdKind, Method
from ...kernel.errors import Invalid
from ...platform.attester import Attestation, AttestationUnavailable
from ...web.auth.keys import Keys, KeySource, KeysUnavailable

AUDIENCE: Final = "banjian"
LONGEST: Final = 900.0  # seconds that an attestation may live: it is handed on at once
LEEWAY: Final = 30.0

log = logging.getLogger(__name__)


class _Claims(BaseModel):
    model_config = ConfigDict(extra="ignore", strict=True)

    sub: str
    jti: str = Field(min_length=1, max_length=120)
    iat: int
    exp: int
    method: Literal["phone", "face", "bank_card"]
    phone_number: str | None = None
    id_kind: Annotated[IdKind, Field(strict=False)] = IdKind.RESIDENT_ID
    id_number: str | None = None


class Attesters:
    """An Attester: what one service, of that issuer name and those keys, has signed."""

    def __init__(
        self, issuer: str, source: KeySource, clock: Callable[[], float] = time.time
    ) -> None:
        self._issuer, self._keys, self._clock = issuer, Keys(source, clock), clock

    def __call__(self, token: str) -> Attestation:
        """Raises Invalid, AttestationUnavailable."""
        claims = self._claims(token)
        now = self._clock()
        if not claims.iat - LEEWAY <= now < claims.exp + LEEWAY:
            raise _refused("its time is over, or still to come")
        if claims.exp - claims.iat > LONGEST:
            raise _refused("it is good for too long")
        return Attestation(
            claims.sub,
            Method(claims.method),
            f"{self._issuer} {claims.jti}"[:200],
            claims.phone_number,
            claims.id_kind,
            claims.id_number,
            claims.jti,
            datetime.fromtimestamp(claims.exp + LEEWAY, UTC),
        )

    def _claims(self, token: str) -> _Claims:
        import jwt

        try:
            header = jwt.get_unverified_header(token)
            key = self._keys.find(str(header.get("kid")))
        except (jwt.PyJWTError, RecursionError) as error:
            raise _refused("it does not parse") from error
        except KeysUnavailable as error:
            raise AttestationUnavailable("the keys of the attesting service are missing") from error
        if key is None or "crit" in header:
            raise _refused("no key of that id")
        try:
            read: dict[str, Any] = jwt.decode(
                token,
                key.public,
                algorithms=[key.algorithm],
                audience=AUDIENCE,
                issuer=self._issuer,
                options={
                    "require": ["iss", "aud", "sub", "jti", "iat", "exp"],
                    "verify_exp": False,
                    "verify_iat": False,
                },
            )
            claims = _Claims.model_validate(read)
        except (jwt.PyJWTError, ValidationError) as error:
            raise _refused(type(error).__name__) from None
        if claims.id_kind not in PERSONAL:
            raise _refused("it is about a company")
        return claims


def _refused(reason: str) -> Invalid:
    log.info("an attestation was refused: %s", reason)
    return Invalid(
        "attestation-not-good", "the attestation is not good, or not any more: have it made again"
    )
