"""
JSON Schema (2020-12) as forms may use it (see schemas.py), in one pass whose cost is counted.

Misfits are made one by one, as they are asked for. Where a form is wrong at once in a thousand
places, the thousand-and-first costs nothing to who wants a hundred.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from .assertions import ASSERTIONS, is_type
from .patterns import fits

Path = tuple[str | int, ...]
Schema = Mapping[str, Any] | bool
# Of arrays that a form does not bound itself: it was published before it had to.
IMPLIED_ITEMS = 500
# Looks at one keyword for one value. A form of 2,000 values under 30 keywords each takes 60,000.
MOST_LOOKS = 250_000
ARRAYS = ("items", "prefixItems", "contains", "uniqueItems", "unevaluatedItems", "minItems")


class TooCostly(Exception):
    """The form's schema asks for more than MOST_LOOKS looks at what was filled in."""


class Misfit(NamedTuple):
    """
    Of the value at `path` the `keyword`, which asks for `value`, does not hold. Where it is about a
    member by its name, the path leads to that and `label` is the schema that has its title.
    """

    path: Path
    keyword: str
    value: Any
    label: Any


@dataclass(slots=True)
class Marks:
    """What of one value was looked at (the annotations of core, 10.3 and 11)."""

    names: set[str] = field(default_factory=set)
    items: set[int] = field(default_factory=set)

    def add(self, other: "Marks") -> None:
        self.names |= other.names
        self.items |= other.items


@dataclass(slots=True)
class Walk:
    """One form against one schema: `looks` counts what it has cost; see TooCostly."""

    root: Mapping[str, Any]
    looks: int = 0

    def misfits(self, schema: Schema, value: Any, path: Path, marks: Marks) -> Iterator[Misfit]:
        """Of the value; `marks` has what was looked at once all have been taken."""
        if isinstance(schema, bool):
            if not schema:
                yield Misfit(path, "false", None, schema)
            return
        for keyword, wanted in _in_order(schema):
            self.looks += 1
            if self.looks > MOST_LOOKS:
                raise TooCostly
            rule = ASSERTIONS.get(keyword)
            if rule is not None:
                if not rule(wanted, value):
                    yield Misfit(path, keyword, wanted, schema)
            elif keyword in APPLICATORS and _applies(keyword, value):
                yield from APPLICATORS[keyword](self, Place(schema, wanted, value, path, marks))

    def fits(self, schema: Schema, value: Any, marks: Marks | None = None) -> bool:
        """Whether there is no misfit; what was looked at is added to `marks` if so."""
        found = Marks()
        if next(self.misfits(schema, value, (), found), None) is not None:
            return False
        if marks is not None:
            marks.add(found)
        return True

    def below(self, schema: Schema, value: Any, path: Path) -> Iterator[Misfit]:
        """Of a part of the value, whose marks are its own."""
        return self.misfits(schema, value, path, Marks())


class Place(NamedTuple):
    """A keyword of `schema` that asks for `wanted` of the value at `path`."""

    schema: Mapping[str, Any]
    wanted: Any
    value: Any
    path: Path
    marks: Marks


_LAST = ("unevaluatedItems", "unevaluatedProperties")  # once all others have left their marks
_OF_OBJECTS = frozenset(
    {
        *("properties", "patternProperties", "additionalProperties", "propertyNames", "required"),
        *("dependentRequired", "dependentSchemas", "unevaluatedProperties"),
    }
)
_OF_ARRAYS = frozenset({"items", "prefixItems", "contains", "unevaluatedItems"})


def _in_order(schema: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    if "maxItems" not in schema and bounds_arrays(schema):
        yield "maxItems", IMPLIED_ITEMS
    yield from (one for one in schema.items() if one[0] not in _LAST)
    yield from ((keyword, schema[keyword]) for keyword in _LAST if keyword in schema)


def bounds_arrays(schema: Mapping[str, Any]) -> bool:
    """Whether it speaks of arrays, and so has to say how many entries they may have."""
    named = schema.get("type", ())
    return "array" in ([named] if isinstance(named, str) else named) or (
        not named and any(keyword in schema for keyword in ARRAYS)
    )


def _applies(keyword: str, value: Any) -> bool:
    if keyword in _OF_OBJECTS:
        return isinstance(value, Mapping)
    return keyword not in _OF_ARRAYS or is_type(value, "array")


# In the same place


def _reference(walk: Walk, at: Place) -> Iterator[Misfit]:
    target: Any = walk.root
    for step in at.wanted.removeprefix("#").split("/")[1:]:
        target = target[step.replace("~1", "/").replace("~0", "~")]
    yield from walk.misfits(target, at.value, at.path, at.marks)


def _all_of(walk: Walk, at: Place) -> Iterator[Misfit]:
    for part in at.wanted:
        yield from walk.misfits(part, at.value, at.path, at.marks)


def _any_of(walk: Walk, at: Place) -> Iterator[Misfit]:
    # Each of them, since each that fits leaves marks.
    if not sum(walk.fits(part, at.value, at.marks) for part in at.wanted):
        yield Misfit(at.path, "anyOf", at.wanted, at.schema)


def _one_of(walk: Walk, at: Place) -> Iterator[Misfit]:
    if sum(walk.fits(part, at.value, at.marks) for part in at.wanted) != 1:
        yield Misfit(at.path, "oneOf", at.wanted, at.schema)


def _not(walk: Walk, at: Place) -> Iterator[Misfit]:
    if walk.fits(at.wanted, at.value):
        yield Misfit(at.path, "not", at.wanted, at.schema)


def _if(walk: Walk, at: Place) -> Iterator[Misfit]:
    branch = "then" if walk.fits(at.wanted, at.value, at.marks) else "else"
    yield from walk.misfits(at.schema.get(branch, True), at.value, at.path, at.marks)


def _dependent_schemas(walk: Walk, at: Place) -> Iterator[Misfit]:
    for name, part in at.wanted.items():
        if name in at.value:
            yield from walk.misfits(part, at.value, at.path, at.marks)


# Members


def _properties(walk: Walk, at: Place) -> Iterator[Misfit]:
    for name, part in at.wanted.items():
        if name in at.value:
            at.marks.names.add(name)
            yield from walk.below(part, at.value[name], (*at.path, name))


def _pattern_properties(walk: Walk, at: Place) -> Iterator[Misfit]:
    for pattern, part in at.wanted.items():
        for name in filter(fits(pattern), at.value):
            at.marks.names.add(name)
            yield from walk.below(part, at.value[name], (*at.path, name))


def _additional_properties(walk: Walk, at: Place) -> Iterator[Misfit]:
    known = at.schema.get("properties", {})
    patterns = [fits(pattern) for pattern in at.schema.get("patternProperties", ())]
    for name, value in at.value.items():
        if name in known or any(fit(name) for fit in patterns):
            continue
        at.marks.names.add(name)
        if at.wanted is False:
            yield Misfit((*at.path, name), "additionalProperties", None, _label(at, name))
        else:
            yield from walk.below(at.wanted, value, (*at.path, name))


def _unevaluated_properties(walk: Walk, at: Place) -> Iterator[Misfit]:
    for name in sorted(at.value.keys() - at.marks.names):
        if not walk.fits(at.wanted, at.value[name]):
            yield Misfit((*at.path, name), "unevaluatedProperties", None, _label(at, name))
    at.marks.names |= at.value.keys()


def _property_names(walk: Walk, at: Place) -> Iterator[Misfit]:
    for name in at.value:
        if not walk.fits(at.wanted, name):
            yield Misfit((*at.path, name), "propertyNames", None, _label(at, name))


def _required(_: Walk, at: Place) -> Iterator[Misfit]:
    for name in at.wanted:
        if name not in at.value:
            yield Misfit((*at.path, name), "required", None, _label(at, name))


def _dependent_required(_: Walk, at: Place) -> Iterator[Misfit]:
    for on, names in at.wanted.items():
        for name in names if on in at.value else ():
            if name not in at.value:
                yield Misfit((*at.path, name), "dependentRequired", None, _label(at, name))


def _label(at: Place, name: str) -> Any:
    return at.schema.get("properties", {}).get(name)


# Entries


def _prefix_items(walk: Walk, at: Place) -> Iterator[Misfit]:
    for number, (part, value) in enumerate(zip(at.wanted, at.value, strict=False)):
        at.marks.items.add(number)
        yield from walk.below(part, value, (*at.path, number))


def _items(walk: Walk, at: Place) -> Iterator[Misfit]:
    first = len(at.schema.get("prefixItems", ()))
    if at.wanted is False and len(at.value) > first:
        yield Misfit(at.path, "items", at.wanted, at.schema)
        return
    at.marks.items.update(range(first, len(at.value)))
    for number in range(first, len(at.value)):
        yield from walk.below(at.wanted, at.value[number], (*at.path, number))


def _contains(walk: Walk, at: Place) -> Iterator[Misfit]:
    least, most = at.schema.get("minContains", 1), at.schema.get("maxContains", len(at.value))
    found = [number for number, one in enumerate(at.value) if walk.fits(at.wanted, one)]
    at.marks.items.update(found)
    if len(found) > most:
        yield Misfit(at.path, "maxContains", most, at.schema)
    elif len(found) < least:
        keyword = "minContains" if found else "contains"
        yield Misfit(at.path, keyword, at.schema[keyword], at.schema)


def _unevaluated_items(walk: Walk, at: Place) -> Iterator[Misfit]:
    rest = [number for number in range(len(at.value)) if number not in at.marks.items]
    at.marks.items.update(rest)
    if not all(walk.fits(at.wanted, at.value[number]) for number in rest):
        yield Misfit(at.path, "unevaluatedItems", at.wanted, at.schema)


APPLICATORS: Mapping[str, Callable[[Walk, Place], Iterator[Misfit]]] = {
    "$ref": _reference,
    "allOf": _all_of,
    "anyOf": _any_of,
    "oneOf": _one_of,
    "not": _not,
    "if": _if,
    "dependentSchemas": _dependent_schemas,
    "properties": _properties,
    "patternProperties": _pattern_properties,
    "additionalProperties": _additional_properties,
    "unevaluatedProperties": _unevaluated_properties,
    "propertyNames": _property_names,
    "required": _required,
    "dependentRequired": _dependent_required,
    "prefixItems": _prefix_items,
    "items": _items,
    "contains": _contains,
    "unevaluatedItems": _unevaluated_items,
}
