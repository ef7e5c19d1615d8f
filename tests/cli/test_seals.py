"""A signed seal: it proves later which log was sealed, to whoever has the public key."""

import json
import shutil
import subprocess
from importlib.util import find_spec
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from chalicelib import bootstrap
from chalicelib.cli import app, seals
from chalicelib.eventlog.audit import BadSeal, Seal, sealed
from chalicelib.eventlog.ports import CommandId
from chalicelib.platform.signatures import SM2, algorithm_of

OPENSSL = shutil.which("openssl")


def banjian(*arguments: object) -> Result:
    return CliRunner().invoke(app, [*map(str, arguments)])


def commit(data: Path, *streams: str) -> None:
    store = bootstrap.embedded(data).store
    for stream in streams:
        history = store.load(stream)
        store.append(history, CommandId(f"command-{history.version}", b""), 1, b"{}")


@pytest.fixture
def data(tmp_path: Path) -> Path:
    commit(tmp_path / "city", "case-1", "case-2", "case-1")
    return tmp_path / "city"


@pytest.fixture
def seal(data: Path, tmp_path: Path) -> Path:
    """Signed, and kept elsewhere."""
    kept = tmp_path / "kept" / "seal"
    kept.parent.mkdir()
    assert banjian("verify", "--data", data, "--sign", kept).exit_code == 0
    return kept


def test_a_seal_tells_the_end_of_the_log(data: Path, seal: Path):
    said = json.loads(banjian("verify", "--data", data, "--json").output)["seal"]
    assert sealed(seal.read_bytes()) == Seal(3, bytes.fromhex(said["digest"]))
    assert said["position"] == 3


@pytest.mark.skipif(OPENSSL is None, reason="needs the openssl command")
def test_openssl_alone_checks_a_seal(seal: Path):
    command = "openssl dgst -sha256 -verify seal.pem -signature seal.sig seal"
    run = command.split()
    assert subprocess.run(run, cwd=seal.parent, check=False, capture_output=True).returncode == 0
    seal.write_bytes(seal.read_bytes().replace(b"position: 3", b"position: 2"))
    assert subprocess.run(run, cwd=seal.parent, check=False, capture_output=True).returncode == 1


@pytest.mark.skipif(OPENSSL is None, reason="needs the openssl command")
def test_the_public_key_is_written_as_openssl_writes_it(seal: Path):
    command = "openssl pkey -pubin -in seal.pem"
    said = subprocess.run(command.split(), cwd=seal.parent, check=True, capture_output=True)
    assert said.stdout == (seal.parent / "seal.pem").read_bytes()


def test_a_log_that_went_on_is_the_one_that_was_sealed(data: Path, seal: Path):
    commit(data, "case-3")
    key = seals.beside(seal, ".pem")
    assert banjian("verify", "--data", data, "--seal", seal, "--key", key).exit_code == 0
    assert banjian("verify", "--data", data, "--seal", seal).exit_code == 0


def test_a_log_that_was_made_anew_is_not_the_one_that_was_sealed(seal: Path, tmp_path: Path):
    commit(tmp_path / "forged", "case-1", "case-2", "case-3")
    key = seals.beside(seal, ".pem")
    found = banjian("verify", "--data", tmp_path / "forged", "--seal", seal, "--key", key)
    assert found.exit_code == 1
    assert "is not what was sealed" in found.output


def test_a_log_that_was_cut_is_not_the_one_that_was_sealed(seal: Path, tmp_path: Path):
    commit(tmp_path / "cut", "case-1", "case-2")
    key = seals.beside(seal, ".pem")
    found = banjian("verify", "--data", tmp_path / "cut", "--seal", seal, "--key", key)
    assert found.exit_code == 1
    assert "once reached 3" in found.output


def test_a_seal_that_somebody_else_signed_is_refused(data: Path, seal: Path, tmp_path: Path):
    commit(tmp_path / "forged", "case-1")
    other = tmp_path / "other"
    banjian("verify", "--data", tmp_path / "forged", "--sign", other)
    assert other.exists()
    key = seals.beside(other, ".pem").read_bytes()
    with pytest.raises(BadSeal, match="not signed with this key"):
        seals.read(seal, key)
    refused = banjian("verify", "--data", tmp_path / "forged", "--seal", seal)
    assert (refused.exit_code, "not signed with this key" in refused.output) == (2, True)


@pytest.mark.skipif(find_spec("gmssl_pyx") is None, reason="needs gmssl-pyx")
def test_a_log_is_sealed_and_checked_with_sm2(data: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("BANJIAN_SIGNATURE", "sm2")
    made = data / "sm2.seal"
    assert banjian("verify", "--data", data, "--sign", made).exit_code == 0
    key = seals.beside(made, ".pem")
    assert algorithm_of(seals.der(key.read_bytes())) == SM2
    assert banjian("verify", "--data", data, "--seal", made, "--key", key).exit_code == 0
    made.write_bytes(made.read_bytes().replace(b"position: 3", b"position: 2"))
    refused = banjian("verify", "--data", data, "--seal", made, "--key", key)
    assert (refused.exit_code, "not signed with this key" in refused.output) == (2, True)


@pytest.mark.parametrize("content", [b"", b"key", b"-----BEGIN PUBLIC KEY-----\nAAAA\n"])
def test_what_is_no_key_is_said_so(seal: Path, content: bytes):
    with pytest.raises(BadSeal, match="not a public key"):
        seals.read(seal, content)


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"banjian-seal: 2\nposition: 3\n",
        b"banjian-seal: 1\nposition: 3\ndigest: 00\nsealed-at: 2026-01-01T00:00:00Z\nkey: k\n",
    ],
)
def test_another_text_is_no_seal_though_it_was_signed(text: bytes):
    with pytest.raises(BadSeal, match="no seal"):
        sealed(text)


def test_a_seal_is_never_written_over(data: Path, seal: Path):
    before = seal.read_bytes()
    commit(data, "case-9")
    again = banjian("verify", "--data", data, "--sign", seal)
    assert (again.exit_code, seal.read_bytes()) == (1, before)
    assert "already" in again.output


def test_a_log_with_faults_is_not_signed(data: Path, tmp_path: Path):
    import sqlite3

    db = sqlite3.connect(data / "events.db", isolation_level=None)
    db.execute("UPDATE commits SET body = x'7b7d20' WHERE version = 2")
    db.close()
    assert banjian("verify", "--data", data, "--sign", tmp_path / "seal").exit_code == 1
    assert not (tmp_path / "seal").exists()


@pytest.mark.parametrize("options", [["--digest", "xyz"], ["--digest", "00", "--seal", "seal"]])
def test_a_mistake_is_told_in_a_line(data: Path, options: list[str]):
    told = banjian("verify", "--data", data, *options)
    assert told.exit_code == 1
    assert "error:" in told.output
