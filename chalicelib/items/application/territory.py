"""
Which items a manager keeps: those of the division that the token names and of the divisions below
it (GB/T 2260: 440000 is above 440800), and, if the token names a department, of that department,
its sections, and what the registry has below it. A token without a division keeps none.

An item is somebody's by what is published of it, by what its draft says, and by its code, which
begins with the credit code of the authority: so nobody writes under a stranger's code either.
"""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from ...codes.divisions import lies_in, related
from ...kernel.actor import Actor, Role
from ...kernel.errors import NotAllowed
from ...platform import organisations
from ...platform.platform import Platform
from ..domain import item
from ..domain.item import ItemDefinition, draft_of

MANAGERS = frozenset({Role.ITEM_MANAGER, Role.SYSTEM})


class Seat(NamedTuple):
    """Where an item belongs, as far as it is said."""

    division: str | None
    department: str | None = None


def check_role(actor: Actor) -> None:
    """Raises NotAllowed."""
    if actor.role not in MANAGERS:
        raise NotAllowed(
            "item-manager-only", "only an item manager drafts, publishes, suspends or retires items"
        )


def check(platform: Platform, actor: Actor, code: str, *seats: Seat) -> None:
    """Whether the actor keeps the item of that code in each of the seats. Raises NotAllowed."""
    if actor.role is Role.SYSTEM:
        return
    _check_code(actor, code)
    for seat in seats:
        if seat.division is not None and not _within(seat.division, actor):
            raise _of_another_division(actor, seat.division)
        if not _of_department(platform, actor, seat):
            raise NotAllowed(
                "item-of-another-department",
                "you keep the items of {own}; this one is of {department}",
                own=actor.department,
                department=seat.department,
            )


def _check_code(actor: Actor, code: str) -> None:
    # The authority of a district may be registered with the city above it, and the other way round.
    registered = code[2:8]
    if actor.division is None or not related(registered, actor.division):
        raise _of_another_division(actor, registered)


def _within(division: str, actor: Actor) -> bool:
    return actor.division is not None and lies_in(division, actor.division)


def _of_department(platform: Platform, actor: Actor, seat: Seat) -> bool:
    if actor.department is None or seat.department is None:
        return True
    division = organisations.division_of(seat.department) or seat.division
    registered = None if division is None else platform.organisations.registered(division)
    return organisations.belongs(registered or {}, seat.department, actor.department)


def _of_another_division(actor: Actor, division: str) -> NotAllowed:
    if actor.division is None:
        return NotAllowed(
            "item-manager-without-division",
            "your token names no division, and an item manager keeps those of one",
        )
    return NotAllowed(
        "item-of-another-division",
        "you keep the items of {own} and below; this one is of {division}",
        own=actor.division,
        division=division,
    )


def seats(state: item.State) -> Iterator[Seat]:
    """Where the item is by now: as it was published last, and as its draft has it."""
    if not isinstance(state, item.Absent | item.Drafted):
        yield seat_of(state.definition)
    draft = draft_of(state)
    if draft is not None:
        yield seat_in(draft.content)


def seat_of(definition: ItemDefinition) -> Seat:
    return Seat(definition.division, definition.department)


def seat_in(content: Mapping[str, Any]) -> Seat:
    """As a draft says it, which may say anything."""
    division, department = content.get("division"), content.get("department")
    return Seat(
        division if isinstance(division, str) else None,
        department if isinstance(department, str) else None,
    )
