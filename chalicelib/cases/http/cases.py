"""/cases/{case_id}: one case and its history; what every command to it answers."""

from typing import Any

from chalice.app import Response

from ...eventlog.codec import events
from ...eventlog.transact import Outcome
from ...kernel.actor import Role
from ...kernel.errors import NotAllowed
from ...web.operation import Doc
from ...web.request import Ask
from ...web.route import command_reply, operation, tagged
from .. import domain as case
from ..application import cases
from ..application import file as case_file
from ..domain.state import Absent, Drafted, Imported

_CASE = Doc("getCase", "cases", "CaseReply", tagged=True)
_EVENTS = Doc("getCaseEvents", "cases", "CaseEvents", tagged=True)


@operation(_CASE)
def read(ask: Ask, case_id: str) -> Response:
    """The case as it is now, with its due dates explained line by line."""
    actor = ask.actor
    found = cases.get(ask.platform, actor, case_id)
    calendar = ask.platform.calendar()
    told = (ask.today.isoformat(), ask.language)
    described = case_file.describe(found.state, actor, calendar, ask.today, ask.language)
    return tagged(ask, {**described, "version": found.version}, found.version, *told)


@operation(_EVENTS)
def history(ask: Ask, case_id: str) -> Response:
    """Every event of the case, for auditors and supervisors."""
    actor = ask.actor
    found = cases.get(ask.platform, actor, case_id)
    if actor.role not in (Role.AUDITOR, Role.SUPERVISOR):
        raise NotAllowed(
            "replay-for-auditors-only", "only an auditor or a supervisor replays a case's events"
        )
    commits = ask.platform.store.load(cases.stream(case_id)).commits
    listed = [case_file.event(one) for one in events(ask.platform.codec, commits)]
    return tagged(ask, {"case_id": case_id, "events": listed}, found.version)


def taken(outcome: Outcome[case.State], status: int = 200, **more: Any) -> Response:
    """What every command answers; the same again when it is sent again."""
    state = outcome.state
    named: dict[str, Any] = {}
    match state:
        case Drafted(draft):
            named = {"case_id": draft.case_id}
        case Absent() | Imported():
            pass
        case _:
            named = {"case_id": state.dossier.case_id, "number": state.dossier.number}
    body = {
        **named,
        **more,
        "state": case_file.name(state),
        "version": outcome.version,
        "position": outcome.position,
    }
    return command_reply(body, outcome, status)
