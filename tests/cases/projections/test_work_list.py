"""A department's work list: what waits for it, overdue first."""

from hypothesis import given

from chalicelib.cases.domain import due as ledger
from chalicelib.cases.domain.state import Accepted, Lodged, Suspended, ending_of
from chalicelib.cases.projections import case_summary, work_list
from chalicelib.codes.numbers import case_number

from ...recorded import Rows, and_then, listed, log, logged, places, rows, step
from ..domain.givens import (
    ACCEPTED,
    AGREED,
    APPROVING,
    CALENDAR,
    CLERK,
    FIRE,
    FRI,
    GRANTED,
    HEALTH,
    JOINT_REVIEW,
    MON,
    NEXT_MON,
    NEXT_TUE,
    THU,
    TUE,
    WED,
    accept,
    archive,
    ask_extension,
    ask_supplement,
    at,
    correct,
    deliver,
    finish,
    grant_extension,
    old_rating,
    resume,
    return_submission,
    save_draft,
    start,
    submit,
    supplement,
    suspend,
    transfer,
    void,
    withdraw,
)
from ..domain.walks import walks

VIEW = work_list.projection(CALENDAR)
WATER, FIRES, HEALTHS = "440800-water", "440800-fire", "440800-health"


def row(*commands):
    return rows(VIEW, log(*commands))["c1"]


def waits_at(*commands) -> set[str]:
    """The departments that list the case."""
    made = places(VIEW, rows(VIEW, log(*commands)))
    return {entry.partition for entry in made if not entry.partition.startswith("division:")}


def dates(*commands) -> dict[str, str]:
    """By which day each department has to act."""
    made = rows(VIEW, log(*commands))
    listed = {entry.partition: entry.sort.split()[0] for entry in places(VIEW, made)}
    return {scope: day for scope, day in listed.items() if not scope.startswith("division:")}


# Where a case waits


def test_a_submission_waits_at_the_intake_window():
    assert waits_at(submit(intake="440800-hall")) == {"440800-hall"}


def test_an_accepted_case_waits_at_the_department_of_its_step():
    assert waits_at(submit(intake="440800-hall"), accept()) == {WATER}


def test_a_parallel_review_waits_at_two_departments_at_once():
    assert waits_at(*JOINT_REVIEW) == {FIRES, HEALTHS}


def test_a_department_that_has_done_its_part_is_rid_of_it():
    done = finish("joint-1:440800-fire", AGREED, by=FIRE)
    assert waits_at(*JOINT_REVIEW, done) == {HEALTHS}


def test_a_transferred_case_moves_to_the_other_list():
    assert waits_at(*ACCEPTED, transfer()) == {"440802-water"}
    passed_on = transfer(THU, "440802-fire", by=FIRE)
    assert waits_at(*JOINT_REVIEW, passed_on) == {"440802-fire", HEALTHS}


def test_what_waits_for_the_applicant_is_listed_nowhere():
    assert waits_at(submit(), ask_supplement()) == set()
    assert waits_at(submit(), return_submission()) == set()


def test_during_the_review_a_supplement_leaves_the_step_where_it_is():
    assert waits_at(*ACCEPTED, ask_supplement(WED)) == {WATER}


def test_a_supplement_comes_back_to_the_window():
    assert waits_at(submit(), ask_supplement(), supplement()) == {WATER}


def test_a_decided_case_waits_to_be_delivered_and_then_nowhere():
    assert waits_at(*GRANTED) == {WATER}
    assert waits_at(*GRANTED, deliver()) == set()


def test_what_has_ended_is_listed_nowhere():
    assert waits_at(*ACCEPTED, withdraw()) == set()
    assert waits_at(*GRANTED, void()) == set()
    assert waits_at(*GRANTED, deliver(), archive()) == set()


def test_a_draft_is_no_work_yet():
    assert rows(VIEW, log(save_draft())) == {}


def test_an_extension_waits_for_the_head_beside_the_step():
    asked = row(*ACCEPTED, ask_extension())
    assert [(one["step"], one["role"]) for one in asked["open"]] == [
        ("survey-1", "clerk"),
        ("extension-1", "approver"),
    ]


# In which order


def test_what_is_due_first_comes_first():
    made: Rows = {}
    for serial, day in ((1, WED), (2, MON), (3, TUE)):
        number = case_number("440800", at(MON).date(), serial)
        begun = log(submit(MON, number=number), accept(day), case_id=f"c{serial}")
        made |= rows(VIEW, begun)
    assert listed(VIEW, made, "department", WATER) == ["c2", "c3", "c1"]


def test_what_stands_still_comes_last():
    standing = (*APPROVING, ask_supplement(THU))
    made = {
        "c1": row(*standing),
        "c2": row(submit("2026-06-01"), accept("2026-06-01")),
    }
    assert dates(*standing) == {WATER: work_list.LATER}
    assert listed(VIEW, made, "department", WATER) == ["c2", "c1"]


def test_a_step_with_a_limit_of_its_own_is_due_by_that():
    assert dates(*ACCEPTED) == {WATER: "2026-04-17"}


def test_a_step_without_a_limit_is_due_with_the_case():
    assert dates(*APPROVING) == {WATER: row(*APPROVING)["due"]}


def test_the_intake_window_has_five_days():
    assert dates(submit()) == {WATER: NEXT_MON}


def test_delivery_has_ten_days_whatever_the_case_was_due():
    assert dates(*GRANTED) == {WATER: "2026-05-06"}


def test_a_step_is_not_held_to_days_in_which_the_clock_stood():
    stopped = row(*ACCEPTED, suspend(WED))
    assert {one["step"]: one["due"] for one in stopped["open"]} == {
        "survey-1": None,
        "special-1": "2026-04-29",
    }
    going_on = row(*ACCEPTED, suspend(WED), resume(FRI))
    assert [one["due"] for one in going_on["open"]] == ["2026-04-22"]


def test_a_step_that_was_passed_on_has_its_days_anew():
    assert dates(*ACCEPTED, transfer(THU)) == {"440802-water": NEXT_TUE}


# What the row says


def test_who_took_a_step_up_is_shown():
    assert [one["handler"] for one in row(*ACCEPTED, start("survey-1"))["open"]] == [CLERK.account]


def test_a_case_that_stands_still_is_marked():
    assert row(*ACCEPTED, suspend())["suspended"]
    assert not row(*ACCEPTED, suspend(), resume())["suspended"]
    assert not row(*ACCEPTED, suspend(), withdraw())["suspended"]


def test_the_state_is_told():
    assert [
        row(*commands)["state"]
        for commands in (
            (submit(),),
            (submit(), return_submission()),
            (submit(), ask_supplement()),
            (submit(), ask_supplement(), supplement()),
            ACCEPTED,
            (*ACCEPTED, ask_supplement(WED)),
            GRANTED,
            (submit(), withdraw()),
            (*GRANTED, deliver(), archive()),
        )
    ] == [
        "submitted",
        "returned",
        "supplementing",
        "submitted",
        "accepted",
        "accepted",
        "decided",
        "closed",
        "archived",
    ]


def test_a_due_date_past_the_published_calendar_is_provisional():
    assert not row(*ACCEPTED)["provisional"]
    late = "2026-12-28"
    assert row(submit(late), accept(late))["provisional"]


def test_a_view_made_with_another_calendar_has_another_signature():
    from chalicelib.clock.calendar import from_years

    shorter = from_years(CALENDAR.name, CALENDAR.jurisdiction, CALENDAR.years[:-1])
    assert case_summary.signature(1, shorter) != case_summary.signature(1, CALENDAR)
    assert case_summary.signature(2, CALENDAR) != case_summary.signature(1, CALENDAR)


# Confidentiality: DOMAIN 5, the rated clerk never sees who rated


def test_an_old_rating_changes_nothing_of_a_row_but_that_there_is_one():
    delivered = log(*GRANTED, deliver())
    for answered in (False, True):
        rated = rows(VIEW, and_then(delivered, *old_rating(answered=answered)))
        assert rated == {"c1": {**rows(VIEW, delivered)["c1"], "rating": "rated"}}


def test_a_row_is_the_same_whoever_rated():
    by_applicant, by_colleague = (
        rows(VIEW, and_then(log(*GRANTED, deliver()), *old_rating(), by=who))
        for who in (FIRE, HEALTH)
    )
    assert by_applicant == by_colleague


def test_no_row_has_personal_data():
    text = str(rows(VIEW, log(*GRANTED, deliver(), correct("applicant.name", "赵乙", 1, NEXT_MON))))
    assert not any(word in text for word in ("赵", "440801199001011231", "灌溉"))


# Against the case itself


@given(walks())
def test_the_due_dates_are_those_of_the_case(turns):
    made: Rows = {}
    for turn in turns:
        for event in logged([turn]):
            step(VIEW, made, event)
        if not isinstance(turn.after, Lodged):
            continue
        clocks = ledger.clocks(turn.after, CALENDAR)
        statutory, promised = clocks and clocks.statutory.due, clocks and clocks.promised.due
        assert made["c1"]["due"] == (statutory and statutory.isoformat())
        assert made["c1"]["promised_due"] == (promised and promised.isoformat())


@given(walks())
def test_whether_a_due_date_is_provisional_is_that_of_the_case(turns):
    made = rows(VIEW, logged(turns))
    after = turns[-1].after if turns else None
    if not isinstance(after, Lodged):
        return
    clocks = ledger.clocks(after, CALENDAR)
    if clocks is None:
        return
    expected = clocks.statutory.provisional or clocks.promised.provisional
    assert made["c1"]["provisional"] is expected


@given(walks())
def test_the_open_steps_state_and_place_are_those_of_the_case(turns):
    made: Rows = {}
    for turn in turns:
        for event in logged([turn]):
            step(VIEW, made, event)
        if not isinstance(turn.after, Lodged):
            continue
        application, ending, shown = turn.after.application, ending_of(turn.after), made["c1"]
        assert [one["step"] for one in shown["open"]] == [one.id for one in application.open]
        assert [one["handler"] for one in shown["open"]] == [
            one.handler for one in application.open
        ]
        assert (shown["department"], shown["division"]) == (
            application.department,
            application.division,
        )
        assert shown["result"] == (ending and ending.result)
        assert shown["suspended"] is isinstance(turn.after, Suspended)
        in_hand = isinstance(turn.after, Accepted | Suspended)
        assert (shown["state"] == "accepted") is in_hand
        if not in_hand:
            assert shown["state"] == type(turn.after).__name__.lower()


def test_an_extension_moves_the_due_date():
    before, after = row(*ACCEPTED), row(*ACCEPTED, ask_extension(), grant_extension())
    assert (before["due"], after["due"]) == ("2026-05-14", "2026-05-28")
