"""
Split an item, or merge it into another (拆分 / 合并): two or more streams that change together.

First the item itself ends, which is one commit: from its day on new cases are sent to successors,
of which each was seen to take them. Then each successor notes where it came from. Whatever dies in
between, cases find their way; sent again, the command does what is left of it.
"""

from dataclasses import replace as changed
from datetime import date
from typing import NamedTuple

from ...clock.calendar import legal_day
from ...eventlog.transact import Outcome
from ...kernel.errors import Closed, Invalid, NotFound
from ...platform.platform import Caller, Platform
from ..domain import item
from ..domain.item import How, ItemPredecessor, NamedItem
from . import territory
from .items import current, get, run


class Becoming(NamedTuple):
    """What becomes of an item, and from which day on (None: today)."""

    how: How
    into: tuple[str, ...]
    reason: str
    from_day: date | None = None


def replace(
    platform: Platform, caller: Caller, code: str, becoming: Becoming
) -> Outcome[item.State]:
    """
    New cases go to other items from that day on. Raises NotAllowed, NotFound, Invalid (one of them
    takes no cases on that day), Contradiction, Closed.
    """
    command = item.ReplaceItem(
        **caller.about(platform.now()),
        how=becoming.how,
        into=tuple(NamedItem(code=one, name=one) for one in becoming.into),
        from_day=becoming.from_day,
        reason=becoming.reason,
    )

    def decide(state: item.State) -> list[item.Event]:
        decided = item.decide(command, state)
        if not decided:
            return []
        day = becoming.from_day or legal_day(command.at)
        named = tuple(_taking_cases(platform, one, day) for one in becoming.into)
        for one in becoming.into:  # they are told of it, so they are to be one's own as well
            its = territory.seats(get(platform, one).state)
            territory.check(platform, caller.actor, one, *its)
        return item.decide(command.model_copy(update={"into": named}), state)

    outcome = run(platform, caller, code, command, decide)
    _tell_successors(platform, caller, code)
    return outcome


def _taking_cases(platform: Platform, code: str, on: date) -> NamedItem:
    """The item, if new cases can go there from that day on; raises Invalid."""
    try:
        definition, _ = current(platform, code, on)
    except (NotFound, Closed) as error:
        raise Invalid(
            "successor-takes-no-cases",
            "{code} takes no cases on {on}: {why}",
            code=code,
            on=on,
            why=error.reason,
        ) from error
    if not isinstance(get(platform, code).state, item.Published):
        raise Invalid("successor-being-replaced", "{code} is itself to be replaced", code=code)
    return NamedItem(code=code, name=definition.name)


def _tell_successors(platform: Platform, caller: Caller, code: str) -> None:
    state = get(platform, code).state
    if not isinstance(state, item.Replaced):
        raise TypeError(f"{code} was replaced and is {type(state).__name__}")  # events only grow
    here = ItemPredecessor(code=code, name=state.definition.name, from_day=state.from_day)
    for successor in state.into:
        command = item.TakeOver(**caller.about(platform.now()), how=state.how, predecessors=(here,))
        # If-Match was about the item that ends, and the key may have been used here for something.
        there = changed(caller, version=None, key=f"{caller.key}<{code}")
        run(platform, there, successor.code, command)
