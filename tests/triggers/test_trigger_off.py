"""
The drill: the trigger of sequence is off for 25 hours, one more than its stream keeps a record.

Nothing is lost, the alarms ring, and heal puts back what the stream has forgotten; what an operator
is told to do in docs/operating-aws.md is what is done here.
"""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from typer.testing import CliRunner

from chalicelib import bootstrap
from chalicelib.bootstrap import stack
from chalicelib.cli import app as banjian
from chalicelib.eventlog.auditing.reconciling import reconcile
from chalicelib.platform import canary
from chalicelib.subjects import minutes
from infra import alarms

from .. import cloud
from ..adapters.dynamodb.aws_log import records
from ..architecture.page import ROOT
from ..infra.cloudwatch import BEYOND, Sample, rung
from .test_triggers import MADE, SCHEDULED, WAKE_UP, Aws

BEGIN = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
KEPT = timedelta(hours=24)
MINUTE, HALF_AN_HOUR, HOUR = (timedelta(minutes=some) for some in (1, 30, 60))
CANARY = timedelta(minutes=minutes(canary.SCHEDULE))
PAGE = (ROOT / "docs/operating-aws.md").read_text(encoding="utf-8")
SECTION = PAGE.partition("### The trigger of sequence was off")[2].partition("\n### ")[0]


class Day(Aws):
    """A stack whose clock goes, and whose trigger can be switched off; as can all its schedules."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.at = BEGIN - timedelta(days=1)
        self.trigger = self.schedules = True
        self.seen = 0
        self.waiting: list[tuple[datetime, Any]] = []
        self.measured: dict[str, list[Sample]] = {}
        super().__init__(patch)
        sequencer = bootstrap.sequencer()._replace(now=self.now)
        patch.setattr(bootstrap, "sequencer", lambda: sequencer)
        patch.setattr(bootstrap, "now", self.now, raising=False)
        self.at = BEGIN

    def now(self) -> datetime:
        return self.at

    def goes_on_until(self, after: float, every: timedelta) -> None:
        """So many hours after the beginning."""
        while self.at < BEGIN + timedelta(hours=after):
            self.at += every
            if not (self.at - BEGIN) % CANARY:
                self.call("canary", SCHEDULED)
            self._deliver()
            if self.schedules:
                self._heal()
            self.call("powers", WAKE_UP)

    def _deliver(self) -> None:
        """The stream forgets what is older than a day; the trigger, if it is on, takes the rest."""
        found = records("events")
        self.waiting += ((self.at, record) for record in found[self.seen :])
        self.seen = len(found)
        self.waiting = [(at, one) for at, one in self.waiting if self.at - at < KEPT]
        if self.trigger:
            event = {"Records": [record for _, record in self.waiting]}
            assert self.call("sequence", event) == {"batchItemFailures": []}
            self.waiting = []

    def _heal(self) -> None:
        self.printed.truncate(0)
        self.printed.seek(0)
        self.call("heal", SCHEDULED)
        at = (self.at - BEGIN).total_seconds()
        for line in map(json.loads, self.printed.getvalue().splitlines()):
            if "Consumer" not in line:
                for one in line["_aws"]["CloudWatchMetrics"][0]["Metrics"]:
                    self.measured.setdefault(one["Name"], []).append(Sample(at, line[one["Name"]]))

    def rings(self, name: str) -> list[list[float]]:
        """When, in hours after the beginning, for each way of CloudWatch to look back."""
        alarm = alarms.resources("prod")[f"{name}Alarm"]["Properties"]
        found = self.measured.get(alarm["MetricName"], [])
        until = (self.at - BEGIN).total_seconds()
        return [[at / 3600 for at in rung(alarm, found, until, beyond)] for beyond in BEYOND]

    def lacks(self) -> set[str]:
        """The streams of which the table has something that the log has not."""
        items = cloud.client("dynamodb").scan(TableName="events")["Items"]
        table = {(one["stream"]["S"], int(one["version"]["N"])) for one in items}
        log = [(one.stream, one.version) for one in self.platform.log.read(0, 10_000)]
        assert len(log) == len(set(log))  # each once
        assert set(log) <= table
        return {stream for stream, _ in table - set(log)}


@pytest.fixture
def day(monkeypatch: pytest.MonkeyPatch) -> Iterator[Day]:
    with cloud.stack(monkeypatch, b"s" * 32):
        for one in MADE:
            one.cache_clear()
        yield Day(monkeypatch)
    for one in MADE:
        one.cache_clear()


def commands() -> Iterator[tuple[str, str]]:
    """Each command of ours in the section, and what the page says that it answers."""
    blocks = re.findall(r"(?:^    .*\n)+", SECTION, re.MULTILINE)
    for command, answer in zip(blocks, [*blocks[1:], ""], strict=True):
        if ".venv/bin/banjian" in command:
            yield command.strip().removeprefix(".venv/bin/banjian "), answer.strip()


def test_nothing_is_lost_it_rings_and_heal_puts_it_back(day: Day):
    day.goes_on_until(0.5, MINUTE)
    assert not any(day.rings("CanaryLog"))
    day.trigger = False
    early = f"case-{day.submitted().removeprefix('case-')}"
    day.goes_on_until(1, MINUTE)
    assert all(first[0] < 1 for first in day.rings("CanaryLog"))
    assert early in day.lacks()
    # It is an hour behind at most from the third hour on, and the operator is asleep.
    day.goes_on_until(6, HALF_AN_HOUR)
    assert early not in day.lacks()
    late = f"case-{day.submitted().removeprefix('case-')}"
    day.goes_on_until(25.5, HALF_AN_HOUR)
    assert late not in day.lacks()
    day.trigger = True
    day.goes_on_until(26, MINUTE)
    assert day.lacks() == set()
    assert reconcile(stack.events(), day.platform.log).clean
    assert all(last[-1] < 25.8 for last in day.rings("CanaryLog"))
    assert bootstrap.sequencer().ledger.note("recovery") == {}


def test_what_the_stream_forgot_while_nothing_ran_is_put_back_as_well(day: Day):
    day.goes_on_until(0.2, 2 * MINUTE)
    day.trigger = day.schedules = False
    early = f"case-{day.submitted().removeprefix('case-')}"
    day.goes_on_until(25.2, HOUR)
    day.trigger = True
    day.goes_on_until(25.3, MINUTE)
    assert early in day.lacks()  # its record is gone, and no canary is missing
    day.schedules = True
    day.goes_on_until(25.4, MINUTE)
    assert day.lacks() == set()
    assert reconcile(stack.events(), day.platform.log).clean


def test_the_page_is_followed_to_the_letter(day: Day):
    day.goes_on_until(0.2, 2 * MINUTE)
    day.trigger = day.schedules = False
    day.submitted()
    day.goes_on_until(25.2, HOUR)
    asked = list(commands())
    assert [command for command, _ in asked] == ["sequencer", "sequencer resequence --all"]
    assert "update-event-source-mapping --uuid UUID --enabled" in SECTION
    for command, answer in asked:
        result = CliRunner().invoke(banjian, command.split())
        assert result.exit_code == 0, result.output
        assert re.search(re.sub(r"\d+", r"\\d+", answer), result.output), (answer, result.output)
    assert day.lacks() == set()
