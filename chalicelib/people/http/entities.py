"""/entities: legal entities and who may act for them."""

from typing import Any

from chalice.app import Response

from ...eventlog.transact import Outcome
from ...kernel.base import Text
from ...web.bodies import CommandBody
from ...web.operation import OperationSpec
from ...web.request import ApiRequest
from ...web.route import command_reply, operation, tagged
from ..application import entities
from ..application.entities import NewEntity, NewOperator
from ..domain import entity


class EntityRegistration(NewEntity, CommandBody):
    """A legal entity, as its licence has it."""


class OperatorAddition(NewOperator, CommandBody):
    """Who may act for the entity, in which items, until when."""


class OperatorRemoval(CommandBody):
    reason: Text | None = None


def _command(name: str, body: Any, *problems: str, status: int = 200) -> OperationSpec:
    return OperationSpec(
        name, "people", "EntityReply", status, body, command=True, problems=("ended", *problems)
    )


_REGISTER = _command("registerEntity", EntityRegistration, "registry-unavailable", status=201)
_GET = OperationSpec("getEntity", "people", "EntityReply", tagged=True)
_REFRESH = _command("refreshEntity", CommandBody, "registry-unavailable")
_ADD = _command("addOperator", OperatorAddition, "proofs-used-up")
_REMOVE = _command("removeOperator", OperatorRemoval)


@operation(_REGISTER)
def register(request: ApiRequest) -> Response:
    """法人注册: by its legal representative, or by a clerk at the window."""
    told = request.body(EntityRegistration)
    its = NewEntity.model_validate(told.model_dump(include=set(NewEntity.model_fields)))
    return _done(entities.register(request.platform, request.caller(told), its), 201)


@operation(_GET)
def get(request: ApiRequest, credit_code: str) -> Response:
    """The entity, as the registry had it last, and its operators."""
    found = entities.get(request.platform, request.actor, credit_code)
    variant = found.state.representative_account or "-"
    return tagged(request, _told(found.version, found.state), found.version, variant)


@operation(_REFRESH)
def refresh(request: ApiRequest, credit_code: str) -> Response:
    """Ask the registry again: name, status, legal representative."""
    caller = request.caller(request.body(CommandBody))
    return _done(entities.refresh(request.platform, caller, credit_code))


@operation(_ADD)
def add(request: ApiRequest, credit_code: str) -> Response:
    """增加经办人: by the legal representative, an operator who may, or a clerk."""
    told = request.body(OperatorAddition)
    its = NewOperator.model_validate(told.model_dump(include=set(NewOperator.model_fields)))
    return _done(entities.add_operator(request.platform, request.caller(told), credit_code, its))


@operation(_REMOVE)
def remove(request: ApiRequest, credit_code: str, account: str) -> Response:
    """移除经办人: by who may add one, or by the operator who leaves."""
    told = request.body(OperatorRemoval)
    caller = request.caller(told)
    return _done(
        entities.remove_operator(request.platform, caller, credit_code, account, told.reason)
    )


def _done(outcome: Outcome[entity.State], status: int = 200) -> Response:
    state = entity.known(outcome.state)
    body = {**_told(outcome.version, state), "position": outcome.position}
    return command_reply(body, outcome, status)


def _told(version: int, state: entity.Entity) -> dict[str, Any]:
    return {
        "credit_code": state.credit_code,
        **state.registered.model_dump(mode="json", include={"name", "kind", "status"}),
        "representative_account": state.representative_account,
        "operators": [
            one.model_dump(mode="json", exclude={"type", "reference"}) for one in state.operators
        ],
        "version": version,
    }
