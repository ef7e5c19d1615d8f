"""The views' table in moto, and what moto does slowly or not at all."""

import copy
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import RLock
from types import SimpleNamespace
from typing import Any

import moto.dynamodb.models as moto_models
import pytest
from moto import mock_aws
from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.models.dynamo_type import DynamoType
from moto.dynamodb.models.table import Table

from ... import cloud

TABLE = "banjian-views-test"


@contextmanager
def dynamodb() -> Iterator[Any]:
    """A client whose calls go to an empty table."""
    with pytest.MonkeyPatch.context() as patch, mock_aws():
        _cheap_transactions(patch)
        client = cloud.client("dynamodb")
        cloud.table(TABLE, on=client)
        yield client


def _cheap_transactions(patch: pytest.MonkeyPatch) -> None:
    """
    moto copies the whole table for each item of a transaction, to put it back should a condition
    fail, and sorts all of it for each query. Here only the items that are written are copied, and
    only those of one partition looked at; and threads take turns, which moto does not make them do.
    """
    lock = RLock()
    transact = DynamoDBBackend.transact_write_items

    def transact_write_items(self: DynamoDBBackend, transact_items: list[dict[str, Any]]) -> None:
        with lock:
            undo = [_undo(self, next(iter(item.values()))) for item in transact_items]
            try:
                transact(self, transact_items)
            except BaseException:
                for back in undo:
                    back()
                raise

    def query(self: Table, hash_key: Any, *args: Any, **kwargs: Any) -> Any:
        with lock:
            self.__dict__["all_items"] = lambda: list(self.items.get(hash_key, {}).values())
            try:
                return _QUERY(self, hash_key, *args, **kwargs)
            finally:
                del self.__dict__["all_items"]

    patch.setattr(moto_models, "copy", SimpleNamespace(deepcopy=_all_but_tables))
    patch.setattr(DynamoDBBackend, "transact_write_items", transact_write_items)
    patch.setattr(Table, "query", query)
    for name in ("update_item", "put_item", "delete_item", "get_item"):
        patch.setattr(DynamoDBBackend, name, _in_turn(lock, getattr(DynamoDBBackend, name)))


_QUERY = Table.query


def _in_turn(lock: RLock, method: Callable[..., Any]) -> Callable[..., Any]:
    def call(*args: Any, **kwargs: Any) -> Any:
        with lock:
            return method(*args, **kwargs)

    return call


def _all_but_tables(thing: Any) -> Any:
    return thing if isinstance(thing, Table) else copy.deepcopy(thing)


def _undo(backend: DynamoDBBackend, operation: dict[str, Any]) -> Callable[[], None]:
    table = backend.get_table(operation["TableName"])
    key = operation.get("Key") or operation["Item"]
    place = [DynamoType(key[name]) for name in ("pk", "sk")]
    before = copy.deepcopy(table.items.get(place[0], {}).get(place[1]))

    def back() -> None:
        if before is None:
            table.items.get(place[0], {}).pop(place[1], None)
        else:
            table.items[place[0]][place[1]] = before

    return back
