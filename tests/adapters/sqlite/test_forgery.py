"""What the auditor's check finds when somebody has been at the file."""

from contextlib import closing

import pytest

from chalicelib.adapters.sqlite.store import SqliteStore
from chalicelib.eventlog.audit import check

from ..commits import add

TAKE_OUT_4 = """
DELETE FROM commits WHERE position = 4;
UPDATE commits SET position = position - 1 WHERE position > 4
"""
SWAP_2_AND_5 = """
UPDATE commits SET position = 99 WHERE position = 2;
UPDATE commits SET position = 2 WHERE position = 5;
UPDATE commits SET position = 5 WHERE position = 99
"""


@pytest.fixture
def store(path):
    with closing(SqliteStore(path)) as opened:
        yield opened


@pytest.mark.parametrize(
    ("forgery", "found"),
    [
        ("UPDATE commits SET body = x'7b7d' WHERE position = 5", "hash"),
        ("UPDATE commits SET fingerprint = x'00' WHERE position = 5", "hash"),
        ("UPDATE commits SET command_id = 'other' WHERE position = 5", "hash"),
        ("UPDATE commits SET hash = zeroblob(32) WHERE position = 5", "hash"),
        ("UPDATE commits SET stream = 'case-9' WHERE position = 5", "follows version 0"),
        ("UPDATE commits SET length = 2 WHERE position = 5", "overlaps"),
        ("UPDATE commits SET length = 0 WHERE position = 5", "positions 5 to 5 are missing"),
        ("UPDATE commits SET length = -3 WHERE position = 5", "positions 5 to 5 are missing"),
        ("UPDATE commits SET version = 9 WHERE position = 5", "follows version 1"),
        ("DELETE FROM commits WHERE position = 1", "positions 1 to 1 are missing"),
        ("DELETE FROM commits WHERE position = 5", "positions 5 to 5 are missing"),
        ("UPDATE commits SET position = 50 WHERE position = 5", "positions 5 to 5 are missing"),
        (TAKE_OUT_4, "follows version"),
        (SWAP_2_AND_5, "follows version"),
    ],
)
def test_every_forgery_is_found(path, sql, store, forgery, found):
    for n in range(9):
        add(store, f"case-{n % 3}", f"command-{n}", body=b'{"n":%d}' % n)
    assert check(store).clean
    store.close()
    sql(*forgery.split(";"))
    with closing(SqliteStore(path)) as forged:
        report = check(forged)
    assert found in " | ".join(fault.what for fault in report.faults)


def test_the_last_commit_of_a_stream_is_missed_when_others_follow_it(path, sql, store):
    for stream in ("case-1", "case-2", "case-3"):
        add(store, stream, "submit")
    store.close()
    sql("DELETE FROM commits WHERE stream = 'case-2'")
    with closing(SqliteStore(path)) as forged:
        assert [fault.what for fault in check(forged).faults] == ["positions 2 to 2 are missing"]


@pytest.mark.parametrize(
    "forgery",
    [
        "DELETE FROM commits WHERE position > 2",
        "DELETE FROM commits WHERE position = 4",
        # The last one of its stream, and the traces of that.
        "DELETE FROM commits WHERE position = 3;UPDATE commits SET position = 3 WHERE position = 4",
    ],
    ids=["cut off", "cut off by one", "one taken out"],
)
def test_what_leaves_no_trace_in_the_log_is_found_by_an_earlier_seal(path, sql, store, forgery):
    for stream in ("case-1", "case-1", "case-2", "case-1"):
        add(store, stream, f"command-{store.head()}")
    seal = check(store).seal
    assert check(store, seal).clean
    store.close()
    sql(*forgery.split(";"))
    with closing(SqliteStore(path)) as forged:
        assert check(forged).clean
        assert not check(forged, seal).clean


def test_an_earlier_seal_fits_a_log_that_has_grown(store):
    add(store, "case-1", "submit", length=3)
    seal = check(store).seal
    add(store, "case-2", "submit", length=2)
    assert check(store, seal).clean
