"""更正: the mistake stays, and what follows from it changes."""

import pytest

from chalicelib.cases import domain as case
from chalicelib.cases.domain import events as e
from chalicelib.kernel.errors import Closed, Invalid

from .givens import (
    ACCEPTED,
    FRI,
    GRANTED,
    LATER,
    MON,
    THU,
    TUE,
    WED,
    a_case,
    accept,
    application,
    archive,
    ask_supplement,
    correct,
    deliver,
    due,
    played,
    receive,
    resume,
    submit,
    supplement,
    suspend,
)

# Versions: 1 submitted, 2 intake opened, 3 received, 4 and 5 intake done, 6 accepted.
ACCEPTANCE = 6
STOPPED = (*ACCEPTED, suspend(WED), resume(FRI))
# 7 survey opened, 8 special opened, 9 suspended, 10 and 11 special done, 12 resumed.
SUSPENSION, RESUMPTION = 9, 12


def test_the_mistake_stays_and_the_correction_names_it():
    corrected = a_case(*ACCEPTED).when(correct("accepted_on", MON, ACCEPTANCE))
    corrected.then(
        e.MistakeCorrected(
            mistake=ACCEPTANCE, field="accepted_on", was=TUE, now=MON, reason="录入有误"
        )
    )


def test_the_due_date_follows_a_corrected_acceptance():
    assert due(*ACCEPTED, correct("accepted_on", MON, ACCEPTANCE)) == due(submit(), accept(MON))


def test_the_due_date_follows_a_corrected_stop():
    shorter = (*STOPPED, correct("pause-1.until", THU, RESUMPTION))
    assert due(*shorter) == due(*ACCEPTED, suspend(WED), resume(THU))
    later = (*STOPPED, correct("pause-1.since", THU, SUSPENSION))
    assert due(*later) == due(*ACCEPTED, suspend(THU), resume(FRI))


def test_a_stop_may_have_lasted_one_day():
    a_case(*STOPPED).when(correct("pause-1.until", WED, RESUMPTION)).then(e.MistakeCorrected)


def test_a_case_may_have_been_accepted_on_the_day_of_its_decision():
    a_case(*GRANTED).when(correct("accepted_on", FRI, ACCEPTANCE, LATER)).then(e.MistakeCorrected)


def test_a_correction_can_be_corrected_naming_the_one_before():
    once = (*ACCEPTED, correct("accepted_on", MON, ACCEPTANCE))
    a_case(*once).when(correct("accepted_on", TUE, len(played(*once)))).then(e.MistakeCorrected)


def test_a_correction_names_the_event_that_recorded_the_mistake():
    a_case(*ACCEPTED).when(correct("accepted_on", MON, 2)).then_rejected(
        Invalid, "recorded by event 6, not by event 2"
    )


def test_a_form_that_was_supplemented_was_recorded_by_the_supplement():
    supplied = (submit(), ask_supplement(), supplement(form={"volume": 1}))
    version = [type(one) for one in played(*supplied)].index(e.SupplementSubmitted) + 1
    a_case(*supplied).when(correct("form.volume", 2, version)).then(e.MistakeCorrected)


def test_what_was_corrected_in_the_old_form_does_not_speak_of_the_new_one():
    history = (
        submit(),
        correct("form.volume", 1, 1, MON),
        ask_supplement(),
        supplement(form={"volume": 5}),
    )
    assert application(*history).form["volume"] == 5
    a_case(*history).when(correct("form.volume", 6, 3)).then_rejected(Invalid, "recorded by event")


def test_a_correction_said_twice_happens_once():
    corrected = a_case(*ACCEPTED, correct("accepted_on", MON, ACCEPTANCE))
    corrected.when(correct("accepted_on", MON, ACCEPTANCE)).then_nothing()


@pytest.mark.parametrize(
    ("field", "now"),
    [("applicant.name", "赵乙"), ("applicant.phone", "13800138000"), ("form.volume", 900)],
)
def test_the_applicant_and_the_form_can_be_corrected(field, now):
    a_case(submit()).when(correct(field, now, 1)).then(e.MistakeCorrected)


def test_a_value_is_recorded_as_it_will_be_kept():
    corrected = (submit(), correct("applicant.name", "  赵乙 ", 1))
    assert application(*corrected).applicant.name == "赵乙"
    a_case(*corrected).when(correct("applicant.name", "  赵乙 ", 1)).then_nothing()


@pytest.mark.parametrize(
    "field",
    [
        "form",
        "form.colour",
        "applicant.account",
        "applicant",
        "accepted_on.day",
        "pause-9.since",
        "pause-1.reason",
        "plan",
        "number",
        "pause-.since",
        ".",
    ],
)
def test_nothing_else_can_be_corrected(field):
    a_case(*STOPPED).when(correct(field, "x", 1)).then_rejected(Invalid, "not a field")


def test_what_has_not_happened_is_not_corrected():
    a_case(submit()).when(correct("accepted_on", MON, 1)).then_rejected(Invalid, "not a field")
    running = a_case(*ACCEPTED, suspend(WED))
    running.when(correct("pause-1.until", THU, 9)).then_rejected(Invalid, "not a field")


@pytest.mark.parametrize(
    "now", ["", "yesterday", "20260413", "2026-W16-1", 20260413, None, True, ["2026-04-13"]]
)
def test_a_day_is_written_as_a_day(now):
    a_case(*ACCEPTED).when(correct("accepted_on", now, ACCEPTANCE)).then_rejected(
        Invalid, "YYYY-MM-DD"
    )


@pytest.mark.parametrize(
    ("field", "now", "mistake", "why"),
    [
        ("accepted_on", "2026-04-12", ACCEPTANCE, "submitted on"),
        ("accepted_on", THU, ACCEPTANCE, "cannot have stopped before"),
        ("accepted_on", LATER, ACCEPTANCE, "before it begins|stopped before|lies after"),
        ("pause-1.since", MON, SUSPENSION, "cannot have stopped before"),
        ("pause-1.since", LATER, SUSPENSION, "before it begins"),
        ("pause-1.until", TUE, RESUMPTION, "before it begins"),
        ("pause-1.until", LATER, RESUMPTION, "lies after"),
    ],
)
def test_corrected_days_keep_their_order(field, now, mistake, why):
    a_case(*STOPPED).when(correct(field, now, mistake)).then_rejected(Invalid, why)


def test_an_acceptance_is_not_corrected_into_the_future():
    a_case(*ACCEPTED).when(correct("accepted_on", LATER, ACCEPTANCE)).then_rejected(
        Invalid, "lies after"
    )


def test_a_stop_does_not_reach_beyond_the_decision():
    decided = a_case(*GRANTED)
    decided.when(correct("accepted_on", MON, ACCEPTANCE, LATER)).then(e.MistakeCorrected)


@pytest.mark.parametrize(
    ("field", "now"), [("applicant.phone", "123"), ("applicant.name", " "), ("applicant.name", 7)]
)
def test_a_value_that_does_not_fit_is_refused(field, now):
    a_case(submit()).when(correct(field, now, 1)).then_rejected(Invalid, "does not fit")


def test_what_is_archived_stays_as_it_is():
    no_certificate = (*GRANTED, deliver(), archive())
    a_case(*no_certificate).when(correct("accepted_on", MON, ACCEPTANCE, LATER)).then_rejected(
        Closed
    )


def test_a_replay_as_of_before_the_mistake_does_not_stumble_over_the_correction():
    history = played(*ACCEPTED, correct("accepted_on", MON, ACCEPTANCE))
    correction = history[-1]
    for known in range(1, len(history)):  # of no case yet: see tests/cli/test_case.py
        case.fold([*history[:known], correction])


def test_receipt_does_not_change_what_a_version_is():
    history = (submit(), receive(), accept())
    assert type(played(*history)[ACCEPTANCE - 1]) is e.CaseAccepted
