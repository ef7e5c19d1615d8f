"""
/metrics for Prometheus, at an address of its own: who may read it is not who uses the service.

It listens on loopback, or, elsewhere, for who brings a token.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from hmac import compare_digest
from ipaddress import ip_address
from threading import Event, Thread
from typing import Final, NamedTuple

from .limits import Limits
from .server import Server, listen
from .wsgi import Environ, StartResponse, Wsgi

MEDIA_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"
LAST_PORT: Final = 65_535
SHORTEST: Final = 16  # characters of a token
# Prometheus asks with one connection, every some seconds.
FEW: Final = Limits(connections=16, by_address=16)


class Place(NamedTuple):
    """`token` is "" where none is asked for."""

    host: str
    port: int
    token: str


def place(address: str, token: str) -> Place:
    """
    Of `127.0.0.1:9464`, or `[::1]:9464`. Raises ValueError, which says what is wrong: an address
    that others reach needs a token.
    """
    host, _, port = address.rpartition(":")
    host = host.removeprefix("[").removesuffix("]")
    if not port.isdecimal() or int(port) > LAST_PORT:
        raise ValueError(f"{address!r} is not HOST:PORT")
    try:
        found = ip_address(host)
    except ValueError as error:
        raise ValueError(f"{host!r} is no IP address") from error
    if token and len(token) < SHORTEST:
        raise ValueError(f"the token has fewer than {SHORTEST} characters")
    if not found.is_loopback and not token:
        raise ValueError(f"{host} can be reached by others: a token is needed, or 127.0.0.1")
    return Place(host, int(port), token)


@contextmanager
def serving(where: Place, exposition: Callable[[], bytes]) -> Iterator[str]:
    """While it lasts; the address. Raises OSError if it cannot be listened on."""
    stop = Event()
    server = Server(
        application(where.token, exposition), listen(where.host, where.port), threads=2, limits=FEW
    )
    thread = Thread(target=server.run, kwargs={"stop": stop}, name="metrics", daemon=True)
    thread.start()
    try:
        yield server.url
    finally:
        stop.set()
        thread.join()


def application(token: str, exposition: Callable[[], bytes]) -> Wsgi:
    def answer(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        sent = environ.get("HTTP_AUTHORIZATION", "").encode()
        if environ["PATH_INFO"] != "/metrics":
            return _said(start_response, "404 Not Found")
        if token and not compare_digest(sent, f"Bearer {token}".encode()):
            return _said(start_response, "401 Unauthorized", ("WWW-Authenticate", "Bearer"))
        if environ["REQUEST_METHOD"] not in {"GET", "HEAD"}:
            return _said(start_response, "405 Method Not Allowed", ("Allow", "GET, HEAD"))
        content = exposition()
        headers = [("Content-Type", MEDIA_TYPE), ("Content-Length", str(len(content)))]
        start_response("200 OK", headers)
        return [content] if environ["REQUEST_METHOD"] == "GET" else []

    return answer


def _said(start_response: StartResponse, status: str, *headers: tuple[str, str]) -> Iterable[bytes]:
    start_response(status, [*headers, ("Content-Length", "0")])
    return []
