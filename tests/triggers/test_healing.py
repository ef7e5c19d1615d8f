"""heal measures whatever fails, on standby too; each of its steps is for itself."""

import json
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from chalicelib.eventlog import canary as sent
from chalicelib.eventlog.auditing.nightly import Standing
from chalicelib.eventlog.sequencing.retries import Health
from chalicelib.eventlog.views.port import Batch, Checkpoint, Parked
from chalicelib.eventlog.views.port import Projection as View
from chalicelib.platform import canary
from chalicelib.platform.canary import Passage
from chalicelib.triggers import healing
from chalicelib.triggers.cloud import Cloud
from chalicelib.triggers.measuring import COUNTED, Measure, measured

from .. import cloud
from ..office import Office
from .test_groups import a_cloud
from .test_triggers import SCHEDULED, Aws, aws  # noqa: F401 - a fixture

NOW = datetime(2026, 3, 2, 9, 1, tzinfo=UTC)
CONSUMERS: list[Any] = [
    SimpleNamespace(name=name, signature="1") for name in ("first", "bad", "last")
]
ALL = {"Lag", "Behind", "Parked", "SequencerParked", "Unmerged", "CanaryLog", "CanaryView"} | {
    "Differences",
    "ReconciledAge",
}


class Counted:
    """A telemetry that remembers."""

    def __init__(self) -> None:
        self.told: dict[str, float] = {}

    def count(self, metric: str, value: float = 1, /, **dimensions: str) -> None:
        self.told[" ".join((metric, *dimensions.values()))] = value


def broken(*_: Any) -> Any:
    raise RuntimeError


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> Counted:
    def measure(one: Any, *_: Any) -> Measure:
        return broken() if one.name == "bad" else Measure(one.name, 5, 7.0, 0, stale=False)

    monkeypatch.setattr(healing, "measured", measure)
    monkeypatch.setattr(canary, "passage", lambda _: Passage(60, 90, 0))
    return Counted()


def made(counted: Counted, **given: Any) -> Cloud:
    usual: dict[str, Any] = {
        "platform": lambda: SimpleNamespace(now=lambda: NOW, source=None, views=None),
        "telemetry": lambda: counted,
        "consumers": lambda _: CONSUMERS,
        "heal": lambda tell: tell(Health(9, 1, 2)),
        "health": lambda: Health(9, 3, 4),
        "standing": lambda: Standing(9, datetime(2026, 3, 2, 9, 0, tzinfo=UTC), 0),
    }
    return a_cloud(**{**usual, **given})


def metrics(counted: Counted) -> set[str]:
    return {one.partition(" ")[0] for one in counted.told}


def test_a_consumer_that_cannot_be_measured_hides_no_other(counted: Counted):
    with pytest.raises(RuntimeError):
        healing.heal(made(counted), lambda: False)
    assert metrics(counted) == ALL
    assert (counted.told["Lag first"], counted.told["Lag last"]) == (5, 5)
    assert "Lag bad" not in counted.told


@pytest.mark.parametrize("step", ["heal", "wake", "recover", "standing"])
def test_a_step_that_fails_stops_no_other_and_is_told(counted: Counted, step: str):
    reached: list[str] = []

    def heals(tell: Any) -> None:
        tell(Health(9, 1, 2))
        reached.append("heal")

    steps = {
        "heal": heals,
        "wake": lambda: reached.append("wake"),
        "recover": lambda *_: reached.append("recover"),
    }
    with pytest.raises(RuntimeError):
        healing.heal(made(counted, **{**steps, step: broken}), lambda: False)
    assert reached == [one for one in ("heal", "wake", "recover") if one != step]
    assert {"Lag", "CanaryLog"} <= metrics(counted)


def test_on_standby_it_measures_and_does_nothing(counted: Counted):
    its = made(counted, standby=lambda: True, heal=broken, wake=broken, recover=broken)
    its = its._replace(consumers=lambda _: CONSUMERS[:1])
    healing.heal(its, lambda: False)
    assert metrics(counted) == {"Lag", "Behind", "Parked", "SequencerParked", "Unmerged"}
    assert counted.told["Unmerged"] == 3


@pytest.mark.parametrize(("missing", "cut_off"), [(0, False), (7_000, False), (7_300, True)])
def test_a_canary_that_is_missing_for_two_hours_has_the_table_read(
    counted: Counted, monkeypatch: pytest.MonkeyPatch, missing: float, *, cut_off: bool
):
    monkeypatch.setattr(canary, "passage", lambda _: Passage(60, 90, missing))
    asked: list[bool] = []
    its = made(counted, recover=lambda missed, _: asked.append(missed))
    healing.heal(its._replace(consumers=lambda _: []), lambda: False)
    assert asked == [cut_off]


def test_every_metric_comes_from_one_run(aws: Aws):  # noqa: F811
    aws.submitted()
    aws.settle()
    aws.call("canary", SCHEDULED)
    aws.call("reconcile", SCHEDULED)
    aws.call("heal", SCHEDULED)
    lines = [json.loads(line) for line in aws.printed.getvalue().splitlines()]
    assert {one["Name"] for line in lines for one in of(line)} >= ALL
    assert [line["Differences"] for line in lines if "Differences" in line] == [0]


def of(line: dict[str, Any]) -> list[dict[str, str]]:
    ((directive),) = line["_aws"]["CloudWatchMetrics"]
    found: list[dict[str, str]] = directive["Metrics"]
    return found


# What measuring reads


def test_what_waits_is_told_in_seconds_and_in_events(office: Office):
    view = View("nobody", "1", lambda _: None, lambda *_: None, lambda _: ())
    now = office.now()
    found = measured(view, office.platform.source, office.platform.views, now)
    assert found.lag == office.platform.log.head()
    assert found.behind == 24 * 3600  # the office opened the day before
    office.catch_up()
    caught_up = Measure(sent.VIEW, 0, 0.0, 0, stale=False)
    assert (
        measured(sent.PROJECTION, office.platform.source, office.platform.views, now) == caught_up
    )


def test_what_is_parked_is_counted_and_not_listed(aws: Aws):  # noqa: F811
    views = aws.platform.views
    live = views.create("nobody", "1")
    parked = [Parked(n, f"case-{n}", 1, "Noted", n, NOW, None) for n in range(1, 21)]
    views.commit(live, Batch(Checkpoint(0, 0), 20, park=parked))
    view = View("nobody", "1", lambda _: None, lambda *_: None, lambda _: ())
    asked: list[dict[str, Any]] = []
    events = cloud.client("dynamodb").meta.events
    noting = lambda params, **_: asked.append(dict(params))  # noqa: E731 - to be taken back below
    events.register("before-parameter-build.dynamodb.Query", noting)
    found = measured(view, aws.platform.source, views, NOW)
    events.unregister("before-parameter-build.dynamodb.Query", noting)
    assert found.parked == 20
    assert [(one["Select"], one["Limit"]) for one in asked] == [("COUNT", COUNTED)]
