"""What is SQLite's own: the file, the disk, and writing to it."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import partial

import pytest

from chalicelib.adapters.sqlite.append import append
from chalicelib.adapters.sqlite.store import SqliteStore
from chalicelib.eventlog.audit import check
from chalicelib.eventlog.ports import Conflict, Damaged, History, Reused, Unavailable

from ...logs import streams
from ..commits import add, at_once, command, keys


@pytest.fixture
def store(path):
    with closing(SqliteStore(path)) as opened:
        yield opened


@contextmanager
def unprivileged() -> Iterator[None]:
    """Permissions do not bind root."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


# The file


def test_what_was_appended_is_there_after_reopening(path):
    with closing(SqliteStore(path)) as first:
        commit = add(first, "case-1", "submit", length=2)
    with closing(SqliteStore(path)) as second:
        assert second.load("case-1").commits == (commit,)
        assert add(second, "case-2", "submit").position == 3


def test_commits_are_made_durable(store):
    assert store._db.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert store._db.execute("PRAGMA synchronous").fetchone() == (2,)


def test_eight_may_make_one_file_at_once(path):
    def open_and_add(name):
        with closing(SqliteStore(path)) as one:
            add(one, name, "submit")

    assert at_once([partial(open_and_add, f"case-{n}") for n in range(8)]) == [None] * 8
    with closing(SqliteStore(path)) as one:
        assert len(streams(one, "case-")) == 8


def test_a_file_that_is_no_database_is_refused_and_left_alone(path):
    path.write_bytes(b"the mayor's letters\n" * 200)
    with pytest.raises(Damaged, match=r"events\.db is not an SQLite file"):
        SqliteStore(path)
    assert path.read_bytes() == b"the mayor's letters\n" * 200


def test_a_database_of_something_else_is_refused_and_left_alone(path, sql):
    sql("CREATE TABLE letters (text)")
    before = path.read_bytes()
    with pytest.raises(Unavailable, match="an SQLite file of something else"):
        SqliteStore(path)
    assert path.read_bytes() == before


def test_a_file_of_a_newer_release_is_refused(path, sql):
    SqliteStore(path).close()
    sql("UPDATE meta SET value = 2 WHERE key = 'schema'")
    with pytest.raises(Unavailable, match=r"newer release \(schema 2, this one knows 1\)"):
        SqliteStore(path)


def test_a_directory_that_is_not_there_is_said_so(tmp_path):
    with pytest.raises(Unavailable, match=r"nowhere/events\.db\.turn: No such file or directory"):
        SqliteStore(tmp_path / "nowhere" / "events.db")


def test_a_directory_in_place_of_the_file_is_refused(path):
    path.mkdir()
    with pytest.raises(Unavailable, match=r"events\.db: cannot be opened"):
        SqliteStore(path)


def test_a_directory_that_cannot_be_written_is_said_so(path, tmp_path):
    tmp_path.chmod(0o555)
    with unprivileged(), pytest.raises(Unavailable, match=r"Permission denied|cannot be opened"):
        SqliteStore(path)


def test_a_file_that_cannot_be_written_is_said_so(path, tmp_path):
    SqliteStore(path).close()
    for one in tmp_path.iterdir():
        one.chmod(0o444)
    with unprivileged(), pytest.raises(Unavailable, match=r"Permission denied|cannot be"):
        SqliteStore(path)


def test_a_store_that_was_closed_says_so(store):
    history = store.load("case-1")
    store.close()
    store.close()
    with pytest.raises(Unavailable, match="was closed"):
        store.load("case-1")
    with pytest.raises(Unavailable, match="was closed"):
        add(store, history, "submit")


def test_damaged_pages_are_told_from_a_file_that_cannot_be_had(path):
    with closing(SqliteStore(path)) as whole:
        for n in range(20):
            add(whole, f"case-{n}", "submit", body=bytes(3000))
    with path.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xff" * 4096 * 10)
    with pytest.raises(Damaged, match="restore it"), closing(SqliteStore(path)) as damaged:
        damaged.read(0, 100)


# Writing


def test_a_commit_is_announced_once_it_can_be_read(path):
    heads: list[int] = []
    with closing(SqliteStore(path, notify=lambda: heads.append(opened.head()))) as opened:
        stale = opened.load("case-1")
        add(opened, "case-1", "submit", length=2)
        with pytest.raises(Conflict):
            add(opened, stale, "accept")
        add(opened, "case-2", "submit")
    assert heads == [2, 3]


def test_a_reader_does_not_wait_for_a_writer(store, path):
    add(store, "case-1", "submit")
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        other.execute("UPDATE commits SET body = x'00'")
        assert store.load("case-1").commits[0].body == b"{}"
        assert store.head() == 1


def test_a_program_that_never_lets_go_of_the_file_is_reported(store, path):
    store._db.execute("PRAGMA busy_timeout = 50")
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(Unavailable, match="another program has held it"):
            add(store, "case-1", "submit")
    assert add(store, "case-1", "submit").position == 1


def test_on_a_full_disk_nothing_is_acknowledged_and_nothing_lost(store):
    pages = store._db.execute("PRAGMA page_count").fetchone()[0] + 20
    store._db.execute(f"PRAGMA max_page_count = {pages}")
    acknowledged: list[str] = []

    def fill():
        while True:
            add(store, "case-1", f"{len(acknowledged)}", body=bytes(9000))
            acknowledged.append(f"{len(acknowledged)}")

    with pytest.raises(Unavailable, match="the disk is full; make room"):
        fill()
    assert keys(store.load("case-1")) == acknowledged
    assert len(acknowledged) > 2
    store._db.execute("PRAGMA max_page_count = 100000")
    assert add(store, "case-1", "more").position == len(acknowledged) + 1
    assert check(store).clean


def test_a_batch_that_fails_fails_for_all_and_writes_nothing(store):
    store._db.execute(
        "CREATE TEMP TRIGGER broken BEFORE INSERT ON main.commits WHEN new.stream = 'case-7'"
        " BEGIN SELECT RAISE(ABORT, 'out of order'); END"
    )
    batch = [append(History(f"case-{n}"), command("submit"), 1, b"{}") for n in range(8)]
    outcomes = store._write(batch)
    assert {type(one) for one in outcomes} == {Damaged}
    assert {type(one.__cause__) for one in outcomes} == {sqlite3.IntegrityError}
    assert len(set(map(id, outcomes))) == 8  # each thread raises its own
    assert store.head() == 0
    assert add(store, "case-1", "submit").position == 1


def test_in_one_batch_the_second_append_to_a_stream_sees_the_first(store):
    history = History("case-1")
    twice = append(history, command("submit"), 2, b"{}")
    reused = append(history, command("submit", b"other"), 1, b"{}")
    stale = append(history, command("accept"), 1, b"{}")
    next_one = append(History("case-2"), command("submit"), 1, b"{}")
    outcomes = store._write([twice, twice, reused, stale, next_one])
    assert outcomes[0] == outcomes[1] == twice.commit._replace(position=1)
    assert [type(one) for one in outcomes[2:4]] == [Reused, Conflict]
    assert outcomes[4] == next_one.commit._replace(position=3)
