"""
/metrics for Prometheus, at an address of its own: who may read it is not who uses the service.

It listens on loopback, or, elsewhere, for who brings a token.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from hmac import compare_digest
from threading import Event, Thread
from typing import Final

from .. import bootstrap
from .limits import Limits
from .server import Server, listen
from .wsgi import Environ, StartResponse, Wsgi

MEDIA_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"
# Prometheus asks with one connection, every some seconds.
FEW: Final = Limits(connections=16, by_address=16)


@contextmanager
def serving(where: bootstrap.Place, exposition: Callable[[], bytes]) -> Iterator[str]:
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
