"""`banjian backup` and `banjian restore` in one process; tests/drills has them on a service."""

import json
import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from typer.testing import CliRunner, Result

from chalicelib import bootstrap
from chalicelib.adapters.backup import making, manifest, restoring
from chalicelib.adapters.local import in_use
from chalicelib.adapters.sqlite.copying import copy
from chalicelib.adapters.sqlite.store import SqliteStore
from chalicelib.bootstrap import backups
from chalicelib.cli import app
from chalicelib.clock.calendar import legal_day
from chalicelib.codes import serial
from chalicelib.eventlog.audit import check
from chalicelib.eventlog.ports import CommandId, StoreError, Unavailable
from chalicelib.eventlog.views.port import Batch, Checkpoint, Failure, Parked
from chalicelib.platform.serials import Serials

TODAY = legal_day(datetime.now(UTC))
DIVISION = "440800"


def banjian(*arguments: object) -> Result:
    return CliRunner().invoke(app, [*map(str, arguments)])


def told(*arguments: object) -> Any:
    result = banjian(*arguments, "--json")
    assert result.exit_code == 0, (result.output, result.exception)
    return json.loads(result.stdout)


def why(*arguments: object) -> str:
    """Why a command was refused."""
    result = banjian(*arguments)
    assert result.exit_code == 1, result.output
    return f"{result.output} {result.exception}"


def quietly(_what: str, _done: int, _total: int) -> None:
    pass


def served(data: Path, cases: int = 1) -> list[int]:
    """Serial numbers that somebody was given, as the service gives them out."""
    platform = bootstrap.embedded(data, synchronous="OFF")
    platform.belonging.check()
    platform.belonging.adopt()
    numbers = [platform.serials.take(DIVISION, TODAY) for _ in range(cases)]
    platform.blobs.put("citizen-zhang", f"plan {uuid4()}".encode())
    platform.close()
    return numbers


@pytest.fixture
def data(tmp_path: Path) -> Path:
    served(tmp_path / "city")
    return tmp_path / "city"


@pytest.fixture
def backup(tmp_path: Path) -> Path:
    return tmp_path / "backup"


def back_up(data: Path, backup: Path) -> Any:
    return told("backup", backup, "--data", data)


def restore(backup: Path, data: Path) -> Any:
    return told("restore", backup, "--data", data)


def documents(data: Path) -> dict[str, bytes]:
    return {
        one.name: one.read_bytes() for one in (data / "documents").glob("?*/?*") if one.is_file()
    }


# Numbers


def test_numbers_that_were_given_after_the_backup_are_not_given_again(data: Path, backup: Path):
    back_up(data, backup)
    since = served(data, 250)
    assert restore(backup, data)["passed_over"] == 1
    assert not set(served(data, 250)) & set(since)


def test_the_days_from_the_backup_to_the_restore_all_go_on_later(
    data: Path, backup: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """Nobody had come on the second day when the backup was made, and somebody has since."""
    back_up(data, backup)
    later = datetime.now(UTC) + timedelta(days=2)
    monkeypatch.setattr("chalicelib.bootstrap.directory.now", lambda: later)
    monkeypatch.setattr(
        backups, "embedded", lambda data: bootstrap.embedded(data, now=lambda: later)
    )
    assert restore(backup, tmp_path / "new")["passed_over"] == 3
    platform = bootstrap.embedded(tmp_path / "new")
    for day in range(3):
        assert platform.serials.take(DIVISION, TODAY + timedelta(days=day)) > backups.PASSED_OVER


def test_a_day_that_has_no_numbers_left_gives_none_out_again(data: Path, backup: Path):
    platform = bootstrap.embedded(data, synchronous="OFF")
    serials = Serials(platform.store, platform.codec, platform.now, 10_000)
    for _ in range(serial.LAST // 10_000):
        serials.pass_over(DIVISION, TODAY)
    platform.close()
    back_up(data, backup)
    assert restore(backup, data)["passed_over"] == 0


def test_the_block_is_as_large_as_a_reservation_may_be():
    assert serial.ReserveSerials.model_fields["count"].metadata[-1].le == backups.PASSED_OVER


# What is copied


def test_everything_comes_back_and_what_was_there_is_set_aside(data: Path, backup: Path):
    log, kept = commits(data), documents(data)
    back_up(data, backup)
    served(data, 3)
    (data / "events.db-wal").write_bytes(b"of somebody else")
    later = documents(data)
    (data / "events.db-wal").unlink()
    aside = Path(restore(backup, data)["aside"])
    assert commits(data)[: len(log)] == log
    assert {name: one for name, one in documents(data).items() if name != "log.json"} == {
        name: one for name, one in kept.items() if name != "log.json"
    }
    assert documents(aside) == later
    assert (data / "secret.key").stat().st_mode & 0o777 == 0o600
    assert not (data / in_use.RESTORING).exists()


def test_a_wal_of_somebody_else_is_set_aside_with_the_rest(data: Path, backup: Path):
    back_up(data, backup)
    head = told("verify", "--data", data)["seal"]["position"]
    (data / "events.db").unlink()
    (data / "events.db-wal").write_bytes(b"\x37\x7f\x06\x82" + bytes(4096))
    (data / "events.db-shm").write_bytes(bytes(32768))
    aside = Path(restore(backup, data)["aside"])
    assert {one.name for one in aside.iterdir()} >= {"events.db-wal", "events.db-shm"}
    assert told("verify", "--data", data)["seal"]["position"] == head + 1  # the block


def commits(data: Path) -> list[Any]:
    platform = bootstrap.embedded(data)
    found = list(platform.log.read(0, 10_000))
    platform.close()
    return found


def test_again_it_adds_what_is_new_and_drops_what_is_no_longer_kept(data: Path, backup: Path):
    back_up(data, backup)
    (old,) = (backup / "documents").glob("*/*")
    platform = bootstrap.embedded(data)
    platform.blobs.remove("citizen-zhang", old.name)
    platform.blobs.put("citizen-wang", b"new")
    platform.close()
    again = back_up(data, backup)
    assert (again["documents"], again["copied"]) == (1, 1)
    assert not old.exists()
    assert len(list(backup.glob("state-*"))) == 1


def test_a_damaged_document_is_named_and_the_rest_backed_up(data: Path, backup: Path):
    (path,) = [one for one in (data / "documents").glob("*/*") if len(one.name) == 64]
    path.write_bytes(b"altered")
    said = why("backup", backup, "--data", data)
    assert str(path) in said
    assert manifest.read(backup) is not None
    assert restore(backup, data)["documents"] == 0


def test_parked_events_and_places_of_subscribers_come_back(data: Path, backup: Path):
    platform = bootstrap.embedded(data)
    generation = platform.views.create("certificates", "")
    parked = Parked(1, "case-1", 1, "X", 1, datetime.now(UTC), Failure("E", "why", "a.py:1"))
    platform.views.commit(generation, Batch(Checkpoint(0, 0), 1, park=[parked]))
    platform.close()
    back_up(data, backup)
    restore(backup, data)
    platform = bootstrap.embedded(data)
    generation = platform.views.create("certificates", "")
    assert platform.views.position("certificates") == 1
    assert list(platform.views.parked(generation)) == [parked]


# Half a backup, half a restore


class Killed(BaseException):
    pass


@pytest.mark.parametrize("at", ["events.db", "documents"])
def test_a_backup_that_was_broken_off_is_none_and_is_gone_on_with(
    data: Path, backup: Path, at: str
):
    def killed(what: str, _done: int, _total: int) -> None:
        if what == at:
            raise Killed

    with pytest.raises(Killed):
        backups.back_up(data, backup, killed)
    assert "no whole backup" in why("restore", backup, "--data", data)
    back_up(data, backup)
    was = manifest.read(backup)
    served(data)
    with pytest.raises(Killed):
        backups.back_up(data, backup, killed)
    assert manifest.read(backup) == was  # counts as it was
    restore(backup, data)


@pytest.mark.parametrize("step", range(8))
def test_a_restore_that_was_broken_off_lets_nothing_start_and_is_run_again(
    data: Path, backup: Path, step: int
):
    """Killed after each of the files that are moved: nothing of either is lost."""
    log = commits(data)
    back_up(data, backup)
    served(data, 2)
    moved: list[str] = []

    def killed(name: str) -> None:
        moved.append(name)
        if len(moved) > step:
            raise Killed

    with pytest.raises(Killed):
        _restore_until(data, backup, killed)
    with pytest.raises(StoreError, match="being restored"):
        bootstrap.embedded(data)
    restore(backup, data)
    assert commits(data)[: len(log)] == log
    assert bootstrap.embedded(data).belonging.log_id


def _restore_until(data: Path, backup: Path, killed: Callable[[str], None]) -> None:
    with restoring.under_way(data) as building:
        restoring.fill(building, backup, restoring.checked(backup, quietly), quietly)
        restoring.take_over(data, building, killed)


def test_a_restore_over_a_running_service_is_refused(data: Path, backup: Path):
    back_up(data, backup)
    running = bootstrap.embedded(data)
    assert "stop the service" in why("restore", backup, "--data", data)
    running.close()
    restore(backup, data)


def test_nothing_starts_while_a_restore_is_under_way(data: Path):
    with restoring.under_way(data), pytest.raises(Unavailable, match="being restored"):
        bootstrap.embedded(data)
    bootstrap.embedded(data).close()


# What is refused


@pytest.mark.parametrize("name", ["events.db", "secret.key", "consumers.json", "documents.sha256"])
@pytest.mark.parametrize("how", ["altered", "gone"])
def test_a_backup_that_is_not_what_was_backed_up_changes_nothing(
    data: Path, backup: Path, name: str, how: str
):
    back_up(data, backup)
    path = next(backup.glob("state-*")) / name
    if how == "gone":
        path.unlink()
    else:
        path.write_bytes(path.read_bytes()[:-1] + b"?")
    before = {one: one.stat().st_ino for one in data.iterdir()}
    assert "take another backup" in why("restore", backup, "--data", data)
    assert {one: one.stat().st_ino for one in data.iterdir()} == before


def test_a_document_of_the_backup_that_was_altered_is_found(data: Path, backup: Path):
    back_up(data, backup)
    (path,) = (backup / "documents").glob("*/*")
    path.write_bytes(b"altered")
    assert "take another backup" in why("restore", backup, "--data", data)


def test_a_log_that_is_not_whole_is_not_restored(data: Path, backup: Path):
    """Whoever altered the store may have made the digests anew."""
    back_up(data, backup)
    made = manifest.read(backup)
    assert made is not None
    path = backup / made.state / "events.db"
    store = SqliteStore(path)
    store._db.execute("UPDATE commits SET body = CAST(body || x'20' AS BLOB) WHERE position = 1")
    store.close()
    files = {**made.files, "events.db": manifest.measured(path)}
    manifest.write(backup, made._replace(files=files))
    head = told("verify", "--data", data)["seal"]
    said = why("restore", backup, "--data", data)
    assert "not whole" in said or "altered" in said
    assert told("verify", "--data", data)["seal"] == head


def test_a_directory_with_something_else_is_no_place_for_a_backup(data: Path, backup: Path):
    backup.mkdir()
    (backup / "photographs").mkdir()
    assert "name an empty directory" in why("backup", backup, "--data", data)


def test_a_backup_of_another_log_is_not_written_over(data: Path, backup: Path, tmp_path: Path):
    back_up(data, backup)
    served(tmp_path / "other")
    assert "another log" in why("backup", backup, "--data", tmp_path / "other")
    restore(backup, data)


@pytest.mark.parametrize("inside", ["city/backup", "."])
def test_a_backup_within_the_data_is_refused(data: Path, tmp_path: Path, inside: str):
    assert "lie in one another" in why("backup", tmp_path / inside, "--data", data)


@pytest.mark.parametrize("into", [".", "below", ".."])
def test_a_backup_is_not_put_back_into_itself_or_around(data: Path, backup: Path, into: str):
    back_up(data, backup)
    before = sorted(one.relative_to(backup) for one in backup.rglob("*"))
    assert "lie in one another" in why("restore", backup, "--data", backup / into)
    assert sorted(one.relative_to(backup) for one in backup.rglob("*")) == before
    restore(backup, data)


def test_a_backup_of_what_does_not_belong_together_is_refused(data: Path, backup: Path):
    shutil.rmtree(data / "documents")
    assert "banjian restore" in why("backup", backup, "--data", data)
    assert not backup.exists()


def test_what_is_to_be_restored_must_be_said(data: Path, backup: Path):
    assert "what is to be restored" in why("restore")
    assert "what is to be restored" in why("restore", backup, "--from-bucket", "b")
    assert "as it is" in why("restore", backup, "--data", data, "--until", "2026-09-07")


# While others write


def test_a_copy_is_of_one_moment_though_somebody_writes_all_the_while(tmp_path: Path):
    store = SqliteStore(tmp_path / "events.db", synchronous="OFF")
    for n in range(300):
        _append(store, n, 60_000)
    steps: list[int] = []

    def writing(done: int, _total: int) -> None:
        steps.append(done)
        _append(store, 1000 + len(steps), 60_000)

    copy(store.path, tmp_path / "copy.db", writing)
    assert steps == sorted(set(steps))  # it never began anew
    assert len(steps) > 1
    copied = SqliteStore(tmp_path / "copy.db")
    assert copied.head() == 300
    assert check(copied).clean
    assert store.head() == 300 + len(steps)


def _append(store: SqliteStore, n: int, size: int) -> None:
    store.append(store.load(f"case-{n}"), CommandId(f"c-{n}", b"f"), 1, b"x" * size)


def test_a_backup_names_only_files_that_are_there():
    assert making.STORES[0] == "events.db"  # first: what it names is there by then
