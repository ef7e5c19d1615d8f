"""
A signed seal in files: FILE is the statement, FILE.sig its signature, FILE.pem the public key.

`openssl dgst -sha256 -verify FILE.pem -signature FILE.sig FILE` checks it, without any of this;
docs/signatures.md has the command for SM2.
"""

from datetime import datetime
from pathlib import Path

from ..eventlog.audit import BadSeal, Seal, sealed, statement
from ..eventlog.ports import Signer
from ..platform.signatures import BadSignature, der, pem, verify
from .console import fail

__all__ = ["beside", "der", "free", "pem", "read", "write"]


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


def read(path: Path, key: bytes) -> Seal:
    """The seal in `path`, signed with `key` (a public key, in PEM); raises BadSeal, OSError."""
    text = path.read_bytes()
    _check(key, text, beside(path, ".sig").read_bytes(), path)
    return sealed(text)


def _check(key: bytes, text: bytes, signature: bytes, path: Path) -> None:
    try:
        verify(der(key), text, signature)
    except BadSignature as error:
        raise BadSeal(f"{path}: {error}") from error
