"""Splitting and merging items (拆分 / 合并), and what else ends one."""

from typing import assert_never

from ...clock.calendar import legal_day
from ...kernel.errors import Closed, Contradiction, Invalid, NotFound
from .commands import ReplaceItem, TakeOver
from .events import Event, ItemMerged, ItemSplit, ItemTookOver
from .state import Absent, Drafted, Published, Replaced, Retired, State, Suspended


def over(state: Retired | Replaced) -> Closed:
    match state:
        case Retired():
            return Closed("item-retired", "the item was retired: {reason}", reason=state.reason)
        case Replaced():
            codes = tuple(one.code for one in state.into)
            return Closed(
                "revise-the-successors",
                "the item was {how}: revise what it became, {codes}",
                how=state.how,
                codes=codes,
            )
        case _:
            assert_never(state)


def replace(command: ReplaceItem, state: State) -> list[Event]:
    match state:
        case Absent() | Drafted():
            raise NotFound("item-not-there", "there is no such item")
        case Retired():
            raise over(state)
        case Published() | Suspended():
            return [_replacement(command, state)]
        case Replaced():
            if not _same_replacement(command, state):
                codes = tuple(one.code for one in state.into)
                raise Contradiction(
                    "item-replaced-already",
                    "the item was {how} already, into {codes}",
                    how=state.how,
                    codes=codes,
                )
            return []
        case _:
            assert_never(state)


def _replacement(command: ReplaceItem, state: Published | Suspended) -> Event:
    from_day = command.from_day or legal_day(command.at)
    if from_day < legal_day(command.at):
        raise Invalid(
            "replaced-in-the-past", "{on} is over: cases may have been submitted since", on=from_day
        )
    codes = [one.code for one in command.into]
    if len({*codes, state.definition.code}) <= len(codes):
        raise Invalid("successors-not-distinct", "an item becomes other items, each named once")
    if command.how == "merged":
        if len(command.into) != 1:
            raise Invalid("merge-into-one", "items are merged into one")
        return ItemMerged(into=command.into[0], from_day=from_day, reason=command.reason)
    if len(command.into) == 1:
        raise Invalid(
            "split-into-several", "an item is split into two or more; into one it is merged"
        )
    return ItemSplit(into=command.into, from_day=from_day, reason=command.reason)


def _same_replacement(command: ReplaceItem, state: Replaced) -> bool:
    # Not by name: a successor may have been renamed before the command came again.
    codes = {one.code for one in command.into} == {one.code for one in state.into}
    # Who gives no day means the day of the first time.
    day = command.from_day in (None, state.from_day)
    return codes and day and (command.how, command.reason) == (state.how, state.reason)


def take_over(command: TakeOver, state: State) -> list[Event]:
    if isinstance(state, Absent | Drafted):
        raise NotFound("item-not-there", "there is no such item")
    known = {one.code for one in state.record.predecessors}
    new = tuple(one for one in command.predecessors if one.code not in known)
    return [ItemTookOver(how=command.how, predecessors=new)] if new else []
