"""The clock ends (issue G, 1): what was used by the decision stays so; art. 44 begins then."""

from datetime import date, timedelta

import pytest

from chalicelib.cases import domain as case
from chalicelib.cases.domain import due as ledger
from chalicelib.cases.domain import events as e
from chalicelib.cases.domain.due import Lateness
from chalicelib.cases.domain.state import InHand
from chalicelib.cases.projections import process_library
from chalicelib.clock.calendar import CalendarYear, extend
from chalicelib.clock.clock import Limit, explain
from chalicelib.clock.statutory_holidays import LAST, statutory_holidays
from chalicelib.kernel.errors import OutOfOrder

from ...recorded import log, rows
from .givens import (
    ACCEPTED,
    CALENDAR,
    PLAN,
    SHORT,
    accept,
    archive,
    ask_extension,
    ask_supplement,
    correct,
    decide,
    deliver,
    finish,
    grant,
    grant_extension,
    in_hand,
    known,
    lapse,
    played,
    resume,
    submit,
    suspend,
    transfer,
    void,
    withdraw,
)

PERMIT = SHORT.model_copy(update={"statutory": Limit(20), "promised": Limit(20)})
LONG_AGO = date(2026, 12, 1)


def lasted(*ends, plan=PERMIT) -> tuple[case.CaseCommand, ...]:
    return (submit("2026-09-02", plan), accept("2026-09-02"), *ends)


IN_TIME = lasted(finish("survey-1", day="2026-09-03"), grant("2026-09-22"))


def figures(*commands, today: date = LONG_AGO) -> tuple[int, int, int, list[Lateness]]:
    clocks = ledger.clocks(known(*commands), CALENDAR, today)
    assert clocks is not None
    clock = clocks.statutory
    return clock.elapsed(today), clock.total, clock.remaining(today), clocks.late(today)


def sentence(*commands, today: date = LONG_AGO, language: str = "zh") -> str:
    clocks = ledger.clocks(known(*commands), CALENDAR, today)
    assert clocks is not None
    return explain(clocks.promised.lines[-1], language)


# Art. 42: the decision ends the time


def test_a_case_that_was_granted_in_time_used_15_of_20_days_for_ever():
    """Accepted 2026-09-02, granted 09-22: 14 working days and 09-20, a Sunday that was worked."""
    late = [Lateness.DELIVERY]
    assert figures(*IN_TIME) == (15, 20, 5, late)
    assert figures(*IN_TIME, today=date(2026, 9, 22)) == (15, 20, 5, [])
    assert figures(*IN_TIME, today=date(2031, 1, 6)) == (15, 20, 5, late)
    assert sentence(*IN_TIME) == "于 2026-09-22 作出决定，用时 15/20 个工作日，提前 5 个工作日"
    assert sentence(*IN_TIME, language="en") == (
        "Decided on 2026-09-22: 15 of 20 working days used, 5 working days early"
    )


def test_a_case_that_was_granted_late_is_late_by_what_it_was_on_that_day():
    late = lasted(finish("survey-1", day="2026-09-03"), grant("2026-10-15"))
    assert figures(*late)[:3] == (27, 20, -7)
    assert Lateness.STATUTORY in figures(*late)[3]
    assert sentence(*late) == "于 2026-10-15 作出决定，用时 27/20 个工作日，超期 7 个工作日"


def test_on_the_last_day_it_is_neither_early_nor_late():
    told = lasted(finish("survey-1", day="2026-09-03"), grant("2026-09-30"))
    assert figures(*told)[:3] == (20, 20, 0)
    assert sentence(*told) == "于 2026-09-30 作出决定，用时 20/20 个工作日，于最后一日"


@pytest.mark.parametrize(
    ("ends", "said"),
    [
        ((withdraw("2026-09-09"),), "于 2026-09-09 撤回，用时 5/20 个工作日"),
        ((void("2026-09-09"),), "于 2026-09-09 作废，用时 5/20 个工作日"),
        (
            (ask_supplement("2026-09-04"), lapse("2026-10-30")),
            "于 2026-10-30 终止，用时 1/20 个工作日",
        ),
        ((suspend("2026-09-04"), withdraw("2026-09-25")), "于 2026-09-25 撤回，用时 1/20 个工作日"),
    ],
)
def test_a_case_that_ended_without_a_decision_stops_counting_too(ends, said):
    assert sentence(*lasted(*ends)).startswith(said)
    assert figures(*lasted(*ends)) == figures(*lasted(*ends), today=date(2030, 1, 1))


def test_what_is_voided_later_was_decided_when_it_was_decided():
    assert figures(*IN_TIME, void("2026-11-05"))[:3] == (15, 20, 5)
    assert ledger.concluded_on(known(*IN_TIME, void("2026-11-05"))) == date(2026, 9, 22)


def test_a_transfer_stops_nothing():
    moved = lasted(transfer("2026-09-04"))
    assert figures(*moved, today=date(2026, 9, 22))[:3] == (15, 20, 5)


def test_an_archived_case_keeps_its_figures():
    whole = (*IN_TIME, deliver("2026-09-23"), archive("2026-11-30"))
    assert figures(*whole) == (15, 20, 5, [])


# Art. 44: then certificate and decision are delivered within ten working days


def test_delivery_has_a_clock_of_its_own_from_the_decision_on():
    clocks = ledger.clocks(known(*IN_TIME), CALENDAR, date(2026, 9, 23))
    assert clocks is not None
    assert clocks.delivery is not None
    # 09-23, 24, 28, 29, 30, 10-08, 09, 10 (a Saturday that is worked), 12, 13
    assert (clocks.delivery.due, clocks.delivery.remaining(date(2026, 9, 23))) == (
        date(2026, 10, 13),
        9,
    )
    in_time = (*IN_TIME, deliver("2026-10-13"))
    assert figures(*in_time)[3] == []
    assert figures(*IN_TIME, deliver("2026-10-14"))[3] == [Lateness.DELIVERY]


def test_before_the_decision_nothing_is_to_be_delivered():
    clocks = ledger.clocks(known(*ACCEPTED), CALENDAR, LONG_AGO)
    assert clocks is not None
    assert clocks.delivery is None


# The promise is never later than the law (1.2)

MIXED = PLAN.model_copy(
    update={
        "statutory": Limit(30, "calendar_days"),
        "promised": Limit(20),
        "steps": SHORT.steps,
        "certificate": None,
    }
)
FROM = (submit("2026-09-07", MIXED), accept("2026-09-07"))


def test_the_promised_day_is_the_earlier_of_the_two_whatever_the_units():
    clocks = ledger.clocks(known(*FROM), CALENDAR, date(2026, 9, 8))
    assert clocks is not None
    assert (clocks.statutory.due, clocks.promised.due) == (date(2026, 10, 8), date(2026, 10, 8))
    said = [explain(line, "zh") for line in clocks.promised.lines]
    assert any("不晚于法定期限" in line and "2026-10-10" in line for line in said)


def test_an_extension_is_one_thing_and_moves_both_in_the_unit_of_the_law():
    extended = (*FROM, ask_extension("2026-09-10"), grant_extension("2026-09-11"))
    clocks = ledger.clocks(known(*extended), CALENDAR, date(2026, 9, 8))
    assert clocks is not None
    # 30 + 10 calendar days end on Saturday 10-17, so on Monday 10-19; the promise, 10-10 and ten
    # calendar days, would end on 10-20.
    assert (clocks.statutory.due, clocks.promised.due) == (date(2026, 10, 19), date(2026, 10, 19))


def test_an_extension_of_calendar_days_follows_the_working_days_of_a_promise():
    plan = MIXED.model_copy(update={"promised": Limit(5)})
    extended = (
        submit("2026-09-07", plan),
        accept("2026-09-07"),
        ask_extension("2026-09-10"),
        grant_extension("2026-09-11"),
    )
    clocks = ledger.clocks(known(*extended), CALENDAR)
    assert clocks is not None
    assert clocks.promised.due == date(2026, 9, 24)


# A step's own limit follows every stop, whenever it is entered (1.3)

LIMITED = PLAN.model_copy(
    update={"steps": (SHORT.steps[0].model_copy(update={"days": 2}), SHORT.steps[1])}
)
OPENED = (submit("2026-11-02", LIMITED), accept("2026-11-03"))
STOP = (suspend("2026-11-04"), resume("2026-11-11"))
DONE = finish("survey-1", day="2026-11-12")


def library(*commands) -> tuple[str, bool]:
    row = rows(process_library.projection(CALENDAR), log(*commands))["c1/survey-1"]
    return row["due"], row["late"]


@pytest.mark.parametrize("order", [(*STOP, DONE), (DONE, *STOP), (STOP[0], STOP[1], DONE)])
def test_a_stop_that_is_entered_after_the_step_was_finished_counts_all_the_same(order):
    """Opened 11-03, limit 2 days, stopped 11-04 to 11-11, finished 11-12: due 11-13, in time."""
    assert library(*OPENED, *order) == ("2026-11-13", False)


def test_a_stop_that_is_corrected_afterwards_moves_the_step_that_it_concerned():
    wrong = (*OPENED, DONE, suspend("2026-11-04"), resume("2026-11-05"))
    assert library(*wrong) == ("2026-11-09", True)
    version = known(*wrong).application.sources["pause-1.until"]
    mended = (*wrong, correct("pause-1.until", "2026-11-11", version, day="2026-11-16"))
    assert library(*mended) == ("2026-11-13", False)
    assert [one.opened.step for one in ledger.late_steps(known(*wrong), CALENDAR)] == ["survey-1"]
    assert list(ledger.late_steps(known(*mended), CALENDAR)) == []


def test_only_steps_that_a_stop_concerns_hear_of_it():
    events = played(*OPENED, finish("survey-1", day="2026-11-03"), *STOP)
    assert not [one for one in events if isinstance(one, e.StepClockCorrected)]


# The time for an answer is derived, as every other (1.4)

YEAR = CalendarYear.model_validate(
    {
        "year": 2027,
        "source": "国务院办公厅关于2027年部分节假日安排的通知 (made up)",
        "holidays": ["2027-01-01", "2027-01-04"],
    }
)


def asked(day: str, days: int) -> InHand:
    plan = SHORT.model_copy(update={"supplement_days": days})
    return in_hand(submit("2026-12-28", plan), accept("2026-12-28"), ask_supplement(day))


def notice_of(state: InHand) -> e.SupplementRequested:
    assert state.handling.notice is not None
    return state.handling.notice


def test_the_day_for_an_answer_is_provisional_and_mended_by_the_year_that_is_published():
    """Issue G, 1.4: told for 2027-01-12, and right is 01-13."""
    state = asked("2026-12-29", 9)
    notice, plan = notice_of(state), state.application.plan
    assert notice.respond_by == date(2027, 1, 12)
    assert ledger.respond_by(plan, notice, CALENDAR) == (date(2027, 1, 12), True)
    known_by_then = extend(CALENDAR, YEAR)
    assert ledger.respond_by(plan, notice, known_by_then) == (date(2027, 1, 13), False)


def test_nothing_lapses_before_the_day_that_the_calendar_has_now():
    state = asked("2026-12-29", 9)
    grown = extend(CALENDAR, YEAR)
    with pytest.raises(OutOfOrder, match="2027-01-13"):
        case.decide(lapse("2027-01-13"), state, grown)
    assert case.decide(lapse("2027-01-14"), state, grown)
    assert decide(lapse("2027-01-13"), state)


def test_no_calendar_takes_a_day_away_that_the_notice_told():
    state = asked("2026-12-29", 9)
    notice, plan = notice_of(state), state.application.plan
    told_later = notice.model_copy(update={"respond_by": date(2027, 1, 20)})
    assert ledger.respond_by(plan, told_later, CALENDAR).day == date(2027, 1, 20)


@pytest.mark.parametrize(
    "day",
    [
        *("2027-01-01", "2027-02-05", "2027-02-08", "2027-04-05", "2027-06-09", "2027-09-15"),
        *("2027-10-01", "2028-01-26", "2028-05-01", "2028-05-02", "2028-10-03", "2030-06-05"),
    ],
)
def test_what_the_law_fixes_is_a_day_off_before_any_notice(day):
    """全国年节及纪念日放假办法 (2024), art. 2."""
    assert not CALENDAR.is_working(date.fromisoformat(day))
    assert not CALENDAR.covers(date.fromisoformat(day))


def test_the_lunar_days_are_those_that_another_calendar_has():
    holidays = pytest.importorskip("holidays", reason="it comes with the dev extra")
    told = set(statutory_holidays(2026))
    theirs = holidays.China(years=range(2027, LAST + 1))
    own_day = {
        day
        for day, name in theirs.items()
        if "observed" not in name or ";" in name  # moved to a weekday that no notice told of yet
    }
    assert {day for day in told if day not in theirs} == set()
    assert {day for day in own_day if day not in told and "(observed)" not in theirs[day]} == set()


def test_the_days_of_labour_day_are_two_and_of_spring_festival_four():
    of_2029 = [day for day in statutory_holidays(2028) if day.year == 2029]
    assert len(of_2029) == 13
    assert date(2029, 2, 12) + timedelta(days=3) in of_2029
