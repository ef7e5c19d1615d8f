"""`banjian verify`: what it finds, what it says to do, how it ends, and what it costs the data."""

import json
import shutil
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest
from typer.testing import CliRunner

from chalicelib import bootstrap
from chalicelib.adapters.sqlite import auditing
from chalicelib.adapters.sqlite.store import SqliteStore
from chalicelib.cli import app
from chalicelib.eventlog.ports import CommandId, Unavailable
from chalicelib.platform import sealing
from tests.eventlog.auditing.city_hall import made, sql


def banjian(*arguments):
    return CliRunner().invoke(app, [*map(str, arguments)])


def verified(data, *more):
    done = banjian("verify", "--data", data, "--json", *more)
    return done.exit_code, json.loads(done.stdout)


@pytest.fixture
def data(tmp_path):
    return made(tmp_path / "city", seed=5)


class Clock:
    """Some hours from now, as many as were let pass."""

    def __init__(self):
        self.at = datetime(2026, 3, 2, 9, tzinfo=UTC)

    def __call__(self):
        return self.at


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def platform(data, clock):
    sealing._looked.clear()
    sealing._made.clear()
    (data / "secret.key").write_bytes(bytes(32))
    opened = bootstrap.embedded(data, now=clock)
    yield opened
    closed(opened)


def closed(platform):
    store = platform.store
    assert isinstance(store, SqliteStore)
    store.close()


def append(platform, stream, times=1):
    for _ in range(times):
        history = platform.store.load(stream)
        command = CommandId(f"more-{history.version}", b"f")
        platform.store.append(history, command, 1, b'{"events":[]}')


def test_what_is_whole_ends_with_0(data):
    done = banjian("verify", "--data", data)
    assert done.exit_code == 0
    assert "The log is whole. Seal: --position" in done.output


def test_nothing_is_written_to_the_directory(data):
    before = {one: one.read_bytes() for one in data.rglob("*") if one.is_file()}
    assert banjian("verify", "--data", data).exit_code == 0
    after = {one: one.read_bytes() for one in data.rglob("*") if one.is_file()}
    # SQLite keeps a -shm of a file in WAL mode while it is read, where it may.
    assert {k: v for k, v in after.items() if not k.name.endswith(("-shm", "-wal"))} == before


def test_a_copy_on_a_medium_that_nobody_can_write_to_is_read(data, monkeypatch):
    """For root no directory is read-only: SQLite says here what it says of a locked one."""
    opened = auditing._opened

    def refusing(path, options):
        if "immutable" not in options:
            error = sqlite3.OperationalError("unable to open database file")
            error.sqlite_errorcode = sqlite3.SQLITE_CANTOPEN
            raise error
        return opened(path, options)

    monkeypatch.setattr(auditing, "_opened", refusing)
    assert verified(data)[0] == 0
    (data / "events.db-wal").write_bytes(b"commits")
    done = banjian("verify", "--data", data)
    assert done.exit_code == 2
    assert "copy both to a directory of your own" in " ".join(done.output.split())


def test_what_is_not_there_cannot_be_checked(tmp_path):
    assert banjian("verify", "--data", tmp_path / "nowhere").exit_code == 2


@pytest.mark.parametrize(
    ("planted", "named"),
    [
        ("CREATE TRIGGER t AFTER INSERT ON commits BEGIN SELECT 1; END", "trigger `t`"),
        ("CREATE VIEW v AS SELECT * FROM commits", "view `v`"),
        ("CREATE TABLE other (x)", "table `other`"),
        ("CREATE INDEX i ON commits (command_id)", "index `i`"),
    ],
)
def test_what_was_planted_in_the_file_is_named_and_nothing_is_opened_on_it(data, planted, named):
    with closing(sqlite3.connect(data / "events.db")) as db:
        db.execute(planted)
    code, said = verified(data)
    assert code == 1
    assert named in said["faults"][0]["what"]
    with pytest.raises(Exception, match=r"none of ours|something else"):
        SqliteStore(data / "events.db")


def test_a_case_is_named_and_it_is_said_what_to_do(data):
    sql(data, "UPDATE commits SET body = x'7b7d' WHERE position = 1")
    done = banjian("verify", "--data", data)
    said = " ".join(done.output.split())
    assert done.exit_code == 1
    assert "position 1: its hash does not follow" in said
    assert "keep a copy of the whole directory" in said


def test_an_empty_log_that_views_have_read_says_so(data):
    sql_all(data, "DELETE FROM commits")
    done = banjian("verify", "--data", data)
    assert done.exit_code == 1
    assert "the log ends at position 0, and notes has read" in " ".join(done.output.split())


def test_a_log_that_is_gone_while_others_know_of_it_says_so(data):
    (data / "events.db").unlink()
    done = banjian("verify", "--data", data)
    assert done.exit_code == 1
    assert "there is no events.db" in " ".join(done.output.split())


def test_a_log_cut_behind_a_seal_says_so(data, platform, clock):
    sealing.on_schedule(platform)
    last = platform.log.read(0, 1000)[-1].position
    closed(platform)
    sql(data, "DELETE FROM commits WHERE position = ?", last)
    (data / "views.db").unlink()
    for more in ((), ("--all",)):
        code, said = verified(data, *more)
        assert code == 1
        assert "shorter" in {one["kind"] for one in said["faults"]}


def sql_all(data, statement):
    with closing(sqlite3.connect(data / "events.db", isolation_level=None)) as db:
        db.execute(statement)


# Seals


def seals(data):
    return sorted(one.name for one in (data / "seals").glob("*.seal"))


def test_a_seal_is_made_each_hour_if_there_is_something_new(data, platform, clock, caplog):
    sealing.on_schedule(platform)
    assert len(seals(data)) == 1
    assert f"sealed the log at position {platform.log.head()}, digest" in caplog.text
    clock.at += timedelta(minutes=30)
    append(platform, "case-1")
    sealing.on_schedule(platform)
    assert len(seals(data)) == 1
    clock.at += timedelta(minutes=30)
    sealing.on_schedule(platform)
    assert len(seals(data)) == 2
    clock.at += timedelta(hours=3)
    sealing.on_schedule(platform)
    assert len(seals(data)) == 2


def test_how_often_is_a_setting(data, clock, monkeypatch):
    monkeypatch.setenv("BANJIAN_SEAL_MINUTES", "soon")
    (data / "secret.key").write_bytes(bytes(32))
    with pytest.raises(Exception, match="BANJIAN_SEAL_MINUTES"):
        bootstrap.embedded(data, now=clock)


def test_verify_goes_on_from_the_last_seal(data, platform, clock):
    sealing.on_schedule(platform)
    clock.at += timedelta(hours=1)
    append(platform, "case-1", times=3)
    code, said = verified(data)
    assert (code, said["events"], said["streams"]) == (0, 3, 1)
    assert said["since"]["position"] == platform.log.head() - 3
    whole, everything = verified(data, "--all")
    assert (whole, everything["seal"]) == (0, said["seal"])
    assert everything["since"] is None


def test_a_made_seal_is_one_that_verify_takes(data, platform, clock):
    sealing.on_schedule(platform)
    append(platform, "case-1", times=3)
    seal = data / "seals" / seals(data)[0]
    assert banjian("verify", "--data", data, "--seal", seal).exit_code == 0
    closed(platform)
    sql(data, "UPDATE commits SET body = x'7b7d' WHERE position = 1")
    assert banjian("verify", "--data", data, "--seal", seal, "--all").exit_code == 1


def test_a_seal_in_the_form_of_the_first_releases_is_still_held_against_the_log(data):
    with closing(SqliteStore(data / "events.db")) as store:
        log = store.read(0, 1000)
    flat = sha256(b"".join(one.hash for one in log)).hexdigest()
    good = ("--position", log[-1].last_position, "--digest", flat)
    assert verified(data, *good)[0] == 0
    assert verified(data, "--position", log[-1].last_position, "--digest", "0" * 64)[0] == 1


def test_a_seal_that_somebody_wrote_himself_is_named(data, platform, clock):
    sealing.on_schedule(platform)
    text = (data / "seals" / seals(data)[0]).read_bytes()
    forged = data / "seals" / "000000000999999-20260302T100000Z.seal"
    forged.write_bytes(text.replace(b"position: ", b"position: 9"))
    shutil.copy(data / "seals" / f"{seals(data)[0]}.sig", f"{forged}.sig")
    shutil.copy(data / "seals" / f"{seals(data)[0]}.pem", f"{forged}.pem")
    code, said = verified(data)
    assert code == 1
    assert forged.name in {one["file"] for one in said["faults"]}


def test_nothing_that_is_not_whole_is_sealed(data, platform, clock, caplog):
    sql(data, "UPDATE commits SET body = x'7b7d' WHERE position = 1")
    sealing.on_schedule(platform)
    assert not (data / "seals").exists()
    assert "nothing is sealed" in caplog.text


def test_what_is_wrong_with_the_index_is_found_before_the_next_seal(data, platform, clock, caplog):
    sealing.on_schedule(platform)
    clock.at += timedelta(hours=1)
    append(platform, "case-1")
    with closing(sqlite3.connect(data / "events.db", isolation_level=None)) as db:
        db.execute("PRAGMA writable_schema = ON")
        page, size = db.execute(
            "SELECT rootpage, (SELECT page_size FROM pragma_page_size) FROM sqlite_master"
            " WHERE name = 'sqlite_autoindex_commits_1'"
        ).fetchone()
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    closed(platform)
    content = bytearray((data / "events.db").read_bytes())
    start = (page - 1) * size
    at = content.rindex(b"case-", start, start + size)
    content[at] ^= 1
    (data / "events.db").write_bytes(content)
    reopened = bootstrap.embedded(data, now=clock)
    sealing.on_schedule(reopened)
    closed(reopened)
    assert len(seals(data)) == 1
    assert "nothing is sealed" in caplog.text


def test_seals_go_to_the_folder_that_is_named(data, clock, monkeypatch, tmp_path):
    sealing._looked.clear()
    monkeypatch.setenv("BANJIAN_SEALS", str(tmp_path / "elsewhere"))
    (data / "secret.key").write_bytes(bytes(32))
    platform = bootstrap.embedded(data, now=clock)
    sealing.on_schedule(platform)
    closed(platform)
    assert len(list((tmp_path / "elsewhere").glob("*.seal"))) == 1
    assert verified(data)[1]["since"] is not None


def test_without_a_place_for_them_seals_are_lines_of_the_log(
    data, platform, clock, monkeypatch, caplog
):
    monkeypatch.setenv("BANJIAN_SEALS", "off")
    sealing.on_schedule(platform)
    sealing.on_schedule(platform)
    assert caplog.text.count("sealed the log") == 1
    clock.at += timedelta(hours=1)
    append(platform, "case-1")
    sealing.on_schedule(platform)
    assert caplog.text.count("sealed the log") == 2
    assert not (data / "seals").exists()


def test_who_cannot_sign_does_not_read_everything_first(data, platform, monkeypatch):
    def no_signer():
        raise Unavailable("no key")

    read: list[Path] = []
    monkeypatch.setattr(auditing, "integrity", read.append)
    with pytest.raises(Unavailable):
        sealing.on_schedule(replace(platform, signer=no_signer))
    assert read == []


def test_a_document_that_is_not_there_is_named(data):
    assert verified(data)[1]["documents"] > 0
    one = next(iter(sorted((data / "documents").glob("*/*"))))
    one.unlink()
    code, said = verified(data)
    assert code == 1
    assert said["faults"][0]["kind"] == "removed"
