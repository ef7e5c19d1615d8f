"""
A service item (政务服务事项): from its draft to its end.

    Absent <-> Drafted -> Published <-> Suspended
                              |             |
                              +-> Retired <-+
                              |             |
                              +-> Replaced <+    split or merged: new cases go to its successors

A version, once published, never changes; a case keeps the one it was submitted under. Each version
is in force from its day on, until the day of another comes: what is published today to take effect
later changes nothing before. An item that is revised while it is suspended stays suspended.
"""

from collections.abc import Sequence
from typing import assert_never

from ...clock.calendar import legal_day
from ...kernel.actor import same_account
from ...kernel.errors import Closed, Contradiction, Invalid, NotAllowed, NotFound, OutOfOrder
from ...kernel.reasons import at
from . import succession
from .commands import (
    DiscardDraft,
    ItemCommand,
    PublishItem,
    ReplaceItem,
    ResumeItem,
    RetireItem,
    SaveDraft,
    SuspendItem,
    TakeOver,
)
from .definition import (
    Fee,
    ItemDefinition,
    ItemMaterial,
    Limits,
    Variant,
    as_published,
    in_variant,
    missing_materials,
    same,
    unknown_materials,
)
from .events import (
    EVENTS,
    Event,
    How,
    ItemDraftDiscarded,
    ItemDraftSaved,
    ItemMerged,
    ItemPredecessor,
    ItemPublished,
    ItemResumed,
    ItemRetired,
    ItemSplit,
    ItemSuspended,
    ItemTookOver,
    NamedItem,
)
from .rules import Misfit, misfits
from .state import (
    Absent,
    Draft,
    Drafted,
    Edition,
    Known,
    Published,
    Record,
    Replaced,
    Retired,
    State,
    Suspended,
    draft_of,
    evolve,
    fold,
    in_force,
    initial,
)
from .succession import over

__all__ = [
    "CATEGORY",
    "EVENTS",
    "Absent",
    "DiscardDraft",
    "Draft",
    "Drafted",
    "Edition",
    "Event",
    "Fee",
    "How",
    "ItemClosed",
    "ItemCommand",
    "ItemDefinition",
    "ItemDraftDiscarded",
    "ItemDraftSaved",
    "ItemMaterial",
    "ItemMerged",
    "ItemPredecessor",
    "ItemPublished",
    "ItemResumed",
    "ItemRetired",
    "ItemSplit",
    "ItemSuspended",
    "ItemTookOver",
    "Known",
    "Limits",
    "Misfit",
    "NamedItem",
    "NotPublishable",
    "PublishItem",
    "Published",
    "Record",
    "ReplaceItem",
    "Replaced",
    "ResumeItem",
    "RetireItem",
    "Retired",
    "SaveDraft",
    "State",
    "SuspendItem",
    "Suspended",
    "TakeOver",
    "Variant",
    "as_published",
    "decide",
    "draft_of",
    "evolve",
    "fold",
    "in_force",
    "in_variant",
    "initial",
    "misfits",
    "missing_materials",
    "same",
    "unknown_materials",
]

CATEGORY = "item"


class NotPublishable(Invalid):
    """The definition breaks rules; `misfits` has each with the place it concerns."""

    def __init__(self, found: Sequence[Misfit]) -> None:
        wrong = tuple(at(one.place, one.why) for one in found)
        super().__init__("item-not-publishable", "{wrong:;}", wrong=wrong)
        self.misfits = found


class ItemClosed(Closed):
    """The item takes no new cases; those that are meant for it go to the `successors`, if any."""

    successors: tuple[NamedItem, ...] = ()


def decide(command: ItemCommand, state: State) -> list[Event]:
    """Repeating a command that already took effect yields no events. Raises Rejected."""
    match command:
        case SaveDraft():
            return save_draft(command, state)
        case DiscardDraft():
            return discard_draft(state)
        case PublishItem():
            return publish(command, state)
        case SuspendItem():
            return suspend(command, state)
        case ResumeItem():
            return resume(state)
        case RetireItem():
            return retire(command, state)
        case ReplaceItem():
            return succession.replace(command, state)
        case TakeOver():
            return succession.take_over(command, state)
        case _:
            assert_never(command)


# Drafts


def save_draft(command: SaveDraft, state: State) -> list[Event]:
    if isinstance(state, Retired | Replaced):
        raise over(state)
    based_on = None if isinstance(state, Absent | Drafted) else state.version
    if draft_of(state) == Draft(content=command.content, based_on=based_on):
        return []
    return [ItemDraftSaved(content=command.content, based_on=based_on, person=command.person)]


def _drafted(command: PublishItem, drafted_by: str) -> bool:
    """By account, and where both are known to be somebody, as the same person."""
    same_person = command.person is not None and command.person == command.drafter
    return same_person or same_account(drafted_by, command.by.account)


def discard_draft(state: State) -> list[Event]:
    if isinstance(state, Absent):
        raise NotFound("item-not-there", "there is no such item")
    return [] if draft_of(state) is None else [ItemDraftDiscarded()]


# Versions


def publish(command: PublishItem, state: State) -> list[Event]:
    """
    Raises NotAllowed (one person alone), NotPublishable, Invalid (another item's code), OutOfOrder
    (an old draft), Closed.
    """
    if command.drafted_by is not None and _drafted(command, command.drafted_by):
        raise NotAllowed(
            "publishing-takes-two",
            "{account} drafted it: somebody else looks at it and publishes it",
            account=command.drafted_by,
        )
    match state:
        case Absent() | Drafted():
            _check_draft(command, state)
            return [_next(command, 1)]
        case Retired() | Replaced():
            raise over(state)
        case Published() | Suspended():
            if same(state.definition, command.definition) and not _uses_draft(command, state):
                return []
            if state.definition.code != command.definition.code:
                raise Invalid(
                    "publish-apart",
                    "this is item {code}; publish another one apart",
                    code=state.definition.code,
                )
            _check_draft(command, state)
            return [_next(command, state.version + 1)]
        case _:
            assert_never(state)


def _uses_draft(command: PublishItem, state: State) -> bool:
    return command.from_draft and draft_of(state) is not None


def _check_draft(command: PublishItem, state: State) -> None:
    if not command.from_draft:
        return
    draft = draft_of(state)
    if draft is None:
        raise NotFound("no-draft-to-publish", "there is no draft to publish")
    current = None if isinstance(state, Absent | Drafted) else state.version
    if draft.based_on != current:
        raise OutOfOrder(
            "draft-from-older-version",
            "the draft was made from version {based_on}, and by now there is "
            "version {current}: look at what changed, and save the draft again",
            based_on=draft.based_on or 0,
            current=current,
        )


def _next(command: PublishItem, version: int) -> ItemPublished:
    definition = command.definition
    found = misfits(definition)
    if found:
        raise NotPublishable(found)
    since = definition.valid_from
    if version > 1:  # it changes nothing that could be applied for before it was there
        today = legal_day(command.at)
        since = max(since, today) if since is not None else today
    return ItemPublished(
        version=version,
        definition=as_published(definition),
        note=command.note,
        in_force_from=since,
        from_draft=command.from_draft,
        drafted_by=command.drafted_by,
    )


# Whether it takes cases


def suspend(command: SuspendItem, state: State) -> list[Event]:
    match state:
        case Absent() | Drafted():
            raise NotFound("item-not-there", "there is no such item")
        case Retired():
            raise over(state)
        case Published():
            return [ItemSuspended(reason=command.reason)]
        case Suspended():
            return _suspended_again(command, state.reason)
        case Replaced():
            if state.suspended is None:
                return [ItemSuspended(reason=command.reason)]
            return _suspended_again(command, state.suspended)
        case _:
            assert_never(state)


def _suspended_again(command: SuspendItem, reason: str) -> list[Event]:
    if command.reason != reason:
        raise Contradiction(
            "item-suspended-already", "the item is suspended already: {reason}", reason=reason
        )
    return []


def resume(state: State) -> list[Event]:
    match state:
        case Absent() | Drafted():
            raise NotFound("item-not-there", "there is no such item")
        case Retired():
            raise over(state)
        case Published():
            return []
        case Suspended():
            return [ItemResumed()]
        case Replaced():
            return [] if state.suspended is None else [ItemResumed()]
        case _:
            assert_never(state)


def retire(command: RetireItem, state: State) -> list[Event]:
    match state:
        case Absent() | Drafted():
            raise NotFound("item-not-there", "there is no such item")
        case Published() | Suspended():
            return [ItemRetired(reason=command.reason)]
        case Replaced():
            raise over(state)
        case Retired() if state.reason == command.reason:
            return []
        case Retired():
            raise Contradiction(
                "item-retired-already",
                "the item was retired already: {reason}",
                reason=state.reason,
            )
        case _:
            assert_never(state)
