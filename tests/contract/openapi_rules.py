"""
The rules of OpenAPI 3.1 that our document has to keep: a closed JSON Schema of the objects that it
uses, and what the specification says of names, paths and references.
"""

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

TEXT = {"type": "string", "minLength": 1}
NAME = "^[a-zA-Z0-9.\\-_]+$"
METHODS = ("get", "put", "post", "delete", "patch")


def closed(required: list[str], /, **properties: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "additionalProperties": False,
        "required": required,
        "properties": properties,
    }


def map_of(value: dict[str, Any], names: str = NAME) -> dict[str, Any]:
    return {
        "type": "object",
        "propertyNames": {"pattern": names},
        "additionalProperties": value,
    }


REF = {
    "type": "object",
    "additionalProperties": False,
    "required": ["$ref"],
    "properties": {"$ref": {"type": "string", "pattern": "^#/components/"}},
}
SCHEMA = {"$ref": "https://json-schema.org/draft/2020-12/schema"}
HEADER = closed(["schema"], description=TEXT, required={"type": "boolean"}, schema=SCHEMA)
PARAMETER = {
    **closed(
        ["name", "in", "schema"],
        **{
            "name": TEXT,
            "in": {"enum": ["path", "query", "header"]},
            "description": TEXT,
            "required": {"type": "boolean"},
            "schema": SCHEMA,
            "example": True,
        },
    ),
    "if": {"properties": {"in": {"const": "path"}}},
    "then": {"required": ["required"], "properties": {"required": {"const": True}}},
}
MEDIA = closed([], schema=SCHEMA, example=True, examples=map_of(REF))
CONTENT = map_of(MEDIA, "^[a-z*]+/[a-z0-9.+*-]+$")
RESPONSE = closed(
    ["description"],
    description=TEXT,
    headers=map_of({"anyOf": [REF, HEADER]}),
    content=CONTENT,
)
OPERATION = closed(
    ["operationId", "tags", "summary", "responses"],
    operationId={"type": "string", "pattern": "^[a-z][A-Za-z]+$"},
    tags={"type": "array", "items": TEXT, "minItems": 1, "maxItems": 1},
    summary={"type": "string", "minLength": 1, "maxLength": 200},
    description=TEXT,
    security={"type": "array", "items": map_of({"type": "array"})},
    parameters={"type": "array", "items": {"anyOf": [REF, PARAMETER]}, "uniqueItems": True},
    requestBody=closed(["content"], required={"type": "boolean"}, content=CONTENT),
    **{"x-reason-codes": REF},
    responses={
        "type": "object",
        "minProperties": 1,
        "propertyNames": {"pattern": "^[1-5][0-9][0-9]$"},
        "additionalProperties": {"anyOf": [REF, RESPONSE]},
    },
)
OPENAPI = closed(
    ["openapi", "info", "paths"],
    openapi={"const": "3.1.0"},
    info=closed(["title", "version"], title=TEXT, version=TEXT, description=TEXT),
    servers={"type": "array", "items": closed(["url"], url=TEXT, description=TEXT)},
    tags={"type": "array", "items": closed(["name"], name=TEXT, description=TEXT)},
    security={"type": "array", "items": map_of({"type": "array"})},
    paths={
        "type": "object",
        "propertyNames": {"pattern": "^/"},
        "additionalProperties": closed([], **dict.fromkeys(METHODS, OPERATION)),
    },
    components=closed(
        [],
        securitySchemes=map_of(
            closed(
                ["type"],
                type={"const": "http"},
                scheme={"const": "bearer"},
                bearerFormat=TEXT,
                description=TEXT,
            )
        ),
        parameters=map_of(PARAMETER),
        headers=map_of(HEADER),
        schemas=map_of(SCHEMA),
        responses=map_of(RESPONSE),
        examples=map_of(closed(["value"], value={"type": "object"})),
    ),
)


def operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield method.upper(), path, operation


def broken(document: dict[str, Any]) -> list[str]:
    """What no JSON Schema can say: each rule that the document breaks."""
    found = list(operations(document))
    ids = Counter(operation["operationId"] for _, _, operation in found)
    tags = {tag["name"] for tag in document["tags"]}
    return [
        *(f"{name} names {times} operations" for name, times in ids.items() if times > 1),
        *(f"{path} has another tag" for _, path, one in found if not tags.issuperset(one["tags"])),
        *_paths(document, found),
        *_references(document),
    ]


def _paths(document: dict[str, Any], found: list[tuple[str, str, dict[str, Any]]]) -> Iterator[str]:
    for method, path, operation in found:
        named = {one["name"] for one in parameters(document, operation) if one["in"] == "path"}
        if named != set(re.findall(r"{(\w+)}", path)):
            yield f"{method} {path} declares {sorted(named)}"


def parameters(document: dict[str, Any], operation: dict[str, Any]) -> list[dict[str, Any]]:
    """Those of an operation, references followed."""
    shared = document["components"]["parameters"]
    return [
        shared[one["$ref"].rpartition("/")[2]] if "$ref" in one else one
        for one in operation["parameters"]
    ]


def _references(document: dict[str, Any]) -> Iterator[str]:
    used = set(_refs(document))
    there = {
        f"#/components/{kind}/{name}"
        for kind, some in document["components"].items()
        if kind != "securitySchemes"
        for name in some
    }
    yield from (f"{ref} leads nowhere" for ref in used - there)
    yield from (f"{ref} is used nowhere" for ref in there - used)


def unshown(document: dict[str, Any]) -> list[str]:
    """What has no example. Bytes that are answered need none: they are no JSON."""
    shared = document["components"]
    return [
        *(f"{one['operationId']} shows no {what}" for what, one in _unshown(document)),
        *dict.fromkeys(_untold(shared)),
        *(
            f"nothing shows a {name}"
            for name, one in shared["parameters"].items()
            if one["in"] == "path" and "example" not in one and "enum" not in one["schema"]
        ),
    ]


def _unshown(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for _, _, operation in operations(document):
        for kind, media in operation.get("requestBody", {}).get("content", {}).items():
            if "example" not in media and not kind.startswith("multipart/"):
                yield "request", operation
        for status, response in operation["responses"].items():
            for kind, media in response.get("content", {}).items():
                if kind == "application/json" and "example" not in media:
                    yield status, operation


def _untold(shared: dict[str, Any]) -> Iterator[str]:
    for response in shared["responses"].values():
        content = response["content"]["application/problem+json"]
        for code in content["schema"]["allOf"][1]["properties"]["code"]["enum"]:
            for language in ("zh-CN", "en"):
                name = f"{code}.{language}"
                if name not in content["examples"] or name not in shared["examples"]:
                    yield f"nothing shows {code} in {language}"


def _refs(value: Any) -> Iterator[str]:
    match value:
        case {"$ref": str(ref)}:
            yield ref
            yield from (one for part in value.values() for one in _refs(part))
        case dict():
            yield from (one for part in value.values() for one in _refs(part))
        case list():
            yield from (one for part in value for one in _refs(part))
        case _:
            pass
