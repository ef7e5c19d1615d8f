"""What every keeper of claims does, wherever it keeps them."""

from collections.abc import Iterator
from threading import Barrier, Lock, Thread
from typing import Any

import pytest
from moto import mock_aws

from chalicelib.adapters.dynamodb.case_claims import DynamoCaseClaims
from chalicelib.adapters.local.memory_case_claims import MemoryCaseClaims
from chalicelib.eventlog.ports import Unavailable
from chalicelib.platform.case_claims import CaseClaim, CaseClaims

from .. import cloud

NOW = 1_790_000_040.0


class OneAtATime:
    """DynamoDB changes an item one call after the other; moto lets threads in between."""

    def __init__(self, client: Any) -> None:
        self._client, self._lock = client, Lock()
        self.calls = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)

    def update_item(self, **request: Any) -> Any:
        with self._lock:
            self.calls += 1
            return self._client.update_item(**request)


@pytest.fixture
def memory() -> MemoryCaseClaims:
    return MemoryCaseClaims(lambda: NOW)


@pytest.fixture
def dynamodb() -> Iterator[DynamoCaseClaims]:
    with mock_aws():
        cloud.table("limits")
        yield DynamoCaseClaims(OneAtATime(cloud.client("dynamodb")), "limits", lambda: NOW)


@pytest.fixture(params=["memory", "dynamodb"])
def claims(request) -> CaseClaims:
    found: CaseClaims = request.getfixturevalue(request.param)
    return found


def test_the_first_has_it_and_the_second_is_told_whose_it_is(claims):
    assert claims.take("k", "c1") is None
    assert claims.take("k", "c2") == CaseClaim("c1", NOW)
    assert claims.take("other", "c2") is None


def test_whose_it_is_has_it_again(claims):
    assert [claims.take("k", "c1") for _ in range(3)] == [None] * 3


def test_what_is_released_is_the_next_ones(claims):
    claims.take("k", "c1")
    claims.release("k", "c1")
    assert claims.take("k", "c2") is None
    assert claims.take("k", "c1") == CaseClaim("c2", NOW)


def test_nobody_releases_somebody_elses(claims):
    claims.take("k", "c1")
    claims.release("k", "c2")
    claims.release("nothing", "c2")
    assert claims.take("k", "c2") == CaseClaim("c1", NOW)


def test_one_is_passed_over_by_its_name_alone(claims):
    claims.take("k", "c1")
    assert claims.take("k", "c2", over="c9") == CaseClaim("c1", NOW)
    assert claims.take("k", "c2", over="c1") is None
    assert claims.take("k", "c3", over="c1") == CaseClaim("c2", NOW)


def test_a_claim_that_nobody_has_is_taken_in_passing_over(claims):
    assert claims.take("k", "c2", over="c1") is None


@pytest.mark.parametrize("over", [None, "gone"])
def test_of_many_at_once_one_has_it(claims, over):
    if over:
        claims.take("k", over)
    barrier, found = Barrier(8), {}

    def claim(name: str) -> None:
        barrier.wait()
        found[name] = claims.take("k", name, over=over)

    threads = [Thread(target=claim, args=(f"c{n}",)) for n in range(8)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    (first,) = [name for name, stands in found.items() if stands is None]
    assert {stands.case_id for stands in found.values() if stands} == {first}


def test_a_full_table_forgets_what_was_claimed_first():
    claims = MemoryCaseClaims(lambda: NOW, held=2)
    for key in ("a", "b", "c"):
        claims.take(key, "c1")
    assert claims.take("a", "c2") is None
    assert claims.take("c", "c2") == CaseClaim("c1", NOW)


def test_a_claim_costs_one_write(dynamodb):
    dynamodb.take("k", "c1")
    assert dynamodb._client.calls == 1


def test_a_claim_goes_by_itself_after_a_day(dynamodb):
    dynamodb.take("k", "c1")
    (kept,) = cloud.client("dynamodb").scan(TableName="limits")["Items"]
    assert kept["x"] == {"N": f"{NOW + 86_400:.0f}"}
    assert "k" not in kept["pk"]["S"].split(":")


def test_a_table_that_is_not_there_is_unavailable():
    with mock_aws():
        claims = DynamoCaseClaims(cloud.client("dynamodb"), "nowhere")
        for ask in (lambda: claims.take("k", "c1"), lambda: claims.release("k", "c1")):
            with pytest.raises(Unavailable):
                ask()
