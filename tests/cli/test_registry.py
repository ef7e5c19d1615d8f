"""`banjian registry`: load, check and show, in a directory and on AWS."""

import json
from collections.abc import Iterator
from pathlib import Path

import jwt
import pytest
from moto.kms.utils import ECDSAPrivateKey
from typer.testing import CliRunner, Result

from chalicelib import bootstrap
from chalicelib.bootstrap import stack as bootstrap_stack
from chalicelib.cli import app
from chalicelib.kernel.actor import Actor, Role
from chalicelib.people.application import token_keys, tokens

from .. import cloud
from ..adapters.test_signer import sign_digest

EXAMPLES = Path(__file__).resolve().parents[2] / "examples" / "registry"
PEOPLE, COMPANIES = str(EXAMPLES / "people.csv"), str(EXAMPLES / "companies.csv")
ZHANG, COMPANY = "440802195503071232", "91440800MA0EXAMP1A"


@pytest.fixture(params=["directory", "aws"])
def where(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[list[str]]:
    """The options that name the platform."""
    if request.param == "directory":
        bootstrap.embedded(tmp_path)
        yield ["--data", str(tmp_path)]
        return
    monkeypatch.chdir(tmp_path)
    with cloud.stack(monkeypatch, b"s" * 32):
        yield []


def banjian(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["registry", *arguments])


def test_what_was_loaded_answers(where: list[str]) -> None:
    assert "8 people loaded" in banjian("load", PEOPLE, "--people", *where).output
    assert "4 companies loaded" in banjian("load", COMPANIES, "--companies", *where).output
    matched = [
        banjian("check", ZHANG, "--name", name, *where).output.strip() for name in ("张三", "张四")
    ]
    assert matched == ["match", "mismatch"]
    told = json.loads(banjian("check", COMPANY, "--json", *where).stdout)
    assert (told["name"], told["status"]) == ("湛江示例建设有限公司", "active")
    shown = json.loads(banjian("show", "--json", *where).stdout)
    assert [shown[library]["rows"] for library in ("people", "companies")] == [8, 4]


def test_the_same_file_again_changes_nothing(where: list[str]) -> None:
    banjian("load", PEOPLE, "--people", *where)
    assert "nothing changed" in banjian("load", PEOPLE, "--people", *where).output


def test_bad_lines_are_told_and_what_was_there_stays(where: list[str], tmp_path: Path) -> None:
    banjian("load", PEOPLE, "--people", *where)
    bad = tmp_path / "bad.csv"
    bad.write_text("name,id_number\n张三,123\n李四,456\n", encoding="utf-8")
    result = banjian("load", str(bad), "--people", *where)
    assert result.exit_code == 1
    assert f"{bad}:2:" in str(result.exception)
    assert f"{bad}:3:" in str(result.exception)
    assert banjian("check", ZHANG, "--name", "张三", *where).output.strip() == "match"


def test_which_library_it_is_has_to_be_said(where: list[str]) -> None:
    for named in ([], ["--people", "--companies"]):
        result = banjian("load", PEOPLE, *named, *where)
        assert (result.exit_code, "--people or --companies" in result.output) == (1, True)


def test_a_company_that_is_not_there_is_told(where: list[str]) -> None:
    banjian("load", COMPANIES, "--companies", *where)
    result = banjian("check", "91440800MA0EXAMP9A", *where)
    assert (result.exit_code, "no company" in result.output) == (1, True)
    assert "not loaded" in banjian("show", *where).output


def test_on_aws_tokens_are_signed_by_their_own_key_of_kms(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    bootstrap_stack.token_signer.cache_clear()
    monkeypatch.setattr(ECDSAPrivateKey, "sign", sign_digest)  # moto hashes a digest once more
    with cloud.stack(monkeypatch, b"s" * 32):
        key = cloud.client("kms").create_key(KeyUsage="SIGN_VERIFY", KeySpec="ECC_NIST_P256")
        monkeypatch.setenv("BANJIAN_TOKEN_KEY", key["KeyMetadata"]["Arn"])
        platform = bootstrap.aws()
        actor = Actor(account="wx-1", role=Role.APPLICANT, level=2)
        token = tokens.issue(platform, actor).access_token
        (found,) = token_keys.jwks(platform.token_signer())["keys"]
        public = jwt.PyJWK(found).key
        read = jwt.decode(token, public, ["ES256"], audience="banjian", issuer="urn:banjian")
        assert (read["sub"], read["level"]) == ("wx-1", 2)
    bootstrap_stack.token_signer.cache_clear()


def test_without_a_key_of_its_own_a_function_signs_no_tokens(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    bootstrap_stack.token_signer.cache_clear()
    with cloud.stack(monkeypatch, b"s" * 32), pytest.raises(token_keys.TokensUnavailable):
        tokens.issue(bootstrap.aws(), Actor(account="wx-1", role=Role.APPLICANT))
    bootstrap_stack.token_signer.cache_clear()
