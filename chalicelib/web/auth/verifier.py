"""
Who is calling: bearer tokens (RFC 6750) that an OpenID provider signed, checked after RFC 8725.

What they say is read in claims.py; how it fails is drawn in auth_errors.py.
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

from ...kernel.actor import Actor, Role
from .errors import InvalidToken, NotEntitled, Unauthenticated
from .keys import Key, Keys, KeySource
from .token_claims import actor_from

ALGORITHMS: Final = frozenset({"ES256", "RS256"})
REQUIRED: Final = ("exp", "iat", "iss", "aud", "sub")
TYPES: Final = frozenset({"jwt", "at+jwt", "application/at+jwt"})

LEEWAY: Final = 30.0  # seconds that clocks may differ by
MAX_TOKEN: Final = 8192  # characters
CACHED_TOKENS: Final = 10_000

_COMPACT: Final = re.compile(r"[\w-]+\.[\w-]+\.[\w-]+", re.ASCII)

log = logging.getLogger(__name__)


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


def _because(reason: str) -> InvalidToken:
    log.info("a token was refused: %s", reason)
    return InvalidToken("the token is not valid")
