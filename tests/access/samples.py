"""A body that fits, made from the model of a route: access is judged before its meaning is."""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final

from pydantic import BaseModel

Json = dict[str, Any]
# The first that fits a pattern is taken.
CANDIDATES: Final = (
    "x",
    "440802",
    "2026-01-05",
    "440802-civil",
    "0" * 64,
    "0" * 16,  # the digest of a draft's difference
    "A" * 26,  # a token by which a certificate is shown
    "13800138000",
    "91440800MA0EXAMP1A",
    "application/pdf",
    "114408000000010549001",
    "1144080000000106243442006001000",
)


def body(model: type[BaseModel], known: Mapping[str, Any]) -> Json:
    """Only what is required; `known` has values by the name of the field."""
    schema = schema_of(model)
    made: Json = sample(schema, schema.get("$defs", {}), known)
    return made


@lru_cache
def schema_of(model: type[BaseModel]) -> Json:
    return model.model_json_schema()


def sample(schema: Json, shared: Json, known: Mapping[str, Any]) -> Any:
    if "$ref" in schema:
        return sample(shared[schema["$ref"].rpartition("/")[2]], shared, known)
    for choice in ("anyOf", "oneOf", "allOf"):
        if choice in schema and "properties" not in schema:
            return sample(schema[choice][0], shared, known)
    if "enum" in schema or "const" in schema:
        return schema.get("const", next(iter(schema.get("enum", [None]))))
    match schema.get("type"):
        case "object":
            return _fields(schema, shared, known)
        case "array":
            least = max(1, schema.get("minItems", 0))
            return [sample(schema.get("items", {}), shared, known)] * least
        case "integer" | "number":
            return max(1, schema.get("minimum", 1))
        case "boolean":
            return True
        case _:
            return _text(schema)


def _fields(schema: Json, shared: Json, known: Mapping[str, Any]) -> Json:
    properties: Json = schema.get("properties", {})
    one_way = next(iter(schema.get("oneOf", [{}])))  # base.exactly_one
    needed = [*schema.get("required", []), *one_way.get("required", [])]
    return {
        name: known[name] if name in known else sample(one, shared, known)
        for name, one in properties.items()
        if name in needed or name in known
    }


def _text(schema: Json) -> str:
    if schema.get("format") == "date-time":
        return "2026-01-05T09:00:00+08:00"
    if schema.get("format") == "date":
        return "2026-01-05"
    least, pattern = schema.get("minLength", 0), schema.get("pattern", "")
    for one in CANDIDATES:
        if len(one) >= least and re.search(pattern, one):
            return one
    raise AssertionError(f"no candidate fits {schema}")
