"""What moves the due date of a case: special procedures and extension."""

from datetime import date

import pytest
from pydantic import ValidationError

from chalicelib.cases.domain import due as ledger
from chalicelib.cases.domain import events as e
from chalicelib.cases.domain.state import handling_of
from chalicelib.cases.domain.values import DocumentKind, StepOutcome
from chalicelib.clock.clock import LineCode, SpecialProcedure
from chalicelib.kernel.errors import Contradiction, Invalid, OutOfOrder, Unlawful

from .givens import (
    ACCEPTED,
    APPROVER,
    APPROVING,
    CALENDAR,
    FRI,
    GRANTED,
    JOINT,
    LATER,
    MON,
    NEXT_MON,
    THU,
    WED,
    a_case,
    accept,
    ask_extension,
    at,
    due,
    grant,
    grant_extension,
    in_hand,
    known,
    refuse_extension,
    resume,
    submit,
    suspend,
    transfer,
)

HEARING, EXPERTS = SpecialProcedure.HEARING, SpecialProcedure.EXPERT_REVIEW
BOTH = (*ACCEPTED, suspend(WED), suspend(THU, HEARING))


# Special procedures


def test_a_stop_names_procedure_basis_reason_and_how_long_it_takes():
    stop = a_case(*ACCEPTED).when(suspend()).then_one(e.CaseSuspended)
    assert (stop.procedure, stop.expected_days) == (EXPERTS, 10)
    assert "四十五条" in stop.basis
    assert stop.document.kind is DocumentKind.SPECIAL_PROCEDURE


def test_a_stop_is_a_step_with_a_limit_of_its_own():
    opened = a_case(*ACCEPTED).when(suspend(days=7)).then_one(e.StepOpened)
    assert (opened.kind, opened.step, opened.days) == ("special", "special-1", 7)


def test_a_stop_ends_with_its_step():
    a_case(*ACCEPTED, suspend()).when(resume(result="评审通过")).then(
        e.StepStarted, e.StepFinished, e.CaseResumed
    )


def test_while_the_clock_stands_there_is_no_due_date():
    assert due(*ACCEPTED) == date(2026, 5, 14)
    assert due(*ACCEPTED, suspend()) is None


def test_the_due_date_moves_by_the_working_days_of_the_stop():
    # Wednesday to Friday: three working days.
    assert due(*ACCEPTED, suspend(WED), resume(FRI)) == date(2026, 5, 19)


def test_only_what_the_item_allows_stops_the_clock():
    a_case(*ACCEPTED).when(suspend(procedure=SpecialProcedure.AUCTION)).then_rejected(
        Invalid, "it allows: hearing, expert_review"
    )


def test_a_supplement_is_asked_for_and_not_just_waited_for():
    a_case(*ACCEPTED).when(suspend(procedure=SpecialProcedure.SUPPLEMENT)).then_rejected(
        Invalid, "ask for the supplement"
    )


def test_nothing_stops_before_acceptance():
    a_case(submit()).when(suspend()).then_rejected(OutOfOrder)


def test_the_clock_does_not_stop_before_it_runs():
    a_case(*ACCEPTED).when(suspend(MON)).then_rejected(Invalid)


def test_a_stop_said_twice_is_one():
    a_case(*ACCEPTED, suspend()).when(suspend(THU)).then_nothing()


def test_the_same_procedure_does_not_run_twice_at_a_time():
    running = a_case(*ACCEPTED, suspend())
    running.when(suspend(THU, reason="另一专家组")).then_rejected(Contradiction)


def test_several_stops_run_at_a_time_and_count_once():
    assert len(in_hand(*BOTH).handling.running_stops) == 2
    ended = (*BOTH, resume(FRI, "pause-1"), resume(NEXT_MON, "pause-2"))
    assert due(*ended) == due(*ACCEPTED, suspend(WED), resume(NEXT_MON))


def test_it_must_be_said_which_of_several_stops_ends():
    a_case(*BOTH).when(resume()).then_rejected(Invalid, r"pause-1 \(expert_review\), pause-2")


def test_the_case_stands_until_the_last_stop_ends():
    half = a_case(*BOTH, resume(FRI, "pause-1"))
    half.when(grant()).then_rejected(OutOfOrder, "hearing since")


def test_a_stop_does_not_end_before_it_began():
    a_case(*ACCEPTED, suspend(THU)).when(resume(WED)).then_rejected(Invalid, "cannot resume before")


def test_a_stop_of_one_day_counts_as_a_day():
    assert due(*ACCEPTED, suspend(WED), resume(WED)) == date(2026, 5, 15)


def test_a_stop_that_ended_has_ended():
    a_case(*ACCEPTED, suspend(), resume()).when(resume()).then_nothing()
    a_case(*BOTH, resume(FRI, "pause-1")).when(resume(FRI, "pause-1")).then_nothing()


def test_nothing_resumes_that_runs():
    a_case(*ACCEPTED).when(resume()).then_rejected(OutOfOrder, "nothing stops")
    a_case(*ACCEPTED, suspend()).when(resume(pause="pause-7")).then_rejected(OutOfOrder, "pause-7")


@pytest.mark.parametrize("days", [0, -1, 731])
def test_the_time_told_is_a_time(days):
    with pytest.raises(ValidationError):
        suspend(days=days)


def test_a_stop_after_the_due_date_does_not_hide_that_it_is_overdue():
    assert due(*ACCEPTED, suspend("2026-05-20")) == date(2026, 5, 14)


# Extension


def test_an_extension_is_asked_of_the_head():
    asked = a_case(*ACCEPTED).when(ask_extension())
    asked.then(e.ExtensionRequested, e.StepOpened)
    opened = asked.then_one(e.StepOpened)
    assert (opened.kind, opened.role, opened.department) == (
        "extension",
        "approver",
        "440800-water",
    )


def test_an_extension_is_granted_with_a_reasoned_notice_and_moves_the_due_date():
    granted = a_case(*ACCEPTED, ask_extension()).when(grant_extension())
    granted.then(e.StepStarted, e.StepFinished, e.ExtensionGranted)
    notice = granted.then_one(e.ExtensionGranted)
    assert (notice.document.kind, notice.by) == (DocumentKind.EXTENSION, APPROVER.account)
    assert due(*ACCEPTED, ask_extension(), grant_extension()) == date(2026, 5, 28)


@pytest.mark.parametrize(("plan", "most"), [("alone", 10), ("joint", 15)])
def test_the_law_allows_ten_days_more_and_fifteen_for_joint_handling(plan, most):
    submitted = submit(plan=JOINT) if plan == "joint" else submit()
    case = a_case(submitted, accept())
    case.when(ask_extension(days=most)).then(e.ExtensionRequested, e.StepOpened)
    case.when(ask_extension(days=most + 1)).then_rejected(Unlawful, f"at most {most}")


def test_the_head_of_government_extends_joint_handling():
    granted = a_case(submit(plan=JOINT), accept(), ask_extension()).when(grant_extension())
    assert "人民政府负责人" in granted.then_one(e.ExtensionGranted).basis


def test_the_limit_is_extended_once():
    a_case(*ACCEPTED, ask_extension(), grant_extension()).when(ask_extension(FRI)).then_rejected(
        Unlawful, "once"
    )


def test_the_limit_is_extended_before_it_ends():
    case = a_case(*ACCEPTED)
    case.when(ask_extension("2026-05-14")).then(e.ExtensionRequested, e.StepOpened)
    case.when(ask_extension("2026-05-15")).then_rejected(Unlawful, "ended on 2026-05-14")


def test_the_approval_too_comes_before_the_limit_ends():
    asked = a_case(*ACCEPTED, ask_extension("2026-05-14"))
    asked.when(grant_extension("2026-05-15")).then_rejected(Unlawful, "ended on 2026-05-14")


def test_another_extension_cannot_be_asked_for_while_one_waits():
    asked = a_case(*ACCEPTED, ask_extension())
    asked.when(ask_extension()).then_nothing()
    asked.when(ask_extension(days=5)).then_rejected(Contradiction)


def test_an_extension_is_granted_once_and_only_if_asked_for():
    a_case(*ACCEPTED, ask_extension(), grant_extension()).when(grant_extension()).then_nothing()
    a_case(*ACCEPTED).when(grant_extension()).then_rejected(OutOfOrder)


def test_an_extension_is_refused_with_a_reason():
    refused = a_case(*ACCEPTED, ask_extension()).when(refuse_extension())
    assert refused.then_one(e.StepFinished).outcome is StepOutcome.REFUSED
    assert refused.then_one(e.ExtensionRefused).reason == "理由不充分"
    assert due(*ACCEPTED, ask_extension(), refuse_extension()) == due(*ACCEPTED)


def test_a_refusal_said_twice_is_one_and_of_nothing_is_none():
    refused = a_case(*ACCEPTED, ask_extension(), refuse_extension())
    refused.when(refuse_extension()).then_nothing()
    a_case(*ACCEPTED).when(refuse_extension()).then_rejected(OutOfOrder)


def test_after_a_refusal_an_extension_can_be_asked_for_again():
    again = (*ACCEPTED, ask_extension(), refuse_extension(), ask_extension(FRI, 5))
    a_case(*again).when(grant_extension(FRI)).then(
        e.StepStarted, e.StepFinished, e.ExtensionGranted
    )


def test_what_was_granted_after_a_refusal_is_not_refused():
    granted = a_case(
        *ACCEPTED,
        ask_extension(),
        refuse_extension(),
        ask_extension(FRI, 5),
        grant_extension(FRI),
    )
    granted.when(refuse_extension(FRI)).then_rejected(Contradiction)


def test_a_decision_overtakes_the_extension_that_nobody_answered():
    decided = a_case(*APPROVING, ask_extension(THU)).when(grant(FRI))
    outcomes = {one.step: one.outcome for one in decided.then_all(e.StepFinished)}
    assert outcomes["extension-1"] is StepOutcome.OVERTAKEN


def test_an_extension_is_not_granted_on_a_day_before_it_was_asked_for():
    a_case(*ACCEPTED, ask_extension(FRI)).when(grant_extension(THU)).then_rejected(Invalid)


def test_nothing_stops_or_extends_what_was_decided():
    for command in (suspend(LATER), ask_extension(LATER), resume(LATER)):
        a_case(*GRANTED).when(command).then_rejected(Exception, "ended")


def test_an_extension_is_granted_while_the_clock_stands():
    standing = a_case(*ACCEPTED, ask_extension(), suspend(THU))
    assert standing.when(grant_extension(FRI)).then_one(e.ExtensionGranted)


# The ledger


def test_the_ledger_names_every_stop_and_extension_with_its_document():
    extended = in_hand(
        *ACCEPTED, suspend(WED), resume(FRI), ask_extension(FRI), grant_extension(FRI)
    )
    clocks = ledger.clocks(extended, CALENDAR)
    assert clocks is not None
    lines = clocks.statutory
    told = {line.code: line for line in lines.lines}
    assert (told[LineCode.PAUSE].days, told[LineCode.PAUSE].document) == (
        3,
        lines.pauses[0].document,
    )
    assert (told[LineCode.EXTENSION].days, told[LineCode.DUE].day) == (10, date(2026, 6, 2))


def test_before_acceptance_no_clock_runs():
    assert handling_of(known(submit())) is None


def test_the_promised_limit_has_a_due_date_of_its_own():
    state = in_hand(*ACCEPTED)
    promised = ledger.last_day(state.handling, state.application.plan.promised, CALENDAR)
    assert promised == at("2026-04-28").date()


def test_a_transfer_does_not_move_the_due_date():
    assert due(*ACCEPTED, transfer()) == due(*ACCEPTED) == date(2026, 5, 14)


def test_the_day_of_acceptance_does_not_count():
    assert due(submit(), accept(MON)) == date(2026, 5, 13)
