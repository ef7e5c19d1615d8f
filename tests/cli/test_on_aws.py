"""An operator's commands against a stack on AWS that the environment names."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from chalicelib import bootstrap
from chalicelib.cli import app
from chalicelib.eventlog.ports import CommandId
from chalicelib.eventlog.sequencing.ports import Parked
from chalicelib.platform import sealing

from .. import cloud


def banjian(*arguments: str) -> Result:
    return CliRunner().invoke(app, [*arguments])


@pytest.fixture
def stack(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.chdir(tmp_path)
    bootstrap.sequencer.cache_clear()
    with cloud.stack(monkeypatch, b"s" * 32):
        yield
    bootstrap.sequencer.cache_clear()


def commit(*streams: str) -> None:
    """What was stored, and whose records never came to the sequencer."""
    store = bootstrap.aws().store
    for stream in streams:
        history = store.load(stream)
        key = f"{stream}-{history.version}"
        store.append(history, CommandId(key, b"f"), 2, b'{"recorded_at":"2026-09-07T09:00:00Z"}')


def told(*arguments: str) -> Any:
    result = banjian(*arguments, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


@pytest.mark.usefixtures("stack")
def test_what_the_log_missed_is_brought_into_it():
    commit("case-1", "case-2", "case-1")
    assert told("sequencer")["position"] == 0
    result = banjian("sequencer", "resequence", "case-1")
    assert "from 0 to 4" in result.output
    assert "from 4 to 6" in banjian("sequencer", "resequence", "--all").output
    assert told("sequencer") == {"position": 6, "unmerged": 0, "parked": 0, "streams": []}
    assert "The log is whole" in banjian("verify").output


@pytest.mark.usefixtures("stack")
def test_what_is_parked_is_shown_and_retried():
    commit("case-1", "case-1")
    table, client = os.environ["BANJIAN_EVENTS_TABLE"], cloud.client("dynamodb")
    key = {"stream": {"S": "case-1"}, "version": {"N": "1"}}
    item = client.get_item(TableName=table, Key=key)["Item"]
    client.delete_item(TableName=table, Key=key)
    banjian("sequencer", "resequence", "--all")
    (parked,) = told("sequencer")["streams"]
    assert (parked["stream"], parked["version"], parked["reason"]) == ("case-1", 1, "gap")
    assert "case-1" in banjian("sequencer").output
    assert banjian("sequencer", "retry", "case-1").exit_code == 1
    client.put_item(TableName=table, Item=item)
    assert banjian("sequencer", "retry", "case-1").exit_code == 0
    assert told("sequencer")["position"] == 4


@pytest.mark.usefixtures("stack")
def test_a_rebuild_is_handed_to_the_queue():
    assert "under way" in banjian("views", "rebuild", "work_list").output
    queue = os.environ["BANJIAN_REBUILDS"]
    (message,) = cloud.client("sqs").receive_message(QueueUrl=queue)["Messages"]
    said = json.loads(message["Body"])
    assert (said["step"], said["view"]) == ("plan", "work_list")


@pytest.mark.usefixtures("stack")
def test_consumers_are_told_of_as_for_a_directory():
    assert {one["name"] for one in told("consumers")} >= {"work_list", "certificates"}


@pytest.mark.usefixtures("stack")
@pytest.mark.parametrize("which", [(), ("case-1", "--all")])
def test_which_streams_must_be_said(which):
    result = banjian("sequencer", "resequence", *which)
    assert result.exit_code == 1
    assert "Name them, or say --all" in result.output


def test_an_embedded_platform_has_no_sequencer():
    result = banjian("sequencer")
    assert result.exit_code == 1
    assert "written with each commit" in result.output


def sequenced(*streams: str) -> None:
    commit(*streams)
    banjian("sequencer", "resequence", "--all")


@pytest.fixture
def sealing_stack(stack: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Whose seals are signed by a key in a file: moto's KMS is slow."""
    from chalicelib.adapters.local.local_signer import LocalSigner
    from chalicelib.bootstrap import signing

    monkeypatch.setattr(signing, "in_kms", lambda: LocalSigner(tmp_path / "signing.pem"))
    sealing._looked.clear()
    return tmp_path


def seals() -> list[str]:
    found = cloud.client("s3").list_objects_v2(Bucket=cloud.BUCKET, Prefix="seals/")
    return [one["Key"] for one in found.get("Contents", []) if one["Key"].endswith(".seal")]


@pytest.mark.usefixtures("sealing_stack")
def test_seals_go_to_the_bucket_and_verify_goes_on_from_them():
    sequenced("case-1", "case-2")
    sealing.on_schedule(bootstrap.aws())
    (first,) = seals()
    assert first.startswith("seals/000000000000004-")
    sequenced("case-1")
    said = told("verify")
    assert (said["events"], said["streams"], said["since"]["position"]) == (2, 1, 4)
    assert told("verify", "--all")["seal"] == said["seal"]


@pytest.mark.usefixtures("sealing_stack")
@pytest.mark.parametrize("all_of_it", [(), ("--all",)])
def test_an_item_that_was_overwritten_is_named_and_nothing_is_sealed(all_of_it):
    sequenced("case-1", "case-1")
    client, table = cloud.client("dynamodb"), os.environ["BANJIAN_EVENTS_TABLE"]
    key = {"stream": {"S": "case-1"}, "version": {"N": "3"}}
    item = client.get_item(TableName=table, Key=key)["Item"]
    client.put_item(TableName=table, Item={**item, "b": {"B": b"{}"}})
    found = banjian("verify", "--json", *all_of_it)
    (fault,) = json.loads(found.stdout)["faults"]
    assert (found.exit_code, fault["kind"], fault["stream"], fault["version"]) == (
        *(1, "overwritten"),
        *("case-1", 3),
    )
    sealing.on_schedule(bootstrap.aws())
    assert seals() == []


@pytest.mark.usefixtures("sealing_stack")
def test_an_item_of_a_stream_that_the_log_does_not_know_is_named_if_it_is_none():
    sequenced("case-1")
    client, table = cloud.client("dynamodb"), os.environ["BANJIAN_EVENTS_TABLE"]
    client.put_item(TableName=table, Item={"stream": {"S": "case-9"}, "version": {"N": "1"}})
    found = banjian("verify", "--all", "--json")
    (fault,) = json.loads(found.stdout)["faults"]
    assert (fault["kind"], fault["stream"]) == ("emptied", "case-9")


@pytest.mark.usefixtures("sealing_stack")
def test_a_large_backlog_is_sealed_in_steps(monkeypatch: pytest.MonkeyPatch):
    from chalicelib.bootstrap import audited_stack

    monkeypatch.setattr(audited_stack, "AT_ONCE", 4)
    sequenced(*["case-1"] * 5)
    platform = bootstrap.aws()
    for _ in range(3):
        sealing.on_schedule(platform)
    assert [int(one.removeprefix("seals/")[:15]) for one in seals()] == [4, 8]
    assert told("verify")["events"] == 2


@pytest.mark.usefixtures("stack")
def test_all_that_is_parked_is_retried_as_the_filters_leave_it():
    commit("case-1", "case-2", "item-1")
    its = bootstrap.sequencer()
    for stream in ("case-1", "case-2", "item-1"):
        noted = Parked(stream, 1, "unreadable", "no body", "r", its.now())
        assert its.ledger.park(noted, its.ledger.cursors([stream])[stream])
    assert "which streams?" in banjian("sequencer", "retry").output
    assert "0 streams go on" in banjian("sequencer", "retry", "--all", "--error", "gap").output
    assert "2 streams go on" in banjian("sequencer", "retry", "--all", "--prefix", "case-").output
    later = banjian("sequencer", "retry", "--all", "--since", "2999-01-01")
    assert "0 streams go on" in later.output
    assert "1 streams go on" in banjian("sequencer", "retry", "--all").output
    assert told("sequencer")["parked"] == 0


@pytest.mark.usefixtures("stack")
def test_a_consumer_is_named_or_all_are_said():
    assert "of which consumer?" in banjian("consumers", "retry").output
    assert "still parked: 0" in banjian("consumers", "retry", "--all").output
    assert "at position 0" in banjian("consumers", "catch-up", "work_list").output
