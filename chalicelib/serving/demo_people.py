"""
The demonstration's citizens, as they would be after a visit to the hall: an account says who it is,
and a clerk has seen the person and the card. Local sign-in only; anywhere else people prove it.
"""

from ..kernel.actor import Actor, Channel, Role
from ..people.application import accounts, claims, proofs
from ..people.domain.account import Absent
from ..platform.platform import Caller, Platform
from . import signin
from .illustration import pdf

CLERK = "clerk-chen"


def sign_up(platform: Platform) -> int:
    """How many accounts were made; whose account is there already keeps it as it has become."""
    new = [
        one
        for one in signin.PERSONAS.values()
        if one.id_number is not None
        and claims.account_state(platform, one.account) == Absent()
        and _unclaimed(platform, one)
    ]
    for one in new:
        _sign_up(platform, one)
    return len(new)


def _unclaimed(platform: Platform, who: signin.Persona) -> bool:
    """Who tries the service may have come with that person's face before."""
    told, _ = accounts.person(platform, _naming(who))
    return claims.holder(platform, "person", told.reference) is None


def _sign_up(platform: Platform, who: signin.Persona) -> None:
    naming = _naming(who)
    citizen = Actor(account=who.account, role=Role.APPLICANT, level=who.level)
    told = accounts.Registration(**dict(naming))
    accounts.register(platform, Caller(citizen, "demonstration-registers"), told)
    clerk = signin.persona(CLERK)
    actor = Actor(
        account=CLERK, role=clerk.role, department=clerk.department, division=clerk.division
    )
    caller = Caller(actor, f"demonstration-{who.account}", Channel.WINDOW)
    scan = platform.blobs.put(CLERK, pdf(f"identity card of {who.account}"))
    check = proofs.CounterCheck(**dict(naming), document=scan)
    proofs.check_at_counter(platform, caller, who.account, check)


def _naming(who: signin.Persona) -> accounts.Naming:
    return accounts.Naming(name=who.name, id_number=who.id_number or "")
