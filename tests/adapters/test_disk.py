"""A disk that is full, or read-only, is told as that, whoever found it."""

import errno
import os
import sqlite3
from pathlib import Path

import pytest

from chalicelib.adapters import disk
from chalicelib.adapters.local.files import FileBlobs
from chalicelib.adapters.sqlite import file, views_errors
from chalicelib.adapters.sqlite.registry import SqliteRegistry
from chalicelib.adapters.sqlite.sign_ins import SqliteSignIns
from chalicelib.adapters.sqlite.tally import SqliteTally
from chalicelib.eventlog.ports import Damaged, Full, ReadOnly, Unavailable
from chalicelib.eventlog.telemetry import cause_of
from chalicelib.eventlog.views.port import (
    ViewsDamaged,
    ViewsFull,
    ViewsReadOnly,
    ViewsUnavailable,
)
from chalicelib.platform.registry import RegistryDamaged
from chalicelib.platform.sign_ins import SignIn

PLACE = Path("/srv/banjian/events.db")


def of_sqlite(code: int, name: str) -> sqlite3.OperationalError:
    error = sqlite3.OperationalError(name)
    error.sqlite_errorcode, error.sqlite_errorname = code, name
    return error


@pytest.mark.parametrize(
    ("number", "kind"),
    [
        (errno.ENOSPC, Full),
        (errno.EDQUOT, Full),
        (errno.EROFS, ReadOnly),
        (errno.EIO, Unavailable),
        (errno.EACCES, Unavailable),
    ],
)
def test_what_the_system_refuses_has_a_kind_of_its_own(number: int, kind: type[Exception]):
    assert type(disk.refusal(OSError(number, os.strerror(number)), PLACE)) is kind


@pytest.mark.parametrize(
    ("code", "kind", "of_views"),
    [
        (sqlite3.SQLITE_FULL, Full, ViewsFull),
        (sqlite3.SQLITE_READONLY, ReadOnly, ViewsReadOnly),
        (sqlite3.SQLITE_READONLY_DIRECTORY, ReadOnly, ViewsReadOnly),
        (sqlite3.SQLITE_CORRUPT, Damaged, ViewsDamaged),
        (sqlite3.SQLITE_CORRUPT_INDEX, Damaged, ViewsDamaged),
        (sqlite3.SQLITE_NOTADB, Damaged, ViewsDamaged),
        (sqlite3.SQLITE_BUSY, Unavailable, ViewsUnavailable),
    ],
)
def test_what_sqlite_refuses_has_a_kind_of_its_own(
    tmp_path: Path, code: int, kind: type[Exception], of_views: type[Exception]
):
    error = of_sqlite(code, "an error")
    assert type(file.refusal(tmp_path / "events.db", error)) is kind
    assert type(views_errors.refusal(str(tmp_path / "views.db"), error)) is of_views


@pytest.mark.parametrize(
    ("number", "kind", "of_views"),
    [(errno.EDQUOT, Full, ViewsFull), (errno.EROFS, ReadOnly, ViewsReadOnly)],
)
def test_where_sqlite_keeps_the_cause_to_itself_the_directory_is_asked(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    number: int,
    kind: type[Exception],
    of_views: type[Exception],
):
    failed = of_sqlite(sqlite3.SQLITE_IOERR_WRITE, "SQLITE_IOERR_WRITE")
    assert type(file.refusal(tmp_path / "events.db", failed)) is Unavailable  # it can be written

    def refuses(*_: object) -> int:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "write", refuses)
    assert type(file.refusal(tmp_path / "events.db", failed)) is kind
    assert type(views_errors.refusal(str(tmp_path / "views.db"), failed)) is of_views


def test_to_ask_whether_a_directory_can_be_written_leaves_nothing_in_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    assert disk.unwritable(tmp_path) is None
    monkeypatch.setattr(os, "fsync", lambda _: (_ for _ in ()).throw(OSError(errno.EIO, "disk")))
    found = disk.unwritable(tmp_path)
    assert found is not None
    assert found.errno == errno.EIO
    assert list(tmp_path.iterdir()) == []
    missing = disk.unwritable(tmp_path / "none")
    assert missing is not None
    assert missing.errno == errno.ENOENT


def test_what_a_process_left_that_was_killed_meanwhile_is_removed(tmp_path: Path):
    for name in (".room-0123", "events.db"):
        (tmp_path / name).touch()
    disk.tidy(tmp_path)
    assert [one.name for one in tmp_path.iterdir()] == ["events.db"]


def test_a_short_write_is_a_full_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(os, "write", lambda _, content: len(content) - 1)
    found = disk.unwritable(tmp_path)
    assert found is not None
    assert found.errno == errno.ENOSPC


def test_documents_sign_ins_and_quotas_say_so_alike(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    blobs = FileBlobs(tmp_path / "documents")
    sign_ins, tally = SqliteSignIns(tmp_path / "s.db"), SqliteTally(tmp_path / "q.db")
    row = SignIn("account", None, staff=False)
    sign_ins.put("before", row, None)

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(Full) as caught:
            blobs.put("owner", b"a document")
    assert cause_of(caught.value) == "ENOSPC"
    for failing in (sign_ins._file._failed, file.refusal):
        assert type(failing(tmp_path / "s.db", of_sqlite(sqlite3.SQLITE_FULL, "full"))) is Full
    with monkeypatch.context() as patch:
        patch.setattr(tally, "_opened", full)
        with pytest.raises(Full):
            tally.add("key", _later(), [])


def _later():
    from datetime import UTC, datetime, timedelta

    return datetime.now(UTC) + timedelta(days=1)


def test_a_registry_that_is_damaged_is_not_to_be_asked_again(tmp_path: Path):
    (tmp_path / "registry.db").write_bytes(b"no database at all" * 100)
    with pytest.raises(RegistryDamaged) as caught:
        SqliteRegistry(tmp_path / "registry.db").get("people-1", "key")
    assert cause_of(caught.value) == "SQLITE_NOTADB"


def test_the_cause_is_found_through_whatever_was_made_of_it():
    outer, inner = Unavailable("the table"), Unavailable("asked")
    failed = OSError(errno.ENOSPC, "full")
    inner.__cause__, outer.__cause__ = failed, inner
    assert cause_of(outer) == "ENOSPC"
    outer.__cause__ = type("ClientError", (Exception,), {"response": {"Error": {"Code": "Slow"}}})()
    assert cause_of(outer) == "Slow"
    assert cause_of(ValueError("of nobody")) == ""
