"""
Why something is refused: a code, which is stable, a template and its values, as in gettext.

The template is English and says what the values are put into; the words of other languages are
looked up by the code (refusals/). A template writes a value as it comes: several with commas
between them, `{into:or}` with "or", `{wrong:;}` with semicolons; what else stands behind the colon
is Python's format, and `!r` puts it in quotes.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from string import Formatter
from typing import Any, Final, Self, TypeAlias

Value: TypeAlias = (
    "str | int | float | date | Enum | Reason | Titled | tuple[Value, ...] | list[Value] | None"
)

BETWEEN: Final[Mapping[str, str]] = {"or": " or ", ";": "; "}
NOTHING: Final = "none"


class Reason:
    """Why, for people and for programs. A reason may be a value of another one."""

    __slots__ = ("code", "template", "values")

    def __init__(self, code: str, template: str, /, **values: Any) -> None:
        self.code = code
        self.template = template
        self.values: Mapping[str, Value] = values

    def __str__(self) -> str:
        return filled(self.template, self.values, _in_english)

    def __repr__(self) -> str:
        return f"Reason({self.code!r}, {str(self)!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Reason) and (self.code, str(self)) == (other.code, str(other))

    def __hash__(self) -> int:
        return hash((self.code, str(self)))

    def about(self, **values: Any) -> "Reason":
        """The same with values: for templates that are kept in a table."""
        return Reason(self.code, self.template, **{**self.values, **values})


@dataclass(frozen=True, slots=True)
class Titled:
    """A value that has a name for programs, and perhaps a title in Chinese: a field of a form."""

    name: str
    title: str | None = None

    def __str__(self) -> str:
        return self.name


class Refusal(Exception):
    """Something that is refused for a reason, which is also what it says."""

    def __init__(self, code: str, template: str, /, **values: Any) -> None:
        super().__init__(code)
        self.reason = Reason(code, template, **values)

    def __str__(self) -> str:
        return str(self.reason)

    @classmethod
    def of(cls, reason: Reason) -> Self:
        """For a reason that was found elsewhere."""
        return cls(reason.code, reason.template, **reason.values)


class Unfit(Refusal, ValueError):
    """A value that a validator does not take: pydantic tells the reason as its own."""


def at(where: str, why: Reason) -> Reason:
    """What is wrong at a place."""
    return Reason("wrong-at-place", "{where}: {why}", where=where, why=why)


def filled(
    template: str, values: Mapping[str, Value], word: Callable[[Value, str, str], str]
) -> str:
    """The template with its values, each as `word` has it; it is given how it is written there."""
    return "".join(
        literal + ("" if name is None else word(values[name], spec or "", conversion or ""))
        for literal, name, spec, conversion in Formatter().parse(template)
    )


def plain(value: Value) -> Any:
    """The value as JSON has it: words of a set as their codes, days by ISO 8601."""
    match value:
        case Reason():
            return {"code": value.code, "values": in_json(value)}
        case Enum():
            return value.value
        case date():
            return value.isoformat()
        case Titled():
            return value.name
        case tuple() | list():
            return [plain(each) for each in value]
        case _:
            return value


def in_json(reason: Reason) -> dict[str, Any]:
    return {name: plain(value) for name, value in reason.values.items()}


def _in_english(value: Value, spec: str, conversion: str) -> str:
    if isinstance(value, tuple | list):
        return BETWEEN.get(spec, ", ").join(map(as_text, value)) or NOTHING
    if conversion:
        return repr(value)
    return format(value, spec) if spec and isinstance(value, int | float) else as_text(value)


def as_text(value: Value) -> str:
    """A single value, as it is written in English."""
    match value:
        case None:
            return NOTHING
        case datetime():
            return value.isoformat()
        case _:
            return str(value)
