"""Whether an item's questions, refusals and variants fit together."""

from collections import Counter
from collections.abc import Iterator

from ...kernel.reasons import Reason
from .conditions import Leaf, Where, depths, leaves
from .definition import ItemDefinition
from .questions import COMPARISONS, NUMBERS, NUMERIC, Question, QuestionKind
from .ways import Wrong, dead_ends

DEEPEST = 8


def question_problems(item: ItemDefinition) -> list[Wrong]:
    """Path and message of each mistake; empty if there is none."""
    found = [*_questions(item), *_variants(item), *_conditions(item)]
    return found or [*dead_ends(item)]


# What is named


def _questions(item: ItemDefinition) -> Iterator[Wrong]:
    for at, question in enumerate(item.questions):
        where = ("questions", at)
        yield from _repeated((*where, "options"), [one.value for one in question.options])
        if (question.kind is QuestionKind.CHOICE) != bool(question.options):
            yield (
                (*where, "options"),
                Reason("options-only-for-choice", "a choice has options, another question none"),
            )
        limits = (question.minimum, question.maximum)
        if question.kind not in NUMBERS and any(one is not None for one in limits):
            yield where, Reason("bounds-only-for-numbers", "minimum and maximum are for numbers")
        if _lies_below(question.maximum, question.minimum):
            yield (
                (*where, "maximum"),
                Reason(
                    "maximum-below-minimum",
                    "lies below the minimum, {minimum}",
                    minimum=question.minimum,
                ),
            )
    yield from _repeated(("questions",), [one.id for one in item.questions])


def _lies_below(value: float | None, bound: float | None) -> bool:
    return value is not None and bound is not None and value < bound


def _variants(item: ItemDefinition) -> Iterator[Wrong]:
    yield from _repeated(("variants",), [one.id for one in item.variants])
    if item.variants and not item.questions:
        yield (
            ("variants",),
            Reason(
                "variants-need-questions", "questions tell which variant it is: ask at least one"
            ),
        )
    known = {one.id for one in item.materials}
    for at, variant in enumerate(item.variants):
        named = {"materials": variant.materials or (), "optional": variant.optional}
        for field, ids in named.items():
            for nth, one in enumerate(ids):
                if one not in known:
                    yield (
                        ("variants", at, field, nth),
                        Reason(
                            "no-material-of-item",
                            "{material} is no material of the item",
                            material=one,
                        ),
                    )
        yield from _repeated(("variants", at), [*named["materials"], *named["optional"]])
        if variant.optional and variant.materials is None:
            yield (
                ("variants", at, "optional"),
                Reason("required-materials-needed", "name the `materials` that are required, too"),
            )
    yield from _never_asked_for(item)


def _never_asked_for(item: ItemDefinition) -> Iterator[Wrong]:
    if not item.variants or any(one.materials is None for one in item.variants):
        return
    named = {each for one in item.variants for each in (*(one.materials or ()), *one.optional)}
    for at, material in enumerate(item.materials):
        if material.id not in named:
            yield (
                ("materials", at),
                Reason(
                    "material-never-asked-for",
                    "no variant asks for {material}",
                    material=material.id,
                ),
            )


def _repeated(where: Where, values: list[str]) -> Iterator[Wrong]:
    for value in (value for value, count in Counter(values).items() if count > 1):
        yield where, Reason("value-repeated", "{value} is there more than once", value=value)


def _conditions(item: ItemDefinition) -> Iterator[Wrong]:
    used = set()
    for leaf in leaves(item):
        used.add(leaf.condition.answer)
        yield from _reference(leaf, item)
    for where, depth in depths(item):
        if depth > DEEPEST:
            yield (
                where,
                Reason(
                    "condition-too-deep",
                    "is nested more than {most} deep: say it with fewer levels",
                    most=DEEPEST,
                ),
            )
    for at, question in enumerate(item.questions):
        if question.id not in used:
            yield (
                ("questions", at),
                Reason(
                    "answer-never-used",
                    "nothing depends on the answer to {question}",
                    question=question.id,
                ),
            )


def _reference(leaf: Leaf, item: ItemDefinition) -> Iterator[Wrong]:
    name = leaf.condition.answer
    question = next((one for one in leaf.before if one.id == name), None)
    if question is None:
        later = any(one.id == name for one in item.questions)
        yield (
            (*leaf.where, "answer"),
            (_LATER if later else _NO_QUESTION).about(
                name=name, known=tuple(one.id for one in leaf.before)
            ),
        )
        return
    for comparison in COMPARISONS:
        wanted = getattr(leaf.condition, comparison)
        if wanted is not None:
            yield from _comparison((*leaf.where, comparison), comparison, wanted, question)


def _comparison(
    where: Where, comparison: str, wanted: object, question: Question
) -> Iterator[Wrong]:
    if comparison in NUMERIC:
        if question.kind not in NUMBERS:
            yield (
                where,
                Reason(
                    "question-answered-without-number",
                    "{question} is answered by no number: say equals or one_of",
                    question=question.id,
                ),
            )
        return
    values = wanted if isinstance(wanted, tuple) else (wanted,)
    for value in values:
        if not _possible(question, value):
            yield where, _never(question, value)


def _possible(question: Question, value: object) -> bool:
    match question.kind:
        case QuestionKind.YES_NO:
            return isinstance(value, bool)
        case QuestionKind.CHOICE:
            return value in [one.value for one in question.options]
        case _:
            return isinstance(value, int | float) and not isinstance(value, bool)


_LATER = Reason("question-asked-later", "{name} is asked later; those before it: {known}")
_NO_QUESTION = Reason("no-such-question", "{name} is no question; those before it: {known}")


def _never(question: Question, value: object) -> Reason:
    match question.kind:
        case QuestionKind.YES_NO:
            return Reason(
                "answer-is-yes-no",
                "{question} is never answered by {value!r}, but by true or false",
                question=question.id,
                value=value,
            )
        case QuestionKind.CHOICE:
            return Reason(
                "answer-is-an-option",
                "{question} is never answered by {value!r}, but by one of: {values}",
                question=question.id,
                value=value,
                values=tuple(one.value for one in question.options),
            )
        case _:
            return Reason(
                "answer-is-number",
                "{question} is never answered by {value!r}, but by a number",
                question=question.id,
                value=value,
            )
