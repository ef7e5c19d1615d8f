"""Which person an account is, as far as the platform knows."""

from ...eventlog.transact import lately, read
from ...kernel.actor import Actor, Role, person_told
from ...kernel.errors import NotAllowed
from ...platform.platform import Caller, Platform
from ..domain import account
from ..domain.account import MATCHED
from ..domain.claim import IN_PERSON
from . import accounts, claims


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


def is_person(platform: Platform, name: str, reference: str, told: str | None = None) -> bool:
    """
    Whether the account is that person's now: by what its provider says (`told`, by the token that
    is used), or as proven here in person. Earlier releases were content with a name and an id that
    match: so much is enough of an account that nobody ever saw as more than that.
    """
    state = claims.account_state(platform, name)
    if isinstance(state, account.Closed):
        return False
    known = told or person_of(platform, name)
    if known is not None:
        return known == reference
    if not isinstance(state, account.Open) or state.person is None:
        return False
    matched = accounts.level(platform, name, state) >= MATCHED
    return (
        matched
        and state.person.reference == reference
        and not claims.ever_held(platform, reference, name)
    )


def still_is(platform: Platform, name: str, reference: str) -> bool:
    """
    Whether what the account granted as that person is still the person's word: the account is
    proven, in person, to be theirs. What it granted ends when it is closed, or when a counter takes
    the person from it.
    """
    closed = isinstance(claims.account_state(platform, name), account.Closed)
    return not closed and person_of(platform, name) == reference


def lost(platform: Platform, name: str, reference: str) -> bool:
    """Whether the account was the person's, as somebody found who saw them, and is not any more."""
    return not still_is(platform, name, reference) and claims.ever_held(platform, reference, name)


# Applying


def check_applicant(platform: Platform, caller: Caller, holder: str, needed: int) -> None:
    """
    Who applies online as a person, for an item of real-name level 2 or more, is that person: by
    the word of the token's issuer, or as proven in this very account on the level that the item
    asks for. The level of a token that names nobody proves nothing of whom: the face may have been
    anybody's. Raises NotAllowed, which says what to do.
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
        told = _proven(platform, name, needed, (lately, read)) or _proven(platform, name, needed)
    if told is None:
        raise _unproven(platform, caller.actor.account, needed)
    if holder != f"person:{told}":
        raise accounts.not_yourself()


def _unproven(platform: Platform, name: str, needed: int) -> NotAllowed:
    if _proven(platform, name, MATCHED) is not None:
        return NotAllowed(
            "applicant-proven-too-little",
            "this item asks for real-name level {needed}, and a name and an id that match are "
            "level 2, whatever the token says: prove it by a face or a bank card "
            "(POST /account/proofs/attested), or at a counter",
            needed=needed,
        )
    return NotAllowed(
        "applicant-not-proven",
        "it is not proven that you are the applicant: say who you are (PUT /account) and prove "
        "it by the registry, a face or a bank card (POST /account/proofs/...), or come to a "
        "window",
    )
