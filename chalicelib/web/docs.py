"""/openapi.json and /docs: this interface, for programs and for people; our own files alone."""

from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Final

from chalice.app import Response

from ..kernel.errors import NotFound
from .operation import OperationSpec
from .request import ApiRequest
from .route import operation

STATIC: Final = Path(__file__).parent / "static"
_HTML: Final = "text/html; charset=utf-8"
_SCRIPT: Final = "text/javascript; charset=utf-8"
_STYLE: Final = "text/css; charset=utf-8"
PARTS: Final = {
    "docs.css": _STYLE,
    "docs.js": _SCRIPT,
    "swagger-ui.css": _STYLE,
    "swagger-ui-bundle.js": _SCRIPT,
}
# The renderer has its icons in data: URLs.
POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_OPENAPI: Final = OperationSpec(
    "getOpenApi", "service", "OpenApiDocument", tagged=True, public=True
)
_PAGE: Final = OperationSpec(
    "getDocs", "service", "", tagged=True, public=True, media=("text/html",)
)
_KINDS: Final = ("text/css", "text/javascript")
_PART: Final = OperationSpec("getDocsFile", "service", "", tagged=True, public=True, media=_KINDS)


@operation(_OPENAPI)
def document(request: ApiRequest) -> Response:
    """This interface as an OpenAPI 3.1 document."""
    return _unless_known(request, _text("openapi.json"), "application/json")


@operation(_PAGE)
def page(request: ApiRequest) -> Response:
    """接口文档: this interface as a page to read and to try."""
    # The browser resolves links against the address that it asked for, prefix and all.
    here = "" if request.raw.context.get("path", "").endswith("/") else "docs/"
    return _unless_known(request, _text("docs.html").replace("{here}", here), _HTML)


@operation(_PART)
def part(request: ApiRequest, file: str) -> Response:
    """A style sheet or a script of the page."""
    if file not in PARTS:
        raise NotFound("no-such-page-part", "the page has no such part")
    return _unless_known(request, _text(file), PARTS[file])


@lru_cache
def _text(name: str) -> str:
    return (STATIC / name).read_text(encoding="utf-8")


@lru_cache
def _etag(content: str) -> str:
    return f'W/"{sha256(content.encode()).hexdigest()[:16]}"'


def _unless_known(request: ApiRequest, content: str, media_type: str) -> Response:
    """
    The file, or 304 if the caller has it. It says Vary because the server, or API Gateway, zips it
    for who takes that; hence the weak ETag (RFC 9110, 8.8.1).
    """
    etag = _etag(content)
    shared: dict[str, str | list[str]] = {
        "ETag": etag,
        "Cache-Control": "no-cache",
        "Vary": "Accept-Encoding",
    }
    if request.has(etag):
        return Response("", shared, 304)
    more = {
        "Content-Type": media_type,
        "Content-Security-Policy": POLICY,
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
    }
    return Response(content, {**shared, **more}, 200)
