"""
/cases/{case_id}/...: one handler for each command to a case, by the command's name.

A handler and the model of its body are made when the route is first asked for: a function that
answers one command has no use for thirty (cold start).
"""

from typing import Any

from chalice.app import Response

from ...cases import domain as case
from ...cases.application import cases
from ...cases.domain import CaseCommand
from ...cases.domain import commands as c
from ...cases.http.cases import taken
from ...eventlog.transact import Outcome
from ...platform.platform import Caller
from ...web.bodies import CommandBody, fields_of, of_command
from ...web.operation import OperationSpec
from ...web.request import ApiRequest
from ...web.route import Handler, operation
from ..application import materials
from ..application.materials import Materials

# Those that have routes of their own, and those that only the platform gives.
OTHERS = {c.SaveDraft, c.DiscardDraft, c.SubmitCase, c.DeemAccepted, c.IssueCertificate}
COMMANDS: tuple[type[CaseCommand], ...] = tuple(one for one in case.COMMANDS if one not in OTHERS)


def __getattr__(name: str) -> Handler:
    for kind in COMMANDS:
        if kind.__name__ == name:
            return handler(kind)
    raise AttributeError(name)


def handler(kind: type[CaseCommand]) -> Handler:
    """What runs a command of this kind, with the body that belongs to it."""
    model = body_model(kind)
    name = kind.__name__[0].lower() + kind.__name__[1:]
    doc = OperationSpec(name, "cases", "CommandReply", body=model, command=True)
    run = _run_with_materials if "materials" in model.model_fields else _run

    def execute(request: ApiRequest, case_id: str) -> Response:
        return taken(run(request, case_id, kind, request.body(model)))

    execute.__doc__ = kind.__doc__
    return operation(doc)(execute)


def body_model(kind: type[CaseCommand]) -> type[CommandBody]:
    return of_command(kind, f"{kind.__name__}Body", materials=(Materials, ()))


def _run(
    request: ApiRequest, case_id: str, kind: type[CaseCommand], told: CommandBody
) -> Outcome[case.State]:
    caller = request.caller(told)
    command = _made(request, caller, kind, fields_of(told))
    return cases.execute(request.platform, caller, case_id, command)


def _run_with_materials(
    request: ApiRequest, case_id: str, kind: type[CaseCommand], told: CommandBody
) -> Outcome[case.State]:
    caller, fields = request.caller(told), fields_of(told)
    found = materials.of_case(request.platform, caller.actor, case_id, fields["materials"])
    command = _made(request, caller, kind, {**fields, "materials": found})
    using = materials.using(request.platform, command, materials.shown(fields["materials"]))
    return cases.execute(request.platform, caller, case_id, command, using)


def _made(
    request: ApiRequest, caller: Caller, kind: type[CaseCommand], fields: dict[str, Any]
) -> CaseCommand:
    return kind(**caller.about(request.platform.now()), **fields)
