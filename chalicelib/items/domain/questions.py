"""
Questions that tell whether somebody qualifies for an item ("do I qualify?"), and the conditions on
their answers. Which answers there may be, and what follows from them, is in `eligibility`.
"""

from enum import StrEnum
from typing import Annotated, Any, Final, Self

from pydantic import AfterValidator, Field, WithJsonSchema, model_validator

from ...kernel.base import Code, Frozen, Line, Text
from ...kernel.reasons import Unfit

Value = bool | int | float | str
LARGEST: Final = 1e15  # beyond, JSON's numbers are not exact
LONGEST: Final = 64


def _number(value: object) -> object:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Unfit("not-a-number", "should be a number")
    if not abs(value) < LARGEST:  # nor is it NaN
        raise Unfit("number-too-long", "should be a number of at most 15 digits")
    return value


def _answer(value: object) -> object:
    match value:
        case bool():
            return value
        case int() | float():
            return _number(value)
        case str() if len(value) <= LONGEST:
            return value
        case _:
            raise Unfit(
                "answer-of-no-kind", "should be true or false, a number, or the value of an option"
            )


Number = Annotated[
    Any,
    AfterValidator(_number),
    WithJsonSchema({"type": "number"}),
]
Answer = Annotated[
    Any,
    AfterValidator(_answer),
    WithJsonSchema({"type": ["boolean", "number", "string"]}),
]


class Condition(Frozen):
    """
    Either of one `answer`, which has to keep every comparison that is named, or of conditions: all
    of them hold, any of them, or none of them. Of a question that is not asked nothing holds.
    """

    answer: Code | None = None
    equals: Answer | None = None
    one_of: Annotated[tuple[Answer, ...], Field(min_length=1)] | None = None
    at_least: Number | None = None
    at_most: Number | None = None
    more_than: Number | None = None
    less_than: Number | None = None
    all_of: Annotated[tuple["Condition", ...], Field(min_length=1)] | None = None
    any_of: Annotated[tuple["Condition", ...], Field(min_length=1)] | None = None
    none_of: Annotated[tuple["Condition", ...], Field(min_length=1)] | None = None

    @model_validator(mode="after")
    def _says_one_thing(self) -> Self:
        named = [name for name in TOGETHER if getattr(self, name) is not None]
        compared = [name for name in COMPARISONS if getattr(self, name) is not None]
        if (self.answer is not None) + len(named) != 1:
            raise Unfit(
                "condition-not-one-thing", "a condition has one of: answer, all_of, any_of, none_of"
            )
        if bool(compared) != (self.answer is not None):
            raise Unfit(
                "comparison-not-known", "an answer is compared by: {names}", names=COMPARISONS
            )
        return self


TOGETHER: Final = ("all_of", "any_of", "none_of")
NUMERIC: Final = ("at_least", "at_most", "more_than", "less_than")
COMPARISONS: Final = ("equals", "one_of", *NUMERIC)


class QuestionKind(StrEnum):
    YES_NO = "yes_no"
    CHOICE = "choice"
    NUMBER = "number"
    WHOLE_NUMBER = "whole_number"


NUMBERS: Final = frozenset({QuestionKind.NUMBER, QuestionKind.WHOLE_NUMBER})


class Option(Frozen):
    """One of the answers that a choice has."""

    value: Code
    name: Line
    name_en: Line


class Question(Frozen):
    """
    A question on eligibility, in both languages. It is asked `when` the answers to those before it
    say so, or always. `unit`, `minimum` and `maximum` are a number's.
    """

    id: Code
    kind: QuestionKind = QuestionKind.YES_NO
    ask: Text
    ask_en: Text
    note: Text | None = None
    options: tuple[Option, ...] = ()
    unit: Line | None = None
    minimum: Number | None = None
    maximum: Number | None = None
    when: Condition | None = None


class Refusal(Frozen):
    """Who does not qualify (不符合条件): why, and by which article (`basis`)."""

    when: Condition
    reason: Text
    reason_en: Text
    basis: Text
