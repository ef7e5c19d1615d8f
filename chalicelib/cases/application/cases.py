"""Read a case, and run commands against it: who may, then what follows."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import NamedTuple

from ...eventlog.envelope import Circumstances, Decided, Happened
from ...eventlog.ports import History
from ...eventlog.transact import Decider, Outcome, read, transact
from ...kernel.actor import Actor
from ...kernel.base import Frozen
from ...kernel.errors import NotFound
from ...platform.platform import Caller, Platform
from .. import domain as case
from ..domain.state import Absent, Drafted, Imported
from . import access, departments, handed_over, recusal
from .acting import acting, identified

CODE_LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # without 0 1 I O, which people mix up


class CaseView(NamedTuple):
    """A case at a version of its stream; `left` if that is how a department handed it over."""

    case_id: str
    version: int
    state: case.State
    left: bool = False


def decider(platform: Platform) -> Decider[case.State]:
    return Decider(platform.codec, case.initial, case.evolve, platform.memory)


def stream(case_id: str) -> str:
    return f"{case.CATEGORY}-{case_id}"


def get(platform: Platform, actor: Actor, case_id: str) -> CaseView:
    """
    The case, folded from its stream; for a department that handed it over, as it was then. Raises
    NotFound, also for who may not see it, and NotAllowed for an agent whose mandate is over, or who
    has left the company.
    """
    history, state = read(platform.store, decider(platform), stream(case_id))
    acting(platform, actor, access.seen(identified(platform, actor, state), state))
    if handed_over.left(actor, state):
        return _as_left(platform, actor, case_id, history)
    return CaseView(case_id, history.version, state)


def _as_left(platform: Platform, actor: Actor, case_id: str, history: History) -> CaseView:
    return CaseView(case_id, *handed_over.as_left(decider(platform), history, actor), left=True)


def _nothing_more(_actor: Actor, _state: case.State) -> None:
    """Most commands touch no other stream."""


def execute(
    platform: Platform,
    caller: Caller,
    case_id: str,
    command: case.CaseCommand,
    before: Callable[[Actor, case.State], None] = _nothing_more,
) -> Outcome[case.State]:
    """
    Run one command. `before` is done once it is sure to be taken, just before it is. A department
    that handed the case over is told what it knew already, and changes nothing. Raises Rejected,
    Stale, Conflict, Reused.
    """
    body = command.model_dump(mode="json", exclude={"at", "by", "channel", "person"})
    request = caller.request(platform.now(), type(command).__name__, body)

    def may(state: case.State) -> tuple[Actor, case.CaseCommand]:
        access.check(identified(platform, caller.actor, state), command, state)
        if isinstance(state, Absent):
            raise NotFound("no-such-case", "there is no such case")
        actor = acting(platform, caller.actor, state, command)
        if isinstance(state, Drafted | Imported):
            return actor, command
        return actor, recusal.check(platform, caller, command, state.application)

    def decide(state: case.State) -> Decided:
        known = _known(platform, caller.actor, case_id, state)
        actor, signed = may(known)
        decided = case.decide(signed, known, platform.calendar())
        if decided and known is not state:
            raise access.not_for(actor)
        if decided:
            departments.check(platform, command)
            before(actor, state)
        return done_by(actor, caller, command.at, decided)

    done = transact(platform.store, decider(platform), stream(case_id), request, decide, may=may)
    return _told(platform, caller.actor, case_id, done)


def _known(platform: Platform, actor: Actor, case_id: str, state: case.State) -> case.State:
    """As the actor's department knows it, if it has handed it over."""
    if not handed_over.left(actor, state):
        return state
    history = read(platform.store, decider(platform), stream(case_id)).history
    return _as_left(platform, actor, case_id, history).state


def _told(
    platform: Platform, actor: Actor, case_id: str, done: Outcome[case.State]
) -> Outcome[case.State]:
    if not handed_over.left(actor, done.state):
        return done
    history = read(platform.store, decider(platform), stream(case_id)).history
    known = _as_left(platform, actor, case_id, history)
    if known.version >= done.version:  # it was this very command that handed it over
        return done
    return Outcome(known.version, None, known.state, done.repeated)


def done_by(actor: Actor, caller: Caller, at: datetime, decided: Sequence[Frozen]) -> Decided:
    """Both identities on every event (代办), where the actor acts for somebody else."""
    if actor == caller.actor:
        return decided
    return [Happened(one, Circumstances(at, actor, caller.channel)) for one in decided]


def query_code(platform: Platform, case_id: str) -> str:
    """
    The code (查询密码) with which progress is asked for without an account: 8 letters and digits.
    It follows from the case, so that a repeated submission answers with the same one.
    """
    raw = platform.keyed("query-code", case_id)
    return "".join(CODE_LETTERS[byte % 32] for byte in raw[:8])


def query_digest(platform: Platform, case_id: str, code: str) -> str:
    return platform.keyed("query-digest", case_id, code).hex()[:32]
