"""/documents: what one has handed in and no case has named yet; discarded, if one wants."""

from chalice.app import Response

from ...eventlog.views.port import Row
from ...platform.platform import Platform
from ...web import paging
from ...web.operation import PAGING, OperationSpec
from ...web.paging import Listing
from ...web.request import ApiRequest
from ...web.route import operation, reply
from ..application import discarding, documents
from ..domain import document

_TAG = "documents"
_LIST = OperationSpec("listOwnDocuments", _TAG, "OwnDocuments", query=PAGING)
_DISCARD = OperationSpec(
    "discardDocument", _TAG, "", 204, problems=("not-found", "out-of-order", "conflict")
)


@operation(_LIST)
def listed(request: ApiRequest) -> Response:
    """One's own documents that no case was handed in with yet, newest first; when each expires."""
    account, view = request.actor.account, discarding.VIEW
    rows = paging.rows(request, view, discarding.OWNER, account, descending=True)
    sealed = f"{view} {discarding.OWNER} {account}"

    def told(row: Row) -> Row | None:
        return _told(request.platform, row)

    def seen(upload_id: str) -> int:
        documents.status(request.platform, request.actor, upload_id)
        return request.platform.store.load(documents.stream(upload_id)).version

    listing = Listing(view, documents.stream, seen, sealed, rows, told=told)
    return reply(paging.page(request, listing))


@operation(_DISCARD)
def discard(request: ApiRequest, upload_id: str) -> Response:
    """Discard a document that no case was handed in with: gone from lists and disk at once."""
    discarding.discard(request.platform, request.actor, upload_id)
    return Response("", {"Cache-Control": "no-store"}, 204)


def _told(platform: Platform, row: Row) -> Row | None:
    """As it is now: what was discarded, or handed in, a moment ago is not told."""
    state = documents.state_of(platform, row["id"])
    if not isinstance(state, document.Kept) or state.used_by is not None:
        return None
    days = platform.quotas.uploads.days
    return {
        "upload_id": row["id"],
        "sha256": row["sha256"],
        "size": row["size"],
        "media_type": row["media_type"],
        "name": state.received.name,
        "scan": state.scan,
        "received_at": row["received_at"],
        "expires_at": discarding.later(row["received_at"], days),
    }
