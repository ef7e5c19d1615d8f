"""Recusal (回避): what it leaves of somebody's part in a case, and who decides."""

import pytest

from chalicelib.cases.domain import events as e
from chalicelib.cases.domain.values import StepOutcome
from chalicelib.kernel.actor import Role
from chalicelib.kernel.errors import Closed, NotAllowed, OutOfOrder

from .givens import (
    ACCEPTED,
    APPROVER,
    APPROVING,
    CLERK,
    FRI,
    GRANTED,
    LATER,
    NEXT_TUE,
    SHORT,
    THU,
    WED,
    a_case,
    accept,
    application,
    archive,
    ask_extension,
    ask_recusal,
    deliver,
    deny,
    due,
    finish,
    grant,
    recuse,
    refuse,
    refuse_recusal,
    staff,
    start,
    submit,
    transfer,
    void,
    withdraw,
)

TAKEN_UP = (*ACCEPTED, start("survey-1"))
OTHER_HEAD = staff("head-lu", Role.APPROVER)


def test_what_they_had_taken_up_waits_for_a_colleague_since_the_same_day():
    before = application(*TAKEN_UP).open[0].opened
    left = a_case(*TAKEN_UP).when(recuse(day=FRI))
    left.then(e.HandlerRecused, e.StepFinished, e.StepOpened)
    finished, opened = left.then_one(e.StepFinished), left.then_one(e.StepOpened)
    assert (finished.outcome, finished.handler) == (StepOutcome.TRANSFERRED, CLERK.account)
    assert opened == before.model_copy(update={"step": "survey-1>1"})


def test_a_colleague_finishes_what_was_left():
    passed_on = (submit(plan=SHORT), accept(), start("survey-1"), recuse())
    colleague = staff("clerk-lu", Role.CLERK)
    a_case(*passed_on, finish("survey-1>1", by=colleague)).when(grant()).then_one(e.CaseGranted)


def test_the_clock_goes_on():
    assert due(*TAKEN_UP) == due(*TAKEN_UP, recuse()) == due(*TAKEN_UP, ask_recusal())


def test_whatever_is_passed_on_again_gets_an_id_of_its_own():
    again = (
        *TAKEN_UP,
        recuse(),
        transfer(THU),
        start("survey-1>2", THU, by=staff("lu", Role.CLERK, "440802-water")),
        recuse("lu", THU, by=staff("head", Role.APPROVER, "440802-water")),
    )
    assert [one.id for one in application(*again).open] == ["survey-1>3"]


def test_what_nobody_had_taken_up_stays_as_it_is():
    a_case(*ACCEPTED).when(recuse()).then(e.HandlerRecused)


def test_the_head_decides_of_others_asked_or_not():
    decided = a_case(*TAKEN_UP).when(recuse(CLERK.account, by=APPROVER))
    event = decided.then_one(e.HandlerRecused)
    assert (event.account, event.by) == (CLERK.account, APPROVER.account)
    assert decided.then_one(e.StepFinished).handler == CLERK.account


def test_what_was_asked_waits_on_the_heads_desk():
    asked = a_case(*TAKEN_UP).when(ask_recusal())
    opened = asked.then_one(e.StepOpened)
    assert (opened.kind, opened.role, opened.department) == (
        "recusal",
        Role.APPROVER,
        "440800-water",
    )
    assert asked.then_one(e.RecusalRequested).step == opened.step


def test_a_decision_clears_the_desk():
    asked = (*TAKEN_UP, ask_recusal())
    recused = a_case(*asked).when(recuse(CLERK.account, by=APPROVER))
    assert StepOutcome.GRANTED in {one.outcome for one in recused.then_all(e.StepFinished)}
    refused = a_case(*asked).when(refuse_recusal())
    refused.then(e.StepStarted, e.StepFinished, e.RecusalRefused)
    for decided in ((*asked, recuse(CLERK.account, by=APPROVER)), (*asked, refuse_recusal())):
        after = application(*decided)
        assert [one.opened.kind for one in after.open] == ["handle"]
        assert after.recusals_asked == ()


def test_one_desk_is_cleared_of_two():
    asked = (*TAKEN_UP, ask_recusal(), ask_recusal("clerk-lu"))
    after = application(*asked, recuse("clerk-lu", by=APPROVER))
    assert [one.account for one in after.recusals_asked] == [CLERK.account]
    assert [one.id for one in after.open] == ["survey-1", "recusal-1"]


def test_who_leaves_of_their_own_accord_leaves_nothing_to_decide():
    asked = (*TAKEN_UP, ask_recusal())
    assert [one.opened.kind for one in application(*asked, recuse()).open] == ["handle"]


def test_nobody_refuses_their_own_recusal():
    asked = (*TAKEN_UP, ask_recusal(APPROVER.account))
    a_case(*asked).when(refuse_recusal(APPROVER.account)).then_rejected(NotAllowed)
    a_case(*asked).when(refuse_recusal(APPROVER.account, by=OTHER_HEAD)).then_one(e.RecusalRefused)


def test_nor_under_another_account_as_far_as_the_case_knows():
    person = "a" * 26
    handled = finish("survey-1").model_copy(update={"person": person})
    asked = (submit(plan=SHORT), accept(), handled, ask_recusal(day=THU))
    himself = refuse_recusal(day=FRI).model_copy(update={"person": person})
    a_case(*asked).when(himself).then_rejected(NotAllowed)


def test_what_nobody_asked_for_is_not_refused():
    a_case(*TAKEN_UP).when(refuse_recusal()).then_rejected(OutOfOrder, "nobody has asked")


def test_requests_have_an_end():
    asked = [ask_recusal(f"clerk-{number}") for number in range(10)]
    a_case(*ACCEPTED, *asked).when(ask_recusal("clerk-10")).then_rejected(OutOfOrder, "10")


@pytest.mark.parametrize("end", [(*GRANTED, deliver()), (*ACCEPTED, void())])
def test_recusal_is_asked_for_while_the_case_goes_on(end):
    a_case(*end).when(ask_recusal(day=NEXT_TUE)).then_rejected(Closed)


def test_an_archived_case_is_left_by_nobody():
    a_case(*GRANTED, deliver(), archive()).when(recuse(day=LATER)).then_rejected(Closed)


def test_the_decision_of_the_case_does_not_wait_for_one_on_recusal():
    decided = a_case(*APPROVING, ask_recusal()).when(grant())
    assert [one.opened.kind for one in application(*APPROVING, ask_recusal(), grant()).open] == [
        "delivery"
    ]
    assert decided.then_one(e.CaseGranted)


def test_an_extension_taken_up_by_who_is_recused_waits_for_another_head():
    asked = (*ACCEPTED, ask_extension(), start("extension-1", WED, APPROVER))
    after = application(*asked, recuse(day=THU, by=APPROVER))
    assert {one.id: one.handler for one in after.open} == {"survey-1": None, "extension-1>1": None}


@pytest.mark.parametrize(
    ("before", "ending"),
    [
        ((submit(),), refuse(THU)),
        ((submit(),), withdraw(FRI)),
        (ACCEPTED, withdraw(FRI)),
        (APPROVING, void(FRI)),
        (APPROVING, grant(FRI)),
        (APPROVING, deny(FRI)),
    ],
    ids=lambda one: type(one).__name__,
)
def test_who_is_to_be_recused_from_a_case_that_ended_nobody_need_decide_any_more(before, ending):
    left = application(*before, ask_recusal(), ending).open
    assert "recusal" not in {one.opened.kind for one in left}
