"""/drafts: one's own drafts; discarded, if one wants."""

from chalice.app import Response

from ...cases.application import cases
from ...cases.http.cases import taken
from ...documents.application.discarding import later
from ...eventlog.views.port import Row
from ...kernel.actor import APPLICANTS, Role
from ...kernel.errors import NotAllowed
from ...people.application import entities
from ...web import paging
from ...web.operation import PAGING, OperationSpec
from ...web.paging import Listing
from ...web.request import ApiRequest
from ...web.route import operation, reply
from ..application import drafts

_LIST = OperationSpec(
    "listDrafts",
    "drafts",
    "DraftPage",
    query={
        **PAGING,
        "as": {
            "enum": ["account", "company"],
            "default": "account",
            "description": "Whose drafts: one's own, or the company's that one acts for.",
        },
    },
)
_DISCARD = OperationSpec("discardDraft", "drafts", "CommandReply", command=True)


@operation(_LIST)
def listed(request: ApiRequest) -> Response:
    """One's own drafts, saved last first, and when each expires; `as=company` the company's."""
    partition = _whose(request)
    rows = paging.rows(request, drafts.VIEW, drafts.OWNER, partition, descending=True)
    sealed = f"{drafts.VIEW} {partition}"
    days = request.platform.quotas.drafts.days
    entity = request.actor.entity

    def shown(row: Row) -> bool:
        return row["entity"] in (None, entity) or row["applicant"] == request.actor.account

    def told(row: Row) -> Row | None:
        if not drafts.still(request.platform, row):
            return None
        fields = ("case_id", "item", "item_name", "variant", "saved_at")
        return {
            **{name: row[name] for name in fields},
            "expires_at": later(row["saved_at"], days),
        }

    def seen(case_id: str) -> int:
        return cases.get(request.platform, request.actor, case_id).version

    listing = Listing(drafts.VIEW, cases.stream, seen, sealed, rows, shown, told)
    return reply(paging.page(request, listing))


@operation(_DISCARD)
def discard(request: ApiRequest, case_id: str) -> Response:
    """草稿删除: discard a draft; the documents that it names stay until they expire."""
    return taken(drafts.discard(request.platform, request.caller(), case_id), case_id=case_id)


def _whose(request: ApiRequest) -> str:
    actor = request.actor
    if actor.role not in APPLICANTS and actor.role is not Role.CLERK:
        raise NotAllowed("no-drafts-of-role", "only who may submit a case has drafts")
    entities.belonging(request.platform, actor, request.today)
    if request.choice("as", frozenset({"account", "company"})) == "company":
        if actor.entity is None:
            raise NotAllowed("no-company-acted-for", "you act for no company")
        return f"entity:{actor.entity}"
    return f"account:{actor.account}"
