"""Draft, submission, pre-check, acceptance or refusal: 申报 预审 收件 受理."""

from datetime import datetime, timedelta, timezone

import pytest
from pydantic import ValidationError

from chalicelib.cases import domain as case
from chalicelib.cases.domain import commands as c
from chalicelib.cases.domain import events as e
from chalicelib.cases.domain.state import Closed as ClosedCase
from chalicelib.cases.domain.state import Returned, Submitted
from chalicelib.cases.domain.values import DocumentKind, Result, StepOutcome
from chalicelib.codes.numbers import case_number
from chalicelib.kernel.errors import Closed, Contradiction, Invalid, NotFound, OutOfOrder, Unlawful

from ...scenario import given
from .givens import (
    ACCEPTED,
    APPLICANT,
    APPROVER,
    AT_ONCE,
    CLERK,
    FORM,
    FRI,
    GRANTED,
    ITEM,
    LATER,
    MON,
    NEXT_MON,
    NEXT_TUE,
    THU,
    TUE,
    WED,
    a_case,
    accept,
    after,
    application,
    archive,
    ask_supplement,
    at,
    decide,
    deem_accepted,
    discard_draft,
    finish,
    grant_at_once,
    lapse,
    lodged,
    pass_pre_check,
    receive,
    refuse,
    resubmit,
    return_submission,
    save_draft,
    submit,
    supplement,
    transfer,
    void,
    withdraw,
)

# Draft and submission


def test_a_draft_is_saved_and_remembers_who_saved_it():
    saved = a_case().when(save_draft()).then_one(e.CaseDrafted)
    assert (saved.saved_by, saved.form) == (APPLICANT.account, FORM)


def test_a_draft_saved_again_replaces_what_was_there():
    a_case(save_draft()).when(save_draft(form={"purpose": "发电"})).then(e.CaseDrafted)


def test_a_draft_that_did_not_change_is_not_saved_again():
    a_case(save_draft()).when(save_draft(TUE)).then_nothing()


def test_a_draft_is_submitted():
    a_case(save_draft()).when(submit()).then(e.CaseSubmitted, e.StepOpened)


def test_what_was_submitted_is_a_draft_no_more():
    a_case(submit()).when(save_draft()).then_rejected(Closed)
    a_case(submit()).when(discard_draft()).then_rejected(Closed, "withdrawn")


def test_a_draft_that_is_discarded_is_gone_and_said_twice_it_happens_once():
    a_case(save_draft()).when(discard_draft()).then(e.DraftDiscarded)
    a_case(save_draft(), discard_draft()).when(discard_draft()).then_nothing()
    a_case(save_draft(), discard_draft()).when(accept()).then_rejected(NotFound)


@pytest.mark.parametrize("command", [accept(), withdraw(), receive()])
def test_nothing_but_submission_can_be_done_to_a_draft(command):
    a_case(save_draft()).when(command).then_rejected(OutOfOrder, "draft")


@pytest.mark.parametrize("command", [accept(), withdraw(), receive(), finish("survey-1")])
def test_nothing_can_be_done_to_a_case_that_is_not_there(command):
    a_case().when(command).then_rejected(NotFound)


def test_a_submission_waits_at_the_intake_window_for_five_days():
    opened = a_case().when(submit(intake="440800-hall")).then_one(e.StepOpened)
    assert (opened.kind, opened.department, opened.days) == ("intake", "440800-hall", 5)


def test_a_case_submitted_twice_is_one_case_with_its_first_number():
    again = submit(TUE, number=case_number("440800", at(TUE).date(), 7))
    a_case(submit()).when(again).then_nothing()


def test_a_case_cannot_be_submitted_again_with_another_form():
    a_case(submit()).when(submit(form={"purpose": "发电"})).then_rejected(Contradiction)


def test_a_mistyped_case_number_is_no_case_number():
    with pytest.raises(ValidationError, match="check character"):
        submit(number="44080020260413000001X")


@pytest.mark.parametrize("command", [submit(), save_draft(), accept(), withdraw(), archive()])
def test_a_case_that_was_handled_elsewhere_takes_nothing(command):
    told = e.CaseImported(
        case_id="c1", reference="R-1", item=ITEM, division="440800", department="440800-water"
    )
    given(decide, case.fold([told])).when(command).then_rejected(Closed)


# Pre-check


def test_a_pre_check_is_passed_once():
    a_case(submit()).when(pass_pre_check()).then(e.PreCheckPassed(opinion=None))
    a_case(submit(), pass_pre_check()).when(pass_pre_check()).then_nothing()


def test_what_was_received_needs_no_pre_check():
    a_case(submit(), receive()).when(pass_pre_check()).then_rejected(OutOfOrder)


def test_a_submission_is_returned_with_a_reason_and_a_numbered_document():
    returned = a_case(submit()).when(return_submission()).then_one(e.SubmissionReturned)
    assert returned.reason == "申请人姓名与证件不符"
    assert returned.document.kind is DocumentKind.RETURN
    assert returned.document.number.endswith("-10-01")


def test_a_return_closes_the_step_of_the_window():
    finished = a_case(submit()).when(return_submission()).then_one(e.StepFinished)
    assert (finished.step, finished.outcome) == ("intake-1", StepOutcome.RETURNED)


def test_a_return_for_another_reason_contradicts_the_first():
    a_case(submit(), return_submission()).when(return_submission(reason="重复申报")).then_rejected(
        Contradiction
    )


@pytest.mark.parametrize("before", [pass_pre_check(), receive()])
def test_what_passed_the_pre_check_or_was_received_is_not_returned(before):
    a_case(submit(), before).when(return_submission()).then_rejected(OutOfOrder)


def test_a_late_return_is_unlawful():
    a_case(submit()).when(return_submission(NEXT_TUE)).then_rejected(Unlawful, "art. 32")


def test_what_was_returned_is_sent_again_and_waits_anew():
    case = a_case(submit(), return_submission()).when(resubmit(volume=800))
    case.then(e.CaseResubmitted, e.StepOpened)
    assert after(case, lodged).application.form["volume"] == 800


def test_what_was_sent_again_is_checked_again():
    again = application(submit(), return_submission(), resubmit(), pass_pre_check(TUE))
    assert again.prechecked
    assert not application(submit(), return_submission(), resubmit()).prechecked


def test_what_was_sent_again_twice_was_sent_once():
    a_case(submit(), return_submission(), resubmit()).when(resubmit()).then_nothing()


def test_it_is_not_sent_again_before_it_was_returned():
    a_case(submit(), return_submission(TUE)).when(resubmit(MON)).then_rejected(
        Invalid, "returned since 2026-04-14"
    )


def test_only_what_was_returned_is_sent_again():
    a_case(submit()).when(resubmit(volume=1)).then_rejected(OutOfOrder)


def test_what_was_returned_is_not_accepted():
    a_case(submit(), return_submission()).when(accept()).then_rejected(OutOfOrder, "returned")


# Receipt and acceptance


def test_a_receipt_is_given_once():
    given = a_case(submit()).when(receive()).then_one(e.SubmissionReceived)
    assert given.document
    assert given.document.kind is DocumentKind.RECEIPT
    a_case(submit(), receive()).when(receive()).then_nothing()


def test_acceptance_gives_receipt_and_decision_and_opens_the_first_step():
    a_case(submit()).when(accept()).then(
        e.SubmissionReceived, e.StepStarted, e.StepFinished, e.CaseAccepted, e.StepOpened
    )


def test_what_was_received_before_gets_no_second_receipt():
    a_case(submit(), receive()).when(accept()).then(
        e.StepStarted, e.StepFinished, e.CaseAccepted, e.StepOpened
    )


def test_the_first_step_waits_for_its_department_with_its_own_limit():
    opened = a_case(submit()).when(accept()).then_one(e.StepOpened)
    assert (opened.step, opened.department, opened.days) == ("survey-1", "440800-water", 3)
    assert opened.on == at(TUE).date()


def test_acceptance_is_on_the_day_of_acceptance_within_five_days():
    taken = a_case(submit()).when(accept(NEXT_MON)).then_one(e.CaseAccepted)
    assert taken.on == at(NEXT_MON).date()


def test_a_late_acceptance_counts_from_the_day_of_receipt():
    taken = a_case(submit()).when(accept(NEXT_TUE)).then_one(e.CaseDeemedAccepted)
    assert taken.on == at(MON).date()
    assert "三十二条" in taken.basis


def test_a_case_of_which_nobody_said_anything_is_deemed_accepted_after_five_days():
    a_case(submit()).when(deem_accepted(NEXT_TUE)).then(
        e.SubmissionReceived, e.StepStarted, e.StepFinished, e.CaseDeemedAccepted, e.StepOpened
    )


def test_a_case_is_not_deemed_accepted_on_the_fifth_day():
    a_case(submit()).when(deem_accepted(NEXT_MON)).then_rejected(OutOfOrder, "have not passed")


def test_a_case_that_waits_for_the_applicant_is_not_deemed_accepted():
    a_case(submit(), ask_supplement()).when(deem_accepted(LATER)).then_rejected(OutOfOrder)
    a_case(submit(), return_submission()).when(deem_accepted(LATER)).then_rejected(OutOfOrder)


def test_after_a_supplement_the_five_days_begin_anew():
    supplied = a_case(submit(), ask_supplement(), supplement(WED))
    supplied.when(deem_accepted("2026-04-22")).then_rejected(OutOfOrder)
    taken = supplied.when(deem_accepted("2026-04-23")).then_one(e.CaseDeemedAccepted)
    assert taken.on == at(WED).date()


def test_nothing_changes_when_it_is_accepted_twice():
    a_case(*ACCEPTED).when(accept()).then_nothing()
    a_case(*ACCEPTED).when(deem_accepted(LATER)).then_nothing()


def test_it_cannot_be_accepted_before_it_came():
    a_case(submit(WED)).when(accept(TUE)).then_rejected(Invalid, "cannot have happened")


def test_a_time_that_no_calendar_has_is_refused():
    ancient = accept().model_copy(
        update={"at": datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=14)))}
    )
    a_case(submit()).when(ancient).then_rejected(Invalid, "out of time")


# Refusal


def test_a_refusal_has_reason_remedies_and_a_numbered_document():
    refused = a_case(submit()).when(refuse()).then_one(e.AcceptanceRefused)
    assert refused.remedies.litigation
    assert refused.document.kind is DocumentKind.REFUSAL_TO_ACCEPT


def test_a_refusal_concludes_the_case_and_leaves_nothing_to_do():
    case = a_case(submit()).when(refuse())
    assert case.then_one(e.CaseConcluded).result is Result.REFUSED
    closed = after(case, lodged)
    assert isinstance(closed, ClosedCase)
    assert closed.application.open == ()


def test_a_late_refusal_is_unlawful():
    a_case(submit()).when(refuse(NEXT_TUE)).then_rejected(Unlawful, "counts as accepted")


def test_a_refusal_said_twice_happens_once():
    a_case(submit(), refuse()).when(refuse()).then_nothing()


def test_what_was_refused_is_not_accepted():
    a_case(submit(), refuse()).when(accept()).then_rejected(Closed, "refused")


def test_what_was_accepted_is_not_refused():
    a_case(*ACCEPTED).when(refuse(WED)).then_rejected(OutOfOrder)


@pytest.mark.parametrize("empty", ["", "   ", "\n"])
def test_a_refusal_needs_a_reason(empty):
    with pytest.raises(ValidationError):
        refuse(reason=empty)


# Done at once


def test_an_item_done_at_once_goes_from_submission_to_result_in_one_commit():
    a_case(submit(plan=AT_ONCE)).when(grant_at_once()).then(
        e.SubmissionReceived,
        e.StepStarted,
        e.StepFinished,
        e.CaseAccepted,
        e.StepOpened,
        e.StepStarted,
        e.StepFinished,
        e.CaseGranted,
        e.CaseConcluded,
        e.StepOpened,
    )


def test_done_at_once_is_done_once():
    a_case(submit(plan=AT_ONCE), grant_at_once()).when(grant_at_once()).then_nothing()


def test_an_item_with_steps_is_not_done_at_once():
    a_case(submit()).when(grant_at_once()).then_rejected(OutOfOrder, "not done at once")


def test_an_item_done_at_once_may_be_accepted_first():
    a_case(submit(plan=AT_ONCE), accept(MON)).when(grant_at_once()).then(
        e.StepStarted, e.StepFinished, e.CaseGranted, e.CaseConcluded, e.StepOpened
    )


def test_a_decided_case_is_not_received_again():
    a_case(*GRANTED).when(receive(FRI)).then_nothing()


def test_a_closed_case_says_how_it_ended():
    a_case(submit(), withdraw()).when(receive(THU)).then_rejected(Closed, "withdrawn")


def test_an_archived_number_is_told():
    archived = a_case(submit(), refuse(), c.Archive(at=at(FRI), by=CLERK))
    archived.when(receive(FRI)).then_rejected(Closed, "DA-4408")


def test_the_state_follows():
    assert isinstance(after(a_case().when(submit()), lambda state: state), Submitted)
    returned = a_case(submit()).when(return_submission())
    assert isinstance(after(returned, lambda state: state), Returned)


def test_the_case_moves_before_it_is_accepted_and_the_window_with_it():
    moved = application(submit(), transfer(TUE))
    assert (moved.department, moved.intake) == ("440802-water", "440802-water")
    assert [one.opened.department for one in moved.open] == ["440802-water"]


def test_a_case_is_voided_while_it_waits():
    assert (
        a_case(submit()).when(void()).then_one(e.CaseVoided).document.kind is DocumentKind.VOIDING
    )


def test_lapsing_needs_a_notice():
    a_case(submit()).when(lapse(LATER)).then_rejected(OutOfOrder, "no supplement")


def test_the_head_signs_for_no_case_before_it_is_accepted():
    a_case(submit()).when(c.Grant(at=at(TUE), by=APPROVER)).then_rejected(OutOfOrder)
