"""Documents in an S3 bucket, which checks each against its SHA-256 when it comes in."""

from base64 import b64encode
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING, Final, TypeVar
from urllib.parse import parse_qs, urlsplit

from ..application.ports import Damaged, Unavailable, Upload
from .aws import code, translated
from .blob_names import is_digest, owner_name

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import PutObjectRequestTypeDef

T = TypeVar("T")
UPLOAD_LIMIT: Final = 100 << 20  # bytes; one PUT could have 5 GB
BOUND: Final = frozenset({"content-length", "content-type", "host", "x-amz-checksum-sha256"})
_MISSING: Final = ("NoSuchKey", "404")
_TAKEN: Final = ("PreconditionFailed", "ConditionalRequestConflict")


class S3Blobs:
    """
    Blobs as objects: `<prefix><sha256 of owner, 32 digits>/<sha256 of content>`. How they are
    encrypted is the bucket's own default. The methods raise Unavailable.

    The role needs s3:GetObject and s3:PutObject below the prefix, and s3:ListBucket: without it S3
    answers 403 where there is no object. `presign` needs a client of signature version "s3v4".
    """

    def __init__(self, client: "S3Client", bucket: str, prefix: str = "documents/") -> None:
        self._client, self._bucket, self._prefix = client, bucket, prefix

    @property
    def upload_limit(self) -> int:
        return UPLOAD_LIMIT

    def put(self, owner: str, content: bytes, /) -> str:
        digest = sha256(content).hexdigest()
        key = self._key(owner, digest)
        # A versioned bucket would keep a second one, and charge for it, beside the first.
        if not self._put_first(key, content) and self._checksum(key) != _checksum(digest):
            self._put(key, content)  # what was there had been altered
        return digest

    def get(self, owner: str, digest: str, /) -> bytes | None:
        if not is_digest(digest):
            return None
        key = self._key(owner, digest)
        content = self._found(key, lambda: self._read(key))
        if content is not None and sha256(content).hexdigest() != digest:
            raise self._damaged(key)
        return content

    def size(self, owner: str, digest: str, /) -> int | None:
        if not is_digest(digest):
            return None
        key = self._key(owner, digest)
        head = self._found(key, lambda: self._client.head_object(Bucket=self._bucket, Key=key))
        return head["ContentLength"] if head else None

    def presign(
        self, owner: str, digest: str, size: int, media_type: str, seconds: int, /
    ) -> Upload:
        """
        A PUT. S3 takes it only with the headers that were signed, the size and the SHA-256 among
        them, and only if the body has that SHA-256.
        """
        expires_at = datetime.now(UTC) + timedelta(seconds=seconds)
        with translated(f"s3://{self._bucket}"):
            url = self._client.generate_presigned_url(
                "put_object",
                Params={
                    "Bucket": self._bucket,
                    "Key": self._key(owner, digest),
                    "ContentLength": size,
                    "ContentType": media_type,
                    "ChecksumSHA256": _checksum(digest),
                },
                ExpiresIn=seconds,
                HttpMethod="PUT",
            )
        headers = {
            "Content-Length": str(size),
            "Content-Type": media_type,
            "x-amz-checksum-sha256": _checksum(digest),
        }
        return Upload(_bound(url), "PUT", headers, expires_at)

    def _key(self, owner: str, digest: str) -> str:
        return f"{self._prefix}{owner_name(owner)}/{digest}"

    def _put(self, key: str, content: bytes) -> None:
        with translated(self._name(key)):
            self._client.put_object(**self._object(key, content))

    def _put_first(self, key: str, content: bytes) -> bool:
        """False if there is one already, or one is being put at this moment."""
        first = self._object(key, content)
        first["IfNoneMatch"] = "*"
        with translated(self._name(key)):
            try:
                self._client.put_object(**first)
            except self._client.exceptions.ClientError as error:
                if code(error) not in _TAKEN:
                    raise
                return False
        return True

    def _object(self, key: str, content: bytes) -> "PutObjectRequestTypeDef":
        return {
            "Bucket": self._bucket,
            "Key": key,
            "Body": content,
            "ChecksumAlgorithm": "SHA256",
            "ChecksumSHA256": b64encode(sha256(content).digest()).decode(),
        }

    def _checksum(self, key: str) -> str:
        """What S3 keeps as the SHA-256 of the object; "" if it has none."""
        head = self._found(
            key,
            lambda: self._client.head_object(Bucket=self._bucket, Key=key, ChecksumMode="ENABLED"),
        )
        return head.get("ChecksumSHA256", "") if head else ""

    def _read(self, key: str) -> bytes:
        from botocore.exceptions import FlexibleChecksumError

        try:
            return self._client.get_object(Bucket=self._bucket, Key=key)["Body"].read()
        except FlexibleChecksumError as error:
            raise self._damaged(key) from error

    def _found(self, key: str, call: Callable[[], T]) -> T | None:
        """What `call` answers, None if it finds no object."""
        with translated(self._name(key)):
            try:
                return call()
            except self._client.exceptions.ClientError as error:
                if code(error) not in _MISSING:
                    raise
                return None

    def _name(self, key: str) -> str:
        return f"s3://{self._bucket}/{key}"

    def _damaged(self, key: str) -> Damaged:
        return Damaged(f"{self._name(key)} is not the content of its name; restore a version of it")


def _checksum(digest: str) -> str:
    """As S3 writes it."""
    return b64encode(bytes.fromhex(digest)).decode()


def _bound(url: str) -> str:
    """`url`; raises Unavailable if its signature leaves out what makes it good for one content."""
    signed = parse_qs(urlsplit(url).query).get("X-Amz-SignedHeaders", [""])[0]
    if BOUND.difference(signed.split(";")):
        raise Unavailable("uploads are not signed with version s3v4; configure the client for it")
    return url
