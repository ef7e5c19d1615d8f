"""Documents in an S3 bucket, which checks each against its SHA-256 when it comes in."""

from base64 import b64encode
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryFile, gettempdir
from typing import TYPE_CHECKING, Any, BinaryIO, Final, TypeVar
from urllib.parse import parse_qs, urlsplit

from ...eventlog.ports import Damaged, Mismatched, Part, Unavailable, Upload
from .. import disk
from ..aws.clients import code, translated
from ..local.blob_names import (
    Arrived,
    arrived,
    is_digest,
    latest,
    owner_name,
    part_name,
    upload_name,
)
from .first import put_first

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import (
        ObjectIdentifierTypeDef,
        ObjectTypeDef,
        PutObjectRequestTypeDef,
    )

T = TypeVar("T")
UPLOAD_LIMIT: Final = 100 << 20  # bytes
PART_SIZE: Final = 8 << 20  # bytes
PART_TYPE: Final = "application/octet-stream"
CHUNK: Final = 1 << 20  # bytes
BOUND: Final = frozenset({"content-length", "content-type", "host", "x-amz-checksum-sha256"})
_MISSING: Final = ("NoSuchKey", "404")


class S3Blobs:
    """
    Blobs as objects: `<prefix><sha256 of owner, 32 digits>/<sha256 of content>`. How they are
    encrypted is the bucket's own default. The methods raise Unavailable.

    Parts are objects of their own, `<incoming><upload>/<number>-<sha256>`, and no multipart upload
    of S3: that knows the SHA-256 of the whole only as one of its parts' (composite), so the whole
    has to be read in any case before it may count.

    The role needs s3:GetObject and s3:PutObject below both prefixes, s3:DeleteObject below
    `incoming`, and s3:ListBucket: without it S3 answers 403 where there is no object. `ticket`
    needs a client of signature version "s3v4".
    """

    def __init__(
        self,
        client: "S3Client",
        bucket: str,
        prefix: str = "documents/",
        incoming: str = "incoming/",
    ) -> None:
        self._client, self._bucket, self._prefix = client, bucket, prefix
        self._incoming = incoming

    @property
    def upload_limit(self) -> int:
        return UPLOAD_LIMIT

    @property
    def part_size(self) -> int:
        return PART_SIZE

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

    def open(self, owner: str, digest: str, /) -> BinaryIO | None:
        """By way of a file that has no name: it is checked before anybody is given a byte."""
        if self.size(owner, digest) is None:
            return None
        key = self._key(owner, digest)
        with ExitStack() as closing, _no_room_is_unavailable():
            whole: BinaryIO = closing.enter_context(TemporaryFile())
            if self._copied([key], whole) != digest:
                raise self._damaged(key)
            whole.seek(0)
            closing.pop_all()  # the caller closes it
        return whole

    def remove(self, owner: str, digest: str, /) -> None:
        """The bucket keeps the version as long as its lifecycle says, and shows it to nobody."""
        if is_digest(digest):
            self._delete([self._key(owner, digest)])

    def size(self, owner: str, digest: str, /) -> int | None:
        if not is_digest(digest):
            return None
        key = self._key(owner, digest)
        head = self._found(key, lambda: self._client.head_object(Bucket=self._bucket, Key=key))
        return head["ContentLength"] if head else None

    def ticket(self, upload: str, part: Part, seconds: int, /) -> Upload:
        """
        A PUT. S3 takes it only with the headers that were signed, the size and the SHA-256 among
        them, and only if the body has that SHA-256.
        """
        checksum = _checksum(part.sha256)
        params = {
            "Key": self._part(upload, part.number, part.sha256),
            "ContentLength": part.size,
            "ContentType": PART_TYPE,
            "ChecksumSHA256": checksum,
        }
        expires_at = datetime.now(UTC) + timedelta(seconds=seconds)
        headers = {
            "Content-Length": str(part.size),
            "Content-Type": PART_TYPE,
            "x-amz-checksum-sha256": checksum,
        }
        return Upload(_bound(self._url("put_object", params, seconds)), "PUT", headers, expires_at)

    def put_part(self, upload: str, number: int, content: bytes, /) -> Part:
        digest = sha256(content).hexdigest()
        self._put(self._part(upload, number, digest), content)
        return Part(number, digest, len(content))

    def parts(self, upload: str, /) -> tuple[Part, ...]:
        found = self._listed(f"{self._incoming}{upload_name(upload)}/")
        return latest([_arrived(one) for one in found])

    def assemble(
        self, owner: str, digest: str, upload: str, check: Callable[[BinaryIO], None], /
    ) -> None:
        """The whole is made here, where its SHA-256 is known before S3 is given it."""
        key = self._key(owner, digest)
        with _spooled() as whole:
            parts = self.parts(upload)
            keys = [self._part(upload, one.number, one.sha256) for one in parts]
            found = self._copied(keys, whole)
            if found != digest:
                raise Mismatched(
                    "parts-make-another-document",
                    "the parts make {found}, not {wanted}",
                    found=found,
                    wanted=digest,
                )
            whole.seek(0)
            check(whole)
            self._keep(key, digest, whole)

    def _keep(self, key: str, digest: str, whole: BinaryIO) -> None:
        if self._checksum(key) == _checksum(digest):
            return
        whole.seek(0)
        with translated(self._name(key)):
            self._client.put_object(
                Bucket=self._bucket,
                Key=key,
                Body=whole,
                ChecksumAlgorithm="SHA256",
                ChecksumSHA256=_checksum(digest),
            )

    def discard(self, upload: str, /) -> None:
        self._delete(
            [one["Key"] for one in self._listed(f"{self._incoming}{upload_name(upload)}/")]
        )

    def sweep(self, before: datetime, /) -> int:
        """The bucket's lifecycle does so too, a day or two later, and drops the old versions."""
        left = [one["Key"] for one in self._listed(self._incoming) if one["LastModified"] < before]
        self._delete(left)
        return len(left)

    def link(
        self, owner: str, digest: str, media_type: str, disposition: str, seconds: int, /
    ) -> str | None:
        key = self._key(owner, digest)
        kept = self._checksum(key)
        if kept is None:
            return None
        if kept not in ("", _checksum(digest)):
            raise self._damaged(key)  # S3 reckons it anew for whoever puts another content there
        if not kept and (whole := self.open(owner, digest)):  # it was put past us, perhaps altered
            whole.close()
        params = {
            "Key": key,
            "ResponseContentType": media_type,
            "ResponseContentDisposition": disposition,
            "ResponseCacheControl": "private, no-store",
        }
        return self._url("get_object", params, seconds)

    def _url(self, operation: str, params: dict[str, Any], seconds: int) -> str:
        with translated(f"s3://{self._bucket}"):
            return self._client.generate_presigned_url(
                operation, Params={"Bucket": self._bucket, **params}, ExpiresIn=seconds
            )

    def _part(self, upload: str, number: int, digest: str) -> str:
        return f"{self._incoming}{upload_name(upload)}/{part_name(number, digest)}"

    def _listed(self, prefix: str) -> "list[ObjectTypeDef]":
        pages = self._client.get_paginator("list_objects_v2")
        with translated(self._name(prefix)):
            found = pages.paginate(Bucket=self._bucket, Prefix=prefix)
            return [one for page in found for one in page.get("Contents", [])]

    def _delete(self, keys: list[str]) -> None:
        for first in range(0, len(keys), 1000):
            named: list[ObjectIdentifierTypeDef] = [
                {"Key": key} for key in keys[first : first + 1000]
            ]
            with translated(self._name(self._incoming)):
                self._client.delete_objects(Bucket=self._bucket, Delete={"Objects": named})

    def _copied(self, keys: Iterable[str], whole: BinaryIO) -> str:
        """The SHA-256 of what was written."""
        found = sha256()
        for key in keys:
            for some in self._streamed(key):
                found.update(some)
                whole.write(some)
        return found.hexdigest()

    def _streamed(self, key: str) -> Iterator[bytes]:
        from botocore.exceptions import FlexibleChecksumError

        with translated(self._name(key)):
            body = self._client.get_object(Bucket=self._bucket, Key=key)["Body"]
            try:
                yield from body.iter_chunks(CHUNK)
            except FlexibleChecksumError as error:
                raise self._damaged(key) from error

    def _key(self, owner: str, digest: str) -> str:
        return f"{self._prefix}{owner_name(owner)}/{digest}"

    def _put(self, key: str, content: bytes) -> None:
        with translated(self._name(key)):
            self._client.put_object(**self._object(key, content))

    def _put_first(self, key: str, content: bytes) -> bool:
        """False if there is one already, or one is being put at this moment."""
        with translated(self._name(key)):
            return put_first(self._client, **self._object(key, content))

    def _object(self, key: str, content: bytes) -> "PutObjectRequestTypeDef":
        return {
            "Bucket": self._bucket,
            "Key": key,
            "Body": content,
            "ChecksumAlgorithm": "SHA256",
            "ChecksumSHA256": b64encode(sha256(content).digest()).decode(),
        }

    def _checksum(self, key: str) -> str | None:
        """What S3 keeps as the SHA-256 of the object; None without one, "" if it has none."""
        head = self._found(
            key,
            lambda: self._client.head_object(Bucket=self._bucket, Key=key, ChecksumMode="ENABLED"),
        )
        return head.get("ChecksumSHA256", "") if head else None

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


def _arrived(one: "ObjectTypeDef") -> Arrived | None:
    name = one["Key"].rpartition("/")[2]
    return arrived(name, one["Size"], one["LastModified"].timestamp())


@contextmanager
def _spooled() -> Iterator[BinaryIO]:
    """A file that is gone afterwards; raises Unavailable if there is no room for it."""
    with _no_room_is_unavailable(), TemporaryFile() as file:
        yield file


@contextmanager
def _no_room_is_unavailable() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise disk.refusal(error, Path(gettempdir())) from error


def _bound(url: str) -> str:
    """`url`; raises Unavailable if its signature leaves out what makes it good for one content."""
    signed = parse_qs(urlsplit(url).query).get("X-Amz-SignedHeaders", [""])[0]
    if BOUND.difference(signed.split(";")):
        raise Unavailable("uploads are not signed with version s3v4; configure the client for it")
    return url
