"""Who acts in a case for somebody else: an agent on a mandate, an operator of a company (代办)."""

from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Final, Literal, Union

from ...clock.calendar import legal_day
from ...codes.parties import Applicant
from ...kernel.actor import APPLICANTS, Actor, in_person, plain
from ...kernel.errors import NotAllowed
from ...platform.platform import Platform
from .. import domain as case
from ..domain import commands as c
from ..domain.records import Application
from ..domain.state import Absent, Drafted, Imported
from . import access

if TYPE_CHECKING:
    from ...people.domain.mandate import Action


# Reading takes no action of its own: who may do anything for somebody may look.
READING: Final = "reading"
# What a mandate gives nobody a right to.
NO_ACTION: Final = "none"
Does = Union["Action", Literal["reading", "none"]]


def acting(
    platform: Platform, actor: Actor, state: case.State, command: case.CaseCommand | None = None
) -> Actor:
    """
    With whom an agent acts for, if it does on a mandate. Raises NotAllowed for one who does not act
    any more; a token does not know that yet.
    """
    does: Does = READING if command is None else _actions().get(type(command), NO_ACTION)
    return doing(platform, actor, state, does)


def doing(platform: Platform, actor: Actor, state: case.State, does: Does) -> Actor:
    """The same for what is no command to the case itself."""
    match state:
        case Absent() | Imported():
            return actor
        case Drafted(draft):
            _of_company(platform, actor, draft.applicant, draft.item.code, does)
            return actor
        case _:
            application = state.application
            _of_company(platform, actor, application.applicant, application.item.code, does)
            return _on_mandate(platform, actor, application, does)


def identified(platform: Platform, actor: Actor, state: case.State) -> Actor:
    """
    The actor as access.py judges it: found to be the person whose case it is, where a clerk or an
    agent on a mandate has entered that. Nothing is read for whoever handed it in, for companies and
    for staff; and what a stranger applies for in somebody's name is put upon nobody.
    """
    found = _entered(actor, state) if in_person(actor) else None
    if found is None:
        return actor
    from ...people.application import identity, persons

    case_id, applicant = found
    person = persons.person_of_actor(platform, actor)
    if person is None or identity.holder(platform, applicant) != f"person:{person}":
        return actor
    return access.InPerson(**dict(plain(actor)), case_id=case_id)


def _entered(actor: Actor, state: case.State) -> tuple[str, Applicant] | None:
    """Of a case, or a draft, that somebody else entered for a person: its id, and who applies."""
    match state:
        case Absent() | Imported():
            return None
        case Drafted(draft):
            # Without a mandate it is the agent's own affair: it names nobody's account.
            its, by = (draft.case_id, draft.applicant), draft.saved_by
            others = by != actor.account and draft.applicant.account is not None
        case _:
            application = state.application
            its = (application.case_id, application.applicant)
            others = application.agent is not None and not access.owns(actor, application)
    return its if others and its[1].entity is None else None


def _of_company(
    platform: Platform,
    actor: Actor,
    applicant: Applicant,
    item_code: str,
    does: Does,
) -> None:
    if applicant.entity is None or applicant.entity != actor.entity:
        return
    # Imported here, and mandates below, since most cases are people's own (cold start).
    from ...people.application import entities

    today = legal_day(platform.now())
    if does == READING:
        entities.belonging(platform, actor, today)
    else:
        entities.acting(platform, actor, item_code, today)


def _on_mandate(platform: Platform, actor: Actor, application: Application, does: Does) -> Actor:
    """
    The actor as it is, unless it is the agent of the case on a mandate that the platform keeps:
    a revoked agent is not let in again as a citizen.
    """
    agent = application.agent
    if agent is None or agent.mandate_id is None or agent.account != actor.account:
        return actor
    if actor.role not in APPLICANTS:
        return actor
    from ...people.application import mandates

    if does == NO_ACTION:
        raise NotAllowed("right-not-of-agent", "a mandate does not give the agent a right to this")
    today = legal_day(platform.now())
    item_code, action = application.item.code, None if does == READING else does
    return mandates.still_acting(platform, actor, agent.mandate_id, item_code, today, action)


@cache
def _actions() -> "Mapping[type[case.CaseCommand], Action]":
    from ...people.domain.mandate import Action

    return {
        c.SaveDraft: Action.SUBMIT,
        c.SubmitCase: Action.SUBMIT,
        c.Resubmit: Action.SUBMIT,
        c.SubmitSupplement: Action.SUPPLEMENT,
        c.Withdraw: Action.WITHDRAW,
        c.Deliver: Action.COLLECT,
    }
