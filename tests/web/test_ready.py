"""/health is alive, and asks nothing; /ready tells what fails, and bounds what it tells."""

import json

import pytest

from chalicelib import bootstrap
from chalicelib.adapters.watching.watchman import Watchman
from chalicelib.eventlog.ports import Unavailable
from chalicelib.platform.condition import Condition

from ..city import City


@pytest.fixture
def failing(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    assert city.platform is bootstrap.watchman().platform
    found = Condition(("log", "writes", "consumers"))
    monkeypatch.setattr(Watchman, "condition", lambda _: found)


def test_a_stranger_is_told_that_it_works_and_not_how_much_is_done(city: City):
    city.submit()
    told = city.get(None, "/ready").json()
    assert told == {"status": "ready", "details": None}
    assert city.get("citizen-zhang", "/ready").json() == told


def test_who_watches_over_it_is_told_how_far_and_how_full(city: City):
    city.submit()
    details = city.get("auditor-zheng", "/ready").json()["details"]
    assert details["position"] == city.platform.log.head() > 0
    assert details["disk_free_bytes"] > 0
    assert details["writes_refused"] is None
    lag = {one["name"]: one["lag"] for one in details["consumers"]}
    assert lag["work_list"] >= 0


def test_what_fails_is_said_to_everybody_and_why_to_nobody_else(city: City, failing: None):
    assert failing is None
    answer = city.get(None, "/ready")
    assert answer.status_code == 503
    told = answer.json()
    assert (told["code"], told["failing"]) == ("not-ready", ["log", "writes", "consumers"])
    assert told["details"] is None
    assert not any(character.isdigit() for character in json.dumps(told["failing"]))
    assert city.get("auditor-zheng", "/ready").json()["details"] is not None


def test_it_is_alive_whatever_fails(city: City, failing: None, monkeypatch: pytest.MonkeyPatch):
    assert failing is None

    def broken(*_: object) -> int:
        raise Unavailable("events.db: disk I/O error")

    store = type(city.platform.store)
    with monkeypatch.context() as patch:
        patch.setattr(store, "head", broken)
        patch.setattr(store, "load", broken)
        for account in (None, "citizen-zhang", "auditor-zheng"):
            answer = city.get(account, "/health")
            assert (answer.status_code, answer.json()) == (200, {"status": "ok", "position": None})
        assert city.get("auditor-zheng", "/ready").status_code == 503


def test_without_a_token_nothing_is_asked_to_be_alive(city: City, monkeypatch: pytest.MonkeyPatch):
    def asked(*_: object) -> None:
        pytest.fail("it may hang")

    for name in ("head", "load", "read", "append"):
        monkeypatch.setattr(type(city.platform.store), name, asked)
    monkeypatch.setattr(type(city.platform.views), "get", asked)
    assert city.get(None, "/health").status_code == 200
