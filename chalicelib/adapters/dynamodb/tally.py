"""
What accounts have used up of a day, in the table of the limits.

    pk  S  account, digested         x  N  when the day ends: DynamoDB's time to live
    sk  S  `quota` and that time     n_NAME  N  what was used up of it

One conditional update counts all, or nothing.
"""

from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any

from ...platform.quotas import Amount
from ..aws import clients as aws


class DynamoTally:
    def __init__(self, client: Any, table: str) -> None:
        self._client, self._table = client, table

    def add(self, key: str, until: datetime, amounts: Sequence[Amount], /) -> bool:
        if any(one.more > one.most for one in amounts):
            return False
        end = str(int(until.timestamp()))
        with aws.translated("a quota could not be counted"):
            try:
                self._update(sha256(key.encode()).hexdigest(), end, amounts)
            except self._client.exceptions.ConditionalCheckFailedException:
                return False
        return True

    def _update(self, key: str, end: str, amounts: Sequence[Amount]) -> None:
        values: dict[str, Any] = {":x": {"N": end}}
        for at, one in enumerate(amounts):
            values[f":more{at}"] = {"N": str(one.more)}
            values[f":left{at}"] = {"N": str(one.most - one.more)}
        fits = (
            f"(attribute_not_exists(n_{one.name}) OR n_{one.name} <= :left{at})"
            for at, one in enumerate(amounts)
        )
        added = (f"n_{one.name} :more{at}" for at, one in enumerate(amounts))
        self._client.update_item(
            TableName=self._table,
            Key={"pk": {"S": key}, "sk": {"S": f"quota {end}"}},
            UpdateExpression=f"SET x = :x ADD {', '.join(added)}",
            ConditionExpression=" AND ".join(fits),
            ExpressionAttributeValues=values,
        )
