"""Programs that call every operation with its own examples, as a developer would write them."""

import json
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

Json = dict[str, Any]
KEY = "client-0001"
# A word of JavaScript's own is no name there: the generator adds an underscore.
RESERVED = frozenset({"void"})


class Call(NamedTuple):
    """What one operation is called with; `binary` if its body are bytes."""

    name: str
    method: str
    path: str
    given: dict[str, Json]
    body: Json | None
    binary: bool


def calls(document: Json) -> Iterator[Call]:
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            yield _call(document, path, method, operation)


def _call(document: Json, path: str, method: str, operation: Json) -> Call:
    given: dict[str, Json] = {}
    for one in operation["parameters"]:
        parameter = _resolved(document, one)
        if parameter.get("required"):
            given.setdefault(parameter["in"], {})[parameter["name"]] = _value(parameter)
    content = operation.get("requestBody", {}).get("content", {})
    media = content.get("application/json")
    body = None if media is None else media.get("example", {})
    return Call(operation["operationId"], method, path, given, body, bool(content) and not media)


def _value(parameter: Json) -> Any:
    if parameter["in"] == "header":
        return KEY
    return parameter.get("example", parameter["schema"].get("enum", [""])[0])


def _resolved(document: Json, one: Json) -> Json:
    if "$ref" not in one:
        return one
    found: Json = document
    for step in one["$ref"].removeprefix("#/").split("/"):
        found = found[step]
    return found


def with_openapi_fetch(document: Json) -> str:
    lines = [
        'import createClient from "openapi-fetch";',
        'import type { paths } from "./schema.ts";',
        'const client = createClient<paths>({ baseUrl: "http://127.0.0.1:8000" });',
        "export const codes: string[] = [];",
    ]
    for call in calls(document):
        options = {"params": call.given} if call.given else {}
        told = _options(options, call, '"bytes"')
        lines.append(f"{{ const {{ data, error }} = await client.{call.method.upper()}({told});")
        lines.append("  if (error) codes.push(error.code); else void data; }")
    return "\n".join(lines) + "\n"


def _options(options: Json, call: Call, binary: str) -> str:
    body = f", body: {_body(call, binary)}" if call.body is not None or call.binary else ""
    return f"{json.dumps(call.path)}, {{ ...{_literal(options)}{body} }}"


def _body(call: Call, binary: str) -> str:
    return binary if call.binary else _literal(call.body)


def with_hey_api(document: Json) -> str:
    lines = ['import * as banjian from "./hey/index.ts";', "export const codes: string[] = [];"]
    names = {"path": "path", "header": "headers", "query": "query"}
    for call in calls(document):
        members = [f"{names[where]}: {_literal(value)}" for where, value in call.given.items()]
        if call.body is not None or call.binary:
            members.append(f"body: {_body(call, 'new Blob()')}")
        told = f"{{ {', '.join(members)} }}" if members else ""
        lines.append(f"{{ const {{ data, error }} = await banjian.{_named(call)}({told});")
        lines.append("  if (error) codes.push(error.code); else void data; }")
    return "\n".join(lines) + "\n"


def _named(call: Call) -> str:
    return f"{call.name}_" if call.name in RESERVED else call.name


def _literal(value: Any) -> str:
    return re.sub(r"\u2028|\u2029", " ", json.dumps(value, ensure_ascii=False))
