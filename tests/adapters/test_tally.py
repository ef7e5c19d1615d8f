"""What every tally does, wherever it is kept."""

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from moto import mock_aws

from chalicelib.adapters.dynamodb.tally import DynamoTally
from chalicelib.adapters.sqlite.tally import SqliteTally
from chalicelib.eventlog.ports import Unavailable
from chalicelib.platform.quotas import Amount, Tally

from .. import cloud
from .commits import at_once

END = datetime.now(UTC).replace(microsecond=0) + timedelta(hours=3)


@pytest.fixture
def sqlite(tmp_path: Path) -> Iterator[Tally]:
    with closing(SqliteTally(tmp_path / "quotas.db")) as tally:
        yield tally


@pytest.fixture
def dynamodb() -> Iterator[Tally]:
    with mock_aws():
        cloud.table("limits")
        yield DynamoTally(cloud.client("dynamodb"), "limits")


@pytest.fixture(params=["sqlite", "dynamodb"])
def tally(request: pytest.FixtureRequest) -> Tally:
    found: Tally = request.getfixturevalue(request.param)
    return found


def add(tally: Tally, documents: int = 1, size: int = 10, key: str = "zhang") -> bool:
    return tally.add(key, END, [Amount("documents", documents, 3), Amount("bytes", size, 100)])


def test_as_much_is_counted_as_there_may_be(tally):
    assert [add(tally) for _ in range(5)] == [True, True, True, False, False]


def test_what_does_not_fit_counts_nothing_of_it(tally):
    assert add(tally, size=90)
    assert not add(tally, size=11)
    assert add(tally, size=10)
    assert add(tally, size=0)
    assert not add(tally, size=0)


def test_what_is_larger_than_all_is_refused_at_once_and_leaves_room(tally):
    assert not add(tally, size=101)
    assert add(tally, size=100)


def test_accounts_and_days_are_counted_apart(tally):
    assert [add(tally) for _ in range(4)].count(True) == 3
    assert add(tally, key="wang")
    assert tally.add("zhang", END + timedelta(days=1), [Amount("documents", 1, 3)])


def test_eight_at_once_share_what_there_is(sqlite):
    done = at_once([partial(add, sqlite)] * 8)
    assert done.count(True) == 3


def test_it_outlives_the_process(tmp_path):
    done = []
    for _ in range(4):
        with closing(SqliteTally(tmp_path / "q.db")) as tally:
            done.append(add(tally))
    assert done == [True, True, True, False]


def test_two_processes_on_one_file_share_what_there_is(tmp_path):
    with (
        closing(SqliteTally(tmp_path / "q.db")) as one,
        closing(SqliteTally(tmp_path / "q.db")) as other,
    ):
        assert [add(tally) for tally in (one, other, one, other)] == [True, True, True, False]


def test_what_is_over_is_forgotten_and_nobody_is_named(tmp_path):
    now = END.timestamp() + 60
    tally = SqliteTally(tmp_path / "q.db", lambda: now)
    add(tally)
    later = END + timedelta(days=1)
    tally.add("zhang", later, [Amount("documents", 1, 3)])
    assert [add(tally) for _ in range(3)] == [True] * 3  # as if it had not been
    tally.close()
    assert [one.name for one in tmp_path.iterdir()] == ["q.db"]
    assert b"zhang" not in (tmp_path / "q.db").read_bytes()


def test_in_dynamodb_one_document_is_one_write_that_expires_and_names_nobody(dynamodb):
    add(dynamodb)
    add(dynamodb)
    (item,) = cloud.client("dynamodb").scan(TableName="limits")["Items"]
    assert (item["n_documents"], item["n_bytes"]) == ({"N": "2"}, {"N": "20"})
    assert int(item["x"]["N"]) == END.timestamp()
    assert "zhang" not in str(item)


@pytest.mark.parametrize("where", ["sqlite", "dynamodb"])
def test_what_cannot_be_counted_lets_nobody_through_unnoticed(where: str, tmp_path: Path):
    with mock_aws():
        broken: Any = (
            SqliteTally(tmp_path / "nowhere" / "q.db")
            if where == "sqlite"
            else DynamoTally(cloud.client("dynamodb"), "nowhere")
        )
        with pytest.raises(Unavailable):
            add(broken)
