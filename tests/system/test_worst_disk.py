"""
The drill of the full disk, as docs/operating.md tells it ("The disk is full"): it is said, by its
name, to who asks and in the log; nothing that was acknowledged is lost; with room it goes on.
"""

import json
import shutil
import time
from pathlib import Path
from typing import Any

import httpx
import pytest

from benchmarks.http import submission
from chalicelib import bootstrap
from chalicelib.eventlog.audit import check
from chalicelib.serving.illustration import pdf
from tests.counts import often

from .running import client, running, token
from .small_disk import OnSmallDisk, is_to_be_had, on_small_disk, started_read_only

pytestmark = pytest.mark.skipif(
    not is_to_be_had(), reason="no user namespaces here: tests/web/test_full_disk.py has the rest"
)
REFUSED = often(800)


@pytest.fixture
def service(tmp_path: Path):
    with on_small_disk(tmp_path / "var") as service:
        yield service


def submitted(http: httpx.Client, key: str) -> httpx.Response:
    body = {**submission(), "insist": True}
    return http.post("/cases", json=body, headers={"Idempotency-Key": key})


def handed_in(http: httpx.Client, number: int) -> httpx.Response:
    kind = {"Content-Type": "application/pdf"}
    return http.post("/documents", content=pdf(f"floor plan {number}"), headers=kind)


def lines(service: OnSmallDisk) -> list[dict[str, Any]]:
    said = [one for one in list(service.output) if one.startswith("{")]
    return [json.loads(one) for one in said]


def until(true: Any, seconds: float = 30.0) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if true():
            return True
        time.sleep(0.1)
    return False


def test_a_full_disk_is_said_by_name_loses_nothing_and_with_room_it_goes_on(
    service: OnSmallDisk, tmp_path: Path
):
    acknowledged: list[str] = []
    with client(service.url, token(service.disk, "citizen")) as http:
        acknowledged += [submitted(http, f"before-{n:03}").json()["case_id"] for n in range(5)]
        service.fill()
        waiting = _refused(http, acknowledged)
        assert waiting, "it was never full"
        document = handed_in(http, 1)
        told = (document.status_code, document.json()["code"])
        assert told == (503, "storage-full"), document.text
        _is_told(service, http)
        assert http.get(f"/cases/{acknowledged[0]}").status_code == 200  # what is there is read
        service.make_room()
        for key in waiting:  # by itself, and under the same keys
            again = submitted(http, key)
            assert again.status_code == 201, again.text
            acknowledged.append(again.json()["case_id"])
        assert handed_in(http, 2).status_code in (200, 201)
        assert until(lambda: http.get("/ready").status_code == 200)
    _is_logged(service)
    _everything_is_there(service, tmp_path / "copy", acknowledged)
    assert service.stop() == 0


def _refused(http: httpx.Client, acknowledged: list[str]) -> list[str]:
    """Keys of submissions that a full disk refused; what still found room is acknowledged."""
    refused = []
    for number in range(REFUSED * 3):
        answer = submitted(http, f"while-full-{number:03}")
        if answer.status_code == 201:
            acknowledged.append(answer.json()["case_id"])
            continue
        assert (answer.status_code, answer.json()["code"]) == (503, "storage-full"), answer.text
        assert answer.headers["Retry-After"] == "60"
        refused.append(f"while-full-{number:03}")
        if len(refused) == REFUSED:
            break
    return refused[:20]


def _is_told(service: OnSmallDisk, http: httpx.Client) -> None:
    began = time.monotonic()
    with httpx.Client(base_url=service.url, trust_env=False) as stranger:
        assert stranger.get("/health").json() == {"status": "ok", "position": None}
        assert time.monotonic() - began < 5  # a second, where nothing else runs
        unready = stranger.get("/ready")
    assert (unready.status_code, unready.json()["failing"]) == (503, ["writes"])
    assert unready.json()["details"] is None
    with client(service.url, token(service.disk, "auditor")) as auditor:
        details = auditor.get("/ready").json()["details"]
    assert details["writes_refused"] in ("SQLITE_FULL", "ENOSPC")
    assert details["disk_free_bytes"] < 1 << 20
    assert http.get("/ready").json()["details"] is None


def _is_logged(service: OnSmallDisk) -> None:
    """Few lines, which count them all, and name what failed."""
    time.sleep(0.5)
    failures = [one for one in lines(service) if one.get("error", {}).get("kind") == "Full"]
    causes = {one["error"]["cause"] for one in failures}
    assert "ENOSPC" in causes or "SQLITE_FULL" in causes
    cases = [one for one in failures if one.get("route") == "/cases"]
    assert cases
    assert all(one["request_id"] and one["error"]["trace"] for one in cases)
    assert "events.db" in cases[0]["error"]["message"]
    refusals = [one for one in lines(service) if one.get("code") == "storage-full"]
    assert len(refusals) >= REFUSED  # each request has its own line
    assert len(cases) < REFUSED / 2


def _everything_is_there(service: OnSmallDisk, copy: Path, acknowledged: list[str]) -> None:
    """In a copy: the disk goes with its last process."""
    copy.mkdir()
    for name in ("secret.key", "events.db-wal", "events.db"):
        if (service.disk / name).exists():
            shutil.copy(service.disk / name, copy / name)
    platform = bootstrap.embedded(copy)
    assert check(platform.log).clean
    for case_id in acknowledged:
        assert platform.store.load(f"case-{case_id}").version > 0, f"{case_id} was lost"


def test_on_a_read_only_disk_the_start_says_what_to_do(tmp_path: Path):
    data = tmp_path / "var"
    with running(data) as service:
        assert service.stop() == 0
    refused = started_read_only(data)
    assert refused.returncode == 1
    assert "Traceback" not in refused.stderr
    assert "read" in refused.stderr.lower()
    assert check(bootstrap.embedded(data).log).clean
