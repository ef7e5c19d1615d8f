"""
A Chalice app as a WSGI application, and the server that runs it: the embedded way to serve.

Whatever is answered here rather than by the app is a problem (RFC 9457), like all its errors.
"""

import gzip
import logging
import re
import threading
from base64 import b64decode
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache
from http import HTTPStatus
from time import perf_counter, time
from typing import Any, BinaryIO, Final

from chalice.app import Chalice, Response, RouteEntry

from .. import bootstrap
from ..eventlog.ports import Unavailable
from ..platform.rate_limits import client
from ..triggers.app import preflight
from ..triggers.routes import import_all
from ..web import cors, exchanges
from ..web.downloads import FileBody
from ..web.exchanges import NO_ROUTE, Exchange, Noted
from ..web.problems import from_chalice, own
from . import gateway, limits, server
from .gateway import Call, MalformedUrl

PIECE: Final = 64 << 10  # bytes
# Of RFC 9110 and RFC 5789: whatever else somebody makes up is counted as one.
METHODS: Final = frozenset(
    {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT"}
)
NO_BODY: Final = frozenset({HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED})
# The server's own business.
NOT_OURS: Final = frozenset(
    {"connection", "content-length", "keep-alive", "server", "transfer-encoding", "upgrade"}
)

Environ = Mapping[str, Any]
StartResponse = Callable[[str, list[tuple[str, str]]], object]
Wsgi = Callable[[Environ, StartResponse], Iterable[bytes]]

# RFC 9110, 12.5.3: named, and not refused by a weight of nought.
_GZIP: Final = re.compile(
    r"(?:^|[,\s])(?:gzip|\*)\s*(?:;\s*q=(?!0(?:\.0*)?(?:[,\s]|$))|,|$)", re.IGNORECASE
)

log = logging.getLogger(__name__)


def serve(  # noqa: PLR0913  # what a server is told, nearly all of it optional
    app: Chalice,
    host: str = "127.0.0.1",
    port: int = 8000,
    *,
    threads: int = 16,
    ready: Callable[[str], None] | None = None,
    stop: threading.Event | None = None,
    answered: Callable[[Exchange], None] | None = None,
    watched: Callable[[server.Server], None] | None = None,
) -> None:
    """
    Serve `app` until SIGTERM or SIGINT (if called in the main thread) or until `stop` is set, then
    finish the requests under way. `ready` is called with the address once connections are taken;
    port 0 takes a free one. `answered` is told each request; `watched` is given the server, to ask
    it how many are there. Raises OSError if the address cannot be listened on, Unavailable for a
    setting that cannot be read.
    """
    application = wsgi(app, answered)
    taken, proxies = _limits(), bootstrap.proxies()
    listener = server.listen(host, port)

    def refused(call: Call, status: int) -> None:
        code = exchanges.noted().code
        unread = exchanges.begin()  # nobody knows whose: not of the one before on its connection
        unread.code = code
        if answered is not None:
            answered(_exchange(call, NO_ROUTE, status, unread, 0.0))

    running = server.Server(
        application, listener, threads=threads, limits=taken, trusted=proxies, refused=refused
    )
    if watched is not None:
        watched(running)
    running.run(ready, stop)


def _limits() -> limits.Limits:
    try:
        return limits.limits(bootstrap.connections())
    except ValueError as error:
        raise Unavailable(f"BANJIAN_CONNECTIONS: {error}") from error


def wsgi(app: Chalice, answered: Callable[[Exchange], None] | None = None) -> Wsgi:
    """
    A WSGI application for any number of threads, with the routes that `app` has now. `answered` is
    told each request and its reply.

    Raises ValueError if a route has an authorizer: nothing would ask it here, and the route would
    stand open. (Tokens are verified in the handlers.)
    """
    for entry in (each for methods in app.routes.values() for each in methods.values()):
        if entry.authorizer is not None:
            raise ValueError(f"{entry.uri_pattern} has an authorizer, which would not be asked")
    keep_per_thread(app)
    import_all(app)
    bootstrap.build_all()
    routes = gateway.tree(app.routes)

    def application(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        began, noted = perf_counter(), exchanges.begin()
        call = gateway.call(environ)
        answer, route = _answered(app, routes, call, environ)
        if answered is not None:
            answered(_exchange(call, route, answer.status_code, noted, perf_counter() - began))
        cors.add(answer.headers, bootstrap.origins(), call.headers.get("origin"))
        if isinstance(answer.body, FileBody):
            return _streamed(answer, answer.body, call, environ, start_response)
        return _sent(answer, call, start_response)

    return application


def keep_per_thread(app: Chalice) -> None:
    """
    Chalice keeps the current request and context on the app itself, where the threads of one
    process would read each other's. Make both thread-local on this app.
    """
    kind = type(app)
    if not isinstance(vars(kind).get("current_request"), property):
        names = ("current_request", "lambda_context")
        app.__class__ = type(kind.__name__, (kind,), {name: _per_thread(name) for name in names})


def _per_thread(name: str) -> property:
    here = threading.local()
    return property(
        lambda _app: getattr(here, name, None),
        lambda _app, value: setattr(here, name, value),
    )


def _answered(
    app: Chalice, routes: gateway.Node, call: Call, environ: Environ
) -> tuple[Response, str]:
    """And the template of the route that answered."""
    route = NO_ROUTE
    try:
        match = gateway.match(routes, call.path)
        if match is None:
            return own("not-found", gateway.outside(call)), route
        route = match.pattern
        return _routed(app, match, call, environ), route
    except MalformedUrl:
        return own("malformed-url", gateway.outside(call)), route
    except Exception:
        facts = {"request_id": call.request_id, "route": route}
        log.exception("a request failed", extra={"facts": facts})
        return own("internal", gateway.outside(call)), route


def _exchange(call: Call, route: str, status: int, noted: Noted, seconds: float) -> Exchange:
    forwarded = call.headers.get("x-forwarded-for")
    address = client(call.address, forwarded, bootstrap.proxies())
    method = call.method if call.method in METHODS else "OTHER"
    return Exchange(
        time(),
        seconds,
        method,
        route,
        status,
        call.request_id,
        noted.account,
        noted.role,
        address,
        noted.code,
    )


def _routed(app: Chalice, match: gateway.Match, call: Call, environ: Environ) -> Response:
    methods: dict[str, RouteEntry] = app.routes[match.pattern]
    as_get = call.method == "HEAD" and "HEAD" not in methods
    method = "GET" if as_get else call.method
    if method not in methods:
        return _unhandled(methods, call)
    length = int(environ.get("CONTENT_LENGTH") or 0)
    if length > limits.MAX_BODY:
        return own("too-large", gateway.outside(call), limit=limits.MAX_BODY)
    event = gateway.event(call, match, method, environ["wsgi.input"].read(length))
    response = _response(app(event, gateway.Context(app.app_name, call.request_id)))
    failed = response.status_code >= HTTPStatus.BAD_REQUEST
    taken = methods[method].content_types
    return from_chalice(response, gateway.outside(call), taken) if failed else response


def _unhandled(methods: Mapping[str, RouteEntry], call: Call) -> Response:
    """405, or the reply to OPTIONS."""
    answer = preflight(methods, bootstrap.origins(), call.headers.get("origin"))
    if call.method == "OPTIONS":
        return answer
    allowed, outside = answer.headers["Allow"], gateway.outside(call)
    return own("method-not-allowed", outside, headers={"Allow": allowed}, allowed=allowed)


def _response(reply: Mapping[str, Any]) -> Response:
    """What a Lambda proxy integration makes of the handler's reply."""
    body = b64decode(reply["body"]) if reply.get("isBase64Encoded") else reply["body"]
    return Response(body, {**reply["headers"], **reply["multiValueHeaders"]}, reply["statusCode"])


def _sent(response: Response, call: Call, start_response: StartResponse) -> Iterable[bytes]:
    status, body = response.status_code, response.body
    content = body.encode() if isinstance(body, str) else body
    if _may_be_zipped(response, call):
        content = _zipped(content)
        response.headers["Content-Encoding"] = "gzip"
    headers = _headers(response, call)
    if status not in NO_BODY:
        if not any(name.lower() == "content-type" for name, _ in headers):
            headers.append(("Content-Type", "application/json"))
        headers.append(("Content-Length", str(len(content))))
    start_response(f"{status} {_phrase(status)}", headers)
    return [] if call.method == "HEAD" or status in NO_BODY else [content]


def _headers(response: Response, call: Call) -> list[tuple[str, str]]:
    headers = [
        (name, str(value))
        for name, values in response.headers.items()
        for value in (values if isinstance(values, list) else [values])
        if name.lower() not in NOT_OURS
    ]
    if "X-Request-Id" not in response.headers:
        headers.append(("X-Request-Id", call.request_id))
    return headers


def _streamed(
    response: Response,
    body: FileBody,
    call: Call,
    environ: Environ,
    start_response: StartResponse,
) -> Iterable[bytes]:
    """Whoever reads slowly holds a file and one piece of it, never the whole."""
    headers = [*_headers(response, call), ("Content-Length", str(body.size))]
    start_response(f"{response.status_code} {_phrase(response.status_code)}", headers)
    file = body.take()
    if call.method == "HEAD":
        file.close()
        return []
    pieces: Callable[[BinaryIO, int], Iterable[bytes]] = environ.get("wsgi.file_wrapper", Pieces)
    return pieces(file, PIECE)


class Pieces:
    """A file for a server that has no way of its own (PEP 3333, "Optional Platform-Specific File
    Handling")."""

    def __init__(self, file: BinaryIO, size: int) -> None:
        self._file, self._size = file, size

    def __iter__(self) -> Iterator[bytes]:
        while piece := self._file.read(self._size):
            yield piece

    def close(self) -> None:
        self._file.close()


def _may_be_zipped(response: Response, call: Call) -> bool:
    """Only what says so: replies that are made for one caller are small, and never the same."""
    varies = "Accept-Encoding" in str(response.headers.get("Vary", ""))
    takes = call.headers.get("accept-encoding", "")
    return varies and response.status_code not in NO_BODY and bool(_GZIP.search(takes))


@lru_cache(maxsize=16)
def _zipped(content: bytes) -> bytes:
    return gzip.compress(content, mtime=0)


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Unknown"
