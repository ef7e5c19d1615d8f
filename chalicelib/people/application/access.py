"""Who may do what to accounts, entities and mandates. The default is no."""

from collections.abc import Callable

from ...clock.calendar import legal_day
from ...codes.divisions import COUNTRY, covers
from ...kernel.actor import APPLICANTS, Actor, Role, in_person
from ...kernel.errors import NotAllowed, NotFound
from ...platform.platform import Platform
from ..domain import entity, mandate

# Whether the actor is that party of a mandate, as a person; asked only where it decides.
IsParty = Callable[[mandate.Principal | mandate.Agent], bool]
# What staff see of an account, with the id masked: who stands at the window, who is audited.
READERS = frozenset({Role.CLERK, Role.SECURITY_ADMINISTRATOR})


def audits(actor: Actor, division: str = COUNTRY) -> bool:
    """An auditor of the division. What belongs to none is for those of the whole country alone."""
    return actor.role is Role.AUDITOR and covers(actor.division, division)


def own_account(actor: Actor) -> str:
    """The account that belongs to the actor as a natural person. Staff have none here."""
    if actor.role not in (Role.APPLICANT, Role.AGENT):
        raise NotAllowed(
            "accounts-for-citizens-only",
            "only citizens have an account of their own here; staff have their token",
        )
    return actor.account


def may_read_account(actor: Actor, account: str) -> bool:
    own = actor.role in (Role.APPLICANT, Role.AGENT) and actor.account == account
    return own or actor.role in READERS or audits(actor)


def at_the_window(actor: Actor) -> None:
    if actor.role is not Role.CLERK:
        raise NotAllowed(
            "counter-clerk-only",
            "only a clerk who has the person and the card in front of them does this",
        )


def closes_accounts(actor: Actor) -> None:
    if actor.role is not Role.SECURITY_ADMINISTRATOR:
        raise NotAllowed(
            "closing-others-accounts",
            "only a security administrator closes somebody else's account",
        )


def acts_in_person(actor: Actor) -> None:
    """As oneself, and not with the hat of a company or of somebody else."""
    if actor.role is not Role.APPLICANT:
        raise NotAllowed(
            "only-a-person-grants",
            "only a person as such grants a mandate; take a token as applicant first",
        )


# Entities


def may_read_entity(actor: Actor, state: entity.Entity, acts: Callable[[], bool]) -> bool:
    """Staff who look, and who acts for it: not who did, whatever their token says."""
    # GB 32100: the third to eighth digit are the division of the authority that registered it.
    if actor.role in READERS or audits(actor, state.credit_code[2:8]):
        return True
    if actor.role not in APPLICANTS or actor.entity not in (None, state.credit_code):
        return False
    return acts()


def may_refresh(actor: Actor) -> None:
    """Whoever may see the entity, but those who only look (auditors and the like)."""
    if actor.role not in (Role.APPLICANT, Role.AGENT, Role.CLERK):
        raise NotAllowed(
            "registry-asked-by-operators",
            "only who acts for the entity, or a clerk, asks the registry again",
        )


def not_to_oneself(*, oneself: bool) -> None:
    if oneself:
        raise NotAllowed(
            "nothing-granted-to-oneself",
            "nobody gives themselves a right: another one who may, or the holder, does",
        )


def may_appoint(platform: Platform, actor: Actor, state: entity.Entity, *, appoints: bool) -> None:
    """Add or remove operators; `appoints` if the operator shall add others in turn."""
    if actor.role is Role.CLERK:
        return
    today = legal_day(platform.now())
    personal = actor.role in (Role.APPLICANT, Role.AGENT)
    if not personal or not state.appoints(actor.account, today):
        raise NotAllowed(
            "operators-added-by-office",
            "only the legal representative, an operator who may, or a clerk at "
            "the window adds and removes operators",
        )
    if appoints and not state.represents(actor.account):
        raise NotAllowed(
            "adders-let-by-representative",
            "only the legal representative or a clerk lets an operator add others",
        )


# Mandates


def may_see_mandate(actor: Actor, state: mandate.State, is_party: IsParty) -> bool:
    if isinstance(state, mandate.Absent):
        return False
    if actor.role is Role.CLERK or audits(actor):
        return True
    return _is_party(actor, is_party, state.terms)


def _is_party(actor: Actor, is_party: IsParty, terms: mandate.MandateGranted) -> bool:
    """As oneself and not for a company."""
    return in_person(actor) and (is_party(terms.principal) or is_party(terms.agent))


def seen_mandate(
    actor: Actor, state: mandate.State, is_party: IsParty
) -> mandate.Granted | mandate.Revoked:
    """Raises NotFound, also for who may not see it."""
    if not may_see_mandate(actor, state, is_party):
        raise NotFound("mandate-not-seen", "there is no such mandate, or it is not yours to see")
    return mandate.known(state)


def may_revoke(actor: Actor, terms: mandate.MandateGranted, is_party: IsParty) -> None:
    """The principal, a clerk for who comes to the window, the agent who gives it back."""
    if not _is_party(actor, is_party, terms) and actor.role is not Role.CLERK:
        raise NotAllowed(
            "mandate-revoked-by-parties",
            "only the principal, the agent, or a clerk at the window revokes a mandate",
        )
