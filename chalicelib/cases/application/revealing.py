"""
Who is told of a case whose matter it is: its owner, and whoever has it on their desk. Others who
may see it are told with ids and names masked, until they say what they need them for.

What was revealed is counted and logged, without who it is about; that the person can see it is the
business of the records of access.
"""

import logging
from enum import StrEnum

from ...kernel.actor import DEPARTMENT_STAFF, Actor, Role
from ...kernel.errors import NotAllowed
from ...platform.platform import Platform
from ..domain.records import Application
from ..domain.recusal import is_recused
from ..domain.state import Absent, Drafted, Imported, State
from . import access

WINDOW = frozenset({"intake", "supplement", "delivery"})

log = logging.getLogger(__name__)


class Purpose(StrEnum):
    """What somebody needs the ids of others for, who does not handle their case now."""

    HANDLING = "handling"  # 办理: a colleague is helped, the applicant is on the phone
    CORRECTION = "correction"  # 更正
    COMPLAINT = "complaint"  # 投诉, 复议, 诉讼
    AUDIT = "audit"  # 审计
    LEGAL_REQUEST = "legal_request"  # 依法协助: a court or another authority asks


def masks(platform: Platform, actor: Actor, state: State, purpose: Purpose | None) -> bool:
    """
    Whether personal data are masked for `actor`, who may see the case. Raises NotAllowed for a
    purpose of those who are to see times, and not people.
    """
    if handles(actor, state):
        return False
    if purpose is None:
        return True
    if actor.role is Role.SUPERVISOR:
        raise NotAllowed(
            "supervisors-see-no-ids", "supervisors see how cases go, and not whose they are"
        )
    _record(platform, actor, purpose)
    return False


def _record(platform: Platform, actor: Actor, purpose: Purpose) -> None:
    platform.telemetry.count("Revealed", Role=str(actor.role), Purpose=str(purpose))
    log.info("personal data revealed to a %s for %s", actor.role, purpose)


def handles(actor: Actor, state: State) -> bool:
    """The owner, who handed it in, and who has a step of it on their desk now."""
    if actor.role is Role.SYSTEM:
        return True
    match state:
        case Absent():
            return False
        case Drafted():
            return True  # nobody else sees it
        case Imported(imported):
            staff = actor.role in DEPARTMENT_STAFF
            return staff and access.within(imported.department, actor.department)
        case _:
            return _handles(actor, state.application)


def _handles(actor: Actor, application: Application) -> bool:
    if access.owns(actor, application) or access.handed_in(actor, application):
        return True
    if actor.role not in DEPARTMENT_STAFF or is_recused(application, actor.account):
        return False
    return _has_on_desk(actor, application)


def _has_on_desk(actor: Actor, application: Application) -> bool:
    window = access.at_the_window(actor, application)
    return any(
        (step.role, step.department) == (actor.role, actor.department)
        or (window and step.kind in WINDOW)
        for step in (one.opened for one in application.open)
    )
