"""
The public keys that tokens are verified with: a JWK set (RFC 7517) from a file, an address or a
setting, never older than a minute, and asked for again when a token names a key that is not among
them (OpenID Connect Core 1.0, 10.1.1).
"""

import json
import logging
from collections.abc import Callable, Mapping
from http import HTTPStatus
from ipaddress import ip_address
from pathlib import Path
from threading import BoundedSemaphore, Lock
from typing import TYPE_CHECKING, Any, Final, NamedTuple
from urllib.parse import SplitResult, urlsplit

from ...kernel.outage import Outage

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

REFRESH: Final = 60.0  # seconds; a key that was removed is refused after that long
RETRY: Final = 10.0  # seconds, while the source fails
COOLDOWN: Final = 5.0  # seconds between two questions for keys that nobody knows
WAITING: Final = 4  # threads at most that such a question holds up
STALE: Final = 3600.0  # seconds that the last good keys serve while their source fails
TIMEOUT: Final = 5.0  # seconds
MAX_JWKS: Final = 1 << 20  # bytes
MIN_RSA_BITS: Final = 2048

log = logging.getLogger(__name__)

Jwks = Mapping[str, Any]
# Returns a JWK set; raises OSError or ValueError if it cannot.
KeySource = Callable[[], Jwks]


class KeysUnavailable(Outage):
    """The source of the keys fails, and what it last gave is too old to go by."""


class Key(NamedTuple):
    """A public key, the one algorithm it is for, and the members of the JWK."""

    kid: str
    algorithm: str
    public: "EllipticCurvePublicKey | RSAPublicKey"
    source: Mapping[str, Any]


class Keys:
    """
    The keys of a source by their id. The source is asked when a key is wanted and a minute has
    passed, by one thread; the others wait, unless the source is failing anyway. For a key that it
    did not list it is asked at once, but not again within COOLDOWN: anybody can make up key ids.
    """

    def __init__(self, source: KeySource, clock: Callable[[], float]) -> None:
        self._source, self._clock = source, clock
        self._keys: dict[str, Key] = {}
        self._asked = self._loaded = self._asked_again = float("-inf")
        self._failing = False
        self._refreshing = Lock()
        self._waiting = BoundedSemaphore(WAITING)

    def find(self, kid: str) -> Key | None:
        """None for an id that the source does not list; raises KeysUnavailable."""
        if self._due() and self._refreshing.acquire(blocking=not self._failing):
            try:
                # Another thread may have asked while this one waited.
                if self._due():
                    self._refresh()
            finally:
                self._refreshing.release()
        if self._clock() - self._loaded > STALE:
            raise KeysUnavailable("the keys of the identity provider cannot be had")
        if kid not in self._keys and self._may_ask_again():
            self._ask_again(kid)
        return self._keys.get(kid)

    def _may_ask_again(self) -> bool:
        return not self._failing and not 0 <= self._clock() - self._asked_again < COOLDOWN

    def _ask_again(self, kid: str) -> None:
        # A provider that answers slowly must not hold up everybody at the wish of who makes up ids.
        if not self._waiting.acquire(blocking=False):
            raise KeysUnavailable("the keys of the identity provider are being asked for")
        try:
            with self._refreshing:
                if kid not in self._keys and self._may_ask_again():
                    self._refresh()
                    self._asked_again = self._clock()
        finally:
            self._waiting.release()

    def _due(self) -> bool:
        age = self._clock() - self._asked
        # A clock that was set back must not keep old keys alive.
        return not 0 <= age < (RETRY if self._failing else REFRESH)

    def _refresh(self) -> None:
        now = self._clock()
        try:
            self._keys = parsed(self._source(), self._keys)
            self._loaded, self._failing = now, False
        except (OSError, ValueError) as error:
            self._failing = True
            log.warning("the keys of the identity provider cannot be read: %s", error)
        self._asked = now


def parsed(jwks: Jwks, before: Mapping[str, Key]) -> dict[str, Key]:
    """
    The usable signature keys of a JWK set by id: EC P-256 for ES256, RSA for RS256, and nothing
    else, whatever the set says. Keys of `before` that have not changed are kept. Raises ValueError
    if it is no JWK set; a single key that is of no use is left out.
    """
    listed = jwks.get("keys") if isinstance(jwks, Mapping) else None
    if not isinstance(listed, list):
        raise ValueError("not a JWK set: it has no list `keys`")  # noqa: TRY004  # a bad document
    keys: dict[str, Key] = {}
    for jwk in listed:
        key = _key(jwk, before)
        if key is not None and keys.setdefault(key.kid, key) is not key:
            log.warning("two keys have the id %r: the second is ignored", key.kid)
    return keys


def _key(jwk: Any, before: Mapping[str, Key]) -> Key | None:
    algorithm = _algorithm(jwk)
    if algorithm is None:
        return None
    # Only the public members: a set that leaks a private key must not make us hold it.
    public = {name: jwk[name] for name in ("kty", "crv", "x", "y", "n", "e") if name in jwk}
    old = before.get(jwk["kid"])
    return old if old and old.source == public else _read(jwk["kid"], public, algorithm)


def _algorithm(jwk: Any) -> str | None:
    """The one algorithm that the key may be used with; None if it is not for us."""
    match jwk:
        case {"kid": str(), "kty": "EC", "crv": "P-256"}:
            own = "ES256"
        case {"kid": str(), "kty": "RSA"}:
            own = "RS256"
        case _:
            return None
    fits = jwk.get("alg", own) == own and jwk.get("use", "sig") == "sig"
    return own if fits and "verify" in jwk.get("key_ops", ["verify"]) else None


def _read(kid: str, public: dict[str, Any], algorithm: str) -> Key | None:
    import jwt

    try:
        key = jwt.PyJWK(public, algorithm).key
    except (jwt.PyJWTError, ValueError, TypeError) as error:
        log.warning("the key %r cannot be read: %s", kid, error)
        return None
    if algorithm == "RS256" and key.key_size < MIN_RSA_BITS:
        log.warning("the RSA key %r has fewer than %d bits", kid, MIN_RSA_BITS)
        return None
    return Key(kid, algorithm, key, public)


def key_source(where: str) -> KeySource:
    """
    The source that a setting names: a JWK set as JSON text, an https address (http only to this
    machine), or a file. Raises ValueError for what can be none of them.
    """
    if where.lstrip().startswith("{"):
        return inline(json.loads(where))
    return address(where) if "://" in where else file(Path(where))


def inline(jwks: Jwks) -> KeySource:
    return lambda: jwks


def file(path: Path) -> KeySource:
    return lambda: _document(path.read_bytes())


def address(url: str) -> KeySource:
    """Redirects are not followed: they could lead off https."""
    parts = urlsplit(url)
    if not parts.hostname or not (parts.scheme == "https" or _is_here(parts)):
        raise ValueError(f"keys must come over https, and {url} does not")
    return lambda: _document(_fetch(parts))


def _is_here(parts: SplitResult) -> bool:
    if parts.scheme != "http" or parts.hostname == "localhost":
        return parts.scheme == "http"
    try:
        return ip_address(parts.hostname or "").is_loopback
    except ValueError:
        return False


def _fetch(parts: SplitResult) -> bytes:
    from http.client import HTTPConnection, HTTPException, HTTPSConnection

    kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
    connection = kind(parts.netloc, timeout=TIMEOUT)
    try:
        connection.request("GET", parts._replace(scheme="", netloc="").geturl() or "/")
        reply = connection.getresponse()
        if reply.status != HTTPStatus.OK:
            raise OSError(f"{parts.geturl()} answered {reply.status}")
        return reply.read(MAX_JWKS + 1)
    except HTTPException as error:
        raise OSError(f"{parts.geturl()} did not answer in HTTP") from error
    finally:
        connection.close()


def _document(raw: bytes) -> Jwks:
    if len(raw) > MAX_JWKS:
        raise ValueError(f"a JWK set of more than {MAX_JWKS:,} bytes")
    document: Jwks = json.loads(raw)
    return document
