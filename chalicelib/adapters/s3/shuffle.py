"""Shuffle files of large rebuilds in the bucket, below `rebuild/`; a lifecycle rule ends them."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Final

from ...eventlog.ports import Unavailable
from ..aws.clients import code, translated
from .first import TAKEN, put_first

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import ObjectIdentifierTypeDef

AT_ONCE: Final = 1000
_MISSING: Final = ("NoSuchKey", "404")


class S3Shuffle:
    """
    The methods raise Unavailable. The role needs s3:GetObject, s3:PutObject and s3:DeleteObject
    below the prefix, and s3:ListBucket.
    """

    def __init__(self, client: "S3Client", bucket: str, prefix: str = "rebuild/") -> None:
        self._client, self._bucket, self._prefix = client, bucket, prefix

    def put(self, name: str, body: bytes, /) -> bool:
        with translated(f"s3://{self._bucket}/{self._prefix}{name}"):
            # One that is under way raises: of two puts at once none may be there yet.
            return put_first(
                self._client,
                (TAKEN,),
                Bucket=self._bucket,
                Key=self._prefix + name,
                Body=body,
            )

    def get(self, name: str, /) -> bytes | None:
        with translated(f"s3://{self._bucket}/{self._prefix}{name}"):
            try:
                found = self._client.get_object(Bucket=self._bucket, Key=self._prefix + name)
            except self._client.exceptions.ClientError as error:
                if code(error) not in _MISSING:
                    raise
                return None
            return found["Body"].read()

    def names(self, prefix: str, /) -> Sequence[str]:
        with translated(f"s3://{self._bucket}/{self._prefix}{prefix}"):
            pages = self._client.get_paginator("list_objects_v2").paginate(
                Bucket=self._bucket, Prefix=self._prefix + prefix
            )
            start = len(self._prefix)
            return [one["Key"][start:] for page in pages for one in page.get("Contents", ())]

    def delete(self, names: Iterable[str], /) -> None:
        left = iter(names)
        with translated(f"s3://{self._bucket}/{self._prefix}"):
            for some in iter(lambda: self._some(left), []):
                done = self._client.delete_objects(
                    Bucket=self._bucket, Delete={"Objects": some, "Quiet": True}
                )
                for error in done.get("Errors", ())[:1]:
                    raise Unavailable(f"s3://{self._bucket}/{error['Key']}: {error['Message']}")

    def _some(self, names: Iterator[str]) -> "list[ObjectIdentifierTypeDef]":
        return [{"Key": self._prefix + one} for one in islice(names, AT_ONCE)]
