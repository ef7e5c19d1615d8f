"""
Limits counted in DynamoDB, so that every process counts together.

    pk  S  limit and key, digested   n  N  requests in the window
    sk  S  when the window ends      x  N  the same, in seconds since 1970: DynamoDB's time to live

One conditional update is a request's whole price, a refused one included. Counting goes by windows,
since that takes no read before the write; over the edge of two, twice the budget may pass.
"""

from collections.abc import Callable
from hashlib import sha256
from time import time
from typing import Any

from ...platform.rate_limits import Budget
from ..aws import clients as aws


class DynamoLimiter:
    def __init__(self, client: Any, table: str, clock: Callable[[], float] = time) -> None:
        self._client, self._table, self._clock = client, table, clock

    def take(self, limit: str, key: str, budget: Budget, /) -> float:
        now = self._clock()
        end = (now // budget.seconds + 1) * budget.seconds
        with aws.translated(f"{limit} could not be counted"):
            try:
                self._count(f"{limit}:{key}", end, budget.most)
            except self._client.exceptions.ConditionalCheckFailedException:
                return max(end - now, 0.001)
        return 0.0

    def give_back(self, limit: str, key: str, budget: Budget, /) -> None:
        """In the window that is open: over its edge the try stays counted where it was."""
        end = (self._clock() // budget.seconds + 1) * budget.seconds
        with aws.translated(f"{limit} could not be counted"):
            try:
                self._client.update_item(
                    TableName=self._table,
                    Key=_key(f"{limit}:{key}", end),
                    UpdateExpression="ADD n :less",
                    ConditionExpression="n > :none",
                    ExpressionAttributeValues={":less": {"N": "-1"}, ":none": {"N": "0"}},
                )
            except self._client.exceptions.ConditionalCheckFailedException:
                return

    def _count(self, key: str, end: float, most: int) -> None:
        self._client.update_item(
            TableName=self._table,
            Key=_key(key, end),
            UpdateExpression="SET x = :x ADD n :one",
            ConditionExpression="attribute_not_exists(n) OR n < :most",
            ExpressionAttributeValues={
                ":one": {"N": "1"},
                ":most": {"N": str(most)},
                ":x": {"N": f"{end:.0f}"},
            },
        )


def _key(key: str, end: float) -> dict[str, Any]:
    # An address or an account is nobody else's business, and a key has 2,048 bytes.
    return {"pk": {"S": sha256(key.encode()).hexdigest()}, "sk": {"S": f"{end:.0f}"}}
