"""
Accounts of natural persons: register, find, bind WeChat, close; proofs.py proves who they are.

What a proof is worth is told by `level`, which also asks the claim: of two accounts that were
proven to be one person, only the one that the claim names counts. Level 2, a name and an id that
match, claims nobody: it counts in its own account until somebody proves more.
"""

from collections.abc import Callable
from datetime import datetime
from functools import reduce
from typing import Any, NamedTuple, Self

from pydantic import ConfigDict, model_validator

from ...clock.calendar import legal_day
from ...codes.ids import Warned, check_id
from ...codes.names import PersonName
from ...codes.parties import Applicant, IdKind, Method
from ...codes.phones import WrittenPhone, canonical_phone
from ...eventlog.codec import events
from ...eventlog.transact import Outcome, lately, read, transact
from ...kernel.actor import Actor, Identifier, Role, person_told
from ...kernel.base import Frozen, exactly_one
from ...kernel.errors import Contradiction, Invalid, NotAllowed, NotFound
from ...kernel.formats import IdNumber
from ...kernel.reasons import Unfit
from ...platform.platform import Caller, Platform
from ..domain import account
from ..domain.account import MATCHED
from ..domain.account_events import Person
from ..domain.claim import IN_PERSON
from . import access as people_access
from . import claims, identity, tries
from .claims import account_decider as decider
from .claims import account_state as current
from .claims import account_stream as stream

Decide = Callable[[account.State], list[account.Event]]


class Naming(Frozen):
    """A natural person, as the caller tells of them."""

    name: PersonName
    id_kind: IdKind = IdKind.RESIDENT_ID
    id_number: IdNumber


class Registration(Naming):
    """Who the account is: to be proven afterwards."""

    phone: WrittenPhone | None = None


class Whom(Frozen):
    """Somebody else's account: by its name, or by the person who has it."""

    model_config = ConfigDict(json_schema_extra=exactly_one("account", "person"))

    account: Identifier | None = None
    person: Naming | None = None

    @model_validator(mode="after")
    def _is_one_way(self) -> Self:
        if (self.account is None) == (self.person is None):
            raise Unfit("account-or-person", "say who it is by `account` or by `person`")
        return self


class AccountView(NamedTuple):
    """An account at a version of its stream, with the level that counts."""

    account: str
    version: int
    state: account.Open | account.Closed
    level: int


class Someone(NamedTuple):
    """An account whose person is proven."""

    account: str
    person: Person
    level: int


def get(platform: Platform, actor: Actor, name: str) -> AccountView:
    """Raises NotFound, also for who may not see it."""
    found = read(platform.store, decider(platform), stream(name))
    state = found.state
    if isinstance(state, account.Absent) or not people_access.may_read_account(actor, name):
        raise NotFound("account-not-seen", "there is no such account, or it is not yours to see")
    return AccountView(name, found.history.version, state, level(platform, name, state))


def level(
    platform: Platform, name: str, state: account.State | None = None, look: claims.Look = read
) -> int:
    """The real-name level of the account that counts now, 0 to 4."""
    state = current(platform, name, look) if state is None else state
    if not isinstance(state, account.Open):
        return 0
    if state.level < MATCHED or state.person is None:
        return state.level
    holder = claims.holder(platform, "person", state.person.reference, look)
    if holder == name:
        return state.level
    # Nobody has shown up in person: what was matched counts, a face without its claim does not.
    counts = {Method.PHONE} if holder else {Method.PHONE, Method.REGISTRY}
    return max((one.level for one in state.proofs if one.method in counts), default=0)


def registered_at(platform: Platform, name: str, moment: datetime) -> str | None:
    """The reference of the person that the account said it was at the time, if of anybody."""
    history = read(platform.store, decider(platform), stream(name)).history
    said = (
        one.data.person.reference
        for one in events(platform.codec, history.commits)
        if isinstance(one.data, account.PersonRegistered) and one.recorded_at <= moment
    )
    return reduce(lambda _, later: later, said, None)


def person(platform: Platform, told: Naming) -> tuple[Person, tuple[Warned, ...]]:
    """Raises Invalid: a company's code is no person's id."""
    if told.id_kind is IdKind.CREDIT_CODE:
        raise Invalid(
            "credit-code-of-company", "a credit code is a company's; give the person's id"
        )
    warnings = check_id(told.id_kind, told.id_number, legal_day(platform.now()))
    reference = identity.reference(platform, told.id_kind, told.id_number)
    return Person(
        **told.model_dump(include=set(Naming.model_fields)), reference=reference
    ), warnings


def someone(platform: Platform, name: str, least: int = MATCHED) -> Someone:
    """The account, if it is proven who it is; raises NotAllowed, which says what to do."""
    state = current(platform, name)
    proven = level(platform, name, state)
    if not isinstance(state, account.Open) or state.person is None or proven < least:
        raise NotAllowed(
            "account-level-too-low",
            "this takes an account of real-name level {least}; it has "
            "{proven}: register it and prove who it is first",
            least=least,
            proven=proven,
        )
    return Someone(name, state.person, proven)


def find(platform: Platform, caller: Caller, whom: Whom) -> Someone:
    """
    Somebody who was seen in person, since who is found is let do things. Raises Invalid,
    RateLimited. Nobody learns from it who has an account: a wrong name, an unknown id and an
    account that proves too little are one answer, after the same reads.
    """
    if whom.person is not None:
        tries.count(platform, caller, whom.person)
        return _found(platform, whom.person)
    if caller.actor.role is not Role.CLERK:
        platform.gate.by_account("account-lookup", caller.actor.account)
    try:
        return someone(platform, whom.account or "", IN_PERSON)
    except NotAllowed:
        raise _nobody() from None


def _found(platform: Platform, naming: Naming) -> Someone:
    told, _ = person(platform, naming)
    name = claims.holder(platform, "person", told.reference)
    state = current(platform, name or f"nobody-{told.reference}")
    known = state.person if isinstance(state, account.Open) else None
    same = _same_name(told.name if known is None else known.name, naming.name)
    # As `someone` has it: the claim names the account, and the account bears that out.
    if name is None or known is None or not same or known.reference != told.reference:
        raise _nobody()
    if not isinstance(state, account.Open) or state.level < IN_PERSON:
        raise _nobody()
    return Someone(name, known, state.level)


def _nobody() -> Invalid:
    return Invalid(
        "nobody-proven-in-person",
        "nobody of that account, or of that name and id, has an account of real-name level 3: they "
        "register first, and prove who they are by a face, a bank card or at a counter",
    )


def _same_name(one: str, other: str) -> bool:
    from .registry_table import comparable

    return comparable(one) == comparable(other)


# Commands of the person


def register(platform: Platform, caller: Caller, told: Registration) -> Outcome[account.State]:
    """
    Say who the account is, or say it otherwise while nothing is proven. Raises Invalid,
    Contradiction.
    """
    name = people_access.own_account(caller.actor)
    its, _ = person(platform, told)
    if caller.person not in (None, its.reference):
        raise Contradiction(
            "provider-names-another-person",
            "who you signed in with says that you are somebody else",
        )
    phone = None if told.phone is None else canonical_phone(told.phone)
    command = account.RegisterPerson(**caller.about(platform.now()), person=its, phone=phone)
    return run(platform, caller, name, command, told.model_dump(mode="json"))


def change_phone(platform: Platform, caller: Caller, phone: str) -> Outcome[account.State]:
    """Raises Invalid, NotFound."""
    name = people_access.own_account(caller.actor)
    command = account.ChangePhone(**caller.about(platform.now()), phone=canonical_phone(phone))
    return run(platform, caller, name, command, {"phone": command.phone})


def bind_wechat(platform: Platform, caller: Caller, openid: str) -> Outcome[account.State]:
    """From now on that WeChat user signs in to this account. Raises Elsewhere, NotFound."""
    name = people_access.own_account(caller.actor)
    account.known(current(platform, name))
    return bound(platform, caller, name, openid)


def bound(platform: Platform, caller: Caller, name: str, openid: str) -> Outcome[account.State]:
    claims.take(platform, caller, "wechat", openid, name, 1)
    command = account.BindWechat(**caller.about(platform.now()), openid=openid)
    return run(platform, caller, name, command, {"openid": openid})


def close(
    platform: Platform, caller: Caller, reason: str | None, name: str | None = None
) -> Outcome[account.State]:
    """One's own account, or as security administrator another one. Raises NotFound, NotAllowed."""
    own = name is None
    if name is None:
        name = people_access.own_account(caller.actor)
    else:
        people_access.closes_accounts(caller.actor)
    command = account.CloseAccount(**caller.about(platform.now()), reason=reason)

    def decide(state: account.State) -> list[account.Event]:
        # The same request is told again that it closed it; nobody else is told anything.
        if own and isinstance(state, account.Closed):
            raise closed()
        return account.decide(command, state)

    request = caller.request(platform.now(), "CloseAccount", {"reason": reason})
    done = transact(platform.store, decider(platform), stream(name), request, decide)
    if isinstance(done.state, account.Closed):
        _let_go(platform, caller, name, done.state.was)
    return done


def _let_go(platform: Platform, caller: Caller, name: str, was: account.Open) -> None:
    """After the closing: a closed account that still claims is passed over (claims._abandoned)."""
    if was.person is not None:
        claims.release(platform, caller, "person", was.person.reference, name)
    for openid in sorted(was.openids):
        claims.release(platform, caller, "wechat", openid, name)


def closed() -> NotAllowed:
    return NotAllowed(
        "account-closed-sign-in", "the account was closed; sign in again to open another one"
    )


# Applying


def applying(platform: Platform, actor: Actor, applicant: Applicant) -> Applicant:
    """
    For a submission: the applicant, with the account that the person has, so that they see what an
    agent or a clerk entered for them. Raises NotAllowed for who is proven to be somebody else.
    """
    if applicant.entity is not None:
        return applicant
    reference = identity.reference(platform, applicant.id_kind, applicant.id_number)
    if actor.role is Role.AGENT and actor.mandate is None:
        return applicant  # nobody is told whose account an id is, who acts on no mandate
    if actor.role is not Role.APPLICANT:
        account_ = claims.holder(platform, "person", reference)
        return applicant.model_copy(update={"account": account_})
    for look in (lately, read):  # nobody is refused for what is only remembered
        proven = person_told(actor) or _matched(current(platform, actor.account, look))
        if proven in (None, reference):
            return applicant
    raise not_yourself()


def not_yourself() -> NotAllowed:
    return NotAllowed(
        "applicant-not-yourself",
        "the applicant is somebody else than you are proven to be: for "
        "another person, act as agent on a mandate",
    )


def _matched(its: account.State) -> str | None:
    if not isinstance(its, account.Open) or its.person is None or its.level < MATCHED:
        return None
    return its.person.reference


# Shared


def run(
    platform: Platform,
    caller: Caller,
    name: str,
    command: account.AccountCommand,
    body: dict[str, Any],
) -> Outcome[account.State]:
    return transact(
        platform.store,
        decider(platform),
        stream(name),
        caller.request(platform.now(), type(command).__name__, body),
        lambda state: account.decide(command, state),
    )


def citizen(name: str, proven: int = 0) -> Actor:
    """Somebody who acts as the natural person that the account is."""
    return Actor(account=name, role=Role.APPLICANT, level=proven)
