"""Pydantic's JSON Schemas (2020-12), made fit to publish."""

import json
import re
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


def plain(schema: Json, absent: str) -> Json:
    """
    Without the titles that pydantic makes up, and with each description on one line. What Python
    calls None is `absent` to others.
    """
    kept = {name: value for name, value in schema.items() if name != "title"}
    if "description" in kept:
        kept["description"] = in_words(kept["description"], absent)
    return kept


def in_words(text: str, absent: str) -> str:
    """A docstring on one line, for people who do not write Python."""
    return re.sub(r"\bNone\b", absent, " ".join(text.split()))


def as_published(schema: Json) -> Json:
    """
    An object as events have it: what has a default is always there, and what is None never is.
    """
    told = _always_there(plain(schema, "left out"))
    if "properties" in told:
        told["properties"] = {name: _never_null(one) for name, one in told["properties"].items()}
    return told


def as_answered(schema: Json) -> Json:
    """An object as replies have it: open to members that come later; None is null or left out."""
    told = _always_there(plain(schema, "null"))
    properties: Mapping[str, Json] = told.get("properties", {})
    kept = {name: _without_null_default(one) for name, one in properties.items()}
    if "const" in kept.get("type", {}):  # an event's own name, which replies do not repeat
        del kept["type"]
        told["required"] = [name for name in told["required"] if name != "type"]
    if kept:
        told["properties"] = kept
    if told.get("additionalProperties") is False:
        del told["additionalProperties"]
    return told


def _always_there(schema: Json) -> Json:
    properties: Mapping[str, Json] = schema.get("properties", {})
    always = {name for name, one in properties.items() if one.get("default") is not None}
    required = [name for name in properties if name in {*schema.get("required", ()), *always}]
    return {**schema, "required": required} if required else dict(schema)


def _without_null_default(schema: Json) -> Json:
    if schema.get("default", ...) is not None:
        return schema
    return {name: value for name, value in schema.items() if name != "default"}


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
