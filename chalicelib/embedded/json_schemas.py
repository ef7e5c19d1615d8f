"""Pydantic's JSON Schemas (2020-12), made fit to publish."""

import json
from collections.abc import Callable, Mapping
from typing import Any, Final

Json = dict[str, Any]
Change = Callable[[Json], Json]

_NAMED: Final = ("properties", "$defs", "patternProperties")
_LISTED: Final = ("anyOf", "oneOf", "allOf", "prefixItems")
_SINGLE: Final = ("items", "additionalProperties", "not", "contains")


def render(value: Json) -> str:
    """The text of a generated file."""
    return json.dumps(value, ensure_ascii=False, indent=2) + "\n"


def everywhere(schema: Json, change: Change) -> Json:
    """`schema` with `change` made to every schema in it, from the inside out."""
    changed = dict(schema)
    for name in _NAMED:
        if name in changed:
            changed[name] = {key: everywhere(one, change) for key, one in changed[name].items()}
    for name in _LISTED:
        if name in changed:
            changed[name] = [everywhere(one, change) for one in changed[name]]
    for name in _SINGLE:
        if isinstance(changed.get(name), dict):
            changed[name] = everywhere(changed[name], change)
    return change(changed)


def plain(schema: Json) -> Json:
    """Without the titles that pydantic makes up, and with each description on one line."""
    kept = {name: value for name, value in schema.items() if name != "title"}
    if "description" in kept:
        kept["description"] = " ".join(kept["description"].split())
    return kept


def as_published(schema: Json) -> Json:
    """
    An object as it is written: what has a default is always there, and what is None never is.
    """
    properties: Mapping[str, Json] = schema.get("properties", {})
    if not properties:
        return schema
    always = [name for name, one in properties.items() if one.get("default") is not None]
    required = [name for name in properties if name in {*schema.get("required", ()), *always}]
    written = {name: _never_null(one) for name, one in properties.items()}
    return {**schema, "properties": written, **({"required": required} if required else {})}


def _never_null(schema: Json) -> Json:
    if schema.get("default", ...) is not None:
        return schema
    rest = {name: value for name, value in schema.items() if name not in ("default", "anyOf")}
    kept = [one for one in schema.get("anyOf", ()) if one != {"type": "null"}]
    match kept:
        case []:
            return rest
        case [only]:
            return {**only, **rest}
        case _:
            return {"anyOf": kept, **rest}
