"""What DynamoDB leaves of a batch is asked for again with pauses, and not for ever."""

import ast
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from chalicelib.adapters import dynamodb
from chalicelib.adapters.dynamodb import patience
from chalicelib.adapters.dynamodb.ledger import DynamoLedger
from chalicelib.adapters.dynamodb.patience import PAUSES, Patience
from chalicelib.adapters.dynamodb.registry import DynamoRegistry
from chalicelib.adapters.dynamodb.views_table import Table
from chalicelib.eventlog.ports import Unavailable
from chalicelib.eventlog.views.port import ViewsError
from chalicelib.platform.registry import RegistryUnavailable

KEYS = [{"pk": {"S": f"k-{n}"}, "sk": {"S": "cursor"}} for n in range(3)]


class Busy:
    """A client of a table that takes `each` of a batch at a time, and leaves the rest."""

    def __init__(self, each: int) -> None:
        self.each, self.calls = each, 0

    def batch_get_item(self, *, RequestItems: Any) -> Any:  # noqa: N803 - as AWS calls it
        ((table, wanted),) = RequestItems.items()
        taken, left = self._cut(wanted["Keys"])
        found = [{**one, "v": {"N": "0"}} for one in taken]
        rest = {table: {**wanted, "Keys": left}} if left else {}
        return {"Responses": {table: found}, "UnprocessedKeys": rest}

    def batch_write_item(self, *, RequestItems: Any) -> Any:  # noqa: N803 - as AWS calls it
        ((table, requests),) = RequestItems.items()
        _, left = self._cut(requests)
        return {"UnprocessedItems": {table: left} if left else {}}

    def put_item(self, **_: Any) -> None:
        """The registry's note of how far it has come."""

    def _cut(self, wanted: list[Any]) -> tuple[list[Any], list[Any]]:
        self.calls += 1
        return wanted[: self.each], wanted[self.each :]


class Loop(NamedTuple):
    run: Callable[[Any], object]
    error: type[Exception]


def _put(client: Any) -> None:
    rows = [(f"key-{n}", "value") for n in range(3)]
    DynamoRegistry(client, "t").put("people-1", rows, 3)


LOOPS = {
    "ledger.py": Loop(lambda c: DynamoLedger(c, "t").cursors(["a", "b", "c"]), Unavailable),
    "views_table.py, reading": Loop(lambda c: list(Table(c, "t").get_all(KEYS)), ViewsError),
    "views_table.py, writing": Loop(lambda c: Table(c, "t").delete_all(KEYS), ViewsError),
    "registry.py": Loop(_put, RegistryUnavailable),
}


@pytest.fixture
def paused(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    pauses: list[float] = []
    monkeypatch.setattr(patience, "sleep", pauses.append)
    return pauses


@pytest.mark.parametrize("loop", LOOPS.values(), ids=LOOPS)
def test_a_table_that_takes_nothing_is_given_up_after_a_few_tries(loop: Loop, paused: list[float]):
    client = Busy(0)
    with pytest.raises(loop.error, match=r"too busy|takes no more rows"):
        loop.run(client)
    assert client.calls == len(PAUSES) + 1
    assert len(paused) == len(PAUSES)
    assert sum(paused) > 0


@pytest.mark.parametrize("loop", LOOPS.values(), ids=LOOPS)
def test_a_table_that_takes_one_at_a_time_is_waited_for(loop: Loop, paused: list[float]):
    client = Busy(1)
    loop.run(client)
    assert client.calls == 3
    assert len(paused) == 2  # before each further call: none follows another at once


def test_every_loop_over_what_was_left_is_one_of_these():
    folder = Path(str(dynamodb.__file__)).parent
    tested = {name.partition(",")[0] for name in LOOPS}
    asking = {one.name for one in folder.glob("*.py") if _asks_again(one)}
    assert asking == tested
    for name in asking:
        assert "Patience" in (folder / name).read_text(encoding="utf-8"), name


def _asks_again(path: Path) -> bool:
    named = {"UnprocessedKeys", "UnprocessedItems"}
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return any(isinstance(one, ast.Constant) and one.value in named for one in ast.walk(tree))


def test_pauses_grow_are_jittered_and_bounded(paused: list[float]):
    for _ in range(200):
        waiting = Patience()
        while waiting.wait():
            pass
    rounds = [paused[n : n + len(PAUSES)] for n in range(0, len(paused), len(PAUSES))]
    longest = [max(one) for one in zip(*rounds, strict=True)]
    assert all(
        0 <= pause <= most for one in rounds for pause, most in zip(one, PAUSES, strict=True)
    )
    assert longest == sorted(longest)
    assert len(set(paused)) > len(paused) // 2
