"""
Publish service items, and find them: as they are on a day, or in the version of a case.

A published version never changes, so it is read once and kept.
"""

from collections.abc import Callable
from datetime import date
from typing import Any, Final, NamedTuple, assert_never

from ...clock.calendar import legal_day
from ...eventlog.codec import events
from ...eventlog.ports import EventStore
from ...eventlog.transact import Decider, Outcome, read, transact
from ...kernel.base import StaffCommand
from ...kernel.errors import NotFound
from ...kernel.recent import Recent
from ...platform.platform import Caller, Platform
from ..domain import item
from ..domain.item import (
    ItemClosed,
    ItemDefinition,
    ItemMaterial,
    NotPublishable,
    in_force,
    in_variant,
)
from . import departments, territory
from .check import check_definition

Decide = Callable[[item.State], list[item.Event]]


class Current(NamedTuple):
    """What a case is submitted under: the definition, and which version of the item it is."""

    definition: ItemDefinition
    version: int


class ItemView(NamedTuple):
    """An item at a version of its stream, which is not the item's own (`state.version`)."""

    code: str
    version: int
    state: item.Known


class _Kept(NamedTuple):
    """`store` is held so that no other can come to have its `id`, which the key is made of."""

    store: EventStore
    definition: ItemDefinition


_VERSIONS: Recent[tuple[int, str, int], _Kept] = Recent(256)


def decider(platform: Platform) -> Decider[item.State]:
    return Decider(platform.codec, item.initial, item.evolve, platform.memory)


# Of a command what nobody sends.
_SUPPLIED: Final = {*StaffCommand.model_fields, "drafter"}


def stream(code: str) -> str:
    return f"{item.CATEGORY}-{code}"


# Commands


def publish(
    platform: Platform,
    caller: Caller,
    definition: ItemDefinition,
    note: str | None = None,
    drafted_by: str | None = None,
) -> Outcome[item.State]:
    """
    Publish an item, or its next version, with a `note` of what changed; what is published already
    yields no events. Raises NotAllowed (`drafted_by` the same person, or not theirs to keep),
    NotPublishable, UnknownDepartment, Closed (it was retired, split or merged).
    """
    about = caller.about(platform.now())
    command = item.PublishItem(**about, definition=definition, note=note, drafted_by=drafted_by)

    def decide(state: item.State) -> list[item.Event]:
        territory.check(platform, caller.actor, definition.code, territory.seat_of(definition))
        # What is published already was checked by the rules of its day.
        there = not isinstance(state, item.Absent | item.Drafted) and item.same(
            state.definition, definition
        )
        problems = [] if there else check_definition(definition)
        if problems:
            raise NotPublishable(problems)
        if not there:
            departments.check(platform, definition)
        return item.decide(command, state)

    return run(platform, caller, definition.code, command, decide)


def suspend(platform: Platform, caller: Caller, code: str, reason: str) -> Outcome[item.State]:
    """No new cases until `resume`. Raises NotAllowed, NotFound, Contradiction, Closed."""
    command = item.SuspendItem(**caller.about(platform.now()), reason=reason)
    return run(platform, caller, code, command)


def resume(platform: Platform, caller: Caller, code: str) -> Outcome[item.State]:
    """Raises NotAllowed, NotFound, Closed."""
    return run(platform, caller, code, item.ResumeItem(**caller.about(platform.now())))


def retire(platform: Platform, caller: Caller, code: str, reason: str) -> Outcome[item.State]:
    """No new cases ever. Raises NotAllowed, NotFound, Contradiction."""
    command = item.RetireItem(**caller.about(platform.now()), reason=reason)
    return run(platform, caller, code, command)


def run(
    platform: Platform,
    caller: Caller,
    code: str,
    command: item.ItemCommand,
    decide: Decide | None = None,
) -> Outcome[item.State]:
    """Decided by the command's own rules where `decide` is not given. Raises NotAllowed."""
    body = command.model_dump(mode="json", exclude=_SUPPLIED)
    asked = (type(command).__name__, body)
    return execute(
        platform, caller, code, asked, decide or (lambda state: item.decide(command, state))
    )


def execute(
    platform: Platform, caller: Caller, code: str, asked: tuple[str, dict[str, Any]], decide: Decide
) -> Outcome[item.State]:
    """`asked` is the command's name and what it says. Raises NotAllowed, also off their ground."""
    territory.check_role(caller.actor)

    def decided(state: item.State) -> list[item.Event]:
        territory.check(platform, caller.actor, code, *territory.seats(state))
        return decide(state)

    request = caller.request(platform.now(), *asked)
    return transact(platform.store, decider(platform), stream(code), request, decided)


# Reading


def known(platform: Platform, code: str) -> item.State:
    """Whatever there is of it, a draft included."""
    return read(platform.store, decider(platform), stream(code)).state


def get(platform: Platform, code: str) -> ItemView:
    """The item as it is now, whatever its state, once it was published; raises NotFound."""
    history, state = read(platform.store, decider(platform), stream(code))
    if isinstance(state, item.Absent | item.Drafted):
        raise NotFound("no-such-item", "there is no item {code}", code=code)
    return ItemView(code, history.version, state)


def version(platform: Platform, code: str) -> int:
    """Of the item's stream, drafts included; 0 for none."""
    return read(platform.store, decider(platform), stream(code)).history.version


def current(platform: Platform, code: str, on: date | None = None) -> Current:
    """
    What a case can be submitted under on the day `on` (today). Raises NotFound, and ItemClosed for
    an item that is suspended, retired, split, merged, or not offered on that day.
    """
    state = get(platform, code).state
    day = on or legal_day(platform.now())
    match state:
        case item.Suspended():
            raise _suspended(state.reason)
        case item.Retired():
            raise ItemClosed("item-retired", "the item was retired: {reason}", reason=state.reason)
        case item.Replaced() if day >= state.from_day:
            raise _replaced(state)
        case item.Replaced() if state.suspended is not None:
            raise _suspended(state.suspended)
        case item.Published() | item.Replaced():
            return _offered(state.record, day)
        case _:
            assert_never(state)


def _suspended(reason: str) -> ItemClosed:
    return ItemClosed(
        "item-suspended",
        "the item takes no new cases for the time being: {reason}",
        reason=reason,
    )


def _replaced(state: item.Replaced) -> ItemClosed:
    closed = ItemClosed(
        "item-replaced",
        "the item was {how} on {on}; apply for {into:or}",
        how=state.how,
        on=state.from_day,
        into=tuple(f"{one.name} {one.code}" for one in state.into),
    )
    closed.successors = state.into
    return closed


def _offered(record: item.Record, on: date) -> Current:
    edition = in_force(record, on)
    if edition is None:
        first = min(one.since for one in record.editions if one.since is not None)
        raise ItemClosed(
            "item-opens-later", "the item can be applied for from {first}", first=first
        )
    last = edition.definition.valid_until
    if last is not None and on > last:
        raise ItemClosed("item-time-over", "the item could be applied for until {last}", last=last)
    return Current(edition.definition, edition.number)


def at_version(platform: Platform, code: str, version: int) -> ItemDefinition:
    """The definition in that version of the item, for good; raises NotFound."""
    key = (id(platform.store), code, version)
    kept = _VERSIONS.get(key)
    if kept is not None:
        return kept.definition
    for recorded in events(platform.codec, platform.store.load(stream(code)).commits):
        published = recorded.data
        if isinstance(published, item.ItemPublished) and published.version == version:
            _VERSIONS.put(key, _Kept(platform.store, published.definition))
            return published.definition
    raise NotFound(
        "no-such-item-version", "item {code} has no version {version}", code=code, version=version
    )


def check_variant(definition: ItemDefinition, variant: str | None) -> tuple[ItemMaterial, ...]:
    """
    The materials that belong to an application for that variant (情形), or for the item as a whole;
    raises Invalid for a variant that it does not have.
    """
    return in_variant(definition, variant).materials
