"""
What API Gateway does on AWS: find the route of a call, decode its URL once, make Lambda's event.

On AWS the event keeps path parameters as they were sent; ids in paths are plain ASCII, so that
both ways to run give a handler the same text.
"""

import re
from collections.abc import Iterable, Mapping
from secrets import token_hex
from typing import Any, Final, NamedTuple
from urllib.parse import parse_qs, quote, unquote

from chalice.app import Request

from ..web.downloads import STREAMS

MAX_QUERY_FIELDS: Final = 256

_BAD_ESCAPE: Final = re.compile("%(?![0-9A-Fa-f]{2})")
_REQUEST_ID: Final = re.compile(r"[A-Za-z0-9._:-]{1,64}")


class MalformedUrl(Exception):
    """The path or query is not percent-encoded UTF-8, or has too many fields."""


class Call(NamedTuple):
    """A request as it came: `path` and `query` still encoded, names of headers in lower case."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    address: str
    request_id: str


class Context(NamedTuple):
    """What Lambda tells a handler about its invocation, as far as it means anything here."""

    function_name: str
    aws_request_id: str


class Node(NamedTuple):
    """One step of the routes: the patterns that end here, and the steps below."""

    patterns: list[str]
    literals: "dict[str, Node]"
    parameters: "dict[str, Node]"


class Match(NamedTuple):
    pattern: str
    parameters: dict[str, str]


def call(environ: Mapping[str, Any]) -> Call:
    """The call that a WSGI environment (PEP 3333) describes."""
    headers = {
        name[5:].replace("_", "-").lower(): value
        for name, value in environ.items()
        if name.startswith("HTTP_")
    }
    for name in ("CONTENT_TYPE", "CONTENT_LENGTH"):
        if environ.get(name):
            headers[name.replace("_", "-").lower()] = environ[name]
    # No Accept means anything (RFC 9110, 12.5.1); chalice takes it for "nothing binary".
    headers.setdefault("accept", "*/*")
    return Call(
        environ["REQUEST_METHOD"],
        _path(environ),
        environ.get("QUERY_STRING", ""),
        headers,
        environ.get("REMOTE_ADDR", ""),
        request_id(headers.get("x-request-id", "")),
    )


def request_id(offered: str) -> str:
    """The caller's own id if it is a plain one, so that it cannot write into our logs."""
    return offered if _REQUEST_ID.fullmatch(offered) else token_hex(16)


def _path(environ: Mapping[str, Any]) -> str:
    # PATH_INFO is already decoded, which would make %2F a slash; our server keeps the original.
    target: str = environ.get("REQUEST_URI") or quote(environ["PATH_INFO"].encode("latin-1"))
    if not target.startswith("/"):
        # The absolute form that proxies use: http://host/path
        target = "/" + target.partition("://")[2].partition("/")[2]
    return target.partition("?")[0]


def tree(patterns: Iterable[str]) -> Node:
    """The routes' patterns, such as /cases/{case}/events, by their steps."""
    root = Node([], {}, {})
    for pattern in patterns:
        node = root
        for step in _steps(pattern):
            named = step.startswith("{") and step.endswith("}")
            below, key = (node.parameters, step[1:-1]) if named else (node.literals, step)
            node = below.setdefault(key, Node([], {}, {}))
        node.patterns.append(pattern)
    return root


def match(routes: Node, path: str) -> Match | None:
    """
    The route of an encoded path, a literal step before a parameter, and the parameters decoded.
    As with API Gateway one slash at the end does not matter, and no parameter is empty. Raises
    MalformedUrl.
    """
    return _descend(routes, [_decoded(step) for step in _steps(path)])


def _descend(node: Node, steps: list[str]) -> Match | None:
    if not steps:
        return Match(node.patterns[0], {}) if node.patterns else None
    step, rest = steps[0], steps[1:]
    if step in node.literals and (found := _descend(node.literals[step], rest)):
        return found
    for name, below in node.parameters.items():
        if step and (found := _descend(below, rest)):
            return Match(found.pattern, {name: step, **found.parameters})
    return None


def _steps(path: str) -> list[str]:
    return path[1:].removesuffix("/").split("/")


def _decoded(text: str) -> str:
    if _BAD_ESCAPE.search(text):
        raise MalformedUrl(text)
    try:
        return unquote(_utf8(text), errors="strict")
    except UnicodeError as error:
        raise MalformedUrl(text) from error


def _utf8(text: str) -> str:
    """WSGI hands bytes over as Latin-1; some clients send UTF-8 as it is, not percent-encoded."""
    return text if text.isascii() else text.encode("latin-1").decode()


def fields(query: str) -> dict[str, list[str]]:
    """The fields of an encoded query, blank ones too; raises MalformedUrl."""
    if _BAD_ESCAPE.search(query):
        raise MalformedUrl(query)
    try:
        return parse_qs(
            _utf8(query),
            keep_blank_values=True,
            errors="strict",
            max_num_fields=MAX_QUERY_FIELDS,
        )
    except ValueError as error:
        raise MalformedUrl(query) from error


def event(call: Call, match: Match, method: str, body: bytes) -> dict[str, Any]:
    """
    The event of a Lambda proxy integration. The body stays bytes: chalice's `raw_body` is the same
    for them as for Base64, without the detour. Raises MalformedUrl.
    """
    return {
        "requestContext": {
            "httpMethod": method,
            "asked": call.method,  # HEAD is answered by GET, which then has no effect
            "resourcePath": match.pattern,
            "path": call.path,
            "requestId": call.request_id,
            STREAMS: True,
            "identity": {
                "sourceIp": call.address,
                "userAgent": call.headers.get("user-agent"),
            },
        },
        "headers": call.headers,
        "pathParameters": match.parameters,
        "multiValueQueryStringParameters": fields(call.query) or None,
        "stageVariables": {},
        "body": body or None,
        "isBase64Encoded": False,
    }


def outside(call: Call) -> Request:
    """A request to speak of where there is no route to hand it to."""
    return Request(event(call._replace(query=""), Match(call.path, {}), call.method, b""))
