"""Segments of the log as objects in an S3 bucket."""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from itertools import islice
from typing import TYPE_CHECKING, Any

from ...eventlog.ports import Damaged, Unavailable
from ...eventlog.sequencing.ports import Written
from ..aws.clients import code, translated
from .first import put_first

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_PAGE = 1000
_MISSING = {"NoSuchKey", "404"}


class S3Segments:
    """
    Segments. The role needs s3:GetObject, s3:PutObject and s3:DeleteObject below `log/`, and
    s3:ListBucket: without it S3 answers 403 where there is no object.
    """

    def __init__(self, client: "S3Client", bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    def put(self, key: str, content: bytes, /) -> None:
        if self._put_first(key, content):
            return
        # No two attempts have the same key: a try of this one got there, and its answer was lost.
        there = self.get(key)
        if there is None:
            raise Unavailable(f"{self._name(key)} is being written; try again")
        if there != content:
            raise Damaged(f"{self._name(key)} is already there, with another content")

    def get(self, key: str, /) -> bytes | None:
        from botocore.exceptions import FlexibleChecksumError

        with self._translated(key):
            try:
                return self._client.get_object(Bucket=self._bucket, Key=key)["Body"].read()
            except FlexibleChecksumError as error:
                raise Damaged(f"{self._name(key)} is not what was written: {error}") from error
            except self._client.exceptions.ClientError as error:
                if code(error) in _MISSING:
                    return None
                raise

    def written(self, prefix: str, /, *, after: str = "", limit: int = 1000) -> Sequence[Written]:
        return list(islice(self._listed(prefix, after, min(limit, _PAGE)), limit))

    def _listed(self, prefix: str, after: str, size: int) -> Iterator[Written]:
        query: Any = {"Bucket": self._bucket, "Prefix": prefix, "StartAfter": after}
        while True:
            with self._translated(prefix):
                page = self._client.list_objects_v2(MaxKeys=size, **query)
            for found in page.get("Contents", []):
                yield Written(found["Key"], found["LastModified"])
            if not page.get("IsTruncated"):
                return
            query["ContinuationToken"] = page["NextContinuationToken"]

    def delete(self, key: str, /) -> None:
        with self._translated(key):
            self._client.delete_object(Bucket=self._bucket, Key=key)

    def _put_first(self, key: str, content: bytes) -> bool:
        """False if there is one already, or one is being put at this moment."""
        with self._translated(key):
            return put_first(
                self._client,
                Bucket=self._bucket,
                Key=key,
                Body=content,
                ContentType="application/gzip",
            )

    def _name(self, key: str) -> str:
        return f"s3://{self._bucket}/{key}"

    def _translated(self, key: str) -> AbstractContextManager[None]:
        return translated(f"{self._name(key)} cannot be used; try again")
