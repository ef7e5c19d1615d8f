"""
Who is calling: bearer tokens (RFC 6750) that an OpenID provider signed, checked after RFC 8725.

* AuthError
  x Unauthenticated   401  no bearer token came
  x InvalidToken      401  one came, and it is not good; why is logged, never told
  x NotEntitled       403  it is good, but its claims give nobody a role here
* KeysUnavailable     503  the keys to verify it with cannot be had (see keys.py)
"""

import logging
import re
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from hashlib import sha256
from threading import Lock
from typing import Any, Final, NamedTuple

from chalice.app import Request, Response
from pydantic import ValidationError

from ..domain.actor import DEPARTMENT_STAFF, Actor, Role
from .keys import Key, Keys, KeySource, KeysUnavailable
from .problems import problem

# Where an actor's fields are found among a token's claims.
CLAIMS: Final[Mapping[str, str]] = {
    "account": "sub",
    "role": "role",
    "department": "department",
    "division": "division",
    "entity": "entity",
    "level": "level",
}
NAME_CLAIM: Final = "name"
REQUIRED: Final = ("exp", "iat", "iss", "aud", "sub")
TYPES: Final = frozenset({"jwt", "at+jwt", "application/at+jwt"})

LEEWAY: Final = 30.0  # seconds that clocks may differ by
MAX_TOKEN: Final = 8192  # characters
CACHED_TOKENS: Final = 10_000

_COMPACT: Final = re.compile(r"[\w-]+\.[\w-]+\.[\w-]+", re.ASCII)

log = logging.getLogger(__name__)


class AuthError(Exception):
    """The caller is not known, or not known well enough."""


class Unauthenticated(AuthError):
    """The request has no bearer token."""


class InvalidToken(AuthError):
    """The token does not verify."""


class NotEntitled(AuthError):
    """The token verifies, and its claims give no role that may act here."""


class _Verified(NamedTuple):
    actor: Actor
    expires: float
    key: Key


def refusal(error: AuthError | KeysUnavailable, request: Request) -> Response:
    """The problem for `error`, with the challenge of RFC 6750, section 3."""
    match error:
        case Unauthenticated():
            challenge = {"WWW-Authenticate": "Bearer"}
            return problem(401, "unauthenticated", request, headers=challenge)
        case InvalidToken():
            challenge = {"WWW-Authenticate": 'Bearer error="invalid_token"'}
            return problem(401, "invalid-token", request, headers=challenge)
        case KeysUnavailable():
            return problem(503, "sign-in-unavailable", request, headers={"Retry-After": "10"})
        case _:
            return problem(403, "forbidden", request)


class Verifier:
    """
    Turns an Authorization header into the actor that it proves. Safe to share between threads.

    `clock` gives seconds since 1970. Verified tokens are remembered until they expire, at most
    CACHED_TOKENS of them: checking one signature costs as much as reading a whole case.
    """

    def __init__(
        self,
        issuer: str,
        audience: str,
        source: KeySource,
        *,
        leeway: float = LEEWAY,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._issuer, self._audience, self._leeway = issuer, audience, leeway
        self._clock, self._keys = clock, Keys(source, clock)
        self._seen: OrderedDict[bytes, _Verified] = OrderedDict()
        self._lock = Lock()

    def actor(self, authorization: str | None) -> Actor:
        """Raises Unauthenticated, InvalidToken, NotEntitled or KeysUnavailable."""
        token = bearer(authorization)
        digest = sha256(token.encode()).digest()
        known = self._known(digest)
        if known is None:
            known = self._verified(token)
            self._remember(digest, known)
        return known.actor

    def _known(self, digest: bytes) -> _Verified | None:
        with self._lock:
            known = self._seen.get(digest)
            if known is not None:
                self._seen.move_to_end(digest)
        # After its expiry it is for the full check to give leeway.
        if known is None or known.expires <= self._clock():
            return None
        return known if self._keys.find(known.key.kid) == known.key else None

    def _remember(self, digest: bytes, verified: _Verified) -> None:
        with self._lock:
            self._seen[digest] = verified
            self._seen.move_to_end(digest)
            if len(self._seen) > CACHED_TOKENS:
                self._seen.popitem(last=False)

    def _verified(self, token: str) -> _Verified:
        key = self._keys.find(_key_id(token))
        if key is None:
            raise _because("no key of that id")
        claims = self._claims(token, key)
        _check_times(claims, self._clock(), self._leeway)
        return _Verified(actor_from(claims), float(claims["exp"]), key)

    def _claims(self, token: str, key: Key) -> dict[str, Any]:
        import jwt

        try:
            return jwt.decode(
                token,
                key.public,
                # The key says which, and the header must agree (RFC 8725, 3.1).
                algorithms=[key.algorithm],
                audience=self._audience,
                issuer=self._issuer,
                options={
                    "require": list(REQUIRED),
                    # The times are checked against our own clock.
                    "verify_exp": False,
                    "verify_nbf": False,
                    "verify_iat": False,
                },
            )
        except jwt.PyJWTError as error:
            raise _because(type(error).__name__) from error


def bearer(authorization: str | None) -> str:
    """The token of an Authorization header; raises Unauthenticated or InvalidToken."""
    scheme, _, token = (authorization or "").partition(" ")
    token = token.strip(" ")
    if scheme.lower() != "bearer" or not token:
        raise Unauthenticated("no bearer token")
    if len(token) > MAX_TOKEN:
        raise _because("longer than a token may be")
    if not _COMPACT.fullmatch(token):
        raise _because("not the three parts of a signed token")
    return token


def _key_id(token: str) -> str:
    import jwt

    try:
        header = jwt.get_unverified_header(token)
    except (jwt.PyJWTError, RecursionError) as error:
        raise _because("the header does not parse") from error
    # `crit` names extensions that must be understood, and we know none.
    if str(header.get("typ")).lower() not in TYPES or "crit" in header:
        raise _because("not the type of an access token")
    kid = header.get("kid")
    if not isinstance(kid, str):
        raise _because("no key id")
    return kid


def _check_times(claims: Mapping[str, Any], now: float, leeway: float) -> None:
    expires, issued = _seconds(claims["exp"]), _seconds(claims["iat"])
    begins = _seconds(claims.get("nbf", issued))
    if expires + leeway <= now:
        raise _because("expired")
    if max(begins, issued) - leeway > now:
        raise _because("not yet valid")


def _seconds(value: Any) -> float:
    """A NumericDate (RFC 7519, 2): refuses true, "1", NaN and what a float cannot hold."""
    if type(value) not in (int, float) or not abs(value) < 1 << 53:
        raise _because("a time that is no number of seconds")
    return float(value)


def actor_from(claims: Mapping[str, Any]) -> Actor:
    """Raises NotEntitled."""
    found = {field: claims[name] for field, name in CLAIMS.items() if claims.get(name) is not None}
    try:
        actor = Actor.model_validate(found)
    except ValidationError as error:
        fields = sorted({str(each["loc"][0]) for each in error.errors(include_input=False)})
        log.warning("the claims of a token make no actor: %s", ", ".join(fields))
        raise NotEntitled("the claims make no actor") from None
    if actor.role is Role.SYSTEM:
        raise NotEntitled("nobody signs in as the platform itself")
    if actor.role in DEPARTMENT_STAFF and actor.department is None:
        raise NotEntitled(f"a {actor.role} acts for a department, and the token names none")
    return actor


def _because(reason: str) -> InvalidToken:
    log.info("a token was refused: %s", reason)
    return InvalidToken("the token is not valid")
