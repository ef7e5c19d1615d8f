"""Public keys as text (RFC 7468)."""

from base64 import b64decode, encodebytes
from binascii import Error
from typing import Final

from ..eventlog.audit import BadSeal

BEGIN: Final = b"-----BEGIN PUBLIC KEY-----"
END: Final = b"-----END PUBLIC KEY-----"


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
