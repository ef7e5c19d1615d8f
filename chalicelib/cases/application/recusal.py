"""
Recusal (回避, 公务员法 art. 76): nobody does anything as staff to a case that concerns themselves.

Asked of every command, in `cases.execute` and at submission: a new one is covered without saying
so. People are compared as people; staff whose token names none, and who were not proven to be
anybody here, by account.
"""

from typing import NamedTuple

from ...codes.parties import Applicant
from ...eventlog.codec import events
from ...eventlog.transact import read
from ...kernel.actor import APPLICANTS, Actor, Role
from ...kernel.base import Frozen, StaffCommand
from ...kernel.errors import NotAllowed
from ...people.application import claims, identity, persons
from ...platform.platform import Caller, Platform
from ..domain import CATEGORY, CaseCommand
from ..domain import commands as c
from ..domain import events as e
from ..domain.records import Application
from ..domain.state import Lodged

# Who says that they have nothing to do with it may always say so.
_WITHDRAWING = c.Recuse
_NOT_STAFF = APPLICANTS | {Role.SYSTEM}


class Hand(NamedTuple):
    """
    Who acts, as far as it is known: the accounts that are theirs, and the reference of the person
    (see people/application/identity.py); None if the token names nobody.
    """

    accounts: frozenset[str]
    person: str | None


def hand(platform: Platform, caller: Caller) -> Hand:
    """An account of their own as a citizen counts as theirs once it is proven, on level 3."""
    own, person = caller.actor.account, persons.person_of_caller(platform, caller)
    if person is None:
        platform.telemetry.count("StaffWithoutPerson", Role=str(caller.actor.role))
        return Hand(frozenset({own}), None)
    citizen = claims.holder(platform, "person", person)
    return Hand(frozenset({own, citizen or own}), person)


def is_theirs(platform: Platform, who: Hand, account: str) -> bool:
    """Whether the account is one of theirs, or is known to be the same person's."""
    if account in who.accounts:
        return True
    return who.person is not None and persons.person_of(platform, account) == who.person


def is_one_of(platform: Platform, actor: Actor, accounts: frozenset[str]) -> bool:
    """By account, or as the same person, as far as both are known to be somebody."""
    return _is_one_of(platform, actor, persons.person_of_actor(platform, actor), accounts)


def _is_one_of(
    platform: Platform, actor: Actor, person: str | None, accounts: frozenset[str]
) -> bool:
    if actor.account in accounts:
        return True
    who = Hand(frozenset({actor.account}), person)
    return any(is_theirs(platform, who, one) for one in accounts)


def had_a_hand(platform: Platform, actor: Actor, case: Lodged, accounts: frozenset[str]) -> bool:
    """Whether one of `accounts` is the actor's, or a step of the case names them as a person."""
    person = persons.person_of_actor(platform, actor)
    if _is_one_of(platform, actor, person, accounts):
        return True
    if person is None:
        return False
    named = {one.finished.person for one in case.application.done}
    return in_case(platform, case.application.case_id, person) in named


def signed(platform: Platform, who: Hand, case_id: str, command: CaseCommand) -> CaseCommand:
    """The command with who gives it as a person, as this case and no other names them."""
    if who.person is None or not isinstance(command, StaffCommand):
        return command
    return command.model_copy(update={"person": in_case(platform, case_id, who.person)})


def in_case(platform: Platform, case_id: str, person: str) -> str:
    """26 hex digits; whoever reads two cases cannot tell whether they stand for the same person."""
    return platform.keyed("person-in-case", case_id, person).hex()[:26]


def check(
    platform: Platform, caller: Caller, command: CaseCommand, application: Application
) -> CaseCommand:
    """
    The command, with who gives it (`signed`). Raises NotAllowed for staff whom the case concerns,
    or who were recused from it.
    """
    if caller.actor.role in _NOT_STAFF:
        return command
    who = hand(platform, caller)
    if not _leaves(caller, command):
        _check_recused(platform, who, application)
        if _concerns(platform, who, application):
            raise _own_case()
    return signed(platform, who, application.case_id, command)


def check_entering(platform: Platform, caller: Caller, applicant: Applicant) -> None:
    """Raises NotAllowed for a clerk who would enter their own application at the window."""
    if caller.actor.role is not Role.CLERK:
        return
    who = hand(platform, caller)
    holder = identity.holder(platform, applicant)
    if holder == f"person:{who.person}" or _acts_for(platform, who, applicant.entity):
        raise _own_case()


def check_holder(platform: Platform, caller: Caller, holder: str, account: str | None) -> None:
    """
    Raises NotAllowed for staff who would change what they hold themselves: a certificate of
    `holder`, applied for by `account`.
    """
    if caller.actor.role in _NOT_STAFF:
        return
    who = hand(platform, caller)
    kind, _, name = holder.partition(":")
    represents = kind == "entity" and _acts_for(platform, who, name)
    if account in who.accounts or holder == f"person:{who.person}" or represents:
        raise NotAllowed(
            "own-certificate-as-staff",
            "the certificate is your own: a colleague does this (Civil Servants Law, art. 76)",
        )


def _own_case() -> NotAllowed:
    return NotAllowed(
        "own-case-as-staff",
        "the case is your own, as applicant, agent or holder: a colleague handles it "
        "(Civil Servants Law, art. 76)",
    )


def _leaves(caller: Caller, command: CaseCommand) -> bool:
    return isinstance(command, _WITHDRAWING) and command.account in {None, caller.actor.account}


def _check_recused(platform: Platform, who: Hand, application: Application) -> None:
    for one in application.recused:
        same = one.person is not None and who.person is not None
        known = same and one.person == in_case(platform, application.case_id, str(who.person))
        if known or is_theirs(platform, who, one.account):
            raise NotAllowed(
                "recused-from-case", "you were recused from the case on {on}", on=one.on
            )


# Whom the case concerns


def _concerns(platform: Platform, who: Hand, application: Application) -> bool:
    applicant = application.applicant
    return (
        applicant.account in who.accounts
        or _is_holder(platform, who, application)
        or _is_agent(platform, who, application)
        or _acts_for(platform, who, applicant.entity)
    )


def _is_holder(platform: Platform, who: Hand, application: Application) -> bool:
    if who.person is None:
        return False
    # A case of so long ago names its holder only by the id.
    holder = application.holder or identity.holder(platform, application.applicant)
    return holder == f"person:{who.person}"


def _is_agent(platform: Platform, who: Hand, application: Application) -> bool:
    agent = application.agent
    if agent is None:
        return False
    if agent.mandate_id is not None and _on_mandate(platform, who, agent.mandate_id):
        return True
    if agent.clerk or not is_theirs(platform, who, agent.account):
        return False
    return not _entered_by_clerk(platform, application)


def _on_mandate(platform: Platform, who: Hand, mandate_id: str) -> bool:
    """Whoever entered it: the agent whom the mandate names, or who gave it."""
    # Imported here, and entities below, since most cases are people's own (cold start).
    from ...people.application import powers
    from ...people.domain import mandate

    state = powers.state_of(platform, mandate_id)
    if isinstance(state, mandate.Absent):
        return False
    parties = (state.terms.principal, state.terms.agent)
    return any(one.account in who.accounts or one.reference == who.person for one in parties)


def _entered_by_clerk(platform: Platform, application: Application) -> bool:
    """Of a case from before the submission said so: in which role its agent handed it in."""
    commits = platform.store.load(f"{CATEGORY}-{application.case_id}").commits
    handed_in = (one for one in events(platform.codec, commits) if _submits(one.data))
    return next(handed_in).actor.role is Role.CLERK


def _submits(event: Frozen) -> bool:
    return isinstance(event, e.CaseSubmitted)


def _acts_for(platform: Platform, who: Hand, entity: str | None) -> bool:
    """Who represents the company that applies, or is its operator."""
    if entity is None:
        return False
    from ...people.application import entities
    from ...people.domain.entity import Entity

    state = read(platform.store, entities.decider(platform), entities.stream(entity)).state
    if not isinstance(state, Entity):
        return False
    if who.person is not None and state.registered.representative == who.person:
        return True
    operators = (one.account for one in state.operators)
    return any(map(state.represents, who.accounts)) or any(
        is_theirs(platform, who, one) for one in operators
    )
