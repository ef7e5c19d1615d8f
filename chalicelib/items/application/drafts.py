"""Drafts (草稿) of items: saved as far as they are written, checked, published or given up."""

from typing import Any, NamedTuple

from ...codes.numbers import InvalidNumber, parse_item_code
from ...eventlog.transact import Outcome, read
from ...kernel.actor import Actor
from ...kernel.errors import Invalid, NotFound
from ...kernel.json_values import trouble
from ...platform.platform import Caller, Platform
from ..domain import item
from ..domain.item import Misfit, NotPublishable, PublishItem, draft_of
from .check import check
from .diff import Change, differences
from .items import check_manager, decider, execute, run, stream

DEEPEST = 100


class DraftView(NamedTuple):
    """
    The draft at a version of the item's stream: what keeps it from being published, and how it
    differs from the version published last (from nothing, if there is none).
    """

    code: str
    version: int
    draft: item.Draft
    problems: list[Misfit]
    changes: list[Change]


def save(
    platform: Platform, caller: Caller, code: str, content: dict[str, Any]
) -> Outcome[item.State]:
    """
    Save the draft of an item, new or again; nothing but its code is checked yet. Raises NotAllowed,
    Invalid, Closed.
    """
    try:
        parse_item_code(code)
    except InvalidNumber as error:
        raise Invalid.of(error.reason) from error
    unsound = trouble(content, DEEPEST)
    if unsound is not None:
        raise Invalid("draft-not-storable", "the draft {wrong}", wrong=unsound)
    if content.get("code", code) != code:
        raise Invalid(
            "draft-of-another-item",
            "this is the draft of {code}; save that of {other} there",
            code=code,
            other=content["code"],
        )
    command = item.SaveDraft(**caller.about(platform.now()), content={**content, "code": code})
    return run(platform, caller, code, command)


def discard(platform: Platform, caller: Caller, code: str) -> Outcome[item.State]:
    """Raises NotAllowed, NotFound."""
    return run(platform, caller, code, item.DiscardDraft(**caller.about(platform.now())))


def publish(
    platform: Platform, caller: Caller, code: str, note: str | None = None
) -> Outcome[item.State]:
    """Raises NotAllowed, NotFound (no draft), NotPublishable, OutOfOrder (an old draft), Closed."""
    about = caller.about(platform.now())

    def decide(state: item.State) -> list[item.Event]:
        command = PublishItem(**about, definition=_whole(state), note=note, from_draft=True)
        return item.decide(command, state)

    # What is published is known only once the draft is read, so the request does not tell of it.
    return execute(platform, caller, code, ("PublishDraft", {"note": note}), decide)


def _whole(state: item.State) -> item.ItemDefinition:
    draft = draft_of(state)
    if draft is None:
        raise NotFound("no-draft-to-publish", "there is no draft to publish")
    definition, problems = check(draft.content)
    if definition is None or problems:
        raise NotPublishable(problems)
    return definition


def get(platform: Platform, actor: Actor, code: str) -> DraftView:
    """Raises NotAllowed, NotFound."""
    check_manager(actor)
    history, state = read(platform.store, decider(platform), stream(code))
    draft = draft_of(state)
    if draft is None:
        raise NotFound("no-such-draft", "item {code} has no draft", code=code)
    checked = check(draft.content)
    before = {} if isinstance(state, item.Absent | item.Drafted) else _plain(state.definition)
    # A whole draft is compared with all that it leaves to defaults; another one as it is written.
    now = draft.content if checked.definition is None else _plain(checked.definition)
    return DraftView(code, history.version, draft, checked.misfits, differences(before, now))


def _plain(definition: item.ItemDefinition) -> dict[str, Any]:
    return definition.model_dump(mode="json", exclude_none=True)
