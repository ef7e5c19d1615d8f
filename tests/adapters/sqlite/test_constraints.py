"""A file holds nothing that no append makes; one of an earlier release is brought to that."""

import sqlite3
from contextlib import closing
from time import perf_counter

import pytest

from chalicelib.adapters.sqlite import file
from chalicelib.adapters.sqlite.store import SqliteStore
from chalicelib.bootstrap.auditing import directory
from chalicelib.eventlog.auditing.verifying import verify
from chalicelib.eventlog.ports import Damaged

from ..commits import add

ROWS = {
    "position 0": (0, "case-9", 1, 1, "c", b"f", bytes(32), b"{}"),
    "below": (-4, "case-9", 1, 1, "c", b"f", bytes(32), b"{}"),
    "no stream": (99, "", 1, 1, "c", b"f", bytes(32), b"{}"),
    "version 0": (99, "case-9", 0, 1, "c", b"f", bytes(32), b"{}"),
    "no events": (99, "case-9", 1, 0, "c", b"f", bytes(32), b"{}"),
    "negative length": (99, "case-9", 1, -3, "c", b"f", bytes(32), b"{}"),
    "short hash": (99, "case-9", 1, 1, "c", b"f", bytes(31), b"{}"),
}
INSERT = "INSERT INTO commits VALUES (?, ?, ?, ?, ?, ?, ?, ?)"


@pytest.fixture
def earlier(path, monkeypatch):
    """A file as the release before made it, with some commits."""
    monkeypatch.setattr(file, "SCHEMA", (file._EARLIER, file.SCHEMA[1]))
    monkeypatch.setattr(file, "_constrain", lambda _db: None)
    with closing(SqliteStore(path)) as store:
        for number in range(5):
            add(store, f"case-{number % 2}", f"command-{number}")
    monkeypatch.undo()
    return path


@pytest.mark.parametrize("row", ROWS.values(), ids=ROWS)
@pytest.mark.parametrize("age", ["new", "earlier"])
def test_what_no_append_makes_is_refused_by_the_file_itself(path, request, age, row):
    if age == "earlier":
        request.getfixturevalue("earlier")
    SqliteStore(path).close()
    with (
        closing(sqlite3.connect(path)) as db,
        pytest.raises(sqlite3.IntegrityError, match="CHECK"),
    ):
        db.execute(INSERT, row)


def test_a_file_of_an_earlier_release_keeps_what_it_has_and_goes_on(earlier):
    with closing(SqliteStore(earlier)) as store:
        assert store.load("case-0").version == 3
        add(store, "case-0", "next")
    with closing(sqlite3.connect(earlier)) as db:
        assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert db.execute("SELECT value FROM meta WHERE key = 'constrained'").fetchall() == [(1,)]
    with closing(SqliteStore(earlier)) as again:  # twice is once
        assert again.head() == 6


def test_while_a_process_of_the_release_before_has_it_open(earlier, monkeypatch):
    monkeypatch.setattr(file, "_constrain", lambda _db: None)
    with closing(SqliteStore(earlier)) as old:
        monkeypatch.undo()
        with closing(SqliteStore(earlier)) as new:
            add(old, "case-0", "by the old one")
            add(new, "case-0", "by the new one")
        assert old.load("case-0").version == 5


def test_what_was_planted_before_the_constraints_is_found(earlier, tmp_path):
    with closing(sqlite3.connect(earlier, isolation_level=None)) as db:
        db.execute(INSERT, ROWS["position 0"])
    with closing(SqliteStore(earlier)) as store, pytest.raises(Damaged):
        store.load("case-9")
    with directory(tmp_path) as place:
        found = verify(place, whole=True).findings
    assert ("added", "case-9", 1) in {(one.kind, one.stream, one.version) for one in found}


def test_a_table_that_no_release_made_is_refused(path):
    with closing(SqliteStore(path)):
        pass
    with closing(sqlite3.connect(path)) as db:
        db.execute("ALTER TABLE commits ADD COLUMN note TEXT")
    with pytest.raises(Damaged, match="no release of ours made"):
        SqliteStore(path)


def test_it_takes_no_longer_on_a_large_file(earlier):
    """Its text alone is written, and no row is read."""
    with closing(sqlite3.connect(earlier, isolation_level=None)) as db:
        db.execute("BEGIN")
        db.executemany(
            INSERT,
            ((n, f"case-x{n}", 1, 1, "c", b"f", bytes(32), bytes(200)) for n in range(10, 30_000)),
        )
        db.execute("COMMIT")
        begin = perf_counter()
        count = db.execute("SELECT count(*), sum(length(body)) FROM commits").fetchone()
        reading = perf_counter() - begin
        assert count[0] > 29_000
        begin = perf_counter()
        file._constrain(db)
        assert perf_counter() - begin < max(0.2, 5 * reading)
