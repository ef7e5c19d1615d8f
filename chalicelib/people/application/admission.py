"""What is asked of an account at every request, and what its token's issuer says is entered."""

from ...eventlog.transact import Outcome
from ...kernel.actor import APPLICANTS, Actor, person_told
from ...platform.platform import Platform
from ..domain import account
from . import accounts, claims, proofs

# Accounts whose issuer's word a process remembers to have entered.
KNOWN = 100_000


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
