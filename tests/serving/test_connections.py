"""What one client may take of the service, and that it takes nothing from others."""

import json
import select
import socket
import threading
import time
from contextlib import ExitStack, contextmanager

import pytest
from chalice.app import Chalice, Response

from chalicelib.eventlog.ports import Unavailable
from chalicelib.serving import limits, wsgi
from chalicelib.serving.limits import USUAL, Census, Limits
from chalicelib.serving.server import Server, listen
from chalicelib.web.turns import without_a_turn

QUICK = Limits(connections=40, by_address=30, headers=1, body=1, reply=1, idle=2)
LARGE = 32 << 20


def an_app(gate: threading.Event) -> Chalice:
    app = Chalice(app_name="registry", configure_logs=False)

    @app.route("/health")
    def health():
        return {"status": "ok"}

    @app.route("/cases/{case}")
    def read(case):
        return {"case": case}

    @app.route("/busy")
    def busy():
        gate.wait(60)
        return {}

    @app.route("/waits")
    def waits():
        with without_a_turn():
            gate.wait(60)
        return {}

    @app.route("/large")
    def large():
        return Response(bytes(LARGE), {"Content-Type": "application/octet-stream"})

    @app.route("/documents", methods=["POST"], content_types=["image/png"])
    def upload():
        request = app.current_request
        assert request is not None
        return {"size": len(request.raw_body)}

    return app


class Running:
    def __init__(self, port: int, gate: threading.Event) -> None:
        self.port, self.gate = port, gate

    def client(self, source: str = "127.0.0.1") -> socket.socket:
        return socket.create_connection(
            ("127.0.0.1", self.port), timeout=30, source_address=(source, 0)
        )

    def get(self, path: str, source: str = "127.0.0.1") -> tuple[int, float]:
        """Status and seconds of one call on a connection of its own."""
        begin = time.monotonic()
        with self.client(source) as client:
            client.sendall(
                b"GET %s HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n" % path.encode()
            )
            return int(everything(client).split()[1]), time.monotonic() - begin


@contextmanager
def running(taken: Limits = QUICK, threads: int = 4, **options):
    gate, stop, ready = threading.Event(), threading.Event(), threading.Event()
    server = Server(
        wsgi.wsgi(an_app(gate)),
        listen("127.0.0.1", 0),
        threads=threads,
        limits=taken,
        **options,
    )
    thread = threading.Thread(target=server.run, args=(lambda _: ready.set(), stop))
    thread.start()
    assert ready.wait(10)
    try:
        yield Running(int(server.url.rpartition(":")[2]), gate)
    finally:
        gate.set()
        stop.set()
        thread.join(20)
        assert not thread.is_alive()


@pytest.fixture(scope="module")
def service():
    with running() as found:
        yield found


def everything(client: socket.socket) -> bytes:
    """What comes until the service closes."""
    parts = []
    try:
        while data := client.recv(1 << 16):
            parts.append(data)
    except ConnectionResetError:
        pass
    return b"".join(parts)


def problem_in(reply: bytes) -> tuple[int, str]:
    head, _, body = reply.partition(b"\r\n\r\n")
    assert b"\r\nX-Content-Type-Options: nosniff" in head
    return int(head.split()[1]), json.loads(body)["code"]


HEAD = b"GET /cases/1 HTTP/1.1\r\n"


# Time


def test_headers_that_drip_have_an_end(service):
    with service.client() as client:
        begin, reply = time.monotonic(), None
        client.sendall(HEAD)
        while reply is None and time.monotonic() - begin < 10:
            client.sendall(b"X")
            reply = read_some(client)
        assert reply is not None
        assert problem_in(reply) == (408, "request-timeout")
        assert 0.8 < time.monotonic() - begin < 10


def read_some(client: socket.socket) -> bytes | None:
    """What has come within a tenth of a second, if anything has."""
    return client.recv(1 << 16) if select.select([client], [], [], 0.1)[0] else None


def test_who_sends_half_a_request_is_told_that_it_was_too_slow(service):
    with service.client() as client:
        client.sendall(HEAD)
        assert problem_in(everything(client)) == (408, "request-timeout")


def test_a_body_that_drips_has_an_end(service):
    with service.client() as client:
        begin = time.monotonic()
        client.sendall(
            b"POST /documents HTTP/1.1\r\nHost: x\r\nContent-Type: image/png\r\n"
            b"Content-Length: 1000\r\n\r\nx"
        )
        assert problem_in(everything(client)) == (408, "request-timeout")
        assert time.monotonic() - begin < 10


def test_a_large_body_has_as_long_as_a_slow_line_takes(service):
    """2.4 seconds for 64 KiB, which has the second of every body and one more for each 16 KiB."""
    size = 64 << 10
    with service.client() as client:
        client.sendall(
            b"POST /documents HTTP/1.1\r\nHost: x\r\nContent-Type: image/png\r\n"
            b"Connection: close\r\nContent-Length: %d\r\n\r\n" % size
        )
        for _ in range(6):
            client.sendall(bytes(size // 6))
            time.sleep(0.4)
        client.sendall(bytes(size - size // 6 * 6))
        assert b"200 OK" in everything(client)


def test_who_sends_nothing_is_left(service):
    with service.client() as client:
        begin = time.monotonic()
        assert everything(client) == b""
        assert 0.8 < time.monotonic() - begin < 10


def test_who_sends_nothing_more_may_idle_and_is_left_then(service):
    with service.client() as client:
        client.sendall(HEAD + b"Host: x\r\n\r\n")
        assert b"200 OK" in client.recv(1 << 16)
        time.sleep(1.3)  # longer than headers may take
        client.sendall(HEAD + b"Host: x\r\n\r\n")
        assert b"200 OK" in client.recv(1 << 16)
        begin = time.monotonic()
        assert everything(client) == b""
        assert 1.5 < time.monotonic() - begin < 12


def test_a_reply_that_nobody_takes_has_an_end(service):
    with service.client() as client:
        client.sendall(b"GET /large HTTP/1.1\r\nHost: x\r\n\r\n")
        time.sleep(3)
        assert len(everything(client)) < LARGE


def test_who_reads_slowly_but_steadily_gets_everything():
    with running(QUICK._replace(reply=2)) as service, service.client() as client:
        client.sendall(b"GET /large HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        begin, size = time.monotonic(), 0
        while data := client.recv(1 << 20):
            size += len(data)
            if time.monotonic() - begin < 4:
                time.sleep(0.1)
        assert size > LARGE


# Order


def test_what_is_sent_ahead_is_not_worked_on_before_the_reply_is_taken():
    """A client that pipelines and never reads costs the work of one request."""
    with running(USUAL, threads=1) as service, service.client() as client:
        client.sendall(b"GET /large HTTP/1.1\r\nHost: x\r\n\r\n" * 100)
        client.sendall(b"GET /busy HTTP/1.1\r\nHost: x\r\n\r\n")
        time.sleep(0.5)
        assert service.get("/cases/1")[0] == 200  # the only turn is free


def test_clients_that_do_not_read_hold_no_turn():
    with running(USUAL, threads=2) as service, ExitStack() as stack:
        for _ in range(4):
            client = stack.enter_context(service.client())
            client.sendall(b"GET /large HTTP/1.1\r\nHost: x\r\n\r\n")
        time.sleep(2)
        status, seconds = service.get("/cases/1")
        assert (status, seconds < 5) == (200, True)


# Number


def test_an_address_has_so_many_connections_and_others_theirs(service):
    with ExitStack() as stack:
        for _ in range(QUICK.by_address):
            stack.enter_context(service.client("127.0.0.2")).sendall(HEAD)
        time.sleep(0.3)
        with service.client("127.0.0.2") as one_too_many:
            reply = everything(one_too_many)
        assert problem_in(reply) == (503, "too-many-connections")
        assert b"\r\nRetry-After: 1\r\n" in reply
        assert service.get("/cases/1", "127.0.0.3")[0] == 200


def test_what_is_closed_makes_room(service):
    for _ in range(3 * QUICK.connections):
        assert service.get("/cases/1")[0] == 200


def test_ours_are_not_counted_by_address_but_all_are_counted():
    census = Census(Limits(connections=5, by_address=2), lambda peer: peer == "10.0.0.1")
    assert [census.admit("192.0.2.1") for _ in range(3)] == [True, True, False]
    assert [census.admit("10.0.0.1") for _ in range(4)] == [True, True, True, False]
    assert not census.admit("192.0.2.2")
    census.gone("10.0.0.1")
    assert census.admit("192.0.2.2")


def test_a_network_of_one_customer_is_one_address():
    census = Census(Limits(by_address=2), lambda _: False)
    assert census.admit("2001:db8::1")
    assert census.admit("2001:db8::2")
    assert not census.admit("2001:db8::3")
    assert census.admit("2001:db8:0:1::1")


def test_more_connections_than_a_select_can_take():
    many = 1100
    taken = Limits(connections=many + 10, by_address=many, headers=30)
    with running(taken) as service, ExitStack() as stack:
        for number in range(many):
            stack.enter_context(service.client(f"127.0.0.{2 + number % 2}")).sendall(HEAD)
        status, seconds = service.get("/cases/1", "127.0.0.9")
        assert (status, seconds < 5) == (200, True)


# Whoever waits


def test_health_is_answered_whatever_waits_for_a_turn():
    with running(threads=2) as service, ExitStack() as stack:
        for number in range(12):
            client = stack.enter_context(service.client(f"127.0.0.{2 + number % 3}"))
            client.sendall(b"GET /busy HTTP/1.1\r\nHost: x\r\n\r\n")
        time.sleep(0.3)
        status, seconds = service.get("/health")
        assert (status, seconds < 5) == (200, True)


def test_who_waits_for_a_list_holds_no_turn():
    with running(threads=1) as service, ExitStack() as stack:
        for _ in range(12):
            client = stack.enter_context(service.client())
            client.sendall(b"GET /waits HTTP/1.1\r\nHost: x\r\n\r\n")
        time.sleep(0.3)
        status, seconds = service.get("/cases/1")
        assert (status, seconds < 5) == (200, True)


# What is no request


@pytest.mark.parametrize(
    "sent",
    [
        b"GET /cases/1 HTTP/1.1\r\n\r\n",
        b"GET /cases/1 HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        b"GET /cases/1 HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n",
        b"GET /cases/1 HTTP/1.1\r\nHost : a\r\n\r\n",
        b"GET /cases/1 HTTP/1.1\r\nHost: a\r\n folded: b\r\nX: \x00\r\n\r\n",
        b"POST /documents HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx",
        b"POST /documents HTTP/1.1\r\nHost: a\r\nContent-Length: +1\r\n\r\nx",
        b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n",
        b"POST /documents HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n\r\n",
    ],
)
def test_what_two_servers_could_read_differently_is_refused(service, sent):
    with service.client() as client:
        client.sendall(sent)
        assert problem_in(everything(client)) == (400, "bad-request")


def test_a_client_of_http_1_0_needs_no_host(service):
    with service.client() as client:
        client.sendall(b"GET /cases/1 HTTP/1.0\r\n\r\n")
        assert everything(client).endswith(b'{"case":"1"}')


def test_a_header_that_would_pass_for_another_is_left_out(service):
    """`X_Forwarded_For` would be read as the one that only our own proxies set."""
    environ = {}

    def application(got, start):
        environ.update(got)
        start("204 No Content", [])
        return []

    server = Server(application, listen("127.0.0.1", 0))
    stop = threading.Event()
    thread = threading.Thread(target=server.run, args=(None, stop))
    thread.start()
    with socket.create_connection(server._listener.getsockname(), timeout=10) as client:
        client.sendall(
            HEAD + b"Host: x\r\nX_Forwarded_For: a\r\nX-Real: b\r\nConnection: close\r\n\r\n"
        )
        assert b"204 No Content" in everything(client)
    stop.set()
    thread.join(10)
    assert environ["HTTP_X_REAL"] == "b"
    assert "HTTP_X_FORWARDED_FOR" not in environ


@pytest.mark.parametrize("path", ["/cases/1", "/nowhere", "/cases/%", "/health"])
@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "DELETE"])
def test_every_reply_says_once_that_its_type_is_meant(service, method, path):
    with service.client() as client:
        client.sendall(f"{method} {path} HTTP/1.0\r\n\r\n".encode())
        assert everything(client).count(b"\r\nX-Content-Type-Options: nosniff\r\n") == 1


# Settings


def test_what_is_set_is_changed_and_the_rest_stays():
    assert limits.limits("") == USUAL
    assert limits.limits("by_address=7, idle=5") == USUAL._replace(by_address=7, idle=5)


@pytest.mark.parametrize("text", ["idle", "idle=0", "idle=-1", "speed=1", "idle=x", "_fields=1"])
def test_a_setting_that_cannot_be_read_ends_the_start_with_its_name(text, monkeypatch):
    monkeypatch.setenv("BANJIAN_CONNECTIONS", text)
    with pytest.raises(Unavailable, match="BANJIAN_CONNECTIONS"):
        wsgi.serve(an_app(threading.Event()), port=0)
