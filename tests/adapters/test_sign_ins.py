"""What every table of sign-ins does, in SQLite and in DynamoDB."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Barrier, Thread

import pytest
from moto import mock_aws

from chalicelib.adapters.dynamodb.sign_ins import DynamoSignIns
from chalicelib.adapters.sqlite.sign_ins import SqliteSignIns
from chalicelib.eventlog.ports import StoreError
from chalicelib.platform.sign_ins import SignIn, SignIns
from tests import cloud

NOW = datetime(2026, 11, 30, 1, tzinfo=UTC)
SOON = NOW + timedelta(minutes=15)
ROW = SignIn("u-1", "p" * 26, staff=True)


@pytest.fixture(params=["sqlite", "dynamodb"])
def table(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SignIns]:
    if request.param == "sqlite":
        yield SqliteSignIns(tmp_path / "sign-ins.db")
        return
    with mock_aws():
        cloud.sign_ins_table("sign-ins")
        yield DynamoSignIns(cloud.client("dynamodb"), "sign-ins")


def test_a_row_is_found_as_it_was_put(table: SignIns) -> None:
    assert table.find("a") is None
    assert table.put("a", ROW, None) == ROW
    assert table.put("b", SignIn("u-2"), None) == SignIn("u-2")
    assert (table.find("a"), table.find("b")) == (ROW, SignIn("u-2"))
    assert (table.person("u-1"), table.person("u-2"), table.person("u-3")) == ("p" * 26, None, None)


def test_the_first_row_stands_and_whoever_comes_later_is_told_of_it(table: SignIns) -> None:
    table.put("a", ROW, None)
    assert table.put("a", SignIn("u-9"), None) == ROW
    assert table.find("a") == ROW


def test_a_row_is_replaced_by_who_has_read_it(table: SignIns) -> None:
    table.put("a", SignIn("u-1"), None)
    assert table.put("a", SignIn("u-1", "q" * 26), SignIn("u-1")) == SignIn("u-1", "q" * 26)
    assert table.person("u-1") == "q" * 26
    renewed = SignIn("u-2")
    assert table.put("a", renewed, SignIn("u-1", "q" * 26)) == renewed
    assert table.put("a", SignIn("u-3"), SignIn("u-1", "q" * 26)) == renewed


def test_an_account_that_is_erased_leaves_nothing(table: SignIns) -> None:
    table.put("a", ROW, None)
    table.put("b", SignIn("u-2", "q" * 26), None)
    table.erase("u-1")
    table.erase("nobody")
    assert (table.find("a"), table.person("u-1")) == (None, None)
    assert list(table.rows()) == [("b", SignIn("u-2", "q" * 26))]
    assert table.put("a", SignIn("u-9"), None) == SignIn("u-9")


def test_an_account_that_a_subject_no_longer_has_is_erased_without_the_new_one(
    table: SignIns,
) -> None:
    table.put("a", ROW, None)
    table.put("a", SignIn("u-2"), ROW)
    table.erase("u-1")
    assert table.find("a") == SignIn("u-2")
    assert table.person("u-1") is None


def test_of_many_who_come_at_once_all_get_one_row(table: SignIns) -> None:
    start, stands = Barrier(8), []

    def run(number: int) -> None:
        start.wait()
        stands.append(table.put("a", SignIn(f"u-{number}"), None))

    threads = [Thread(target=run, args=(number,)) for number in range(8)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert len(stands) == 8
    assert set(stands) == {table.find("a")}


def test_all_rows_are_listed_and_nothing_that_counts_once(table: SignIns) -> None:
    rows = {f"s{number}": SignIn(f"u-{number}") for number in range(30)}
    for subject, row in rows.items():
        table.put(subject, row, None)
    table.first("key", "me", SOON, NOW)
    assert dict(table.rows()) == rows


def test_what_counts_once_is_the_firsts_and_nobody_elses_until_its_time_is_over(
    table: SignIns,
) -> None:
    assert table.first("key", "me", SOON, NOW)
    assert table.first("key", "me", SOON, NOW)
    assert not table.first("key", "somebody else", SOON, NOW)
    assert not table.first("key", "somebody else", SOON, SOON - timedelta(seconds=1))
    assert table.first("another", "somebody else", SOON, NOW)
    later = SOON + timedelta(seconds=2)
    assert table.first("key", "somebody else", later + timedelta(minutes=1), later)


def test_nothing_that_was_erased_is_left_in_the_file(tmp_path: Path) -> None:
    table = SqliteSignIns(tmp_path / "sign-ins.db")
    table.put("a", SignIn("u-erased-account"), None)
    table.erase("u-erased-account")
    left = b"".join(one.read_bytes() for one in tmp_path.iterdir())
    assert b"u-erased-account" not in left


def test_a_table_that_cannot_be_used_lets_nobody_in_unnoticed(tmp_path: Path) -> None:
    (tmp_path / "sign-ins.db").write_text("no database, but long enough to look like one" * 100)
    with pytest.raises(StoreError):
        SqliteSignIns(tmp_path / "sign-ins.db").find("a")
    with mock_aws(), pytest.raises(StoreError):
        DynamoSignIns(cloud.client("dynamodb"), "nowhere").find("a")
