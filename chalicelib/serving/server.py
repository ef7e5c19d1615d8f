"""
waitress, set up for Banjian: its own errors become problems, connections outlive replies without a
body, a client that sends too much still gets to read why, and a stop finishes what is under way.
"""

import logging
import select
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

from chalice.app import Request
from waitress import create_server, wasyncore  # type: ignore[import-untyped]
from waitress.channel import HTTPChannel  # type: ignore[import-untyped]
from waitress.parser import HTTPRequestParser  # type: ignore[import-untyped]
from waitress.task import ErrorTask, WSGITask  # type: ignore[import-untyped]

from ..web.problems import problem
from . import gateway

MAX_BODY: Final = 10 << 20  # bytes
MAX_HEADERS: Final = 64 << 10  # bytes, the request line included
GRACE: Final = 10.0  # seconds that requests under way have when the server stops
LINGER: Final = 1.0  # seconds
POLL: Final = 0.2  # seconds
SMALL: Final = 64 << 10  # bytes

SETTINGS: Final[Mapping[str, Any]] = {
    "ident": None,
    "max_request_body_size": MAX_BODY + 1,  # waitress refuses from there on
    "max_request_header_size": MAX_HEADERS,
    "connection_limit": 1000,
    "channel_timeout": 75,  # seconds that a connection may idle
    "recv_bytes": 64 << 10,
    # Whom to believe X-Forwarded-For is decided where requests are counted (web/request.py).
    "clear_untrusted_proxy_headers": False,
}

# What waitress refuses by itself: status -> code and members.
REFUSALS: Final[dict[int, tuple[str, dict[str, Any]]]] = {
    400: ("bad-request", {}),
    413: ("too-large", {"limit": MAX_BODY}),
    431: ("headers-too-large", {"limit": MAX_HEADERS}),
    501: ("not-implemented", {}),
}

log = logging.getLogger(__name__)

# Lingering keeps a worker: a few clients that send too much must not take all of them.
_lingering = threading.BoundedSemaphore(2)


def listen(host: str, port: int) -> socket.socket:
    """Raises OSError if the address is taken or not ours."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.create_server((host, port), family=family)


def run(
    application: Callable[..., Any],
    listener: socket.socket,
    settings: Mapping[str, Any],
    ready: Callable[[str], None] | None = None,
    stop: threading.Event | None = None,
) -> None:
    """
    Serve on `listener` until `stop` is set or a signal asks to; see `wsgi.serve`. `settings` are
    waitress's, and come after ours.
    """
    # It warns whenever all threads are busy, which says nothing but that there is load.
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    connections: dict[int, Any] = {}
    server = create_server(
        application, map=connections, sockets=[listener], **{**SETTINGS, **settings}
    )
    server.channel_class = _Channel
    server.stopping = stop or threading.Event()
    try:
        with _signals(server.stopping, server.pull_trigger):
            if ready is not None:
                ready(_url(listener))
            while not server.stopping.is_set():
                _turn(connections, POLL)
            _drain(server, connections)
    finally:
        server.task_dispatcher.shutdown(timeout=1)
        wasyncore.close_all(connections)


def _url(listener: socket.socket) -> str:
    host, port, *_ = listener.getsockname()
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _turn(connections: dict[int, Any], timeout: float) -> None:
    # poll, not select: that cannot take descriptors from 1024 on.
    wasyncore.loop(timeout=timeout, map=connections, use_poll=True, count=1)


@contextmanager
def _signals(stopping: threading.Event, wake: Callable[[], None]) -> Iterator[None]:
    """SIGTERM and SIGINT ask to stop; the second time they interrupt at once."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def asked(*_: object) -> None:
        if stopping.is_set():
            raise KeyboardInterrupt
        stopping.set()
        wake()

    before = {number: signal.signal(number, asked) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _drain(server: Any, connections: dict[int, Any]) -> None:
    """Take no more connections, answer what has been sent, close each connection once idle."""
    _turn(connections, 0)
    # Not server.close(), which closes the pipe that the workers wake this loop with.
    wasyncore.dispatcher.close(server)
    deadline = time.monotonic() + GRACE
    while server.active_channels and time.monotonic() < deadline:
        for channel in list(server.active_channels.values()):
            if not (channel.requests or channel.request or channel.total_outbufs_len):
                channel.will_close = True
        _turn(connections, 0.1)
    if server.active_channels:
        log.warning("%d connections were cut off", len(server.active_channels))


class _Parser(HTTPRequestParser):  # type: ignore[misc]
    def received(self, data: bytes) -> int:
        consumed: int = super().received(data)
        if self.error:
            # Otherwise waitress bids the client go on with a body that is already refused.
            self.expect_continue = False
        return consumed


class _Task(WSGITask):  # type: ignore[misc]
    wrote_header: bool

    def build_response_header(self) -> bytes:
        if self.channel.server.stopping.is_set():
            self.set_close_on_finish()
        header: bytes = super().build_response_header()
        return header

    def write(self, data: bytes) -> None:
        # Head and body in one packet: one system call less for us, one less for the client.
        if self.wrote_header or len(data) != self.content_length or len(data) > SMALL:
            super().write(data)
            return
        self.channel.write_soon(self.build_response_header() + data)
        self.wrote_header, self.content_bytes_written = True, len(data)

    def set_close_on_finish(self) -> None:
        # waitress closes after every reply that has no length, but 204 and 304 need none (RFC 9112,
        # 6.3), and whoever polls with If-None-Match gets little else.
        asked = self.request.connection_close or self.channel.server.stopping.is_set()
        if self.has_body or self.version == "1.0" or asked:
            super().set_close_on_finish()


class _ErrorTask(ErrorTask):  # type: ignore[misc]
    def execute(self) -> None:
        error = self.request.error
        code, members = REFUSALS.get(error.code, ("internal", {}))
        response = problem(error.code, code, _request(self.channel, self.request), **members)
        body = response.body.encode()
        self.status = f"{error.code} {error.reason}"
        self.response_headers.extend(response.headers.items())
        self.set_close_on_finish()
        self.content_length = len(body)
        self.write(body)

    def finish(self) -> None:
        super().finish()
        if self.request.error.code in REFUSALS:
            _linger(self.channel)


class _Channel(HTTPChannel):  # type: ignore[misc]
    parser_class = _Parser
    task_class = _Task
    error_task_class = _ErrorTask


def _request(channel: Any, parser: Any) -> Request:
    """What can be said of a request that could not be parsed to its end."""
    headers = {name.replace("_", "-").lower(): value for name, value in parser.headers.items()}
    target: str = getattr(parser, "request_uri", "/")
    call = gateway.Call(
        getattr(parser, "command", "GET"),
        target.partition("?")[0],
        "",
        headers,
        channel.addr[0],
        gateway.request_id(headers.get("x-request-id", "")),
    )
    return gateway.outside(call)


def _linger(channel: Any) -> None:
    """
    Read and drop for a moment what the client is still sending: closing on unread data would reset
    the connection, and the client would lose the reply (RFC 9112, 9.6).
    """
    if channel.total_outbufs_len or not _lingering.acquire(blocking=False):
        return
    try:
        channel.socket.shutdown(socket.SHUT_WR)
        _discard(channel.socket, time.monotonic() + LINGER)
    except OSError as error:
        log.debug("the client is gone: %s", error)
    finally:
        _lingering.release()


def _discard(source: socket.socket, deadline: float) -> None:
    waiting = select.poll()
    waiting.register(source, select.POLLIN)
    while (left := deadline - time.monotonic()) > 0:
        if waiting.poll(left * 1000) and not source.recv(64 << 10):
            return
