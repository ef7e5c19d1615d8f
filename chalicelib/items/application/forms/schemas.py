"""Whether the JSON Schema of an item's form can be relied on: asked before it is published."""

import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache, lru_cache
from graphlib import CycleError, TopologicalSorter
from itertools import islice
from typing import Any, NamedTuple

from ....kernel.json_values import nodes, trouble
from ....kernel.reasons import Reason
from .assertions import ASSERTIONS
from .formats import FORMATS
from .keywords import of_keyword
from .patterns import NotUsable, checked
from .validation import bounds_arrays

Path = tuple[str | int, ...]
Schema = Mapping[str, Any]

DEEPEST = 50
MAX_NODES = 10_000  # values in a form's schema
# Schemas in it, with each reference in the place of what it refers to: what is gone through.
MAX_EXPANDED = 2_000
MAX_PROBLEMS = 100
DIALECT = "https://json-schema.org/draft/2020-12/schema"
_NAMED = ("properties", "patternProperties", "$defs", "dependentSchemas")
_LISTED = ("allOf", "anyOf", "oneOf", "prefixItems")
_SINGLE = (
    "additionalProperties", "contains", "else", "if", "items", "not", "propertyNames", "then",
    "unevaluatedItems", "unevaluatedProperties",
)  # fmt: skip
# With these a schema could reach outside itself, or be reached by another name.
_REFUSED = ("$id", "$anchor", "$dynamicAnchor", "$dynamicRef", "definitions")
_REFERENCE = re.compile(r"#/\$defs/([A-Za-z0-9_.-]+)")


class SchemaProblem(NamedTuple):
    """`where` is the path in the schema."""

    where: Path
    why: Reason

    @property
    def message(self) -> str:
        return str(self.why)


def schema_problems(schema: Schema) -> list[SchemaProblem]:
    """Why forms cannot be checked against `schema`, up to MAX_PROBLEMS; empty if they can."""
    unsound = _too_large(schema) or trouble(schema, DEEPEST)
    if unsound is not None:
        return [SchemaProblem((), unsound)]
    malformed = list(islice(_malformed(schema), MAX_PROBLEMS))
    found = malformed or [*islice(_problems(schema), MAX_PROBLEMS), *_circles(schema)]
    return found or list(_sprawling(schema))


def _too_large(schema: Schema) -> Reason | None:
    if nodes(schema, MAX_NODES) <= MAX_NODES:
        return None
    return Reason("schema-too-large", "has more than {nodes} values", nodes=MAX_NODES)


def _malformed(schema: Schema) -> Iterator[SchemaProblem]:
    if schema.get("$schema", DIALECT) != DIALECT:
        yield SchemaProblem(
            ("$schema",),
            Reason("form-dialect-differs", "forms are written in {dialect}", dialect=DIALECT),
        )
        return
    dialect = _dialect()
    for error in dialect(dialect.META_SCHEMA).iter_errors(schema):
        yield SchemaProblem(tuple(error.absolute_path), of_keyword(error))


@lru_cache(maxsize=1)
def _dialect() -> Any:
    """Draft 2020-12, for schemas; jsonschema compares each entry of an array with each other."""
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import ValidationError
    from jsonschema.validators import extend

    def unique(_: Any, wanted: Any, given: Any, __: Any) -> Iterator[ValidationError]:
        if not ASSERTIONS["uniqueItems"](wanted, given):
            yield ValidationError("")

    extended: Callable[..., Any] = extend
    return extended(Draft202012Validator, {"uniqueItems": unique})


def _problems(root: Schema) -> Iterator[SchemaProblem]:
    for where, schema in subschemas(root):
        for keyword in _REFUSED:
            if keyword in schema:
                yield SchemaProblem(
                    (*where, keyword),
                    Reason(
                        "form-keyword-not-used", "{keyword} is not used in forms", keyword=keyword
                    ),
                )
        for name, part in schema.get("properties", {}).items():
            if part is False:  # jsonschema would not say which field it was
                path = (*where, "properties", name)
                yield SchemaProblem(
                    path,
                    Reason(
                        "form-property-ruled-out", "is ruled out: leave it out, or say `not: {{}}`"
                    ),
                )
        if "maxItems" not in schema and bounds_arrays(schema):
            why = Reason("form-array-unbounded", "has no limit: say maxItems")
            yield SchemaProblem(where, why)
        yield from _pattern(where, schema)
        yield from _format(where, schema)
        yield from _reference(where, schema, root)


def _pattern(where: Path, schema: Schema) -> Iterator[SchemaProblem]:
    named = ((*where, "patternProperties", name) for name in schema.get("patternProperties", ()))
    for path in (*named, *([(*where, "pattern")] if "pattern" in schema else ())):
        text = schema["pattern"] if path[-1] == "pattern" else str(path[-1])
        try:
            checked(text)
        except NotUsable as error:
            yield SchemaProblem(
                path,
                Reason(
                    "form-pattern-not-usable",
                    "not a regular expression that can be used here: {why}",
                    why=error.reason,
                ),
            )
    if "patternProperties" in schema and "unevaluatedProperties" in schema:
        why = Reason(
            "form-pattern-properties-open",
            "is not used together with patternProperties; say additionalProperties",
        )
        yield SchemaProblem((*where, "unevaluatedProperties"), why)


def _format(where: Path, schema: Schema) -> Iterator[SchemaProblem]:
    if schema.get("format", "date") not in FORMATS:
        known = sorted(FORMATS)
        yield SchemaProblem(
            (*where, "format"),
            Reason(
                "form-format-not-known",
                "{format} is not checked here; use one of: {known}",
                format=schema["format"],
                known=known,
            ),
        )


def _reference(where: Path, schema: Schema, root: Schema) -> Iterator[SchemaProblem]:
    if "$ref" not in schema:
        return
    found = _REFERENCE.fullmatch(schema["$ref"])
    if found is None or found[1] not in root.get("$defs", {}):
        known = tuple(f"#/$defs/{name}" for name in root.get("$defs", {}))
        yield SchemaProblem(
            (*where, "$ref"),
            Reason(
                "form-reference-not-known",
                "{reference} is not one of this schema's $defs: {known}",
                reference=schema["$ref"],
                known=known,
            ),
        )


def _circles(root: Schema) -> Iterator[SchemaProblem]:
    graph = {
        name: {
            found[1]
            for _, part in subschemas(definition)
            if (found := _REFERENCE.fullmatch(part.get("$ref", "")))
        }
        for name, definition in root.get("$defs", {}).items()
    }
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        yield SchemaProblem(
            ("$defs",),
            Reason(
                "form-references-in-circle",
                "refer to each other in a circle: {names}",
                names=error.args[1],
            ),
        )


def _sprawling(root: Schema) -> Iterator[SchemaProblem]:
    """A dozen definitions that each refer to the next one twice are gone through 4,096 times."""

    @cache
    def size(name: str | None) -> int:
        schema = root if name is None else root["$defs"][name]
        within = {**root, "$defs": {}} if name is None and isinstance(schema, Mapping) else schema
        parts = [part for _, part in subschemas(within)]
        named = (_REFERENCE.fullmatch(part["$ref"]) for part in parts if "$ref" in part)
        return len(parts) + sum(size(found[1]) for found in named if found)

    if size(None) > MAX_EXPANDED:
        why = Reason("form-sprawls", "has more than {most} parts", most=MAX_EXPANDED)
        yield SchemaProblem((), why)


def subschemas(schema: object, where: Path = ()) -> Iterator[tuple[Path, Schema]]:
    """`schema` and every schema within it, with the path to each."""
    if not isinstance(schema, Mapping):
        return  # true and false are schemas too, with nothing in them
    yield where, schema
    for keyword in _SINGLE:
        yield from subschemas(schema.get(keyword), (*where, keyword))
    for keyword in _LISTED:
        for at, part in enumerate(schema.get(keyword, ())):
            yield from subschemas(part, (*where, keyword, at))
    for keyword in _NAMED:
        for name, part in schema.get(keyword, {}).items():
            yield from subschemas(part, (*where, keyword, name))
