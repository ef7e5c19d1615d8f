"""Every list and history is paged by cursor, and a page is bounded in bytes."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from chalicelib.contract import contracts
from chalicelib.contract.openapi import SCHEMAS

from ..stories.cases import ROOT

DOCUMENT = json.loads((ROOT / contracts.OPENAPI).read_text(encoding="utf-8"))
# Of one thing, and bounded by what may be said of it; not lists that grow.
BOUNDED = {
    "/.well-known/jwks.json": "the keys of this service",
    "/account": "one proof of each kind",
    "/accounts/{account}": "one proof of each kind",
    "/documents/uploads/{upload_id}": "the parts of 100 MiB",
    "/entities/{credit_code}": "MOST_OPERATORS of domain/entity.py",
    "/items/{code}": "one definition, as large as a commit at most",
    "/items/{code}/draft": "one definition, as large as a commit at most",
    "/items/{code}/versions/{version}": "one definition, as large as a commit at most",
    "/mandates/{mandate_id}": "the items that one mandate names",
    "/missed-queries": "the 500 that were most often asked",
    "/openapi.json": "this document",
}


def lists() -> Iterator[tuple[str, dict[str, Any], list[str]]]:
    """Every GET that answers an array at its first level: path, operation, names of arrays."""
    for path, methods in DOCUMENT["paths"].items():
        operation = methods.get("get", {})
        content = operation.get("responses", {}).get("200", {}).get("content", {})
        ref = content.get("application/json", {}).get("schema", {}).get("$ref", "")
        properties = properties_of(ref.removeprefix(SCHEMAS)) if ref else {}
        arrays = [name for name, schema in properties.items() if schema.get("type") == "array"]
        if arrays:
            yield path, operation, arrays


def properties_of(name: str) -> dict[str, Any]:
    found: dict[str, Any] = DOCUMENT["components"]["schemas"][name].get("properties", {})
    return found


@pytest.mark.parametrize(
    ("path", "operation"),
    [pytest.param(path, operation, id=path) for path, operation, _ in lists()],
)
def test_a_list_takes_a_limit_and_a_cursor_and_tells_the_next(path: str, operation: dict[str, Any]):
    if path in BOUNDED:
        return
    names = {one.get("name") for one in operation["parameters"]}
    assert {"limit", "cursor"} <= names
    schema = operation["responses"]["200"]["content"]["application/json"]["schema"]["$ref"]
    assert "next" in properties_of(schema.removeprefix(SCHEMAS))


def test_what_needs_no_pages_is_a_list_at_all():
    assert BOUNDED.keys() <= {path for path, *_ in lists()}
