"""From a directory to AWS and back, as an operator does it."""

import json
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from chalicelib import bootstrap
from chalicelib.adapters.aws import secrets
from chalicelib.adapters.dynamodb.store import DynamoStore
from chalicelib.adapters.s3.blobs import S3Blobs
from chalicelib.bootstrap import functions
from chalicelib.bootstrap import stack as stack_parts
from chalicelib.cli import app
from chalicelib.eventlog.belonging import Misplaced
from chalicelib.eventlog.moving.moving import OtherHistory
from chalicelib.eventlog.ports import CommandId
from chalicelib.platform.sign_ins import SignIn

from .. import cloud
from ..logs import commits

PLAN = b"%PDF-1.7 floor plan"
MONDAY = datetime(2026, 9, 7, 9, tzinfo=UTC)


def banjian(*arguments: object) -> Result:
    return CliRunner().invoke(app, [*map(str, arguments)])


def told(*arguments: object) -> Any:
    result = banjian(*arguments, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def commit(data: Path, *streams: str, minute: int = 0) -> None:
    """One commit each, a minute apart, that names a document."""
    platform = bootstrap.embedded(data, synchronous="OFF")
    digest = platform.blobs.put("citizen-zhang", PLAN)
    for n, stream in enumerate(streams, minute):
        history = platform.store.load(stream)
        at = (MONDAY + timedelta(minutes=n)).isoformat()
        material = {"owner": "citizen-zhang", "sha256": digest}
        body = json.dumps({"recorded_at": at, "events": [{"data": {"material": material}}] * 2})
        platform.store.append(history, CommandId(f"command-{n}", b"f"), 2, body.encode())


@pytest.fixture
def data(tmp_path: Path) -> Path:
    commit(tmp_path / "city", "case-1", "case-2", "case-1", "item-1", "case-2")
    return tmp_path / "city"


@pytest.fixture(autouse=True)
def stack(data: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """An empty one, with the secret of the embedded platform."""
    with cloud.stack(monkeypatch, (data / "secret.key").read_bytes()):
        yield


def _keep_secret(value: str) -> None:
    cloud.keep_secret(value)


def migrate(data: Path) -> Any:
    return told("migrate", "--data", data)


def restore(to: Path, *options: object) -> Any:
    source = ("--from-bucket", cloud.BUCKET, "--from-log-table", "log")
    return told("restore", *source, "--to", to, *options)


def log_in(data: Path) -> list[Any]:
    return list(commits(bootstrap.embedded(data).log))


def test_an_embedded_platform_is_on_aws_as_it_was(data: Path):
    moved = migrate(data)
    assert (moved["copied"], moved["already"]) == (10, 0)
    assert list(commits(bootstrap.stored(cloud.BUCKET, "log").log)) == log_in(data)
    store = DynamoStore(cloud.client("dynamodb"), "events")
    for stream in ("case-1", "case-2", "item-1"):
        bare = [one._replace(position=None) for one in log_in(data) if one.stream == stream]
        assert list(store.load(stream).commits) == bare
    blobs = S3Blobs(cloud.client("s3"), cloud.BUCKET)
    assert blobs.get("citizen-zhang", blobs.put("citizen-zhang", PLAN)) == PLAN
    assert moved["documents"] == {"copied": 1, "already": 0, "lost": []}


def test_what_was_moved_is_sealed_alike(data: Path):
    assert migrate(data)["seal"] == told("verify", "--data", data)["seal"]


def test_run_again_it_copies_what_is_new(data: Path):
    migrate(data)
    commit(data, "case-3", minute=5)
    again = migrate(data)
    assert (again["copied"], again["already"]) == (2, 10)
    assert again["documents"] == {"copied": 0, "already": 1, "lost": []}


def test_from_aws_it_comes_back_to_a_directory(data: Path, tmp_path: Path):
    migrate(data)
    restored = tmp_path / "restored"
    assert restore(restored)["copied"] == 10
    assert log_in(restored) == log_in(data)
    blobs = bootstrap.embedded(restored).blobs
    assert blobs.get("citizen-zhang", blobs.put("citizen-zhang", PLAN)) == PLAN
    assert told("verify", "--data", restored)["seal"] == told("verify", "--data", data)["seal"]


def test_it_comes_back_as_it_was_at_a_moment(data: Path, tmp_path: Path):
    migrate(data)
    until = (MONDAY + timedelta(minutes=2)).strftime("%Y-%m-%dT%H:%M:%S%z")
    restore(tmp_path / "restored", "--until", until)
    assert log_in(tmp_path / "restored") == log_in(data)[:3]


def test_who_has_which_account_goes_along_there_and_back(data: Path, tmp_path: Path):
    here = bootstrap.embedded(data).sign_ins
    rows = {"s1": SignIn("u-1", "p" * 26), "s2": SignIn("u-2", staff=True)}
    for subject, row in rows.items():
        here.put(subject, row, None)
    migrate(data)
    assert dict(bootstrap.aws().sign_ins.rows()) == rows
    assert bootstrap.aws().sign_ins.person("u-1") == "p" * 26
    bootstrap.aws().sign_ins.put("s3", SignIn("u-3"), None)
    migrate(data)
    restore(tmp_path / "back", "--from-sign-ins-table", "sign-ins")
    back = bootstrap.embedded(tmp_path / "back").sign_ins
    assert dict(back.rows()) == {**rows, "s3": SignIn("u-3")}
    restore(tmp_path / "without")
    assert dict(bootstrap.embedded(tmp_path / "without").sign_ins.rows()) == {}


def test_a_moment_without_a_zone_is_the_legal_time(data: Path, tmp_path: Path):
    migrate(data)
    restore(tmp_path / "restored", "--until", "2026-09-07T17:01:00")
    assert log_in(tmp_path / "restored") == log_in(data)[:2]


def test_a_stack_with_another_history_is_refused(data: Path, tmp_path: Path):
    other = tmp_path / "other"
    commit(other, "case-9")
    (other / "secret.key").chmod(0o600)
    (other / "secret.key").write_bytes((data / "secret.key").read_bytes())
    migrate(other)
    refused = banjian("migrate", "--data", data)
    assert isinstance(refused.exception, OtherHistory)
    assert "choose an empty target" in str(refused.exception)
    assert list(commits(bootstrap.stored(cloud.BUCKET, "log").log)) == log_in(other)


def test_another_secret_is_refused_before_anything_is_copied(data: Path):
    _keep_secret("four and twenty blackbirds, in a pie")
    refused = banjian("migrate", "--data", data)
    assert (refused.exit_code, "another secret" in refused.output) == (1, True)
    assert bootstrap.stored(cloud.BUCKET, "log").log.head() == 0


def test_the_command_that_it_tells_makes_the_value_that_is_needed(data: Path):
    _keep_secret("four and twenty blackbirds, in a pie")
    output = banjian("migrate", "--data", data).output
    line = next(line for line in output.splitlines() if "--value" in line)
    value = subprocess.run(
        ["bash", "-c", f"printf %s {line.partition('--value ')[2]}"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    _keep_secret(value)
    secrets.secret.cache_clear()
    assert migrate(data)["copied"] == 10


def test_a_document_that_is_lost_is_told_and_the_log_is_copied(data: Path):
    for one in (data / "documents").glob("*/*"):
        one.unlink()
    result = banjian("migrate", "--data", data)
    assert result.exit_code == 1
    assert "1 documents that cases name" in result.output
    assert bootstrap.stored(cloud.BUCKET, "log").log.head() == 10


def test_a_directory_without_data_is_said_so(tmp_path: Path):
    refused = banjian("migrate", "--data", tmp_path / "nothing")
    assert (refused.exit_code, "there is no Banjian data" in refused.output) == (1, True)
    assert not (tmp_path / "nothing").exists()


def test_the_copy_is_the_same_log_wherever_it_goes(data: Path, tmp_path: Path):
    log = bootstrap.embedded(data).belonging.log_id
    migrate(data)
    assert bootstrap.stored(cloud.BUCKET, "log").log_id == log
    restore(tmp_path / "restored")
    assert bootstrap.embedded(tmp_path / "restored").belonging.log_id == log


def test_an_empty_directory_takes_the_secret_along(data: Path, tmp_path: Path):
    moved = told("migrate", "--data", data, "--to", tmp_path / "new")
    assert moved["copied"] == 10
    assert (tmp_path / "new" / "secret.key").read_bytes() == (data / "secret.key").read_bytes()
    again = told("migrate", "--data", data, "--to", tmp_path / "new")
    assert (again["copied"], again["already"]) == (0, 10)


def test_a_directory_with_a_secret_of_its_own_is_still_refused(data: Path, tmp_path: Path):
    (tmp_path / "new").mkdir()
    (tmp_path / "new" / "secret.key").write_bytes(b"another secret of 32 bytes, ours")
    refused = banjian("migrate", "--data", data, "--to", tmp_path / "new")
    assert (refused.exit_code, "another secret" in refused.output) == (1, True)


def test_a_stack_with_another_log_takes_no_copy(data: Path, tmp_path: Path):
    migrate(data)
    commit(tmp_path / "other", "case-1", "case-2", "case-1", "item-1", "case-2")
    (tmp_path / "other" / "secret.key").write_bytes((data / "secret.key").read_bytes())
    refused = banjian("migrate", "--data", tmp_path / "other")
    assert refused.exit_code == 1
    assert isinstance(refused.exception, OtherHistory)


def test_views_of_another_log_are_not_written_to(data: Path):
    migrate(data)
    functions.belongs.cache_clear()
    functions.belongs()
    ledger = stack_parts.ledger()
    assert ledger.log_id() == bootstrap.embedded(data).belonging.log_id
    cloud.client("dynamodb").put_item(
        TableName="views",
        Item={"pk": {"S": "LOG"}, "sk": {"S": "ID"}, "log": {"S": "another"}},
    )
    functions.belongs.cache_clear()
    with pytest.raises(Misplaced, match="made from another log"):
        functions.belongs()


def test_a_stack_of_an_earlier_release_gets_an_id_once():
    functions.log_id.cache_clear()
    functions.belongs.cache_clear()
    functions.belongs()  # says nothing yet
    first = functions.log_id()
    functions.log_id.cache_clear()
    assert functions.log_id() == first
    functions.belongs.cache_clear()
    functions.belongs()
