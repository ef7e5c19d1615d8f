"""
A signed seal in files: FILE is the statement, FILE.sig its signature, FILE.pem the public key.

`openssl dgst -sha256 -verify FILE.pem -signature FILE.sig FILE` checks it, without any of this.
"""

from base64 import encodebytes
from datetime import datetime
from pathlib import Path

from ..application.audit import Seal
from ..application.ports import Signer
from ..application.seals import BadSeal, sealed, statement
from .console import fail


def beside(path: Path, suffix: str) -> Path:
    return path.with_name(path.name + suffix)


def free(path: Path) -> None:
    """A seal is kept: it is never written over."""
    if path.exists():
        fail(f"there is a seal in {path} already", "Name another file.")


def write(path: Path, seal: Seal, signer: Signer, at: datetime) -> None:
    """`path` itself comes last: where it is, the rest is. Raises OSError, StoreError."""
    text = statement(seal, at, signer.key_id)
    beside(path, ".sig").write_bytes(signer.sign(text))
    beside(path, ".pem").write_bytes(pem(signer.public_key()))
    with path.open("xb") as file:
        file.write(text)


def pem(der: bytes) -> bytes:
    """RFC 7468, of a SubjectPublicKeyInfo."""
    content = encodebytes(der).replace(b"\n", b"")
    lines = [content[at : at + 64] for at in range(0, len(content), 64)]
    return b"\n".join((b"-----BEGIN PUBLIC KEY-----", *lines, b"-----END PUBLIC KEY-----", b""))


def read(path: Path, key: bytes) -> Seal:
    """The seal in `path`, signed with `key` (a public key, in PEM); raises BadSeal, OSError."""
    text = path.read_bytes()
    _check(key, text, beside(path, ".sig").read_bytes(), path)
    return sealed(text)


def _check(key: bytes, text: bytes, signature: bytes, path: Path) -> None:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePublicKey
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.serialization import load_pem_public_key

    try:
        loaded = load_pem_public_key(key)
    except ValueError as error:
        raise BadSeal("the key is not a public key in PEM") from error
    if not isinstance(loaded, EllipticCurvePublicKey):
        raise BadSeal("the key is of another kind than seals are signed with")
    try:
        loaded.verify(signature, text, ECDSA(SHA256()))
    except InvalidSignature as error:
        raise BadSeal(f"{path} was not signed with this key, or was changed since") from error
