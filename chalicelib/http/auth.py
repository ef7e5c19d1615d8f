"""
Who is calling: bearer tokens (RFC 6750) that an OpenID provider signed, checked after RFC 8725.

* AuthError
  x Unauthenticated   401  no bearer token came
  x InvalidToken      401  one came, and it is not good; why is logged, never told
  x NotEntitled       403  it is good, but its claims give nobody a role here
  x RoleUnnamed       403  it gives several, and the request does not say which is meant
* KeysUnavailable     503  the keys to verify it with cannot be had (see keys.py)
* duty.NotSeparated   403  it gives two of the three administrative duties to one person
"""

import json
import logging
import re
import time
from base64 import urlsafe_b64decode
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from hashlib import sha256
from threading import Lock
from typing import Any, Final, NamedTuple

from chalice.app import Request, Response
from pydantic import ValidationError

from ..domain.actor import DEPARTMENT_STAFF, Actor, Role
from ..domain.duty import DUTIES, NotSeparated
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
# All the roles of somebody who has several; `role`, or X-Role, says which one acts.
ROLES_CLAIM: Final = "roles"
ALGORITHMS: Final = frozenset({"ES256", "RS256"})
REQUIRED: Final = ("exp", "iat", "iss", "aud", "sub")
TYPES: Final = frozenset({"jwt", "at+jwt", "application/at+jwt"})

LEEWAY: Final = 30.0  # seconds that clocks may differ by
MAX_TOKEN: Final = 8192  # characters
CACHED_TOKENS: Final = 10_000

_ROLES: Final = frozenset(Role)
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


class RoleUnnamed(NotEntitled):
    """The token gives several roles, and nothing says in which one its bearer acts."""


class Trusted(NamedTuple):
    """
    An issuer (`iss`) whose tokens are taken: for whom it must have made them (`aud`), with keys
    from where, for which algorithms, and the roles that it may give. No part of it serves the
    tokens of another issuer.
    """

    issuer: str
    audience: str
    source: KeySource
    algorithms: frozenset[str] = ALGORITHMS
    roles: frozenset[Role] = frozenset(Role)


class _Issuer(NamedTuple):
    trusted: Trusted
    keys: Keys

    def key(self, kid: str) -> Key | None:
        found = self.keys.find(kid)
        return found if found and found.algorithm in self.trusted.algorithms else None


class _Verified(NamedTuple):
    actor: Actor
    expires: float
    key: Key
    issuer: _Issuer


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
        case RoleUnnamed():
            return problem(403, "role-required", request)
        case _:
            return problem(403, "forbidden", request)


class Verifier:
    """
    Turns an Authorization header into the actor that it proves. Safe to share between threads.

    `also` are further issuers, each with its own audience, keys and algorithms. `clock` gives
    seconds since 1970. Verified tokens are remembered until they expire, at most CACHED_TOKENS of
    them: checking one signature costs as much as reading a whole case.
    """

    def __init__(  # noqa: PLR0913 - who is trusted, and what a test sets
        self,
        issuer: str,
        audience: str,
        source: KeySource,
        *,
        also: Sequence[Trusted] = (),
        leeway: float = LEEWAY,
        clock: Callable[[], float] = time.time,
    ) -> None:
        every = (Trusted(issuer, audience, source), *also)
        self._issuers = {one.issuer: _Issuer(one, Keys(one.source, clock)) for one in every}
        if len(self._issuers) != len(every):
            raise ValueError("two issuers have one name: whose tokens would be whose?")
        self._leeway, self._clock = leeway, clock
        self._seen: OrderedDict[tuple[bytes, str | None], _Verified] = OrderedDict()
        self._lock = Lock()

    def actor(self, authorization: str | None, acting: str | None = None) -> Actor:
        """
        `acting` is the role that the request names (X-Role), if any. Raises Unauthenticated,
        InvalidToken, NotEntitled, KeysUnavailable or NotSeparated.
        """
        token = bearer(authorization)
        digest = sha256(token.encode()).digest(), acting
        known = self._known(digest)
        if known is None:
            known = self._verified(token, acting)
            self._remember(digest, known)
        return known.actor

    def _known(self, digest: tuple[bytes, str | None]) -> _Verified | None:
        with self._lock:
            known = self._seen.get(digest)
            if known is not None:
                self._seen.move_to_end(digest)
        # After its expiry it is for the full check to give leeway.
        if known is None or known.expires <= self._clock():
            return None
        return known if known.issuer.key(known.key.kid) == known.key else None

    def _remember(self, digest: tuple[bytes, str | None], verified: _Verified) -> None:
        with self._lock:
            self._seen[digest] = verified
            self._seen.move_to_end(digest)
            if len(self._seen) > CACHED_TOKENS:
                self._seen.popitem(last=False)

    def _verified(self, token: str, acting: str | None) -> _Verified:
        kid = _key_id(token)
        issuer = self._issuers.get(_issuer_named(token))
        if issuer is None:
            raise _because("no issuer of that name")
        key = issuer.key(kid)
        if key is None:
            raise _because("no key of that id")
        claims = _claims(token, key, issuer.trusted)
        _check_times(claims, self._clock(), self._leeway)
        actor = actor_from(claims, acting)
        if actor.role not in issuer.trusted.roles:
            raise NotEntitled(f"this issuer makes nobody a {actor.role}")
        return _Verified(actor, float(claims["exp"]), key, issuer)


def _claims(token: str, key: Key, trusted: Trusted) -> dict[str, Any]:
    import jwt

    try:
        return jwt.decode(
            token,
            key.public,
            # The key says which, and the header must agree (RFC 8725, 3.1).
            algorithms=[key.algorithm],
            audience=trusted.audience,
            issuer=trusted.issuer,
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


def _issuer_named(token: str) -> str:
    """
    Whom the token says it is from. Not believed yet: it only chooses whose keys it is held against,
    and `_claims` asks for that very issuer.
    """
    content = token.split(".")[1]
    try:
        claims = json.loads(urlsafe_b64decode(content + "=" * (-len(content) % 4)))
    except (ValueError, RecursionError) as error:
        raise _because("the claims do not parse") from error
    issuer = claims.get("iss") if isinstance(claims, dict) else None
    return issuer if isinstance(issuer, str) else ""


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


def actor_from(claims: Mapping[str, Any], acting: str | None = None) -> Actor:
    """
    Who acts, in the role `acting` if the request names one. Raises NotEntitled, NotSeparated.
    """
    found = {field: claims[name] for field, name in CLAIMS.items() if claims.get(name) is not None}
    found["role"] = _acting(claims, acting)
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


def _acting(claims: Mapping[str, Any], named: str | None) -> Any:
    """The one role to act in: the one that is named, the token's `role`, or the only one it has."""
    own, held = claims.get(CLAIMS["role"]), _held(claims)
    # Whichever it acts in today: 三员分立 is about what a person may do, not about one request.
    if len(held & DUTIES) > 1:
        raise NotSeparated("a token gives two of the three administrative duties to one person")
    if named is not None:
        if named not in held:
            raise NotEntitled("the token does not give the role that X-Role names")
        return named
    if own is None and len(held) > 1:
        raise RoleUnnamed("name one of your roles in X-Role")
    return own if own is not None else next(iter(held), None)


def _held(claims: Mapping[str, Any]) -> frozenset[str]:
    """Every role of ours that the token gives; providers put roles of other systems there too."""
    own, listed = claims.get(CLAIMS["role"]), claims.get(ROLES_CLAIM, [])
    if not isinstance(listed, list):
        raise NotEntitled("`roles` is no list")
    return frozenset(one for one in (own, *listed) if isinstance(one, str) and one in _ROLES)


def _because(reason: str) -> InvalidToken:
    log.info("a token was refused: %s", reason)
    return InvalidToken("the token is not valid")
