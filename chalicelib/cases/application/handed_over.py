"""
What a department sees of a case that it handed over (转办): what it did, and not what came after.
"""

from functools import reduce

from ...eventlog.codec import facts
from ...eventlog.ports import History
from ...eventlog.transact import Decider
from ...kernel.actor import DEPARTMENT_STAFF, Actor
from ..domain import State
from ..domain.records import Application
from ..domain.state import Lodged
from . import access


def left(actor: Actor, state: State) -> bool:
    """
    Whether the actor's department has handed it over and has nothing of it now. Who owns it, or
    handed it in at another window, goes on seeing it.
    """
    if actor.role not in DEPARTMENT_STAFF or not isinstance(state, Lodged):
        return False
    application = state.application
    if access.handed_in(actor, application) or _has(actor, application):
        return False
    return bool(_moves(actor, application))


def _has(actor: Actor, application: Application) -> bool:
    """In charge, the window that takes it in, or with a step that is open."""
    now = (
        application.intake,
        application.department,
        *(one.opened.department for one in application.open),
    )
    return any(access.within(one, actor.department) for one in now)


def _moves(actor: Actor, application: Application) -> int:
    """How often the department has handed it over."""
    return sum(
        access.within(one.from_department, actor.department) for one in application.transfers
    )


def as_left(decider: Decider[State], history: History, actor: Actor) -> tuple[int, State]:
    """
    Version and state right after the department handed it over for the last time. What it did
    later without having it handed over, as in a review that others asked it for, counts as well.
    """
    state, last = decider.initial, (history.version, decider.initial)
    before, had = 0, False
    for commit in history.commits:
        state = reduce(decider.evolve, facts(decider.codec, [commit]), state)
        if not isinstance(state, Lodged):
            continue
        moves, has = _moves(actor, state.application), _has(actor, state.application)
        if moves > before or (had and not has):
            last = (commit.last_version, state)
        before, had = moves, has
    return last
