"""/mandates: who may handle matters for whom (代办)."""

from datetime import date
from typing import Any

from chalice.app import Response

from ...eventlog.views.port import Row
from ...kernel.actor import in_person
from ...kernel.base import Text
from ...web import paging
from ...web.bodies import CommandBody
from ...web.operation import PAGING, OperationSpec
from ...web.paging import Listing
from ...web.request import ApiRequest
from ...web.route import command_reply, operation, reply, tagged
from ..application import access as people_access
from ..application import mandates, powers
from ..application.mandates import NewMandate
from ..domain import mandate
from ..projections import representation

_SIDES = frozenset({"principal", "agent"})


class MandateGrant(NewMandate, CommandBody):
    """Who may do what for whom, in which items, from when until when."""


class Revocation(CommandBody):
    reason: Text | None = None


_GRANT = OperationSpec(
    "grantMandate",
    "people",
    "MandateReply",
    201,
    MandateGrant,
    command=True,
    problems=("ended", "proofs-used-up"),
)
_GET = OperationSpec("getMandate", "people", "MandateReply", tagged=True)
_REVOKE = OperationSpec(
    "revokeMandate", "people", "MandateReply", body=Revocation, command=True, problems=("ended",)
)
_LIST = OperationSpec(
    "listMandates",
    "people",
    "MandatePage",
    query={
        **PAGING,
        "as": {
            "enum": sorted(_SIDES),
            "default": "principal",
            "description": "The mandates that one granted, or that one acts on.",
        },
    },
)


@operation(_GRANT)
def grant(request: ApiRequest) -> Response:
    """授权代办: by the principal, or by a clerk from a written mandate."""
    told = request.body(MandateGrant)
    its = NewMandate.model_validate(told.model_dump(include=set(NewMandate.model_fields)))
    mandate_id, done = mandates.grant(request.platform, request.caller(told), its)
    return _done(request, mandate_id, done, 201)


@operation(_LIST)
def listed(request: ApiRequest) -> Response:
    """The caller's mandates, newest first: those granted, or with `as=agent` those received."""
    people_access.own_account(request.actor)
    side = request.choice("as", _SIDES) or "principal"
    own = in_person(request.actor)  # they are the person's, and no company's
    partition = mandates.listed_under(request.platform, request.actor, side)
    rows = paging.rows(
        request, representation.NAME, representation.MANDATES, partition, descending=True
    )

    def seen(mandate_id: str) -> int:
        return mandates.get(request.platform, request.actor, mandate_id).version

    def shown(row: Row) -> bool:
        return own and mandates.readable(request.platform, request.actor, row["mandate_id"])

    listing = Listing(
        representation.NAME, powers.stream, seen, partition, rows, shown, representation.told
    )
    return reply(paging.page(request, listing))


@operation(_GET)
def get(request: ApiRequest, mandate_id: str) -> Response:
    """A mandate as it stands today."""
    found = mandates.get(request.platform, request.actor, mandate_id)
    body = _told(mandate_id, found.version, found.state, request.today)
    return tagged(request, body, found.version, body["state"])


@operation(_REVOKE)
def revoke(request: ApiRequest, mandate_id: str) -> Response:
    """撤销授权: from now on the agent does nothing on it; what was done stands."""
    told = request.body(Revocation)
    done = mandates.revoke(request.platform, request.caller(told), mandate_id, told.reason)
    return _done(request, mandate_id, done)


def _done(request: ApiRequest, mandate_id: str, outcome: Any, status: int = 200) -> Response:
    state = mandate.known(outcome.state)
    told = _told(mandate_id, outcome.version, state, request.today)
    body = {**told, "position": outcome.position}
    return command_reply(body, outcome, status)


def _told(
    mandate_id: str, version: int, state: mandate.Granted | mandate.Revoked, today: date
) -> dict[str, Any]:
    terms = state.terms
    return {
        "mandate_id": mandate_id,
        "state": _named(state, today),
        "principal": terms.principal.model_dump(mode="json", include={"account", "name"}),
        "agent": terms.agent.model_dump(mode="json", include={"account", "name"}),
        **terms.model_dump(
            mode="json", include={"items", "actions", "since", "until", "document", "ground"}
        ),
        "reason": state.reason if isinstance(state, mandate.Revoked) else None,
        "version": version,
    }


def _named(state: mandate.Granted | mandate.Revoked, today: date) -> str:
    if isinstance(state, mandate.Revoked):
        return "revoked"
    return "expired" if mandate.expired(state.terms, today) else "granted"
