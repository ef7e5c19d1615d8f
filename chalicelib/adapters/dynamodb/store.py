"""
The event store in one DynamoDB table: a commit is an item (dynamodb_items.py), an append one
conditional PutItem, a load one consistent Query.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal
from threading import Lock
from time import monotonic
from typing import TYPE_CHECKING, Any

from ...eventlog.auditing.table import Stored, Unreadable
from ...eventlog.ports import MAX_NAME, CommandId, Commit, Conflict, Damaged, History, same, verify
from ..aws.clients import translated
from .items import Item, from_item, to_item

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

# `stream` is a reserved word, `version` may become one.
_NAMES = {"#stream": "stream", "#version": "version"}
# How long what was seen is taken for true; restoring a table takes longer.
TRUSTED_SECONDS = 60.0
_REMEMBERED = 4096


# Below every version that anybody could write: DynamoDB keeps 38 digits.
_LOWEST = -(10**37)


class _Seen:
    """
    The ends (stream, version, hash) at which the store has seen streams lately; for many threads.

    A condition sees nothing but the item of its own key, and that this one is absent says nothing
    about the one before it. But no commit is ever changed or removed: behind an end that was seen,
    the next key is either the stream's next or taken. Any other history (cut short, made by hand,
    of another store or stream, from before a table was restored) could lie past the end or carry
    another chain, so it is compared with what is stored: one read more.
    """

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._lock = Lock()
        self._until: OrderedDict[tuple[str, int, bytes], float] = OrderedDict()

    def add(self, history: History, at: float) -> None:
        """`at` is when the reading began."""
        with self._lock:
            self._until[_end(history)] = at + TRUSTED_SECONDS
            self._until.move_to_end(_end(history))
            if len(self._until) > _REMEMBERED:
                self._until.popitem(last=False)

    def has(self, history: History) -> bool:
        with self._lock:
            return self._now() < self._until.get(_end(history), 0.0)


def _end(history: History) -> tuple[str, int, bytes]:
    return history.stream, history.version, history.hash


class DynamoStore:
    """An EventStore. Threads may share one, and any number of processes its table."""

    def __init__(
        self, client: "DynamoDBClient", table: str, *, now: Callable[[], float] = monotonic
    ) -> None:
        """`now`: seconds, by which what was seen grows old."""
        self._client = client
        self._table = table
        self._now = now
        self._seen = _Seen(now)

    def load(self, stream: str, known: History | None = None, /) -> History:
        """Raises Unavailable, Damaged."""
        at = self._now()
        history = self._grown(stream, known)
        if history is None:
            history = History(stream, tuple(self.newer(stream, 0)))
            verify(history)
        self._seen.add(history, at)
        return history

    def _grown(self, stream: str, known: History | None) -> History | None:
        if known is None or not known.commits:
            return None
        newer = known.with_newer(tuple(self.newer(stream, known.commits[-1].version - 1)))
        if newer is not None:
            verify(newer, len(known.commits))
        return newer

    def newer(self, stream: str, after_version: int, /) -> Sequence[Commit]:
        """The commits that begin past a version, in order; raises Unavailable, Damaged."""
        if not _possible(stream):
            return []
        with translated(f"{stream} cannot be read from table {self._table}; try again"):
            return [from_item(item) for item in self._items(stream, after_version)]

    def stored(self, stream: str, /) -> Sequence[Stored]:
        """See `auditing.table.Table`. Raises Unavailable."""
        with translated(f"{stream} cannot be read from table {self._table}; try again"):
            return [_stored(item) for item in self._items(stream, _LOWEST)]

    def append(self, history: History, command: CommandId, length: int, body: bytes, /) -> Commit:
        """
        Raises also Unavailable. The commit may have been stored even then: the same command, sent
        again, returns it or appends it.
        """
        known = history.find(command)
        if known is not None:
            return known
        commit = history.following(command, length, body)
        item = to_item(commit)
        if not self._ends_with(history):
            return _settled(self.newer(history.stream, history.version), commit)
        there = self._put(commit, item)
        return commit if there is None else _settled(self._from(there), commit)

    def _ends_with(self, history: History) -> bool:
        """Whether the stream, if there is nothing at its next version, is what was read."""
        if not history.commits or self._seen.has(history):
            return True
        last = history.commits[-1]
        return self._at(history.stream, last.version) == last._replace(position=None)

    def _put(self, commit: Commit, item: Item) -> Commit | None:
        """None once it is durable, or the commit that has its place."""
        with translated(
            f"{commit.stream} may not have got version {commit.version} in table {self._table}; "
            "send the same command again, under the same id"
        ):
            try:
                self._client.put_item(
                    TableName=self._table,
                    Item=item,
                    ConditionExpression="attribute_not_exists(#stream)",
                    ExpressionAttributeNames={"#stream": "stream"},
                    ReturnValuesOnConditionCheckFailure="ALL_OLD",
                )
            except self._client.exceptions.ConditionalCheckFailedException as refused:
                # It may be this very one: of a try whose answer was lost, or sent twice at once.
                return from_item(_item_of(refused))
        return None

    def _from(self, commit: Commit) -> Iterator[Commit]:
        yield commit
        yield from self.newer(commit.stream, commit.last_version)

    def _at(self, stream: str, version: int) -> Commit | None:
        with translated(f"{stream} cannot be read from table {self._table}; try again"):
            found = self._client.get_item(
                TableName=self._table,
                Key={"stream": {"S": stream}, "version": {"N": str(version)}},
                ConsistentRead=True,
            )
        return from_item(found["Item"]) if "Item" in found else None

    def _items(self, stream: str, after_version: int) -> Iterator[Item]:
        """Page by page: one answer holds at most 1 MB."""
        start: dict[str, Any] = {}
        while True:
            page = self._client.query(
                TableName=self._table,
                ConsistentRead=True,
                KeyConditionExpression="#stream = :stream AND #version > :after",
                ExpressionAttributeNames=_NAMES,
                ExpressionAttributeValues={
                    ":stream": {"S": stream},
                    ":after": {"N": str(after_version)},
                },
                **start,
            )
            yield from page["Items"]
            if "LastEvaluatedKey" not in page:
                return
            start = {"ExclusiveStartKey": page["LastEvaluatedKey"]}


def _stored(item: Item) -> Stored:
    try:
        return from_item(item)
    except Damaged as error:
        return Unreadable(item["stream"]["S"], int(Decimal(item["version"]["N"])), str(error))


def _possible(stream: str) -> bool:
    """Whether it can be a key; DynamoDB refuses even to look for others."""
    return 0 < len(stream.encode()) <= MAX_NAME


def _settled(since: Iterable[Commit], refused: Commit) -> Commit:
    """What the same command has appended since; raises Reused, Conflict."""
    for commit in since:
        if commit.command.id == refused.command.id:
            return same(commit, refused.command)
    raise Conflict(refused.stream, refused.version - 1)


def _item_of(refused: Any) -> Item:
    item: Item = refused.response["Item"]
    return item
