"""
A service item (政务服务事项): published, revised, suspended, resumed, retired.

    Absent -> Published <-> Suspended
                  |            |
                  +-> Retired <+

A version, once published, never changes; a case keeps the one it was submitted under. An item
that is revised while it is suspended stays suspended.
"""

from collections.abc import Iterable
from functools import reduce
from typing import Annotated, ClassVar, Literal, assert_never, get_args

from pydantic import Field

from .base import Command, Frozen, Text
from .errors import Closed, Contradiction, Invalid, NotFound
from .item_definition import (
    Fee,
    ItemDefinition,
    ItemMaterial,
    Limits,
    missing_materials,
    unknown_materials,
)
from .item_rules import Misfit, misfits

__all__ = [
    "CATEGORY",
    "EVENTS",
    "Absent",
    "Event",
    "Fee",
    "ItemCommand",
    "ItemDefinition",
    "ItemMaterial",
    "ItemPublished",
    "ItemResumed",
    "ItemRetired",
    "ItemSuspended",
    "Limits",
    "Misfit",
    "NotPublishable",
    "PublishItem",
    "Published",
    "ResumeItem",
    "RetireItem",
    "Retired",
    "State",
    "SuspendItem",
    "Suspended",
    "decide",
    "evolve",
    "fold",
    "initial",
    "misfits",
    "missing_materials",
    "unknown_materials",
]

CATEGORY = "item"

Version = Annotated[int, Field(ge=1)]


class NotPublishable(Invalid):
    """The definition breaks rules; `misfits` has each with the place it concerns."""

    def __init__(self, found: list[Misfit]) -> None:
        super().__init__("; ".join(map(str, found)))
        self.misfits = found


# Events


class ItemPublished(Frozen):
    """A version of the item came out (发布); `version` counts from 1."""

    schema_version: ClassVar[int] = 2
    reads_from: ClassVar[int] = 1
    type: Literal["ItemPublished"] = "ItemPublished"
    version: Version
    definition: ItemDefinition


class ItemSuspended(Frozen):
    """No new cases for the time being (暂停); those that were submitted go on."""

    type: Literal["ItemSuspended"] = "ItemSuspended"
    reason: Text


class ItemResumed(Frozen):
    """New cases again (恢复)."""

    type: Literal["ItemResumed"] = "ItemResumed"


class ItemRetired(Frozen):
    """No new cases ever (取消); those that were submitted go on."""

    type: Literal["ItemRetired"] = "ItemRetired"
    reason: Text


Event = ItemPublished | ItemSuspended | ItemResumed | ItemRetired

EVENTS: tuple[type[Frozen], ...] = get_args(Event)


# State


class Absent(Frozen):
    """No such item."""


class Published(Frozen):
    definition: ItemDefinition
    version: Version


class Suspended(Frozen):
    definition: ItemDefinition
    version: Version
    reason: Text


class Retired(Frozen):
    definition: ItemDefinition
    version: Version
    reason: Text


State = Absent | Published | Suspended | Retired
initial: State = Absent()


def evolve(state: State, event: Event) -> State:
    match state, event:
        case Absent() | Published(), ItemPublished():
            return Published(definition=event.definition, version=event.version)
        case Suspended(), ItemPublished():
            return Suspended(
                definition=event.definition, version=event.version, reason=state.reason
            )
        case Published(), ItemSuspended():
            return Suspended(
                definition=state.definition, version=state.version, reason=event.reason
            )
        case Suspended(), ItemResumed():
            return Published(definition=state.definition, version=state.version)
        case Published() | Suspended(), ItemRetired():
            return Retired(definition=state.definition, version=state.version, reason=event.reason)
        case _:
            raise ValueError(f"{event.type} does not follow {type(state).__name__}")


def fold(events: Iterable[Event], state: State = initial) -> State:
    return reduce(evolve, events, state)


# Commands


class PublishItem(Command):
    """Publish an item, or its next version."""

    definition: ItemDefinition


class SuspendItem(Command):
    reason: Text


class ResumeItem(Command):
    pass


class RetireItem(Command):
    reason: Text


ItemCommand = PublishItem | SuspendItem | ResumeItem | RetireItem


def decide(command: ItemCommand, state: State) -> list[Event]:
    """Repeating a command that already took effect yields no events. Raises Rejected."""
    match command:
        case PublishItem():
            return publish(command, state)
        case SuspendItem():
            return suspend(command, state)
        case ResumeItem():
            return resume(state)
        case RetireItem():
            return retire(command, state)
        case _:
            assert_never(command)


def publish(command: PublishItem, state: State) -> list[Event]:
    """Raises NotPublishable, Invalid (another item's code), Closed."""
    match state:
        case Absent():
            return [_next(command.definition, 1)]
        case Retired():
            raise Closed(f"the item was retired: {state.reason}")
        case Published() | Suspended():
            if state.definition == command.definition:
                return []
            if state.definition.code != command.definition.code:
                raise Invalid(f"this is item {state.definition.code}; publish another one apart")
            return [_next(command.definition, state.version + 1)]
        case _:
            assert_never(state)


def _next(definition: ItemDefinition, version: int) -> ItemPublished:
    found = misfits(definition)
    if found:
        raise NotPublishable(found)
    return ItemPublished(version=version, definition=definition)


def suspend(command: SuspendItem, state: State) -> list[Event]:
    match state:
        case Absent():
            raise NotFound("there is no such item")
        case Published():
            return [ItemSuspended(reason=command.reason)]
        case Suspended() if state.reason == command.reason:
            return []
        case Suspended():
            raise Contradiction(f"the item is suspended already: {state.reason}")
        case Retired():
            raise Closed(f"the item was retired: {state.reason}")
        case _:
            assert_never(state)


def resume(state: State) -> list[Event]:
    match state:
        case Absent():
            raise NotFound("there is no such item")
        case Published():
            return []
        case Suspended():
            return [ItemResumed()]
        case Retired():
            raise Closed(f"the item was retired: {state.reason}")
        case _:
            assert_never(state)


def retire(command: RetireItem, state: State) -> list[Event]:
    match state:
        case Absent():
            raise NotFound("there is no such item")
        case Published() | Suspended():
            return [ItemRetired(reason=command.reason)]
        case Retired() if state.reason == command.reason:
            return []
        case Retired():
            raise Contradiction(f"the item was retired already: {state.reason}")
        case _:
            assert_never(state)
