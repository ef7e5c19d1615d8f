"""`banjian organisations`: drafted from what is there, checked, published by two; both stores."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from chalicelib import bootstrap, cli
from chalicelib.items.application import items
from chalicelib.items.files.item_files import read_items
from chalicelib.kernel.actor import SYSTEM, Actor, Role
from chalicelib.platform import duties
from chalicelib.platform.platform import Caller, Platform

from .. import cloud

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "examples" / "organisations" / "440800.yaml"
TWO = ["--drafted-by", "ma", "--by", "qian"]
SMALL = """division: 440800
departments:
  - {code: 440800-hall, name: 市政务服务中心, name_en: Hall, counter: true}
  - {code: 440800-civil, name: 市民政局, name_en: Civil affairs, valid_from: 2026-01-01}
"""


@pytest.fixture(params=["directory", "aws"])
def where(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[list[str]]:
    """The options that name the platform."""
    if request.param == "directory":
        bootstrap.embedded(tmp_path / "data")
        yield ["--data", str(tmp_path / "data")]
        return
    monkeypatch.chdir(tmp_path)
    with cloud.stack(monkeypatch, b"s" * 32):
        yield []


def banjian(*words: str, answer: str | None = None) -> Result:
    return CliRunner().invoke(cli.app, ["organisations", *words], input=answer)


@pytest.fixture
def file(tmp_path: Path) -> str:
    path = tmp_path / "440800.yaml"
    path.write_text(SMALL, encoding="utf-8")
    return str(path)


def test_a_file_is_compared_published_and_listed(where: list[str], file: str):
    assert "is taken" not in banjian("list", "--division", "440800", *where).output
    assert banjian("diff", file, "--exit-code", *where).exit_code == 1
    done = banjian("publish", file, *TWO, "--yes", "--note", "首次", *where)
    assert "440800: version 1, 2 departments" in done.output, done.output
    again = banjian("publish", file, *TWO, *where)
    assert again.output == "published so already; nothing changed\n"
    assert banjian("diff", file, "--exit-code", *where).output == "No difference.\n"
    listed = json.loads(banjian("list", "--division", "440800", "--json", *where).stdout)
    assert [(one["code"], one["counter"]) for one in listed] == [
        ("440800-hall", True),
        ("440800-civil", False),
    ]
    assert "市民政局" in banjian("list", "--division", "440800", *where).output


def test_the_difference_is_shown_and_asked_for(where: list[str], file: str):
    no = banjian("publish", file, *TWO, *where, answer="n\n")
    assert (no.exit_code, "nothing was published" in no.output) == (1, True)
    assert "added 440800-hall" in no.output
    yes = banjian("publish", file, *TWO, *where, answer="y\n")
    assert "version 1" in yes.output


@pytest.mark.parametrize("missing", ["--drafted-by", "--by"])
def test_both_people_are_named(tmp_path: Path, file: str, missing: str):
    bootstrap.embedded(tmp_path / "data")
    at = TWO.index(missing)
    words = [*TWO[:at], *TWO[at + 2 :]]
    assert (
        banjian("publish", file, *words, "--yes", "--data", str(tmp_path / "data")).exit_code == 2
    )


def test_they_are_two_people_and_no_auditors(tmp_path: Path, file: str):
    data = tmp_path / "data"
    platform = bootstrap.embedded(data)
    alone = banjian(
        "publish", file, "--drafted-by", "ma", "--by", "ma", "--yes", "--data", str(data)
    )
    assert "ma drafted it" in str(alone.exception)
    duties.take_up(platform, Actor(account="qian", role=Role.AUDITOR))
    audits = banjian("publish", file, *TWO, "--yes", "--data", str(data))
    assert "auditor" in str(audits.exception)
    assert platform.organisations.registered("440800") is None


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (SMALL.replace("440800-civil", "440802-civil"), "440802-civil: begins with the code of"),
        (SMALL.replace("440800-civil", "440800-hall"), "440800-hall: is there twice"),
        (SMALL.replace("counter: true", "window: true"), ":3: departments.0.window: Extra inputs"),
        (SMALL.replace("division: 440800", "division: 44"), ":1: division: "),
        ("division: 440800\n", ":1: departments: Field required"),
    ],
)
def test_mistakes_are_told_with_their_places(tmp_path: Path, text: str, told: str):
    path = tmp_path / "bad.yaml"
    path.write_text(text, encoding="utf-8")
    done = banjian("check", str(path))
    assert done.exit_code == 1
    assert told in str(done.exception)


def test_the_example_is_fit_and_names_every_department_of_the_example_items():
    from chalicelib.items.application import departments
    from chalicelib.organisations.files.registry_file import read_file

    assert banjian("check", str(EXAMPLE)).output.startswith("ok ")
    codes = {one.code for one in read_file(EXAMPLE).departments}
    for definition in read_items(ROOT / "examples" / "items"):
        assert {one.code for one in departments.named(definition)} <= codes


# The first draft


def _busy(platform: Platform) -> None:
    for definition in read_items(ROOT / "examples" / "items"):
        items.publish(platform, Caller(SYSTEM, f"publish-{definition.code}"), definition)


def test_a_draft_has_what_items_and_cases_name_and_says_what_is_to_be_written(tmp_path: Path):
    data, path = tmp_path / "data", tmp_path / "new.yaml"
    _busy(bootstrap.embedded(data))
    draft = ["draft", "--division", "440800", "--data", str(data)]
    done = banjian(*draft, "--output", str(path))
    assert "14 departments in" in done.output
    assert "FileExistsError" in repr(banjian(*draft, "--output", str(path)).exception)
    assert banjian(*draft).output == path.read_text(encoding="utf-8")
    checked = banjian("check", str(path))
    assert "14 departments" in checked.output
    assert "440800-civil has its code for a name" in checked.output
    text = path.read_text(encoding="utf-8")
    assert "name: 市民政局" in text
    assert (
        "- code: 440800-hall\n  name: 440800-hall\n  name_en: 440800-hall\n  counter: true" in text
    )
    assert banjian("draft", "--division", "110100", "--data", str(data)).exit_code == 1
    published = banjian("publish", str(path), *TWO, "--yes", "--data", str(data))
    assert "version 1, 14 departments" in published.output
