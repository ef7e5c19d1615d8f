"""People, plans and commands of the cases that the tests tell of; all of it is made up."""

from collections.abc import Callable
from datetime import date, datetime, time
from functools import reduce
from typing import Any

from chalicelib.cases import domain as case
from chalicelib.cases.domain import commands as c
from chalicelib.cases.domain import due as ledger
from chalicelib.cases.domain import events as e
from chalicelib.cases.domain.records import Application
from chalicelib.cases.domain.state import InHand, Lodged, State, handling_of
from chalicelib.cases.domain.steps import desk
from chalicelib.cases.domain.values import (
    DeliveryMethod,
    ItemRef,
    Material,
    MissingMaterial,
    Remedies,
    StepOutcome,
)
from chalicelib.clock.calendar import LEGAL_ZONE, load_builtin
from chalicelib.clock.clock import Limit, SpecialProcedure
from chalicelib.codes.numbers import case_number
from chalicelib.codes.parties import Applicant
from chalicelib.items.domain.plan import CertificateKind, Plan, PlannedStep, Reviewer, StepKind
from chalicelib.kernel.actor import Actor, Role

from ...scenario import Scenario, given

CALENDAR = load_builtin()

# Days around the Labour Day holiday of 2026; 1 to 5 May are off, Saturday 9 May is worked.
MON, TUE, WED, THU, FRI = "2026-04-13", "2026-04-14", "2026-04-15", "2026-04-16", "2026-04-17"
NEXT_MON, NEXT_TUE = "2026-04-20", "2026-04-21"
LATER = "2026-04-27"


def at(day: str, hour: int = 10) -> datetime:
    return datetime.combine(datetime.fromisoformat(day).date(), time(hour), LEGAL_ZONE)


# People


def staff(account: str, role: Role, department: str = "440800-water") -> Actor:
    return Actor(account=account, role=role, department=department, division="440800")


APPLICANT = Actor(account="citizen-zhao", role=Role.APPLICANT, level=3)
CLERK = staff("clerk-qian", Role.CLERK)
REVIEWER = staff("reviewer-sun", Role.REVIEWER)
APPROVER = staff("head-li", Role.APPROVER)
FIRE = staff("fire-zhou", Role.REVIEWER, "440800-fire")
HEALTH = staff("health-wu", Role.REVIEWER, "440800-health")
SUPERVISOR = Actor(account="supervisor-zheng", role=Role.SUPERVISOR, division="440800")
SYSTEM = Actor(account="banjian", role=Role.SYSTEM)

# Plans

HANDLE = PlannedStep(
    id="survey",
    name="承办",
    kind=StepKind.HANDLE,
    role=Role.CLERK,
    department="440800-water",
    days=3,
)
REVIEW = PlannedStep(
    id="check", name="审核", kind=StepKind.REVIEW, role=Role.REVIEWER, department="440800-water"
)
PARALLEL = PlannedStep(
    id="joint",
    name="并联审批",
    kind=StepKind.PARALLEL,
    role=Role.REVIEWER,
    department="440800-water",
    days=5,
    reviewers=(
        Reviewer(department="440800-fire", name="消防"),
        Reviewer(department="440800-health", name="卫生"),
    ),
)
APPROVE = PlannedStep(
    id="sign", name="批准", kind=StepKind.APPROVE, role=Role.APPROVER, department="440800-water"
)
CERTIFICATE = CertificateKind(
    type="11100000000013338W011", name="取水许可证", issuer="11430000006122244L", months=60
)
IDENTIFIER = "1.2.156.3005.2.11100000000013338W011.11430000006122244L.20230000403.001.U"
PLAN = Plan(
    statutory=Limit(20),
    promised=Limit(10),
    steps=(HANDLE, PARALLEL, REVIEW, APPROVE),
    special_procedures=(SpecialProcedure.HEARING, SpecialProcedure.EXPERT_REVIEW),
    supplement_days=5,
    certificate=CERTIFICATE,
    separation_of_duties=True,
)
SHORT = PLAN.model_copy(update={"steps": (HANDLE, APPROVE), "certificate": None})
JOINT = PLAN.model_copy(update={"joint": True, "statutory": Limit(45)})
AT_ONCE = Plan(at_once=True, statutory=Limit(5), promised=Limit(1), steps=(APPROVE,))

# What is handed in

ITEM = ItemRef(code="11440800007482575H3440118009000", version=1, name="取水许可")
NUMBER = case_number("440800", at(MON).date(), 1)
ZHAO = Applicant(account="citizen-zhao", name="赵一", id_number="440801199001011231")
REMEDIES = Remedies(reconsideration="六十日内申请行政复议", litigation="六个月内提起行政诉讼")


def material(material_id: str, letter: str = "a") -> Material:
    return Material(
        id=material_id,
        sha256=letter * 64,
        size=1000,
        media_type="application/pdf",
        owner="citizen-zhao",
    )


DRAWING, REPORT = material("drawing"), material("report", "b")
DRAWING_MISSING = MissingMaterial(material="drawing", reason="图纸未盖章")
FORM = {"purpose": "灌溉", "volume": 1200}


# Commands, on a day


def submit(day: str = MON, plan: Plan = PLAN, **fields: Any) -> c.SubmitCase:
    told: dict[str, Any] = {
        "case_id": "c1",
        "number": NUMBER,
        "query_code_digest": "0" * 32,
        "item": ITEM,
        "plan": plan,
        "division": "440800",
        "department": "440800-water",
        "intake": "440800-water",
        "applicant": ZHAO,
        "form": FORM,
        "materials": (DRAWING,),
    }
    return c.SubmitCase(at=at(day), by=APPLICANT, **{**told, **fields})


def save_draft(day: str = MON, by: Actor = APPLICANT, **fields: Any) -> c.SaveDraft:
    told: dict[str, Any] = {"case_id": "c1", "item": ITEM, "applicant": ZHAO, "form": FORM}
    return c.SaveDraft(at=at(day), by=by, **{**told, **fields})


def discard_draft(day: str = TUE, by: Actor = APPLICANT) -> c.DiscardDraft:
    return c.DiscardDraft(at=at(day), by=by)


def pass_pre_check(day: str = MON) -> c.PassPreCheck:
    return c.PassPreCheck(at=at(day), by=CLERK)


def return_submission(day: str = MON, reason: str = "申请人姓名与证件不符") -> c.ReturnSubmission:
    return c.ReturnSubmission(at=at(day), by=CLERK, reason=reason)


def resubmit(day: str = TUE, **form: Any) -> c.Resubmit:
    return c.Resubmit(at=at(day), by=APPLICANT, form={**FORM, **form}, materials=(DRAWING,))


def receive(day: str = MON) -> c.Receive:
    return c.Receive(at=at(day), by=CLERK)


def accept(day: str = TUE) -> c.Accept:
    return c.Accept(at=at(day), by=CLERK)


def deem_accepted(day: str) -> c.DeemAccepted:
    return c.DeemAccepted(at=at(day), by=SYSTEM)


def refuse(day: str = TUE, reason: str = "不属于本机关职权范围") -> c.RefuseAcceptance:
    return c.RefuseAcceptance(at=at(day), by=CLERK, reason=reason, remedies=REMEDIES)


def ask_supplement(
    day: str = TUE, *missing: MissingMaterial, by: Actor = CLERK
) -> c.RequestSupplement:
    return c.RequestSupplement(at=at(day), by=by, missing=missing or (DRAWING_MISSING,))


def supplement(
    day: str = WED,
    *materials: Material,
    form: dict[str, Any] | None = None,
) -> c.SubmitSupplement:
    given_in = materials or (material("drawing", "c"),)
    return c.SubmitSupplement(at=at(day), by=APPLICANT, materials=given_in, form=form)


def lapse(day: str) -> c.LapseSupplement:
    return c.LapseSupplement(at=at(day), by=SYSTEM)


def start(step: str, day: str = WED, by: Actor = CLERK) -> c.StartStep:
    return c.StartStep(at=at(day), by=by, step=step)


def finish(
    step: str,
    outcome: StepOutcome = StepOutcome.PASSED,
    day: str = WED,
    opinion: str | None = None,
    by: Actor = CLERK,
) -> c.FinishStep:
    return c.FinishStep(at=at(day), by=by, step=step, outcome=outcome, opinion=opinion)


def suspend(
    day: str = WED,
    procedure: SpecialProcedure = SpecialProcedure.EXPERT_REVIEW,
    days: int = 10,
    reason: str = "方案须经专家评审",
) -> c.Suspend:
    return c.Suspend(
        at=at(day), by=REVIEWER, procedure=procedure, reason=reason, expected_days=days
    )


def resume(day: str = FRI, pause: str | None = None, result: str | None = None) -> c.Resume:
    return c.Resume(at=at(day), by=REVIEWER, pause=pause, result=result)


def ask_extension(day: str = WED, days: int = 10) -> c.RequestExtension:
    return c.RequestExtension(at=at(day), by=CLERK, days=days, reason="案情复杂")


def grant_extension(day: str = THU) -> c.GrantExtension:
    return c.GrantExtension(at=at(day), by=APPROVER)


def refuse_extension(day: str = THU, reason: str = "理由不充分") -> c.RefuseExtension:
    return c.RefuseExtension(at=at(day), by=APPROVER, reason=reason)


def transfer(
    day: str = WED,
    to: str = "440802-water",
    division: str = "440802",
    by: Actor = CLERK,
    reason: str = "取水口位于赤坎区",
) -> c.Transfer:
    return c.Transfer(at=at(day), by=by, to_department=to, to_division=division, reason=reason)


def recuse(account: str | None = None, day: str = WED, by: Actor = CLERK) -> c.Recuse:
    return c.Recuse(at=at(day), by=by, account=account, reason="与申请人系近亲属")


def ask_recusal(account: str = "clerk-qian", day: str = WED) -> c.RequestRecusal:
    return c.RequestRecusal(at=at(day), by=APPLICANT, account=account, reason="与我有纠纷")


def refuse_recusal(
    account: str = "clerk-qian", day: str = WED, by: Actor = APPROVER
) -> c.RefuseRecusal:
    return c.RefuseRecusal(at=at(day), by=by, account=account, reason="无事实依据")


def correct(field: str, now: Any, mistake: int, day: str = FRI) -> c.CorrectMistake:
    return c.CorrectMistake(
        at=at(day), by=APPROVER, mistake=mistake, field=field, now=now, reason="录入有误"
    )


def grant(day: str = FRI, conditions: str | None = None) -> c.Grant:
    return c.Grant(at=at(day), by=APPROVER, conditions=conditions)


def grant_at_once(day: str = MON) -> c.GrantAtOnce:
    return c.GrantAtOnce(at=at(day), by=APPROVER)


def deny(day: str = FRI, reasons: str = "取水量超过可利用水量") -> c.Deny:
    return c.Deny(at=at(day), by=APPROVER, reasons=reasons, remedies=REMEDIES)


def issue(day: str = FRI, identifier: str = IDENTIFIER) -> c.IssueCertificate:
    return c.IssueCertificate(at=at(day), by=SYSTEM, identifier=identifier)


def deliver(day: str = NEXT_MON, recipient: str = "赵一") -> c.Deliver:
    return c.Deliver(at=at(day), by=CLERK, method=DeliveryMethod.PICK_UP, recipient=recipient)


def withdraw(day: str = THU, reason: str = "不再需要") -> c.Withdraw:
    return c.Withdraw(at=at(day), by=APPLICANT, reason=reason)


def void(day: str = NEXT_MON, reason: str = "申请材料系伪造") -> c.Void:
    return c.Void(at=at(day), by=APPROVER, reason=reason)


def archive(day: str = LATER) -> c.Archive:
    return c.Archive(at=at(day), by=CLERK)


# Histories that many tests begin with: lists of commands

ACCEPTED = (submit(), accept())  # on Tuesday; the survey is open
APPROVING = (submit(plan=SHORT), accept(), finish("survey-1"))  # only the signature is missing
GRANTED = (*APPROVING, grant())  # on Friday
JOINT_REVIEW = (*ACCEPTED, finish("survey-1"))  # both reviewers have their step
AGREED, DISAGREED = StepOutcome.AGREED, StepOutcome.DISAGREED
REVIEWING = (
    *JOINT_REVIEW,
    finish("joint-1:440800-fire", AGREED, by=FIRE),
    finish("joint-1:440800-health", AGREED, by=HEALTH),
)


def decide(command: case.CaseCommand, state: State) -> list[case.Event]:
    return case.decide(command, state, CALENDAR)


def played(*commands: case.CaseCommand) -> list[case.Event]:
    """The events of a case to which all of this was said; each must have had an effect."""
    state: State = case.initial
    history: list[case.Event] = []
    for command in commands:
        events = decide(command, state)
        assert events, f"{type(command).__name__} changed nothing"
        history += events
        state = case.fold(events, state)
    return history


def a_case(*commands: case.CaseCommand) -> Scenario:
    return given(decide, case.fold(played(*commands)))


def known(*commands: case.CaseCommand) -> Lodged:
    """The case after all of this was said."""
    return lodged(case.fold(played(*commands)))


def application(*commands: case.CaseCommand) -> Application:
    return known(*commands).application


def in_hand(*commands: case.CaseCommand) -> InHand:
    """The case after all of this was said, which was accepted and not decided."""
    state = known(*commands)
    assert isinstance(state, InHand)
    return state


def due(*commands: case.CaseCommand) -> date | None:
    """The statutory due date of an accepted case; None while the clock stands."""
    state = known(*commands)
    handling = handling_of(state)
    assert handling is not None
    return ledger.last_day(handling, state.application.plan.statutory, CALENDAR)


def lodged(state: State) -> Lodged:
    assert isinstance(state, Lodged)
    return state


def after(scenario: Scenario, then: Callable[[State], Any]) -> Any:
    """What holds once the command was taken."""
    return then(reduce(case.evolve, scenario.events(), scenario.state))


# As the release before had them in the case's own stream; see ratings/.


def old_rating(*, answered: bool = False, comment: str = "态度恶劣") -> list[e.Event]:
    """What was recorded when a delivered case was rated badly."""
    case = known(*GRANTED, deliver())
    opened = desk(case.application, "delivery", date(2026, 4, 21), 15)
    step = opened.model_copy(update={"kind": "rating", "planned": "rating", "step": "rating-1"})
    told: list[e.Event] = [e.CaseRated(rating=5, comment=comment), step]
    if not answered:
        return told
    return [
        *told,
        e.StepStarted(step="rating-1", handler="clerk-he"),
        e.StepFinished(step="rating-1", outcome=StepOutcome.PASSED, handler="clerk-he"),
        e.BadRatingAnswered(justified=True, finding="属实", remedy="致歉"),
    ]
