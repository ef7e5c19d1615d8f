"""Two pairs of eyes (职责分离): who did what before does not judge it."""

from typing import Any

import pytest

from chalicelib.cases import domain as case
from chalicelib.cases.domain import commands as c
from chalicelib.cases.domain import events as e
from chalicelib.cases.domain.values import StepOutcome
from chalicelib.kernel.actor import Actor, Role
from chalicelib.kernel.errors import NotAllowed

from .givens import (
    AGREED,
    FRI,
    HEALTH,
    PLAN,
    REVIEWING,
    SHORT,
    THU,
    a_case,
    accept,
    at,
    finish,
    grant_extension,
    staff,
    start,
    submit,
)

RETURNED = StepOutcome.RETURNED
# One account in three roles, and the same person under three accounts.
WU_HANDLES, WU_REVIEWS = staff("wu", Role.CLERK), staff("wu", Role.REVIEWER)
WU_FOR_FIRE = staff("wu", Role.REVIEWER, "440800-fire")
WU_HEADS = staff("wu", Role.APPROVER)
OTHER_CLERK = staff("wu-at-the-desk", Role.CLERK)
OTHER_REVIEWER = staff("wu-as-reviewer", Role.REVIEWER)
OTHER_HEAD = staff("wu-as-head", Role.APPROVER)
WU, LU = "a" * 26, "b" * 26


def done(step: str, by: Actor, person: str | None = None, **told: Any) -> c.FinishStep:
    return finish(step, by=by, **told).model_copy(update={"person": person})


def granting(by: Actor, person: str | None = None, day: str = FRI) -> c.Grant:
    return c.Grant(at=at(day), by=by, person=person)


def denying(by: Actor, person: str | None = None) -> c.Deny:
    from .givens import REMEDIES

    return c.Deny(at=at(FRI), by=by, person=person, reasons="不符合条件", remedies=REMEDIES)


HANDLED = (submit(plan=SHORT), accept(), done("survey-1", WU_HANDLES))
HANDLED_BY_WU = (submit(plan=SHORT), accept(), done("survey-1", OTHER_CLERK, WU))


@pytest.mark.parametrize(
    ("history", "command"),
    [
        (HANDLED, granting(WU_HEADS)),
        (HANDLED, denying(WU_HEADS)),
        (HANDLED, done("sign-1", WU_HEADS, outcome=RETURNED, opinion="补查")),
        (HANDLED, start("sign-1", THU, WU_HEADS)),
        (HANDLED_BY_WU, granting(OTHER_HEAD, WU)),
        (HANDLED_BY_WU, denying(OTHER_HEAD, WU)),
    ],
)
def test_who_handled_it_does_not_approve_it_by_account_or_by_person(history, command):
    a_case(*history).when(command).then_rejected(NotAllowed, "two pairs of eyes")


@pytest.mark.parametrize(
    ("history", "command"),
    [
        (HANDLED, granting(OTHER_HEAD)),
        (HANDLED_BY_WU, granting(OTHER_HEAD, LU)),
        (HANDLED_BY_WU, granting(OTHER_HEAD)),  # whose token names nobody: compared by account
        (HANDLED, granting(OTHER_HEAD, WU)),
    ],
)
def test_who_did_not_handle_it_approves_it(history, command):
    a_case(*history).when(command).then_one(e.CaseGranted)


REVIEW_ALONE = PLAN.model_copy(update={"steps": (PLAN.steps[0], PLAN.steps[2], PLAN.steps[3])})
TO_REVIEW = (submit(plan=REVIEW_ALONE), accept(), done("survey-1", WU_HANDLES, WU))


@pytest.mark.parametrize("who", [(WU_REVIEWS, None), (OTHER_REVIEWER, WU)])
def test_who_handled_it_does_not_review_it(who):
    a_case(*TO_REVIEW).when(done("check-1", *who)).then_rejected(NotAllowed, "survey-1")


@pytest.mark.parametrize("who", [(WU_HEADS, None), (OTHER_HEAD, WU)])
def test_who_reviewed_it_does_not_approve_it(who):
    handled = (submit(plan=REVIEW_ALONE), accept(), done("survey-1", staff("lu", Role.CLERK)))
    reviewed = (*handled, done("check-1", WU_REVIEWS, WU))
    a_case(*reviewed).when(granting(*who)).then_rejected(NotAllowed, "check-1")


def test_who_handled_it_is_no_parallel_reviewer_either():
    handled = (submit(), accept(), done("survey-1", WU_HANDLES))
    step = "joint-1:440800-fire"
    a_case(*handled).when(done(step, WU_FOR_FIRE, outcome=AGREED)).then_rejected(NotAllowed)
    a_case(*handled, done(step, staff("fire", Role.REVIEWER, "440800-fire"), outcome=AGREED))


def test_who_gave_an_opinion_in_a_parallel_review_does_not_approve():
    reviewed = (*REVIEWING, done("check-1", staff("sun", Role.REVIEWER)))
    head = staff(HEALTH.account, Role.APPROVER)
    a_case(*reviewed).when(granting(head)).then_rejected(NotAllowed, "440800-health")


def test_who_handled_an_earlier_turn_does_not_approve_a_later_one():
    returned = (
        *HANDLED,
        done("sign-1", OTHER_HEAD, outcome=RETURNED, opinion="补查"),
        done("survey-2", staff("lu", Role.CLERK)),
    )
    a_case(*returned).when(granting(WU_HEADS)).then_rejected(NotAllowed, "survey-1")
    a_case(*returned).when(granting(OTHER_HEAD)).then_one(e.CaseGranted)


def test_what_was_only_handed_on_was_not_done():
    moved = c.Transfer(
        at=at(FRI),
        by=WU_HANDLES,
        to_department="440802-water",
        to_division="440802",
        reason="管辖",
    )
    there = staff("lu", Role.CLERK, "440802-water")
    handled = (submit(plan=SHORT), accept(), moved, finish("survey-1>1", by=there, day=FRI))
    head = staff("wu", Role.APPROVER, "440802-water")
    a_case(*handled).when(granting(head)).then_one(e.CaseGranted)


def test_a_case_under_a_version_from_before_has_no_such_rule():
    before = SHORT.model_copy(update={"separation_of_duties": False})
    handled = (submit(plan=before), accept(), done("survey-1", WU_HANDLES, WU))
    a_case(*handled).when(granting(WU_HEADS, WU)).then_one(e.CaseGranted)


def test_a_finished_step_says_who_that_was_in_this_case_if_the_token_did():
    opened = a_case(submit(), accept())
    assert opened.when(done("survey-1", OTHER_CLERK, WU)).then_one(e.StepFinished).person == WU
    assert opened.when(done("survey-1", OTHER_CLERK)).then_one(e.StepFinished).person is None


# Extensions


def asking(by: Actor, person: str | None = None) -> c.RequestExtension:
    return c.RequestExtension(at=at(THU), by=by, person=person, days=5, reason="案情复杂")


@pytest.mark.parametrize(
    ("asked", "by", "person"),
    [
        (asking(WU_HEADS), WU_HEADS, None),
        (asking(WU_HANDLES), WU_HEADS, None),
        (asking(OTHER_CLERK, WU), OTHER_HEAD, WU),
    ],
)
def test_who_asked_for_an_extension_does_not_grant_it(asked, by, person):
    granted = c.GrantExtension(at=at(FRI), by=by, person=person)
    a_case(submit(), accept(), asked).when(granted).then_rejected(NotAllowed, "asked for")


def test_who_asked_for_an_extension_may_take_that_back():
    refused = c.RefuseExtension(at=at(FRI), by=WU_HEADS, reason="不再需要")
    a_case(submit(), accept(), asking(WU_HEADS)).when(refused).then_one(e.ExtensionRefused)


def test_an_extension_asked_for_before_that_was_recorded_is_granted_by_any_head():
    request = e.ExtensionRequested(days=5, reason="案情复杂")  # as it was stored then
    scenario = a_case(submit(), accept())
    scenario = scenario._replace(state=case.evolve(scenario.state, request))
    granted = grant_extension(FRI).model_copy(update={"by": WU_HEADS})
    scenario.when(granted).then_one(e.ExtensionGranted)
