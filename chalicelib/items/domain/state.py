"""What a service item's stream comes to: its state, and how events change it."""

from collections.abc import Iterable
from datetime import date
from functools import reduce
from typing import assert_never

from pydantic import JsonValue

from ...clock.calendar import Day
from ...kernel.base import Frozen, Text
from ...kernel.errors import Impossible
from .definition import ItemDefinition
from .events import (
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
    Version,
)


class Draft(Frozen):
    content: dict[str, JsonValue]
    based_on: Version | None = None


class Edition(Frozen):
    """A version as it was published; `since` is the first day on which it is applied for."""

    number: Version
    definition: ItemDefinition
    since: Day | None = None
    note: Text | None = None


class Record(Frozen):
    """What is known of an item whatever its state: `editions`, from version 1 on."""

    editions: tuple[Edition, ...]
    draft: Draft | None = None
    predecessors: tuple[ItemPredecessor, ...] = ()


class Absent(Frozen):
    """No such item."""


class Drafted(Frozen):
    """Nobody but its managers knows of it yet."""

    draft: Draft


class _Known(Frozen):
    record: Record

    @property
    def definition(self) -> ItemDefinition:
        """Of the version that was published last, be it in force already or not."""
        return self.record.editions[-1].definition

    @property
    def version(self) -> int:
        return self.record.editions[-1].number


class Published(_Known):
    pass


class Suspended(_Known):
    reason: Text


class Retired(_Known):
    reason: Text


class Replaced(_Known):
    """
    Split or merged: until the day before `from_day` it takes cases as before, unless it is
    `suspended`, for that reason.
    """

    how: How
    into: tuple[NamedItem, ...]
    from_day: Day
    reason: Text
    suspended: Text | None = None


Known = Published | Suspended | Retired | Replaced
State = Absent | Drafted | Known
initial: State = Absent()


def draft_of(state: State) -> Draft | None:
    match state:
        case Absent():
            return None
        case Drafted():
            return state.draft
        case _:
            return state.record.draft


def in_force(record: Record, on: date) -> Edition | None:
    """
    The version that is applied for on that day: of those that have begun by then the one that began
    last, and of those that began on one day the one that was published last.
    """
    begun = (one for one in record.editions if one.since is None or one.since <= on)
    return max(begun, key=lambda one: (one.since or date.min, one.number), default=None)


# Evolution


Moving = ItemSuspended | ItemResumed | ItemRetired | ItemSplit | ItemMerged


def evolve(state: State, event: Event) -> State:
    """Raises Impossible."""
    match event:
        case ItemDraftSaved():
            return _drafted(state, Draft(content=event.content, based_on=event.based_on), event)
        case ItemDraftDiscarded():
            return Absent() if isinstance(state, Drafted) else _drafted(state, None, event)
        case ItemPublished():
            return _published(state, event)
        case ItemTookOver():
            if isinstance(state, Absent | Drafted):
                raise Impossible(state, event)
            known = (*state.record.predecessors, *event.predecessors)
            return _with(state, predecessors=known)
        case _:
            return _moved(state, event)


def _moved(state: State, event: Moving) -> State:
    match state, event:
        case Published(), ItemSuspended():
            return Suspended(record=state.record, reason=event.reason)
        case Suspended(), ItemResumed():
            return Published(record=state.record)
        case Replaced(), ItemSuspended() if state.suspended is None:
            return state.model_copy(update={"suspended": event.reason})
        case Replaced(), ItemResumed() if state.suspended is not None:
            return state.model_copy(update={"suspended": None})
        case Published() | Suspended(), ItemRetired():
            return Retired(record=_closed(state.record), reason=event.reason)
        case Published() | Suspended(), ItemSplit():
            return _replaced(state, "split", event.into, event)
        case Published() | Suspended(), ItemMerged():
            return _replaced(state, "merged", (event.into,), event)
        case _, ItemSuspended() | ItemResumed() | ItemRetired() | ItemSplit() | ItemMerged():
            raise Impossible(state, event)
        case _, _:
            assert_never(event)


def _drafted(state: State, draft: Draft | None, event: Event) -> State:
    match state:
        case Absent() | Drafted() if draft is not None:
            return Drafted(draft=draft)
        case Published() | Suspended():
            return _with(state, draft=draft)
        case _:
            raise Impossible(state, event)


def _published(state: State, event: ItemPublished) -> State:
    # What was published before there was `in_force_from` was in force at once, from its own day on.
    since = event.in_force_from or event.definition.valid_from
    edition = Edition(
        number=event.version, definition=event.definition, since=since, note=event.note
    )
    match state:
        case Absent():
            return Published(record=Record(editions=(edition,)))
        case Drafted():
            kept = None if event.from_draft else state.draft
            return Published(record=Record(editions=(edition,), draft=kept))
        case Published() | Suspended():
            kept = None if event.from_draft else state.record.draft
            return _with(state, editions=(*state.record.editions, edition), draft=kept)
        case _:
            raise Impossible(state, event)


def _with(state: Known, **changes: object) -> Known:
    return state.model_copy(update={"record": state.record.model_copy(update=changes)})


def _closed(record: Record) -> Record:
    """No version will follow, so a draft of one is given up."""
    return record.model_copy(update={"draft": None})


def _replaced(
    state: Published | Suspended,
    how: How,
    into: tuple[NamedItem, ...],
    event: ItemSplit | ItemMerged,
) -> Replaced:
    return Replaced(
        record=_closed(state.record),
        how=how,
        into=into,
        from_day=event.from_day,
        reason=event.reason,
        suspended=state.reason if isinstance(state, Suspended) else None,
    )


def fold(events: Iterable[Event], state: State = initial) -> State:
    return reduce(evolve, events, state)
