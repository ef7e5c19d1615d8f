"""/metrics: for Prometheus, and not for strangers."""

import logging
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from chalicelib import bootstrap
from chalicelib.adapters.watching.counts import Counts, Sum
from chalicelib.adapters.watching.machine import count
from chalicelib.adapters.watching.prometheus import exposition
from chalicelib.adapters.watching.settings import place
from chalicelib.adapters.watching.watchman import Pulse, Served, Watchman
from chalicelib.serving import metrics
from chalicelib.web.exchanges import Exchange

TOKEN = "a-token-of-prometheus"


@pytest.fixture
def watchman(tmp_path: Path) -> Watchman:
    data = tmp_path / "var"
    platform = bootstrap.embedded(data, synchronous="OFF")
    made = Watchman(platform, data, lambda: bootstrap.consumers(platform))
    told = (Sum("errors", (("logger", "chalicelib.x"),), 3.0), Sum("commits", (), 5.0))
    made.pulse = lambda: Pulse(0.5, {"ended": 1, "hung": 2}, told)
    made.served = lambda: Served(7, 2)
    return made


@pytest.fixture
def samples(watchman: Watchman) -> dict[tuple[str, tuple[str, ...]], float]:
    counts = Counts()
    count(counts, Exchange(0.0, 0.03, "POST", "/cases", 201, "r"))
    counts.add("store_failures", kind="Full", cause="SQLITE_FULL")
    text = exposition(counts, watchman).decode()
    return {
        (one.name, tuple(one.labels.values())): one.value
        for family in text_string_to_metric_families(text)
        for one in family.samples
    }


def test_both_processes_are_told_of(samples):
    assert samples["banjian_requests_total", ("POST", "/cases", "201")] == 1
    assert samples["banjian_store_failures_total", ("SQLITE_FULL", "Full", "service")] == 1
    assert samples["banjian_errors_total", ("chalicelib.x", "consumers")] == 3
    assert samples["banjian_commits_total", ("consumers",)] == 5
    assert samples["banjian_consumers_restarts_total", ("hung",)] == 2
    assert samples["banjian_request_seconds_bucket", ("0.05", "POST", "/cases")] == 1
    assert samples["banjian_request_seconds_bucket", ("0.025", "POST", "/cases")] == 0


def test_what_is_looked_up_is_told_too(samples):
    assert samples["banjian_ready", ()] == 1
    assert samples["banjian_connections", ()] == 7
    assert samples["banjian_connections_refused_total", ()] == 2
    assert samples["banjian_heartbeat_seconds", ()] == 0.5
    assert samples["banjian_disk_free_bytes", ()] > 0
    assert samples["banjian_lag_events", ("work_list",)] == 0
    assert samples["banjian_parked_events", ("certificates",)] == 0
    assert samples["banjian_file_bytes", ("events.db",)] > 0
    assert any(name.startswith("process_") for name, _ in samples)


@pytest.fixture
def url() -> Iterator[str]:
    with metrics.serving(place("127.0.0.1:0", TOKEN), lambda: b"up 1\n") as url:
        yield url


def asked(url: str, path: str = "/metrics", **headers: str) -> httpx.Response:
    return httpx.get(f"{url}{path}", headers=headers, trust_env=False)


def test_whoever_has_the_token_is_told_and_nobody_else(url: str):
    assert asked(url).status_code == 401
    assert asked(url, Authorization="Bearer another").status_code == 401
    told = asked(url, Authorization=f"Bearer {TOKEN}")
    assert (told.status_code, told.text) == (200, "up 1\n")
    assert told.headers["Content-Type"].startswith("text/plain; version=0.0.4")
    assert asked(url, "/", Authorization=f"Bearer {TOKEN}").status_code == 404
    posted = httpx.post(f"{url}/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    assert posted.status_code == 405


def test_on_loopback_no_token_is_asked_for():
    with metrics.serving(place("127.0.0.1:0", ""), lambda: b"up 1\n") as url:
        assert asked(url).text == "up 1\n"


@pytest.mark.parametrize(
    ("address", "token", "said"),
    [
        ("0.0.0.0:9464", "", "can be reached by others: a token is needed"),
        ("[::]:9464", "", "can be reached by others"),
        ("10.1.2.3:9464", "", "can be reached by others"),
        ("0.0.0.0:9464", "short", "fewer than 16"),
        ("localhost:9464", "", "is no IP address"),
        ("127.0.0.1", "", "is not HOST:PORT"),
        ("127.0.0.1:70000", "", "is not HOST:PORT"),
    ],
)
def test_an_address_that_would_stand_open_is_refused_by_name(address: str, token: str, said: str):
    with pytest.raises(ValueError, match=said):
        place(address, token)


@pytest.mark.parametrize(
    ("address", "where"),
    [("127.0.0.1:9464", ("127.0.0.1", 9464, "")), ("[::1]:9464", ("::1", 9464, ""))],
)
def test_an_address_of_this_machine_needs_none(address: str, where: tuple[str, int, str]):
    assert place(address, "") == where


def test_who_asks_for_no_metrics_does_not_import_their_library():
    script = (
        "import sys; from chalicelib import bootstrap; from chalicelib.serving import service;"
        "bootstrap.begin_log('service'); service.Service;"
        "print([one for one in sys.modules if 'prometheus' in one])"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False
    )
    assert done.stdout.splitlines()[-1:] == ["[]"], done.stderr


def test_a_failure_that_is_logged_in_words_counts_as_well(monkeypatch: pytest.MonkeyPatch):
    from chalicelib.adapters.watching import machine

    monkeypatch.setattr(logging, "root", logging.getLogger("tests.of.words"))
    counts = Counts()
    record = logging.makeLogRecord({"name": "chalicelib.y", "levelno": logging.ERROR})
    machine.Counting(counts).filter(record)
    assert [(one.name, one.value) for one in counts.sums()] == [("errors", 1)]
