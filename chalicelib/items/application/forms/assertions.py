"""Keywords of JSON Schema (2020-12, validation) that look at one value and at nothing below it."""

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

from .equality import key, same
from .formats import FORMATS
from .patterns import fits

# Of what is not of its type a keyword says nothing.
Fits = Callable[[Any, Any], bool]


def is_type(value: Any, name: str) -> bool:
    match name:
        case "string":
            return isinstance(value, str)
        case "object":
            return isinstance(value, Mapping)
        case "array":
            return isinstance(value, list | tuple)
        case "boolean":
            return isinstance(value, bool)
        case "null":
            return value is None
        case "integer":
            return _is_number(value) and (isinstance(value, int) or value.is_integer())
        case _:
            return name == "number" and _is_number(value)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _type(wanted: Any, value: Any) -> bool:
    names = [wanted] if isinstance(wanted, str) else wanted
    return any(is_type(value, name) for name in names)


def _multiple(of: Any, value: Any) -> bool:
    if not isinstance(of, float):
        return not value % of
    quotient = value / of
    try:
        return bool(int(quotient) == quotient)
    except OverflowError:  # it is more than a float holds
        return (Fraction(value) / Fraction(of)).denominator == 1


def _unique(wanted: Any, value: Any) -> bool:
    return not wanted or len(set(map(key, value))) == len(value)


def _format(name: Any, value: Any) -> bool:
    return name not in FORMATS or FORMATS[name].fits(value)


def _of(kind: str, rule: Fits) -> Fits:
    return lambda wanted, value: not is_type(value, kind) or rule(wanted, value)


ASSERTIONS: Mapping[str, Fits] = {
    "type": _type,
    "enum": lambda wanted, value: any(same(one, value) for one in wanted),
    "const": same,
    "pattern": _of("string", lambda wanted, value: fits(wanted)(value)),
    "format": _of("string", _format),
    "minLength": _of("string", lambda wanted, value: len(value) >= wanted),
    "maxLength": _of("string", lambda wanted, value: len(value) <= wanted),
    "minimum": _of("number", lambda wanted, value: value >= wanted),
    "maximum": _of("number", lambda wanted, value: value <= wanted),
    "exclusiveMinimum": _of("number", lambda wanted, value: value > wanted),
    "exclusiveMaximum": _of("number", lambda wanted, value: value < wanted),
    "multipleOf": _of("number", _multiple),
    "minItems": _of("array", lambda wanted, value: len(value) >= wanted),
    "maxItems": _of("array", lambda wanted, value: len(value) <= wanted),
    "uniqueItems": _of("array", _unique),
    "minProperties": _of("object", lambda wanted, value: len(value) >= wanted),
    "maxProperties": _of("object", lambda wanted, value: len(value) <= wanted),
}
