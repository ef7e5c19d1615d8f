"""`banjian case replay`, as an auditor uses it."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from chalicelib import bootstrap
from chalicelib.cases import domain as case
from chalicelib.cli import app
from chalicelib.eventlog.codec import encode
from chalicelib.eventlog.envelope import Circumstances
from chalicelib.eventlog.ports import CommandId

from ..cases.domain import givens as g

ACCEPTANCE = 6
CORRECTED = (*g.ACCEPTED, g.correct("accepted_on", g.MON, ACCEPTANCE))


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Of one case whose day of acceptance was corrected."""
    keep(tmp_path, *CORRECTED)
    return tmp_path


def keep(data: Path, *commands: case.CaseCommand) -> None:
    platform = bootstrap.embedded(data)
    store, state = platform.store, case.initial
    for number, command in enumerate(commands, start=1):
        events = g.decide(command, state)
        state = case.fold(events, state)
        of = Circumstances(command.at, command.by, command.channel)
        body = encode(events, of, recorded_at=command.at, correlation_id="test")
        store.append(store.load("case-c1"), CommandId(f"command-{number}", b""), len(events), body)


def banjian(data: Path, *arguments: str) -> Result:
    return CliRunner().invoke(app, ["case", "replay", "c1", *arguments, "--data", str(data)])


def replayed(data: Path, *arguments: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = json.loads(banjian(data, *arguments, "--json").output)
    return rows


def test_a_replay_tells_of_each_event_where_it_led(data: Path):
    rows = replayed(data)
    assert (rows[0]["event"], rows[0]["state"]) == ("CaseSubmitted", "submitted")
    assert (rows[-1]["event"], rows[-1]["state"]) == ("MistakeCorrected", "accepted")


def test_before_there_was_a_case_its_correction_changes_nothing(data: Path):
    rows = replayed(data, "--as-happened-at", "2020-01-01")
    assert [(row["event"], row["state"]) for row in rows] == [("MistakeCorrected", "absent")]


def test_what_follows_nothing_that_had_happened_is_said_so(tmp_path: Path):
    late = g.submit().model_copy(update={"at": g.at(g.MON, 16)})
    keep(tmp_path, late, g.receive(g.MON))
    done = banjian(tmp_path, "--as-happened-at", f"{g.MON}T12:00:00")
    assert done.exit_code == 1
    assert "does not follow Absent" in done.output


def test_what_had_happened_before_it_could_begin_is_said_so(tmp_path: Path):
    """Within a day, what is entered later may have happened before what it follows."""
    accepted = g.accept().model_copy(update={"at": g.at(g.TUE, 16)})
    keep(tmp_path, g.submit(), accepted, g.suspend(g.TUE))
    done = banjian(tmp_path, "--as-happened-at", f"{g.TUE}T12:00:00")
    assert done.exit_code == 1
    assert "CaseSuspended does not follow Submitted" in done.output
