"""The check names what app.py and the wirings do not say of one another, and what to write."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from chalicelib import cli, subjects
from chalicelib.cases import wiring as cases
from chalicelib.cli import contracts as command
from chalicelib.contract import wirings
from chalicelib.people import wiring as people
from chalicelib.subjects import entries

from ..stories.cases import ROOT

APP = (ROOT / "app.py").read_text(encoding="utf-8")


@pytest.fixture(autouse=True)
def _wired_anew():
    entries.cache_clear()
    subjects._wiring.cache_clear()
    yield
    entries.cache_clear()
    subjects._wiring.cache_clear()


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A source tree in which app.py is as it is."""
    (tmp_path / "app.py").write_text(APP, encoding="utf-8")
    return tmp_path


def change(root: Path, line: str, into: str) -> None:
    assert f"{line}\n" in APP
    (root / "app.py").write_text(APP.replace(f"{line}\n", into), encoding="utf-8")


def module(root: Path, name: str, text: str) -> None:
    path = root / "chalicelib" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def test_nothing_is_missing_as_it_is():
    assert list(wirings.gaps(ROOT)) == []


def test_a_consumer_without_a_line_is_named_with_the_line(root: Path):
    change(root, 'powers = consumer("powers")', "")
    assert list(wirings.gaps(root)) == [
        'app.py has no line for the consumer powers: add `powers = consumer("powers")`'
    ]


def test_a_schedule_without_a_line_is_named_with_the_line(root: Path):
    change(root, 'timers = schedule("timers")', "")
    assert list(wirings.gaps(root)) == [
        'app.py has no line for the schedule timers: add `timers = schedule("timers")`'
    ]


def test_a_consumer_that_is_wired_anew_needs_one(root: Path, monkeypatch: pytest.MonkeyPatch):
    line = ("duties", "people.projections.representation:PROJECTION", ("PROJECT",))
    monkeypatch.setattr(people, "CONSUMERS", (*people.CONSUMERS, line))
    assert list(wirings.gaps(root)) == [
        'app.py has no line for the consumer duties: add `duties = consumer("duties")`'
    ]


def test_a_consumer_of_a_group_has_the_line_of_its_group(
    root: Path, monkeypatch: pytest.MonkeyPatch
):
    line = ("duties", "people.projections.representation:PROJECTION", ("PROJECT",), "powers")
    monkeypatch.setattr(people, "CONSUMERS", (*people.CONSUMERS, line))
    assert list(wirings.gaps(root)) == []


@pytest.mark.parametrize(("kind", "table"), [("consumer", "CONSUMERS"), ("schedule", "SCHEDULES")])
def test_a_line_that_no_wiring_has_is_named(root: Path, kind: str, table: str):
    change(root, 'powers = consumer("powers")', f'powers = consumer("powers")\nx = {kind}("x")\n')
    assert list(wirings.gaps(root)) == [
        f"app.py has the {kind} x, which no wiring has in its {table}"
    ]


def test_a_function_has_the_name_of_what_it_serves(root: Path):
    change(root, 'powers = consumer("powers")', 'power = consumer("powers")\n')
    assert "app.py calls the consumer powers power: AWS finds a function by its name" in list(
        wirings.gaps(root)
    )


def test_a_stream_that_no_wiring_has_is_named(root: Path):
    module(root, "cases/domain/parcel.py", 'CATEGORY = "parcel"\nEVENTS = ()\n')
    (told,) = wirings.gaps(root)
    line = '("parcel", "cases.domain.parcel:EVENTS")'
    assert told == f"no wiring has the events of parcel: add `{line}` to EVENTS of its subject"


def test_events_that_a_module_has_from_beside_it_are_its_own(root: Path):
    module(root, "people/domain/__init__.py", 'from .parcel import EVENTS\nCATEGORY = "parcel"\n')
    (told,) = wirings.gaps(root)
    assert '("parcel", "people.domain:EVENTS")' in told


@pytest.mark.parametrize("text", ['CATEGORY = "parcel"\n', "EVENTS = ()\n"])
def test_a_module_with_one_of_the_two_is_no_stream(root: Path, text: str):
    module(root, "cases/domain/parcel.py", text)
    assert list(wirings.gaps(root)) == []


def test_a_line_taken_out_of_a_wiring_is_named(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(cases, "EVENTS", ())
    (told,) = wirings.gaps(ROOT)
    line = '("case", "cases.domain:EVENTS")'
    assert told == f"no wiring has the events of case: add `{line}` to EVENTS of its subject"


def test_the_command_says_so(root: Path, monkeypatch: pytest.MonkeyPatch):
    for name in ("pyproject.toml", "events", "docs"):
        (root / name).touch()
    change(root, 'powers = consumer("powers")', "")
    monkeypatch.setattr(command, "ROOT", root)
    done = CliRunner().invoke(cli.app, ["contracts", "--check"], env={"COLUMNS": "200"})
    assert done.exit_code == 1
    assert "app.py has no line for the consumer powers" in done.output
    assert isinstance(done.exception, SystemExit)
