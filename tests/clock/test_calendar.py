"""Which days are worked, and how a new year's notice enters."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from chalicelib.clock.calendar import (
    Calendar,
    CalendarGap,
    CalendarYear,
    extend,
    from_years,
    legal_day,
    load_builtin,
)
from chalicelib.clock.calendar_stream import (
    CalendarYearPublished,
    PublishCalendarYear,
    decide,
    fold,
)
from chalicelib.kernel.actor import Actor, Role

CN = load_builtin()
AT = datetime(2026, 11, 5, 9, tzinfo=UTC)
BY = Actor(account="li", role=Role.SYSTEM_ADMINISTRATOR)


def a_year(year: int = 2027, **content: object) -> CalendarYear:
    plain = {
        "year": year,
        "source": "the notice",
        "holidays": [f"{year}-10-01" if date(year, 10, 1).weekday() < 5 else f"{year}-10-04"],
    }
    return CalendarYear.model_validate(plain | content)


def publish(content: CalendarYear) -> PublishCalendarYear:
    return PublishCalendarYear.model_validate(content.model_dump() | {"at": AT, "by": BY})


def every_day(of: Calendar) -> Iterator[date]:
    for day in range((of.published_through - of.first).days + 1):
        yield of.first + timedelta(days=day)


def differing(works: Callable[[date], bool]) -> list[date]:
    return [day for day in every_day(CN) if CN.is_working(day) != works(day)]


# The built-in calendar


def test_it_has_every_year_from_2004_to_2026_each_with_its_notice() -> None:
    assert [year.year for year in CN.years] == list(range(2004, 2027))
    assert all(f"关于{year}年部分节假日安排的通知" in source for year, source in CN.sources.items())
    assert (CN.first, CN.published_through) == (date(2004, 1, 1), date(2026, 12, 31))


def test_chinese_calendar_agrees_but_for_one_day() -> None:
    # 国办发明电〔2005〕35号 moves the rest days 12-31 (Saturday) and 01-01 (Sunday) to 01-02 and
    # 01-03 and says "12月31日（星期六）上班"; chinese-calendar 1.11 lacks that make-up day.
    peer = pytest.importorskip("chinese_calendar")
    assert differing(peer.is_workday) == [date(2005, 12, 31)]


def test_holidays_agrees_on_every_day() -> None:
    peer = pytest.importorskip("holidays")
    days = peer.country_holidays("CN", years=range(2003, 2028))
    assert differing(days.is_working_day) == []


def test_the_last_day_of_2005_was_worked_and_the_notice_for_2006_says_why() -> None:
    assert CN.is_working(date(2005, 12, 31))
    assert date(2005, 12, 31) in next(year for year in CN.years if year.year == 2006).workdays


@pytest.mark.parametrize(
    ("day", "works"),
    [
        (date(2026, 2, 13), True),  # Friday
        (date(2026, 2, 14), True),  # Saturday, worked for the Spring Festival
        (date(2026, 2, 15), False),  # Sunday
        (date(2026, 2, 16), False),  # Monday of the Spring Festival
        (date(2027, 2, 15), True),  # Monday that no notice speaks of yet
        (date(2027, 2, 8), False),  # 初三: the law itself fixes it
        (date(2027, 2, 7), False),
    ],
)
def test_a_day_is_worked_by_the_notice_and_beyond_it_by_its_weekday(day: date, works: bool) -> None:  # noqa: FBT001 - a table
    assert CN.is_working(day) is works


def test_it_covers_what_is_published_and_says_so_of_the_rest() -> None:
    covered = [date(2004, 1, 1), date(2026, 12, 31)]
    assert all(CN.covers(day) for day in covered)
    assert not any(CN.covers(day) for day in (date(2003, 12, 31), date(2027, 1, 1)))


def test_the_next_working_day_is_the_day_itself_if_it_is_one() -> None:
    assert CN.next_working(date(2026, 2, 14)) == date(2026, 2, 14)
    assert CN.next_working(date(2026, 2, 15)) == date(2026, 2, 24)


@given(st.dates(date(2003, 6, 1), date(2027, 6, 1)), st.integers(-5, 120))
def test_working_days_are_those_that_are_worked_one_by_one(after: date, days: int) -> None:
    passed = (after + timedelta(days=n + 1) for n in range(days))
    through = after + timedelta(days=days)
    assert CN.working_days(after, through) == sum(map(CN.is_working, passed))


def test_there_is_no_calendar_of_an_unknown_name() -> None:
    with pytest.raises(ValueError, match="no built-in calendar 'mars'"):
        load_builtin("mars")


# The day of the law


def test_a_late_evening_in_utc_is_the_next_day_in_shanghai() -> None:
    assert legal_day(datetime(2026, 2, 10, 15, 59, tzinfo=UTC)) == date(2026, 2, 10)
    assert legal_day(datetime(2026, 2, 10, 16, 0, tzinfo=UTC)) == date(2026, 2, 11)


def test_a_time_without_a_zone_falls_on_no_certain_day() -> None:
    with pytest.raises(ValueError, match="no time zone"):
        legal_day(datetime(2026, 2, 10, 16))  # noqa: DTZ001 - the mistake


# One year's notice


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ({"holidays": ["2027-10-02"]}, r"2027-10-02 \(Saturday\): a weekend day, off anyway"),
        ({"workdays": ["2027-10-08"]}, r"2027-10-08 \(Friday\): a weekday, worked anyway"),
        ({"festivals": ["2027-10-04"]}, r"2027-10-04 \(Monday\): a weekday, so it belongs under"),
        ({"holidays": ["2028-01-03"]}, r"2028-01-03 \(Monday\): not in 2027 nor in the last week"),
        ({"workdays": ["2026-12-19"]}, r"2026-12-19 \(Saturday\): not in 2027 nor in the last"),
        (
            {"workdays": ["2027-10-02"], "festivals": ["2027-10-02"]},
            r"2027-10-02 \(Saturday\): both off and worked",
        ),
        ({"holidays": []}, "at least 1 item"),
        ({"holidays": [20271001]}, "20271001 is no day: write YYYY-MM-DD"),
        ({"holidays": [datetime(2027, 10, 1, tzinfo=UTC)]}, "is no day: write YYYY-MM-DD"),
        ({"source": " "}, "at least 1 character"),
        ({"hollidays": []}, "hollidays"),
    ],
)
def test_a_mistake_in_a_notice_is_named(content: dict[str, object], complaint: str) -> None:
    with pytest.raises(ValidationError, match=complaint):
        a_year(2027, **content)


def test_the_file_in_the_documentation_is_a_notice() -> None:
    text = (Path(__file__).parents[2] / "docs" / "clock.md").read_text(encoding="utf-8")
    content = text.partition("```json\n")[2].partition("```")[0]
    year = CalendarYear.model_validate_json(content)
    assert extend(CN, year).published_through == date(2027, 12, 31)


def test_new_years_make_up_days_may_lie_in_the_year_before() -> None:
    year = a_year(workdays=["2026-12-26"], holidays=["2026-12-31", "2027-01-01"])
    changed = extend(CN, year)
    assert changed.is_working(date(2026, 12, 26))
    assert not changed.is_working(date(2026, 12, 31))


def test_the_order_in_which_days_are_listed_makes_no_difference() -> None:
    days = ["2027-10-04", "2027-10-01", "2027-10-01"]
    assert a_year(holidays=days) == a_year(holidays=sorted(set(days)))


# A calendar grows year by year


def test_a_published_year_moves_the_end_of_what_is_known() -> None:
    grown = extend(CN, a_year(2027, holidays=["2027-02-08"]))
    assert grown.published_through == date(2027, 12, 31)
    assert grown.covers(date(2027, 6, 1))
    assert not grown.is_working(date(2027, 2, 8))


def test_a_year_before_the_first_adjoins_too() -> None:
    assert extend(CN, a_year(2003)).first == date(2003, 1, 1)


@pytest.mark.parametrize(("year", "missing"), [(2028, 2027), (2002, 2003)])
def test_a_gap_between_years_is_refused(year: int, missing: int) -> None:
    with pytest.raises(CalendarGap, match=f"publish {missing} before {year}"):
        extend(CN, a_year(year))


def test_years_that_do_not_adjoin_make_no_calendar() -> None:
    with pytest.raises(CalendarGap, match="2026, 2028"):
        from_years("cn", "中国", [a_year(2028), a_year(2026)])


def test_a_year_entered_again_replaces_all_that_it_said_before() -> None:
    first = extend(CN, a_year(workdays=["2026-12-26", "2027-10-09"], holidays=["2027-10-08"]))
    again = extend(first, a_year(workdays=["2027-10-10"], holidays=["2027-10-08"]))
    assert again == extend(CN, a_year(workdays=["2027-10-10"], holidays=["2027-10-08"]))
    assert not again.is_working(date(2026, 12, 26))


def test_new_years_notice_has_the_last_word_on_the_days_before_it() -> None:
    years = [a_year(2027, festivals=["2026-12-26"]), a_year(2026, workdays=["2026-12-26"])]
    assert not from_years("cn", "中国", years).is_working(date(2026, 12, 26))


# The stream calendar-cn


def test_publishing_a_year_is_an_event_with_all_that_the_notice_says() -> None:
    content = a_year(2027, workdays=["2027-10-09"], published_on="2026-11-04", note="as amended")
    (event,) = decide(publish(content), CN)
    assert event == CalendarYearPublished.model_validate(content.model_dump())
    assert fold([event]) == extend(CN, content)


def test_publishing_the_same_content_again_is_no_event() -> None:
    content = a_year(2027)
    assert decide(publish(content), fold(decide(publish(content), CN))) == []
    assert decide(publish(CN.years[-1]), CN) == []


def test_publishing_other_content_for_a_year_corrects_it() -> None:
    corrected = a_year(2026, holidays=["2026-10-08"])
    state = fold(decide(publish(corrected), CN))
    assert not state.is_working(date(2026, 10, 8))
    assert state.is_working(date(2026, 10, 2))


def test_later_events_are_folded_onto_the_state_that_earlier_ones_left() -> None:
    first = decide(publish(a_year(2027)), CN)
    then = decide(publish(a_year(2028)), fold(first))
    assert fold(then, fold(first)) == fold(first + then)


def test_publishing_past_a_gap_is_refused() -> None:
    with pytest.raises(CalendarGap, match="publish 2027 before 2029"):
        decide(publish(a_year(2029)), CN)


weekdays = st.sets(
    st.dates(date(2027, 1, 1), date(2027, 12, 31)).filter(lambda day: day.weekday() < 5),
    min_size=1,
    max_size=20,
)
weekends = st.sets(
    st.dates(date(2026, 12, 25), date(2027, 12, 31)).filter(lambda day: day.weekday() >= 5),
    max_size=10,
)


@given(weekdays, weekends)
def test_said_twice_it_happens_once(off: set[date], on: set[date]) -> None:
    command = publish(a_year(2027, holidays=list(off), workdays=list(on)))
    events = decide(command, CN)
    assert decide(command, fold(events)) == []
    assert fold(events + events) == fold(events)
