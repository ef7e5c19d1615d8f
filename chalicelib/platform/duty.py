"""
The stream `duty-<account>`: which of the three administrative duties (三员) an account has.

Level-3 protection (GB/T 22239) keeps system administration, security administration and audit in
three persons. A token shows who somebody is today; that the auditor of today ran the system
yesterday only a record can tell.
"""

from collections.abc import Iterable
from functools import reduce
from typing import Literal, assert_never

from ..kernel.actor import Role
from ..kernel.base import Command, Frozen
from ..kernel.errors import NotAllowed

CATEGORY = "duty"

Duty = Literal[Role.SYSTEM_ADMINISTRATOR, Role.SECURITY_ADMINISTRATOR, Role.AUDITOR]
DUTIES: frozenset[Role] = frozenset(
    {Role.SYSTEM_ADMINISTRATOR, Role.SECURITY_ADMINISTRATOR, Role.AUDITOR}
)


class NotSeparated(NotAllowed):
    """One account has, or had, two of the three duties."""


class DutyTakenUp(Frozen):
    """履职: the account acted in this duty for the first time; it never acts in the other two."""

    type: Literal["DutyTakenUp"] = "DutyTakenUp"
    duty: Duty


Event = DutyTakenUp
EVENTS: tuple[type[Frozen], ...] = (DutyTakenUp,)

State = Role | None
initial: State = None


def evolve(_state: State, event: Event) -> State:
    match event:
        case DutyTakenUp():
            return event.duty
        case _:
            assert_never(event)


def fold(events: Iterable[Event], state: State = initial) -> State:
    return reduce(evolve, events, state)


class TakeUpDuty(Command):
    """Act in the duty that is the actor's role."""

    duty: Duty


def decide(command: TakeUpDuty, state: State) -> list[Event]:
    """Raises NotSeparated; who has the duty already has it."""
    if state is None:
        return [DutyTakenUp(duty=command.duty)]
    if state is not command.duty:
        raise NotSeparated(
            "duty-held-otherwise",
            "this account has acted as {had}: {duty} takes another person",
            had=state,
            duty=command.duty,
        )
    return []
