"""/cases/{case_id}: one case and its history; what every command to it answers."""

from typing import Any

from chalice.app import Response

from ...eventlog.codec import events
from ...eventlog.transact import Outcome
from ...kernel.actor import Role
from ...kernel.errors import NotAllowed
from ...web import paging
from ...web.operation import PARTS, OperationSpec
from ...web.request import ApiRequest
from ...web.route import command_reply, operation, tagged
from .. import domain as case
from ..application import cases
from ..application import file as case_file
from ..domain.state import Absent, Drafted, Imported

_CASE = OperationSpec("getCase", "cases", "CaseReply", tagged=True)
_EVENTS = OperationSpec("getCaseEvents", "cases", "CaseEvents", query=PARTS, tagged=True)


@operation(_CASE)
def read(request: ApiRequest, case_id: str) -> Response:
    """The case as it is now, with its due dates explained line by line."""
    actor = request.actor
    found = cases.get(request.platform, actor, case_id)
    calendar = request.platform.calendar()
    told = (request.today.isoformat(), request.language)
    described = case_file.describe(found.state, actor, calendar, request.today, request.language)
    return tagged(request, {**described, "version": found.version}, found.version, *told)


@operation(_EVENTS)
def history(request: ApiRequest, case_id: str) -> Response:
    """Every event of the case, for auditors and supervisors; `next` where there are more."""
    actor = request.actor
    found = cases.get(request.platform, actor, case_id)
    if actor.role not in (Role.AUDITOR, Role.SUPERVISOR):
        raise NotAllowed(
            "replay-for-auditors-only", "only an auditor or a supervisor replays a case's events"
        )
    commits = request.platform.store.load(cases.stream(case_id)).commits
    history = events(request.platform.codec, commits)
    told = case_file.told(history, found.state, actor)
    listed, more = paging.part(request, f"events {case_id}", told, case_file.event)
    return tagged(request, {"case_id": case_id, "events": listed, "next": more}, found.version)


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
            named = {"case_id": state.application.case_id, "number": state.application.number}
    body = {
        **named,
        **more,
        "state": "discarded" if isinstance(state, Absent) else case_file.name(state),
        "version": outcome.version,
        "position": outcome.position,
    }
    return command_reply(body, outcome, status)
