"""Mandates (委托, for 代办): grant, revoke, and act on one."""

import logging
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import date
from typing import NamedTuple

from ...clock.calendar import legal_day
from ...codes.ids import birthday
from ...codes.parties import Applicant
from ...documents.application import discarding, documents
from ...eventlog.transact import Outcome, read, transact
from ...eventlog.views.port import Row, ViewsError
from ...kernel.actor import Actor, Identifier, Role, person_told
from ...kernel.base import Frozen, Sha256
from ...kernel.errors import Invalid, NotAllowed, NotFound
from ...platform.platform import Caller, Platform, derived_id
from ..domain import mandate
from ..domain.claim import IN_PERSON
from ..domain.entity import Items
from ..domain.mandate import Action, Actions, Ground
from . import access as people_access
from . import accounts, claims, counters, identity, persons, tries
from .accounts import Naming, Whom
from .powers import INDEX, VIEW, decider, partition, state_of, stream

LOOKED_AT = 20  # an agent's newest mandates

log = logging.getLogger(__name__)


class NewMandate(Frozen):
    """
    Who may do what for whom. A principal grants their own and leaves `principal` out; a clerk names
    the principal and gives the written mandate: `document`, the SHA-256 of what was handed in. What
    parents and guardians are by law (`ground` is by_law) a clerk records, with the document that
    shows it; a child or ward needs no account.
    """

    agent: Whom
    principal: Naming | None = None
    items: Items = ()
    actions: Actions = (Action.SUBMIT, Action.SUPPLEMENT, Action.WITHDRAW, Action.COLLECT)
    since: date | None = None
    until: date
    document: Sha256 | None = None
    ground: Ground = Ground.ENTRUSTED


class MandateView(NamedTuple):
    mandate_id: str
    version: int
    state: mandate.Granted | mandate.Revoked


def get(platform: Platform, actor: Actor, mandate_id: str) -> MandateView:
    """Raises NotFound, also for who may not see it."""
    found = read(platform.store, decider(platform), stream(mandate_id))
    state = people_access.seen_mandate(actor, found.state, _is_party(platform, actor))
    return MandateView(mandate_id, found.history.version, state)


def readable(platform: Platform, actor: Actor, mandate_id: str) -> bool:
    try:
        get(platform, actor, mandate_id)
    except NotFound:
        return False
    return True


def grant(
    platform: Platform, caller: Caller, told: NewMandate
) -> tuple[str, Outcome[mandate.State]]:
    """
    The new mandate's id. Raises NotAllowed, Invalid (no such agent, no written mandate),
    RateLimited.
    """
    mandate_id = derived_id(caller)
    now = platform.now()
    today = legal_day(now)

    def decide(state: mandate.State) -> list[mandate.Event]:
        # Who may grant comes first: nobody else is told whom there is.
        principal = _principal(platform, caller, told)
        agent = accounts.find(platform, caller, told.agent)
        if caller.actor.role is Role.CLERK:  # nobody makes themselves somebody's agent
            theirs = agent.person.reference
            counters.check_serves(platform, caller, names=(agent.account,), persons=(theirs,))
        terms = mandate.MandateGranted(
            principal=principal,
            agent=mandate.Agent(
                reference=agent.person.reference, account=agent.account, name=agent.person.name
            ),
            items=told.items,
            actions=told.actions,
            since=told.since or today,
            until=told.until,
            document=told.document,
            ground=told.ground,
        )
        command = mandate.GrantMandate(
            **caller.about(platform.now()), terms=terms, on=today, of_age=_of_age(told.principal)
        )
        return mandate.decide(command, state)

    # Inside: the same Idempotency-Key answers with the first outcome, whatever has become of them.
    # What an older release did not know of stays out of the fingerprint where it says nothing.
    unsaid = {"ground"} if told.ground is Ground.ENTRUSTED else None
    body = told.model_dump(mode="json", exclude=unsaid)
    request = caller.request(now, "GrantMandate", body)
    done = transact(platform.store, decider(platform), stream(mandate_id), request, decide)
    return mandate_id, done


def _principal(platform: Platform, caller: Caller, told: NewMandate) -> mandate.Principal:
    if caller.actor.role is Role.CLERK:
        return _written(platform, caller, told)
    people_access.acts_in_person(caller.actor)
    if told.ground is Ground.BY_LAW:
        raise NotAllowed(
            "guardian-recorded-at-counter",
            "who is a parent or guardian shows it at a counter: a clerk records it",
        )
    if told.principal is not None or told.document is not None:
        raise Invalid(
            "own-mandate-names-nobody",
            "you grant your own mandate: leave out `principal` and `document`",
        )
    whom = accounts.someone(platform, caller.actor.account, IN_PERSON)
    return mandate.Principal(
        reference=whom.person.reference, account=whom.account, name=whom.person.name
    )


def _written(platform: Platform, caller: Caller, told: NewMandate) -> mandate.Principal:
    if told.principal is None or told.document is None:
        raise Invalid(
            "written-mandate-incomplete",
            "a clerk names the `principal` and hands in the written mandate: `document`",
        )
    counters.check_counter(platform, caller.actor)
    tries.count(platform, caller, told.principal)
    its, _ = accounts.person(platform, told.principal)
    counters.check_serves(platform, caller, persons=(its.reference,))
    written = caller.actor.account, told.document
    documents.checked(platform, *written)
    discarding.use(platform, caller.actor, *written, stream(derived_id(caller)))
    account = claims.holder(platform, "person", its.reference)
    return mandate.Principal(reference=its.reference, account=account, name=its.name)


def _of_age(principal: Naming | None) -> date | None:
    """When the principal is of age, as a resident's id says it; other ids do not."""
    if principal is None:
        return None
    born = birthday(principal.id_kind, principal.id_number)
    return None if born is None else mandate.of_age(born)


def _is_party(platform: Platform, actor: Actor) -> people_access.IsParty:
    """
    Whether the actor is a party, as a person: an account that was theirs and is another's now, or
    nobody's, is none; one that they have made since is.
    """
    told = person_told(actor)
    return lambda party: persons.is_person(platform, actor.account, party.reference, told)


def revoke(
    platform: Platform, caller: Caller, mandate_id: str, reason: str | None
) -> Outcome[mandate.State]:
    """Raises NotFound, NotAllowed; what was done under it stands."""
    command = mandate.RevokeMandate(**caller.about(platform.now()), reason=reason)
    is_party = _is_party(platform, caller.actor)

    def decide(state: mandate.State) -> list[mandate.Event]:
        if caller.actor.role is Role.CLERK:
            counters.check_counter(platform, caller.actor)
        seen = people_access.seen_mandate(caller.actor, state, is_party)
        people_access.may_revoke(caller.actor, seen.terms, is_party)
        if caller.actor.role is Role.CLERK:  # nobody's own, nor of whom they act for
            parties = (seen.terms.principal, seen.terms.agent)
            names = (one.account for one in parties)
            references = tuple(one.reference for one in parties)
            counters.check_serves(platform, caller, names=names, persons=references)
        return mandate.decide(command, state)

    request = caller.request(platform.now(), "RevokeMandate", {"reason": reason})
    return transact(platform.store, decider(platform), stream(mandate_id), request, decide)


# Acting on one


def acting(  # noqa: PLR0913, PLR0917 - who, on what, for whom, in which matter, when
    platform: Platform,
    actor: Actor,
    mandate_id: Identifier,
    applicant: Applicant,
    item_code: str,
    on: date,
    action: Action = Action.SUBMIT,
) -> Actor:
    """
    The agent, with whom it acts for (`on_behalf_of`) and on which `mandate`, so that every event
    names both. Raises NotAllowed, which says what to do.
    """
    if actor.role is not Role.CLERK and (actor.role is not Role.AGENT or actor.entity is not None):
        raise NotAllowed(
            "agent-token-needed", "take a token as agent of a person first: POST /sign-in/token"
        )
    terms = _in_force(platform, state_of(platform, mandate_id), on)
    if identity.holder(platform, applicant) != terms.principal.holder:
        raise NotAllowed(
            "mandate-of-another-principal", "the mandate is of somebody else than the applicant"
        )
    if actor.role is not Role.CLERK:  # who enters it for the agent, who has come to the window
        _check_agent(platform, actor, terms)
    return mandate.acting(actor, mandate_id, terms, action, item_code)


def still_acting(  # noqa: PLR0913, PLR0917 - who, on what, in which matter, when, to do what
    platform: Platform,
    actor: Actor,
    mandate_id: Identifier,
    item_code: str,
    on: date,
    action: Action | None,
) -> Actor:
    """
    The agent of a case as `acting`, in whatever role it came; `action` is None to read. Raises
    NotAllowed once the mandate is revoked or over, unless the principal has given another one that
    reaches as far.
    """
    first = state_of(platform, mandate_id)
    wanted = _Wanted(actor, item_code, on, action)
    try:
        return _on(platform, mandate_id, first, wanted)
    except NotAllowed:
        later = next(_others(platform, mandate_id, first, wanted), None)
        if later is None:
            raise
        return later


class _Wanted(NamedTuple):
    """What an agent wants to do: `action`, or to read if it is None."""

    actor: Actor
    item: str
    on: date
    action: Action | None


def _on(platform: Platform, mandate_id: str, state: mandate.State, wanted: _Wanted) -> Actor:
    terms = _in_force(platform, state, wanted.on)
    _check_agent(platform, wanted.actor, terms)
    action = wanted.action or terms.actions[0]
    return mandate.acting(wanted.actor, mandate_id, terms, action, wanted.item)


def _check_agent(platform: Platform, actor: Actor, terms: mandate.MandateGranted) -> None:
    """
    Whether the actor is, now, the person whom the mandate names, by whichever account. Raises
    NotAllowed.
    """
    if not _is_party(platform, actor)(terms.agent):
        raise NotAllowed(
            "mandate-of-another-agent", "the mandate names another agent; only that one acts on it"
        )


def _in_force(platform: Platform, state: mandate.State, on: date) -> mandate.MandateGranted:
    """
    Also whether the account that granted it is the principal's: not one of who knew a name and an
    id (earlier releases took a mandate from those), nor one that was closed since, or taken from
    them at a counter. What a clerk recorded rests on its document. Raises NotAllowed.
    """
    terms = mandate.in_force(state, on)
    account, reference = terms.principal.account or "", terms.principal.reference
    if terms.document is not None or persons.still_is(platform, account, reference):
        return terms
    if claims.ever_held(platform, reference, account):
        raise NotAllowed(
            "mandate-of-former-account",
            "the account that gave the mandate is not the principal's any more; ask the principal "
            "to grant another one",
        )
    raise NotAllowed(
        "mandate-of-unproven-principal",
        "the principal has not shown in person who they are: that is proven first, by a face, "
        "a bank card or at a counter",
    )


def _others(platform: Platform, but: str, first: mandate.State, wanted: _Wanted) -> Iterator[Actor]:
    """On another mandate of the same principal. The view is advice: the streams decide."""
    principal = mandate.known(first).terms.principal.holder
    for row in _listed(platform, wanted.actor):
        state = state_of(platform, row["mandate_id"])
        if row["mandate_id"] == but or isinstance(state, mandate.Absent):
            continue
        if state.terms.principal.holder != principal:
            continue
        with suppress(NotAllowed):
            yield _on(platform, row["mandate_id"], state, wanted)


def listed_under(platform: Platform, actor: Actor, side: str) -> str:
    """
    The partition of the mandates that the actor granted (`principal`) or received (`agent`): of the
    person, by whichever account; of the account for who is not proven to be anybody.
    """
    person = persons.person_of_actor(platform, actor)
    return partition(side, actor.account if person is None else f"person:{person}")


def _listed(platform: Platform, actor: Actor) -> Sequence[Row]:
    try:
        return platform.views.page(
            VIEW, INDEX, listed_under(platform, actor, "agent"), limit=LOOKED_AT, descending=True
        ).rows
    except ViewsError:
        log.exception("other mandates cannot be looked for")
        return ()
