"""The events' table as a log is moved into it: commits that exist already, under their keys."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, Final

from ...eventlog.moving.moving import OtherHistory
from ...eventlog.ports import Commit
from ..aws.clients import translated
from .items import from_item, to_item

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

# Requests on their way at a time: each takes some milliseconds, nearly all of them waiting.
AT_ONCE: Final = 16


class DynamoItems:
    """Items for moving_targets.Sequenced: a conditional PutItem for each, none is overwritten."""

    def __init__(self, client: "DynamoDBClient", table: str, at_once: int = AT_ONCE) -> None:
        self._client, self._table, self._at_once = client, table, at_once

    def put(self, commits: Sequence[Commit], /) -> None:
        with ThreadPoolExecutor(self._at_once) as pool:
            for _ in pool.map(self._put, commits):
                pass  # raises what the call raised

    def all(self) -> Iterator[Commit]:
        return map(from_item, self._scanned())

    def _scanned(self) -> Iterator[Any]:
        start: dict[str, Any] = {}
        while True:
            with translated(f"table {self._table} cannot be read"):
                page = self._client.scan(TableName=self._table, ConsistentRead=True, **start)
            yield from page["Items"]
            if "LastEvaluatedKey" not in page:
                return
            start = {"ExclusiveStartKey": page["LastEvaluatedKey"]}

    def _put(self, commit: Commit) -> None:
        with translated(f"table {self._table} cannot be written"):
            try:
                self._client.put_item(
                    TableName=self._table,
                    Item=to_item(commit),
                    ConditionExpression="attribute_not_exists(#stream)",
                    ExpressionAttributeNames={"#stream": "stream"},
                    ReturnValuesOnConditionCheckFailure="ALL_OLD",
                )
            except self._client.exceptions.ConditionalCheckFailedException as refused:
                _same(commit, from_item(refused.response["Item"]))  # type: ignore[typeddict-item]


def _same(commit: Commit, there: Commit) -> None:
    if there != commit._replace(position=None):
        raise OtherHistory(
            f"the target's table has another {commit.stream}@{commit.version}: "
            "choose an empty target"
        )
