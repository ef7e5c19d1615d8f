"""
The registry's table in DynamoDB, beside the views:

    pk                           sk         attributes
    REGISTRY#live                library    e: edition, n: rows, t: loaded at
    REGISTRY#editions            edition    l: library, d: how many rows are in
    REGISTRY#{edition}#{shard}   key        v: value

A shard is the first hex digit of the key's SHA-256: rows lie in 16 partitions: a load is spread,
and an edition can be found again to be deleted.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from hashlib import sha256
from typing import Any, Final

from ...eventlog.ports import Unavailable
from ...people.application.registry_table import Edition, Library
from ...platform.registry import RegistryUnavailable
from ..aws import clients as aws
from .patience import Patience

LIVE: Final = "REGISTRY#live"
EDITIONS: Final = "REGISTRY#editions"
SHARDS: Final = 16
BATCH: Final = 25  # items of one BatchWriteItem


class DynamoRegistry:
    """A RegistryTable."""

    def __init__(self, client: Any, table: str) -> None:
        self._client, self._table = client, table

    def live(self, library: Library, /) -> Edition | None:
        found = self._get(LIVE, library)
        if found is None:
            return None
        loaded_at = datetime.fromisoformat(found["t"]["S"])
        return Edition(library, found["e"]["S"], int(found["n"]["N"]), loaded_at)

    def get(self, edition: str, key: str, /) -> str | None:
        found = self._get(_shard(edition, key), key)
        return None if found is None else str(found["v"]["S"])

    def put(self, edition: str, rows: Sequence[tuple[str, str]], done: int, /) -> None:
        items = {key: _row(edition, key, value) for key, value in rows}
        self._write([{"PutRequest": {"Item": one}} for one in items.values()])
        # Last: until then the same rows are put again.
        self._put(
            {
                "pk": {"S": EDITIONS},
                "sk": {"S": edition},
                "l": {"S": edition.partition("-")[0]},
                "d": {"N": str(done)},
            }
        )

    def done(self, edition: str, /) -> int:
        found = self._get(EDITIONS, edition)
        return 0 if found is None else int(found["d"]["N"])

    def activate(self, edition: Edition, /) -> None:
        self._put(
            {
                "pk": {"S": LIVE},
                "sk": {"S": edition.library},
                "e": {"S": edition.id},
                "n": {"N": str(edition.rows)},
                "t": {"S": edition.loaded_at.isoformat()},
            }
        )

    def forget(self, library: Library, keep: frozenset[str], /) -> None:
        for one in list(self._query(EDITIONS)):
            edition = one["sk"]["S"]
            if one["l"]["S"] == library and edition not in keep:
                self._delete(edition)

    def _delete(self, edition: str) -> None:
        # First: a load of this edition that comes between must not take it for whole.
        self.put(edition, (), 0)
        for shard in range(SHARDS):
            keys = list(self._query(f"REGISTRY#{edition}#{shard:x}"))
            self._write([{"DeleteRequest": {"Key": _key(one)}} for one in keys])
        with _translated():
            self._client.delete_item(
                TableName=self._table, Key={"pk": {"S": EDITIONS}, "sk": {"S": edition}}
            )

    # The table

    def _get(self, pk: str, sk: str) -> Any:
        with _translated():
            found = self._client.get_item(
                TableName=self._table, Key={"pk": {"S": pk}, "sk": {"S": sk}}, ConsistentRead=True
            )
        return found.get("Item")

    def _put(self, item: dict[str, Any]) -> None:
        with _translated():
            self._client.put_item(TableName=self._table, Item=item)

    def _query(self, pk: str) -> Iterator[Any]:
        asked: dict[str, Any] = {
            "TableName": self._table,
            "KeyConditionExpression": "pk = :pk",
            "ExpressionAttributeValues": {":pk": {"S": pk}},
            "ConsistentRead": True,
        }
        while True:
            with _translated():
                page = self._client.query(**asked)
            yield from page["Items"]
            if "LastEvaluatedKey" not in page:
                return
            asked["ExclusiveStartKey"] = page["LastEvaluatedKey"]

    def _write(self, requests: list[dict[str, Any]]) -> None:
        for start in range(0, len(requests), BATCH):
            self._batch(requests[start : start + BATCH])

    def _batch(self, requests: list[dict[str, Any]]) -> None:
        """DynamoDB takes a batch in parts when it is busy: what it left is sent again."""
        left = {self._table: requests}
        patience = Patience()
        while left:
            before = len(left[self._table])
            with _translated():
                left = self._client.batch_write_item(RequestItems=left).get("UnprocessedItems")
            if left and not patience.wait(moved=len(left[self._table]) < before):
                raise RegistryUnavailable(
                    "the table takes no more rows now; load again, it goes on"
                )


@contextmanager
def _translated() -> Iterator[None]:
    try:
        with aws.translated("the registry's table"):
            yield
    except Unavailable as error:
        raise RegistryUnavailable(str(error)) from error


def _shard(edition: str, key: str) -> str:
    return f"REGISTRY#{edition}#{sha256(key.encode()).hexdigest()[0]}"


def _row(edition: str, key: str, value: str) -> dict[str, Any]:
    return {"pk": {"S": _shard(edition, key)}, "sk": {"S": key}, "v": {"S": value}}


def _key(item: dict[str, Any]) -> dict[str, Any]:
    return {"pk": item["pk"], "sk": item["sk"]}
