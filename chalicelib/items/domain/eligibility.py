"""
Do I qualify? (资格自测) Answers so far -> what is still to be asked, why not, or which variant.

Answers to questions that are not asked, or not any more, count for nothing: whoever goes back and
changes an answer need not take back what came after it.
"""

from collections.abc import Collection, Iterator, Mapping
from typing import Any, NamedTuple

from ...kernel.reasons import Reason
from .definition import ItemDefinition, Variant
from .questions import Condition, Question, QuestionKind, Refusal, Value

Answers = Mapping[str, Value]


class StillAsked(NamedTuple):
    """These can be answered now, in their order; more may follow from the answers."""

    questions: tuple[Question, ...]


class NotQualified(NamedTuple):
    refusals: tuple[Refusal, ...]


class Qualified(NamedTuple):
    """`variant` is None for an item that has none."""

    variant: Variant | None


Finding = StillAsked | NotQualified | Qualified


class WrongAnswer(NamedTuple):
    """`why` says what the answer to `question` has to be."""

    question: str
    why: Reason


def find(definition: ItemDefinition, answers: Answers) -> Finding:
    """Of answers that `wrong_answers` finds nothing wrong with."""
    given: dict[str, Value] = {}
    asked: list[Question] = []
    unknown: set[str] = set()
    for question in definition.questions:
        comes = True if question.when is None else holds(question.when, given, unknown)
        if comes and question.id in answers:
            given[question.id] = answers[question.id]
        elif comes is not False:
            unknown.add(question.id)
            asked += [question] if comes else []
    refused = refusals(definition, given, unknown)
    if refused:
        return NotQualified(refused)
    return StillAsked(tuple(asked)) if asked else Qualified(next(fitting(definition, given), None))


def refusals(
    definition: ItemDefinition, given: Answers, unknown: Collection[str] = ()
) -> tuple[Refusal, ...]:
    """Those that hold whatever the answers to `unknown` questions will be."""
    return tuple(one for one in definition.refusals if holds(one.when, given, unknown))


def fitting(definition: ItemDefinition, given: Answers) -> Iterator[Variant]:
    """The variants for all the answers, in their order."""
    return (one for one in definition.variants if one.when is None or holds(one.when, given))


def holds(condition: Condition, given: Answers, unknown: Collection[str] = ()) -> bool | None:
    """None if that depends on answers to come (Kleene's logic)."""
    if condition.answer is not None:
        if condition.answer in unknown:
            return None
        return condition.answer in given and _compares(condition, given[condition.answer])
    parts = condition.all_of or condition.any_of or condition.none_of or ()
    found = {holds(part, given, unknown) for part in parts}
    if condition.all_of is not None:
        return False if False in found else None if None in found else True
    some = True if True in found else None if None in found else False
    return some if condition.any_of is not None or some is None else not some


def _compares(condition: Condition, value: Value) -> bool:
    return (
        (condition.equals is None or _same(condition.equals, value))
        and (condition.one_of is None or any(_same(one, value) for one in condition.one_of))
        and (condition.at_least is None or _number(value) >= condition.at_least)
        and (condition.at_most is None or _number(value) <= condition.at_most)
        and (condition.more_than is None or _number(value) > condition.more_than)
        and (condition.less_than is None or _number(value) < condition.less_than)
    )


def _same(one: Value, other: Value) -> bool:
    return isinstance(one, bool) == isinstance(other, bool) and one == other


def _number(value: Value) -> float:
    return value if isinstance(value, int | float) else float("nan")  # which no comparison fits


# What may be answered


def wrong_answers(definition: ItemDefinition, answers: Mapping[str, Any]) -> list[WrongAnswer]:
    """The answers that fit no question, in the order they came."""
    known = {question.id: question for question in definition.questions}
    return [
        WrongAnswer(name, why)
        for name, value in answers.items()
        for why in _wrong(known.get(name), value)
    ]


def _wrong(question: Question | None, value: Any) -> Iterator[Reason]:
    if question is None:
        yield Reason("question-not-of-item", "the item has no such question")
        return
    match question.kind:
        case QuestionKind.YES_NO if not isinstance(value, bool):
            yield Reason("answer-not-true-or-false", "must be true or false")
        case QuestionKind.CHOICE if value not in [one.value for one in question.options]:
            values = [one.value for one in question.options]
            yield Reason("answer-not-an-option", "must be one of: {values}", values=values)
        case QuestionKind.NUMBER | QuestionKind.WHOLE_NUMBER:
            yield from _wrong_number(question, value)
        case _:
            pass


def _wrong_number(question: Question, value: Any) -> Iterator[Reason]:
    whole = question.kind is QuestionKind.WHOLE_NUMBER
    if isinstance(value, bool) or not isinstance(value, int | float):
        yield Reason("answer-not-a-number", "must be a number")
    elif whole and value != int(value):
        yield Reason("answer-not-whole", "must be a whole number")
    elif question.minimum is not None and value < question.minimum:
        yield Reason("answer-below-minimum", "must be at least {minimum}", minimum=question.minimum)
    elif question.maximum is not None and value > question.maximum:
        yield Reason("answer-above-maximum", "may be at most {maximum}", maximum=question.maximum)
