"""Calls to the table of DynamoViews: whole answers, patience, and what errors mean."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from ...eventlog.views.port import Overtaken, ViewsUnavailable
from ..aws.clients import code
from .patience import PAUSES, Patience
from .views_items import Item, Write, key, text, unique

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

READ_AT_ONCE = 100
WRITE_AT_ONCE = 25

_CONFLICT = "TransactionConflict"
_THROTTLED = ("ThrottlingError", "ProvisionedThroughputExceeded", "RequestLimitExceeded")
_ADVICE = {
    "ResourceNotFoundException": "is BANJIAN_VIEWS_TABLE the table of this stage?",
    "AccessDeniedException": "the role of this function lacks a right to the table",
    "ProvisionedThroughputExceededException": "a partition is too busy; it is tried again",
    "ThrottlingException": "the table is too busy; it is tried again",
}


class Refused(Exception):
    """A condition does not hold; nothing was written."""


class Table:
    """All reads are strongly consistent. The methods raise ViewsUnavailable."""

    def __init__(
        self, client: "DynamoDBClient", name: str, pauses: Sequence[float] = PAUSES
    ) -> None:
        self._client, self.name, self._pauses = client, name, pauses

    def get(self, at: Item) -> Item | None:
        with self._errors():
            found = self._client.get_item(TableName=self.name, Key=at, ConsistentRead=True)
        return found.get("Item")

    def get_all(self, keys: Iterable[Item]) -> Iterator[Item]:
        """Those that there are, in no order."""
        wanted = list(unique(keys))
        for start in range(0, len(wanted), READ_AT_ONCE):
            yield from self._get_some(wanted[start : start + READ_AT_ONCE])

    def _get_some(self, keys: list[Item]) -> Iterator[Item]:
        left: Any = {self.name: {"Keys": keys, "ConsistentRead": True}}
        patience = self._patience()
        while left:
            with self._errors():
                found = self._client.batch_get_item(RequestItems=left)
            answers = found["Responses"].get(self.name, [])
            yield from answers
            left = found.get("UnprocessedKeys")
            if left:
                # What is over 16 MB is left over too.
                self._wait(patience, moved=bool(answers))

    def query(
        self,
        partition: str,
        *,
        low: str = "",
        high: str = "",
        descending: bool = False,
        at_once: int | None = None,
    ) -> Iterator[Item]:
        """Items by `sk` between the bounds, which are inclusive; "" for none."""
        request = _between(partition, low, high)
        if request is None:
            return
        if at_once is not None:
            request["Limit"] = at_once
        request |= {
            "TableName": self.name,
            "ConsistentRead": True,
            "ScanIndexForward": not descending,
        }
        while True:
            with self._errors():
                found = self._client.query(**request)
            yield from found["Items"]
            if not found.get("LastEvaluatedKey"):
                return
            request["ExclusiveStartKey"] = found["LastEvaluatedKey"]

    def count(self, partition: str, *, high: str, limit: int) -> int:
        """Items by `sk` up to `high`, at most `limit`, and no more are read."""
        request: Any = _between(partition, "", high)
        request |= {"TableName": self.name, "ConsistentRead": True, "Select": "COUNT"}
        count = 0
        while True:
            with self._errors():
                found = self._client.query(**request, Limit=limit - count)
            count += found["Count"]
            if count >= limit or not found.get("LastEvaluatedKey"):
                return count
            request["ExclusiveStartKey"] = found["LastEvaluatedKey"]

    def update(self, request: Item) -> Item:
        """The item as it is then; raises Refused."""
        patience = self._patience()
        while True:
            with self._errors():
                try:
                    done = self._client.update_item(
                        TableName=self.name, ReturnValues="ALL_NEW", **request
                    )
                except self._client.exceptions.ConditionalCheckFailedException as error:
                    raise Refused from error
                except self._client.exceptions.ClientError as error:
                    if code(error) != "TransactionConflictException":
                        raise
                else:
                    return done["Attributes"]
            self._wait(patience)

    def put_new(self, item: Item) -> None:
        """Raises Refused if there is one of its key."""
        with self._errors():
            try:
                self._client.put_item(
                    TableName=self.name, Item=item, ConditionExpression="attribute_not_exists(pk)"
                )
            except self._client.exceptions.ConditionalCheckFailedException as error:
                raise Refused from error

    def delete_if(self, request: Item) -> None:
        """Raises Refused."""
        with self._errors():
            try:
                self._client.delete_item(**request)
            except self._client.exceptions.ConditionalCheckFailedException as error:
                raise Refused from error

    def transact(self, writes: Sequence[Write]) -> None:
        """
        All or nothing; raises Refused. The client gives each request a token, so that one which
        landed though its answer was lost is not done twice.
        """
        patience = self._patience()
        while True:
            with self._errors():
                try:
                    self._client.transact_write_items(TransactItems=writes)  # type: ignore[arg-type]  # a Write is one of four shapes
                except self._client.exceptions.TransactionCanceledException as error:
                    reasons = {
                        str(one.get("Code")) for one in error.response["CancellationReasons"]
                    }
                    if "ConditionalCheckFailed" in reasons:
                        raise Refused from error
                    if not reasons <= {"None", _CONFLICT, *_THROTTLED}:
                        raise
                else:
                    return
            self._wait(patience, overtaken=_CONFLICT in reasons)

    def delete_all(self, keys: Iterable[Item]) -> None:
        gone = [{"DeleteRequest": {"Key": one}} for one in unique(map(_only_key, keys))]
        for start in range(0, len(gone), WRITE_AT_ONCE):
            self._write_some(gone[start : start + WRITE_AT_ONCE])

    def _write_some(self, requests: list[Any]) -> None:
        patience = self._patience()
        left: Any = {self.name: requests}
        while left:
            before = len(left[self.name])
            with self._errors():
                left = self._client.batch_write_item(RequestItems=left).get("UnprocessedItems")
            if left:
                self._wait(patience, moved=len(left[self.name]) < before)

    def _patience(self) -> Patience:
        return Patience(self._pauses)

    def _wait(self, patience: Patience, *, overtaken: bool = False, moved: bool = False) -> None:
        """Raises when it has been tried often enough."""
        if patience.wait(moved=moved):
            return
        if overtaken:
            raise Overtaken(f"others write the same rows of {self.name} all the time; read again")
        raise ViewsUnavailable(f"the table {self.name} is too busy; try again later")

    @contextmanager
    def _errors(self) -> Iterator[None]:
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            yield
        except (ClientError, BotoCoreError) as error:
            advice = _ADVICE.get(code(error), "what was not acknowledged may be sent again")
            raise ViewsUnavailable(f"views in the table {self.name}: {error} ({advice})") from error


def _between(partition: str, low: str, high: str) -> dict[str, Any] | None:
    """None where nothing can be: DynamoDB takes that for a mistake."""
    condition, values = "pk = :pk", {":pk": {"S": partition}}
    if low and high:
        if low > high:
            return None
        condition += " AND sk BETWEEN :low AND :high"
    elif low or high:
        condition += " AND sk >= :low" if low else " AND sk <= :high"
    for name, bound in ((":low", low), (":high", high)):
        if bound:
            values[name] = {"S": bound}
    return {"KeyConditionExpression": condition, "ExpressionAttributeValues": values}


def _only_key(item: Item) -> Item:
    return key(text(item, "pk"), text(item, "sk"))
