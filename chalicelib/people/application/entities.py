"""Legal entities and their operators: register, ask the registry again, add, remove, act for."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any, NamedTuple, cast

from ...clock.calendar import legal_day
from ...codes.codes import ApplicantKind
from ...codes.ids import check_id
from ...codes.parties import IdKind, Registered
from ...eventlog.codec import events
from ...eventlog.transact import Decider, Outcome, read, transact
from ...kernel.actor import APPLICANTS, Actor, Identifier, Role, person_told
from ...kernel.base import Frozen, Line, Text
from ...kernel.errors import Invalid, NotAllowed, NotFound
from ...kernel.formats import CreditCode
from ...platform.platform import Caller, Platform
from ..domain import entity
from ..domain.claim import IN_PERSON
from ..domain.entity import GONE, Entity, Items
from . import access as people_access
from . import accounts, claims, counters, persons
from .accounts import Whom


class NewEntity(Frozen):
    """A legal entity, as its licence has it."""

    credit_code: CreditCode
    name: Line
    kind: ApplicantKind = ApplicantKind.COMPANY


class NewOperator(Whom):
    """
    Who may act for the entity: for `items`, for all if there are none; until `until`, that day
    included; `appoints` lets the operator add and remove others.
    """

    items: Items = ()
    until: date | None = None
    appoints: bool = False


class EntityView(NamedTuple):
    version: int
    state: Entity


def decider(platform: Platform) -> Decider[entity.State]:
    return Decider(platform.codec, entity.initial, entity.evolve, platform.memory)


def stream(credit_code: str) -> str:
    return f"{entity.CATEGORY}-{credit_code}"


def get(platform: Platform, actor: Actor, credit_code: str) -> EntityView:
    """Raises NotFound, also for who may not see it."""
    found = read(platform.store, decider(platform), stream(credit_code))
    return EntityView(found.history.version, _seen(platform, actor, found.state))


def readable(platform: Platform, actor: Actor, credit_code: str) -> bool:
    try:
        get(platform, actor, credit_code)
    except NotFound:
        return False
    return True


def _seen(platform: Platform, actor: Actor, state: entity.State) -> Entity:
    if isinstance(state, Entity):
        its = _current(platform, state)
        today = legal_day(platform.now())
        if people_access.may_read_entity(actor, its, lambda: _acts(platform, actor, its, today)):
            return its
    raise NotFound("entity-not-seen", "no such entity has registered, or it is not yours to see")


def register(platform: Platform, caller: Caller, told: NewEntity) -> Outcome[entity.State]:
    """
    By its legal representative, or by a clerk at the window. Raises NotAllowed, Invalid (the
    registry has another name or none), Closed (it is no more), RegistryUnavailable.
    """
    check_id(IdKind.CREDIT_CODE, told.credit_code, legal_day(platform.now()))
    registered = _registered(platform, told.credit_code)
    if told.kind is not registered.kind:
        raise Invalid(
            "entity-kind-differs",
            "the registry has it as {known}, not as {told}",
            known=registered.kind,
            told=told.kind,
        )
    if caller.actor.role is Role.CLERK:
        counters.check_serves(platform, caller, persons=(registered.representative,))
    else:
        _is_representative(platform, caller.actor, registered)
    command = entity.RegisterEntity(
        **caller.about(platform.now()),
        credit_code=told.credit_code,
        name=told.name,
        registered=registered,
        representative_account=_representative(platform, registered),
    )
    return _run(platform, caller, told.credit_code, command, told.model_dump(mode="json"))


def refresh(platform: Platform, caller: Caller, credit_code: str) -> Outcome[entity.State]:
    """What the registry says by now. Raises NotFound, NotAllowed, RegistryUnavailable."""
    get(platform, caller.actor, credit_code)
    people_access.may_refresh(caller.actor)
    registered = _registered(platform, credit_code)
    command = entity.RefreshEntity(
        **caller.about(platform.now()),
        registered=registered,
        representative_account=_representative(platform, registered),
    )
    return _run(platform, caller, credit_code, command, {})


def add_operator(
    platform: Platform, caller: Caller, credit_code: str, told: NewOperator
) -> Outcome[entity.State]:
    """
    Raises NotAllowed, NotFound, Invalid (no such account), Closed (the entity is no more),
    RateLimited.
    """

    def decide(state: entity.State) -> list[entity.Event]:
        its = _seen(platform, caller.actor, state)
        people_access.may_appoint(platform, caller.actor, its, appoints=told.appoints)
        if caller.actor.role is Role.CLERK:  # before anybody is told whom there is
            counters.check_company(platform, caller, its)
        whom = accounts.find(platform, caller, told)
        if not its.represents(whom.account):  # who acts by office is told so
            oneself = _oneself(platform, caller.actor, whom)
            people_access.not_to_oneself(oneself=oneself)
        if caller.actor.role is Role.CLERK:
            counters.check_company(platform, caller, its, whom.account)
        command = entity.AddOperator(
            **caller.about(platform.now()),
            account=whom.account,
            name=whom.person.name,
            reference=whom.person.reference,
            items=told.items,
            until=told.until,
            appoints=told.appoints,
            on=legal_day(platform.now()),
        )
        return entity.decide(command, its)

    body = told.model_dump(mode="json")
    return _transact(platform, caller, credit_code, "AddOperator", body, decide)


def _oneself(platform: Platform, actor: Actor, whom: accounts.Someone) -> bool:
    """By account, and by person: an operator would give themselves other items and another day."""
    if actor.role is Role.CLERK:
        return False
    return whom.account == actor.account or (
        persons.person_of_actor(platform, actor) == whom.person.reference
    )


def remove_operator(
    platform: Platform, caller: Caller, credit_code: str, account: Identifier, reason: Text | None
) -> Outcome[entity.State]:
    """Who may add operators, or the operator who leaves. Raises NotAllowed, NotFound."""
    command = entity.RemoveOperator(**caller.about(platform.now()), account=account, reason=reason)

    def decide(state: entity.State) -> list[entity.Event]:
        its = _seen(platform, caller.actor, state)
        operator = its.operator(account)
        if caller.actor.account != account or caller.actor.role is Role.CLERK:
            appoints = operator is not None and operator.appoints
            people_access.may_appoint(platform, caller.actor, its, appoints=appoints)
        if caller.actor.role is Role.CLERK:
            counters.check_company(platform, caller, its, account)
        return entity.decide(command, its)

    told = {"account": account, "reason": reason}
    return _transact(platform, caller, credit_code, "RemoveOperator", told, decide)


# Acting for one


def hat(platform: Platform, account: str, credit_code: str, on: date) -> Actor:
    """
    The account as an agent of the entity: its representative, or an operator on that day. Raises
    NotAllowed.
    """
    state = read(platform.store, decider(platform), stream(credit_code)).state
    if not isinstance(state, Entity):
        raise _not_for_it()
    _standing(platform, accounts.citizen(account), state, on)
    _check_alive(state)
    level = accounts.someone(platform, account).level
    return Actor(account=account, role=Role.AGENT, entity=credit_code, level=level)


def _not_for_it() -> NotAllowed:
    return NotAllowed(
        "not-an-operator",
        "you do not act for this entity: its legal representative, an operator who may, or a "
        "clerk at the window adds you",
    )


def acting(platform: Platform, actor: Actor, item_code: str, on: date) -> None:
    """
    For a command: whether the agent's word for `actor.entity` is good for this item. Raises
    NotAllowed. The token has said that it acts for the entity; what is known here can only narrow
    that: the entity is no more, the operator was removed, has other items, or is over the last day.
    """
    state = _of(platform, actor)
    if state is None:
        return
    _check_alive(state)
    operator = _standing(platform, actor, state, on)
    if operator is not None and not entity.covers(operator, item_code):
        raise NotAllowed(
            "operator-of-other-items",
            "you act for this entity in other items; ask for this one to be added",
        )


def belonging(platform: Platform, actor: Actor, on: date) -> None:
    """
    For reading what is the entity's: a token outlives the removal of an operator by hours. Raises
    NotAllowed.
    """
    state = _of(platform, actor)
    if state is not None:
        _standing(platform, actor, state, on)


def belongs(platform: Platform, actor: Actor, on: date) -> bool:
    try:
        belonging(platform, actor, on)
    except NotAllowed:
        return False
    return True


def left_since(platform: Platform, credit_code: str, account: str, since: datetime) -> bool:
    """Whether the account was removed as an operator after that moment, though it may be back."""
    history = read(platform.store, decider(platform), stream(credit_code)).history
    return any(
        isinstance(one.data, entity.OperatorRemoved)
        and one.data.account == account
        and one.recorded_at >= since
        for one in events(platform.codec, history.commits)
    )


def _of(platform: Platform, actor: Actor) -> Entity | None:
    """The entity that the actor is an agent of, if it has registered here."""
    if actor.role not in APPLICANTS or actor.entity is None:
        return None
    state = read(platform.store, decider(platform), stream(actor.entity)).state
    return state if isinstance(state, Entity) else None


def _acts(platform: Platform, actor: Actor, state: Entity, on: date) -> bool:
    try:
        _standing(platform, actor, state, on)
    except NotAllowed:
        return False
    return True


def _standing(
    platform: Platform, actor: Actor, state: Entity, on: date
) -> entity.OperatorAdded | None:
    """
    As which operator; None for its representative. Whoever is neither now does not act for an
    entity that has registered here, whatever the token says: a token outlives what it was given
    for. Raises NotAllowed.
    """
    if _represents(platform, actor, state):
        return None
    operator = state.operator(actor.account)
    if operator is None and actor.account not in state.removed:
        raise _not_for_it()
    if operator is None or not _is_still(platform, actor, state, operator):
        raise NotAllowed("operator-no-more", "you are no operator of this entity any more")
    if not entity.lasts(operator, on):
        raise NotAllowed(
            "operator-time-over",
            "you were an operator of this entity until {until}",
            until=operator.until,
        )
    return operator


def _represents(platform: Platform, actor: Actor, state: Entity) -> bool:
    """Now, by the registry, as a person."""
    person = state.registered.representative
    if person is None:
        return False
    return person_told(actor) == person or persons.still_is(platform, actor.account, person)


def _is_still(
    platform: Platform, actor: Actor, state: Entity, operator: entity.OperatorAdded
) -> bool:
    """Whether the account is the person's that was made an operator: people lose accounts."""
    reference = operator.reference or _then(platform, state.credit_code, operator.account)
    told = person_told(actor)
    return reference is not None and persons.is_person(platform, actor.account, reference, told)


def _then(platform: Platform, credit_code: str, account: str) -> str | None:
    """Earlier releases did not write down who an operator was: who the account was at that time."""
    history = read(platform.store, decider(platform), stream(credit_code)).history
    added = max(
        one.recorded_at
        for one in events(platform.codec, history.commits)
        if isinstance(one.data, entity.OperatorAdded) and one.data.account == account
    )
    return accounts.registered_at(platform, account, added)


def acted_on(platform: Platform, credit_code: str, names: frozenset[str], on: date) -> bool:
    """Whether one of the accounts acted for the entity on that day, for some of it at least."""
    history = read(platform.store, decider(platform), stream(credit_code)).history
    dated = [
        (legal_day(one.recorded_at), one.data) for one in events(platform.codec, history.commits)
    ]
    before = entity.fold(cast("entity.Event", data) for day, data in dated if day < on)
    acted = isinstance(before, Entity) and any(
        before.represents(one) or before.operator(one) is not None for one in names
    )
    return acted or entity.had_part((data for day, data in dated if day == on), names, ())


def _check_alive(state: Entity) -> None:
    if state.registered.status in GONE:
        raise NotAllowed(
            "entity-ended",
            "this entity is {status}; nobody acts for it any more",
            status=state.registered.status,
        )


def _registered(platform: Platform, credit_code: str) -> Registered:
    found = platform.registry.company(credit_code)
    if found is None:
        raise Invalid(
            "entity-not-in-registry",
            "the registry has no entity with this credit code; compare it with the licence",
        )
    return found


def _representative(platform: Platform, registered: Registered) -> str | None:
    """The account of the legal representative, if that person showed up in person."""
    person = registered.representative
    if person is None:
        return None
    name = claims.holder(platform, "person", person)
    # An account that a counter has made somebody else's keeps the claim until the next proof.
    return name if name is not None and persons.still_is(platform, name, person) else None


def _current(platform: Platform, state: Entity) -> Entity:
    """With the account that the representative has now: people change accounts, and claims move."""
    account = _representative(platform, state.registered)
    return state.model_copy(update={"representative_account": account})


def _is_representative(platform: Platform, actor: Actor, registered: Registered) -> None:
    people_access.own_account(actor)
    # Level 2 is to know a name and an id; a company takes the person.
    whom = accounts.someone(platform, actor.account, IN_PERSON)
    if whom.person.reference != registered.representative:
        raise NotAllowed(
            "legal-representative-differs",
            "the registry has another legal representative; that one, or a clerk, registers it",
        )


def _run(
    platform: Platform,
    caller: Caller,
    credit_code: str,
    command: entity.EntityCommand,
    body: dict[str, Any],
) -> Outcome[entity.State]:
    named = type(command).__name__
    return _transact(
        platform, caller, credit_code, named, body, lambda state: entity.decide(command, state)
    )


def _transact(  # noqa: PLR0913, PLR0917 - who, on what, with which words, and what follows
    platform: Platform,
    caller: Caller,
    credit_code: str,
    command: str,
    body: dict[str, Any],
    decide: Callable[[entity.State], list[entity.Event]],
) -> Outcome[entity.State]:
    request = caller.request(platform.now(), command, body)
    return transact(platform.store, decider(platform), stream(credit_code), request, decide)
