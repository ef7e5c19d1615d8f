"""
Seals in a bucket, below a prefix. Each object is put once; a bucket with Object Lock and a default
retention lets nobody remove or replace one before its time, whoever has the keys of the stack.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ...eventlog.ports import Damaged, Unavailable
from ..aws.clients import code, translated
from .first import put_first

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_MISSING = {"NoSuchKey", "404"}


class S3Seals:
    """
    A Shelf. The role needs s3:GetObject and s3:PutObject below the prefix, and s3:ListBucket.
    """

    def __init__(self, client: "S3Client", bucket: str, prefix: str) -> None:
        self._client, self._bucket, self._prefix = client, bucket, prefix

    @property
    def place(self) -> str:
        return f"s3://{self._bucket}/{self._prefix}"

    def names(self) -> Sequence[str]:
        query: Any = {"Bucket": self._bucket, "Prefix": self._prefix}
        found: list[str] = []
        while True:
            with self._translated():
                page = self._client.list_objects_v2(**query)
            found += (one["Key"].removeprefix(self._prefix) for one in page.get("Contents", []))
            if not page.get("IsTruncated"):
                return found
            query["ContinuationToken"] = page["NextContinuationToken"]

    def get(self, name: str, /) -> bytes | None:
        with self._translated():
            try:
                found = self._client.get_object(Bucket=self._bucket, Key=self._prefix + name)
                return found["Body"].read()
            except self._client.exceptions.ClientError as error:
                if code(error) in _MISSING:
                    return None
                raise

    def put(self, name: str, content: bytes, /) -> None:
        if self._put_first(name, content):
            return
        there = self.get(name)
        if there is None:
            raise Unavailable(f"{self.place}{name} is being written; try again")
        if there != content:
            raise Damaged(f"{self.place}{name} is another seal: none is written over")

    def _put_first(self, name: str, content: bytes) -> bool:
        with self._translated():
            return put_first(
                self._client,
                Bucket=self._bucket,
                Key=self._prefix + name,
                Body=content,
                ContentType="application/octet-stream",
            )

    def _translated(self) -> Any:
        return translated(f"seals cannot be kept in {self.place}; try again")
