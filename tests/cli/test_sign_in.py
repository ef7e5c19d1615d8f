"""`banjian sign-in`: find and erase, in a directory and on AWS."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from chalicelib import bootstrap
from chalicelib.cli import app
from chalicelib.people.application import account_names
from chalicelib.platform.platform import Platform
from chalicelib.platform.sign_ins import Subject

from .. import cloud

CITY = "https://id.city.example"


@pytest.fixture(params=["directory", "aws"])
def where(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[list[str], Platform]]:
    """The options that name the platform, and the platform."""
    if request.param == "directory":
        yield ["--data", str(tmp_path)], bootstrap.embedded(tmp_path)
        return
    monkeypatch.chdir(tmp_path)
    with cloud.stack(monkeypatch, b"s" * 32):
        yield [], bootstrap.aws()


def banjian(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["sign-in", *arguments])


def test_an_operator_finds_an_account_and_takes_away_what_leads_to_it(where) -> None:
    options, platform = where
    subject = Subject(CITY, "13800138000", personal=True, staff=False, person="p" * 26)
    name = account_names.name_of(platform, subject, lambda _: False)
    asked = ("find", "--issuer", CITY, "--sub", "13800138000", *options)
    assert banjian(*asked).stdout.strip() == name
    told = json.loads(banjian(*asked, "--json").stdout)
    assert told == {"account": name, "person": "p" * 26, "staff": False}
    assert banjian("erase", name, *options).exit_code == 0
    gone = banjian(*asked)
    assert (gone.exit_code, gone.stdout) == (1, "")
    assert platform.sign_ins.person(name) is None


def test_of_another_issuer_it_is_nobody(where) -> None:
    options, platform = where
    subject = Subject(CITY, "zhang", personal=True, staff=False)
    account_names.name_of(platform, subject, lambda _: False)
    other = banjian("find", "--issuer", "https://b.example", "--sub", "zhang", *options)
    assert other.exit_code == 1
