"""
The stream `account-{account}`: a natural person's account (自然人账户).

    Absent -> Open -> Closed

The real-name level (实名等级) follows from the proofs: 0 none, 1 phone, 2 name and id match the
population registry, 3 face or bank card, 4 at a counter. It is never said, only proven; who changes
what a proof was about proves it again.
"""

from collections.abc import Iterable
from datetime import date
from functools import reduce
from typing import assert_never

from ...codes.parties import Method
from ...kernel import errors
from ...kernel.base import Command, Frozen, Line, Sha256, Text
from ...kernel.errors import Contradiction, Impossible, Invalid, NotFound
from ...kernel.formats import KeyedDigest, Phone
from .account_events import (
    EVENTS,
    OF_THE_PERSON,
    AccountClosed,
    CounterCheckRequested,
    Event,
    IdentityLost,
    IdentityProven,
    Person,
    PersonRegistered,
    PhoneChanged,
    WechatBound,
)

__all__ = [
    "CATEGORY",
    "EVENTS",
    "MATCHED",
    "Absent",
    "AccountCommand",
    "BindWechat",
    "ChangePhone",
    "CheckAtCounter",
    "CloseAccount",
    "Closed",
    "CounterCheckRequested",
    "Ended",
    "Event",
    "IdentityLost",
    "IdentityProven",
    "LoseIdentity",
    "Method",
    "Open",
    "Person",
    "PersonRegistered",
    "PhoneChanged",
    "ProveIdentity",
    "RegisterPerson",
    "RequestCounterCheck",
    "State",
    "asked_by",
    "decide",
    "evolve",
    "fold",
    "initial",
    "known",
    "person_of",
]

CATEGORY = "account"
MATCHED = 2
ASKED_DAYS = 7  # ours: who came to a counter comes to the second clerk soon


class Ended(errors.Closed):
    """An account, an entity or a mandate that is no more takes no commands."""


# State


class Absent(Frozen):
    """Nobody has told anything about this account."""


class Open(Frozen):
    """
    `person` is None for who has only signed in with WeChat; `proofs` are those that stand; `asked`
    is a check at a counter that waits for a second clerk.
    """

    person: Person | None = None
    phone: Phone | None = None
    proofs: tuple[IdentityProven, ...] = ()
    openids: frozenset[str] = frozenset()
    asked: CounterCheckRequested | None = None

    @property
    def waits(self) -> bool:
        """Whether a second clerk has yet to see the person."""
        return self.asked is not None and not (
            self.person == self.asked.person and self.proof(Method.COUNTER)
        )

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


_FIRST = (PersonRegistered, WechatBound)


def evolve(state: State, event: Event) -> State:
    """Raises Impossible."""
    match state:
        case Open():
            return _evolved(state, event)
        case Absent() if isinstance(event, _FIRST):
            return _evolved(Open(), event)
        case Absent() | Closed():
            raise Impossible(state, event)
        case _:
            assert_never(state)


def _evolved(was: Open, event: Event) -> Open | Closed:
    match event:
        case PersonRegistered():
            return _registered(was, event)
        case IdentityProven():
            others = tuple(one for one in was.proofs if one.method is not event.method)
            asked = None if event.method is Method.COUNTER else was.asked
            return was.model_copy(update={"proofs": (*others, event), "asked": asked})
        case CounterCheckRequested():
            return was.model_copy(update={"asked": event})
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
    reference: KeyedDigest | None = None
    phone: Phone | None = None


class CheckAtCounter(Command):
    """
    A clerk saw the person and the card: that decides who the account is, whatever it said. `afresh`
    if the last such check was on another day: who comes again is seen again.
    """

    person: Person
    evidence: Line
    document: Sha256 | None = None
    afresh: bool = False


class RequestCounterCheck(Command):
    """The same by the first of two clerks, on that day: `by_person` is who the clerk is."""

    person: Person
    evidence: Line
    document: Sha256
    by_person: KeyedDigest | None = None
    on: date


class LoseIdentity(Command):
    reference: KeyedDigest


class ChangePhone(Command):
    phone: Phone


class BindWechat(Command):
    openid: KeyedDigest


class CloseAccount(Command):
    reason: Text | None = None


AccountCommand = (
    RegisterPerson
    | ProveIdentity
    | CheckAtCounter
    | RequestCounterCheck
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
        case RequestCounterCheck():
            return _request_counter_check(command, known(state))
        case _:
            assert_never(command)


def _usable(state: State) -> Open:
    match state:
        case Closed():
            raise Ended("account-closed", "the account was closed; register another one")
        case Absent():
            return Open()
        case Open():
            return state
        case _:
            assert_never(state)


def known(state: State) -> Open:
    """An open account; raises NotFound or Ended."""
    if isinstance(state, Absent):
        raise NotFound("account-not-registered", "there is no such account; register first")
    return _usable(state)


def person_of(state: State) -> Person:
    """Raises NotFound, Ended, Invalid."""
    found = known(state).person
    if found is None:
        raise Invalid(
            "account-without-identity", "the account does not say yet who it is; register first"
        )
    return found


def _register(command: RegisterPerson, state: Open) -> list[Event]:
    if state.person == command.person and command.phone in (None, state.phone):
        return []
    if state.person not in (None, command.person) and state.level >= MATCHED:
        raise Contradiction(
            "identity-proven-already",
            "who this account is has been proven; a changed name or id is entered at a counter",
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
        level=Method.COUNTER.level,
        method=Method.COUNTER,
        evidence=command.evidence,
        document=command.document,
    )
    if state.person != command.person:
        return [PersonRegistered(person=command.person, phone=state.phone), proven]
    # Once a day is enough: the next clerk who looks at the same card proves nothing more.
    return [proven] if command.afresh or not state.proof(Method.COUNTER) else []


def _request_counter_check(command: RequestCounterCheck, state: Open) -> list[Event]:
    """Nothing more where the same clerk asked already, nor where this is the second one."""
    asked = state.asked
    same = asked is not None and asked.person.reference == command.person.reference
    if same and asked is not None and (command.on - asked.on).days <= ASKED_DAYS:
        return []
    told = command.model_dump(include={"evidence", "document", "by_person", "on"})
    return [CounterCheckRequested(person=command.person, by=command.by.account, **told)]


def asked_by(state: Open, command: RequestCounterCheck) -> bool:
    """Whether what waits for a second clerk was asked by this one, by account or by person."""
    asked = state.asked
    if asked is None or asked.person.reference != command.person.reference:
        return False
    same = asked.by_person is not None and asked.by_person == command.by_person
    return same or asked.by == command.by.account


def _check_about(command: ProveIdentity, state: Open) -> None:
    """What was proven must be what the account says."""
    if command.method is Method.PHONE:
        if state.phone is None or command.phone != state.phone:
            raise Invalid(
                "another-phone-proven",
                "another phone was proven than the account has; enter that one first",
            )
        return
    if state.person is None:
        raise Invalid(
            "account-without-identity", "the account does not say yet who it is; register first"
        )
    if command.reference != state.person.reference:
        raise Invalid(
            "another-person-proven", "another person was proven than the account is registered for"
        )


def _lose(command: LoseIdentity, state: State) -> list[Event]:
    if not isinstance(state, Open) or state.person is None or state.level < MATCHED:
        return []
    if state.person.reference != command.reference:
        return []
    return [IdentityLost(reference=command.reference)]


def _close(command: CloseAccount, state: State) -> list[Event]:
    match state:
        case Absent():
            raise NotFound("no-such-account", "there is no such account")
        case Open():
            return [AccountClosed(reason=command.reason)]
        case Closed():
            return []
        case _:
            assert_never(state)
