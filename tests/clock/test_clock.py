"""The legal clock: due dates, and the ledger that explains them."""

from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from chalicelib.clock.calendar import Calendar, CalendarYear, extend, load_builtin
from chalicelib.clock.clock import (
    DECISION,
    EXTENSION_MAX,
    JOINT_DECISION,
    JOINT_EXTENSION_MAX,
    SPECIAL_PROCEDURES,
    Extension,
    How,
    LedgerLine,
    Limit,
    LineCode,
    Pause,
    Reckoning,
    SpecialProcedure,
    Unit,
    days_counted,
    due,
    due_date,
    explain,
    reckon,
)
from chalicelib.codes.numbers import case_number

CN = load_builtin()
TUESDAY = date(2026, 3, 3)  # no day off is near
DOCUMENTATION = Path(__file__).parents[2] / "docs" / "clock.md"


def a_pause(since: date, until: date | None = None, **more: str) -> Pause:
    return Pause("expert_review", "art. 45", since, until, **more)


def an_extension(days: int, on: date = TUESDAY) -> Extension:
    return Extension(days, "art. 42", "D-11-01", "head", on)


def due_on(start: date, limit: Limit, *pauses: Pause) -> date | None:
    return due_date(start, limit, pauses, (), CN)


def codes(reckoning: Reckoning) -> list[LineCode]:
    return [line.code for line in reckoning.lines]


def the_line(reckoning: Reckoning, code: LineCode) -> LedgerLine:
    (found,) = (line for line in reckoning.lines if line.code is code)
    return found


# Working days


@pytest.mark.parametrize(
    ("start", "days", "expected"),
    [
        (date(2026, 2, 10), 5, date(2026, 2, 24)),  # Saturday 02-14 is worked
        (date(2026, 2, 10), 20, date(2026, 3, 16)),
        (date(2026, 4, 30), 5, date(2026, 5, 11)),
        (date(2026, 9, 24), 5, date(2026, 10, 9)),
    ],
)
def test_the_vectors_of_the_domain(start: date, days: int, expected: date) -> None:
    assert due_on(start, Limit(days)) == expected


def test_the_day_of_the_start_does_not_count() -> None:
    assert due_on(TUESDAY, Limit(1)) == TUESDAY + timedelta(days=1)


def test_both_ends_of_a_pause_are_excluded() -> None:
    paused = a_pause(date(2026, 3, 5), date(2026, 3, 6))
    assert due_on(TUESDAY, Limit(2)) == date(2026, 3, 5)
    assert due_on(TUESDAY, Limit(2), paused) == date(2026, 3, 9)


def test_a_pause_of_one_day_excludes_that_day() -> None:
    assert due_on(TUESDAY, Limit(1), a_pause(date(2026, 3, 4), date(2026, 3, 4))) == date(
        2026, 3, 5
    )


def test_a_pause_on_the_due_date_still_moves_it() -> None:
    assert due_on(TUESDAY, Limit(2), a_pause(date(2026, 3, 5), date(2026, 3, 5))) == date(
        2026, 3, 6
    )


def test_a_pause_after_the_due_date_changes_nothing() -> None:
    assert due_on(TUESDAY, Limit(2), a_pause(date(2026, 3, 6))) == date(2026, 3, 5)


def test_there_is_no_due_date_while_a_pause_is_open() -> None:
    assert due_on(TUESDAY, Limit(2), a_pause(date(2026, 3, 5))) is None


def test_an_extension_adds_its_days() -> None:
    extended = due_date(TUESDAY, DECISION, (), [an_extension(10)], CN)
    assert extended == due_on(TUESDAY, Limit(30))


# Calendar days


def test_calendar_days_run_through_weekends() -> None:
    assert due_on(TUESDAY, Limit(7, "calendar_days")) == date(2026, 3, 10)


def test_calendar_days_that_end_on_a_day_off_end_on_the_next_working_day() -> None:
    assert due_on(date(2026, 9, 1), Limit(30, "calendar_days")) == date(2026, 10, 8)


def test_calendar_days_may_end_on_a_saturday_that_is_worked() -> None:
    assert due_on(date(2026, 2, 12), Limit(2, "calendar_days")) == date(2026, 2, 14)


def test_a_pause_excludes_calendar_days() -> None:
    weekend = a_pause(date(2026, 3, 7), date(2026, 3, 8))
    assert due_on(TUESDAY, Limit(7, "calendar_days"), weekend) == date(2026, 3, 12)


def test_a_pause_between_the_last_day_and_the_next_working_day_moves_the_end() -> None:
    saturday, monday = date(2026, 3, 7), date(2026, 3, 9)
    limit = Limit((saturday - TUESDAY).days, "calendar_days")
    assert due_on(TUESDAY, limit) == monday
    assert due_on(TUESDAY, limit, a_pause(monday, monday)) == date(2026, 3, 10)
    assert due_on(TUESDAY, limit, a_pause(monday)) is None


# What is not known yet


def test_a_due_date_past_the_published_calendar_is_provisional() -> None:
    assert due(date(2026, 12, 10), Limit(15), (), (), CN) == (date(2026, 12, 31), False)
    assert due(date(2026, 12, 10), Limit(16), (), (), CN) == (date(2027, 1, 4), True)


def test_calendar_days_are_provisional_only_by_the_day_they_end_on() -> None:
    inside, beyond = Limit(20, "calendar_days"), Limit(40, "calendar_days")
    assert not due(date(2003, 12, 20), inside, (), (), CN).provisional
    assert due(date(2003, 12, 20), Limit(20), (), (), CN).provisional
    assert due(date(2026, 12, 1), beyond, (), (), CN).provisional


def test_days_used_before_an_open_pause_are_provisional_beyond_the_calendar() -> None:
    within = due(date(2026, 12, 1), DECISION, [a_pause(date(2026, 12, 28))], (), CN)
    assert within == (None, False)
    assert due(date(2026, 12, 25), DECISION, [a_pause(date(2027, 1, 5))], (), CN).provisional
    assert not due(date(2027, 1, 4), DECISION, [a_pause(date(2027, 1, 4))], (), CN).provisional


# How far it is


def test_days_used_while_a_pause_is_open() -> None:
    paused = a_pause(date(2026, 3, 9))
    reckoning = reckon(TUESDAY, Limit(10), [paused], (), CN)
    assert (reckoning.elapsed(date(2026, 4, 1)), reckoning.remaining(date(2026, 4, 1))) == (3, 7)
    assert days_counted(TUESDAY, date(2026, 4, 1), "working_days", [paused], CN) == 3


def test_nothing_is_used_on_the_day_of_the_start() -> None:
    assert reckon(TUESDAY, Limit(10), (), (), CN).elapsed(TUESDAY) == 0


def test_none_remain_on_the_due_date_and_working_days_are_owed_after_it() -> None:
    reckoning = reckon(TUESDAY, Limit(4), (), (), CN)
    assert reckoning.due == date(2026, 3, 9)
    ahead = [reckoning.remaining(date(2026, 3, day)) for day in (6, 7, 8, 9, 10, 13, 14, 16)]
    assert ahead == [1, 1, 1, 0, -1, -4, -4, -5]


def test_a_pause_after_the_due_date_does_not_make_it_less_late() -> None:
    late = date(2026, 3, 13)
    paused = a_pause(date(2026, 3, 10), late)
    assert reckon(TUESDAY, Limit(4), [paused], (), CN).remaining(late) == -4


def test_calendar_days_that_end_later_by_law_are_not_overdue_before() -> None:
    reckoning = reckon(date(2026, 9, 1), Limit(30, "calendar_days"), (), (), CN)
    left = [reckoning.remaining(date(2026, 10, day)) for day in (1, 5, 8, 10)]
    assert left == [0, 0, 0, -2]


# The ledger


def test_overlapping_pauses_exclude_each_day_once_and_the_earlier_one_has_it() -> None:
    first = a_pause(date(2026, 3, 4), date(2026, 3, 6))
    second = Pause("hearing", "art. 45", date(2026, 3, 5), date(2026, 3, 10))
    lines = reckon(TUESDAY, Limit(5), [second, first], (), CN).lines
    excluded = [(line.reason, line.days) for line in lines if line.code is LineCode.PAUSE]
    assert excluded == [("expert_review", 3), ("hearing", 2)]


def test_a_pause_within_another_excludes_nothing_and_hides_nothing() -> None:
    outer = a_pause(date(2026, 3, 4), date(2026, 3, 17))
    inner = a_pause(date(2026, 3, 5), date(2026, 3, 6))
    last = a_pause(date(2026, 3, 16), date(2026, 3, 18))
    lines = reckon(TUESDAY, Limit(5), [last, inner, outer], (), CN).lines
    assert [line.days for line in lines if line.code is LineCode.PAUSE] == [10, 0, 1]


def test_what_came_before_the_start_excludes_nothing() -> None:
    before = a_pause(date(2026, 2, 24), date(2026, 3, 4))
    assert the_line(reckon(TUESDAY, Limit(5), [before], (), CN), LineCode.PAUSE).days == 1


def test_a_pause_after_the_due_date_is_listed_without_effect() -> None:
    reckoning = reckon(TUESDAY, Limit(2), [a_pause(date(2026, 3, 9))], (), CN)
    assert the_line(reckoning, LineCode.PAUSE_AFTER_DUE).days == 0


def test_an_open_pause_tells_what_it_has_excluded_so_far() -> None:
    open_pause = [a_pause(date(2026, 3, 6))]
    today = reckon(TUESDAY, Limit(5), open_pause, (), CN, today=date(2026, 3, 10))
    assert the_line(today, LineCode.PAUSE_OPEN).days == 3
    before = reckon(TUESDAY, Limit(5), open_pause, (), CN, today=date(2026, 3, 4))
    assert the_line(before, LineCode.PAUSE_OPEN).days == 0
    whenever = reckon(TUESDAY, Limit(5), open_pause, (), CN)
    assert the_line(whenever, LineCode.PAUSE_OPEN).days is None


def test_the_days_off_and_worked_on_the_way_are_listed() -> None:
    line = the_line(reckon(date(2026, 2, 10), Limit(5), (), (), CN), LineCode.CALENDAR)
    assert line.on == (date(2026, 2, 14),)
    assert line.off == tuple(date(2026, 2, day) for day in (16, 17, 18, 19, 20, 23))


def test_days_off_among_calendar_days_matter_only_at_the_end() -> None:
    through = reckon(date(2026, 2, 10), Limit(20, "calendar_days"), (), (), CN)
    assert LineCode.CALENDAR not in codes(through)
    into = reckon(date(2026, 2, 10), Limit(7, "calendar_days"), (), (), CN)
    off = the_line(into, LineCode.CALENDAR).off
    assert off == tuple(date(2026, 2, day) for day in (17, 18, 19, 20, 23))


def test_days_off_within_a_pause_did_not_matter() -> None:
    paused = a_pause(date(2026, 2, 14), date(2026, 2, 23))
    assert LineCode.CALENDAR not in codes(reckon(date(2026, 2, 10), Limit(5), [paused], (), CN))


def test_a_ledger_reads_in_chinese_and_in_english() -> None:
    paused = a_pause(date(2026, 2, 26), date(2026, 3, 4), by="张三", document="X-08-01")
    reckoning = reckon(date(2026, 2, 10), DECISION, [paused], (), CN, today=date(2026, 3, 20))
    assert [explain(line, "en") for line in reckoning.lines] == [
        "Starts on 2026-02-10 (Tue); that day does not count (Civil Code, art. 201)",
        "Limit: 20 working days",
        (
            "Stopped from 2026-02-26 (Thu) to 2026-03-04 (Wed), expert review: "
            "6 working days excluded (basis: art. 45; by: 张三; document: X-08-01)"
        ),
        (
            "Official calendar: off 2026-02-16, 2026-02-17, 2026-02-18, 2026-02-19, 2026-02-20, "
            "2026-02-23; worked 2026-02-14"
        ),
        "Due on 2026-03-24 (Tue)",
        "By 2026-03-20 (Fri): 18 of 20 working days used",
    ]
    assert explain(reckoning.lines[2], "zh-CN") == (
        "专家评审：2026-02-26（周四）至2026-03-04（周三）不计入，扣除 6 个工作日"
        "（依据：art. 45；经办：张三；文书：X-08-01）"
    )


def test_the_ledger_in_the_documentation_is_what_the_clock_writes() -> None:
    number = case_number("440802", date(2026, 2, 10), 17)
    pauses = [
        a_pause(date(2026, 2, 26), date(2026, 3, 4), by="zhang", document=f"{number}-08-01"),
        Pause(
            SpecialProcedure.SUPPLEMENT,
            "local rule",
            date(2026, 3, 3),
            date(2026, 3, 6),
            "li",
            f"{number}-06-01",
        ),
    ]
    more = Extension(10, "art. 42", f"{number}-11-01", "head", date(2026, 3, 12))
    today = date(2026, 3, 20)
    reckoning = reckon(date(2026, 2, 10), DECISION, pauses, [more], CN, today=today)
    ledger = "\n".join(explain(line, "en") for line in reckoning.lines)
    assert f"```text\n{ledger}\n```" in DOCUMENTATION.read_text(encoding="utf-8")


def test_an_open_pause_reads_with_what_it_excluded_so_far_if_a_day_is_given() -> None:
    open_pause = [Pause("hearing", "", date(2026, 3, 9))]
    without = reckon(TUESDAY, Limit(5), open_pause, (), CN)
    today = reckon(TUESDAY, Limit(5), open_pause, (), CN, today=date(2026, 3, 9))
    words = "Stopped since 2026-03-09 (Mon) and not ended yet, hearing"
    assert explain(the_line(without, LineCode.PAUSE_OPEN), "en") == words
    so_far = f"{words}: 1 working day excluded so far"
    assert explain(the_line(today, LineCode.PAUSE_OPEN), "en") == so_far


def test_calendar_days_tell_why_they_end_later() -> None:
    reckoning = reckon(date(2026, 9, 1), Limit(30, "calendar_days"), (), (), CN)
    assert explain(the_line(reckoning, LineCode.ROLLED), "zh") == (
        "2026-10-01（周四）届满，当日非工作日，顺延至下一工作日（《民法典》第二百零三条）"
    )


def test_a_provisional_ledger_says_what_it_rests_on() -> None:
    reckoning = reckon(date(2026, 12, 10), DECISION, (), (), CN)
    assert explain(the_line(reckoning, LineCode.PROVISIONAL), "en") == (
        "Provisional: official calendar from 2004-01-01 (Thu) to 2026-12-31 (Thu), "
        "else weekdays but fixed holidays"
    )


def test_a_reason_that_is_no_special_procedure_is_given_as_it_is() -> None:
    pause = Pause("force_majeure", "art. 194", TUESDAY, TUESDAY)
    line = the_line(reckon(date(2026, 3, 2), Limit(3), [pause], (), CN), LineCode.PAUSE)
    assert ", force_majeure: 1 working day excluded" in explain(line, "en")


@pytest.mark.parametrize("code", list(LineCode))
def test_every_kind_of_line_has_words_in_both_languages(code: LineCode) -> None:
    line = LedgerLine(code, TUESDAY, TUESDAY, 1, 2, reason=How.DECIDED)
    assert explain(line, "en").isascii()
    assert not explain(line, "zh").isascii()


# What the law says


def test_extensions_reach_30_and_60_working_days() -> None:
    assert (DECISION.days + EXTENSION_MAX, JOINT_DECISION.days + JOINT_EXTENSION_MAX) == (30, 60)


def test_every_special_procedure_has_names_and_a_legal_basis() -> None:
    assert set(SPECIAL_PROCEDURES) == set(SpecialProcedure)
    assert all(all(procedure.special) for procedure in SpecialProcedure)


@pytest.mark.parametrize("plain", [{"days": 0}, {"days": 20, "unit": "weeks"}, {"dayz": 20}])
def test_a_limit_that_is_none_is_refused(plain: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(Limit).validate_python(plain)


def test_a_pause_cannot_end_before_it_begins() -> None:
    with pytest.raises(ValueError, match="since 2026-03-03 cannot end before, on 2026-03-02"):
        a_pause(TUESDAY, date(2026, 3, 2))


def test_an_extension_by_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="0 days"):
        an_extension(0)


# What holds of any pauses


def stands(day: date, pauses: Sequence[Pause]) -> bool:
    return any(pause.since <= day <= (pause.until or date.max) for pause in pauses)


def counted_by_hand(start: date, days: int, unit: Unit, pauses: Sequence[Pause]) -> date | None:
    """Day by day, as a clerk would with a calendar on the wall."""
    open_since = min((pause.since for pause in pauses if pause.until is None), default=date.max)
    day, left = start, days
    while day < open_since:
        day += timedelta(days=1)
        if stands(day, pauses):
            continue
        if unit == "calendar_days" or CN.is_working(day):
            left -= 1
        if left <= 0 and CN.is_working(day):
            return day
    return None


starts = st.one_of(
    st.dates(date(2026, 1, 1), date(2027, 1, 31)), st.dates(date(2003, 11, 1), date(2030, 1, 1))
)
limits = st.builds(Limit, st.integers(1, 60), st.sampled_from(["working_days", "calendar_days"]))


@st.composite
def cases(draw: st.DrawFn) -> tuple[date, Limit, list[Pause], list[Extension]]:
    start = draw(starts)
    pauses = []
    for _ in range(draw(st.integers(0, 4))):
        since = start + timedelta(days=draw(st.integers(-5, 70)))
        length = draw(st.one_of(st.integers(0, 25), st.none()))
        until = None if length is None else since + timedelta(days=length)
        reason = draw(st.sampled_from([*SpecialProcedure]))
        pauses.append(Pause(reason, "basis", since, until, draw(st.sampled_from("ab"))))
    extensions = draw(st.lists(st.builds(an_extension, st.integers(1, 15), starts), max_size=2))
    return start, draw(limits), pauses, extensions


Case = tuple[date, Limit, list[Pause], list[Extension]]


@given(cases())
def test_it_equals_a_count_by_hand(case: Case) -> None:
    start, limit, pauses, extensions = case
    days = limit.days + sum(extension.days for extension in extensions)
    by_hand = counted_by_hand(start, days, limit.unit, pauses)
    assert due_date(start, limit, pauses, extensions, CN) == by_hand


@given(cases(), st.integers(-5, 150))
def test_days_used_equal_a_count_by_hand(case: Case, later: int) -> None:
    start, limit, pauses, _ = case
    days = [start + timedelta(days=n) for n in range(1, later + 1)]
    used = [day for day in days if not stands(day, pauses)]
    counted = [day for day in used if limit.unit == "calendar_days" or CN.is_working(day)]
    through = start + timedelta(days=later)
    assert days_counted(start, through, limit.unit, pauses, CN) == len(counted)


@given(cases())
def test_a_pause_never_brings_the_due_date_forward(case: Case) -> None:
    start, limit, pauses, extensions = case
    due_day = due_date(start, limit, pauses, extensions, CN)
    without = due_date(start, limit, (), extensions, CN)
    assert without is not None
    assert due_day is None or due_day >= without


@given(cases(), st.data())
def test_the_order_of_entry_makes_no_difference(case: Case, data: st.DataObject) -> None:
    start, limit, pauses, extensions = case
    other_pauses = data.draw(st.permutations(pauses))
    other_extensions = data.draw(st.permutations(extensions))
    one = reckon(start, limit, pauses, extensions, CN, today=TUESDAY)
    other = reckon(start, limit, other_pauses, other_extensions, CN, today=TUESDAY)
    assert (one.due, one.provisional, one.lines) == (other.due, other.provisional, other.lines)


@given(cases(), st.integers(0, 150))
def test_days_remain_exactly_until_the_due_date(case: Case, later: int) -> None:
    start, limit, pauses, extensions = case
    reckoning = reckon(start, limit, pauses, extensions, CN)
    today = start + timedelta(days=later)
    remaining = reckoning.remaining(today)
    assert reckoning.elapsed(today) + remaining == reckoning.total
    assert remaining <= reckoning.remaining(today - timedelta(days=1))
    if reckoning.due is None or today <= reckoning.due:
        assert 0 <= remaining <= reckoning.total
    else:
        assert remaining <= 0
        assert reckoning.remaining(reckoning.due) == 0


@given(cases())
def test_the_lines_add_up_to_the_due_date(case: Case) -> None:
    """From the start to the last day: the days of the limit and those that pauses excluded."""
    start, limit, pauses, extensions = case
    reckoning = reckon(start, limit, pauses, extensions, CN)
    lines = {code: [line for line in reckoning.lines if line.code is code] for code in LineCode}
    if reckoning.due is None:
        assert lines[LineCode.STANDING]
        return
    last = lines[LineCode.ROLLED][0].day if lines[LineCode.ROLLED] else reckoning.due
    added = sum(line.days or 0 for line in lines[LineCode.LIMIT] + lines[LineCode.EXTENSION])
    effective = [line for line in lines[LineCode.PAUSE] if line.day <= last]
    excluded = sum(line.days or 0 for line in effective)
    assert days_counted(start, last, limit.unit, (), CN) == added + excluded
    assert [line.day for line in lines[LineCode.DUE]] == [reckoning.due]


@given(cases())
def test_every_line_can_be_read(case: Case) -> None:
    for line in reckon(*case, CN, today=TUESDAY).lines:
        assert explain(line, "zh")
        assert explain(line, "en").isprintable()


@given(
    cases(),
    st.sets(st.dates(date(2027, 1, 1), date(2027, 12, 31)), min_size=5, max_size=60),
)
def test_a_newly_published_year_changes_only_what_was_provisional(
    case: Case, days: set[date]
) -> None:
    grown = extend(CN, _a_year_that_moves(days))
    before, after = due(*case, CN), due(*case, grown)
    assert before.provisional or after == before


def _a_year_that_moves(days: set[date]) -> CalendarYear:
    off = [day for day in days if day.weekday() < 5] or [date(2027, 1, 1)]
    on = [day for day in days if day.weekday() >= 5]
    return CalendarYear(year=2027, source="notice", holidays=tuple(off), workdays=tuple(on))


def test_a_newly_published_year_settles_a_due_date() -> None:
    grown: Calendar = extend(CN, _a_year_that_moves({date(2027, 1, 1), date(2027, 1, 4)}))
    assert due(date(2026, 12, 10), DECISION, (), (), CN) == (date(2027, 1, 8), True)
    assert due(date(2026, 12, 10), DECISION, (), (), grown) == (date(2027, 1, 11), False)
