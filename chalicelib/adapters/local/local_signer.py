"""Signs with a P-256 key in a file that only its owner can read."""

from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from ...platform.signatures import ECDSA
from .key_file import write_once

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey


class LocalSigner:
    """
    A Signer. The key (PKCS #8, PEM, without a passphrase) is made when it is first needed; of two
    processes that make one at once, both use the one that came first.

    The methods raise ValueError if the file holds no such key, OSError if it cannot be read.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    @property
    def algorithm(self) -> str:
        return ECDSA

    @property
    def key_id(self) -> str:
        """`sha256:` and the SHA-256 of the public key's DER in hex."""
        return f"sha256:{sha256(self.public_key()).hexdigest()}"

    def sign(self, message: bytes, /) -> bytes:
        from cryptography.hazmat.primitives.asymmetric import ec
        from cryptography.hazmat.primitives.hashes import SHA256

        return self._key.sign(message, ec.ECDSA(SHA256()))

    def public_key(self) -> bytes:
        from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

        return self._key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)

    @cached_property
    def _key(self) -> "EllipticCurvePrivateKey":
        if not self.path.exists():
            write_once(self.path, _new())
        return _read(self.path)


def _new() -> bytes:
    from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
    from cryptography.hazmat.primitives.serialization import (
        Encoding,
        NoEncryption,
        PrivateFormat,
    )

    return generate_private_key(SECP256R1()).private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
    )


def _read(path: Path) -> "EllipticCurvePrivateKey":
    from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        key = load_pem_private_key(path.read_bytes(), None)
    except (ValueError, TypeError) as error:
        raise ValueError(f"{path} holds no key; put back the one you had") from error
    match key:
        case EllipticCurvePrivateKey(curve=SECP256R1()):
            return key
        case _:
            raise ValueError(f"{path} does not hold a P-256 key; put back the one you had")
