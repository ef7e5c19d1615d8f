"""Signs with an SM2 key in a file that only its owner can read (国密, GB/T 32918)."""

from base64 import b64decode, encodebytes
from binascii import Error
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Final, NamedTuple

from ...platform.signatures import POINT, SM2, SM2_PUBLIC_KEY, BadSignature, digest, gmssl, verify
from .key_file import write_once

# PKCS #8 as OpenSSL writes it, before the private key and before the point (RFC 5208, RFC 5915).
_HEAD: Final = bytes.fromhex(
    "308187020100301306072a8648ce3d020106082a811ccf5501822d046d306b0201010420"
)
_MIDDLE: Final = bytes.fromhex("a14403420004")
_SECRET: Final = 32
_BEGIN: Final = b"-----BEGIN PRIVATE KEY-----"
_END: Final = b"-----END PRIVATE KEY-----"


class _Key(NamedTuple):
    secret: bytes
    point: bytes

    @property
    def public(self) -> bytes:
        return SM2_PUBLIC_KEY + self.point


class Sm2Signer:
    """
    A Signer, by gmssl_pyx. The key (PKCS #8, PEM, without a passphrase; `openssl genpkey -algorithm
    SM2` makes the same) is made when it is first needed; of two processes that make one at once,
    both use the one that came first.

    The methods raise ValueError if the file holds no such key, OSError if it cannot be read,
    Unavailable where gmssl_pyx is not installed.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    @property
    def algorithm(self) -> str:
        return SM2

    @property
    def key_id(self) -> str:
        """`sha256:` and the SHA-256 of the public key's DER in hex."""
        return f"sha256:{sha256(self.public_key()).hexdigest()}"

    def sign(self, message: bytes, /) -> bytes:
        return _signed(self._key, message)

    def public_key(self) -> bytes:
        return self._key.public

    @cached_property
    def _key(self) -> _Key:
        if not self.path.exists():
            write_once(self.path, _pem(_new()))
        key = _parsed(self.path.read_bytes())
        if key is None or not _fits(key):
            raise ValueError(f"{self.path} does not hold an SM2 key; put back the one you had")
        return key


def _signed(key: _Key, message: bytes) -> bytes:
    # Not sm2_sign, which refuses an empty message.
    signature: bytes = gmssl().sm2_sign_sm3_digest(key.secret, digest(key.public, message))
    return signature


def _fits(key: _Key) -> bool:
    """A key that is damaged in one half would sign what nobody can verify."""
    try:
        verify(key.public, b"", _signed(key, b""))
    except (gmssl().InvalidValueError, BadSignature):
        return False
    return True


def _new() -> _Key:
    point, secret = gmssl().sm2_key_generate()
    return _Key(secret, point)


def _pem(key: _Key) -> bytes:
    lines = encodebytes(_HEAD + key.secret + _MIDDLE + key.point).replace(b"\n", b"")
    cut = (lines[at : at + 64] for at in range(0, len(lines), 64))
    return b"\n".join((_BEGIN, *cut, _END, b""))


def _parsed(pem: bytes) -> _Key | None:
    before, begin, rest = pem.partition(_BEGIN)
    body, end, _ = rest.partition(_END)
    try:
        der = b64decode(b"".join(body.split()), validate=True)
    except Error:
        return None
    secret, point = der[len(_HEAD) :][:_SECRET], der[-POINT:]
    whole = _HEAD + secret + _MIDDLE + point
    return _Key(secret, point) if begin and end and not before.strip() and der == whole else None
