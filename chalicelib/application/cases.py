"""Read a case, and run commands against it: who may, then what follows."""

from typing import NamedTuple

from ..domain import case
from ..domain.actor import Actor
from ..domain.case.state import Absent
from ..domain.errors import NotFound
from . import access
from .platform import Caller, Platform
from .transact import Decider, Outcome, read, transact

CODE_LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # without 0 1 I O, which people mix up


class CaseView(NamedTuple):
    """A case at a version of its stream."""

    case_id: str
    version: int
    state: case.State


def decider(platform: Platform) -> Decider[case.State]:
    return Decider(platform.codec, case.initial, case.evolve, platform.memory)


def stream(case_id: str) -> str:
    return f"{case.CATEGORY}-{case_id}"


def get(platform: Platform, actor: Actor, case_id: str) -> CaseView:
    """The case, folded from its stream. Raises NotFound, also for who may not see it."""
    history, state = read(platform.store, decider(platform), stream(case_id))
    return CaseView(case_id, history.version, access.seen(actor, state))


def execute(
    platform: Platform,
    caller: Caller,
    case_id: str,
    command: case.CaseCommand,
) -> Outcome[case.State]:
    """
    Run one command. Raises Rejected, Stale, Conflict, Reused.
    """
    body = command.model_dump(mode="json", exclude={"at", "by", "channel"})
    request = caller.request(platform.now(), type(command).__name__, body)

    def decide(state: case.State) -> list[case.Event]:
        access.check(caller.actor, command, state)
        if isinstance(state, Absent):
            raise NotFound("there is no such case")
        return case.decide(command, state, platform.calendar())

    return transact(platform.store, decider(platform), stream(case_id), request, decide)


def query_code(platform: Platform, case_id: str) -> str:
    """
    The code (查询密码) with which progress is asked for without an account: 8 letters and digits.
    It follows from the case, so that a repeated submission answers with the same one.
    """
    raw = platform.keyed("query-code", case_id)
    return "".join(CODE_LETTERS[byte % 32] for byte in raw[:8])


def query_digest(platform: Platform, case_id: str, code: str) -> str:
    return platform.keyed("query-digest", case_id, code).hex()[:32]
