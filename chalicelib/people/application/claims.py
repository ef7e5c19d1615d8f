"""
Claims (认领): one account for one person, and for one WeChat user.

A person is claimed on a proof of level 3 or more: to know a name and an id takes nothing from
anybody.

The claim is written before the account, and is the authority: an account counts as a person's only
while the claim names it. So two accounts that race for one id cannot both win, and a process that
dies between the two writes leaves nothing that a retry, or the next claim, does not mend.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, Literal

from ...eventlog.codec import events, facts
from ...eventlog.memory import Read
from ...eventlog.transact import Decider, Outcome, read, transact
from ...platform.platform import Caller, Platform
from ..domain import account as accounts
from ..domain import claim

Kind = Literal["person", "wechat"]
# For so long whoever claimed a person may yet be writing it into the account.
UNDER_WAY = timedelta(seconds=30)
# transact.read, or transact.lately for what was read a moment before.
Look = Callable[..., Read[Any]]


def stream(kind: Kind, reference: str) -> str:
    return f"{claim.CATEGORY}-{kind}-{reference}"


def decider(platform: Platform) -> Decider[claim.State]:
    return Decider(platform.codec, claim.initial, claim.evolve, platform.memory)


def current(platform: Platform, kind: Kind, reference: str, look: Look = read) -> claim.State:
    state: claim.State = look(platform.store, decider(platform), stream(kind, reference)).state
    return state


def holder(platform: Platform, kind: Kind, reference: str, look: Look = read) -> str | None:
    """
    The account that stands for it. Earlier releases let a name and an id claim a person: that
    stands for nobody any more.
    """
    state = current(platform, kind, reference, look)
    if isinstance(state, claim.Held) and (kind != "person" or state.strength >= claim.IN_PERSON):
        return state.account
    return None


def ever(platform: Platform, reference: str) -> frozenset[str]:
    """
    The accounts that are, or were once, the person's, as somebody found who saw the person: closed
    ones too, and those that a counter has taken the person from.
    """
    history = read(platform.store, decider(platform), stream("person", reference)).history
    return frozenset(
        one.account
        for one in facts(platform.codec, history.commits)
        if isinstance(one, claim.IdentityClaimed) and one.strength >= claim.IN_PERSON
    )


def ever_held(platform: Platform, reference: str, account: str) -> bool:
    return account in ever(platform, reference)


def take(  # noqa: PLR0913, PLR0917 - who claims what for whom
    platform: Platform, caller: Caller, kind: Kind, reference: str, account: str, strength: int
) -> Outcome[claim.State]:
    """Raises claim.Elsewhere."""
    now = platform.now()
    told: dict[str, Any] = {"account": account, "strength": strength}

    def decide(state: claim.State) -> list[claim.Event]:
        abandoned = _abandoned(platform, kind, reference, state)
        command = claim.Claim(
            at=now, by=caller.actor, channel=caller.channel, abandoned=abandoned, **told
        )
        return claim.decide(command, state)

    request = caller.request(now, "Claim", told)._replace(version=None)
    return transact(platform.store, decider(platform), stream(kind, reference), request, decide)


def release(platform: Platform, caller: Caller, kind: Kind, reference: str, account: str) -> None:
    """If the account has it; under an id of its own, since a claim may have come before."""
    now = platform.now()
    command = claim.Release(at=now, by=caller.actor, channel=caller.channel, account=account)
    told = {"account": account, "release": True}
    request = caller.request(now, "Release", told)._replace(version=None)
    request = request._replace(command=request.command._replace(id=f"{request.command.id}:release"))
    transact(
        platform.store,
        decider(platform),
        stream(kind, reference),
        request,
        lambda state: claim.decide(command, state),
    )


def earlier(platform: Platform, kind: Kind, reference: str, but: str) -> list[str]:
    """Accounts that ever claimed it, except one."""
    history = read(platform.store, decider(platform), stream(kind, reference)).history
    named = (getattr(one, "account", but) for one in facts(platform.codec, history.commits))
    return sorted({one for one in named if one != but})


def _abandoned(platform: Platform, kind: Kind, reference: str, state: claim.State) -> str | None:
    """The account that has the claim, if its own stream does not bear that out."""
    if not isinstance(state, claim.Held):
        return None
    its = account_state(platform, state.account)
    closed = isinstance(its, accounts.Closed)
    if not closed and _just_now(platform, kind, reference):
        return None
    return None if _bears_out(its, kind, reference) else state.account


def _just_now(platform: Platform, kind: Kind, reference: str) -> bool:
    """
    The claim comes before the account: of two proofs at the same moment the second would find the
    first one's account without its proof yet, and both would be told that it is theirs.
    """
    if kind != "person":
        return False
    history = read(platform.store, decider(platform), stream(kind, reference)).history
    last = max((one.recorded_at for one in events(platform.codec, history.commits)), default=None)
    return last is not None and platform.now() - last < UNDER_WAY


def _bears_out(its: accounts.State, kind: Kind, reference: str) -> bool:
    if not isinstance(its, accounts.Open):
        return False
    if kind == "wechat":
        # Who only ever signed in has nothing to lose by being one with another account.
        return reference in its.openids and its.person is not None
    return (
        its.level >= claim.IN_PERSON
        and its.person is not None
        and its.person.reference == reference
    )


def account_stream(account: str) -> str:
    return f"{accounts.CATEGORY}-{account}"


def account_decider(platform: Platform) -> Decider[accounts.State]:
    return Decider(platform.codec, accounts.initial, accounts.evolve, platform.memory)


def account_state(platform: Platform, account: str, look: Look = read) -> accounts.State:
    found = look(platform.store, account_decider(platform), account_stream(account))
    state: accounts.State = found.state
    return state
