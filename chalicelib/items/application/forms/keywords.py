"""What each keyword of a form's JSON Schema asks for, as reasons: see check.py and schemas.py."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ....kernel.reasons import Reason, Titled
from .formats import FORMATS

if TYPE_CHECKING:
    from jsonschema.exceptions import ValidationError

_SHOWN = 20  # values of an enum that a reason lists

_REQUIRED = Reason("form-required", "{field} is required")
_UNKNOWN = Reason("form-field-unknown", "{field} is not part of the form")
_LACKING = Reason("form-entry-lacking", "{field} lacks an entry that it needs")
_TOO_MANY = Reason("form-entries-unknown", "{field} has entries that are not part of the form")

RULES: Mapping[str, Reason] = {
    "required": _REQUIRED,
    "dependentRequired": _REQUIRED,
    "additionalProperties": _UNKNOWN,
    "unevaluatedProperties": _UNKNOWN,
    "type": Reason("form-type", "{field} must be {value:or}"),
    "enum": Reason("form-enum", "{field} must be one of: {value}"),
    "const": Reason("form-const", "{field} must be: {value}"),
    "pattern": Reason("form-pattern", "{field} must match {value}"),
    "format": Reason("form-format", "{field} must be {value}"),
    "minLength": Reason("form-min-length", "{field} must have at least {value} characters"),
    "maxLength": Reason("form-max-length", "{field} may have at most {value} characters"),
    "minimum": Reason("form-minimum", "{field} must be at least {value}"),
    "maximum": Reason("form-maximum", "{field} may be at most {value}"),
    "exclusiveMinimum": Reason("form-exclusive-minimum", "{field} must be greater than {value}"),
    "exclusiveMaximum": Reason("form-exclusive-maximum", "{field} must be less than {value}"),
    "multipleOf": Reason("form-multiple-of", "{field} must be a multiple of {value}"),
    "minItems": Reason("form-min-items", "{field} must have at least {value} entries"),
    "maxItems": Reason("form-max-items", "{field} may have at most {value} entries"),
    "uniqueItems": Reason("form-unique-items", "{field} must not repeat an entry"),
    "anyOf": Reason("form-any-of", "{field} fits none of the ways allowed"),
    "oneOf": Reason("form-one-of", "{field} must fit exactly one of the ways allowed"),
    "not": Reason("form-ruled-out", "{field} is filled in as it must not be"),
    "contains": _LACKING,
    "minContains": _LACKING,
    "maxContains": Reason("form-max-contains", "{field} has too many entries of one kind"),
    "minProperties": Reason("form-min-properties", "{field} must have at least {value} fields"),
    "maxProperties": Reason("form-max-properties", "{field} may have at most {value} fields"),
    "propertyNames": Reason("form-property-names", "{field} is no name that is allowed"),
    "items": _TOO_MANY,
    "unevaluatedItems": _TOO_MANY,
}
OTHER = Reason("form-other", "{field} does not fit")

TYPES: Mapping[str, Reason] = {
    "string": Reason("type-string", "text"),
    "integer": Reason("type-integer", "a whole number"),
    "number": Reason("type-number", "a number"),
    "boolean": Reason("type-boolean", "true or false"),
    "array": Reason("type-array", "a list"),
    "object": Reason("type-object", "an object"),
    "null": Reason("type-null", "null"),
}


def reason(keyword: str, field: Titled, value: Any) -> Reason:
    """Why what stands at `field` is not what the keyword asks for; `value` is the schema's."""
    rule = RULES.get(keyword, OTHER)
    asked = {"value": _value(keyword, value)} if "{value" in rule.template else {}
    return rule.about(field=field, **asked)


def of_keyword(error: "ValidationError") -> Reason:
    """Of a schema that the dialect's own does not fit."""
    name = str(error.absolute_path[-1]) if error.absolute_path else "form"
    return reason(str(error.validator), Titled(name[:100]), error.validator_value)


def _value(keyword: str, value: Any) -> Any:
    match keyword:
        case "type":
            return tuple(TYPES[kind] for kind in ([value] if isinstance(value, str) else value))
        case "format":
            return FORMATS[value].expected if value in FORMATS else str(value)
        case "enum":
            return (*map(str, value[:_SHOWN]), *["…"] * (len(value) > _SHOWN))
        case _:
            return value if isinstance(value, int | float) else str(value)
