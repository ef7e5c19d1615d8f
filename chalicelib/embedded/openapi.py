"""docs/openapi.json (OpenAPI 3.1): the routes of app.py, as they document themselves."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaMode, models_json_schema

from ..application.access import RULES
from ..http.cases import COMMANDS
from ..http.doc import Doc
from . import api_problems, replies
from .api_words import (
    ABOUT,
    HEADER_PARAMETERS,
    HEADERS,
    PATH_PARAMETERS,
    SUMMARIES,
    TAGS,
    TOLD,
    WHO,
)
from .json_schemas import Json, as_answered, everywhere, plain

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
SCHEMAS: Final = "#/components/schemas/"


class Operation(NamedTuple):
    method: str
    path: str
    doc: Doc
    said: str  # the handler's docstring
    media_types: tuple[str, ...]


def operations(routes: Mapping[str, Mapping[str, Any]]) -> Iterator[Operation]:
    """What chalice's `app.routes` has, by path and method."""
    for path in sorted(routes):
        for method, entry in sorted(routes[path].items()):
            view = entry.view_function
            said = " ".join((view.__doc__ or "").split())
            yield Operation(method, path, view.doc, said, tuple(entry.content_types))


def openapi(routes: Mapping[str, Mapping[str, Any]], version: str) -> Json:
    found = list(operations(routes))
    paths: dict[str, Json] = {}
    for one in found:
        paths.setdefault(one.path, {})[one.method.lower()] = _operation(one)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Banjian 办件", "version": version, "description": ABOUT},
        "jsonSchemaDialect": DIALECT,
        "servers": [{"url": "/", "description": "Where the service listens."}],
        "tags": [{"name": name, "description": said} for name, said in TAGS.items()],
        "security": [{"bearer": []}],
        "paths": paths,
        "components": _components(found),
    }


# One operation


def _operation(one: Operation) -> Json:
    doc = one.doc
    body = {"requestBody": _body(one)} if one.method in ("POST", "PUT") else {}
    return {
        "operationId": doc.name,
        "tags": [doc.tag],
        "summary": (SUMMARIES.get(doc.name) or one.said).rstrip("."),
        **_description(doc),
        **({"security": []} if doc.public else {}),
        "parameters": list(_parameters(one)),
        **body,
        "responses": _responses(one),
    }


def _description(doc: Doc) -> Json:
    """Of a command: what its docstring adds, and who may give it."""
    kind = next((kind for kind in COMMANDS if _same(kind.__name__, doc.name)), None)
    if kind is None:
        return {}
    said = " ".join((kind.__doc__ or "").split())
    who = "; ".join(WHO[rule.__name__] for rule in RULES[kind])
    return {"description": f"{said}\n\nWho may: {who}.".strip()}


def _same(kind: str, name: str) -> bool:
    return kind[0].lower() + kind[1:] == name


def _parameters(one: Operation) -> Iterator[Json]:
    for name in re.findall(r"{(\w+)}", one.path):
        yield {"$ref": f"#/components/parameters/{name}"}
    for name, schema in one.doc.query.items():
        told = {key: value for key, value in schema.items() if key != "description"}
        said = {"description": schema["description"]} if "description" in schema else {}
        yield {"name": name, "in": "query", **said, "schema": told}
    for name in _headers(one):
        yield {"$ref": f"#/components/parameters/{name}"}


def _headers(one: Operation) -> Iterator[str]:
    if one.doc.command:
        yield from ("Idempotency-Key", "If-Match")
    if one.doc.tagged:
        yield "If-None-Match"
    yield from ("Accept-Language", "X-Request-Id")


def _body(one: Operation) -> Json:
    if one.doc.body is None:
        return {"required": True, "content": {kind: {} for kind in one.media_types}}
    content = {"schema": {"$ref": f"{SCHEMAS}{one.doc.body.__name__}"}}
    needed = any(field.is_required() for field in one.doc.body.model_fields.values())
    return {"required": needed, "content": {"application/json": content}}


def _responses(one: Operation) -> Json:
    unchanged = {"304": _bare("What the caller has is current.")} if one.doc.tagged else {}
    problems = {
        str(status): {"$ref": f"#/components/responses/{api_problems.name(status, some)}"}
        for status, some in _problems(one)
    }
    return {str(one.doc.status): _success(one.doc), **unchanged, **problems}


def _problems(one: Operation) -> Iterator[tuple[int, list[str]]]:
    yield from api_problems.by_status(api_problems.codes(one.method, one.path, one.doc))


def _success(doc: Doc) -> Json:
    headers = ["X-Request-Id"]
    if doc.command or doc.tagged:
        headers.append("ETag")
    if doc.command:
        headers.append("Idempotency-Replayed")
    if not doc.reply:
        return {**_bare("The document's bytes.", *headers), "content": {"*/*": {}}}
    content = {"application/json": {"schema": {"$ref": f"{SCHEMAS}{doc.reply}"}}}
    return {**_bare("Done." if doc.command else "As asked for.", *headers), "content": content}


def _bare(said: str, *headers: str) -> Json:
    named = {name: {"$ref": f"#/components/headers/{name}"} for name in headers}
    return {"description": said, **({"headers": named} if named else {})}


# What operations share


def _components(found: list[Operation]) -> Json:
    shared = {
        api_problems.name(status, some): api_problems.response(status, some)
        for one in found
        for status, some in _problems(one)
    }
    return {
        "securitySchemes": {
            "bearer": {
                "type": "http",
                "scheme": "bearer",
                "bearerFormat": "JWT",
                "description": "An access token of the identity provider (RFC 6750, RFC 9068).",
            }
        },
        "parameters": {
            **{
                name: {"name": name, "in": "path", "required": True, **told}
                for name, told in PATH_PARAMETERS.items()
            },
            **{
                name: {"name": name, "in": "header", **told}
                for name, told in HEADER_PARAMETERS.items()
            },
        },
        "headers": dict(HEADERS),
        "schemas": _schemas(found),
        "responses": dict(sorted(shared.items())),
    }


def _schemas(found: list[Operation]) -> Json:
    bodies = {one.doc.body for one in found if one.doc.body is not None}
    asked = _definitions(sorted(bodies, key=lambda body: body.__name__), "validation")
    asked = {name: everywhere(one, _as_asked) for name, one in asked.items()}
    told = _definitions(replies.MODELS, "serialization")
    told = {name: everywhere(one, as_answered) for name, one in told.items()}
    return dict(sorted({**asked, **_apart(told, asked)}.items()))


def _as_asked(schema: Json) -> Json:
    told = plain(schema, "null")
    if "properties" in told:
        told["properties"] = {
            name: {**one, "description": TOLD[name]} if name in TOLD else one
            for name, one in told["properties"].items()
        }
    return told


def _definitions(models: Any, mode: JsonSchemaMode) -> dict[str, Json]:
    pairs: list[tuple[type[BaseModel], JsonSchemaMode]] = [(model, mode) for model in models]
    _, whole = models_json_schema(pairs, ref_template=f"{SCHEMAS}{{model}}")
    return dict(whole["$defs"])


def _apart(told: dict[str, Json], asked: Mapping[str, Json]) -> dict[str, Json]:
    """Replies under other names where a body has the same name and is not the same."""
    clashing = {name for name, one in told.items() if name in asked and asked[name] != one}
    renamed = {f"{SCHEMAS}{name}": f"{SCHEMAS}{name}Reply" for name in clashing}

    def change(schema: Json) -> Json:
        ref = schema.get("$ref")
        return {**schema, "$ref": renamed[ref]} if ref in renamed else schema

    return {
        f"{name}Reply" if name in clashing else name: everywhere(one, change)
        for name, one in told.items()
    }
