"""One function of AWS may serve several consumers or schedules: each for itself."""

from types import SimpleNamespace
from typing import Any

import pytest

from chalicelib.eventlog.telemetry import Silent
from chalicelib.triggers import handlers
from chalicelib.triggers.cloud import Cloud
from chalicelib.triggers.instrumentation import HandlerFailed


def a_cloud(**given: Any) -> Cloud:
    """As far as these triggers look at it."""
    nothing = dict.fromkeys(Cloud._fields, lambda *_: None)
    usual: dict[str, Any] = {"platform": lambda: "platform", "telemetry": Silent}
    return Cloud(**{**nothing, **usual, "standby": lambda: False, **given})


def test_a_consumer_that_fails_stops_no_other_of_its_function(monkeypatch: pytest.MonkeyPatch):
    reached: list[str] = []

    def catch_up(_cloud: Cloud, _platform: Any, consumer: Any, _context: Any) -> None:
        if consumer.name == "bad":
            raise RuntimeError
        reached.append(consumer.name)

    monkeypatch.setattr(handlers, "catch_up_in_time", catch_up)
    served = [SimpleNamespace(name=name) for name in ("first", "bad", "last")]
    cloud = a_cloud(group=lambda _, name: served if name == "lists" else [])
    handle = handlers.wake_up(lambda: cloud, "lists")
    with pytest.raises(HandlerFailed, match="RuntimeError"):  # so that the message comes again
        handle(SimpleNamespace(context=None))
    assert reached == ["first", "last"]


def test_a_schedule_that_fails_stops_no_other_of_its_function():
    reached: list[str] = []

    def fail() -> None:
        raise RuntimeError

    found = [
        SimpleNamespace(name="first", run=lambda: reached.append("first")),
        SimpleNamespace(name="bad", run=fail),
        SimpleNamespace(name="last", run=lambda: reached.append("last")),
    ]
    cloud = a_cloud(schedules=lambda _platform, name: found if name == "nightly" else [])
    handle = handlers.scheduled(lambda: cloud, "nightly")
    with pytest.raises(HandlerFailed, match="RuntimeError"):
        handle(SimpleNamespace(context=None))
    assert reached == ["first", "last"]
