"""
Detached signatures, checked with the public key alone: its curve says which kind they are.

ECDSA on P-256 over SHA-256: FIPS 186-5. SM2 over SM3: GB/T 32918.2-2016 and ISO/IEC 14888-3, on
the curve of GB/T 32918.5-2017. Keys are SubjectPublicKeyInfo (RFC 5480; as text RFC 7468),
signatures the SEQUENCE of r and s (RFC 3279, GM/T 0009-2012), both in DER.
"""

from base64 import b64decode, encodebytes
from binascii import Error
from hashlib import sha256
from types import ModuleType
from typing import Final

from ..eventlog.audit import BadSeal
from ..eventlog.ports import Unavailable

ECDSA: Final = "ecdsa-p256-sha256"
SM2: Final = "sm2-sm3"

# What OpenSSL calls distid: of the signer, and the same for everybody (GM/T 0009-2012, 10).
SM2_ID: Final = b"1234567812345678"

# A key up to its point: ecPublicKey, the curve, uncompressed.
SM2_PUBLIC_KEY: Final = bytes.fromhex("3059301306072a8648ce3d020106082a811ccf5501822d03420004")
P256_PUBLIC_KEY: Final = bytes.fromhex("3059301306072a8648ce3d020106082a8648ce3d03010703420004")
POINT: Final = 64

_ALGORITHMS: Final = {P256_PUBLIC_KEY: ECDSA, SM2_PUBLIC_KEY: SM2}
# a, b and the base point.
_SM2_CURVE: Final = bytes.fromhex(
    "fffffffeffffffffffffffffffffffffffffffff00000000fffffffffffffffc"
    "28e9fa9e9d9f5e344d5a9e4bcf6509a7f39789f515ab8f92ddbcbd414d940e93"
    "32c4ae2c1f1981195f9904466a39c9948fe30bbff2660be1715a4589334c74c7"
    "bc3736a2f4f6779c59bdcee36b692153d0a9877cc62a474002df32e52139f0a0"
)


class BadSignature(Exception):
    """It was not made with that key over that message, or the key is of no kind that we use."""


def verify(public_key: bytes, message: bytes, signature: bytes) -> None:
    """
    `public_key` as Signer.public_key gives it, `signature` as Signer.sign. Raises BadSignature,
    and Unavailable as `gmssl` does.
    """
    check = _verify_sm2 if algorithm_of(public_key) == SM2 else _verify_ecdsa
    if not check(public_key, digest(public_key, message), signature):
        raise BadSignature("it was not signed with this key, or was changed since")


def algorithm_of(public_key: bytes) -> str:
    """ECDSA or SM2; raises BadSignature for a key on another curve, or no key at all."""
    found = _ALGORITHMS.get(public_key[:-POINT])
    if found is None:
        raise BadSignature("the key is no public key on P-256 or SM2")
    return found


def digest(public_key: bytes, message: bytes) -> bytes:
    """
    What is signed instead of the message. For SM2 it covers the signer's id and key as well.
    Raises BadSignature as `algorithm_of` does.
    """
    if algorithm_of(public_key) == ECDSA:
        return sha256(message).digest()
    bits = (len(SM2_ID) * 8).to_bytes(2, "big")
    return _sm3(_sm3(bits, SM2_ID, _SM2_CURVE, public_key[-POINT:]), message)


def gmssl() -> ModuleType:
    """The library for SM2, which is not on every machine: raises Unavailable."""
    try:
        import gmssl_pyx
    except ModuleNotFoundError as error:
        raise Unavailable("SM2 needs a library that is not installed: gmssl-pyx") from error
    library: ModuleType = gmssl_pyx
    return library


def _sm3(*parts: bytes) -> bytes:
    # Not hashlib, whose OpenSSL may have been built without it.
    from cryptography.hazmat.primitives.hashes import SM3, Hash

    made = Hash(SM3())
    for part in parts:
        made.update(part)
    return made.finalize()


def _verify_sm2(public_key: bytes, signed: bytes, signature: bytes) -> bool:
    library = gmssl()
    try:
        return bool(library.sm2_verify_sm3_digest(public_key[-POINT:], signed, signature))
    except library.InvalidValueError:  # no point on the curve, no signature in DER
        return False


def _verify_ecdsa(public_key: bytes, signed: bytes, signature: bytes) -> bool:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
    from cryptography.hazmat.primitives.hashes import SHA256

    try:
        key = ec.EllipticCurvePublicKey.from_encoded_point(
            ec.SECP256R1(), b"\x04" + public_key[-POINT:]
        )
        key.verify(signature, signed, ec.ECDSA(Prehashed(SHA256())))
    except (InvalidSignature, ValueError):
        return False
    return True


# Keys as text

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
