"""Who audits does not run the system from the command line either."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from chalicelib import bootstrap, cli
from chalicelib.cli import certificate
from chalicelib.kernel.actor import Actor, Role
from chalicelib.platform import duties
from chalicelib.platform.duty import NotSeparated
from chalicelib.platform.platform import Platform

YEAR = """
year: 2027
source: 示例：2027年部分节假日安排（虚构，并非官方通知）
holidays: ["2027-01-01"]
workdays: []
"""


@pytest.fixture
def platform(tmp_path: Path) -> Platform:
    (tmp_path / "2027.yaml").write_text(YEAR, encoding="utf-8")
    return bootstrap.embedded(tmp_path)


def imported(data: Path) -> BaseException | None:
    said = ["calendar", "import", str(data / "2027.yaml"), "--data", str(data), "--by", "zheng"]
    return CliRunner().invoke(cli.app, said).exception


def test_an_auditor_enters_no_calendar(platform: Platform, tmp_path: Path):
    duties.take_up(platform, Actor(account="zheng", role=Role.AUDITOR))
    before = platform.log.head()
    assert isinstance(imported(tmp_path), NotSeparated)
    assert platform.log.head() == before


def test_who_enters_a_calendar_audits_nothing(platform: Platform, tmp_path: Path):
    assert imported(tmp_path) is None
    with pytest.raises(NotSeparated):
        duties.take_up(platform, Actor(account="zheng", role=Role.AUDITOR))


def names(command: Any) -> Iterator[str]:
    """In whose name the commands change something if nobody says (`--by`)."""
    for one in getattr(command, "commands", {}).values():
        yield from names(one)
    yield from (one.default for one in command.params if "--by" in one.opts)


def test_what_only_reads_does_so_in_another_name_than_what_changes_something():
    changing = set(names(typer.main.get_command(cli.app)))
    # None: it has to be said.
    assert changing == {"operator", None}
    assert certificate._AUDITOR.account not in changing
