"""
The service over loopback, durable, with its consumers running: 16 keep-alive clients.

The clients are a process of their own, with bare sockets, so that what is measured is the service
and not an HTTP library. The peer is what a comparable system publishes: Open Zaak creates about 25
cases a second at 390-1200 ms.
"""

import json
import multiprocessing
import socket
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Barrier, Thread
from typing import Any, NamedTuple

from tests.system.running import running, token

from .people import resident_id

CLIENTS = 16
WARM_UP = 1.0
SECONDS = 8.0
OPEN_ZAAK_CASES_PER_S = 25.0
APPLICANT = resident_id(0)
SUBMITTER = "citizen"
SENIOR_CARD = "1144080000000106243442006001000"


class Load(NamedTuple):
    """
    What the clients send: `paths` in turn, each request with a fresh Idempotency-Key. Every `body`
    is for another applicant than APPLICANT: one person's second case would be offered the first.
    """

    host: str
    port: int
    method: str
    paths: list[str]
    token: str
    body: bytes


class Sample(NamedTuple):
    per_second: float
    p50_ms: float
    p99_ms: float
    failures: int


def run() -> dict[str, float]:
    """submits_per_s, p50_ms, p99_ms; reads_per_s, reads_p99_ms; open_zaak_ratio; failures."""
    with TemporaryDirectory() as directory:
        data = Path(directory) / "var"
        with running(data, "--no-demo") as service:
            host, port = service.url.removeprefix("http://").split(":")
            bearer = token(data, SUBMITTER)
            body = json.dumps(submission()).encode()
            submit = Load(host, int(port), "POST", ["/cases"], bearer, body)
            submits, cases = _measured(submit)
            reads, _ = _measured(submit._replace(method="GET", paths=cases[:500], body=b""))
            service.stop()
    return {
        "submits_per_s": round(submits.per_second, 1),
        "p50_ms": round(submits.p50_ms, 2),
        "p99_ms": round(submits.p99_ms, 2),
        "open_zaak_ratio": round(submits.per_second / OPEN_ZAAK_CASES_PER_S, 1),
        "reads_per_s": round(reads.per_second, 1),
        "reads_p99_ms": round(reads.p99_ms, 2),
        "failures": submits.failures + reads.failures,
    }


def submission() -> dict[str, Any]:
    """A citizen's submission for the example item `senior-card`, which the hall takes in."""
    return {
        "item": SENIOR_CARD,
        "applicant": {"name": "张三", "id_number": APPLICANT, "phone": "13800138000"},
        "form": {"born_on": "1950-01-01", "residence": "湛江市赤坎区示例路 1 号"},
    }


def _measured(load: Load) -> tuple[Sample, list[str]]:
    """In a process of its own: the clients must not share the service's interpreter, nor ours."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        latencies, elapsed, failures, created = pool.apply(_drive, (load,))
    milliseconds = sorted(one * 1000 for one in latencies)
    return Sample(
        len(latencies) / elapsed,
        statistics.median(milliseconds),
        milliseconds[int(len(milliseconds) * 0.99)],
        failures,
    ), created


def _drive(load: Load) -> tuple[list[float], float, int, list[str]]:
    taken: list[list[float]] = [[] for _ in range(CLIENTS)]
    created: list[list[str]] = [[] for _ in range(CLIENTS)]
    failures = [0] * CLIENTS
    ready = Barrier(CLIENTS + 1)
    threads = [
        Thread(target=_client, args=(load, number, ready, taken, created, failures))
        for number in range(CLIENTS)
    ]
    for thread in threads:
        thread.start()
    ready.wait()
    for thread in threads:
        thread.join()
    return (
        [one for each in taken for one in each],
        SECONDS,
        sum(failures),
        [one for each in created for one in each],
    )


def _client(  # noqa: PLR0913, PLR0917 - what one thread of the driver is given
    load: Load,
    number: int,
    ready: Barrier,
    taken: list[list[float]],
    created: list[list[str]],
    failures: list[int],
) -> None:
    with socket.create_connection((load.host, load.port), timeout=60) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        ready.wait()
        begin = time.perf_counter() + WARM_UP
        end = begin + SECONDS
        sent = 0
        while (start := time.perf_counter()) < end:
            sent += 1
            connection.sendall(_request(load, number, sent))
            status, reply = http_reply(connection.recv)
            if start < begin:
                continue
            taken[number].append(time.perf_counter() - start)
            failures[number] += status >= 400
            if load.method == "POST" and len(created[number]) < 100:
                created[number].append(f"/cases/{json.loads(reply)['case_id']}")


def _request(load: Load, number: int, sent: int) -> bytes:
    path = load.paths[(number * 31 + sent) % len(load.paths)]
    body = load.body.replace(APPLICANT.encode(), resident_id(number * 100_000 + sent).encode())
    head = (
        f"{load.method} {path} HTTP/1.1\r\nHost: {load.host}\r\n"
        f"Authorization: Bearer {load.token}\r\nContent-Type: application/json\r\n"
        f"Idempotency-Key: bench-{number:02d}-{sent:06d}\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def http_reply(receive: Callable[[int], bytes]) -> tuple[int, bytes]:
    """Status and body of one reply; raises ConnectionError where the service has closed."""
    received = b""
    while b"\r\n\r\n" not in received:
        received += _some(receive)
    head, _, body = received.partition(b"\r\n\r\n")
    length = next(
        int(line.split(b":")[1])
        for line in head.split(b"\r\n")
        if line.lower().startswith(b"content-length")
    )
    while len(body) < length:
        body += _some(receive)
    return int(head[9:12]), body


def _some(receive: Callable[[int], bytes]) -> bytes:
    if not (received := receive(65536)):
        raise ConnectionError("the service closed the connection")
    return received
