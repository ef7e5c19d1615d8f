"""Who may see, use and change a certificate. The default is no."""

from datetime import date

from ...cases.application import access, cases, recusal
from ...clock.calendar import legal_day
from ...eventlog.transact import read
from ...kernel.actor import APPLICANTS, DEPARTMENT_STAFF, Actor, Role
from ...kernel.errors import NotAllowed, NotFound
from ...people.application import accounts, entities
from ...platform.platform import Caller, Platform
from ..domain import certificate
from ..domain.certificate import Known, Record
from ..domain.events import CertificateCreated, Grantee


def person_of(platform: Platform, actor: Actor) -> str | None:
    """The holder that the actor is as a natural person, once that is proven."""
    if actor.role is not Role.APPLICANT:
        return None
    try:
        its = accounts.someone(platform, actor.account)
    except NotAllowed:
        return None
    return f"person:{its.person.reference}"


def owns(platform: Platform, actor: Actor, record: Record) -> bool:
    """The holder: who applied for it, who is proven to be that person, who acts for the company."""
    created = record.created
    if actor.role not in APPLICANTS:
        return False
    if created.holder.startswith("entity:"):
        return created.holder == f"entity:{actor.entity}" and _belongs(platform, actor)
    if actor.role is not Role.APPLICANT:
        return False
    return created.account == actor.account or created.holder == person_of(platform, actor)


def _belongs(platform: Platform, actor: Actor) -> bool:
    return entities.belongs(platform, actor, legal_day(platform.now()))


def is_named(platform: Platform, actor: Actor, grantee: Grantee) -> bool:
    if grantee.department is not None:
        return actor.role in DEPARTMENT_STAFF and actor.department == grantee.department
    if actor.role not in APPLICANTS:
        return False
    if grantee.entity is not None:
        return actor.entity == grantee.entity and _belongs(platform, actor)
    return actor.account == grantee.account


def _attends(platform: Platform, actor: Actor, created: CertificateCreated) -> bool:
    """
    Staff of the department that issued it, and who oversees that; of a confidential case's
    certificate only those of them who may see the case.
    """
    staff = actor.role in DEPARTMENT_STAFF
    issues = staff and access.within(created.department, actor.department)
    if not issues and not access.oversees(actor, created.division):
        return False
    if not created.confidential:
        return True
    case = read(platform.store, cases.decider(platform), cases.stream(created.case_id))
    return access.may_see(actor, case.state)


def may_see(platform: Platform, actor: Actor, record: Record) -> bool:
    """The holder, staff of the department that issued it, who oversees that, the platform."""
    return (
        actor.role is Role.SYSTEM
        or owns(platform, actor, record)
        or _attends(platform, actor, record.created)
    )


def may_open(platform: Platform, actor: Actor, record: Record, on: date) -> bool:
    """
    Its file: also for who has used it under an authorisation that is not over; not for supervisors,
    who see how it stands, and not whose it is.
    """
    if actor.role is Role.SUPERVISOR:
        return False
    return may_see(platform, actor, record) or any(
        one.used
        and not one.revoked
        and one.terms.since <= on <= one.terms.until
        and is_named(platform, actor, one.terms.grantee)
        for one in record.authorisations
    )


def seen(platform: Platform, actor: Actor, state: certificate.State) -> Known:
    """Raises NotFound, also for who may not see it."""
    found = certificate.known(state)
    if not may_see(platform, actor, found.record):
        raise hidden()
    return found


def hidden() -> NotFound:
    return NotFound(
        "certificate-not-seen", "there is no such certificate, or it is not yours to see"
    )


def operates(platform: Platform, caller: Caller, state: certificate.State) -> Known:
    """
    Whoever signs for the department that issued it, and does not hold it. Raises NotFound,
    NotAllowed.
    """
    actor = caller.actor
    found = seen(platform, actor, state)
    own = actor.department == found.record.created.department
    if actor.role is not Role.SYSTEM and not (actor.role is Role.APPROVER and own):
        raise NotAllowed(
            "certificate-state-by-approver",
            "only an approver of the department that issued it changes its state",
        )
    created = found.record.created
    recusal.check_holder(platform, caller, created.holder, created.account)
    return found


def holds(platform: Platform, actor: Actor, state: certificate.State) -> Known:
    """Raises NotFound, NotAllowed."""
    found = seen(platform, actor, state)
    if not owns(platform, actor, found.record):
        raise NotAllowed(
            "certificate-shown-by-holder",
            "only its holder shows a certificate and lets others use it",
        )
    return found
