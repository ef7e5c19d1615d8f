"""
Every way to answer an item's questions, and where each leads: every question, refusal and variant
is reached by some answers, and all answers lead to a refusal or to one variant.

Of a number's values those are tried that a condition could tell apart: the bounds that conditions
name, what lies between them, and beyond.
"""

from collections.abc import Iterator
from itertools import islice, pairwise

from ...kernel.reasons import Reason
from .conditions import Where, leaves
from .definition import ItemDefinition
from .eligibility import Answers, fitting, holds, refusals
from .questions import NUMERIC, Question, QuestionKind, Value

MOST_WAYS = 20_000

Wrong = tuple[Where, Reason]


def dead_ends(item: ItemDefinition) -> Iterator[Wrong]:
    """Path and message of what leads nowhere, or to two variants."""
    ways = list(islice(_answered(item, _values(item), 0, {}), MOST_WAYS + 1))
    if len(ways) > MOST_WAYS:
        yield (
            ("questions",),
            Reason(
                "too-many-ways",
                "there are more than {most:,} ways to answer: say `when` each is asked",
                most=MOST_WAYS,
            ),
        )
        return
    yield from _unreached(item, ways)
    yield from _undecided(item, ways)


def _answered(
    item: ItemDefinition, values: dict[str, list[Value]], at: int, given: dict[str, Value]
) -> Iterator[Answers]:
    """Every way to answer, as far as questions are asked: whoever is refused is asked no more."""
    rest = item.questions[at:]
    if not rest or refusals(item, given, [one.id for one in rest]):
        yield given
    elif rest[0].when is not None and not holds(rest[0].when, given):
        yield from _answered(item, values, at + 1, given)
    else:
        for value in values[rest[0].id]:
            yield from _answered(item, values, at + 1, {**given, rest[0].id: value})


def _values(item: ItemDefinition) -> dict[str, list[Value]]:
    return {one.id: _tried(one, item) for one in item.questions}


def _tried(question: Question, item: ItemDefinition) -> list[Value]:
    match question.kind:
        case QuestionKind.YES_NO:
            return [True, False]
        case QuestionKind.CHOICE:
            return [one.value for one in question.options]
        case _:
            return _numbers(question, _bounds(question, item))


def _bounds(question: Question, item: ItemDefinition) -> set[float]:
    named: set[float] = set()
    for leaf in leaves(item):
        if leaf.condition.answer == question.id:
            found = [getattr(leaf.condition, name) for name in (*NUMERIC, "equals")]
            named |= {one for one in (*found, *(leaf.condition.one_of or ())) if one is not None}
    return named | {one for one in (question.minimum, question.maximum) if one is not None}


def _numbers(question: Question, bounds: set[float]) -> list[Value]:
    ordered = sorted(bounds) or [0]
    if question.kind is QuestionKind.WHOLE_NUMBER:
        near: set[float] = {int(one) + step for one in ordered for step in (-1, 0, 1)}
    else:
        near = {*ordered, ordered[0] - 1, ordered[-1] + 1}
        near |= {(low + high) / 2 for low, high in pairwise(ordered)}
    low = near if question.minimum is None else {one for one in near if one >= question.minimum}
    fit = low if question.maximum is None else {one for one in low if one <= question.maximum}
    return sorted(fit)


def _unreached(item: ItemDefinition, ways: list[Answers]) -> Iterator[Wrong]:
    for at, question in enumerate(item.questions):
        if not any(question.id in way for way in ways):
            yield (
                ("questions", at),
                Reason("never-reached", "no answers lead to {name}", name=question.id),
            )
    for at, refusal in enumerate(item.refusals):
        if not any(holds(refusal.when, way) for way in ways):
            yield ("refusals", at), Reason("refusal-never-reached", "no answers lead to it")


def _undecided(item: ItemDefinition, ways: list[Answers]) -> Iterator[Wrong]:
    if not item.variants:
        return
    reached: set[str] = set()
    told: set[tuple[str, str]] = set()
    for way in (way for way in ways if not refusals(item, way)):
        fits = [one.id for one in fitting(item, way)]
        if not fits:
            yield (
                ("variants",),
                Reason("no-variant-fits", "none fits {answers}", answers=_words(way)),
            )
            return
        reached |= {fits[0]} if item.variants_in_order else {*fits}
        for one, other in ((fits[0], other) for other in fits[1:] if not item.variants_in_order):
            if (one, other) not in told:
                told.add((one, other))
                yield (
                    _place(item, other),
                    Reason(
                        "two-variants-fit",
                        "{variant} fits the same answers: {answers}",
                        variant=one,
                        answers=_words(way),
                    ),
                )
    for variant in item.variants:
        if variant.id not in reached:
            yield (
                _place(item, variant.id),
                Reason("never-reached", "no answers lead to {name}", name=variant.id),
            )


def _place(item: ItemDefinition, variant: str) -> Where:
    return ("variants", [one.id for one in item.variants].index(variant))


def _words(way: Answers) -> tuple[str, ...]:
    return tuple(f"{name} = {str(value).lower()}" for name, value in way.items())
