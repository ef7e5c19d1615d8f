"""补正: one notice lists everything, and one answer has everything."""

import pytest

from chalicelib.cases.domain import events as e
from chalicelib.cases.domain.state import Accepted, Submitted, Supplementing, Suspended
from chalicelib.cases.domain.values import FORM as FORM_LINE
from chalicelib.cases.domain.values import DocumentKind, MissingMaterial, Result
from chalicelib.clock.clock import SpecialProcedure
from chalicelib.kernel.errors import Contradiction, Invalid, OutOfOrder, Unlawful

from .givens import (
    ACCEPTED,
    APPROVER,
    DRAWING_MISSING,
    FORM,
    FRI,
    LATER,
    MON,
    NEXT_MON,
    NEXT_TUE,
    REPORT,
    THU,
    TUE,
    WED,
    a_case,
    accept,
    after,
    application,
    ask_supplement,
    at,
    finish,
    grant,
    lapse,
    lodged,
    material,
    refuse,
    resume,
    submit,
    supplement,
    suspend,
    transfer,
    withdraw,
)

REPORT_MISSING = MissingMaterial(material="report", reason="缺水资源论证报告")
FORM_WRONG = MissingMaterial(material=FORM_LINE, reason="取水量填写有误")
ASKED = (submit(), ask_supplement())
ASKED_UNDER_REVIEW = (*ACCEPTED, ask_supplement(WED))


def test_a_notice_lists_what_is_missing_with_a_day_and_a_numbered_document():
    notice = a_case(submit()).when(ask_supplement()).then_one(e.SupplementRequested)
    assert notice.missing == (DRAWING_MISSING,)
    assert notice.respond_by == at(NEXT_TUE).date()
    assert notice.document.kind is DocumentKind.SUPPLEMENT_NOTICE


def test_a_notice_passes_the_case_from_the_window_to_the_applicant():
    case = a_case(submit()).when(ask_supplement())
    assert case.then_one(e.StepOpened).role == "applicant"
    assert isinstance(after(case, lambda state: state), Supplementing)


def test_a_notice_comes_with_the_receipt_of_what_was_handed_in():
    a_case(submit()).when(ask_supplement()).then(
        e.SubmissionReceived, e.StepStarted, e.StepFinished, e.SupplementRequested, e.StepOpened
    )


def test_the_same_notice_twice_is_one_notice():
    a_case(*ASKED).when(ask_supplement(WED)).then_nothing()


def test_a_second_notice_is_unlawful():
    a_case(*ASKED).when(ask_supplement(WED, REPORT_MISSING)).then_rejected(Unlawful, "art. 32")


def test_a_second_notice_is_unlawful_after_the_supplement_too():
    supplied = a_case(*ASKED, supplement())
    supplied.when(ask_supplement(THU, REPORT_MISSING)).then_rejected(Unlawful, "accept or refuse")


def test_a_late_notice_is_unlawful():
    a_case(submit()).when(ask_supplement(NEXT_TUE)).then_rejected(Unlawful, "counts as accepted")


def test_a_supplement_brings_the_case_back_to_the_window():
    case = a_case(*ASKED).when(supplement())
    case.then(e.SupplementSubmitted, e.StepStarted, e.StepFinished, e.StepOpened)
    assert isinstance(after(case, lambda state: state), Submitted)


def test_a_supplement_gets_a_receipt():
    supplied = a_case(*ASKED).when(supplement()).then_one(e.SupplementSubmitted)
    assert supplied.document.kind is DocumentKind.SUPPLEMENT_RECEIPT


def test_a_supplemented_material_takes_the_place_of_the_old_one():
    supplied = application(*ASKED, supplement(WED, material("drawing", "c"), REPORT))
    assert [one.sha256[0] for one in supplied.materials] == ["c", "b"]


def test_a_supplement_has_everything_that_the_notice_asks_for():
    asked = a_case(submit(), ask_supplement(TUE, DRAWING_MISSING, REPORT_MISSING))
    asked.when(supplement()).then_rejected(Invalid, "also asks for: report")


def test_a_mended_form_does_not_stand_for_a_missing_material():
    asked = a_case(submit(), ask_supplement(TUE, DRAWING_MISSING, REPORT_MISSING))
    asked.when(supplement(form={**FORM, "volume": 1})).then_rejected(Invalid, "report")


def test_a_form_that_was_asked_for_is_mended():
    supplied = application(
        submit(),
        ask_supplement(TUE, DRAWING_MISSING, FORM_WRONG),
        supplement(form={"purpose": "灌溉", "volume": 800}),
    )
    assert supplied.form["volume"] == 800


def test_a_notice_about_the_form_is_not_answered_without_it():
    a_case(submit(), ask_supplement(TUE, FORM_WRONG)).when(supplement()).then_rejected(Invalid)


def test_a_supplement_handed_in_twice_is_one():
    a_case(*ASKED, supplement()).when(supplement()).then_nothing()


def test_another_supplement_after_the_first_is_not_silently_dropped():
    a_case(*ASKED, supplement()).when(supplement(THU, REPORT)).then_rejected(Contradiction)


def test_a_form_that_nobody_asked_for_is_not_silently_dropped():
    supplied = a_case(*ASKED, supplement(), accept(THU))
    supplied.when(supplement(THU, form={"purpose": "发电"})).then_rejected(Contradiction)


def test_nobody_supplements_what_is_complete():
    a_case(*ACCEPTED).when(supplement()).then_rejected(OutOfOrder, "no supplement was asked for")


def test_a_supplement_is_not_of_a_day_before_the_notice():
    a_case(*ASKED).when(supplement(MON)).then_rejected(Invalid, "supplementing since 2026-04-14")
    a_case(*ASKED_UNDER_REVIEW).when(supplement(TUE)).then_rejected(Invalid, "cannot be of")


def test_a_supplement_that_comes_late_but_before_the_end_is_taken():
    a_case(*ASKED).when(supplement(LATER)).then(
        e.SupplementSubmitted, e.StepStarted, e.StepFinished, e.StepOpened
    )


def test_after_the_supplement_it_can_be_refused():
    assert a_case(*ASKED, supplement()).when(refuse(THU)).then_one(e.AcceptanceRefused)


# During the review


def test_during_the_review_a_notice_stops_the_clock():
    case = a_case(*ACCEPTED).when(ask_supplement(WED))
    case.then(e.SupplementRequested, e.CaseSuspended, e.StepOpened)
    assert case.then_one(e.CaseSuspended).procedure is SpecialProcedure.SUPPLEMENT
    assert isinstance(after(case, lambda state: state), Suspended)


def test_the_notice_of_the_review_is_the_notice_of_the_stop():
    case = a_case(*ACCEPTED).when(ask_supplement(WED))
    notice, stop = case.then_one(e.SupplementRequested), case.then_one(e.CaseSuspended)
    assert notice.document == stop.document
    assert notice.document.kind is DocumentKind.REVIEW_SUPPLEMENT_NOTICE


def test_the_supplement_starts_the_clock_again():
    case = a_case(*ASKED_UNDER_REVIEW).when(supplement(FRI))
    assert case.then_one(e.CaseResumed).until == at(FRI).date()
    assert isinstance(after(case, lambda state: state), Accepted)


def test_a_supplement_may_come_on_the_day_of_the_notice():
    assert a_case(*ASKED_UNDER_REVIEW).when(supplement(WED)).then_one(e.SupplementSubmitted)


def test_the_review_has_a_notice_of_its_own_beside_that_of_intake():
    asked_before = a_case(*ASKED, supplement(), accept(THU))
    assert asked_before.when(ask_supplement(FRI)).then_one(e.SupplementRequested)


def test_the_review_too_has_one_notice():
    supplied = a_case(*ASKED_UNDER_REVIEW, supplement(FRI))
    supplied.when(ask_supplement(NEXT_MON, REPORT_MISSING)).then_rejected(Unlawful, "local rules")


def test_a_second_notice_during_the_review_is_unlawful_while_the_first_waits():
    a_case(*ASKED_UNDER_REVIEW).when(ask_supplement(WED, REPORT_MISSING)).then_rejected(Unlawful)


def test_nothing_but_the_supplement_ends_its_stop():
    a_case(*ASKED_UNDER_REVIEW).when(resume(FRI)).then_rejected(OutOfOrder, "with the supplement")


def test_a_supplement_does_not_end_another_stop():
    both = a_case(*ASKED_UNDER_REVIEW, suspend(THU)).when(supplement(FRI))
    assert [one.pause for one in both.then_all(e.CaseResumed)] == ["pause-1"]
    assert isinstance(after(both, lambda state: state), Suspended)


@pytest.mark.parametrize("command", [finish("survey-1", day=THU), grant(THU)])
def test_nothing_is_finished_while_a_supplement_is_awaited(command):
    a_case(*ASKED_UNDER_REVIEW).when(command).then_rejected(OutOfOrder, "suspended")


def test_what_waits_for_the_applicant_goes_on_waiting_when_the_case_is_transferred():
    moved = a_case(*ASKED_UNDER_REVIEW).when(transfer(THU))
    assert [one.step for one in moved.then_all(e.StepFinished)] == ["survey-1"]


# Lapse


@pytest.mark.parametrize("asked", [ASKED, ASKED_UNDER_REVIEW])
def test_a_supplement_that_does_not_come_ends_the_case(asked):
    case = a_case(*asked).when(lapse(LATER))
    assert case.then_one(e.CaseConcluded).result is Result.LAPSED
    assert case.then_one(e.SupplementLapsed).document.kind is DocumentKind.LAPSE
    assert after(case, lodged).application.open == ()


def test_the_applicant_has_the_whole_last_day():
    a_case(*ASKED).when(lapse(NEXT_TUE)).then_rejected(OutOfOrder, "has until")


def test_what_lapsed_lapsed_once():
    a_case(*ASKED, lapse(LATER)).when(lapse(LATER)).then_nothing()


def test_the_applicant_may_withdraw_instead():
    case = a_case(*ASKED).when(withdraw())
    assert case.then_one(e.CaseConcluded).result is Result.WITHDRAWN


def test_a_staff_member_of_another_kind_may_ask_too():
    notice = a_case(*ACCEPTED).when(ask_supplement(WED, by=APPROVER))
    assert notice.then_one(e.CaseSuspended).by == APPROVER.account
