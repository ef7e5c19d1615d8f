"""Every department that an item names: whether its division has published it."""

from collections.abc import Iterator
from typing import NamedTuple

from ...clock.calendar import legal_day
from ...platform import organisations
from ...platform.organisations import UnknownDepartment
from ...platform.platform import Platform
from ..domain.item import ItemDefinition, Misfit


class Named(NamedTuple):
    """A department's code, and where in the definition it stands."""

    code: str
    where: tuple[str | int, ...]


def named(definition: ItemDefinition) -> Iterator[Named]:
    yield Named(definition.department, ("department",))
    if definition.intake is not None:
        yield Named(definition.intake, ("intake",))
    for at, step in enumerate(definition.steps):
        yield Named(step.department, ("steps", at, "department"))
        for number, reviewer in enumerate(step.reviewers):
            yield Named(reviewer.department, ("steps", at, "reviewers", number, "department"))


def check(platform: Platform, definition: ItemDefinition) -> None:
    """As of the day on which it can be applied for first. Raises UnknownDepartment."""
    today = legal_day(platform.now())
    on = max(definition.valid_from or today, today)
    for one in named(definition):
        # Of a code that does not say its division: the item's own.
        division = organisations.division_of(one.code) or definition.division
        organisations.check(platform, one.code, on, division)


def unknown(platform: Platform, definition: ItemDefinition) -> list[Misfit]:
    """The first that is not there, for who writes a draft; none if it may be published."""
    try:
        check(platform, definition)
    except UnknownDepartment as error:
        code = error.reason.values["department"]
        return [Misfit(one.where, error.reason) for one in named(definition) if one.code == code]
    return []
