"""
A signed seal in files: FILE is the statement, FILE.sig its signature, FILE.pem the public key.

`openssl dgst -sha256 -verify FILE.pem -signature FILE.sig FILE` checks it, without any of this;
docs/signatures.md has the command for SM2.
"""

from base64 import b64decode, encodebytes
from binascii import Error
from datetime import datetime
from pathlib import Path
from typing import Final

from ..eventlog.audit import BadSeal, Seal, sealed, statement
from ..eventlog.ports import Signer
from ..platform.signatures import BadSignature, verify
from .console import fail

BEGIN: Final = b"-----BEGIN PUBLIC KEY-----"
END: Final = b"-----END PUBLIC KEY-----"


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
    return b"\n".join((BEGIN, *lines, END, b""))


def der(pem: bytes) -> bytes:
    """What `pem` was made of; raises BadSeal."""
    _, begin, rest = pem.partition(BEGIN)
    body, end, _ = rest.partition(END)
    try:
        content = b64decode(b"".join(body.split()), validate=True)
    except Error:
        content = b""
    if not (begin and end and content):
        raise BadSeal("the key is not a public key in PEM")
    return content


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
