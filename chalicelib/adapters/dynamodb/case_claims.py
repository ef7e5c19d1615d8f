"""
Claims where every process sees them, in the table of limits.

    pk  S  the key, digested   c  S  the case            x  N  when it may be forgotten, in seconds
    sk  S  "case"              t  N  since when it has it      since 1970: DynamoDB's time to live

One update takes a claim or tells whose it is, without a read: one write unit a submission.
"""

from collections.abc import Callable
from hashlib import sha256
from time import time
from typing import Any

from ...platform.case_claims import CaseClaim
from ..aws import clients as aws

# Long after every view knows the case.
KEPT = 24 * 3600.0


class DynamoCaseClaims:
    def __init__(self, client: Any, table: str, clock: Callable[[], float] = time) -> None:
        self._client, self._table, self._clock = client, table, clock

    def take(self, key: str, case_id: str, /, *, over: str | None = None) -> CaseClaim | None:
        with aws.translated("the case could not be claimed"):
            if over is not None:
                self._pass_on(key, case_id, over)
            stands = self._first(key, case_id)
        return None if stands.case_id == case_id else stands

    def release(self, key: str, case_id: str, /) -> None:
        with aws.translated("the case's claim could not be released"):
            self._where(key, case_id, "REMOVE c, t", {})

    def _first(self, key: str, case_id: str) -> CaseClaim:
        """What stands from now on: the claim that there was, or this one."""
        now = self._clock()
        told = self._client.update_item(
            TableName=self._table,
            Key=_key(key),
            UpdateExpression="SET c = if_not_exists(c, :c), t = if_not_exists(t, :t), x = :x",
            ExpressionAttributeValues={
                ":c": {"S": case_id},
                ":t": {"N": f"{now:.3f}"},
                ":x": {"N": f"{now + KEPT:.0f}"},
            },
            ReturnValues="ALL_NEW",
        )["Attributes"]
        return CaseClaim(told["c"]["S"], float(told["t"]["N"]))

    def _pass_on(self, key: str, case_id: str, over: str) -> None:
        """Unless somebody else was faster, who is found to stand then."""
        values = {":c": {"S": case_id}, ":t": {"N": f"{self._clock():.3f}"}}
        self._where(key, over, "SET c = :c, t = :t", values)

    def _where(self, key: str, case_id: str, update: str, values: dict[str, Any]) -> None:
        try:
            self._client.update_item(
                TableName=self._table,
                Key=_key(key),
                UpdateExpression=update,
                ConditionExpression="c = :was",
                ExpressionAttributeValues={":was": {"S": case_id}, **values},
            )
        except self._client.exceptions.ConditionalCheckFailedException:
            return


def _key(key: str) -> dict[str, Any]:
    return {"pk": {"S": sha256(f"case:{key}".encode()).hexdigest()}, "sk": {"S": "case"}}
