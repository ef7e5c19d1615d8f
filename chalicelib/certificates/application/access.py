"""Who may see, use and change a certificate. The default is no."""

from datetime import date

from ...cases.application import access, cases, recusal
from ...cases.domain.state import Lodged
from ...clock.calendar import legal_day
from ...eventlog.codec import events
from ...eventlog.envelope import Recorded
from ...eventlog.transact import read
from ...kernel.actor import APPLICANTS, DEPARTMENT_STAFF, Actor, Role, plain
from ...kernel.errors import NotAllowed, NotFound
from ...people.application import accounts, entities, persons
from ...platform.platform import Caller, Platform
from ..domain import certificate
from ..domain.certificate import Authorisation, Known, Record
from ..domain.events import CertificateCreated, Grantee, UseAuthorised


def person_of(platform: Platform, actor: Actor) -> str | None:
    """The holder that the actor is as a natural person, once that is proven in person."""
    if actor.role is not Role.APPLICANT or actor.entity is not None:
        return None
    person = persons.person_of_actor(platform, actor)
    return None if person is None else f"person:{person}"


def owns(platform: Platform, actor: Actor, record: Record) -> bool:
    """
    The holder: who is proven in person to be that one, whose account handed in the very case that
    it came from, who acts for the company. A company's hat is no person's.
    """
    created = record.created
    if actor.role not in APPLICANTS:
        return False
    if created.holder.startswith("entity:"):
        return created.holder == f"entity:{actor.entity}" and _belongs(platform, actor)
    if actor.role is not Role.APPLICANT or actor.entity is not None:
        return False
    return created.holder == person_of(platform, actor) or (
        created.account == actor.account and _handed_in(platform, actor.account, created)
    )


def _handed_in(platform: Platform, account: str, created: CertificateCreated) -> bool:
    """
    Itself, and it is not known since to be another's: what a clerk or an agent entered named an
    account that may be anybody's, and what a counter has taken from an account it has no more.
    """
    state = read(platform.store, cases.decider(platform), cases.stream(created.case_id)).state
    if not isinstance(state, Lodged):
        return False
    application = state.application
    own = application.agent is None and application.applicant.account == account
    return own and not persons.lost(platform, account, created.holder.removeprefix("person:"))


def good(platform: Platform, identifier: str, record: Record, authorisation: Authorisation) -> bool:
    """
    Whether who let it be used is its holder still, or acts for the company still: what an account
    or an operator has granted ends with them. Earlier releases asked less of who granted.
    """
    holder = record.created.holder
    granted = _granted(platform, identifier, authorisation.terms.authorisation)
    account = granted.actor.account
    if holder.startswith("person:"):
        return persons.still_is(platform, account, holder.removeprefix("person:")) or (
            record.created.account == account and _handed_in(platform, account, record.created)
        )
    code = holder.removeprefix("entity:")
    hat = plain(granted.actor).model_copy(update={"entity": code})
    return _belongs(platform, hat) and not entities.left_since(
        platform, code, account, granted.recorded_at
    )


def _granted(platform: Platform, identifier: str, authorisation: str) -> Recorded:
    """By whom, and when: the envelope has it, and the state does not."""
    commits = platform.store.load(f"{certificate.CATEGORY}-{identifier}").commits
    return next(
        one
        for one in events(platform.codec, commits)
        if isinstance(one.data, UseAuthorised) and one.data.authorisation == authorisation
    )


def _belongs(platform: Platform, actor: Actor) -> bool:
    return entities.belongs(platform, actor, legal_day(platform.now()))


def is_named(platform: Platform, actor: Actor, grantee: Grantee) -> bool:
    if grantee.department is not None:
        return actor.role in DEPARTMENT_STAFF and actor.department == grantee.department
    if actor.role not in APPLICANTS:
        return False
    if grantee.entity is not None:
        return actor.entity == grantee.entity and _belongs(platform, actor)
    return actor.entity is None and actor.account == grantee.account


def is_given(
    platform: Platform, actor: Actor, identifier: str, authorisation: Authorisation
) -> bool:
    """
    Whether it names the actor, who is, now, whom it named: not an account that a counter has taken
    from that person, or that is somebody else's since.
    """
    grantee = authorisation.terms.grantee
    if not is_named(platform, actor, grantee):
        return False
    if grantee.account is None:
        return True
    granted = _granted(platform, identifier, authorisation.terms.authorisation)
    then = accounts.registered_at(platform, grantee.account, granted.recorded_at)
    if then is None:
        return True
    known = persons.person_of_actor(platform, actor) in {None, then}
    return known and not persons.lost(platform, grantee.account, then)


def names_oneself(platform: Platform, actor: Actor, holder: str, grantee: Grantee) -> bool:
    """Also by another account of the same person; and a company itself."""
    if grantee.entity is not None:
        return holder == f"entity:{grantee.entity}"
    if grantee.account is None:
        return False
    if grantee.account == actor.account:
        return True
    person = persons.person_of_actor(platform, actor)
    return person is not None and person == persons.person_of(platform, grantee.account)


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
        and is_given(platform, actor, record.created.identifier, one)
        and good(platform, record.created.identifier, record, one)
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
