"""
The service over loopback, durable, with its consumers running: 16 keep-alive clients.

The clients are a process of their own, with bare sockets, so that what is measured is the service
and not an HTTP library. Each submission is another citizen's, for that citizen, who is proven and
has asked for something before: the token was verified then, as one is that has just signed in. The
peer is what a comparable system publishes: Open Zaak creates about 25 cases a second at 390-1200
ms.
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

from chalicelib.serving import signin
from tests.system.examples import published
from tests.system.running import running

from .citizens import signed_up
from .people import resident_id

CLIENTS = 16
WARM_UP = 1.0
SECONDS = 8.0
OPEN_ZAAK_CASES_PER_S = 25.0
INSIST = "whether again"  # stands for true or false in the body
# Who submits in turn at each client; who has done so before insists.
CITIZENS = 450
APPLICANT = str(signin.persona("citizen-zhang").id_number)
SENIOR_CARD = "1144080000000106243442006001000"


class Load(NamedTuple):
    """
    What the clients send, each request with a fresh Idempotency-Key. With a `body` each client's
    CITIZENS submit in turn, every one for themselves, at the first of `paths`; else the `paths` are
    read in turn, each with the token of the same place.
    """

    host: str
    port: int
    method: str
    paths: list[str]
    tokens: list[str]
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
        tokens = signed_up(data, [_citizen(*one) for one in _everybody()])
        with running(published(data)) as service:
            host, port = service.url.removeprefix("http://").split(":")
            body = json.dumps({**submission(), "insist": INSIST}).encode()
            submit = Load(host, int(port), "POST", ["/cases"], tokens, body)
            submits, cases = _measured(submit)
            paths, owners = [list(one) for one in zip(*cases[:500], strict=True)]
            read = submit._replace(method="GET", paths=paths, tokens=owners, body=b"")
            reads, _ = _measured(read)
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


def _everybody() -> list[tuple[int, int]]:
    return [(client, one) for client in range(CLIENTS) for one in range(CITIZENS)]


def _citizen(client: int, one: int) -> int:
    """The number of a client's citizen, as resident_id counts."""
    return client * 100_000 + one


def submission() -> dict[str, Any]:
    """The demonstration's citizen asks for the example item `senior-card` at the hall."""
    return {
        "item": SENIOR_CARD,
        "applicant": {"name": "张三", "id_number": APPLICANT, "phone": "13800138000"},
        "form": {"born_on": "1950-01-01", "residence": "湛江市赤坎区示例路 1 号"},
    }


def _measured(load: Load) -> tuple[Sample, list[tuple[str, str]]]:
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


def _drive(load: Load) -> tuple[list[float], float, int, list[tuple[str, str]]]:
    taken: list[list[float]] = [[] for _ in range(CLIENTS)]
    created: list[list[tuple[str, str]]] = [[] for _ in range(CLIENTS)]
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
    created: list[list[tuple[str, str]]],
    failures: list[int],
) -> None:
    with socket.create_connection((load.host, load.port), timeout=60) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for one in _own(load, number):  # they were there before: they looked at their account
            connection.sendall(_head(load, "GET", "/account", one))
            status, _ = http_reply(connection.recv)
            failures[number] += status >= 400
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
                path = f"/cases/{json.loads(reply)['case_id']}"
                created[number].append((path, _token(load, number, sent)))


def _request(load: Load, number: int, sent: int) -> bytes:
    path = load.paths[_place(number, sent) % len(load.paths)]
    again, one = divmod(sent, CITIZENS)
    body = load.body.replace(APPLICANT.encode(), resident_id(_citizen(number, one)).encode())
    body = body.replace(f'"{INSIST}"'.encode(), b"true" if again else b"false")
    more = (
        f"Content-Type: application/json\r\nIdempotency-Key: bench-{number:02d}-{sent:06d}\r\n"
        f"Content-Length: {len(body)}\r\n"
    )
    return _head(load, load.method, path, _token(load, number, sent), more) + body


def _head(load: Load, method: str, path: str, token: str, more: str = "") -> bytes:
    head = f"{method} {path} HTTP/1.1\r\nHost: {load.host}\r\nAuthorization: Bearer {token}\r\n"
    return f"{head}{more}\r\n".encode()


def _place(number: int, sent: int) -> int:
    return number * 31 + sent


def _token(load: Load, number: int, sent: int) -> str:
    if load.body:
        return load.tokens[number * CITIZENS + sent % CITIZENS]
    return load.tokens[_place(number, sent) % len(load.paths)]


def _own(load: Load, number: int) -> list[str]:
    """The tokens of the client's citizens, if they are to submit."""
    return load.tokens[number * CITIZENS : (number + 1) * CITIZENS] if load.body else []


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
