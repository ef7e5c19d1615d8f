"""
The stream `entity-{unified social credit code}`: a legal entity (法人) and its operators (经办人).

Who it is, whether it is active and who represents it (法定代表人) is the registry's to say; what is
recorded here is what the registry said, and when. The representative acts for it by office; an
operator acts because the representative, an operator who may, or a clerk at the window said so.
"""

from collections.abc import Container, Iterable
from datetime import date
from functools import reduce
from typing import Annotated, ClassVar, Literal, assert_never, get_args

from pydantic import Field

from ...codes.parties import EntityStatus, Registered
from ...kernel.actor import Identifier
from ...kernel.base import Command, Frozen, Line, Personal, Text
from ...kernel.errors import Contradiction, Impossible, Invalid, NotFound
from ...kernel.formats import CreditCode, ItemCode, KeyedDigest
from .account import Ended

CATEGORY = "entity"
MOST_OPERATORS = 200

Items = Annotated[tuple[ItemCode, ...], Field(max_length=500)]


GONE = frozenset({EntityStatus.CANCELLED, EntityStatus.MOVED_OUT})


# Events


class EntityRegistered(Frozen):
    """法人注册: the entity was taken in, as the registry had it then."""

    type: Literal["EntityRegistered"] = "EntityRegistered"
    credit_code: CreditCode
    registered: Registered
    representative_account: Identifier | None = None


class EntityChanged(Frozen):
    """法人变更: the registry says something else by now: name, status or representative."""

    type: Literal["EntityChanged"] = "EntityChanged"
    registered: Registered
    representative_account: Identifier | None = None


class OperatorAdded(Frozen):
    """
    增加经办人: the account may act for the entity: for `items`, for all if there are none; until
    `until`, that day included; `appoints` tells whether it may add and remove operators too.
    `reference` is of the person that the account is: an account that is another's is no operator.
    """

    schema_version: ClassVar[int] = 2
    reads_from: ClassVar[int] = 1
    type: Literal["OperatorAdded"] = "OperatorAdded"
    account: Identifier
    name: Annotated[Line, Personal()]
    items: Items = ()
    until: date | None = None
    appoints: bool = False
    reference: KeyedDigest | None = None


class OperatorRemoved(Frozen):
    """移除经办人: the account acts for the entity no longer."""

    type: Literal["OperatorRemoved"] = "OperatorRemoved"
    account: Identifier
    reason: Text | None = None


Event = EntityRegistered | EntityChanged | OperatorAdded | OperatorRemoved
EVENTS: tuple[type[Frozen], ...] = get_args(Event)


# State


class Absent(Frozen):
    """Nobody has registered it."""


class Entity(Frozen):
    """`removed` are accounts that were operators, or represented it, and do so no more."""

    credit_code: CreditCode
    registered: Registered
    representative_account: Identifier | None = None
    operators: tuple[OperatorAdded, ...] = ()
    removed: frozenset[str] = frozenset()

    def operator(self, account: str) -> OperatorAdded | None:
        return next((one for one in self.operators if one.account == account), None)

    def represents(self, account: str) -> bool:
        return self.representative_account == account

    def appoints(self, account: str, on: date) -> bool:
        """Whether the account may add and remove operators on that day."""
        its = self.operator(account)
        return self.represents(account) or (its is not None and its.appoints and lasts(its, on))


State = Absent | Entity
initial: State = Absent()


def had_part(events: Iterable[Frozen], names: Container[str], persons: Container[str]) -> bool:
    """Whether one of them acts for the entity, or ever did, by account or as a person."""
    return any(_names(event, names, persons) for event in events)


def _names(event: Frozen, names: Container[str], persons: Container[str]) -> bool:
    match event:
        case OperatorAdded():
            return event.account in names or event.reference in persons
        case EntityRegistered() | EntityChanged():
            return (
                event.representative_account in names or event.registered.representative in persons
            )
        case _:
            return False


def lasts(operator: OperatorAdded, on: date) -> bool:
    return operator.until is None or on <= operator.until


def covers(operator: OperatorAdded, item: str) -> bool:
    return not operator.items or item in operator.items


def evolve(state: State, event: Event) -> State:
    """Raises Impossible."""
    match event:
        case EntityRegistered():
            return _first(state, event)
        case EntityChanged():
            return _changed_to(_begun(state, event), event)
        case OperatorAdded():
            return _added(_begun(state, event), event)
        case OperatorRemoved():
            return _removed(_begun(state, event), event)
        case _:
            assert_never(event)


def _first(state: State, event: EntityRegistered) -> State:
    if not isinstance(state, Absent):
        raise Impossible(state, event)
    return Entity(
        credit_code=event.credit_code,
        registered=event.registered,
        representative_account=event.representative_account,
    )


def _begun(state: State, event: Event) -> Entity:
    if isinstance(state, Absent):
        raise Impossible(state, event)
    return state


def _changed_to(state: Entity, event: EntityChanged) -> State:
    its = {name: getattr(event, name) for name in ("registered", "representative_account")}
    former = {state.representative_account} - {event.representative_account, None}
    left = {one for one in former if one is not None and state.operator(one) is None}
    return state.model_copy(update={**its, "removed": state.removed | left})


def _added(state: Entity, event: OperatorAdded) -> State:
    others = tuple(one for one in state.operators if one.account != event.account)
    left = {"operators": (*others, event), "removed": state.removed - {event.account}}
    return state.model_copy(update=left)


def _removed(state: Entity, event: OperatorRemoved) -> State:
    others = tuple(one for one in state.operators if one.account != event.account)
    left = {"operators": others, "removed": state.removed | {event.account}}
    return state.model_copy(update=left)


def fold(events: Iterable[Event], state: State = initial) -> State:
    return reduce(evolve, events, state)


# Commands


class RegisterEntity(Command):
    """`name` is what the caller says; `registered` what the registry says."""

    credit_code: CreditCode
    name: Line
    registered: Registered
    representative_account: Identifier | None = None


class RefreshEntity(Command):
    registered: Registered
    representative_account: Identifier | None = None


class AddOperator(Command):
    account: Identifier
    name: Line
    items: Items = ()
    until: date | None = None
    appoints: bool = False
    reference: KeyedDigest | None = None
    on: date


class RemoveOperator(Command):
    account: Identifier
    reason: Text | None = None


EntityCommand = RegisterEntity | RefreshEntity | AddOperator | RemoveOperator


def decide(command: EntityCommand, state: State) -> list[Event]:
    """Raises Rejected."""
    match command:
        case RegisterEntity():
            return _register(command, state)
        case RefreshEntity():
            return _refresh(command, known(state))
        case AddOperator():
            return _add(command, known(state))
        case RemoveOperator():
            return _remove(command, known(state))
        case _:
            assert_never(command)


def known(state: State) -> Entity:
    """Raises NotFound."""
    if isinstance(state, Absent):
        raise NotFound("entity-not-registered", "no such entity has registered")
    return state


def _register(command: RegisterEntity, state: State) -> list[Event]:
    if command.name != command.registered.name:
        raise Invalid(
            "entity-name-differs",
            "the registry has another name for this credit code; look at the licence",
        )
    if command.registered.status in GONE:
        raise Ended(
            "registry-says-ended",
            "the registry says that this entity is {status}",
            status=command.registered.status,
        )
    if isinstance(state, Entity):
        return _changed(state, command.registered, command.representative_account)
    return [
        EntityRegistered(
            credit_code=command.credit_code,
            registered=command.registered,
            representative_account=command.representative_account,
        )
    ]


def _refresh(command: RefreshEntity, state: Entity) -> list[Event]:
    return _changed(state, command.registered, command.representative_account)


def _changed(state: Entity, registered: Registered, account: str | None) -> list[Event]:
    if (registered, account) == (state.registered, state.representative_account):
        return []
    return [EntityChanged(registered=registered, representative_account=account)]


def _add(command: AddOperator, state: Entity) -> list[Event]:
    if state.registered.status in GONE:
        raise Ended(
            "entity-ended",
            "this entity is {status}; nobody acts for it any more",
            status=state.registered.status,
        )
    if command.until is not None and command.until < command.on:
        raise Invalid("operator-ends-in-past", "the operator's last day is over already")
    if state.represents(command.account):
        raise Contradiction(
            "representative-is-no-operator",
            "the legal representative acts by office, and is no operator",
        )
    added = OperatorAdded(**{name: getattr(command, name) for name in _OF_AN_OPERATOR})
    its = state.operator(command.account)
    if its is None and len(state.operators) >= MOST_OPERATORS:
        raise Invalid(
            "operators-too-many",
            "an entity has at most {most} operators; remove some first",
            most=MOST_OPERATORS,
        )
    return [] if its == added else [added]


_OF_AN_OPERATOR = ("account", "name", "items", "until", "appoints", "reference")


def _remove(command: RemoveOperator, state: Entity) -> list[Event]:
    if command.account in state.removed:
        return []
    if state.operator(command.account) is None:
        raise NotFound("no-such-operator", "this account is no operator of the entity")
    return [OperatorRemoved(account=command.account, reason=command.reason)]
