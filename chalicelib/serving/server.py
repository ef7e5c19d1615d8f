"""
The server in front: a thread for each connection, of which one address and all together have so
many, and turns for the requests. A stop finishes what is under way.
"""

import logging
import resource
import select
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from typing import Any, Final

from ..platform.rate_limits import client, counted
from ..web.problems import NOSNIFF, own
from ..web.turns import Turns
from . import gateway
from .connection import Connection, Front, Wsgi
from .limits import USUAL, Census, Limits

GRACE: Final = 10.0  # seconds that requests under way have when the server stops
POLL: Final = 0.2  # seconds
BACKLOG: Final = 512
FILES: Final = 256  # that the rest of the process has open
HEALTH: Final = "/health"
READY: Final = "/ready"

log = logging.getLogger(__name__)


def listen(host: str, port: int) -> socket.socket:
    """Raises OSError if the address is taken or not ours."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.create_server((host, port), family=family, backlog=BACKLOG)


class Server:
    """
    Serves `application` on `listener`, `threads` requests at a time. `trusted` tells which peers
    are our own proxies: of them as many connections are taken as of all. `refused` is told of each
    request that could not be read, and its status.
    """

    def __init__(  # noqa: PLR0913 - what a server is told, most of it optional
        self,
        application: Wsgi,
        listener: socket.socket,
        *,
        threads: int = 16,
        limits: Limits = USUAL,
        trusted: Callable[[str], bool] = lambda _: False,
        refused: Callable[[gateway.Call, int], None] = lambda _, __: None,
    ) -> None:
        self._listener = listener
        self._trusted = trusted
        self._census = Census(limits, trusted)
        # A quarter of the turns is always left to others than the one who asks most; and who asks
        # beside others has a quarter: all of them share one interpreter.
        quarter = threads // 4
        self._turns = Turns(threads, max(1, threads - quarter), max(1, quarter))
        # Whoever watches the service is answered, whatever waits for a turn; and whether it is
        # alive, though a disk keeps those waiting who ask whether it can work.
        self._watching = {HEALTH: Turns(2, 1), READY: Turns(2, 1)}
        self.refused = 0
        self._stopping = threading.Event()
        self._connections: dict[Connection, threading.Thread] = {}
        address = listener.getsockname()[:2]
        self._front = Front(application, self._turn, limits, self.is_stopping, address, refused)
        self._full = _too_many()
        _allow_files(limits.connections + FILES)

    def is_stopping(self) -> bool:
        return self._stopping.is_set()

    @property
    def connections(self) -> int:
        """That are open now."""
        return len(self._connections)

    @property
    def url(self) -> str:
        host, port, *_ = self._listener.getsockname()
        return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"

    def run(
        self,
        ready: Callable[[str], None] | None = None,
        stop: threading.Event | None = None,
    ) -> None:
        """Until `stop` is set or a signal asks to; see `wsgi.serve`."""
        self._stopping = stop or self._stopping
        try:
            with _signals(self._stopping):
                if ready is not None:
                    ready(self.url)
                self._accept_all()
                self._drain()
        finally:
            self._listener.close()
            for connection in list(self._connections):
                connection.interrupt(socket.SHUT_RDWR)

    def _accept_all(self) -> None:
        # poll, not select: that cannot take descriptors from 1024 on.
        waiting = select.poll()
        waiting.register(self._listener, select.POLLIN)
        self._listener.settimeout(0)
        while not self._stopping.is_set():
            if waiting.poll(POLL * 1000):
                self._accept()

    def _accept(self) -> bool:
        """Whether a client was waiting to be taken."""
        try:
            connected, (peer, *_) = self._listener.accept()
        except (BlockingIOError, ConnectionError):
            return False  # it was gone before we came
        except OSError as error:
            log.warning("no connection can be taken: %s", error)
            time.sleep(POLL)
            return False
        if not self._census.admit(peer):
            self.refused += 1
            log.warning("connections were turned away: too many of an address, or in all")
            _turn_away(connected, self._full)
            return True
        connection = Connection(self._front, connected, peer)
        thread = threading.Thread(target=self._serve, args=(connection, peer), daemon=True)
        self._connections[connection] = thread
        thread.start()
        return True

    def _serve(self, connection: Connection, peer: str) -> None:
        try:
            connection.serve()
        except Exception:
            log.exception("a connection failed")
        finally:
            self._connections.pop(connection, None)
            self._census.gone(peer)

    def _turn(self, environ: dict[str, Any]) -> AbstractContextManager[None]:
        forwarded = environ.get("HTTP_X_FORWARDED_FOR")
        who = counted(client(environ["REMOTE_ADDR"], forwarded, self._trusted))
        return self._watching.get(environ["PATH_INFO"], self._turns).one(who)

    def _drain(self) -> None:
        """Take no more connections, answer what has been sent, close each connection once idle."""
        while self._accept():
            pass
        self._listener.close()
        deadline = time.monotonic() + GRACE
        while self._connections and time.monotonic() < deadline:
            for connection in list(self._connections):
                if connection.idle:
                    # What has come already is still read; then it is as if the client had closed.
                    connection.interrupt(socket.SHUT_RD)
            time.sleep(0.01)
        if self._connections:
            log.warning("%d connections were cut off", len(self._connections))


@contextmanager
def _signals(stopping: threading.Event) -> Iterator[None]:
    """SIGTERM and SIGINT ask to stop; the second time they interrupt at once."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def asked(*_: object) -> None:
        if stopping.is_set():
            raise KeyboardInterrupt
        stopping.set()

    before = {number: signal.signal(number, asked) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _allow_files(most: int) -> None:
    """As many open files as connections need, as far as this process may say."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = most if hard == resource.RLIM_INFINITY else min(most, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def _too_many() -> bytes:
    """What a connection too many is told, made once: to refuse must cost nothing."""
    call = gateway.Call("GET", "/", "", {}, "", gateway.request_id(""))
    response = own("too-many-connections", gateway.outside(call), headers={"Retry-After": "1"})
    body: bytes = response.body.encode()
    fields = {**response.headers, **NOSNIFF, "Content-Length": len(body), "Connection": "close"}
    head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    return f"HTTP/1.1 503 Service Unavailable\r\n{head}\r\n".encode() + body


def _turn_away(connected: socket.socket, reply: bytes) -> None:
    with connected, suppress(OSError):
        connected.settimeout(0)
        connected.send(reply)
        connected.shutdown(socket.SHUT_WR)
