"""/cases, /drafts: submit a case, run commands against it, read it."""

import re
from typing import Any

from chalice.app import Blueprint, Response
from pydantic import create_model

from ...cases import domain as case
from ...cases.application import cases
from ...cases.application import file as case_file
from ...cases.domain import commands as c
from ...cases.domain.guards import dossier_of
from ...cases.domain.state import Absent, Drafted, Imported
from ...eventlog.codec import events
from ...eventlog.transact import Outcome
from ...kernel.actor import Role
from ...kernel.errors import NotAllowed
from ...platform.platform import Caller
from ...web.operation import Doc
from ...web.request import Ask, Told, Web
from ...web.route import reply, route, tagged
from ..application import materials, submissions
from ..application.materials import Materials
from ..application.submissions import Submission

SERVER_FIELDS = {"at", "by", "channel"}
# Commands that have routes of their own, and those that only the platform gives.
_OWN = {c.SaveDraft, c.SubmitCase}
_SYSTEM = {c.DeemAccepted, c.IssueCertificate}
COMMANDS = tuple(kind for kind in case.COMMANDS if kind not in _OWN | _SYSTEM)


class SubmissionBody(Submission, Told):
    """A submission, and when and how it reached us."""


def body_model(kind: type[case.CaseCommand]) -> type[Told]:
    """What the caller sends of a command: all that the server does not supply."""
    fields: dict[str, Any] = {
        name: (field.annotation, field)
        for name, field in kind.model_fields.items()
        if name not in SERVER_FIELDS
    }
    if "materials" in fields:
        fields["materials"] = (Materials, ())
    return create_model(f"{kind.__name__}Body", __base__=Told, __doc__=kind.__doc__, **fields)


def path_of(kind: type[case.CaseCommand]) -> str:
    """RequestSupplement -> request-supplement."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "-", kind.__name__).lower()


_SUBMIT = Doc("submitCase", "cases", "SubmissionReply", 201, SubmissionBody, command=True)
_DRAFT = Doc("saveDraft", "drafts", "CommandReply", 201, Submission, command=True)
_DRAFT_AGAIN = _DRAFT._replace(name="replaceDraft", status=200)
_CASE = Doc("getCase", "cases", "CaseReply", tagged=True)
_EVENTS = Doc("getCaseEvents", "cases", "CaseEvents", tagged=True)


def routes(web: Web) -> Blueprint:
    http = Blueprint(__name__)
    _submission(http, web)
    for kind in COMMANDS:
        _command(http, web, kind, body_model(kind))
    _reading(http, web)
    return http


def _submission(http: Blueprint, web: Web) -> None:
    @route(http, web, "POST", "/cases", doc=_SUBMIT)
    def submit(ask: Ask) -> Response:
        """申报: submit a case under the current version of an item."""
        body = ask.body(SubmissionBody)
        outcome = submissions.submit(ask.platform, ask.caller(body), _plain(body))
        return _submitted(ask, outcome)

    @route(http, web, "POST", "/drafts", doc=_DRAFT)
    def save_draft(ask: Ask) -> Response:
        """草稿: save a new draft; nothing of it is checked against the item's form yet."""
        body = ask.body(Submission)
        return _took(submissions.save_draft(ask.platform, ask.caller(), body), 201)

    @route(http, web, "PUT", "/drafts/{case_id}", doc=_DRAFT_AGAIN)
    def save_draft_again(ask: Ask, case_id: str) -> Response:
        """Save a draft again, whole: it replaces what was there."""
        body = ask.body(Submission)
        return _took(submissions.save_draft(ask.platform, ask.caller(), body, case_id))

    @route(http, web, "POST", "/drafts/{case_id}/submit", doc=_SUBMIT._replace(name="submitDraft"))
    def submit_draft(ask: Ask, case_id: str) -> Response:
        """Submit a draft, as the body has it now; it keeps its id."""
        body = ask.body(SubmissionBody)
        outcome = submissions.submit(ask.platform, ask.caller(body), _plain(body), case_id)
        return _submitted(ask, outcome)


def _command(http: Blueprint, web: Web, kind: Any, model: type[Told]) -> None:
    name = kind.__name__[0].lower() + kind.__name__[1:]
    doc = Doc(name, "cases", "CommandReply", body=model, command=True)
    run = _run_with_materials if "materials" in model.model_fields else _run

    @route(http, web, "POST", f"/cases/{{case_id}}/{path_of(kind)}", doc=doc)
    def execute(ask: Ask, case_id: str) -> Response:
        told = ask.body(model)
        return _took(run(ask, case_id, kind, told))


def _run(ask: Ask, case_id: str, kind: Any, told: Told) -> Outcome[case.State]:
    caller = ask.caller(told)
    command = _made(ask, caller, kind, _fields(told))
    return cases.execute(ask.platform, caller, case_id, command)


def _run_with_materials(ask: Ask, case_id: str, kind: Any, told: Told) -> Outcome[case.State]:
    caller = ask.caller(told)
    fields = _fields(told)
    found = materials.of_case(ask.platform, caller.actor, case_id, fields["materials"])
    command = _made(ask, caller, kind, {**fields, "materials": found})
    using = materials.using(ask.platform, command)
    return cases.execute(ask.platform, caller, case_id, command, using)


def _made(ask: Ask, caller: Caller, kind: Any, fields: dict[str, Any]) -> Any:
    at = caller.at(ask.platform.now())
    return kind(at=at, by=caller.actor, channel=caller.channel, **fields)


def _fields(told: Told) -> dict[str, Any]:
    named = type(told).model_fields.keys() - Told.model_fields.keys()
    return {name: getattr(told, name) for name in named}


def _plain(body: SubmissionBody) -> Submission:
    return Submission.model_construct(
        **{name: getattr(body, name) for name in Submission.model_fields}
    )


def _took(outcome: Outcome[case.State], status: int = 200, **more: Any) -> Response:
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
    replayed = {"Idempotency_Replayed": "true"} if outcome.repeated else {}
    return reply(body, status, ETag=f'"{outcome.version}"', **replayed)


def _submitted(ask: Ask, outcome: Outcome[case.State]) -> Response:
    dossier = dossier_of(outcome.state)
    code = cases.query_code(ask.platform, dossier.case_id)
    found = submissions.warnings(dossier.applicant, dossier.submitted_on)
    return _took(outcome, 201, query_code=code, warnings=[one._asdict() for one in found])


def _reading(http: Blueprint, web: Web) -> None:
    @route(http, web, "GET", "/cases/{case_id}", doc=_CASE)
    def read(ask: Ask, case_id: str) -> Response:
        """The case as it is now, with its due dates explained line by line."""
        actor = ask.actor
        found = cases.get(ask.platform, actor, case_id)
        calendar = ask.platform.calendar()
        told = (ask.today.isoformat(), ask.language)
        described = case_file.describe(found.state, actor, calendar, ask.today, ask.language)
        return tagged(ask, {**described, "version": found.version}, found.version, *told)

    @route(http, web, "GET", "/cases/{case_id}/events", doc=_EVENTS)
    def history(ask: Ask, case_id: str) -> Response:
        """Every event of the case, for auditors and supervisors."""
        actor = ask.actor
        found = cases.get(ask.platform, actor, case_id)
        if actor.role not in (Role.AUDITOR, Role.SUPERVISOR):
            raise NotAllowed(
                "replay-for-auditors-only",
                "only an auditor or a supervisor replays a case's events",
            )
        commits = ask.platform.store.load(cases.stream(case_id)).commits
        listed = [case_file.event(one) for one in events(ask.platform.codec, commits)]
        return tagged(ask, {"case_id": case_id, "events": listed}, found.version)
