"""/cases/{case_id}: one case and its history; what every command to it answers."""

from functools import partial
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
from ..application import cases, revealing
from ..application import file as case_file
from ..application.revealing import Purpose
from ..domain.state import Absent, Drafted, Imported

REVEAL: dict[str, Any] = {
    "reveal": {
        "enum": [str(one) for one in Purpose],
        "description": (
            "What who does not handle the case needs its ids and names for; else they are masked."
        ),
    }
}
_CASE = OperationSpec("getCase", "cases", "CaseReply", tagged=True, query=REVEAL)
_EVENTS = OperationSpec(
    "getCaseEvents", "cases", "CaseEvents", query={**PARTS, **REVEAL}, tagged=True
)


@operation(_CASE)
def read(request: ApiRequest, case_id: str) -> Response:
    """The case as it is now, with its due dates explained line by line."""
    actor = request.actor
    found = cases.get(request.platform, actor, case_id)
    mask = revealing.masks(request.platform, actor, found.state, purpose(request))
    rated = case_file.may_know_rating(request.platform, actor, found.state)
    told = case_file.Told(request.today, request.language, mask, rated)
    described = case_file.describe(found.state, told, request.platform.calendar())
    variant = (request.today.isoformat(), request.language, *(["masked"] if mask else []))
    return tagged(request, {**described, "version": found.version}, found.version, *variant)


def purpose(request: ApiRequest) -> Purpose | None:
    """What the caller says that they need to know whose case it is for."""
    said = request.choice("reveal", frozenset(Purpose))
    return None if said is None else Purpose(said)


@operation(_EVENTS)
def history(request: ApiRequest, case_id: str) -> Response:
    """Every event of the case, for auditors and supervisors; `next` where there are more."""
    actor = request.actor
    found = cases.get(request.platform, actor, case_id)
    if actor.role not in (Role.AUDITOR, Role.SUPERVISOR):
        raise NotAllowed(
            "replay-for-auditors-only", "only an auditor or a supervisor replays a case's events"
        )
    mask = revealing.masks(request.platform, actor, found.state, purpose(request))
    commits = request.platform.store.load(cases.stream(case_id)).commits
    rated = case_file.may_know_rating(request.platform, actor, found.state)
    told = case_file.told(events(request.platform.codec, commits), rated=rated)
    shown = partial(case_file.event, mask=mask)
    listed, more = paging.part(request, f"events {case_id}", told, shown)
    variant = ("masked",) if mask else ()
    body = {"case_id": case_id, "events": listed, "next": more}
    return tagged(request, body, found.version, *variant)


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
