"""办件过程信息库: every step of every case, who did it, when, and what came of it."""

from datetime import UTC, datetime, timedelta
from itertools import count
from tempfile import TemporaryDirectory
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic_core import to_json

from chalicelib.adapters.sqlite.views import SqliteViews
from chalicelib.cases.domain.events import StepOpened, StepRecorded
from chalicelib.cases.domain.state import Lodged
from chalicelib.cases.projections import process_library
from chalicelib.cases.projections.case_summary import utc
from chalicelib.clock.calendar import legal_day
from chalicelib.eventlog.views.port import Batch, Change, Cursor, Kept, Page, Row, Views
from chalicelib.kernel.actor import Actor, Role

from ...recorded import and_then, log, logged, places, recorded, rows
from ..domain.givens import (
    ACCEPTED,
    AGREED,
    CALENDAR,
    CLERK,
    FIRE,
    FRI,
    GRANTED,
    ITEM,
    JOINT_REVIEW,
    NEXT_MON,
    NEXT_TUE,
    NUMBER,
    THU,
    WED,
    accept,
    at,
    deliver,
    finish,
    old_rating,
    receive,
    resume,
    save_draft,
    start,
    submit,
    suspend,
    transfer,
    withdraw,
)
from ..domain.walks import walks

VIEW = process_library.projection(CALENDAR)
WATER = "440800-water"

# For as long as these tests run.
PLACE = TemporaryDirectory()
NUMBERS = count()


def steps(*commands) -> dict[str, Row]:
    return {key.removeprefix("c1/"): row for key, row in rows(VIEW, log(*commands)).items()}


def test_a_step_waits_until_somebody_takes_it_up():
    step = steps(*ACCEPTED)["survey-1"]
    assert (step["state"], step["handler"], step["role"]) == ("waiting", None, "clerk")
    assert (step["number"], step["item"], step["department"]) == (NUMBER, ITEM.code, WATER)


def test_waiting_ends_and_working_begins_when_it_is_taken_up():
    step = steps(*ACCEPTED, start("survey-1", WED))["survey-1"]
    assert (step["state"], step["handler"]) == ("working", CLERK.account)
    assert step["waiting_seconds"] == 24 * 3600


def test_a_finished_step_says_who_in_which_role_and_what_came_of_it():
    yes = finish("joint-1:440800-fire", AGREED, day=THU, opinion="同意", by=FIRE)
    step = steps(*JOINT_REVIEW, yes)["joint-1:440800-fire"]
    assert (step["state"], step["outcome"], step["opinion"]) == ("finished", "agreed", "同意")
    assert (step["handler"], step["role"], step["department"]) == (
        FIRE.account,
        "reviewer",
        "440800-fire",
    )


def test_working_time_runs_from_taking_up_to_finishing():
    step = steps(*ACCEPTED, start("survey-1", WED), finish("survey-1", day=FRI))["survey-1"]
    assert (step["waiting_seconds"], step["working_seconds"]) == (24 * 3600, 48 * 3600)


def test_times_are_kept_as_they_happened():
    step = steps(*ACCEPTED, start("survey-1", WED))["survey-1"]
    assert step["started_at"] == "2026-04-15T02:00:00.000000+00:00"


def test_what_was_entered_out_of_order_within_a_day_takes_no_negative_time():
    early = finish("survey-1").model_copy(update={"at": at(WED) - timedelta(hours=5)})
    step = steps(*ACCEPTED, start("survey-1", WED), early)["survey-1"]
    assert step["working_seconds"] == 0


def test_every_phase_of_a_case_is_in_the_library():
    assert list(steps(*GRANTED, deliver())) == [
        "intake-1",
        "survey-1",
        "sign-1",
        "delivery-1",
    ]


def test_a_transferred_step_is_two_steps_one_after_the_other():
    made = steps(*ACCEPTED, transfer())
    assert (made["survey-1"]["outcome"], made["survey-1"]["opinion"]) == (
        "transferred",
        "取水口位于赤坎区",
    )
    assert (made["survey-1>1"]["state"], made["survey-1>1"]["division"]) == ("waiting", "440802")


def test_what_a_withdrawal_overtook_was_done_by_nobody():
    step = steps(*ACCEPTED, withdraw())["survey-1"]
    assert (step["outcome"], step["handler"], step["role"]) == ("overtaken", None, "clerk")
    assert (step["waiting_seconds"], step["working_seconds"]) == (48 * 3600, 0)


# The step's own limit


def test_a_step_that_took_longer_than_its_limit_is_late():
    assert steps(*ACCEPTED, finish("survey-1", day=FRI))["survey-1"]["late"] is False
    assert steps(*ACCEPTED, finish("survey-1", day=NEXT_MON))["survey-1"]["late"] is True


def test_a_step_is_not_late_for_days_in_which_the_clock_stood():
    stopped = (*ACCEPTED, suspend(WED), resume(FRI))
    in_time = steps(*stopped, finish("survey-1", day="2026-04-22"))["survey-1"]
    assert (in_time["late"], in_time["due"]) == (False, "2026-04-22")
    assert steps(*stopped, finish("survey-1", day="2026-04-23"))["survey-1"]["late"] is True


def test_a_step_without_a_limit_is_never_late():
    later = (*GRANTED[:-1], GRANTED[-1].model_copy(update={"at": at("2026-12-01")}))
    assert steps(*later)["sign-1"]["late"] is False


def test_a_special_procedure_is_late_after_the_time_that_was_told():
    made = steps(*ACCEPTED, suspend(WED, days=2), resume(NEXT_TUE))
    assert (made["special-1"]["due"], made["special-1"]["late"]) == (FRI, True)


# Listing


@pytest.mark.parametrize("item", [None, ITEM.code])
@pytest.mark.parametrize("department", [None, WATER])
@pytest.mark.parametrize("state", [None, "waiting", "working", "finished"])
def test_every_combination_of_filters_lists_what_it_asks_for(item, department, state):
    made = rows(VIEW, log(*JOINT_REVIEW, start("joint-1:440800-fire", by=FIRE)))
    scope = process_library.scope(item, department)
    asked = {f"{scope} {one}" for one in process_library.STATES if state in (None, one)}
    found = [entry for entry in places(VIEW, made) if entry.partition in asked]
    wanted = [
        row
        for row in made.values()
        if item in (None, row["item"])
        and department in (None, row["department"])
        and state in (None, row["state"])
    ]
    assert len(found) == len(wanted)


def test_filters_that_fit_nothing_find_nothing():
    made = rows(VIEW, log(*JOINT_REVIEW))
    listed = {entry.partition for entry in places(VIEW, made)}
    assert not any(one.startswith(process_library.scope("another", None)) for one in listed)
    assert f"{process_library.scope(None, '440800-health')} finished" not in listed


def test_a_step_is_listed_once_under_each_filter():
    (row,) = rows(VIEW, log(submit())).values()
    entries = list(process_library.entries(row))
    assert len({entry.partition for entry in entries}) == len(entries) == 4


def test_steps_are_listed_by_when_they_opened():
    (row,) = rows(VIEW, log(submit())).values()
    assert {entry.sort for entry in process_library.entries(row)} == {row["since"]}


# Steps in any state are read from the lists of the three

# Few times, so that many steps open at once: then the key decides.
OPENED = st.sampled_from(["2026-04-14", "2026-04-15", "2026-04-16"])
STEPS = st.lists(st.tuples(OPENED, st.sampled_from(process_library.STATES)), max_size=12)


def kept(given: list[tuple[str, str]]) -> list[Row]:
    """Steps of one item, in the order in which they opened."""
    common = {"case_id": "c1", "item": "i", "department": "d", "division": "440800"}
    made = [
        {**common, "step": f"s{number}", "since": since, "state": state}
        for number, (since, state) in enumerate(given, start=1)
    ]
    return sorted(made, key=lambda row: (row["since"], f"c1/{row['step']}"))


def library(rows: list[Row]) -> SqliteViews:
    views = SqliteViews(f"{PLACE.name}/{next(NUMBERS)}.db")
    put(views, rows)
    return views


def put(views: Views, rows: list[Row]) -> None:
    over = views.create(VIEW.name, VIEW.signature)
    was = views.checkpoint(over)
    known = views.stored(over, [f"c1/{row['step']}" for row in rows])
    changes = []
    for row in rows:
        key, now = f"c1/{row['step']}", frozenset(process_library.entries(row))
        before = known[key].entries
        kept = Kept(to_json(row), was.position + 1)
        changes.append(Change(key, bool(before) and was.position, kept, now - before, before - now))
    views.commit(over, Batch(was, was.position + 1, changes))


def read(views: Views, state: str | None, limit: int, **asked: Any) -> list[Row]:
    """All pages, of which only the last may have fewer than `limit` rows."""
    found, after = [], None
    while True:
        scope = process_library.scope("i", None)
        page = process_library.page(views, scope, state, after=after, limit=limit, **asked)
        found += page.rows
        if page.cursor is None:
            return found
        assert len(page.rows) == limit
        last = page.rows[-1]
        assert page.cursor == (last["since"], f"c1/{last['step']}")
        after = page.cursor


@given(STEPS, st.sampled_from([None, *process_library.STATES]), st.booleans())
def test_pages_of_every_size_have_every_step_once_and_in_order(given, state, descending):
    rows = kept(given)
    views = library(rows)
    wanted = [row for row in rows if state in (None, row["state"])]
    if descending:
        wanted.reverse()
    for limit in range(1, len(rows) + 2):
        assert read(views, state, limit, descending=descending) == wanted
    views.close()


@given(STEPS, OPENED, OPENED, st.integers(1, 5), st.booleans())
def test_a_period_includes_its_first_moment_and_not_its_last(given, low, high, limit, descending):
    rows = kept(given)
    views = library(rows)
    wanted = [row for row in rows if low <= row["since"] < high]
    if descending:
        wanted.reverse()
    asked = {"lower": low, "upper": high, "descending": descending}
    assert read(views, None, limit, **asked) == wanted
    views.close()


def test_a_step_that_moves_on_while_it_is_read_is_there_once():
    """Met in the first list and again in the last, as it is then."""
    (row,) = kept([("2026-04-14", "waiting")])
    views = library([row])

    class Meanwhile:
        def page(self, *asked: Any, **bounds: Any) -> Page:
            page = views.page(*asked, **bounds)
            put(views, [{**row, "state": "finished"}])
            return page

    found = process_library.page(cast("Views", Meanwhile()), "*", None)
    assert [one["state"] for one in found.rows] == ["finished"]
    views.close()


def test_a_page_that_lost_rows_holds_back_what_may_come_before_its_end():
    """On DynamoDB a page is shorter by the rows that move on while it is read."""
    early, late = kept([("2026-04-14", "working"), ("2026-04-16", "finished")])
    end = Cursor("2026-04-15", "c1/gone")
    pages = iter([Page([], end), Page([early], None), Page([late], None)])

    class Short:
        def page(self, *_asked: Any, **_bounds: Any) -> Page:
            return next(pages)

    assert process_library.page(cast("Views", Short()), "*", None, limit=1) == Page([early], end)


# Imported steps


def test_of_an_imported_step_only_its_end_is_known():
    told = StepRecorded(
        step="row-7",
        item="receipt",
        number="case-10011",
        name="Confirmation of receipt",
        kind="intake",
        department="gemeente",
        division="990000",
        handler="Resource21",
    )
    by = receive().model_copy(
        update={"by": Actor(account="Resource21", role=Role.CLERK, department="gemeente")}
    )
    event = recorded(by, told, 2, "case-i1")._replace(source="receipt.csv.gz#7 row-7")
    (row,) = rows(VIEW, [event]).values()
    assert (row["state"], row["handler"], row["number"]) == ("finished", "Resource21", "case-10011")
    assert (row["since"], row["started_at"]) == (row["finished_at"], None)
    assert (row["outcome"], row["late"], row["source"]) == (None, False, "receipt.csv.gz#7 row-7")
    assert f"{process_library.scope('receipt', 'gemeente')} finished" in {
        entry.partition for entry in process_library.entries(row)
    }


def test_an_imported_step_has_the_times_that_the_log_tells_and_says_what_is_inferred():
    nine, ten, noon = (datetime(2026, 2, 10, hour, tzinfo=UTC) for hour in (9, 10, 12))
    known = {
        "step": "row-7",
        "item": "receipt",
        "number": "case-10011",
        "name": "Check",
        "kind": "handle",
        "department": "gemeente",
        "division": "990000",
        "handler": "Resource21",
    }
    by = receive().model_copy(update={"at": noon})
    for told, waited, worked, since in (
        ({"previous_ended_at": nine, "started_at": ten}, 3600, 7200, nine),
        ({"previous_ended_at": nine}, 3 * 3600, None, nine),
        ({"started_at": ten}, None, 7200, ten),
        ({}, None, None, noon),
    ):
        step = StepRecorded.model_validate({**known, **told})
        (row,) = rows(VIEW, [recorded(by, step, 2, "case-i1")]).values()
        assert (row["waiting_seconds"], row["working_seconds"]) == (waited, worked)
        assert row["waiting_inferred"] is ("previous_ended_at" in told)
        assert row["since"] == utc(since)


def test_nothing_but_steps_has_a_row():
    assert rows(VIEW, log(save_draft())) == {}
    assert set(rows(VIEW, log(submit(), accept()))) == {"c1/intake-1", "c1/survey-1"}


# Confidentiality: DOMAIN 5, the rated clerk never sees who rated


def test_an_old_rating_is_no_step_of_the_library():
    delivered = log(*GRANTED, deliver())
    for answered in (False, True):
        rated = and_then(delivered, *old_rating(answered=answered))
        assert rows(VIEW, rated) == rows(VIEW, delivered)


# In any history


@given(walks())
def test_every_opened_step_has_exactly_one_row(turns):
    opened = [event.data.step for event in logged(turns) if isinstance(event.data, StepOpened)]
    made = rows(VIEW, logged(turns))
    assert sorted(row["step"] for row in made.values()) == sorted(opened)


@given(walks())
def test_a_finished_step_has_an_outcome_and_times_that_are_not_negative(turns):
    for row in rows(VIEW, logged(turns)).values():
        finished = row["state"] == "finished"
        assert finished is (row["outcome"] is not None) is (row["finished_at"] is not None)
        if finished:
            assert row["waiting_seconds"] >= 0
            assert row["working_seconds"] >= 0
            # Within a day, what is entered later may have happened before what it follows.
            since, finished_at = map(datetime.fromisoformat, (row["since"], row["finished_at"]))
            assert legal_day(finished_at) >= legal_day(since)


@given(walks())
def test_what_the_library_calls_open_is_open_in_the_case(turns):
    made = rows(VIEW, logged(turns))
    after = turns[-1].after if turns else None
    waiting = {one.id for one in after.application.open} if isinstance(after, Lodged) else set()
    assert {row["step"] for row in made.values() if row["state"] != "finished"} == waiting
