"""Which person an account is, as far as the platform knows."""

from ...platform.platform import Caller, Platform
from ..domain import account
from . import accounts, claims

PROVEN = 3


def person_of(platform: Platform, name: str) -> str | None:
    """
    The reference of the person that the account was proven to be, on level 3 or more: by what the
    identity provider last said, or else here.
    """
    told = platform.sign_ins.person(name)
    if told is not None:
        return told
    state = claims.account_state(platform, name)
    if not isinstance(state, account.Open) or state.person is None:
        return None
    return state.person.reference if accounts.level(platform, name, state) >= PROVEN else None


def person_of_caller(platform: Platform, caller: Caller) -> str | None:
    """Whom the token's issuer names, or else whom the account was proven to be here."""
    return caller.person or person_of(platform, caller.actor.account)
