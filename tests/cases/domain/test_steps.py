"""Steps by role, opinions, sending back, parallel review, transfer: 承办 审核 批准 并联 转办."""

import pytest

from chalicelib.cases.domain import events as e
from chalicelib.cases.domain.values import DocumentKind, StepOutcome, Stood
from chalicelib.kernel.errors import Closed, Contradiction, Invalid, OutOfOrder

from .givens import (
    ACCEPTED,
    AGREED,
    APPROVER,
    APPROVING,
    AT_ONCE,
    CLERK,
    DISAGREED,
    FIRE,
    FRI,
    GRANTED,
    HEALTH,
    JOINT_REVIEW,
    LATER,
    MON,
    NEXT_MON,
    REVIEWER,
    REVIEWING,
    THU,
    TUE,
    WED,
    a_case,
    accept,
    application,
    ask_extension,
    at,
    deny,
    finish,
    grant,
    resume,
    staff,
    start,
    submit,
    suspend,
    transfer,
    withdraw,
)

RETURNED = StepOutcome.RETURNED
OTHER_CLERK = staff("clerk-he", CLERK.role)

# Taking up and finishing


def test_a_clerk_takes_up_a_step():
    a_case(*ACCEPTED).when(start("survey-1")).then(
        e.StepStarted(step="survey-1", handler=CLERK.account)
    )


def test_a_step_is_taken_up_once():
    a_case(*ACCEPTED, start("survey-1")).when(start("survey-1", THU)).then_nothing()


def test_nobody_takes_up_what_somebody_else_has():
    taken = a_case(*ACCEPTED, start("survey-1"))
    taken.when(start("survey-1", by=OTHER_CLERK)).then_rejected(Contradiction, CLERK.account)


def test_a_colleague_may_finish_what_somebody_took_up():
    done = a_case(*ACCEPTED, start("survey-1")).when(finish("survey-1", by=OTHER_CLERK))
    assert done.then_one(e.StepFinished).handler == OTHER_CLERK.account
    assert done.then_all(e.StepStarted) == []


def test_a_step_that_nobody_took_up_is_taken_up_by_finishing_it():
    started = a_case(*ACCEPTED).when(finish("survey-1")).then_one(e.StepStarted)
    assert started.handler == CLERK.account


def test_a_finished_step_opens_the_next_one():
    opened = a_case(submit(), accept()).when(finish("survey-1")).then_all(e.StepOpened)
    assert [one.planned for one in opened] == ["joint", "joint"]


def test_a_step_finished_twice_is_finished_once():
    a_case(*ACCEPTED, finish("survey-1")).when(finish("survey-1")).then_nothing()


def test_a_finished_step_cannot_be_finished_otherwise():
    done = a_case(*ACCEPTED, finish("survey-1"))
    done.when(finish("survey-1", opinion="另有意见")).then_rejected(OutOfOrder, "is finished")


def test_an_unknown_step_is_answered_with_those_that_are_open():
    for command in (finish("sign-1"), start("sign-1")):
        a_case(*ACCEPTED).when(command).then_rejected(
            OutOfOrder, "sign-1 is not open; open steps: survey-1"
        )


def test_a_step_is_taken_up_on_the_day_it_opens():
    a_case(*ACCEPTED).when(start("survey-1", TUE)).then(e.StepStarted)


def test_a_step_is_not_finished_before_it_opened():
    opened_on_thursday = a_case(*ACCEPTED, finish("survey-1", day=THU))
    early = finish("joint-1:440800-fire", AGREED, day=WED, by=FIRE)
    opened_on_thursday.when(early).then_rejected(Invalid, "opened on 2026-04-16")


def test_a_step_is_not_taken_up_before_it_opened():
    opened_on_thursday = a_case(*ACCEPTED, finish("survey-1", day=THU))
    early = start("joint-1:440800-fire", day=WED, by=FIRE)
    opened_on_thursday.when(early).then_rejected(Invalid, "cannot be taken up before")


def test_the_step_of_a_desk_ends_with_its_own_decision():
    a_case(submit()).when(finish("intake-1", day=TUE)).then_rejected(OutOfOrder)
    a_case(*ACCEPTED, suspend()).when(finish("special-1", day=THU)).then_rejected(OutOfOrder)
    a_case(*ACCEPTED, ask_extension()).when(finish("extension-1", day=THU)).then_rejected(
        OutOfOrder, "a decision of its own"
    )


def test_nothing_is_finished_while_the_clock_stands():
    a_case(*ACCEPTED, suspend()).when(finish("survey-1", day=THU)).then_rejected(
        OutOfOrder, "suspended"
    )


def test_a_step_keeps_the_days_in_which_the_clock_stood():
    done = a_case(*ACCEPTED, suspend(WED), resume(FRI)).when(finish("survey-1", day=LATER))
    assert done.then_one(e.StepFinished).stood == (
        Stood(since=at(WED).date(), until=at(FRI).date()),
    )


def test_days_before_a_step_opened_are_none_of_its_own():
    later = a_case(*ACCEPTED, suspend(WED), resume(FRI), finish("survey-1", day=NEXT_MON))
    agreed = later.when(finish("joint-1:440800-fire", AGREED, day=LATER, by=FIRE))
    assert agreed.then_one(e.StepFinished).stood == ()


# Review and sending back


def test_a_review_may_send_the_case_back():
    back = a_case(*REVIEWING).when(finish("check-1", RETURNED, THU, "勘验记录不全", by=REVIEWER))
    back.then(e.StepStarted, e.StepFinished, e.StepOpened)
    assert back.then_one(e.StepOpened).step == "survey-2"


def test_sending_back_needs_an_opinion():
    a_case(*REVIEWING).when(finish("check-1", RETURNED, THU, by=REVIEWER)).then_rejected(
        Invalid, "says why"
    )


def test_who_approves_may_send_it_back_too():
    back = a_case(*APPROVING).when(finish("sign-1", RETURNED, THU, "请补充理由", by=APPROVER))
    assert back.then_one(e.StepOpened).step == "survey-2"


def test_there_may_be_nobody_to_send_it_back_to():
    at_once = a_case(submit(plan=AT_ONCE), accept())
    at_once.when(finish("sign-1", RETURNED, opinion="?", by=APPROVER)).then_rejected(
        OutOfOrder, "no earlier step"
    )


def test_an_approval_is_a_decision_and_no_finished_step():
    a_case(*APPROVING).when(finish("sign-1", day=THU, by=APPROVER)).then_rejected(Invalid)


def test_a_handler_does_not_send_back():
    a_case(*ACCEPTED).when(finish("survey-1", RETURNED, opinion="?")).then_rejected(Invalid)


def test_what_was_sent_back_comes_up_for_review_again():
    again = application(
        *REVIEWING,
        finish("check-1", RETURNED, THU, "勘验记录不全", by=REVIEWER),
        finish("survey-2", day=FRI),
    )
    assert {one.id for one in again.open} == {"joint-2:440800-fire", "joint-2:440800-health"}


# Parallel review


def test_a_parallel_review_opens_for_every_department_at_once():
    opened = a_case(*ACCEPTED).when(finish("survey-1")).then_all(e.StepOpened)
    assert [(one.department, one.role) for one in opened] == [
        ("440800-fire", "reviewer"),
        ("440800-health", "reviewer"),
    ]


def test_the_case_waits_for_the_last_of_the_reviewers():
    first = a_case(*JOINT_REVIEW).when(finish("joint-1:440800-fire", AGREED, by=FIRE))
    first.then(e.StepStarted, e.StepFinished)


def test_after_the_last_reviewer_the_next_step_opens():
    last = a_case(*JOINT_REVIEW, finish("joint-1:440800-fire", AGREED, by=FIRE))
    opened = last.when(finish("joint-1:440800-health", AGREED, by=HEALTH)).then_one(e.StepOpened)
    assert opened.step == "check-1"


def test_a_disagreement_does_not_end_the_case():
    last = a_case(*JOINT_REVIEW, finish("joint-1:440800-fire", AGREED, by=FIRE))
    no = finish("joint-1:440800-health", DISAGREED, opinion="卫生防护距离不足", by=HEALTH)
    assert last.when(no).then_one(e.StepOpened).step == "check-1"


@pytest.mark.parametrize("outcome", [DISAGREED, StepOutcome.AGREED_WITH_CONDITIONS])
def test_all_but_plain_agreement_needs_an_opinion(outcome):
    a_case(*JOINT_REVIEW).when(finish("joint-1:440800-fire", outcome, by=FIRE)).then_rejected(
        Invalid
    )


def test_a_reviewer_agrees_or_not_and_passes_nothing():
    a_case(*JOINT_REVIEW).when(finish("joint-1:440800-fire", by=FIRE)).then_rejected(
        Invalid, "ends as one of"
    )


def test_a_decision_waits_for_the_steps_before_it():
    a_case(*JOINT_REVIEW).when(grant()).then_rejected(OutOfOrder, "joint-1:440800-fire")
    a_case(*JOINT_REVIEW).when(deny()).then_rejected(OutOfOrder)


# Transfer


def test_a_transfer_says_from_whom_to_whom_and_has_a_numbered_document():
    moved = a_case(*ACCEPTED).when(transfer()).then_one(e.CaseTransferred)
    assert (moved.from_department, moved.from_division) == ("440800-water", "440800")
    assert (moved.to_department, moved.to_division) == ("440802-water", "440802")
    assert moved.document.kind is DocumentKind.TRANSFER


def test_a_transferred_step_closes_at_the_old_department_and_opens_at_the_new():
    moved = a_case(*ACCEPTED).when(transfer())
    moved.then(e.CaseTransferred, e.StepFinished, e.StepOpened)
    assert moved.then_one(e.StepFinished).outcome is StepOutcome.TRANSFERRED
    opened = moved.then_one(e.StepOpened)
    assert (opened.step, opened.department) == ("survey-1>1", "440802-water")
    assert (opened.division, opened.on) == ("440802", at(WED).date())


def test_the_new_department_is_in_charge():
    moved = application(*ACCEPTED, transfer())
    assert (moved.department, moved.division) == ("440802-water", "440802")


def test_a_later_planned_step_of_the_old_department_goes_to_the_new_one():
    there = staff("clerk-feng", CLERK.role, "440802-water")
    steps = application(
        *ACCEPTED,
        transfer(),
        finish("survey-1>1", by=there),
        finish("joint-1:440800-fire", AGREED, by=FIRE),
        finish("joint-1:440800-health", AGREED, by=HEALTH),
    ).open
    assert [(one.id, one.opened.department) for one in steps] == [("check-1", "440802-water")]
    assert steps[0].opened.division == "440802"


def test_a_department_that_was_not_moved_stays_in_its_division():
    there = staff("clerk-feng", CLERK.role, "440802-water")
    opened = a_case(*ACCEPTED, transfer()).when(finish("survey-1>1", by=there))
    assert {one.division for one in opened.then_all(e.StepOpened)} == {"440800"}


def test_a_reviewing_department_passes_on_its_own_step_and_not_the_case():
    passed_on = a_case(*JOINT_REVIEW).when(transfer(THU, "440802-fire", by=FIRE))
    assert [one.step for one in passed_on.then_all(e.StepOpened)] == ["joint-1:440800-fire>1"]
    assert application(*JOINT_REVIEW, transfer(THU, "440802-fire", by=FIRE)).department == (
        "440800-water"
    )


def test_a_step_that_was_passed_on_counts_for_the_parallel_review():
    there = staff("fire-tang", FIRE.role, "440802-fire")
    waiting = a_case(
        *JOINT_REVIEW,
        finish("joint-1:440800-health", AGREED, by=HEALTH),
        transfer(THU, "440802-fire", by=FIRE),
    )
    last = waiting.when(finish("joint-1:440800-fire>1", AGREED, THU, by=there))
    assert last.then_one(e.StepOpened).step == "check-1"


def test_a_case_that_comes_back_is_where_it_was():
    there = staff("clerk-feng", CLERK.role, "440802-water")
    back = application(*ACCEPTED, transfer(), transfer(THU, "440800-water", "440800", by=there))
    assert (back.department, back.division, back.intake) == (
        "440800-water",
        "440800",
        "440800-water",
    )
    assert [one.id for one in back.open] == ["survey-1>2"]


def test_a_step_does_not_grow_longer_the_more_often_it_is_passed_on():
    there = staff("clerk-feng", CLERK.role, "440802-water")
    pair = (transfer(reason="往"), transfer(WED, "440800-water", "440800", by=there, reason="返"))
    (step,) = application(*ACCEPTED, *(pair * 40)).open
    assert step.id == "survey-1>80"


def test_a_stop_of_the_clock_goes_with_the_case():
    moved = a_case(*ACCEPTED, suspend(WED)).when(transfer(THU))
    assert {one.step for one in moved.then_all(e.StepOpened)} == {"survey-1>1", "special-1>1"}
    ended = a_case(*ACCEPTED, suspend(WED), transfer(THU)).when(resume(FRI))
    assert ended.then_one(e.StepFinished).step == "special-1>1"


def test_a_transfer_sent_twice_happens_once():
    a_case(*ACCEPTED, transfer()).when(transfer()).then_nothing()


def test_a_department_does_not_transfer_to_itself():
    a_case(*ACCEPTED).when(transfer(to="440800-water")).then_rejected(Invalid, "already")


def test_a_department_without_a_part_in_it_transfers_nothing():
    a_case(*ACCEPTED).when(transfer(by=FIRE)).then_rejected(OutOfOrder, "neither has the case")


def test_what_was_decided_is_not_transferred():
    a_case(*GRANTED).when(transfer(LATER)).then_rejected(Closed)
    a_case(submit(), withdraw()).when(transfer(FRI)).then_rejected(Closed)


def test_a_hall_of_its_own_stays_where_it_is_when_the_case_moves():
    moved = application(submit(MON, intake="440800-hall"), accept(), transfer())
    assert (moved.intake, moved.intake_division) == ("440800-hall", "440800")
