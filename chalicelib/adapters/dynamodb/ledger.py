"""The ledger of the log in one DynamoDB table; its layout is in dynamodb_ledger_items.py."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from itertools import islice
from typing import TYPE_CHECKING, Any

from ...eventlog.belonging import Misplaced
from ...eventlog.ports import GENESIS, Unavailable
from ...eventlog.sequencing.ports import (
    LOG,
    Advance,
    Cursor,
    Head,
    Heads,
    Merge,
    Parked,
    Segment,
    stream_id,
)
from ..aws.clients import translated
from . import ledger_items as items
from .ledger_items import Item, number
from .patience import Patience

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_KEYS_AT_ONCE = 100
# Why a transaction is refused when others are at the same items. Anything else is an error.
_NO_MAP: Item = {"M": {}}
_OVERTAKEN = {"None", "ConditionalCheckFailed", "TransactionConflict"}


class DynamoLedger:
    """A Ledger. Threads may share one, and any number of processes its table."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._client = client
        self._table = table

    def log_id(self) -> str | None:
        """None while nobody has named the log. Raises Unavailable."""
        item = self._get(items.log_id_key())
        return str(item["i"]["S"]) if item else None

    def name_log(self, log: str) -> str:
        """The id that the log has from now on: `log`, unless it has one. Raises Unavailable."""
        with self._translated():
            try:
                self._client.put_item(
                    TableName=self._table,
                    Item=items.log_id_item(log),
                    ConditionExpression="attribute_not_exists(pk)",
                )
            except self._client.exceptions.ConditionalCheckFailedException:
                return self.log_id() or log
        return log

    def continue_as(self, log: str) -> None:
        """The copy of a log is the same log. Raises Misplaced if the table has another one."""
        if self.name_log(log) == log:
            return
        if self.heads().log:
            raise Misplaced(f"table {self._table} has another log: choose an empty target")
        with self._translated():
            self._client.put_item(TableName=self._table, Item=items.log_id_item(log))

    def head(self, lane: int, /) -> Head:
        item = self._get(items.head_key(lane))
        return items.head_of(item) if item else Head()

    def heads(self) -> Heads:
        found = list(self._query(items.HEADS, "000", items.LAST_LANE))
        positions = {int(item["sk"]["S"]): items.head_of(item).position for item in found}
        merged = {
            int(lane): int(at["N"])
            for item in found
            for lane, at in item.get("m", _NO_MAP)["M"].items()
        }
        return Heads(positions.pop(LOG, 0), merged, positions)

    def cursors(self, streams: Sequence[str], /) -> dict[str, Cursor]:
        found = {stream: Cursor(stream) for stream in streams}
        names = iter(list(found))
        while some := list(islice(names, _KEYS_AT_ONCE)):
            for item in self._batch_get([items.cursor_key(stream) for stream in some]):
                cursor = items.cursor_of(item)
                found[cursor.stream] = cursor
        return found

    def index(self, lane: int, after: int, limit: int, /) -> Sequence[Segment]:
        low = items.position_sort(after + 1)
        found = self._query(items.index_of(lane), low, items.LAST_SORT, limit)
        return [items.segment_of(lane, item) for item in islice(found, limit)]

    def advance(self, advance: Advance, /) -> bool:
        segment = advance.segment
        moves = zip(advance.was, advance.now, strict=True)
        head = self._update(
            items.head_key(segment.lane),
            "SET p = :p, d = :d",
            _head_at(segment.first - 1),
            {":p": number(segment.last), ":d": {"B": segment.digest}},
        )
        return self._write(
            [head, self._put_new(segment), *(self._move(was, now) for was, now in moves)],
            advance.attempt,
        )

    def _move(self, was: Cursor, now: Cursor) -> Item:
        condition, values = _at(was)
        put = {
            "TableName": self._table,
            "Item": items.cursor_item(now),
            "ConditionExpression": f"{condition} AND attribute_not_exists(w)",
        }
        return {"Put": {**put, "ExpressionAttributeValues": values} if values else put}

    def merge(self, merge: Merge, /) -> bool:
        was = merge.was
        merged = {**was.merged, **{one.lane: one.last for one in merge.segments}}
        head = self._update(
            items.head_key(LOG),
            # Lane 0 keeps its own last segment, or has none yet.
            "SET p = :p, m = :m, d = if_not_exists(d, :d)",
            _head_at(was.log),
            {
                ":p": number(merge.segments[-1].in_log().last),
                ":m": {"M": {str(lane): number(last) for lane, last in merged.items()}},
                ":d": {"B": GENESIS},
            },
        )
        moved = [item for one in merge.segments for item in self._merged(one)]
        return self._write([head, *moved], merge.attempt)

    def _merged(self, segment: Segment) -> Iterator[Item]:
        into_log = segment.in_log()
        yield self._put_new(into_log)
        place = {":g": number(into_log.first)}
        condition: _Condition = ("attribute_exists(pk) AND attribute_not_exists(g)", {})
        yield self._update(items.segment_key(segment), "SET g = :g", condition, place)

    def park(self, parked: Parked, was: Cursor, /) -> bool:
        content = items.parked_item(parked)
        note = {
            "TableName": self._table,
            "Key": items.parked_key(parked.id),
            # The first note of it stays as it is.
            "UpdateExpression": "SET "
            + ", ".join(f"#{name} = if_not_exists(#{name}, :{name})" for name in content),
            "ExpressionAttributeNames": {f"#{name}": name for name in content},
            "ExpressionAttributeValues": {f":{name}": value for name, value in content.items()},
        }
        wait = self._update(
            items.cursor_key(was.stream),
            "SET v = if_not_exists(v, :zero), w = :w",
            _at(was),
            {":zero": number(0), ":w": {"BOOL": True}},
        )
        return self._write([{"Update": note}, wait])

    def parked(
        self, stream: str | None = None, /, *, after: str = "", limit: int = 100
    ) -> Sequence[Parked]:
        prefix = "" if stream is None else stream_id(stream)
        # Ids are letters, digits and "-": "!" sorts before them, "~" behind.
        low = f"{after}!" if after else f"{prefix}!"
        found = self._query(items.PARKED, low, f"{prefix}~", limit)
        return [items.parked_of(item) for item in islice(found, limit)]

    def parked_count(self, limit: int, /) -> int:
        query = {**_between(self._table, items.PARKED, "!", "~", limit), "Select": "COUNT"}
        count = 0
        while True:
            with self._translated():
                page = self._client.query(**query)
            count += page["Count"]
            if count >= limit or "LastEvaluatedKey" not in page:
                return min(count, limit)
            query["ExclusiveStartKey"] = page["LastEvaluatedKey"]

    def release(self, was: Cursor, /) -> bool:
        condition, values = _at(was)
        waits = (f"{condition} AND attribute_exists(w)", values)
        return self._write([self._update(items.cursor_key(was.stream), "REMOVE w", waits, {})])

    def settle(self, stream: str, ids: Sequence[str], /) -> bool:
        check = {
            "TableName": self._table,
            "Key": items.cursor_key(stream),
            "ConditionExpression": "attribute_not_exists(w)",
        }
        keys = ({"TableName": self._table, "Key": items.parked_key(one)} for one in ids)
        return self._write([{"ConditionCheck": check}, *({"Delete": one} for one in keys)])

    def swept(self, lane: int, /) -> str:
        item = self._get(items.key(items.SWEPT, f"{lane:03d}"))
        return str(item["k"]["S"]) if item else ""

    def mark_swept(self, lane: int, key: str, /) -> None:
        item = {**items.key(items.SWEPT, f"{lane:03d}"), "k": {"S": key}}
        with self._translated():
            self._client.put_item(TableName=self._table, Item=item)

    def note(self, name: str, /) -> Mapping[str, str]:
        item = self._get(items.key(items.NOTES, name))
        return {key: one["S"] for key, one in item["n"]["M"].items()} if item else {}

    def set_note(self, name: str, note: Mapping[str, str], /) -> None:
        noted = {"M": {key: {"S": value} for key, value in note.items()}}
        item = {**items.key(items.NOTES, name), "n": noted}
        with self._translated():
            self._client.put_item(TableName=self._table, Item=item)

    def _put_new(self, segment: Segment) -> Item:
        item = items.segment_item(segment)
        condition = "attribute_not_exists(pk)"
        return {"Put": {"TableName": self._table, "Item": item, "ConditionExpression": condition}}

    def _update(
        self, key: Item, expression: str, condition: "_Condition", values: Mapping[str, Any]
    ) -> Item:
        update = {
            "TableName": self._table,
            "Key": key,
            "UpdateExpression": expression,
            "ConditionExpression": condition[0],
        }
        named = {**condition[1], **values}
        return {"Update": {**update, "ExpressionAttributeValues": named} if named else update}

    def _write(self, writes: Sequence[Any], token: str = "") -> bool:
        """All or nothing; False if somebody else was faster."""
        named: Any = {"ClientRequestToken": token} if token else {}
        with self._translated():
            try:
                self._client.transact_write_items(TransactItems=writes, **named)
            except self._client.exceptions.TransactionCanceledException as refused:
                reasons = refused.response.get("CancellationReasons", [])
                if any(one.get("Code", "None") not in _OVERTAKEN for one in reasons):
                    raise
                return False
            except self._client.exceptions.TransactionConflictException:
                return False
        return True

    def _get(self, key: Item) -> Mapping[str, Any] | None:
        with self._translated():
            found = self._client.get_item(TableName=self._table, Key=key, ConsistentRead=True)
        return found.get("Item")

    def _batch_get(self, keys: Sequence[Item]) -> Iterator[Mapping[str, Any]]:
        wanted: Any = {self._table: {"Keys": keys, "ConsistentRead": True}}
        patience = Patience()
        while wanted:
            with self._translated():
                found = self._client.batch_get_item(RequestItems=wanted)
            answers = found["Responses"].get(self._table, [])
            yield from answers
            wanted = found.get("UnprocessedKeys")
            if wanted and not patience.wait(moved=bool(answers)):
                raise Unavailable(f"the log's table {self._table} is too busy; try again later")

    def _query(
        self, partition: str, low: str, high: str, limit: int = 1000
    ) -> Iterator[Mapping[str, Any]]:
        """In order of the sort key, from `low` to `high`, `limit` items at a time."""
        query = _between(self._table, partition, low, high, limit)
        while True:
            with self._translated():
                page = self._client.query(**query)
            yield from page["Items"]
            if "LastEvaluatedKey" not in page:
                return
            query["ExclusiveStartKey"] = page["LastEvaluatedKey"]

    def _translated(self) -> AbstractContextManager[None]:
        return translated(f"the log's table {self._table} cannot be used; try again")


def _between(table: str, partition: str, low: str, high: str, limit: int) -> Any:
    return {
        "TableName": table,
        "KeyConditionExpression": "pk = :pk AND sk BETWEEN :low AND :high",
        "ExpressionAttributeValues": {
            ":pk": {"S": partition},
            ":low": {"S": low},
            ":high": {"S": high},
        },
        "ConsistentRead": True,
        "Limit": limit,
    }


_Condition = tuple[str, Mapping[str, Any]]


def _head_at(position: int) -> _Condition:
    if position == 0:
        return "attribute_not_exists(p)", {}
    return "p = :was", {":was": number(position)}


def _at(cursor: Cursor) -> _Condition:
    # A stream of which nothing is in the log may have an item all the same, if something is parked.
    if cursor.version == 0:
        return "attribute_not_exists(h)", {}
    return "v = :was", {":was": number(cursor.version)}
