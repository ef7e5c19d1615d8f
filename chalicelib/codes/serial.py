"""Serial numbers of one division's day, given out in blocks so that submissions do not queue."""

from collections.abc import Iterable
from functools import reduce
from typing import Annotated, Literal

from pydantic import Field

from ..kernel.base import Command, Frozen
from ..kernel.errors import Invalid

CATEGORY = "serial"
LAST = 999_999  # a case number has six digits for it

Serial = Annotated[int, Field(ge=1, le=LAST)]


class SerialsReserved(Frozen):
    """
    号段预留: serial numbers for a division's day, `first` to `last`, both included; what is not
    used of a block is never used.
    """

    type: Literal["SerialsReserved"] = "SerialsReserved"
    first: Serial
    last: Serial


EVENTS = (SerialsReserved,)
State = int
initial: State = 0


def evolve(_state: State, event: SerialsReserved) -> State:
    return event.last


def fold(events: Iterable[SerialsReserved], state: State = initial) -> State:
    return reduce(evolve, events, state)


class ReserveSerials(Command):
    count: Annotated[int, Field(ge=1, le=10_000)]


def decide(command: ReserveSerials, state: State) -> list[SerialsReserved]:
    """Each reservation is another one; sent twice under one command id it is one."""
    last = state + command.count
    if last > LAST:
        raise Invalid(
            "serial-numbers-used-up",
            "the day has no {count} serial numbers left of {last:,}",
            count=command.count,
            last=LAST,
        )
    return [SerialsReserved(first=state + 1, last=last)]
