"""Signs with a key that never leaves KMS."""

from functools import cached_property
from hashlib import sha256
from typing import TYPE_CHECKING, Final

from .aws import translated

if TYPE_CHECKING:
    from mypy_boto3_kms import KMSClient

ALGORITHM: Final = "ECDSA_SHA_256"


class KmsSigner:
    """
    A Signer. `key` is the id, ARN or alias of a key for SIGN_VERIFY of the spec ECC_NIST_P256; the
    role needs kms:Sign and kms:GetPublicKey on it. The methods raise Unavailable.
    """

    def __init__(self, client: "KMSClient", key: str) -> None:
        self._client, self._name = client, key

    @property
    def key_id(self) -> str:
        """The key's ARN: an alias may come to mean another key."""
        return self._public[0]

    def sign(self, message: bytes, /) -> bytes:
        with translated(f"KMS key {self._name}"):
            # The digest, because KMS takes no message over 4 KB. By the ARN of the key whose public
            # half was given out, though an alias may have moved on since.
            return self._client.sign(
                KeyId=self.key_id,
                Message=sha256(message).digest(),
                MessageType="DIGEST",
                SigningAlgorithm=ALGORITHM,
            )["Signature"]

    def public_key(self) -> bytes:
        return self._public[1]

    @cached_property
    def _public(self) -> tuple[str, bytes]:
        with translated(f"KMS key {self._name}"):
            found = self._client.get_public_key(KeyId=self._name)
        return found["KeyId"], found["PublicKey"]
