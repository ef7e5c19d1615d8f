"""
One connection, in a thread of its own: HTTP/1.1 by h11 over a socket whose every wait has an end.

What a client has not yet sent, or not yet taken, keeps its own thread and nothing else: a request
has its turn (web/turns.py) only once it is here whole, and until the application has answered it.
"""

import logging
import re
import socket
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, suppress
from email.utils import formatdate
from functools import lru_cache
from http import HTTPStatus
from tempfile import SpooledTemporaryFile
from typing import IO, Any, Final, NamedTuple
from wsgiref.util import FileWrapper

import h11

from ..web.problems import NOSNIFF, own
from . import gateway
from .limits import MAX_BODY, MAX_HEADERS, SLOWEST, Limits

PIECE: Final = 64 << 10  # bytes that are read or written at a time
SMALL: Final = 256 << 10  # bytes of a body that wait in memory; larger ones wait in a file
LINGER: Final = 1.0  # seconds

REFUSALS: Final = {
    400: "bad-request",
    408: "request-timeout",
    413: "too-large",
    431: "headers-too-large",
    501: "not-implemented",
}
# The figures that the problems name.
NAMED: Final = {"too-large": {"limit": MAX_BODY}, "headers-too-large": {"limit": MAX_HEADERS}}
_HINTS: Final = re.compile(rb"(?im)^(accept-language|x-request-id):[ \t]*([!-~ \t]{0,200})\r?$")
_TARGET: Final = re.compile(rb"([A-Z]{1,20}) (/[!->@-~]{0,200})")

log = logging.getLogger(__name__)

Wsgi = Callable[[dict[str, Any], Callable[..., object]], Iterable[bytes]]
Turn = Callable[[dict[str, Any]], AbstractContextManager[None]]


class Refused(Exception):
    """A request that the application never sees, and the status it is refused with."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


class Front(NamedTuple):
    """
    What every connection works with. `turn` is what a request waits for; `stopping` tells whether
    a reply is the last one of its connection. `refused` is told of a request that the application
    never saw.
    """

    application: Wsgi
    turn: Turn
    limits: Limits
    stopping: Callable[[], bool]
    address: tuple[str, int]
    refused: Callable[[gateway.Call, int], None] = lambda _, __: None


class Connection:
    """Serves one client until either side has enough. `idle` while no request is under way."""

    def __init__(self, front: Front, connected: socket.socket, peer: str) -> None:
        self._front, self._socket, self._peer = front, connected, peer
        self._http = h11.Connection(h11.SERVER, max_incomplete_event_size=MAX_HEADERS)
        self._head = b""
        self._end = 0.0
        self.idle = True

    def serve(self) -> None:
        try:
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            # What the kernel holds for a client that does not read: memory, too.
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NOTSENT_LOWAT, 2 * PIECE)
            self._serve()
        except (OSError, h11.LocalProtocolError) as error:
            log.debug("the connection of %s ended: %s", self._peer, error)
        finally:
            self._socket.close()

    def interrupt(self, how: int) -> None:
        """End the waiting for what a client sends (SHUT_RD), or everything (SHUT_RDWR)."""
        with suppress(OSError):
            self._socket.shutdown(how)

    def _serve(self) -> None:
        wait = float(self._front.limits.headers)
        try:
            while request := self._request(wait):
                self._answer(request)
                if h11.MUST_CLOSE in self._http.states.values() or not self._is_next():
                    break
                wait = float(self._front.limits.idle)
        except Refused as refusal:
            self._refuse(refusal.status)
        except h11.RemoteProtocolError as error:
            self._refuse(error.error_status_hint)
        self._linger()

    def _is_next(self) -> bool:
        if self._http.states != {h11.CLIENT: h11.DONE, h11.SERVER: h11.DONE}:
            return False
        self._http.start_next_cycle()
        self.idle = True
        return not self._front.stopping()

    # What comes

    def _request(self, wait: float) -> h11.Request | None:
        """The next request's head; None if the client has closed, or has sent nothing in time."""
        self._head, self._end = self._http.trailing_data[0], time.monotonic() + wait
        if self._head:
            self._begins()
        while (event := self._http.next_event()) is h11.NEED_DATA:
            self._more()
        if not isinstance(event, h11.Request):
            return None
        self._begins()
        if sum(len(name) + len(value) + 4 for name, value in event.headers) > MAX_HEADERS:
            raise Refused(431)
        return event

    def _begins(self) -> None:
        if self.idle:
            self.idle, self._end = False, time.monotonic() + self._front.limits.headers

    def _more(self) -> None:
        """
        Raises Refused for a request that is too much or not here in time, TimeoutError before it
        has begun.
        """
        if self._http.their_state is h11.IDLE and len(self._head) >= MAX_HEADERS:
            raise Refused(431)
        try:
            data = self._receive()
        except TimeoutError:
            if self.idle:
                raise
            raise Refused(408) from None
        if data and self._http.their_state is h11.IDLE:
            self._begins()
            self._head += data
        self._http.receive_data(data)

    def _receive(self) -> bytes:
        left = self._end - time.monotonic()
        if left <= 0:
            raise TimeoutError
        self._socket.settimeout(left)
        return self._socket.recv(PIECE)

    def _read(self, body: IO[bytes], length: int) -> int:
        """The whole body, `length` bytes or, of a chunked one, as many as come: how many."""
        self._end = time.monotonic() + self._front.limits.body + length / SLOWEST
        if self._http.they_are_waiting_for_100_continue:
            go_on = h11.InformationalResponse(status_code=100, headers=[], reason="Continue")
            self._send(b"", self._http.send(go_on) or b"")
        size = 0
        for data in self._data():
            size += len(data)
            if size > MAX_BODY:
                raise Refused(413)
            body.write(data)
        body.seek(0)
        return size

    def _data(self) -> Iterator[bytes]:
        while not isinstance(event := self._http.next_event(), h11.EndOfMessage):
            if event is h11.NEED_DATA:
                self._more()
            elif isinstance(event, h11.Data):
                yield bytes(event.data)
            else:
                raise ConnectionError("the client closed in the middle of a request")

    # What goes

    def _answer(self, request: h11.Request) -> None:
        fields = _fields(request)
        if "HTTP_TRANSFER_ENCODING" in fields and "CONTENT_LENGTH" in fields:
            raise Refused(400)  # whoever stands before us may have read the other (RFC 9112, 6.3)
        length = int(fields.get("CONTENT_LENGTH") or 0)
        if length > MAX_BODY:
            raise Refused(413)
        allowed = MAX_BODY if "HTTP_TRANSFER_ENCODING" in fields else length
        with SpooledTemporaryFile(SMALL) as body:
            if size := self._read(body, allowed):
                fields["CONTENT_LENGTH"] = str(size)
            self._reply_to({**self._environ(request), **fields, "wsgi.input": body})

    def _reply_to(self, environ: dict[str, Any]) -> None:
        reply = _Reply()
        try:
            with self._front.turn(environ):
                pieces = self._front.application(environ, reply.start)
            self._respond(reply, pieces)
        except OSError:
            raise
        except Exception:
            log.exception("a request failed before it was answered")  # its URL may be somebody's
            self._refuse(500)

    def _environ(self, request: h11.Request) -> dict[str, Any]:
        target = request.target.decode("latin-1")
        path, _, query = target.partition("?")
        return {
            "REQUEST_METHOD": request.method.decode("ascii"),
            "REQUEST_URI": target,
            "SCRIPT_NAME": "",
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "REMOTE_ADDR": self._peer,
            "SERVER_NAME": self._front.address[0],
            "SERVER_PORT": str(self._front.address[1]),
            "SERVER_PROTOCOL": f"HTTP/{request.http_version.decode('ascii')}",
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "http",
            "wsgi.errors": sys.stderr,
            "wsgi.multithread": True,
            "wsgi.multiprocess": False,
            "wsgi.run_once": False,
            "wsgi.file_wrapper": FileWrapper,
        }

    def _respond(self, reply: "_Reply", pieces: Iterable[bytes]) -> None:
        try:
            head = self._http.send(reply.head(last=self._front.stopping())) or b""
            for piece in pieces:
                head = self._send(head, self._http.send(h11.Data(data=piece)) or b"")
            self._send(head, self._http.send(h11.EndOfMessage()) or b"")
        finally:
            close = getattr(pieces, "close", None)
            if close is not None:
                close()

    def _send(self, head: bytes, data: bytes) -> bytes:
        """
        Both, in one packet if they fit: one system call less for us, one less for the client.
        Raises TimeoutError if the client takes nothing for as long as it may.
        """
        self._socket.settimeout(self._front.limits.reply)
        for part in (head + data,) if len(data) < PIECE else (head, data):
            left = memoryview(part)
            while left:
                left = left[self._socket.send(left[:PIECE]) :]
        return b""

    def _refuse(self, status: int) -> None:
        """A problem of our own, where nothing of a reply is on its way; the last one."""
        if self._http.our_state not in {h11.IDLE, h11.SEND_RESPONSE}:
            raise ConnectionError("a reply broke off")
        code, unread = REFUSALS.get(status, "internal"), self._unread()
        response = own(code, gateway.outside(unread), **NAMED.get(code, {}))
        self._front.refused(unread, status)
        body = response.body.encode()
        headers = {**response.headers, "Content-Length": len(body), "Connection": "close"}
        reply = _Reply()
        reply.start(str(status), [(name, str(value)) for name, value in headers.items()])
        self._respond(reply, [body])

    def _unread(self) -> gateway.Call:
        """What can be said of a request that could not be read to its end."""
        hints = {
            name.lower().decode(): value.decode() for name, value in _HINTS.findall(self._head)
        }
        found = _TARGET.match(self._head)
        method, path = (one.decode() for one in found.groups()) if found else ("GET", "/")
        request_id = gateway.request_id(hints.get("x-request-id", ""))
        return gateway.Call(method, path, "", hints, self._peer, request_id)

    def _linger(self) -> None:
        """
        Read and drop for a moment what the client is still sending: closing on unread data would
        reset the connection, and the client would lose the reply (RFC 9112, 9.6).
        """
        self._socket.shutdown(socket.SHUT_WR)
        self._end = time.monotonic() + LINGER
        while self._receive():
            pass


class _Reply:
    """What the application says with `start_response` (PEP 3333)."""

    def __init__(self) -> None:
        self._status = 0
        self._reason = ""
        self._headers: list[tuple[bytes, bytes]] = []

    def start(self, status: str, headers: list[tuple[str, str]], *_error: object) -> None:
        number, _, reason = status.partition(" ")
        self._status, self._reason = int(number), reason
        names = {name.lower() for name, _ in headers}
        every = [*headers, *(one for one in NOSNIFF.items() if one[0].lower() not in names)]
        self._headers = [(name.encode("ascii"), value.encode("latin-1")) for name, value in every]

    def head(self, *, last: bool) -> h11.Response:
        """`last` of its connection; raises LocalProtocolError for what cannot be sent."""
        closing = [(b"Connection", b"close")] if last else []
        return h11.Response(
            status_code=self._status,
            reason=self._reason or HTTPStatus(self._status).phrase,
            headers=[*self._headers, (b"Date", _date(int(time.time()))), *closing],
        )


@lru_cache(maxsize=2)
def _date(second: int) -> bytes:
    return formatdate(second, usegmt=True).encode("ascii")


def _fields(request: h11.Request) -> dict[str, str]:
    """
    The headers as CGI names them. One with an underscore is left out: it would pass for another,
    such as one that only our proxies set.
    """
    fields: dict[str, str] = {}
    for name, value in request.headers:
        if b"_" in name:
            continue
        key = name.decode("ascii").upper().replace("-", "_")
        if key not in {"CONTENT_TYPE", "CONTENT_LENGTH"}:
            key = f"HTTP_{key}"
        text = value.decode("latin-1")
        if key in fields:
            text = f"{fields[key]}{'; ' if key == 'HTTP_COOKIE' else ', '}{text}"
        fields[key] = text
    return fields
