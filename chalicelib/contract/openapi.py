"""The OpenAPI 3.1 document: the routes of app.py, as they document themselves."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from http import HTTPStatus
from typing import Any, Final, NamedTuple

from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaMode, models_json_schema

from ..cases.application.access import RULES
from ..people.application.accounts import closed
from ..platform.rate_limits import DOWNLOAD
from ..refusals.words import summaries
from ..subjects import entries, for_readers, load
from ..submissions.http.commands import COMMANDS
from ..web.forms import FORM
from ..web.messages import MESSAGES
from ..web.operation import OperationSpec
from ..web.route import respond
from . import examples as api_examples
from . import problems as api_problems
from . import raising
from .api_words import ABOUT, HEADER_PARAMETERS, HEADERS, TOLD
from .docstrings import sentences, within_sentence, without_term
from .examples import Examples
from .json_schemas import Json, as_answered, everywhere, plain

SCHEMAS: Final = "#/components/schemas/"
# In 3.1 bytes need no schema, but generators of clients pass over what has none.
_BYTES: Final[Json] = {"type": "string", "format": "binary"}


class Operation(NamedTuple):
    method: str
    path: str
    doc: OperationSpec
    said: str  # the first sentence of the handler's docstring
    more: str  # the rest of it
    media_types: tuple[str, ...]
    view: Callable[..., Any]


def operations(routes: Mapping[str, Mapping[str, Any]]) -> Iterator[Operation]:
    """What chalice's `app.routes` has, by path and method."""
    for path in sorted(routes):
        for method, entry in sorted(routes[path].items()):
            view = entry.view_function
            said, more = sentences(view.handler)
            types = tuple(view.media_types)
            yield Operation(method, path, view.doc, said, more, types, view.handler)


def openapi(
    routes: Mapping[str, Mapping[str, Any]], version: str, examples: Examples | None = None
) -> Json:
    examples = examples or Examples()
    found = list(operations(routes))
    paths: dict[str, Json] = {}
    for one in found:
        paths.setdefault(one.path, {})[one.method.lower()] = _operation(one, examples)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Banjian 办件", "version": version, "description": ABOUT},
        # Relative to the document: behind API Gateway both have the stage in front.
        "servers": [{"url": ".", "description": "Where this document was found."}],
        "tags": [{"name": name, "description": said} for name, said in for_readers("TAGS")],
        "security": [{"bearer": []}],
        "paths": paths,
        "components": _components(found, examples),
    }


# One operation


def _operation(one: Operation, examples: Examples) -> Json:
    doc = one.doc
    body = {"requestBody": _body(one, examples)} if has_body(one) else {}
    return {
        "operationId": doc.name,
        "tags": [doc.tag],
        "summary": _summary(one),
        **_description(one),
        **({"security": []} if doc.public else {}),
        "parameters": list(_parameters(one)),
        **body,
        "responses": _responses(one, examples),
        "x-reason-codes": {"$ref": f"{SCHEMAS}{_reason_code(one)}"},
    }


def _summary(one: Operation) -> str:
    """In both languages: tools show one line of an operation, whoever reads it."""
    english = without_term(one.said.rstrip("."))
    chinese = summaries().get(one.doc.name)
    return english if chinese is None else f"{chinese} / {english}"


def takes_bytes(one: Operation) -> bool:
    return one.doc.body is None and "application/json" not in one.media_types


def has_body(one: Operation) -> bool:
    return one.doc.body is not None or takes_bytes(one)


def shows(one: Operation) -> set[str]:
    """What has to have an example: all but bytes that are answered."""
    asked = {"request"} if has_body(one) else set()
    return asked | ({"reply"} if one.doc.reply else set())


def _description(one: Operation) -> Json:
    """What a docstring adds; of a command to a case also who may give it."""
    kind = next((kind for kind in COMMANDS if _same(kind.__name__, one.doc.name)), None)
    said = [one.more] if one.more else []
    if kind is not None:
        said.append(f"Who may: {'; '.join(map(within_sentence, RULES[kind]))}.")
    return {"description": "\n\n".join(said)} if said else {}


def _same(kind: str, name: str) -> bool:
    return kind[0].lower() + kind[1:] == name


def _parameters(one: Operation) -> Iterator[Json]:
    for name in re.findall(r"{([a-z_]+)}", one.path):
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
    if not one.doc.public:
        yield "X-Role"
    yield from ("Accept-Language", "X-Request-Id")


def _body(one: Operation, examples: Examples) -> Json:
    example = examples.of(one.doc.name, "request")
    if one.doc.body is None:
        whole = {"schema": _BYTES, **example}
        content = {kind: _FORM if kind == FORM else whole for kind in one.media_types}
        return {"required": True, "content": content}
    content = {"schema": {"$ref": f"{SCHEMAS}{one.doc.body.__name__}"}, **example}
    needed = any(field.is_required() for field in one.doc.body.model_fields.values())
    return {"required": needed, "content": {"application/json": content}}


def _responses(one: Operation, examples: Examples) -> Json:
    unchanged = {"304": _bare("What the caller has is current.")} if one.doc.tagged else {}
    problems = {
        str(status): {"$ref": f"#/components/responses/{api_problems.name(status, some)}"}
        for status, some in _problems(one)
    }
    elsewhere = {"302": _ELSEWHERE} if one.doc.limit == DOWNLOAD else {}
    return {
        str(one.doc.status): _success(one.doc, examples),
        **elsewhere,
        **unchanged,
        **problems,
    }


def _problems(one: Operation) -> Iterator[tuple[int, list[str]]]:
    takes = api_problems.Takes(has_body(one), takes_bytes(one))
    yield from api_problems.by_status(api_problems.codes(takes, one.path, one.doc))


def _success(doc: OperationSpec, examples: Examples) -> Json:
    headers = ["X-Request-Id"]
    if doc.command or doc.tagged:
        headers.append("ETag")
    if doc.command:
        headers.append("Idempotency-Replayed")
    if doc.status == HTTPStatus.NO_CONTENT:
        return _bare("Done.", *headers)
    if not doc.reply:
        return {
            **_bare("The document.", *headers),
            "content": {kind: {"schema": _BYTES} for kind in doc.media},
        }
    schema = {"schema": {"$ref": f"{SCHEMAS}{doc.reply}"}}
    content = {"application/json": {**schema, **examples.of(doc.name, "reply")}}
    content |= {kind: {"schema": _BYTES} for kind in doc.media if kind != "*/*"}
    return {**_bare("Done." if doc.command else "As asked for.", *headers), "content": content}


_ELSEWHERE: Final[Json] = {
    "description": (
        "The document is at `Location`, for a minute and without a token (on AWS; the embedded "
        "service answers with the bytes)."
    ),
    "headers": {
        "Location": {"required": True, "schema": {"type": "string", "format": "uri"}},
        "X-Request-Id": {"$ref": "#/components/headers/X-Request-Id"},
    },
}


_FORM: Final[Json] = {
    "schema": {
        "type": "object",
        "description": "As `wx.uploadFile` and forms of browsers send it: one file, named `file`.",
        "required": ["file"],
        "properties": {"file": {"type": "string", "format": "binary"}},
    }
}


def _bare(said: str, *headers: str) -> Json:
    named = {name: {"$ref": f"#/components/headers/{name}"} for name in headers}
    return {"description": said, **({"headers": named} if named else {})}


# What operations share


def replies() -> list[type[BaseModel]]:
    """The models of what is answered, as the subjects name them."""
    return [load(name) for name in entries("REPLIES")]


def told_problems(found: list[Operation]) -> dict[str, tuple[int, list[str]]]:
    """The status and the codes of every response that operations share, by its name."""
    every = (answer for one in found for answer in _problems(one))
    return {api_problems.name(status, some): (status, some) for status, some in every}


def _components(found: list[Operation], examples: Examples) -> Json:
    told = dict(sorted(told_problems(found).items()))
    codes = {code for _, some in told.values() for code in some}
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
                name: {
                    "name": name,
                    "in": "path",
                    "required": True,
                    "description": said,
                    "schema": schema,
                    **examples.value(name, schema),
                }
                for name, said, schema in for_readers("PARAMETERS")
            },
            **{
                name: {"name": name, "in": "header", **words}
                for name, words in HEADER_PARAMETERS.items()
            },
        },
        "headers": dict(HEADERS),
        "schemas": _schemas(found),
        "responses": {name: api_problems.response(*one) for name, one in told.items()},
        "examples": api_examples.problems(codes, examples),
    }


def _schemas(found: list[Operation]) -> Json:
    asked = _definitions(_bodies(found), "validation")
    asked = {name: everywhere(one, _as_asked) for name, one in asked.items()}
    told = _definitions(replies(), "serialization")
    told = {name: everywhere(one, as_answered) for name, one in told.items()}
    told["Problem"]["properties"]["code"]["enum"] = sorted(MESSAGES)
    reasons = {_reason_code(one): _reasons(one) for one in found}
    return dict(sorted({**asked, **_apart(told, asked), **reasons}.items()))


def _reason_code(one: Operation) -> str:
    """The schema with the codes of the reasons that the operation may be refused for."""
    return f"{one.doc.name[0].upper()}{one.doc.name[1:]}ReasonCode"


def _reasons(one: Operation) -> Json:
    admitting = () if one.doc.public else (closed,)
    return {"type": "string", "enum": sorted(raising.codes(one.view, respond, *admitting))}


def _bodies(found: list[Operation]) -> list[type[BaseModel]]:
    bodies = {one.doc.body for one in found if one.doc.body is not None}
    return sorted(bodies, key=lambda body: body.__name__)


def shared_names(found: list[Operation]) -> list[str]:
    """
    The names under which bodies and replies have more than one model. Pydantic tells those apart
    by their Python modules, which would then be part of the public contract.
    """
    asked: list[tuple[type[BaseModel], JsonSchemaMode]]
    asked = [(model, "validation") for model in _bodies(found)]
    _, whole = models_json_schema([*asked, *((model, "serialization") for model in replies())])
    apart = {name for name in whole["$defs"] if "__" in name}
    return sorted({name.rpartition("__")[2].removesuffix("-Input") for name in apart})


def _as_asked(schema: Json) -> Json:
    told = _with_default_said(plain(schema, "null"))
    if told.get("minLength") == 1 and "pattern" not in told:
        told["pattern"] = "\\S"  # blanks around a text are taken off first
    if "properties" in told:
        told["properties"] = {
            name: {**one, "description": TOLD[name]} if name in TOLD else one
            for name, one in told["properties"].items()
        }
    return told


def _with_default_said(schema: Json) -> Json:
    """
    In words: generators of clients take a member that has a default for one that is always there,
    in what is sent too.
    """
    if "default" not in schema:
        return schema
    kept = {name: value for name, value in schema.items() if name != "default"}
    if schema["default"] in (None, [], {}):
        return kept
    said = f"`{json.dumps(schema['default'], ensure_ascii=False)}` if not said."
    return {**kept, "description": " ".join(filter(None, (kept.get("description"), said)))}


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
