"""/items/{code}/...: what an item manager does (事项管理). /item-drafts: what is being written."""

from typing import Annotated, Any

from chalice.app import Response
from pydantic import Field, JsonValue

from ...clock.calendar import Day
from ...eventlog.transact import Outcome
from ...eventlog.views.port import Row
from ...kernel.actor import Channel
from ...kernel.base import Frozen, Text
from ...platform.platform import Caller
from ...web import paging
from ...web.bodies import Told
from ...web.operation import PAGING, Doc
from ...web.paging import Listing
from ...web.request import Ask
from ...web.route import command_reply, operation, reply, tagged
from ..application import drafts as item_drafts
from ..application import items
from ..application import view as item_view
from ..application.succession import Becoming, replace
from ..domain import item
from ..domain.item import ItemDefinition
from ..projections import catalogue as item_catalogue

ItemCode = Annotated[str, Field(pattern=r"^[0-9A-Z]{31}$")]


class ItemDraftBody(Frozen):
    """The item as far as it is written; nothing of it is checked yet."""

    definition: dict[str, JsonValue]


class PublishItemBody(Frozen):
    """The whole `definition`; without one, the draft. `note` tells what changed."""

    definition: ItemDefinition | None = None
    note: Text | None = None


class ItemReasonBody(Frozen):
    """Why; it is recorded for good."""

    reason: Text


class SplitItemBody(Frozen):
    """Into which items, and from which day on (today, if not said)."""

    into: Annotated[tuple[ItemCode, ...], Field(min_length=2, max_length=50)]
    reason: Text
    from_day: Day | None = None


class MergeItemBody(Frozen):
    """Into which item, and from which day on (today, if not said)."""

    into: ItemCode
    reason: Text
    from_day: Day | None = None


def _doc(name: str, body: type[Frozen] | None = None) -> Doc:
    return Doc(name, "items", "ItemCommandReply", body=body, command=True)


_DRAFTS = Doc("listItemDrafts", "items", "ItemDraftPage", query=PAGING)
_DRAFT = Doc("getItemDraft", "items", "ItemDraftReply", tagged=True)


@operation(_DRAFTS)
def listed(ask: Ask) -> Response:
    """Every draft of an item, or of its next version, by code."""
    items.check_manager(ask.actor)
    index = item_catalogue.DRAFTS
    rows = paging.rows(ask, item_catalogue.NAME, index, index)
    listing = Listing(item_catalogue.NAME, items.stream, index, rows, told=_draft_told)
    return reply(paging.page(ask, listing))


def _draft_told(row: Row) -> Row:
    return {"code": row["code"], **row["draft"]}


@operation(_DRAFT)
def draft(ask: Ask, code: str) -> Response:
    """The draft: what keeps it from being published, and how it differs from what is."""
    found = item_drafts.get(ask.platform, ask.actor, code)
    problems = [
        {
            "path": list(map(str, one.where)),
            "reason_code": one.why.code,
            "message": ask.worded(one.why),
        }
        for one in found.problems
    ]
    body = {
        "code": code,
        "based_on": found.draft.based_on,
        "definition": found.draft.content,
        "problems": problems,
        "changes": [one.plain for one in found.changes],
    }
    return tagged(ask, body, found.version, ask.language)


@operation(_doc("saveItemDraft", ItemDraftBody))
def save(ask: Ask, code: str) -> Response:
    """草稿: save the draft of an item, or of its next version; it replaces the one before."""
    content = ask.body(ItemDraftBody).definition
    return _took(ask, code, item_drafts.save(ask.platform, _caller(ask), code, content))


@operation(_doc("discardItemDraft"))
def discard(ask: Ask, code: str) -> Response:
    """放弃草稿: give the draft up."""
    return _took(ask, code, item_drafts.discard(ask.platform, _caller(ask), code))


@operation(_doc("publishItem", PublishItemBody))
def publish(ask: Ask, code: str) -> Response:
    """发布: publish an item or its next version, from the draft or as the body has it."""
    body = ask.body(PublishItemBody)
    if body.definition is None:
        done = item_drafts.publish(ask.platform, _caller(ask), code, body.note)
    else:
        items.check_code(body.definition, code)
        done = items.publish(ask.platform, _caller(ask), body.definition, body.note)
    return _took(ask, code, done)


@operation(_doc("suspendItem", ItemReasonBody))
def suspend(ask: Ask, code: str) -> Response:
    """暂停: no new cases for the time being; those that were submitted go on."""
    why = ask.body(ItemReasonBody).reason
    return _took(ask, code, items.suspend(ask.platform, _caller(ask), code, why))


@operation(_doc("resumeItem"))
def resume(ask: Ask, code: str) -> Response:
    """恢复: new cases again."""
    return _took(ask, code, items.resume(ask.platform, _caller(ask), code))


@operation(_doc("retireItem", ItemReasonBody))
def retire(ask: Ask, code: str) -> Response:
    """取消: no new cases ever; those that were submitted go on."""
    why = ask.body(ItemReasonBody).reason
    return _took(ask, code, items.retire(ask.platform, _caller(ask), code, why))


@operation(_doc("splitItem", SplitItemBody))
def split(ask: Ask, code: str) -> Response:
    """拆分: new cases go to other items; sent again, it completes what broke off."""
    told = ask.body(SplitItemBody)
    becoming = Becoming("split", told.into, told.reason, told.from_day)
    return _took(ask, code, replace(ask.platform, _caller(ask), code, becoming))


@operation(_doc("mergeItem", MergeItemBody))
def merge(ask: Ask, code: str) -> Response:
    """合并: new cases go to another item, into which others may be merged, too."""
    told = ask.body(MergeItemBody)
    becoming = Becoming("merged", (told.into,), told.reason, told.from_day)
    return _took(ask, code, replace(ask.platform, _caller(ask), code, becoming))


def _caller(ask: Ask) -> Caller:
    return ask.caller(Told(channel=Channel.INTERNAL))


def _took(ask: Ask, code: str, outcome: Outcome[item.State]) -> Response:
    """What every command answers; the same again when it is sent again."""
    state = outcome.state
    known = None if isinstance(state, item.Absent | item.Drafted) else state
    name = type(state).__name__.lower() if known is None else item_view.name(known, ask.today)
    body: dict[str, Any] = {
        "code": code,
        "state": name,
        "version": None if known is None else known.version,
        "draft": item.draft_of(state) is not None,
        "position": outcome.position,
    }
    return command_reply(body, outcome)
