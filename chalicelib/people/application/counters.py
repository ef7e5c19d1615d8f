"""
What a clerk does for people at a counter (窗口): who may, for whom, and when it takes two.

A counter is a department that the registry names as one, in the division of the clerk's token.
Nobody serves themselves there, nor somebody whom they act for, by account and by person. Until a
division has published its departments its clerks are taken as they come; the rest holds.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from ...clock.calendar import legal_day
from ...eventlog.codec import events, facts
from ...eventlog.envelope import Recorded
from ...eventlog.transact import Outcome, read, transact
from ...kernel.actor import Actor
from ...kernel.base import Sha256
from ...kernel.errors import NotAllowed
from ...platform import organisations
from ...platform.platform import Caller, Platform
from ..domain import account, claim, entity
from ..domain.account_events import Person
from . import access as people_access
from . import claims, persons, powers

# Of an account's counter checks, those that its owner is shown.
SHOWN = 50


class Seen(NamedTuple):
    """What a clerk saw: whose card, in which words, and its scan."""

    person: Person
    evidence: str
    document: Sha256


# Who may


def check_counter(platform: Platform, actor: Actor) -> None:
    """Raises NotAllowed; UnknownDepartment."""
    people_access.at_the_window(actor)
    department = actor.department or ""
    if actor.division is None and organisations.division_of(department) is None:
        raise NotAllowed(
            "counter-without-division",
            "your token names no division, nor does the code of {department}: a counter is one of "
            "a division",
            department=department,
        )
    today = legal_day(platform.now())
    found = organisations.check(platform, department, today, actor.division)
    if found is None:
        return
    if not found.counter:
        raise NotAllowed(
            "department-no-counter",
            "{department} is no counter in the registry of {division}",
            department=department,
            division=found.division,
        )
    if actor.division != found.division:
        raise NotAllowed(
            "counter-of-another-division",
            "your token names another division than {division}, where {department} is",
            division=found.division,
            department=department,
        )


def check_serves(
    platform: Platform,
    caller: Caller,
    *,
    names: Iterable[str | None] = (),
    persons: Iterable[str | None] = (),
) -> None:
    """
    Whether the clerk may serve those accounts and persons (by reference). Raises NotAllowed: not at
    a counter, oneself, or somebody whom one acts or acted for.
    """
    check_counter(platform, caller.actor)
    own = oneself(platform, caller)
    if not own.names.isdisjoint(names) or not own.persons.isdisjoint(persons):
        raise NotAllowed(
            "counter-for-oneself", "nobody does this at a counter for themselves: ask a colleague"
        )
    served = {one for one in persons if one is not None}
    if served and not served.isdisjoint(_acted_for(platform, own)):
        raise NotAllowed(
            "counter-for-own-principal",
            "you act for this person, or did once: ask a colleague who never has",
        )


class Oneself(NamedTuple):
    """The accounts and the persons that somebody is, as far as the platform knows."""

    names: frozenset[str]
    persons: frozenset[str]


def oneself(platform: Platform, caller: Caller) -> Oneself:
    """
    By the token's account, and by the person that its issuer names or that was proven here, with
    every account that was ever that person's: who closes one does not begin anew.
    """
    person = caller.person or persons.person_of(platform, caller.actor.account)
    names = frozenset({caller.actor.account})
    if person is None:
        return Oneself(names, frozenset())
    return Oneself(names | claims.ever(platform, person), frozenset({person}))


def _acted_for(platform: Platform, own: Oneself) -> Iterator[str]:
    """The principals of every mandate that they had, whatever has become of it."""
    for whose in (*sorted(own.names), *(f"person:{one}" for one in own.persons)):
        for terms in powers.received(platform, whose):
            yield terms.principal.reference


def check_company(platform: Platform, caller: Caller, state: entity.Entity, *whom: str) -> None:
    """
    A clerk who appoints or removes operators of a company, `whom` by account: not of one's own, nor
    oneself; one's own is also what one once represented or operated. Raises NotAllowed.
    """
    known = tuple(persons.person_of(platform, one) for one in whom)
    check_serves(platform, caller, names=whom, persons=known)
    own = oneself(platform, caller)
    commits = platform.store.load(f"{entity.CATEGORY}-{state.credit_code}").commits
    past = entity.had_part(facts(platform.codec, commits), own.names, own.persons)
    if past or any(map(state.represents, own.names)):
        raise NotAllowed(
            "counter-for-own-company", "you act for this company yourself: ask a colleague"
        )


# Two clerks


def second_needed(
    platform: Platform, caller: Caller, name: str, seen: Seen
) -> Outcome[account.State] | None:
    """
    Where a check takes a person away from an account that is proven, be it from this one or from
    another, the first clerk's is only noted: the account as it is then. None where one clerk
    suffices, or this is the second. Raises NotFound, Ended.
    """
    by = oneself(platform, caller)
    command = account.RequestCounterCheck(
        **caller.about(platform.now()),
        person=seen.person,
        evidence=seen.evidence,
        document=seen.document,
        by_person=next(iter(by.persons), None),
        on=legal_day(platform.now()),
    )

    def decide(state: account.State) -> list[account.Event]:
        account.known(state)
        if not _takes_away(platform, name, seen.person.reference):
            return []
        return account.decide(command, state)

    key = f"{caller.key}:first"
    first = Caller(
        caller.actor, key, caller.channel, caller.occurred_at, caller.correlation_id, caller.version
    )
    told = {"of": seen.person.reference, "document": seen.document}
    request = first.request(platform.now(), "RequestCounterCheck", told)
    stream, decider = claims.account_stream(name), claims.account_decider(platform)
    done = transact(platform.store, decider, stream, request, decide)
    return done if _waits(platform, name, done, command) else None


def _waits(
    platform: Platform,
    name: str,
    done: Outcome[account.State],
    command: account.RequestCounterCheck,
) -> bool:
    state = done.state
    if not isinstance(state, account.Open) or not account.asked_by(state, command):
        return False
    # What took two when it was asked may take one by now: the other account was closed.
    return done.repeated or _takes_away(platform, name, command.person.reference)


def _takes_away(platform: Platform, name: str, reference: str) -> bool:
    """Both are asked: who this account is proven to be, and whose account the person's is."""
    its = persons.person_of(platform, name)
    if its not in {None, reference}:
        return True
    held = claims.current(platform, "person", reference)
    if not isinstance(held, claim.Held) or held.account == name:
        return False
    # Whom another counter has seen is not taken away by this one at all: the claim refuses it.
    proven = held.strength == claim.IN_PERSON
    return proven and persons.still_is(platform, held.account, reference)


# What its owner is shown


def history(platform: Platform, name: str) -> list[dict[str, str | None]]:
    """
    What counters did to an account, the newest first: `checked`, `asked` (a second clerk has yet
    to), or `lost` (another account was found to be that person).
    """
    found = read(platform.store, claims.account_decider(platform), claims.account_stream(name))
    told = (_told(one) for one in events(platform.codec, found.history.commits))
    newest = [one for one in told if one is not None][::-1]
    return newest[:SHOWN]


def _told(recorded: Recorded) -> dict[str, str | None] | None:
    match recorded.data:
        case account.IdentityProven(method=account.Method.COUNTER) as proven:
            return _entry(recorded, "checked", proven.evidence)
        case account.CounterCheckRequested() as asked:
            return _entry(recorded, "asked", asked.evidence)
        case account.IdentityLost():
            return _entry(recorded, "lost", None)
        case _:
            return None


def _entry(recorded: Recorded, what: str, shown: str | None) -> dict[str, str | None]:
    return {
        "what": what,
        "at": recorded.occurred_at.isoformat(),
        "department": recorded.actor.department,
        "shown": shown,
    }


def last_check(platform: Platform, name: str) -> str | None:
    """When a counter did something to the account last, for who signs in."""
    return next((one["at"] for one in history(platform, name)), None)
