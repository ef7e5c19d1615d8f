"""Whether the OpenAPI document foretells what a request is refused for."""

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import httpx

from chalicelib.web import docs
from tests.walks.walking import reason_codes

DOCUMENT = Path(docs.__file__).with_name("static") / "openapi.json"


def foretold(response: httpx.Response) -> None:
    """A hook of httpx: the reasons of a problem are among those of the operation."""
    problem = response.headers.get("Content-Type") == "application/problem+json"
    if not problem or response.request.method == "HEAD":
        return
    response.read()
    for code in reason_codes(response.json()):
        method, path = response.request.method, response.request.url.path
        assert code in known(method, path), f"{method} {path} is refused as {code}"


@cache
def known(method: str, path: str) -> frozenset[str]:
    fitting = [
        (template.count("{"), operation["x-reason-codes"]["$ref"])
        for template, operations in document()["paths"].items()
        for name, operation in operations.items()
        if name == method.lower() and re.fullmatch(re.sub(r"{\w+}", "[^/]+", template), path)
    ]
    schema = document()["components"]["schemas"][min(fitting)[1].rpartition("/")[2]]
    return frozenset(schema["enum"])


@cache
def document() -> dict[str, Any]:
    content: dict[str, Any] = json.loads(DOCUMENT.read_text(encoding="utf-8"))
    return content
