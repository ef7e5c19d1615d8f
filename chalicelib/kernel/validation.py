"""What pydantic finds wrong, as reasons: its error types are the codes, with hyphens."""

import re
from collections.abc import Mapping
from string import Formatter
from typing import TYPE_CHECKING, Any, Final

from .reasons import Reason, Refusal

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

# The values are those of pydantic's error context.
TEMPLATES: Final[Mapping[str, str]] = {
    "missing": "Required",
    "extra_forbidden": "Not expected here",
    "none_required": "Must be null",
    "string_type": "Must be text",
    "string_too_short": "Must have at least {min_length} characters",
    "string_too_long": "May have at most {max_length} characters",
    "string_pattern_mismatch": "Not in the right format",
    "string_unicode": "Not valid UTF-8 text",
    "int_type": "Must be a whole number",
    "int_parsing": "Must be a whole number",
    "int_parsing_size": "The whole number is too large",
    "int_from_float": "Must be a whole number",
    "float_type": "Must be a number",
    "float_parsing": "Must be a number",
    "finite_number": "Must be a finite number",
    "decimal_type": "Must be a number",
    "decimal_parsing": "Must be a number",
    "decimal_max_digits": "May have at most {max_digits} digits",
    "decimal_max_places": "May have at most {decimal_places} decimal places",
    "bool_type": "Must be true or false",
    "bool_parsing": "Must be true or false",
    "bytes_type": "Must be bytes",
    "list_type": "Must be an array",
    "tuple_type": "Must be an array",
    "set_type": "Must be an array",
    "frozen_set_type": "Must be an array",
    "dict_type": "Must be an object",
    "model_type": "Must be an object",
    "model_attributes_type": "Must be an object",
    "too_short": "Must have at least {min_length} entries",
    "too_long": "May have at most {max_length} entries",
    "enum": "Must be one of: {expected}",
    "literal_error": "Must be one of: {expected}",
    "union_tag_invalid": "The kind must be one of: {expected_tags}",
    "union_tag_not_found": "The kind is missing: {discriminator}",
    "greater_than": "Must be greater than {gt}",
    "greater_than_equal": "Must be at least {ge}",
    "less_than": "Must be less than {lt}",
    "less_than_equal": "May be at most {le}",
    "multiple_of": "Must be a multiple of {multiple_of}",
    "date_type": "Must be a date such as 2026-01-31",
    "date_parsing": "Must be a date such as 2026-01-31",
    "date_from_datetime_parsing": "Must be a date such as 2026-01-31",
    "date_from_datetime_inexact": "Must be a date without a time of day",
    "date_past": "Must lie in the past",
    "date_future": "Must lie in the future",
    "datetime_type": "Must be a time such as 2026-01-31T09:00:00+08:00",
    "datetime_parsing": "Must be a time such as 2026-01-31T09:00:00+08:00",
    "datetime_from_date_parsing": "Must be a time such as 2026-01-31T09:00:00+08:00",
    "timezone_aware": "Must name its offset, such as +08:00",
    "uuid_type": "Must be a UUID",
    "uuid_parsing": "Must be a UUID",
    "url_type": "Must be a URL",
    "url_parsing": "Must be a URL",
    "url_scheme": "Scheme must be {expected_schemes}",
}
# For an error type that pydantic may add, or a validator that gives no reason.
OTHER: Final = Reason("does-not-fit", "Does not fit")
# In these pydantic writes a list as 'a', 'b' or 'c'.
_LISTED: Final = frozenset({"expected", "expected_tags", "expected_schemes"})


def reason_of(error: "ErrorDetails") -> Reason:
    """Why; of a validator of ours the reason that it gave. No value that was sent is repeated."""
    context: Mapping[str, Any] = error.get("ctx", {})
    own = context.get("error")
    if isinstance(own, Refusal):
        return own.reason
    template = TEMPLATES.get(error["type"])
    if template is None:
        return OTHER
    names = [name for _, name, _, _ in Formatter().parse(template) if name]
    values = {name: _value(name, context.get(name)) for name in names}
    return Reason(error["type"].replace("_", "-"), template, **values)


def _value(name: str, value: Any) -> Any:
    if name in _LISTED:
        return tuple(re.findall(r"'([^']*)'", str(value))) or (str(value),)
    return value
