"""
The stream `account-{account}`: a natural person's account (自然人账户).

    Absent -> Open -> Closed

The real-name level (实名等级) follows from the proofs: 0 none, 1 phone, 2 name and id match the
population registry, 3 face or bank card, 4 at a counter. It is never said, only proven; who changes
what a proof was about proves it again.
"""

from collections.abc import Iterable
from enum import StrEnum
from functools import reduce
from typing import Annotated, Literal, assert_never, get_args

from pydantic import Field, StringConstraints

from . import errors
from .base import Command, Frozen, Line, Personal, Text
from .case.parts import IdKind
from .errors import Contradiction, Invalid, NotFound
from .ids import MOBILE

CATEGORY = "account"

Phone = Annotated[str, StringConstraints(pattern=rf"^{MOBILE.pattern}$")]
# A keyed digest (26 hex digits) of what must not be shown: an id number, an openid.
Digest = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{26}$")]
Level = Annotated[int, Field(ge=0, le=4)]
MATCHED = 2


class Ended(errors.Closed):
    """An account, an entity or a mandate that is no more takes no commands."""


class Method(StrEnum):
    """How a real-name level was proven."""

    PHONE = "phone"  # a code sent to it
    REGISTRY = "registry"  # 人口库比对
    FACE = "face"  # 人脸识别
    BANK_CARD = "bank_card"  # 银行卡核验
    COUNTER = "counter"  # 窗口核验

    @property
    def level(self) -> int:
        return _LEVELS[self]


_LEVELS = {
    Method.PHONE: 1,
    Method.REGISTRY: 2,
    Method.FACE: 3,
    Method.BANK_CARD: 3,
    Method.COUNTER: 4,
}
OF_THE_PERSON = frozenset(Method) - {Method.PHONE}


# Events


class Person(Frozen):
    """Who the account is: `reference` stands for the id (see application/identity.py)."""

    name: Annotated[Line, Personal()]
    id_kind: IdKind = IdKind.RESIDENT_ID
    id_number: Annotated[str, StringConstraints(min_length=4, max_length=40), Personal()]
    reference: Digest


class PersonRegistered(Frozen):
    """The account says who it is (注册); nothing of it is proven yet."""

    type: Literal["PersonRegistered"] = "PersonRegistered"
    person: Person
    phone: Annotated[Phone, Personal()] | None = None


class IdentityProven(Frozen):
    """
    A real-name level was proven (实名核验). `evidence` is the proving side's own reference: of the
    outside service's check, of the registry's edition, of what was shown at the counter.
    """

    type: Literal["IdentityProven"] = "IdentityProven"
    level: Level
    method: Method
    evidence: Line


class IdentityLost(Frozen):
    """Another account proved better that it is this person; here level 1 is left at most."""

    type: Literal["IdentityLost"] = "IdentityLost"
    reference: Digest


class PhoneChanged(Frozen):
    """The account has another mobile number, which is not proven yet (变更手机号)."""

    type: Literal["PhoneChanged"] = "PhoneChanged"
    phone: Annotated[Phone, Personal()]


class WechatBound(Frozen):
    """Signing in with WeChat leads to this account (绑定微信); `openid` is a keyed digest of it."""

    type: Literal["WechatBound"] = "WechatBound"
    openid: Digest


class AccountClosed(Frozen):
    """The account ended (注销); nobody signs in to it any more, its cases go on."""

    type: Literal["AccountClosed"] = "AccountClosed"
    reason: Text | None = None


Event = (
    PersonRegistered | IdentityProven | IdentityLost | PhoneChanged | WechatBound | AccountClosed
)
EVENTS: tuple[type[Frozen], ...] = get_args(Event)


# State


class Absent(Frozen):
    """Nobody has told anything about this account."""


class Open(Frozen):
    """`person` is None for who has only signed in with WeChat; `proofs` are those that stand."""

    person: Person | None = None
    phone: Phone | None = None
    proofs: tuple[IdentityProven, ...] = ()
    openids: frozenset[str] = frozenset()

    @property
    def level(self) -> int:
        return max((one.level for one in self.proofs), default=0)

    def proof(self, method: Method) -> IdentityProven | None:
        return next((one for one in self.proofs if one.method is method), None)


class Closed(Frozen):
    was: Open
    reason: Text | None = None


State = Absent | Open | Closed
initial: State = Absent()


def evolve(state: State, event: Event) -> State:
    if isinstance(state, Closed):
        return state
    was = state if isinstance(state, Open) else Open()
    match event:
        case PersonRegistered():
            return _registered(was, event)
        case IdentityProven():
            others = tuple(one for one in was.proofs if one.method is not event.method)
            return was.model_copy(update={"proofs": (*others, event)})
        case IdentityLost():
            return was.model_copy(update={"proofs": _without(was, OF_THE_PERSON)})
        case PhoneChanged():
            left = _without(was, frozenset({Method.PHONE}))
            return was.model_copy(update={"phone": event.phone, "proofs": left})
        case WechatBound():
            return was.model_copy(update={"openids": was.openids | {event.openid}})
        case AccountClosed():
            return Closed(was=was, reason=event.reason)
        case _:
            assert_never(event)


def _registered(was: Open, event: PersonRegistered) -> Open:
    """Of a corrected registration only what was proven of the same phone still stands."""
    same = event.phone == was.phone
    kept = tuple(one for one in was.proofs if one.method is Method.PHONE and same)
    return was.model_copy(update={"person": event.person, "phone": event.phone, "proofs": kept})


def _without(was: Open, methods: frozenset[Method]) -> tuple[IdentityProven, ...]:
    return tuple(one for one in was.proofs if one.method not in methods)


def fold(events: Iterable[Event], state: State = initial) -> State:
    return reduce(evolve, events, state)


# Commands


class RegisterPerson(Command):
    person: Person
    phone: Phone | None = None


class ProveIdentity(Command):
    """`reference` is of the person that the proof is about, None if it is about the phone."""

    method: Method
    evidence: Line
    reference: Digest | None = None
    phone: Phone | None = None


class CheckAtCounter(Command):
    """A clerk saw the person and the card: that decides who the account is, whatever it said."""

    person: Person
    evidence: Line


class LoseIdentity(Command):
    reference: Digest


class ChangePhone(Command):
    phone: Phone


class BindWechat(Command):
    openid: Digest


class CloseAccount(Command):
    reason: Text | None = None


AccountCommand = (
    RegisterPerson
    | ProveIdentity
    | CheckAtCounter
    | LoseIdentity
    | ChangePhone
    | BindWechat
    | CloseAccount
)


def decide(command: AccountCommand, state: State) -> list[Event]:
    """Raises Rejected."""
    match command:
        case CloseAccount():
            return _close(command, state)
        case LoseIdentity():
            return _lose(command, state)
        case RegisterPerson():
            return _register(command, _usable(state))
        case BindWechat():
            return _bind(command, _usable(state))
        case ChangePhone():
            return _change_phone(command, known(state))
        case ProveIdentity():
            return _prove(command, known(state))
        case CheckAtCounter():
            return _check_at_counter(command, known(state))
        case _:
            assert_never(command)


def _usable(state: State) -> Open:
    match state:
        case Closed():
            raise Ended("the account was closed; register another one")
        case Absent():
            return Open()
        case Open():
            return state
        case _:
            assert_never(state)


def known(state: State) -> Open:
    """An open account; raises NotFound or Ended."""
    if isinstance(state, Absent):
        raise NotFound("there is no such account; register first")
    return _usable(state)


def person_of(state: State) -> Person:
    """Raises NotFound, Ended, Invalid."""
    found = known(state).person
    if found is None:
        raise Invalid("the account does not say yet who it is; register first")
    return found


def _register(command: RegisterPerson, state: Open) -> list[Event]:
    if state.person == command.person and command.phone in (None, state.phone):
        return []
    if state.person not in (None, command.person) and state.level >= MATCHED:
        raise Contradiction(
            "who this account is has been proven; a changed name or id is entered at a counter"
        )
    if state.person == command.person and command.phone is not None:
        return [PhoneChanged(phone=command.phone)]
    return [PersonRegistered(person=command.person, phone=command.phone or state.phone)]


def _change_phone(command: ChangePhone, state: Open) -> list[Event]:
    return [] if state.phone == command.phone else [PhoneChanged(phone=command.phone)]


def _bind(command: BindWechat, state: Open) -> list[Event]:
    return [] if command.openid in state.openids else [WechatBound(openid=command.openid)]


def _prove(command: ProveIdentity, state: Open) -> list[Event]:
    _check_about(command, state)
    proven = IdentityProven(
        level=command.method.level, method=command.method, evidence=command.evidence
    )
    return [] if state.proof(command.method) == proven else [proven]


def _check_at_counter(command: CheckAtCounter, state: Open) -> list[Event]:
    proven = IdentityProven(
        level=Method.COUNTER.level, method=Method.COUNTER, evidence=command.evidence
    )
    if state.person != command.person:
        return [PersonRegistered(person=command.person, phone=state.phone), proven]
    # Once is enough: the next clerk who looks at the same card proves nothing more.
    return [] if state.proof(Method.COUNTER) else [proven]


def _check_about(command: ProveIdentity, state: Open) -> None:
    """What was proven must be what the account says."""
    if command.method is Method.PHONE:
        if state.phone is None or command.phone != state.phone:
            raise Invalid("another phone was proven than the account has; enter that one first")
        return
    if state.person is None:
        raise Invalid("the account does not say yet who it is; register first")
    if command.reference != state.person.reference:
        raise Invalid("another person was proven than the account is registered for")


def _lose(command: LoseIdentity, state: State) -> list[Event]:
    if not isinstance(state, Open) or state.person is None or state.level < MATCHED:
        return []
    if state.person.reference != command.reference:
        return []
    return [IdentityLost(reference=command.reference)]


def _close(command: CloseAccount, state: State) -> list[Event]:
    match state:
        case Absent():
            raise NotFound("there is no such account")
        case Open():
            return [AccountClosed(reason=command.reason)]
        case Closed():
            return []
        case _:
            assert_never(state)
