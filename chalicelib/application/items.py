"""
Publish service items, and find them: as they are now, or in the version of a case.

A published version never changes, so it is read once and kept.
"""

from collections import OrderedDict
from collections.abc import Hashable
from datetime import date
from threading import Lock
from typing import Any, Generic, NamedTuple, TypeVar, assert_never

from ..domain import item
from ..domain.actor import Role
from ..domain.calendar import legal_day
from ..domain.errors import Closed, NotAllowed, NotFound
from ..domain.item import ItemDefinition, Misfit, NotPublishable
from .codec import events
from .form_schemas import schema_problems
from .platform import Caller, Platform
from .ports import EventStore
from .transact import Decider, Outcome, read, transact

MANAGERS = frozenset({Role.ITEM_MANAGER, Role.SYSTEM})

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Current(NamedTuple):
    """What a case is submitted under: the definition, and which version of the item it is."""

    definition: ItemDefinition
    version: int


class ItemView(NamedTuple):
    """An item at a version of its stream, which is not the item's own (`state.version`)."""

    code: str
    version: int
    state: item.Published | item.Suspended | item.Retired

    @property
    def described(self) -> dict[str, Any]:
        """For the outside: `state`, `version` (the item's), `reason` if there is one, the rest."""
        state = self.state
        about: dict[str, Any] = {"state": type(state).__name__.lower(), "version": state.version}
        if not isinstance(state, item.Published):
            about["reason"] = state.reason
        return {**about, **state.definition.model_dump(mode="json", exclude_none=True)}


class Recent(Generic[K, V]):
    """The `limit` values that were used last, for many threads."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._lock = Lock()
        self._held: OrderedDict[K, V] = OrderedDict()

    def get(self, key: K) -> V | None:
        with self._lock:
            if key in self._held:
                self._held.move_to_end(key)
            return self._held.get(key)

    def put(self, key: K, value: V) -> None:
        with self._lock:
            self._held[key] = value
            self._held.move_to_end(key)
            while len(self._held) > self._limit:
                self._held.popitem(last=False)


class _Kept(NamedTuple):
    """`store` is held so that no other can come to have its `id`, which the key is made of."""

    store: EventStore
    definition: ItemDefinition


_VERSIONS: Recent[tuple[int, str, int], _Kept] = Recent(256)


def decider(platform: Platform) -> Decider[item.State]:
    return Decider(platform.codec, item.initial, item.evolve, platform.memory)


def stream(code: str) -> str:
    return f"{item.CATEGORY}-{code}"


# Commands


def publish(platform: Platform, caller: Caller, definition: ItemDefinition) -> Outcome[item.State]:
    """
    Publish an item, or its next version; what is published already yields no events. Raises
    NotAllowed, NotPublishable, Closed (it was retired).
    """
    problems = schema_problems(definition.form)
    if problems:
        raise NotPublishable([Misfit(("form", *where), message) for where, message in problems])
    command = item.PublishItem(**_about(platform, caller), definition=definition)
    return _run(platform, caller, definition.code, command)


def suspend(platform: Platform, caller: Caller, code: str, reason: str) -> Outcome[item.State]:
    """No new cases until `resume`. Raises NotAllowed, NotFound, Contradiction, Closed."""
    command = item.SuspendItem(**_about(platform, caller), reason=reason)
    return _run(platform, caller, code, command)


def resume(platform: Platform, caller: Caller, code: str) -> Outcome[item.State]:
    """Raises NotAllowed, NotFound, Closed."""
    return _run(platform, caller, code, item.ResumeItem(**_about(platform, caller)))


def retire(platform: Platform, caller: Caller, code: str, reason: str) -> Outcome[item.State]:
    """No new cases ever. Raises NotAllowed, NotFound, Contradiction."""
    command = item.RetireItem(**_about(platform, caller), reason=reason)
    return _run(platform, caller, code, command)


def _about(platform: Platform, caller: Caller) -> dict[str, Any]:
    return {"at": caller.at(platform.now()), "by": caller.actor, "channel": caller.channel}


def _run(
    platform: Platform, caller: Caller, code: str, command: item.ItemCommand
) -> Outcome[item.State]:
    if caller.actor.role not in MANAGERS:
        raise NotAllowed("only an item manager publishes, suspends or retires items")
    body = command.model_dump(mode="json", exclude={"at", "by", "channel"})
    return transact(
        platform.store,
        decider(platform),
        stream(code),
        caller.request(platform.now(), type(command).__name__, body),
        lambda state: item.decide(command, state),
    )


# Reading


def get(platform: Platform, code: str) -> ItemView:
    """The item as it is now, whatever its state; raises NotFound."""
    history, state = read(platform.store, decider(platform), stream(code))
    if isinstance(state, item.Absent):
        raise NotFound(f"there is no item {code}")
    return ItemView(code, history.version, state)


def current(platform: Platform, code: str, on: date | None = None) -> Current:
    """
    What a case can be submitted under on the day `on` (today). Raises NotFound, and Closed for an
    item that is suspended, retired, or not offered on that day.
    """
    state = get(platform, code).state
    match state:
        case item.Suspended():
            raise Closed(f"the item takes no new cases for the time being: {state.reason}")
        case item.Retired():
            raise Closed(f"the item was retired: {state.reason}")
        case item.Published():
            _offered(state.definition, on or legal_day(platform.now()))
            return Current(state.definition, state.version)
        case _:
            assert_never(state)


def _offered(definition: ItemDefinition, on: date) -> None:
    if definition.valid_from is not None and on < definition.valid_from:
        raise Closed(f"the item can be applied for from {definition.valid_from}")
    if definition.valid_until is not None and on > definition.valid_until:
        raise Closed(f"the item could be applied for until {definition.valid_until}")


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
    raise NotFound(f"item {code} has no version {version}")
