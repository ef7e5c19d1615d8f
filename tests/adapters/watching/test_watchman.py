"""How a service on one machine is: asked by anybody, looked up seldom, and never for long."""

import errno
import os
import sqlite3
import threading
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from chalicelib import bootstrap
from chalicelib.adapters import disk
from chalicelib.adapters.sqlite.store import SqliteStore
from chalicelib.adapters.watching import watchman as watching
from chalicelib.adapters.watching.watchman import Pulse, Watchman
from chalicelib.eventlog.ports import History
from tests.adapters.commits import command


@pytest.fixture
def watchman(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Watchman:
    monkeypatch.setattr(watching, "KEPT", 0.0)
    platform = bootstrap.embedded(tmp_path / "var", synchronous="OFF")
    return Watchman(platform, tmp_path / "var", list)


def test_a_service_that_works_is_ready_and_knows_its_room(watchman: Watchman):
    assert watchman.condition().failing == ()
    details = watchman.details()
    assert (details.position, details.refused, details.beat) == (0, None, None)
    assert 0 < (details.free or 0) <= (details.size or 0)


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO])
def test_a_disk_that_takes_nothing_is_found_by_trying(
    watchman: Watchman, monkeypatch: pytest.MonkeyPatch, number: int
):
    def refuses(*_: object) -> int:
        raise OSError(number, os.strerror(number))

    with monkeypatch.context() as patch:
        patch.setattr(os, "write", refuses)
        assert watchman.condition().failing == ("writes",)
        assert watchman.details().refused == errno.errorcode[number]
    assert watchman.condition().failing == ()


def test_what_the_store_refused_a_moment_ago_counts_until_it_takes_something(watchman: Watchman):
    store = cast("SqliteStore", watchman.platform.store)
    store._db.execute("PRAGMA max_page_count = 1")
    body = b"x" * 20_000
    with pytest.raises(Exception, match="full"):
        store.append(History("case-1"), command("one"), 1, body)
    assert watchman.condition().failing == ("writes",)
    assert watchman.details().refused == "SQLITE_FULL"
    store._db.execute("PRAGMA max_page_count = 100000")
    store.append(History("case-1"), command("one"), 1, body)
    assert watchman.condition().failing == ()


def test_a_failure_that_nobody_tried_again_is_no_failure_for_ever(
    watchman: Watchman, monkeypatch: pytest.MonkeyPatch
):
    store = cast("SqliteStore", watchman.platform.store)
    store._db.execute("PRAGMA max_page_count = 1")
    with pytest.raises(Exception, match="full"):
        store.append(History("case-1"), command("one"), 1, b"x" * 20_000)
    monkeypatch.setattr("chalicelib.adapters.sqlite.store.RECENT", 0.0)
    assert watchman.condition().failing == ()


def test_a_log_that_cannot_be_read_is_said_so(watchman: Watchman):
    cast("Any", watchman.platform.store)._readers.close()
    assert watchman.condition().failing == ("log",)
    assert watchman.details().position is None


def test_consumers_that_are_not_heard_fail_and_none_are_asked_for_before_they_are_there(
    watchman: Watchman,
):
    watchman.pulse = lambda: Pulse(1.0, {"ended": 1, "hung": 2}, ())
    assert watchman.condition().failing == ()
    assert watchman.details().restarts == 3
    watchman.pulse = lambda: Pulse(watching.SILENT + 1, {}, ())
    assert watchman.condition().failing == ("consumers",)


def test_a_disk_that_does_not_answer_is_a_failure_and_holds_nobody_up(
    watchman: Watchman, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(watching, "PATIENCE", 0.05)
    answers = threading.Event()
    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", lambda _: answers.wait(20))
        assert watchman.condition().failing == ("writes",)
        threads = threading.active_count()
        assert watchman.condition().failing == ("writes",)
        assert threading.active_count() <= threads  # one asks, however many want to know
        answers.set()
        monkeypatch.setattr(watching, "PATIENCE", 20.0)
        assert watchman.condition().failing == ()


def test_however_many_ask_it_is_looked_up_seldom(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    asked: list[Path] = []
    monkeypatch.setattr(disk, "unwritable", asked.append)
    platform = bootstrap.embedded(tmp_path / "var", synchronous="OFF")
    watchman = Watchman(platform, tmp_path / "var", list)
    for _ in range(50):
        watchman.condition()
    assert len(asked) == 2  # data and documents, once


def test_counts_of_appends_are_those_of_the_group_commit(watchman: Watchman):
    store = cast("SqliteStore", watchman.platform.store)
    store.append(History("case-1"), command("one"), 1, b"{}")
    assert watchman.written() == (1, 1)
    assert watching.written(cast("Any", SimpleNamespace(store=None))) == (0, 0)


def test_sqlite_says_which_error_it_was():
    with pytest.raises(sqlite3.OperationalError) as caught:
        sqlite3.connect("/nowhere/at/all.db")
    assert caught.value.sqlite_errorname == "SQLITE_CANTOPEN"
