"""A real service with a log in a file, and metrics: what an operator finds there."""

import json
import os
import socket
import time
from pathlib import Path

import httpx

from tests.system.examples import published
from tests.system.running import client, running, token
from tests.system.test_consumers_process import listed


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port: int = taken.getsockname()[1]
        return port


def test_an_operator_finds_each_request_and_both_processes(tmp_path: Path):
    file, port = tmp_path / "logs" / "banjian.log", free_port()
    file.parent.mkdir()
    options = ("--log-file", str(file), "--metrics", f"127.0.0.1:{port}")
    with running(published(tmp_path / "var"), *options) as service:
        assert listed(service)
        with client(service.url, token(service.data, "citizen")) as http:
            asked = http.get("/cases", headers={"X-Request-Id": "of-my-ticket-88"})
            assert asked.headers.get_list("X-Request-Id") == ["of-my-ticket-88"]
            refused = http.get("/cases", headers={"Authorization": "Bearer of-nobody"})
            assert refused.status_code == 401
        os.kill(service.consumers(), 9)
        time.sleep(2)
        metrics = httpx.get(f"http://127.0.0.1:{port}/metrics", trust_env=False).text
        strangers = httpx.get(f"{service.url}/metrics", trust_env=False)
        assert service.stop() == 0
    assert strangers.status_code == 404
    assert 'banjian_consumers_restarts_total{why="ended"} 1.0' in metrics
    assert 'route="/cases",status="201"} 1.0' in metrics
    assert 'banjian_commits_total{process="consumers"}' in metrics
    lines = [json.loads(one) for one in file.read_text(encoding="utf-8").splitlines()]
    requests = [one for one in lines if one["message"] == "request"]
    mine = next(one for one in requests if one["request_id"] == "of-my-ticket-88")
    assert (mine["route"], mine["status"], mine["role"]) == ("/cases", 200, "applicant")
    assert "address" not in mine
    tried = next(one for one in requests if one["status"] == 401)
    assert (tried["code"], tried["address"]) == ("invalid-token", "127.0.0.1")
    assert any("another one takes over" in one["message"] for one in lines)
    assert file.stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "logs" / "banjian.consumers.log").exists()
    assert "Bearer" not in file.read_text(encoding="utf-8")


def test_where_lines_go_to_standard_output_nothing_else_does(tmp_path: Path):
    with running(tmp_path / "var", "--log-file", "-") as service:
        httpx.get(f"{service.url}/health", trust_env=False)
        assert service.stop() == 0
    # What is for people went to standard error, which the test reads from the same pipe.
    said = [one for one in service.output if one.startswith("{")]
    assert [json.loads(one)["route"] for one in said if '"request"' in one] == ["/health"]
