"""The conditions that an item is made of, each with its place."""

from collections.abc import Iterator
from typing import NamedTuple

from .definition import ItemDefinition
from .questions import TOGETHER, Condition, Question

Where = tuple[str | int, ...]


class Leaf(NamedTuple):
    """A condition on one answer; `before` are the questions that come before it."""

    where: Where
    condition: Condition
    before: tuple[Question, ...]


def _rooted(item: ItemDefinition) -> Iterator[tuple[Where, Condition, tuple[Question, ...]]]:
    for at, question in enumerate(item.questions):
        if question.when is not None:
            yield ("questions", at, "when"), question.when, item.questions[:at]
    for at, refusal in enumerate(item.refusals):
        yield ("refusals", at, "when"), refusal.when, item.questions
    for at, variant in enumerate(item.variants):
        if variant.when is not None:
            yield ("variants", at, "when"), variant.when, item.questions


def leaves(item: ItemDefinition) -> Iterator[Leaf]:
    for root, whole, before in _rooted(item):
        for where, condition in _parts(root, whole):
            if condition.answer is not None:
                yield Leaf(where, condition, before)


def depths(item: ItemDefinition) -> Iterator[tuple[Where, int]]:
    for root, whole, _ in _rooted(item):
        yield root, max((len(where) - len(root)) // 2 for where, _ in _parts(root, whole))


def _parts(where: Where, condition: Condition) -> Iterator[tuple[Where, Condition]]:
    yield where, condition
    for name in TOGETHER:
        for at, part in enumerate(getattr(condition, name) or ()):
            yield from _parts((*where, name, at), part)
