"""Whether something that is written is an item that may be published; if not, what is wrong."""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from ...kernel.reasons import Reason
from ...kernel.validation import reason_of
from ..domain.item import ItemDefinition, Misfit, misfits
from .forms.schemas import schema_problems

Where = tuple[str | int, ...]


class Checked(NamedTuple):
    """`definition` is None where the content has not even the shape of one."""

    definition: ItemDefinition | None
    misfits: list[Misfit]


def check(content: Any) -> Checked:
    """Everything that keeps `content`, as JSON or YAML has it, from being published."""
    try:
        definition = ItemDefinition.model_validate(content)
    except ValidationError as error:
        return Checked(None, list(_told(error)))
    return Checked(definition, check_definition(definition))


def check_definition(definition: ItemDefinition) -> list[Misfit]:
    problems = schema_problems(definition.form)
    of_the_form = [Misfit(("form", *where), why) for where, why in problems]
    return [*misfits(definition), *of_the_form]


def _told(error: ValidationError) -> Iterator[Misfit]:
    found = error.errors(include_url=False)
    for each in found:
        # A list that has an invalid entry is also said to be too short.
        if not any(_within(other["loc"], each["loc"]) for other in found):
            yield Misfit(each["loc"], _why(each))


def _within(inner: Where, outer: Where) -> bool:
    return len(inner) > len(outer) and inner[: len(outer)] == outer


def _why(error: ErrorDetails) -> Reason:
    match error["type"]:
        case "missing":
            return Reason("field-required", "is required")
        case "extra_forbidden" | "unexpected_keyword_argument":
            return _unknown(error["loc"])
        case "string_type":
            return Reason(
                "field-not-text",
                'should be text: put it in quotes, "{value}"',
                value=str(error["input"]),
            )
        case "string_pattern_mismatch":
            pattern = error["ctx"]["pattern"]
            return Reason("field-not-matching", "should match {pattern}", pattern=pattern)
        case _:
            return reason_of(error)


def _unknown(where: Where) -> Reason:
    from difflib import get_close_matches

    allowed = _fields(where[:-1])
    near = get_close_matches(str(where[-1]), allowed, 1)
    if not near:
        return Reason(
            "field-not-known", "there is no such field; allowed: {fields}", fields=allowed
        )
    return Reason(
        "field-perhaps-misspelt",
        "there is no such field; did you mean {near}? allowed: {fields}",
        near=near[0],
        fields=allowed,
    )


def _fields(where: Where) -> list[str]:
    """The fields allowed at a place, as ItemDefinition's own JSON Schema has them."""
    schema = _schema()
    here = schema
    for step in where:
        here = _resolved(here, schema)
        here = here.get("items", {}) if isinstance(step, int) else here["properties"][step]
    return list(_resolved(here, schema).get("properties", ()))


def _resolved(here: Mapping[str, Any], root: Mapping[str, Any]) -> Mapping[str, Any]:
    """Past `$ref`, and past the `null` of what may be left out."""
    if "anyOf" in here:
        here = here["anyOf"][0]
    if "$ref" in here:
        here = root["$defs"][here["$ref"].rpartition("/")[2]]
    return here


@lru_cache(maxsize=1)
def _schema() -> Mapping[str, Any]:
    return ItemDefinition.model_json_schema()
