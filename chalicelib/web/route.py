"""
What every route shares: what it says of itself, and how it replies or refuses.

A handler is three lines: parse (request.py), execute, reply.
"""

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from time import monotonic
from typing import Any, TypeVar

from chalice.app import Request, Response

from ..eventlog.transact import Outcome
from ..kernel.errors import NotFound
from .errors import BadRequest, OnStandby
from .operation import OperationSpec
from .request import ApiRequest, Web
from .times import in_milliseconds

Handler = Callable[..., Response]
H = TypeVar("H", bound=Handler)
# What names anything here; DynamoDB takes no key of more than 2,048 bytes.
_NAME = re.compile(r"[0-9A-Za-z._:@~-]{1,256}")


def operation(doc: OperationSpec) -> Callable[[H], H]:
    """Say of a handler, which takes an ApiRequest and the path's parameters, what it does."""

    def described(handler: H) -> H:
        vars(handler)["doc"] = doc
        return handler

    return described


def spec_of(handler: Handler) -> OperationSpec:
    """Raises KeyError for what is no operation."""
    doc: OperationSpec = vars(handler)["doc"]
    return doc


def respond(
    web: Web,
    raw: Request,
    handler: Handler,
    parameters: Mapping[str, str],
    media_types: Sequence[str] = (),
) -> Response:
    """What the handler answers to a request, of those media types; refusals become problems."""
    began = monotonic()
    response = _response(web, raw, handler, parameters, media_types)
    for name, value in web.headers().items():
        response.headers.setdefault(name, value)
    response.headers.setdefault("X-Request-Id", str(raw.context.get("requestId") or ""))
    if web.answered is not None:
        web.answered(raw, response, monotonic() - began)
    return response


def _response(
    web: Web,
    raw: Request,
    handler: Handler,
    parameters: Mapping[str, str],
    media_types: Sequence[str],
) -> Response:
    doc = spec_of(handler)
    request_id = str(raw.context.get("requestId") or "")
    with web.telemetry().span(doc.name, operation=doc.name, request_id=request_id):
        try:
            if web.standby():
                raise OnStandby  # noqa: TRY301 - to be answered like any other
            request = ApiRequest(web, raw)
            request.platform.belonging.noticed()
            request.admit(doc)  # before anything else is said about the request
            request.only(doc)
            _takes(raw, media_types)
            _nameable(parameters.values())
            return handler(request, **parameters)
        except Exception as error:  # noqa: BLE001 - `web.answer` logs what is not ours
            return web.answer(error, raw)


def _takes(raw: Request, media_types: Sequence[str]) -> None:
    """Raises BadRequest, which names what is taken."""
    if not media_types or "*/*" in media_types:
        return
    sent = raw.headers.get("content-type", "application/json").partition(";")[0].strip().lower()
    if sent not in media_types:
        raise BadRequest("unsupported-media-type", accepted=list(media_types))


def _nameable(parameters: Iterable[str]) -> None:
    """Raises NotFound for what no parameter of a path can be."""
    if not all(map(_NAME.fullmatch, parameters)):
        raise NotFound("no-such-name", "nothing here has such a name")


def reply(body: Any, status: int = 200, **headers: str) -> Response:
    fixed = {"Content-Type": "application/json", "Cache-Control": "no-store"}
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    told = json.dumps(in_milliseconds(body), ensure_ascii=False)
    return Response(told, {**fixed, **named}, status)


def command_reply(body: Mapping[str, Any], outcome: Outcome[Any], status: int = 200) -> Response:
    """What a command answers; the same again when it is sent again."""
    replayed = {"Idempotency_Replayed": "true"} if outcome.repeated else {}
    return reply(body, status, ETag=f'"{outcome.version}"', **replayed)


def tagged(request: ApiRequest, body: Any, version: int, *variant: str) -> Response:
    """
    A resource at a version of its stream, or 304 if that is the one that the caller has. `variant`
    is what else it depends on: the day that it counts from, the language that it is worded in.
    """
    etag = f'"{"-".join((str(version), *variant))}"'
    if request.has(etag):
        return Response("", {"ETag": etag}, 304)
    return reply(body, ETag=etag)
