"""
The stream `consumer-<name>`: what people decided about one consumer (消费者) of the event log.

A consumer parks what it cannot take, and waits. To pass over such an event for good is somebody's
decision, so it is an event itself, and every later rebuild of the view keeps to it.
"""

from collections.abc import Iterable
from functools import reduce
from typing import Annotated, Literal, assert_never

from pydantic import Field

from ..kernel.actor import Role
from ..kernel.base import Command, Frozen, Text
from ..kernel.errors import NotAllowed

CATEGORY = "consumer"

Count = Annotated[int, Field(ge=1)]


# Events


class EventSkipped(Frozen):
    """
    跳过: the consumer passes over version `version` of `stream`, now and on every rebuild. Stream
    and version name the event wherever the log is kept; `position` is where it stood.
    """

    type: Literal["EventSkipped"] = "EventSkipped"
    position: Count
    stream: str
    version: Count
    why: Text


Event = EventSkipped

EVENTS: tuple[type[Frozen], ...] = (EventSkipped,)


# State: what is passed over, by stream and version

State = frozenset[tuple[str, int]]
initial: State = frozenset()


def evolve(state: State, event: Event) -> State:
    match event:
        case EventSkipped():
            return state | {(event.stream, event.version)}
        case _:
            assert_never(event)


def fold(events: Iterable[Event], state: State = initial) -> State:
    return reduce(evolve, events, state)


# Commands


class SkipEvent(Command):
    position: Count
    stream: str
    version: Count
    why: Text


def decide(command: SkipEvent, state: State) -> list[Event]:
    """Raises NotAllowed; an event that is passed over already yields no events."""
    match command:
        case SkipEvent():
            return skip(command, state)
        case _:
            assert_never(command)


def skip(command: SkipEvent, state: State) -> list[Event]:
    # 三员分立 (GB/T 22239): neither case staff nor auditors decide what a view leaves out.
    if command.by.role is not Role.SYSTEM_ADMINISTRATOR:
        raise NotAllowed(
            "skipping-by-administrator", "only a system administrator may skip an event"
        )
    if (command.stream, command.version) in state:
        return []
    skipped = EventSkipped(
        position=command.position, stream=command.stream, version=command.version, why=command.why
    )
    return [skipped]
