"""`banjian certificate`: as an auditor checks a certificate."""

import json
import shutil
import subprocess
from functools import partial
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from chalicelib import bootstrap, cli

from ..certificates.office_givens import issued
from ..office import Office


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return Office(partial(bootstrap.embedded, tmp_path / "data", synchronous="OFF"))


def run(*arguments: object) -> Result:
    return CliRunner().invoke(cli.app, ["certificate", *map(str, arguments)])


def saved(office: Office, tmp_path: Path) -> Path:
    identifier = issued(office)
    data, to = tmp_path / "data", tmp_path / "saved"
    assert run("show", identifier, "--data", data, "--save", to).exit_code == 0
    return to / f"{identifier}.pdf"


def test_a_certificate_is_shown_as_it_stands(office: Office, tmp_path: Path):
    identifier = issued(office)
    told = json.loads(run("show", identifier, "--data", tmp_path / "data", "--json").stdout)
    assert (told["identifier"], told["status"]) == (identifier, "01")
    words = run("show", identifier, "--data", tmp_path / "data").stdout
    assert "老年人优待证" in words
    assert "440***********123X" in words


def test_a_saved_file_is_verified_with_a_key_alone(office: Office, tmp_path: Path):
    pdf = saved(office, tmp_path)
    key = pdf.with_suffix(".pem")
    done = run("verify", pdf, "--key", key, "--data", tmp_path / "nowhere")
    assert done.exit_code == 0, done.output
    own = run("verify", pdf, "--data", tmp_path / "data", "--json")
    assert json.loads(own.stdout)["verified"] is True


def test_a_file_with_one_byte_more_is_refused(office: Office, tmp_path: Path):
    pdf = saved(office, tmp_path)
    pdf.write_bytes(pdf.read_bytes() + b"\n")
    done = run("verify", pdf, "--key", pdf.with_suffix(".pem"))
    assert done.exit_code == 1
    assert "Verified" not in done.stdout


def test_another_key_is_refused(office: Office, tmp_path: Path):
    from chalicelib.adapters.local.local_signer import LocalSigner
    from chalicelib.cli import seals

    pdf, other = saved(office, tmp_path), tmp_path / "other.pem"
    other.write_bytes(seals.pem(LocalSigner(tmp_path / "other.key").public_key()))
    assert run("verify", pdf, "--key", other).exit_code == 1


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not installed")
def test_openssl_verifies_file_and_manifest(office: Office, tmp_path: Path):
    pdf = saved(office, tmp_path)
    for signed in (pdf, pdf.with_suffix(".manifest")):
        signature = signed.with_name(f"{signed.name}.sig")
        command = ("openssl", "dgst", "-sha256", "-verify", pdf.with_suffix(".pem"))
        done = subprocess.run(
            (*command, "-signature", signature, signed), capture_output=True, text=True, check=False
        )
        assert done.stdout == "Verified OK\n", done.stderr


def test_a_certificate_that_there_is_not_is_told(office: Office, tmp_path: Path):
    identifier = issued(office)
    wrong = f"{identifier[:-1]}{'A' if identifier[-1] != 'A' else 'B'}"
    done = run("show", wrong, "--data", tmp_path / "data")
    assert done.exit_code == 1
