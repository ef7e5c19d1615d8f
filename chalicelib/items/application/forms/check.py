"""Check what an applicant filled in against the item's form, a JSON Schema (2020-12)."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple

from ....kernel.reasons import Reason, Titled
from ....kernel.recent import Recent
from ...domain.item import ItemDefinition
from .formats import FORMATS
from .keywords import reason
from .patterns import fits

if TYPE_CHECKING:
    from jsonschema.exceptions import ValidationError

MAX_FINDINGS = 100


class Finding(NamedTuple):
    """
    One thing that does not fit. `pointer` is a JSON pointer (RFC 6901) into the form; it names
    what is missing, too. No reason repeats what was filled in.
    """

    pointer: str
    keyword: str
    why: Reason


def form_findings(definition: ItemDefinition, form: Mapping[str, Any]) -> list[Finding]:
    """What does not fit, each place and keyword once, at most MAX_FINDINGS."""
    errors = _validator(definition.form).iter_errors(form)
    findings = (finding for error in errors for finding in _findings(error))
    return list(islice(dict.fromkeys(findings), MAX_FINDINGS))


def _findings(error: "ValidationError") -> Iterator[Finding]:
    path = tuple(error.absolute_path)
    keyword = str(error.validator or "false")  # a schema that is just `false` has no keyword
    if keyword in _NAMING:
        for name in _names(error):
            yield _finding((*path, name), keyword, None, _label(error.schema, name))
    else:
        yield _finding(path, keyword, error.validator_value, _title(error.schema))


_NAMING = frozenset(
    {
        "required",
        "dependentRequired",
        "additionalProperties",
        "unevaluatedProperties",
        "propertyNames",
    }
)
_UNEVALUATED = re.compile(r"\((.*) (?:was|were) un\w+(?: and invalid)?\)", re.DOTALL)


def _names(error: "ValidationError") -> Iterable[str]:
    """The properties that one error is about; jsonschema has them only in its message."""
    given: Any = error.instance
    schema: Any = error.schema
    match error.validator:
        case "required":
            return [name for name in schema["required"] if name not in given]
        case "dependentRequired":
            needs = schema["dependentRequired"]
            return [name for on in needs if on in given for name in needs[on] if name not in given]
        case "propertyNames":
            return [error.message]  # see `_dialect`
        case "unevaluatedProperties":
            return _unevaluated(error.message, sorted(given))
        case _:
            return _additional(schema, given)


def _additional(schema: Mapping[str, Any], given: Iterable[str]) -> list[str]:
    known = schema.get("properties", {})
    patterns = [fits(pattern) for pattern in schema.get("patternProperties", ())]
    return [name for name in given if name not in known and not any(fit(name) for fit in patterns)]


def _unevaluated(message: str, names: list[str]) -> list[str]:
    """Those of the `names` that the message lists, in their order: 'a', 'b' were unexpected."""
    found = _UNEVALUATED.search(message)
    rest, listed = found[1] if found else "", []
    for name in names:
        if rest == repr(name) or rest.startswith(f"{name!r}, "):
            listed.append(name)
            rest = rest.removeprefix(repr(name)).removeprefix(", ")
    return listed


def _finding(path: tuple[str | int, ...], keyword: str, value: Any, title: str | None) -> Finding:
    field = Titled(_field(path), title)
    return Finding(_pointer(path), keyword, reason(keyword, field, value))


def _field(path: tuple[str | int, ...]) -> str:
    """What the path leads to, in the form's own names: `partners[1]`, `name`."""
    if not path:
        return "form"
    if isinstance(path[-1], int):
        return f"{_field(path[:-1])}[{path[-1]}]"
    return path[-1][:100]


def _pointer(path: tuple[str | int, ...]) -> str:
    return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in path)


def _label(schema: Any, name: str) -> str | None:
    return _title(schema.get("properties", {}).get(name))


def _title(schema: Any) -> str | None:
    title = schema.get("title") if isinstance(schema, Mapping) else None
    return title if isinstance(title, str) else None


def _validator(schema: Mapping[str, Any]) -> Any:
    # The schema is kept beside it, so that no other can come to have its `id`.
    kept = _MADE.get(id(schema))
    if kept is None:
        kept = (schema, _made(schema))
        _MADE.put(id(schema), kept)
    return kept[1]


_MADE: Recent[int, tuple[Mapping[str, Any], Any]] = Recent(256)


def _made(schema: Mapping[str, Any]) -> Any:
    from referencing import Registry

    # An empty registry: the default one would fetch a `$ref` over the network.
    return _dialect()(schema, registry=Registry(), format_checker=_formats())


@lru_cache(maxsize=1)
def _dialect() -> Any:
    """Draft 2020-12 with patterns as form_patterns.py has them: jsonschema takes Python's."""
    # Imported here because it takes 100 ms, which a cold start without a form need not spend.
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import ValidationError
    from jsonschema.validators import extend

    def pattern(validator: Any, wanted: str, given: Any, _: Any) -> Iterator[ValidationError]:
        if validator.is_type(given, "string") and not fits(wanted)(given):
            yield ValidationError("")

    def property_names(
        validator: Any, wanted: Any, given: Any, _: Any
    ) -> Iterator[ValidationError]:
        """Of the whole object, and not of a text that is in it: `message` is the name."""
        if validator.is_type(given, "object"):
            fitting = validator.evolve(schema=wanted)
            yield from (ValidationError(name) for name in given if not fitting.is_valid(name))

    def pattern_properties(
        validator: Any, wanted: Any, given: Any, _: Any
    ) -> Iterator[ValidationError]:
        if validator.is_type(given, "object"):
            for text, part in wanted.items():
                for name in filter(fits(text), given):
                    yield from validator.descend(given[name], part, path=name, schema_path=text)

    def additional(
        validator: Any, wanted: Any, given: Any, schema: Any
    ) -> Iterator[ValidationError]:
        found = _additional(schema, given) if validator.is_type(given, "object") else []
        if validator.is_type(wanted, "object"):
            for name in found:
                yield from validator.descend(given[name], wanted, path=name)
        elif found and not wanted:
            yield ValidationError("")

    extended: Callable[..., Any] = extend
    own = {
        "pattern": pattern,
        "patternProperties": pattern_properties,
        "additionalProperties": additional,
        "propertyNames": property_names,
    }
    return extended(Draft202012Validator, own)


@lru_cache(maxsize=1)
def _formats() -> Any:
    from jsonschema import FormatChecker

    checker = FormatChecker(formats=())
    for name, one in FORMATS.items():
        checker.checks(name)(_text_only(one.fits))
    return checker


def _text_only(fits: Any) -> Any:
    # `type` says whether it must be text; `format` speaks of text alone (2020-12, section 7.2.1).
    return lambda given: not isinstance(given, str) or fits(given)
