"""/items/{code}/...: what an item manager does (事项管理). /item-drafts: what is being written."""

from typing import Annotated, Any

from chalice.app import Response
from pydantic import Field, JsonValue, StringConstraints

from ...clock.calendar import Day
from ...eventlog.transact import Outcome
from ...eventlog.views.port import Row
from ...kernel.actor import Channel
from ...kernel.base import Frozen, Text
from ...kernel.formats import ImplementationCode
from ...platform.platform import Caller
from ...web import paging
from ...web.bodies import CommandBody
from ...web.operation import PAGING, OperationSpec
from ...web.paging import Listing
from ...web.request import ApiRequest
from ...web.route import command_reply, operation, reply, tagged
from ..application import drafts as item_drafts
from ..application import items, territory
from ..application import view as item_view
from ..application.succession import Becoming, replace
from ..domain import item
from ..projections import catalogue as item_catalogue


class ItemDraftBody(Frozen):
    """The item as far as it is written; nothing of it is checked yet."""

    definition: dict[str, JsonValue]


class PublishItemBody(Frozen):
    """`note` tells what changed; `seen` is `difference` of the draft that was looked at."""

    note: Text | None = None
    seen: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{16}$")] | None = None


class ItemReasonBody(Frozen):
    """Why; it is recorded for good."""

    reason: Text


class SplitItemBody(Frozen):
    """Into which items, and from which day on (today, if not said)."""

    into: Annotated[tuple[ImplementationCode, ...], Field(min_length=2, max_length=50)]
    reason: Text
    from_day: Day | None = None


class MergeItemBody(Frozen):
    """Into which item, and from which day on (today, if not said)."""

    into: ImplementationCode
    reason: Text
    from_day: Day | None = None


def _doc(name: str, body: type[Frozen] | None = None) -> OperationSpec:
    return OperationSpec(name, "items", "ItemCommandReply", body=body, command=True)


_PUBLISH = _doc("publishItem", PublishItemBody)._replace(problems=("difference-not-seen",))
_DRAFTS = OperationSpec("listItemDrafts", "items", "ItemDraftPage", query=PAGING)
_DRAFT = OperationSpec("getItemDraft", "items", "ItemDraftReply", tagged=True)


@operation(_DRAFTS)
def listed(request: ApiRequest) -> Response:
    """The drafts of items that are the caller's to keep, or of their next versions, by code."""
    actor, index = request.actor, item_catalogue.DRAFTS
    territory.check_role(actor)

    def own(row: Row) -> bool:
        return item_drafts.may_read(request.platform, actor, row["code"])

    rows = paging.rows(request, item_catalogue.NAME, index, index)

    def seen(code: str) -> int:
        mine = item_drafts.may_read(request.platform, actor, code)
        return items.version(request.platform, code) if mine else 0

    view = item_catalogue.NAME
    listing = Listing(view, items.stream, seen, index, rows, own, _draft_told)
    return reply(paging.page(request, listing))


def _draft_told(row: Row) -> Row:
    return {"code": row["code"], **row["draft"]}


@operation(_DRAFT)
def draft(request: ApiRequest, code: str) -> Response:
    """The draft: what keeps it from being published, and how it differs from what is."""
    found = item_drafts.get(request.platform, request.actor, code)
    problems = [
        {
            "path": list(map(str, one.where)),
            "reason_code": one.why.code,
            "message": request.worded(one.why),
        }
        for one in found.problems
    ]
    body = {
        "code": code,
        "based_on": found.draft.based_on,
        "definition": found.draft.content,
        "problems": problems,
        "changes": [one.plain for one in found.changes],
        "difference": found.difference,
        "saved_by": found.saved_by,
    }
    return tagged(request, body, found.version, request.language)


@operation(_doc("saveItemDraft", ItemDraftBody))
def save(request: ApiRequest, code: str) -> Response:
    """草稿: save the draft of an item, or of its next version; it replaces the one before."""
    content = request.body(ItemDraftBody).definition
    return _took(request, code, item_drafts.save(request.platform, _caller(request), code, content))


@operation(_doc("discardItemDraft"))
def discard(request: ApiRequest, code: str) -> Response:
    """放弃草稿: give the draft up."""
    return _took(request, code, item_drafts.discard(request.platform, _caller(request), code))


@operation(_PUBLISH)
def publish(request: ApiRequest, code: str) -> Response:
    """
    发布: publish the draft of an item, or of its next version, which another manager saved.

    Where it changes confidentiality, real-name level, limits or who decides, `seen` has to be the
    `difference` of the draft; otherwise the answer is 409 with the `changes`.
    """
    body, caller = request.body(PublishItemBody), _caller(request)
    done = item_drafts.publish(request.platform, caller, code, body.note, body.seen)
    return _took(request, code, done)


@operation(_doc("suspendItem", ItemReasonBody))
def suspend(request: ApiRequest, code: str) -> Response:
    """暂停: no new cases for the time being; those that were submitted go on."""
    why = request.body(ItemReasonBody).reason
    return _took(request, code, items.suspend(request.platform, _caller(request), code, why))


@operation(_doc("resumeItem"))
def resume(request: ApiRequest, code: str) -> Response:
    """恢复: new cases again."""
    return _took(request, code, items.resume(request.platform, _caller(request), code))


@operation(_doc("retireItem", ItemReasonBody))
def retire(request: ApiRequest, code: str) -> Response:
    """取消: no new cases ever; those that were submitted go on."""
    why = request.body(ItemReasonBody).reason
    return _took(request, code, items.retire(request.platform, _caller(request), code, why))


@operation(_doc("splitItem", SplitItemBody))
def split(request: ApiRequest, code: str) -> Response:
    """拆分: new cases go to other items; sent again, it completes what broke off."""
    told = request.body(SplitItemBody)
    becoming = Becoming("split", told.into, told.reason, told.from_day)
    return _took(request, code, replace(request.platform, _caller(request), code, becoming))


@operation(_doc("mergeItem", MergeItemBody))
def merge(request: ApiRequest, code: str) -> Response:
    """合并: new cases go to another item, into which others may be merged, too."""
    told = request.body(MergeItemBody)
    becoming = Becoming("merged", (told.into,), told.reason, told.from_day)
    return _took(request, code, replace(request.platform, _caller(request), code, becoming))


def _caller(request: ApiRequest) -> Caller:
    return request.caller(CommandBody(channel=Channel.INTERNAL))


def _took(request: ApiRequest, code: str, outcome: Outcome[item.State]) -> Response:
    """What every command answers; the same again when it is sent again."""
    state = outcome.state
    known = None if isinstance(state, item.Absent | item.Drafted) else state
    name = type(state).__name__.lower() if known is None else item_view.name(known, request.today)
    body: dict[str, Any] = {
        "code": code,
        "state": name,
        "version": None if known is None else known.version,
        "draft": item.draft_of(state) is not None,
        "position": outcome.position,
    }
    return command_reply(body, outcome)
