"""
Sign-ins in a DynamoDB table of their own:

    pk             attributes
    S#{subject}    a: account, p: person, t: staff
    A#{account}    s: subject, p: person
    U#{key}        b: by whom it is used, x: until when, in seconds since 1970 (time to live)

The account's item is written first: without the subject's it says nothing of anybody.
"""

from collections.abc import Iterator
from datetime import datetime
from math import ceil
from typing import Any

from ...platform.sign_ins import SignIn
from ..aws import clients as aws


class DynamoSignIns:
    """SignIns."""

    def __init__(self, client: Any, table: str) -> None:
        self._client, self._table = client, table

    def find(self, subject: str, /) -> SignIn | None:
        return _row(self._get(f"S#{subject}"))

    def put(self, subject: str, row: SignIn, before: SignIn | None, /) -> SignIn:
        with aws.translated("a sign-in cannot be kept"):
            self._client.put_item(TableName=self._table, Item=_of_account(subject, row))
            try:
                self._put(_of_subject(subject, row), before)
            except self._client.exceptions.ConditionalCheckFailedException:
                stands = self.find(subject)
                # Erased between the two: then it is for the next token to begin anew.
                return row if stands is None else stands
        return row

    def _put(self, item: dict[str, Any], before: SignIn | None) -> None:
        """Where nothing stands, or what was read."""
        asked: dict[str, Any] = {"ConditionExpression": "attribute_not_exists(pk)"}
        if before is not None:
            asked["ConditionExpression"] += " OR a = :a"
            asked["ExpressionAttributeValues"] = {":a": {"S": before.account}}
        self._client.put_item(TableName=self._table, Item=item, **asked)

    def person(self, account: str, /) -> str | None:
        found = self._get(f"A#{account}")
        return None if found is None or "p" not in found else str(found["p"]["S"])

    def erase(self, account: str, /) -> None:
        found = self._get(f"A#{account}")
        if found is None:
            return
        subject = self._get(f"S#{found['s']['S']}")
        with aws.translated("a sign-in cannot be erased"):
            # The subject may have another account by now.
            if subject is not None and subject["a"]["S"] == account:
                self._client.delete_item(TableName=self._table, Key={"pk": subject["pk"]})
            self._client.delete_item(TableName=self._table, Key={"pk": found["pk"]})

    def rows(self) -> Iterator[tuple[str, SignIn]]:
        asked: dict[str, Any] = {"TableName": self._table, "ConsistentRead": True}
        while True:
            with aws.translated("sign-ins cannot be listed"):
                page = self._client.scan(**asked)
            for one in page["Items"]:
                row = _row(one)
                if row is not None and one["pk"]["S"].startswith("S#"):
                    yield one["pk"]["S"].removeprefix("S#"), row
            if "LastEvaluatedKey" not in page:
                return
            asked["ExclusiveStartKey"] = page["LastEvaluatedKey"]

    def first(self, key: str, by: str, until: datetime, now: datetime, /) -> bool:
        item = {
            "pk": {"S": f"U#{key}"},
            "b": {"S": by},
            "x": {"N": str(ceil(until.timestamp()))},
        }
        with aws.translated("what counts once cannot be counted"):
            try:
                self._client.put_item(
                    TableName=self._table,
                    Item=item,
                    # DynamoDB deletes what is over within days, not at once.
                    ConditionExpression="attribute_not_exists(pk) OR b = :b OR x < :now",
                    ExpressionAttributeValues={
                        ":b": item["b"],
                        ":now": {"N": str(int(now.timestamp()))},
                    },
                )
            except self._client.exceptions.ConditionalCheckFailedException:
                return False
        return True

    def _get(self, pk: str) -> Any:
        with aws.translated("a sign-in cannot be read"):
            found = self._client.get_item(
                TableName=self._table, Key={"pk": {"S": pk}}, ConsistentRead=True
            )
        return found.get("Item")


def _of_subject(subject: str, row: SignIn) -> dict[str, Any]:
    item: dict[str, Any] = {
        "pk": {"S": f"S#{subject}"},
        "a": {"S": row.account},
        "t": {"BOOL": row.staff},
    }
    return item if row.person is None else {**item, "p": {"S": row.person}}


def _of_account(subject: str, row: SignIn) -> dict[str, Any]:
    item: dict[str, Any] = {"pk": {"S": f"A#{row.account}"}, "s": {"S": subject}}
    return item if row.person is None else {**item, "p": {"S": row.person}}


def _row(item: Any) -> SignIn | None:
    if item is None or "a" not in item:
        return None
    person = item["p"]["S"] if "p" in item else None
    return SignIn(item["a"]["S"], person, bool(item["t"]["BOOL"]))
