"""What the log keeps of every route that is walked: the routes, and nothing of anybody."""

import json
import logging
import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from chalicelib.adapters.watching import json_logs
from chalicelib.adapters.watching.counts import Counts
from chalicelib.adapters.watching.line_log import LineLog
from chalicelib.adapters.watching.machine import _line
from chalicelib.adapters.watching.settings import Kept
from chalicelib.contract import contracts
from chalicelib.serving import wsgi
from chalicelib.subjects import entries

from ..stories.cases import ROOT
from .everything import STORIES
from .service import service
from .walking import PEOPLE, Walker

DOCUMENT = json.loads((ROOT / contracts.OPENAPI).read_text(encoding="utf-8"))
# What people typed, or are known by, in bodies and replies.
PERSONAL = frozenset(
    {"id_number", "phone", "mobile", "residence", "address", "birth_date", "email"}
)
NUMBERS = re.compile(r"(?<![0-9a-f])(?:[0-9]{17}[0-9X]|1[3-9][0-9]{9})(?![0-9a-f])")
CHINESE = re.compile(r"[\u4e00-\u9fff]")


class Memory:
    def __init__(self) -> None:
        self.content = b""

    def write(self, lines: bytes, /) -> None:
        self.content += lines

    def close(self) -> None:
        """It is read afterwards."""


@pytest.fixture(scope="module")
def walked(tmp_path_factory: pytest.TempPathFactory) -> tuple[Walker, str]:
    import app

    sink, data = Memory(), tmp_path_factory.mktemp("logged")
    kept = Kept(addresses="all")
    log = LineLog(sink, lambda one: _line(Counts(), kept, lambda _: "digest", one))
    loggers = [logging.root, *map(logging.getLogger, logging.root.manager.loggerDict)]
    before = [(one, one.handlers[:], one.level, one.propagate) for one in loggers]
    with service(data):
        json_logs.install_handler(log)
        transport = httpx.WSGITransport(wsgi.wsgi(app.app, log.answered))
        with httpx.Client(transport=transport, base_url="http://banjian.test") as client:
            walker = Walker(client, data, DOCUMENT)
            for story in STORIES:
                story(walker)
    log.close()
    for one, handlers, level, propagate in before:
        one.handlers[:] = handlers
        one.setLevel(level)
        one.propagate = propagate
    return walker, sink.content.decode()


def test_every_route_that_was_walked_is_in_the_log_by_its_template(walked: tuple[Walker, str]):
    walker, text = walked
    lines = [json.loads(one) for one in text.splitlines()]
    requests = [one for one in lines if one["logger"] == "chalicelib.requests"]
    told = {(one["method"], one["route"]) for one in requests}
    asked = {(method, path) for method, path, *_ in entries("ROUTES")}
    walked_routes = {
        key for key, one in walker.operations.items() if _met(walker, one["operationId"])
    }
    assert len(walked_routes) > 100
    assert walked_routes <= told
    assert {one for one in told if one[1] != "(none)"} <= asked
    assert all({"time", "status", "ms", "request_id"} <= one.keys() for one in requests)
    refused = [one for one in requests if one["status"] >= 400]
    assert all(one["code"] for one in refused)


def _met(walker: Walker, operation: str) -> bool:
    return any(name == operation for name, _ in walker.met)


def test_nothing_of_anybody_is_in_the_log(walked: tuple[Walker, str]):
    walker, text = walked
    assert NUMBERS.findall(text) == []
    assert CHINESE.findall(text) == []  # every name and address of the walks is Chinese
    found = {value for one in walker.met.values() for value in _personal(one.request)}
    found |= {value for one in walker.met.values() for value in _personal(one.reply)}
    assert len(found) > 5
    assert [one for one in found if one in text] == []
    assert [one for one in PEOPLE if f'"{one}"' in text] == []  # accounts are digested


def test_no_id_from_a_path_is_in_the_line_of_its_request(walked: tuple[Walker, str]):
    walker, text = walked
    requests = "\n".join(one for one in text.splitlines() if '"chalicelib.requests"' in one)
    ids = {
        value
        for one in walker.met.values()
        for name, value in one.parameters.items()
        if name not in {"file", "set", "material", "number", "view"} and len(value) > 6
    }
    assert len(ids) > 10
    assert [one for one in ids if one in requests] == []


def _personal(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for name, one in value.items():
            if name in PERSONAL and isinstance(one, str) and len(one) > 3:
                yield one
            yield from _personal(one)
    elif isinstance(value, list):
        for one in value:
            yield from _personal(one)
