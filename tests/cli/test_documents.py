"""`banjian documents`, as an operator uses it."""

import json
from hashlib import sha256
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from chalicelib import bootstrap
from chalicelib.cli import app
from chalicelib.documents.application import documents
from chalicelib.kernel.actor import Actor, Role
from chalicelib.serving.illustration import pdf

from ..adapters.test_clamd import clamd, honest

ME = Actor(account="citizen-zhang", role=Role.APPLICANT)
PLAN = pdf("floor plan")


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path


@pytest.fixture
def kept(data: Path) -> str:
    platform = bootstrap.embedded(data)
    return documents.put(platform, ME, PLAN, "application/pdf", None).upload_id


def banjian(data: Path, *arguments: object) -> Result:
    return CliRunner().invoke(app, ["documents", *map(str, arguments), "--data", str(data)])


def test_a_document_is_shown_with_what_is_known_of_it(data: Path, kept: str):
    told = json.loads(banjian(data, "show", kept, "--json").output)
    assert told["sha256"] == sha256(PLAN).hexdigest()
    assert (told["state"], told["owner"], told["scan"]) == ("received", ME.account, "not_scanned")


def test_what_is_neither_a_document_nor_a_case_is_said_so(data: Path, kept: str):
    found = banjian(data, "show", "case-nowhere")
    assert found.exit_code == 1
    assert "no document and no case" in found.output


def test_without_a_scanner_nothing_is_scanned_and_it_says_what_to_set(data: Path, kept: str):
    found = banjian(data, "scan")
    assert found.exit_code == 1
    assert "BANJIAN_CLAMD" in found.output


def test_every_document_is_scanned_and_again_only_when_asked(
    data: Path, kept: str, monkeypatch: pytest.MonkeyPatch
):
    with clamd(honest) as address:
        monkeypatch.setenv("BANJIAN_CLAMD", address)
        counts = [
            json.loads(banjian(data, "scan", *more, "--json").output)["clean"]
            for more in ((), (), ("--again",), (kept,))
        ]
    assert counts == [1, 0, 1, 1]
    assert json.loads(banjian(data, "show", kept, "--json").output)["scan"] == "clean"


def test_a_scanner_that_is_away_is_told_in_one_line(
    data: Path, kept: str, monkeypatch: pytest.MonkeyPatch
):
    with clamd(honest) as address:
        monkeypatch.setenv("BANJIAN_CLAMD", address)
    found = banjian(data, "scan")
    assert found.exit_code == 1
    assert address in found.output
    assert "Traceback" not in found.output


def test_parts_of_running_uploads_are_not_swept(data: Path, kept: str):
    bootstrap.embedded(data).blobs.put_part("0123456789abcdef-1", 1, b"part")
    assert json.loads(banjian(data, "sweep", "--json").output) == {"swept": 0}
