"""
Who may do what to which case (docs/access.md is the table). The default is no.

A caller who may not even see a case is told that there is none: NotFound, not NotAllowed.
"""

from collections.abc import Callable, Mapping
from typing import Annotated

from pydantic import Field

from ...codes.divisions import covers
from ...items.domain.plan import StepKind
from ...kernel.actor import APPLICANTS, DEPARTMENT_STAFF, Actor, Identifier, Role
from ...kernel.errors import NotAllowed, NotFound
from ..domain import CaseCommand, State
from ..domain import commands as c
from ..domain.events import CaseDrafted
from ..domain.records import Application, DoneStep
from ..domain.state import Absent, Drafted, Imported
from ..domain.steps import responsible

Rule = Callable[[Actor, CaseCommand, Application], bool]
OVERSEERS = frozenset({Role.SUPERVISOR, Role.AUDITOR})


class InPerson(Actor):
    """
    A citizen who was found to be the person whose case it is: of `case_id`, and of no other
    (acting.identified). No event has it.
    """

    case_id: Annotated[Identifier, Field(exclude=True)]


def owns(actor: Actor, application: Application) -> bool:
    """
    Whoever acts for the company that applies; of a person's case the account that handed it in, and
    whom it concerns: the account that a clerk or an agent named for that person may be anybody's.
    """
    applicant, agent = application.applicant, application.agent
    if actor.role not in APPLICANTS:
        return False
    if actor.entity is not None:  # hats are separate
        return applicant.entity == actor.entity
    if agent is None:
        # Earlier releases let a person apply for a company; that account handed it in itself.
        return applicant.account == actor.account
    # Who handed it in for a company and has left it since has nothing to do with it any more.
    if applicant.entity is not None:
        return False
    return agent.account == actor.account or _concerns(actor, application.case_id)


def _concerns(actor: Actor, case_id: str) -> bool:
    return isinstance(actor, InPerson) and actor.case_id == case_id


def handed_in(actor: Actor, application: Application) -> bool:
    """The clerk who entered it for an applicant, perhaps at the window of another department."""
    agent = application.agent
    return actor.role is Role.CLERK and agent is not None and agent.account == actor.account


def involved(actor: Actor, application: Application) -> bool:
    """Staff of a department that takes it in, is or was in charge, or has or had a step of it."""
    departments = {application.intake, application.department}
    departments |= {transfer.from_department for transfer in application.transfers}
    departments |= {one.opened.department for one in application.open}
    departments |= {one.opened.department for one in application.done}
    return actor.role in DEPARTMENT_STAFF and any(
        within(one, actor.department) for one in departments
    )


def within(department: str, of: str | None) -> bool:
    """
    Whether a department is `of` or a part of it: a section (科室) has the code of its department,
    a dot and more, as `440800-housing.permits`. It is seen from above, and sees nothing there.
    """
    return of is not None and (department == of or department.startswith(f"{of}."))


def at_the_window(actor: Actor, application: Application) -> bool:
    """A clerk of the window that takes it in, or of the department in charge."""
    departments = (application.intake, application.department)
    return actor.role is Role.CLERK and actor.department in departments


def holds(actor: Actor, application: Application) -> bool:
    """The role and department that has or had a step, or the window that takes it in."""
    steps = (*(one.opened for one in application.open), *(one.opened for one in application.done))
    desks = {(step.role, step.department) for step in steps} | {(Role.CLERK, application.intake)}
    return (actor.role, actor.department) in desks


def oversees(actor: Actor, division: str) -> bool:
    """Supervisors and auditors see the own division and those below it."""
    return actor.role in OVERSEERS and covers(actor.division, division)


def may_see(actor: Actor, state: State) -> bool:
    match state:
        case Absent():
            return False
        case Drafted(draft):
            return _drafts(actor, draft)
        case Imported(imported):
            own = actor.role in DEPARTMENT_STAFF and within(imported.department, actor.department)
            return own or oversees(actor, imported.division) or actor.role is Role.SYSTEM
        case _:
            return _sees(actor, state.application)


def _sees(actor: Actor, application: Application) -> bool:
    if actor.role is Role.SYSTEM or owns(actor, application) or handed_in(actor, application):
        return True
    if application.confidential:
        return holds(actor, application) or _oversees_itself(actor, application.division)
    return involved(actor, application) or oversees(actor, application.division)


def _oversees_itself(actor: Actor, division: str) -> bool:
    """What is confidential (保密) is not seen from above: only in the division that it is in."""
    if actor.role is Role.AUDITOR:
        return oversees(actor, division)
    return actor.role is Role.SUPERVISOR and actor.division == division


def _drafts(actor: Actor, draft: CaseDrafted) -> bool:
    """Who saved it, and whoever else it is for; nobody else's business before it is submitted."""
    if actor.role is Role.SYSTEM:
        return True
    if actor.role is Role.CLERK:
        return draft.saved_by == actor.account
    if actor.role not in APPLICANTS:
        return False
    applicant = draft.applicant
    if actor.entity is not None:
        return applicant.entity == actor.entity
    if applicant.entity is not None:  # without a company's hat, which only a submission asks for
        return applicant.account == actor.account
    return draft.saved_by == actor.account or _concerns(actor, draft.case_id)


def seen(actor: Actor, state: State) -> State:
    """`state`, if the actor may see it; raises NotFound."""
    if not may_see(actor, state):
        raise NotFound("case-not-seen", "there is no such case, or it is not yours to see")
    return state


def owned(actor: Actor, state: State) -> State:
    """
    `state`, if it is the actor's own case: of what no window does in the name of somebody else.
    Raises NotFound, NotAllowed.
    """
    seen(actor, state)
    if isinstance(state, Drafted | Imported | Absent):
        return state
    if actor.role is not Role.SYSTEM and not owns(actor, state.application):
        raise not_for(actor)
    return state


def check(actor: Actor, command: CaseCommand, state: State) -> None:
    """Raises NotFound or NotAllowed."""
    if isinstance(command, c.SaveDraft | c.SubmitCase) and isinstance(state, Absent):
        if actor.role in APPLICANTS or actor.role is Role.CLERK:
            return
        raise NotAllowed(
            "not-a-submitting-role", "only an applicant, an agent or a window clerk submits a case"
        )
    seen(actor, state)
    if isinstance(state, Drafted | Imported | Absent):
        return
    rules = RULES[type(command)]
    if not any(rule(actor, command, state.application) for rule in rules):
        raise not_for(actor)


def not_for(actor: Actor) -> NotAllowed:
    """To who sees the case, and may not do this to it."""
    if actor.department is None:
        return NotAllowed("not-for-role", "{role} may not do this to the case", role=actor.role)
    return NotAllowed(
        "not-for-role-of-department",
        "{role} of {department} may not do this to the case",
        role=actor.role,
        department=actor.department,
    )


# Who a rule speaks of: its docstring is what the OpenAPI document says


def _owner(actor: Actor, _command: CaseCommand, application: Application) -> bool:
    """The applicant, or who acts for the company that applies."""
    return owns(actor, application)


def _at_the_window(actor: Actor, _command: CaseCommand, application: Application) -> bool:
    """A clerk of the window that takes it in, or of the department in charge."""
    return at_the_window(actor, application)


def _for_the_applicant(actor: Actor, command: CaseCommand, application: Application) -> bool:
    """The applicant, whoever handed it in, or a clerk at the window."""
    # Nothing is app-only: what an applicant can do, a window does for who comes there.
    return (
        owns(actor, application)
        or handed_in(actor, application)
        or _at_the_window(actor, command, application)
    )


def _staff_in_charge(actor: Actor, _command: CaseCommand, application: Application) -> bool:
    """Staff of the department in charge."""
    return actor.role in DEPARTMENT_STAFF and actor.department == application.department


def _head(actor: Actor, _command: CaseCommand, application: Application) -> bool:
    """An approver of the department in charge."""
    return actor.role is Role.APPROVER and actor.department == application.department


def _holds_the_step(actor: Actor, command: CaseCommand, application: Application) -> bool:
    """The role and department that the step waits for."""
    step = application.step(getattr(command, "step", ""))
    if step is None:  # finished, or never opened: `decide` says so to those involved
        return involved(actor, application)
    return actor.role is step.opened.role and actor.department == step.opened.department


def _approves(actor: Actor, _command: CaseCommand, application: Application) -> bool:
    """The role and department that the decision waits for."""
    steps = [one.opened for one in application.open if one.opened.kind is StepKind.APPROVE]
    if steps:
        return any((actor.role, actor.department) == (s.role, s.department) for s in steps)
    # Not yet, or not any more: `decide` says so to who will have the step, or had it.
    last = application.plan.steps[-1]
    holders = {(last.role, responsible(application, last.department)[0])}
    holders |= {
        (one.opened.role, one.opened.department) for one in application.done if _decides(one)
    }
    return (actor.role, actor.department) in holders


def _decides(one: DoneStep) -> bool:
    return one.opened.kind is StepKind.APPROVE


def _has_a_step(actor: Actor, _command: CaseCommand, application: Application) -> bool:
    """Staff of a department that has a step open."""
    return actor.role in DEPARTMENT_STAFF and any(
        one.opened.department == actor.department for one in application.open
    )


def _head_of_a_step(actor: Actor, command: CaseCommand, application: Application) -> bool:
    """An approver of a department that has a step open."""
    return actor.role is Role.APPROVER and _has_a_step(actor, command, application)


def _recuses(actor: Actor, command: CaseCommand, application: Application) -> bool:
    """Oneself: staff of a department involved; others: an approver in charge, or of a step."""
    account = getattr(command, "account", None)
    if account in {None, actor.account}:
        return involved(actor, application)
    return _head(actor, command, application) or _head_of_a_step(actor, command, application)


def _passed_it_on(actor: Actor, _command: CaseCommand, application: Application) -> bool:
    """Staff of the department that passed it on."""
    # Without this a transfer that is sent twice would be refused, and not found to be done.
    last = application.transfers[-1] if application.transfers else None
    return (
        actor.role in DEPARTMENT_STAFF
        and last is not None
        and last.from_department == actor.department
    )


def _system(actor: Actor, _command: CaseCommand, _application: Application) -> bool:
    """The platform itself."""
    return actor.role is Role.SYSTEM


# What each command takes

RULES: Mapping[type[CaseCommand], tuple[Rule, ...]] = {
    c.SaveDraft: (_owner,),
    c.DiscardDraft: (_for_the_applicant, _system),
    c.SubmitCase: (_for_the_applicant,),
    c.PassPreCheck: (_at_the_window,),
    c.ReturnSubmission: (_at_the_window,),
    c.Resubmit: (_for_the_applicant,),
    c.Receive: (_at_the_window,),
    c.RequestSupplement: (_at_the_window, _staff_in_charge),
    c.SubmitSupplement: (_for_the_applicant,),
    c.LapseSupplement: (_at_the_window, _system),
    c.Accept: (_at_the_window,),
    c.DeemAccepted: (_system,),
    c.RefuseAcceptance: (_at_the_window,),
    c.StartStep: (_holds_the_step,),
    c.FinishStep: (_holds_the_step,),
    c.Suspend: (_staff_in_charge,),
    c.Resume: (_staff_in_charge,),
    c.RequestExtension: (_staff_in_charge,),
    c.GrantExtension: (_head,),
    c.RefuseExtension: (_head,),
    c.Transfer: (_staff_in_charge, _has_a_step, _passed_it_on),
    c.Recuse: (_recuses,),
    c.RequestRecusal: (_for_the_applicant,),
    c.RefuseRecusal: (_head, _head_of_a_step),
    c.CorrectMistake: (_head,),
    c.Grant: (_approves,),
    c.GrantAtOnce: (_approves,),
    c.Deny: (_approves,),
    c.IssueCertificate: (_system, _staff_in_charge),
    c.Deliver: (_at_the_window, _system),
    c.Withdraw: (_for_the_applicant,),
    c.Void: (_head,),
    c.Archive: (_at_the_window,),
}
