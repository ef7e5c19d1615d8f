"""What a case has to go through, as its item laid it down."""

import pytest
from pydantic import ValidationError

from chalicelib.clock.clock import Limit
from chalicelib.items.domain.plan import DESKS, Plan, PlannedStep, Reviewer, StepKind
from chalicelib.kernel.actor import Role

HANDLE = PlannedStep(
    id="survey", name="承办", kind=StepKind.HANDLE, role=Role.CLERK, department="water"
)
APPROVE = PlannedStep(
    id="sign", name="批准", kind=StepKind.APPROVE, role=Role.APPROVER, department="water"
)


def a_plan(*steps: PlannedStep, statutory: Limit | None = None, promised: Limit | None = None):
    return Plan(
        statutory=statutory or Limit(20), promised=promised or Limit(10), steps=steps or (APPROVE,)
    )


def test_a_plan_ends_in_its_only_approval():
    assert a_plan(HANDLE, APPROVE).steps[-1] is APPROVE


@pytest.mark.parametrize(
    "steps", [(HANDLE,), (APPROVE, HANDLE), (APPROVE, APPROVE.model_copy(update={"id": "again"}))]
)
def test_a_plan_that_does_not_end_in_its_only_approval_is_none(steps):
    with pytest.raises(ValidationError, match="the last step, and no other, approves"):
        a_plan(*steps)


def test_every_step_has_an_id_of_its_own():
    with pytest.raises(ValidationError, match="an id of its own"):
        a_plan(HANDLE, HANDLE, APPROVE)


@pytest.mark.parametrize("desk", sorted(DESKS))
def test_a_planned_step_is_not_taken_for_a_desk(desk):
    with pytest.raises(ValidationError, match="is called none of"):
        a_plan(HANDLE.model_copy(update={"id": desk}), APPROVE)


def test_the_promise_is_at_most_the_law():
    with pytest.raises(ValidationError, match="at most the statutory"):
        a_plan(promised=Limit(21))
    assert a_plan(promised=Limit(20)).promised == Limit(20)


def test_a_parallel_step_names_its_reviewers_and_no_other_does():
    fire = Reviewer(department="fire", name="消防")
    with pytest.raises(ValidationError, match="names reviewers"):
        PlannedStep.model_validate({**HANDLE.model_dump(), "kind": "parallel"})
    with pytest.raises(ValidationError, match="others name none"):
        PlannedStep.model_validate({**HANDLE.model_dump(), "reviewers": (fire,)})


def test_a_department_reviews_once():
    twice = [{"department": "fire", "name": name} for name in ("消防", "消防二处")]
    with pytest.raises(ValidationError, match="reviews once"):
        PlannedStep.model_validate({**HANDLE.model_dump(), "kind": "parallel", "reviewers": twice})


def test_a_plan_is_the_same_after_it_was_stored():
    plan = a_plan(HANDLE, APPROVE, statutory=Limit(30, "calendar_days"))
    assert Plan.model_validate_json(plan.model_dump_json()) == plan
