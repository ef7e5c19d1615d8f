"""Signs with a key that never leaves KMS."""

from functools import cached_property
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from ...eventlog.ports import Unavailable
from ...platform.signatures import ECDSA, SM2, BadSignature, algorithm_of, digest
from .clients import translated

if TYPE_CHECKING:
    from mypy_boto3_kms import KMSClient

# By their names there. KMS has SM2 in the regions of China alone.
ALGORITHMS: Final[dict[str, Literal["ECDSA_SHA_256", "SM2DSA"]]] = {
    ECDSA: "ECDSA_SHA_256",
    SM2: "SM2DSA",
}


class _Public(NamedTuple):
    arn: str
    key: bytes
    algorithm: str


class KmsSigner:
    """
    A Signer. `key` is the id, ARN or alias of a key for SIGN_VERIFY of the spec ECC_NIST_P256 or
    SM2, which decides the algorithm; the role needs kms:Sign and kms:GetPublicKey on it. The
    methods raise Unavailable.
    """

    def __init__(self, client: "KMSClient", key: str) -> None:
        self._client, self._name = client, key

    @property
    def algorithm(self) -> str:
        return self._public.algorithm

    @property
    def key_id(self) -> str:
        """The key's ARN: an alias may come to mean another key."""
        return self._public.arn

    def sign(self, message: bytes, /) -> bytes:
        public = self._public
        with translated(f"KMS key {self._name}"):
            # The digest, because KMS takes no message over 4 KB. By the ARN of the key whose public
            # half was given out, though an alias may have moved on since.
            return self._client.sign(
                KeyId=public.arn,
                Message=digest(public.key, message),
                MessageType="DIGEST",
                SigningAlgorithm=ALGORITHMS[public.algorithm],
            )["Signature"]

    def public_key(self) -> bytes:
        return self._public.key

    @cached_property
    def _public(self) -> _Public:
        with translated(f"KMS key {self._name}"):
            found = self._client.get_public_key(KeyId=self._name)
        try:
            algorithm = algorithm_of(found["PublicKey"])
        except BadSignature as error:
            raise Unavailable(
                f"KMS key {self._name} is of neither ECC_NIST_P256 nor SM2"
            ) from error
        return _Public(found["KeyId"], found["PublicKey"], algorithm)
