"""Decision, certificate, delivery and the end: 办结 制证 送达 归档."""

from datetime import date

import pytest
from pydantic import ValidationError

from chalicelib.cases.domain import events as e
from chalicelib.cases.domain.evolving import fold
from chalicelib.cases.domain.records import Granted
from chalicelib.cases.domain.state import Archived, Decided
from chalicelib.cases.domain.state import Closed as ClosedCase
from chalicelib.cases.domain.steps import handlers
from chalicelib.cases.domain.values import DocumentKind, Result, StepOutcome
from chalicelib.items.domain.plan import Plan
from chalicelib.kernel.errors import Closed, Contradiction, Invalid, OutOfOrder

from .givens import (
    ACCEPTED,
    AGREED,
    APPROVING,
    CERTIFICATE,
    CLERK,
    FIRE,
    FRI,
    GRANTED,
    IDENTIFIER,
    JOINT_REVIEW,
    LATER,
    NEXT_MON,
    NEXT_TUE,
    REVIEWER,
    SHORT,
    THU,
    TUE,
    a_case,
    accept,
    after,
    archive,
    at,
    decide,
    deliver,
    deny,
    finish,
    grant,
    issue,
    known,
    lodged,
    old_rating,
    refuse,
    resume,
    return_submission,
    start,
    submit,
    suspend,
    void,
    withdraw,
)

DENIED = (*APPROVING, deny())
CERTIFYING = SHORT.model_copy(update={"certificate": CERTIFICATE})
LICENSED = (submit(plan=CERTIFYING), accept(), finish("survey-1"), grant())
DELIVERED = (*GRANTED, deliver())


def valid_until(granted_on: str, months: int) -> date | None:
    plan = Plan(
        statutory=SHORT.statutory,
        promised=SHORT.promised,
        steps=(SHORT.steps[-1],),
        certificate=CERTIFICATE.model_copy(update={"months": months}),
    )
    case = a_case(submit(granted_on, plan), accept(granted_on), grant(granted_on))
    return case.when(issue(granted_on)).then_one(e.CertificateIssued).valid_until


# Decision


def test_a_grant_ends_the_approval_concludes_the_case_and_leaves_delivery():
    a_case(*APPROVING).when(grant()).then(
        e.StepStarted, e.StepFinished, e.CaseGranted, e.CaseConcluded, e.StepOpened
    )


def test_a_grant_has_a_numbered_document_and_may_have_conditions():
    granted = a_case(*APPROVING).when(grant(conditions="每日不超过三百立方米"))
    assert granted.then_one(e.CaseGranted).document.kind is DocumentKind.GRANT
    assert granted.then_one(e.CaseGranted).conditions


def test_the_result_is_delivered_within_ten_days():
    opened = a_case(*APPROVING).when(grant()).then_one(e.StepOpened)
    assert (opened.kind, opened.days) == ("delivery", 10)


def test_a_denial_has_reasons_remedies_and_a_numbered_document():
    denied = a_case(*APPROVING).when(deny()).then_one(e.CaseDenied)
    assert (denied.reasons, denied.document.kind) == ("取水量超过可利用水量", DocumentKind.DENIAL)
    assert denied.remedies.reconsideration


@pytest.mark.parametrize("empty", ["", "  "])
def test_a_denial_without_reasons_cannot_be_said(empty):
    with pytest.raises(ValidationError):
        deny(reasons=empty)


def test_a_decision_said_twice_is_one():
    a_case(*GRANTED).when(grant()).then_nothing()
    a_case(*DENIED).when(deny()).then_nothing()


def test_a_decision_is_not_said_again_otherwise():
    a_case(*GRANTED).when(deny()).then_rejected(Contradiction)
    a_case(*GRANTED).when(grant(conditions="限量")).then_rejected(Contradiction)
    a_case(*DENIED).when(grant()).then_rejected(Contradiction)
    a_case(*DENIED).when(deny(reasons="材料虚假")).then_rejected(Contradiction)


def test_nothing_is_decided_while_the_clock_stands():
    a_case(*APPROVING, suspend(THU)).when(grant()).then_rejected(OutOfOrder, "resume it first")


def test_a_decision_is_not_of_a_day_before_its_step():
    a_case(*APPROVING).when(grant(TUE)).then_rejected(Invalid)


# Certificate


def test_a_granted_case_gets_its_certificate():
    issued = a_case(*LICENSED).when(issue()).then_one(e.CertificateIssued)
    assert (issued.identifier, issued.name) == (IDENTIFIER, "取水许可证")
    assert (issued.valid_from, issued.valid_until) == (at(FRI).date(), date(2031, 4, 16))


@pytest.mark.parametrize(
    ("granted", "months", "last"),
    [
        ("2026-04-17", 12, date(2027, 4, 16)),
        ("2026-01-01", 1, date(2026, 1, 31)),
        ("2026-01-31", 1, date(2026, 2, 28)),
        ("2024-02-29", 12, date(2025, 2, 28)),
        ("2025-12-31", 2, date(2026, 2, 28)),
    ],
)
def test_a_certificate_is_valid_to_the_day_before_the_same_day(granted, months, last):
    assert valid_until(granted, months) == last


def test_a_certificate_is_issued_once():
    a_case(*LICENSED, issue()).when(issue()).then_nothing()


def test_another_certificate_contradicts_the_first():
    other = IDENTIFIER.replace("20230000403.001.U", "20230000404.001.S")
    a_case(*LICENSED, issue()).when(issue(identifier=other)).then_rejected(Contradiction)


def test_a_certificate_is_of_the_items_own_kind():
    from chalicelib.codes.numbers import certificate_id

    other = certificate_id("11100000000013338W012", CERTIFICATE.issuer, "1")
    a_case(*LICENSED).when(issue(identifier=other)).then_rejected(Invalid, "is not of type")


def test_a_mistyped_identifier_is_refused():
    a_case(*LICENSED).when(issue(identifier=IDENTIFIER[:-1] + "V")).then_rejected(Invalid, "check")


def test_only_a_grant_leads_to_a_certificate():
    denied = (submit(plan=CERTIFYING), accept(), finish("survey-1"), deny())
    a_case(*denied).when(issue()).then_rejected(OutOfOrder, "only a case that was granted")
    a_case(*GRANTED).when(issue()).then_rejected(OutOfOrder, "produces no certificate")
    a_case(*LICENSED, void()).when(issue(NEXT_MON)).then_rejected(OutOfOrder)


# Delivery


def test_delivery_has_a_receipt_and_ends_its_step():
    delivered = a_case(*GRANTED).when(deliver())
    delivered.then(e.StepStarted, e.StepFinished, e.ResultDelivered)
    assert delivered.then_one(e.ResultDelivered).document.kind is DocumentKind.DELIVERY


def test_nothing_is_delivered_before_the_certificate_is_made():
    a_case(*LICENSED).when(deliver()).then_rejected(OutOfOrder, "certificate")
    a_case(*LICENSED, issue()).when(deliver()).then(
        e.StepStarted, e.StepFinished, e.ResultDelivered
    )


def test_a_denial_is_delivered_too():
    a_case(*DENIED).when(deliver()).then(e.StepStarted, e.StepFinished, e.ResultDelivered)


def test_a_refusal_is_delivered_too():
    a_case(submit(), refuse()).when(deliver()).then(e.ResultDelivered)


def test_the_result_is_delivered_once():
    a_case(*DELIVERED).when(deliver()).then_nothing()
    a_case(*DELIVERED).when(deliver(recipient="钱二")).then_rejected(Contradiction)


def test_nothing_is_delivered_before_the_end():
    a_case(*ACCEPTED).when(deliver()).then_rejected(OutOfOrder)


def test_delivery_is_not_of_a_day_before_the_decision():
    a_case(*GRANTED).when(deliver(THU)).then_rejected(Invalid)


# Ratings as they stood in the case before they had streams of their own


@pytest.mark.parametrize("answered", [False, True])
def test_an_old_rating_is_no_step_of_its_case(answered):
    before = known(*DELIVERED)
    rated = fold(old_rating(answered=answered), before)
    assert isinstance(rated, Decided)
    assert (rated.application.open, rated.application.done) == (
        before.application.open,
        before.application.done,
    )
    assert handlers(rated) == handlers(before)
    assert rated.ending.rating == e.CaseRated(rating=5, comment="态度恶劣")


def test_what_waits_for_an_old_rating_keeps_nothing_from_the_archive():
    rated = fold(old_rating(), known(*DELIVERED))
    assert [type(one) for one in decide(archive(), rated)] == [e.CaseArchived]


def test_the_step_of_an_old_rating_is_answered_like_one_that_there_is_not():
    words = []
    for state in (known(*DELIVERED), fold(old_rating(), known(*DELIVERED))):
        with pytest.raises(OutOfOrder) as refused:
            decide(start("rating-1", LATER), state)
        words.append(str(refused.value))
    assert words[0] == words[1]


# Withdrawal and voiding


@pytest.mark.parametrize(
    "before",
    [
        (submit(),),
        (submit(), return_submission()),
        ACCEPTED,
        (*ACCEPTED, suspend()),
        JOINT_REVIEW,
    ],
)
def test_a_case_is_withdrawn_at_any_time_before_its_decision(before):
    withdrawn = a_case(*before).when(withdraw())
    assert withdrawn.then_one(e.CaseWithdrawn).document.kind is DocumentKind.WITHDRAWAL
    assert withdrawn.then_one(e.CaseConcluded).result is Result.WITHDRAWN
    assert after(withdrawn, lodged).application.open == ()


def test_what_a_withdrawal_overtakes_was_done_by_who_had_it():
    taken_up = a_case(*ACCEPTED, start("survey-1")).when(withdraw())
    overtaken = taken_up.then_one(e.StepFinished)
    assert (overtaken.outcome, overtaken.handler) == (StepOutcome.OVERTAKEN, CLERK.account)


def test_a_decided_case_is_not_withdrawn():
    a_case(*GRANTED).when(withdraw(LATER)).then_rejected(Closed, "before its decision")


def test_a_withdrawal_said_twice_is_one():
    a_case(submit(), withdraw()).when(withdraw()).then_nothing()


@pytest.mark.parametrize("before", [(submit(),), ACCEPTED, GRANTED, LICENSED, DELIVERED])
def test_a_case_is_voided_while_it_is_open_or_after_its_decision(before):
    voided = a_case(*before).when(void())
    assert voided.then_one(e.CaseVoided).document.kind is DocumentKind.VOIDING
    assert voided.then_one(e.CaseConcluded).result is Result.VOIDED
    assert after(voided, lodged).application.open == ()


def test_voiding_said_twice_is_one():
    a_case(*GRANTED, void()).when(void()).then_nothing()
    a_case(*GRANTED, void()).when(void(reason="另有原因")).then_rejected(Contradiction)


def test_there_is_nothing_to_void_where_nothing_was_decided():
    a_case(submit(), withdraw()).when(void()).then_rejected(Closed)
    a_case(submit(), refuse()).when(void()).then_rejected(Closed)


def test_voiding_a_case_takes_back_neither_its_decision_nor_that_it_was_handed_over():
    delivered, voided = known(*DELIVERED), known(*DELIVERED, void(NEXT_TUE))
    assert isinstance(delivered, Decided)
    assert isinstance(voided, ClosedCase)
    assert isinstance(voided.decision, Granted)
    assert voided.ending.delivery == delivered.ending.delivery
    assert (voided.ending.result, voided.ending.on) == (Result.VOIDED, date(2026, 4, 21))


# Archive


def test_a_delivered_case_is_archived_once():
    archived = a_case(*DELIVERED).when(archive()).then_one(e.CaseArchived)
    assert archived.archive_number.startswith("DA-4408")
    a_case(*DELIVERED, archive()).when(archive()).then_nothing()


def test_nothing_is_archived_while_something_is_left_to_do():
    a_case(*GRANTED).when(archive()).then_rejected(OutOfOrder, "delivery-1")
    a_case(*ACCEPTED).when(archive()).then_rejected(OutOfOrder)


def test_what_was_refused_or_withdrawn_is_archived():
    a_case(submit(), refuse()).when(archive()).then(e.CaseArchived)
    a_case(submit(), withdraw()).when(archive()).then(e.CaseArchived)


@pytest.mark.parametrize("command", [deliver(recipient="钱二"), void(LATER), issue(LATER)])
def test_an_archived_case_takes_nothing_more(command):
    a_case(*DELIVERED, archive(NEXT_TUE)).when(command).then_rejected(Closed)


# A whole case


def test_a_case_goes_from_submission_to_archive():
    whole = known(
        submit(plan=CERTIFYING),
        accept(),
        start("survey-1"),
        suspend(),
        resume(THU),
        finish("survey-1", day=THU),
        grant(),
        issue(),
        deliver(),
        archive(),
    )
    assert isinstance(whole, Archived)
    assert whole.ending.result is Result.GRANTED
    assert whole.archive_number == f"DA-{whole.application.number}"
    assert [one.kind for one in whole.application.documents] == ["01", "04", "08", "12", "09"]


def test_everybody_who_handled_it_is_known():
    reviewed = known(*JOINT_REVIEW, finish("joint-1:440800-fire", AGREED, by=FIRE))
    assert handlers(reviewed) == {CLERK.account, FIRE.account}
    assert REVIEWER.account in handlers(known(*ACCEPTED, suspend()))  # who stopped the clock
