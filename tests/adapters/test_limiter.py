"""What every limiter does, wherever it counts."""

from collections.abc import Iterator
from threading import Barrier, Thread

import pytest
from moto import mock_aws

from chalicelib import bootstrap
from chalicelib.adapters.dynamodb.limiter import DynamoLimiter
from chalicelib.adapters.local.memory_limiter import MemoryLimiter
from chalicelib.eventlog.ports import Unavailable
from chalicelib.platform.rate_limits import Budget, Limiter

from .. import cloud

BUDGET = Budget(5, 60)


class Clock:
    def __init__(self) -> None:
        self.now = 1_790_000_040.0  # 40 s before a whole minute ends

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def memory(clock) -> MemoryLimiter:
    return MemoryLimiter(clock)


@pytest.fixture
def dynamodb(clock) -> Iterator[DynamoLimiter]:
    with mock_aws():
        cloud.table("limits")
        yield DynamoLimiter(cloud.client("dynamodb"), "limits", clock)


@pytest.fixture(params=["memory", "dynamodb"])
def limiter(request) -> Limiter:
    found: Limiter = request.getfixturevalue(request.param)
    return found


def taken(limiter: Limiter, times: int, key: str = "zhang", limit: str = "query.number") -> int:
    """How many of so many are let through."""
    return [limiter.take(limit, key, BUDGET) for _ in range(times)].count(0.0)


def test_as_many_are_let_through_as_the_budget_has(limiter):
    assert taken(limiter, 8) == 5


def test_who_is_refused_is_told_how_long_to_wait_and_then_let_in(limiter, clock):
    taken(limiter, 5)
    wait = limiter.take("query.number", "zhang", BUDGET)
    assert 0 < wait <= 60
    clock.now += wait
    assert limiter.take("query.number", "zhang", BUDGET) == 0.0


def test_who_is_refused_is_not_counted_and_never_kept_out_by_trying(limiter, clock):
    taken(limiter, 5)
    taken(limiter, 50)
    clock.now += 60
    assert taken(limiter, 8) == 5


def test_what_was_given_back_may_be_taken_again_and_no_more(limiter):
    limiter.give_back("query.number", "nobody", BUDGET)
    taken(limiter, 5)
    for _ in range(2):
        limiter.give_back("query.number", "zhang", BUDGET)
    assert taken(limiter, 8) == 2


def test_keys_are_counted_apart(limiter):
    taken(limiter, 8)
    assert limiter.take("query.number", "wang", BUDGET) == 0.0


def test_limits_are_counted_apart(limiter):
    taken(limiter, 8)
    assert limiter.take("query.address", "zhang", BUDGET) == 0.0


def test_a_budget_is_whole_again_in_its_time(limiter, clock):
    taken(limiter, 5)
    clock.now += 60
    assert taken(limiter, 8) == 5


def test_threads_share_the_budget(memory):
    start, through = Barrier(8), []

    def run() -> None:
        start.wait()
        through.append(taken(memory, 3))

    threads = [Thread(target=run) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(through) == 5


def test_in_memory_one_goes_on_as_soon_as_there_is_room_for_one(memory, clock):
    taken(memory, 5)
    assert memory.take("query.number", "zhang", BUDGET) == pytest.approx(12.0)
    clock.now += 12
    assert taken(memory, 3) == 1


def test_a_clock_of_tenths_lets_through_exactly_what_the_budget_has(memory):
    budget = Budget(10, 0.7)
    assert [memory.take("usual.account", "li", budget) for _ in range(12)].count(0.0) == 10


def test_memory_is_bounded_and_forgets_who_has_not_asked_for_longest(clock):
    limiter = MemoryLimiter(clock, held=3)
    for key in ("one", "two", "three", "four"):
        taken(limiter, 5, key)
    assert [taken(limiter, 1, key) for key in ("two", "three", "four")] == [0, 0, 0]
    assert taken(limiter, 1, "one") == 1


def test_a_flood_on_one_limit_makes_no_other_forget(clock):
    limiter = MemoryLimiter(clock, held=3)
    taken(limiter, 5)
    for number in range(100):
        limiter.take("usual.address", str(number), BUDGET)
    assert taken(limiter, 1) == 0


def test_who_is_whole_again_takes_no_memory(memory, clock):
    for number in range(50):
        memory.take("usual.address", str(number), BUDGET)
    clock.now += 61
    for number in range(100, 140):
        memory.take("usual.address", str(number), BUDGET)
    assert len(memory._tables["usual.address"]) == 40


def test_in_dynamodb_one_request_is_one_write_and_names_nobody(dynamodb):
    dynamodb.take("query.address", "192.0.2.7", BUDGET)
    dynamodb.take("query.address", "192.0.2.7", BUDGET)
    (item,) = cloud.client("dynamodb").scan(TableName="limits")["Items"]
    assert item["n"] == {"N": "2"}
    assert item["x"] == {"N": item["sk"]["S"]}
    assert "192.0.2.7" not in str(item)


def test_an_item_outlives_its_window_only(dynamodb, clock):
    dynamodb.take("query.number", "zhang", BUDGET)
    (item,) = cloud.client("dynamodb").scan(TableName="limits")["Items"]
    assert clock.now < int(item["x"]["N"]) <= clock.now + 60


def test_a_table_that_is_not_there_lets_nobody_through_unnoticed(clock):
    with mock_aws():
        limiter = DynamoLimiter(cloud.client("dynamodb"), "nowhere", clock)
        with pytest.raises(Unavailable, match="could not be counted"):
            limiter.take("query.number", "zhang", BUDGET)


def test_on_aws_what_is_strict_is_counted_in_the_table_and_what_is_usual_costs_nothing(monkeypatch):
    with cloud.stack(monkeypatch, bytes(range(32))):
        cloud.table("limits")
        monkeypatch.setenv("BANJIAN_LIMITS_TABLE", "limits")
        gate = bootstrap.aws().gate
        gate.by_account("usual", "zhang")
        gate.by_address("query", "192.0.2.7")
        assert cloud.client("dynamodb").scan(TableName="limits")["Count"] == 1


def test_a_function_that_is_given_no_table_counts_by_itself(monkeypatch):
    with cloud.stack(monkeypatch, bytes(range(32))):
        monkeypatch.delenv("BANJIAN_LIMITS_TABLE", raising=False)
        bootstrap.aws().gate.by_address("query", "192.0.2.7")
