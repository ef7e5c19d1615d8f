"""The process of the consumers beside the one that serves: either may die."""

import os
import signal
import time
from pathlib import Path

import pytest

from benchmarks.http import submission
from tests.system.examples import published
from tests.system.running import Running, client, running, token

pytestmark = pytest.mark.skipif(
    not Path("/proc/self/task").is_dir(), reason="this system does not tell who started whom"
)


@pytest.fixture
def service(tmp_path):
    with running(published(tmp_path / "var")) as service:
        yield service


def listed(service: Running) -> bool:
    """Whether a case that is submitted now comes into its applicant's list."""
    with client(service.url, token(service.data, "citizen")) as http:
        body = {**submission(), "insist": True}
        key = {"Idempotency-Key": str(time.monotonic_ns())}
        made = http.post("/cases", json=body, headers=key).raise_for_status().json()
        for _ in range(10):  # the list waits some seconds each time, and answers 503
            asked = http.get("/cases", params={"min_position": made["position"]})
            if asked.status_code == 200:
                return made["case_id"] in [row["case_id"] for row in asked.json()["items"]]
    return False


def is_there(process: int) -> bool:
    try:
        return "zombie" not in Path(f"/proc/{process}/status").read_text(encoding="utf-8")
    except (
        FileNotFoundError,
        ProcessLookupError,
    ):  # it may end between the opening and the reading
        return False


def until(true, seconds: float = 30.0) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if true():
            return True
        time.sleep(0.02)
    return False


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_consumers_that_die_are_started_anew_and_go_on(service, how):
    assert listed(service)
    first = service.consumers()
    os.kill(first, how)
    assert until(lambda: not is_there(first))
    assert listed(service)
    assert service.consumers() != first


def test_with_the_service_killed_its_consumers_end_too(service):
    consumers = service.consumers()
    service.kill()
    assert until(lambda: not is_there(consumers))


def test_a_stop_ends_both_and_is_no_failure(service):
    consumers = service.consumers()
    assert listed(service)
    assert service.stop() == 0
    assert not is_there(consumers)
    assert "ERROR" not in "".join(service.output)


def test_ctrl_c_reaches_both_and_leaves_no_traceback(service):
    consumers = service.consumers()
    assert listed(service)
    for process in (consumers, service.process.pid):
        os.kill(process, signal.SIGINT)
    assert service.ended() == 0
    assert until(lambda: not is_there(consumers))
    assert "Traceback" not in "".join(service.output)
