"""
Who is calling: bearer tokens (RFC 6750) that an OpenID provider signed, checked after RFC 8725.

What they say is read in token_claims.py; how it fails is drawn in errors.py.
"""

import json
import logging
import re
import time
from base64 import urlsafe_b64decode
from collections import OrderedDict
from collections.abc import Callable, Mapping
from hashlib import sha256
from threading import Lock
from typing import Any, Final, NamedTuple

from ...kernel.actor import APPLICANTS, Actor, Role
from ...platform.sign_ins import Names, Subject
from .errors import NotEntitled, Unauthenticated
from .keys import Key, Keys, KeySource
from .token_checks import TYPES, because, check_audience, check_kind, check_times
from .token_claims import (
    AS_OURS,
    PROVEN,
    Reading,
    Reference,
    actor_from,
    at,
    is_staff,
    person_from,
    subject_from,
)

ALGORITHMS: Final = frozenset({"ES256", "RS256"})
REQUIRED: Final = ("exp", "iat", "iss")

# Whom the demonstration's tokens are from (serving/signin.py): its account names are ours.
LOCAL: Final = "urn:banjian:local-sign-in"
# Stands for the account until it is found.
_UNNAMED: Final = "nobody"
LEEWAY: Final = 30.0  # seconds that clocks may differ by
MAX_TOKEN: Final = 8192  # characters
CACHED_TOKENS: Final = 10_000

_COMPACT: Final = re.compile(r"[\w-]+\.[\w-]+\.[\w-]+", re.ASCII)

log = logging.getLogger(__name__)


class SignedIn(NamedTuple):
    """
    Who acts; and the reference of the person whom the issuer says that the account belongs to. None
    if it names nobody, and for an applicant below level 3. Of staff the name counts on any level:
    it only forbids (recusal, two pairs of eyes), and many a directory of staff has no levels.
    """

    actor: Actor
    person: str | None = None


class Trusted(NamedTuple):
    """
    An issuer (`iss`) whose tokens are taken: for whom it must have made them (`audience`, found
    under `audience_claim`), with keys from where, for which algorithms, and the roles that it may
    give. No part of it serves the tokens of another issuer.

    `reading` says where its tokens tell what, `required` what they must tell besides. Without
    `names` a subject is an account's name; with them it is one of `subjects_of`, the issuer itself
    if empty.
    """

    issuer: str
    audience: str | tuple[str, ...]
    source: KeySource
    algorithms: frozenset[str] = ALGORITHMS
    roles: frozenset[Role] = frozenset(Role)
    audience_claim: str = "aud"
    required: Mapping[str, str] = {}
    reading: Reading = AS_OURS
    names: Names | None = None
    reference: Reference = lambda _kind, _number: None
    subjects_of: str = ""
    keeps_names: bool = False

    @property
    def audiences(self) -> frozenset[str]:
        several = (self.audience,) if isinstance(self.audience, str) else self.audience
        return frozenset(several)


class _Issuer(NamedTuple):
    trusted: Trusted
    keys: Keys

    def key(self, kid: str) -> Key | None:
        found = self.keys.find(kid)
        return found if found and found.algorithm in self.trusted.algorithms else None


class _Verified(NamedTuple):
    signed_in: SignedIn
    expires: float
    key: Key
    issuer: _Issuer


class Verifier:
    """
    Turns an Authorization header into who it proves to act. Safe to share between threads.

    Each issuer has its own audience, keys and algorithms. `clock` gives seconds since 1970.
    Verified tokens are remembered until they expire, at most CACHED_TOKENS of them: checking one
    signature costs as much as reading a whole case.
    """

    def __init__(
        self,
        *trusted: Trusted,
        leeway: float = LEEWAY,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._issuers = {one.issuer: _Issuer(one, Keys(one.source, clock)) for one in trusted}
        if len(self._issuers) != len(trusted):
            raise ValueError("two issuers have one name: whose tokens would be whose?")
        self._leeway, self._clock = leeway, clock
        self._seen: OrderedDict[tuple[bytes, str | None], _Verified] = OrderedDict()
        self._lock = Lock()

    def actor(self, authorization: str | None, acting: str | None = None) -> Actor:
        """Who acts; see `signed_in`."""
        return self.signed_in(authorization, acting).actor

    def signed_in(self, authorization: str | None, acting: str | None = None) -> SignedIn:
        """
        `acting` is the role that the request names (X-Role), if any. Raises Unauthenticated,
        InvalidToken, NotEntitled, KeysUnavailable, NotSeparated or StoreError.
        """
        token = bearer(authorization)
        digest = sha256(token.encode()).digest(), acting
        known = self._known(digest)
        if known is None:
            known = self._verified(token, acting)
            self._remember(digest, known)
        return known.signed_in

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
            raise because("no issuer of that name")
        key = issuer.key(kid)
        if key is None:
            raise because("no key of that id")
        claims = _claims(token, key, issuer.trusted)
        check_times(claims, self._clock(), self._leeway)
        return _Verified(
            _signed_in(claims, acting, issuer.trusted), float(claims["exp"]), key, issuer
        )


def _signed_in(claims: Mapping[str, Any], acting: str | None, trusted: Trusted) -> SignedIn:
    """The account's name comes last, since it is looked up, and perhaps made."""
    reading = trusted.reading
    actor = actor_from(claims, acting, reading, _UNNAMED if trusted.names else None)
    if actor.role not in trusted.roles:
        raise NotEntitled(f"this issuer makes nobody a {actor.role}")
    named = person_from(claims, reading, trusted.reference)
    proven = named if actor.level >= PROVEN else None
    person = proven if actor.role in APPLICANTS else named
    if trusted.names is None:
        return SignedIn(actor, person)
    subject = Subject(
        trusted.subjects_of or trusted.issuer,
        subject_from(claims, reading),
        actor.role in APPLICANTS,
        is_staff(claims, reading, trusted.roles),
        proven,
        trusted.keeps_names,
    )
    return SignedIn(actor.model_copy(update={"account": trusted.names(subject)}), person)


def _claims(token: str, key: Key, trusted: Trusted) -> dict[str, Any]:
    import jwt

    try:
        claims: dict[str, Any] = jwt.decode(
            token,
            key.public,
            # The key says which, and the header must agree (RFC 8725, 3.1).
            algorithms=[key.algorithm],
            issuer=trusted.issuer,
            options={
                "require": list(REQUIRED),
                # The times are checked against our own clock, the others where they stand.
                "verify_exp": False,
                "verify_nbf": False,
                "verify_iat": False,
                "verify_aud": False,
                "verify_sub": False,
            },
        )
    except jwt.PyJWTError as error:
        raise because(type(error).__name__) from error
    check_audience(at(claims, trusted.audience_claim), trusted.audiences)
    check_kind(jwt.get_unverified_header(token), claims)
    if not isinstance(at(claims, trusted.reading.subject), str):
        raise because("no subject")
    for name, value in trusted.required.items():
        if at(claims, name) != value:
            raise because(f"{name} is not as it must be")
    return claims


def bearer(authorization: str | None) -> str:
    """The token of an Authorization header; raises Unauthenticated or InvalidToken."""
    scheme, _, token = (authorization or "").partition(" ")
    token = token.strip(" ")
    if scheme.lower() != "bearer" or not token:
        raise Unauthenticated("no bearer token")
    if len(token) > MAX_TOKEN:
        raise because("longer than a token may be")
    if not _COMPACT.fullmatch(token):
        raise because("not the three parts of a signed token")
    return token


def _key_id(token: str) -> str:
    import jwt

    try:
        header = jwt.get_unverified_header(token)
    except (jwt.PyJWTError, RecursionError) as error:
        raise because("the header does not parse") from error
    # `crit` names extensions that must be understood, and we know none.
    kind = header.get("typ")
    if (kind is not None and str(kind).lower() not in TYPES) or "crit" in header:
        raise because("not the type of an access token")
    kid = header.get("kid")
    if not isinstance(kid, str):
        raise because("no key id")
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
        raise because("the claims do not parse") from error
    issuer = claims.get("iss") if isinstance(claims, dict) else None
    return issuer if isinstance(issuer, str) else ""
