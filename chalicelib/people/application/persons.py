"""Which person an account is, as far as the platform knows."""

from ...eventlog.transact import Outcome, lately, read
from ...kernel.actor import APPLICANTS, Actor, Role, person_told
from ...kernel.errors import NotAllowed
from ...platform.platform import Caller, Platform
from ..domain import account
from ..domain.account import MATCHED
from ..domain.claim import IN_PERSON
from . import accounts, claims, proofs

# Accounts whose issuer's word a process remembers to have entered.
KNOWN = 100_000


def person_of(platform: Platform, name: str) -> str | None:
    """
    The reference of the person that the account was proven to be, on level 3 or more: by what the
    identity provider last said, or else here.
    """
    told = platform.sign_ins.person(name)
    return _proven(platform, name, IN_PERSON) if told is None else told


def person_of_actor(platform: Platform, actor: Actor) -> str | None:
    """Whom the token's issuer names, or else whom the account was proven to be here."""
    return person_told(actor) or person_of(platform, actor.account)


def person_of_caller(platform: Platform, caller: Caller) -> str | None:
    """The same of who commands."""
    return caller.person or person_of_actor(platform, caller.actor)


def _proven(
    platform: Platform, name: str, least: int, looks: tuple[claims.Look, claims.Look] = (read, read)
) -> str | None:
    """`looks` are at the account, and at the claim."""
    state = claims.account_state(platform, name, looks[0])
    if not isinstance(state, account.Open) or state.person is None:
        return None
    if accounts.level(platform, name, state, looks[1]) < least:
        return None
    return state.person.reference


# Applying


def check_applicant(platform: Platform, caller: Caller, holder: str, needed: int) -> None:
    """
    Who applies online as a person, for an item of real-name level 2 or more, is that person: by
    the word of the token's issuer, or as proven in this very account. That a face was checked is
    not enough: it may have been anybody's. Raises NotAllowed, which says what to do.
    """
    if caller.actor.role is not Role.APPLICANT or needed < MATCHED:
        return
    if holder.startswith("entity:"):
        raise NotAllowed(
            "company-agent-needed",
            "for a company its agent applies: take a token as agent of it (POST /sign-in/token)",
        )
    told = caller.person or person_told(caller.actor)
    if told is None:
        # The account was looked at when the request came; who is another's since, the claim tells.
        name = caller.actor.account
        told = _proven(platform, name, MATCHED, (lately, read)) or _proven(platform, name, MATCHED)
    if told is None:
        raise NotAllowed(
            "applicant-not-proven",
            "it is not proven that you are the applicant: say who you are (PUT /account) and prove "
            "it by the registry, a face or a bank card (POST /account/proofs/...), or come to a "
            "window",
        )
    if holder != f"person:{told}":
        raise accounts.not_yourself()


# Every request


def admit(platform: Platform, actor: Actor) -> None:
    """
    Whether the account may still ask for anything: a token outlives the closing of its account by
    hours. Raises NotAllowed. Whom the issuer of its token names is entered at first use.
    """
    if actor.role not in APPLICANTS:
        return
    if isinstance(claims.account_state(platform, actor.account), account.Closed):
        raise accounts.closed()
    if platform.vouched.get(actor.account) != person_told(actor):
        enter(platform, actor)


def enter(platform: Platform, actor: Actor) -> Outcome[account.State] | None:
    """Whom the token's issuer names; what that has changed in the account, if anything."""
    told, known = person_told(actor), platform.vouched
    if told is None:
        return None
    changed = proofs.vouched(platform, actor, told)
    if len(known) >= KNOWN:
        known.clear()
    known[actor.account] = told
    return changed
