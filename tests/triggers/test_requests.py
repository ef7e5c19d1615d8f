"""On AWS each request is a line as on one machine, and /ready tells whether the tables answer."""

import json
import logging
from types import SimpleNamespace
from typing import Any

import pytest
from chalice.app import Request, Response

from chalicelib import bootstrap
from chalicelib.adapters.watching.json_logs import JsonLines
from chalicelib.bootstrap import requests
from chalicelib.eventlog.ports import Unavailable
from chalicelib.platform.condition import LOG, WELL, Condition
from chalicelib.web.exchanges import begin, noted

EVENT = {
    "requestContext": {
        "httpMethod": "POST",
        "resourcePath": "/cases/{case_id}/receive",
        "path": "/api/cases/secret-id/receive",
        "requestId": "r-1",
        "identity": {"sourceIp": "10.0.0.1"},
    },
    "headers": {"x-forwarded-for": "1.2.3.4"},
    "pathParameters": {"case_id": "secret-id"},
    "multiValueQueryStringParameters": None,
    "stageVariables": {},
    "body": None,
    "isBase64Encoded": False,
}


class Platform(SimpleNamespace):
    def keyed(self, *parts: str) -> bytes:
        return bytes(len(parts)) + b"digest-of-an-account"


@pytest.fixture
def platform(monkeypatch: pytest.MonkeyPatch) -> Platform:
    made = Platform(log=SimpleNamespace(head=lambda: 7))
    monkeypatch.setattr(bootstrap, "platform", lambda: made)
    requests._condition.cache_clear()
    return made


def test_a_request_is_a_line_with_its_route_and_without_its_path(
    platform: Platform, caplog: pytest.LogCaptureFixture
):
    assert platform
    told = begin()
    told.account, told.role, told.code = "clerk-chen", "clerk", "not-found"
    with caplog.at_level(logging.INFO):
        requests.answered(Request(EVENT), Response("", {}, 404), 0.0123)
    (record,) = caplog.records
    line: dict[str, Any] = json.loads(JsonLines().format(record))
    assert line.pop("time")
    assert line == {
        "level": "INFO",
        "logger": "chalicelib.requests",
        "message": "request",
        "method": "POST",
        "route": "/cases/{case_id}/receive",
        "status": 404,
        "ms": 12.3,
        "request_id": "r-1",
        "code": "not-found",
        "role": "clerk",
        "account": line["account"],
        "address": "10.0.0.1",  # of nobody whom we do not believe
    }
    assert "clerk-chen" not in json.dumps(line)
    assert noted().account == ""  # the next request is somebody else's


def test_a_table_that_does_not_answer_is_said_so_and_not_asked_by_each_who_wants_to_know(
    platform: Platform, caplog: pytest.LogCaptureFixture
):
    assert requests.condition() == WELL
    asked: list[int] = []

    def fails() -> int:
        asked.append(1)
        raise Unavailable("the table")

    platform.log.head = fails
    requests._condition.cache_clear()
    assert {requests.condition() for _ in range(20)} == {bootstrap_condition()}
    assert 1 <= len(asked) <= 2
    assert "the log cannot be read" in caplog.text


def bootstrap_condition() -> object:
    return Condition((LOG,))


def test_what_is_told_of_each_consumer_is_looked_up_in_the_views(
    platform: Platform, monkeypatch: pytest.MonkeyPatch
):
    requests._details.cache_clear()
    one = SimpleNamespace(name="work_list", lag=-1, parked=2)
    monkeypatch.setattr(bootstrap, "consumers", lambda _: [])
    monkeypatch.setattr("chalicelib.eventlog.consumers.status", lambda *_: [one])
    platform.source = platform.views = None
    details = requests.details()
    assert (details.position, details.consumers[0]) == (7, ("work_list", 0, 2))
    assert details.free is None
    requests._details.cache_clear()
