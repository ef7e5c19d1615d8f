"""/counter-checks: what counters did to accounts, for supervision."""

from chalice.app import Response

from ...codes.divisions import lies_in
from ...kernel.actor import Actor, Role
from ...kernel.errors import NotAllowed
from ...web import paging
from ...web.errors import BadRequest
from ...web.operation import PAGING, OperationSpec
from ...web.paging import Listing
from ...web.request import ApiRequest
from ...web.route import operation, reply
from ..application.claims import account_stream
from ..projections import counter_checks

_LOOKING = frozenset({Role.SUPERVISOR, Role.AUDITOR})
_LIST = OperationSpec(
    "listCounterChecks",
    "people",
    "CounterCheckPage",
    query={
        **PAGING,
        "division": {
            "type": "string",
            "pattern": "^[0-9]{6}$",
            "description": "A division, with those below it; the token's own, if not said.",
        },
    },
)


@operation(_LIST)
def listed(request: ApiRequest) -> Response:
    """窗口核验: the counter checks of a division and of those below it, newest first."""
    division = _division(request, request.actor)
    view, index = counter_checks.NAME, counter_checks.INDEX
    rows = paging.rows(request, view, index, division, descending=True)

    def seen(_account: str) -> int:
        return 0  # accounts are not these callers' to see: `min_position` is what they wait by

    listing = Listing(view, account_stream, seen, f"{index} {division}", rows)
    return reply(paging.page(request, listing))


def _division(request: ApiRequest, actor: Actor) -> str:
    """Raises NotAllowed, BadRequest."""
    if actor.role not in _LOOKING or actor.division is None:
        raise NotAllowed(
            "counter-checks-for-supervisors",
            "counter checks are looked through by supervisors and auditors of a division",
        )
    text = request.query("division") or actor.division
    if len(text) != 6 or not text.isascii() or not text.isdigit():  # noqa: PLR2004 - GB/T 2260
        raise BadRequest("bad-parameter", parameter="division")
    if not lies_in(text, actor.division):
        raise NotAllowed(
            "counter-checks-elsewhere", "{division} is not yours to supervise", division=text
        )
    return text
