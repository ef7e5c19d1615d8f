"""One case of another system's log: rows become events, once, and all of them or none."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from chalicelib.adapters.sqlite.store import SqliteStore
from chalicelib.cases import domain as case
from chalicelib.cases.domain.events import (
    CaseConcluded,
    CaseImported,
    StepRecorded,
    SubmissionReceived,
)
from chalicelib.cases.domain.state import Imported
from chalicelib.cases.domain.values import ItemRef, Result
from chalicelib.eventlog.ports import Conflict, History, verify
from chalicelib.importing import cases
from chalicelib.importing.case_import import Taken, command_of, take
from chalicelib.importing.cases import CaseLog, Effect, Refused, case_id, read_case
from chalicelib.importing.rows import digest, identifier, key_of
from chalicelib.items.domain.plan import StepKind
from chalicelib.kernel.actor import Channel, Role

from .givens import ORIGIN, into, mapping, read, refused, rows, stored, values, without

RECEIVED = values(hour=9, activity="Received")
CHECKED = values(hour=10)
DECIDED = values(hour=11, activity="Decide", person="Zhao")
END = "2026-02-12 12:00:00+08:00"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    opened = SqliteStore(tmp_path / "events.db", synchronous="OFF")
    yield opened
    opened.close()


def times(log: CaseLog) -> list[str]:
    return [row.occurred_at.isoformat() for row in log.rows]


# Rows to events


def test_a_case_is_imported_with_what_the_log_tells_of_it():
    log = read(RECEIVED, CHECKED)
    assert log.imported.event == CaseImported(
        case_id=case_id("old-system", "k-1"),
        reference="k-1",
        item=ItemRef(code="old-permit", version=1, name="旧系统的许可"),
        division="449900",
        department="449900-general",
        responsible="Wang",
        deadline=datetime.fromisoformat("2026-03-10 17:00:00+08:00"),
    )
    assert log.imported.circumstances.occurred_at.isoformat() == "2026-02-10T08:30:00+08:00"
    assert log.imported.circumstances.channel is Channel.WINDOW


def test_a_row_is_a_step_done_by_somebody_for_a_department():
    (row,) = read(CHECKED).rows
    assert row.happened.event == StepRecorded(
        step="t-10",
        item="old-permit",
        number="k-1",
        name="核对",
        kind=StepKind.REVIEW,
        department="449900-group-1",
        division="449900",
        handler="Li",
        previous_ended_at=datetime.fromisoformat("2026-02-10 08:30:00+08:00"),
    )
    by = row.happened.circumstances
    assert (by.actor.account, by.actor.role) == ("Li", Role.REVIEWER)
    assert (by.actor.department, by.actor.division) == ("449900-group-1", "449900")
    assert (by.channel, by.source) == (Channel.WINDOW, "log.csv#2 t-10")


def test_a_receipt_is_received_on_the_day_of_the_place():
    late = values(activity="Received", at="2026-02-10T16:30:00+00:00")
    there = read(late, by=mapping(time_zone="Europe/Amsterdam"))
    here = read(late, by=mapping(time_zone="+08:00"))
    assert there.rows[0].happened.event == SubmissionReceived(on=date(2026, 2, 10))
    assert here.rows[0].happened.event == SubmissionReceived(on=date(2026, 2, 11))


def test_rows_become_events_in_the_order_of_time():
    log = read(DECIDED, RECEIVED, CHECKED)
    assert [row.key for row in log.rows] == ["t-9", "t-10", "t-11"]
    assert [row.line for row in log.rows] == [3, 4, 2]


def test_a_case_that_ended_is_concluded_with_a_result_that_nobody_states():
    concluded = read(values(activity="Received", case_end=END)).concluded
    assert concluded is not None
    assert concluded.event == CaseConcluded(result=Result.UNSTATED, on=date(2026, 2, 12))
    assert concluded.circumstances.occurred_at.isoformat() == "2026-02-12T12:00:00+08:00"
    assert read(RECEIVED).concluded is None


def test_a_case_without_a_start_starts_with_its_first_row():
    log = read(values(hour=11, case_start=""), values(hour=10, case_start=""))
    assert log.imported.circumstances.occurred_at.hour == 10


def test_the_planned_end_is_the_deadline_where_none_is_told():
    planned = values(case_deadline="", case_planned="2026-04-01 12:00:00+08:00")
    event = read(planned).imported.event
    assert isinstance(event, CaseImported)
    assert event.deadline == datetime.fromisoformat("2026-04-01 12:00:00+08:00")


@pytest.mark.parametrize("group", ["", "EMPTY", "  "])
def test_a_row_without_a_group_is_the_cases_department(group):
    (row,) = read(values(group=group)).rows
    assert row.happened.circumstances.actor.department == "449900-general"


def test_the_cases_group_is_its_department_where_none_is_told():
    (row,) = read(values(group="", case_department="", case_group="Group 1")).rows
    assert row.happened.circumstances.actor.department == "449900-group-1"


def test_what_the_log_does_not_tell_is_the_mappings_default():
    told = values(person="", group="", case_channel="", case_department="")
    defaults = {"person": "unknown", "channel": "internal", "department": "{division}-hall"}
    log = read(told, by=mapping(defaults=defaults))
    by = log.rows[0].happened.circumstances
    assert (by.actor.account, by.channel) == ("unknown", Channel.INTERNAL)
    assert by.actor.department == "449900-hall"


def test_facts_of_the_case_may_stand_in_any_of_its_rows():
    log = read(values(hour=9, case_responsible=""), values(hour=10, case_responsible="Wang"))
    event = log.imported.event
    assert isinstance(event, CaseImported)
    assert event.responsible == "Wang"


def test_a_naive_time_is_the_mappings_zones_and_others_keep_their_offset():
    amsterdam = mapping(time_zone="Europe/Amsterdam")
    log = read(
        values(hour=9, at="2026-01-10 09:00"),
        values(hour=10, at="2025-07-10 09:00"),
        values(hour=11, at="2026-01-10T09:00:00.123Z"),
        by=amsterdam,
    )
    assert times(log) == [
        "2025-07-10T09:00:00+02:00",
        "2026-01-10T09:00:00+01:00",
        "2026-01-10T09:00:00.123000+00:00",
    ]


def test_times_can_be_written_in_the_mappings_own_way():
    log = read(
        values(at="10/02/2026 09:30", case_start="", case_deadline=""),
        by=mapping(time_format="%d/%m/%Y %H:%M"),
    )
    assert times(log) == ["2026-02-10T09:30:00+08:00"]


def test_an_unlisted_activity_is_a_step_of_its_own_name_if_the_mapping_says_so():
    (row,) = read(values(activity="Ponder"), by=mapping(unlisted_activities="step")).rows
    assert isinstance(row.happened.event, StepRecorded)
    assert (row.happened.event.name, row.happened.event.kind) == ("Ponder", "handle")


def test_only_a_completed_activity_is_an_event():
    log = read(values(hour=9, transition="assign"), values(hour=10, transition="COMPLETE"), CHECKED)
    assert [row.key for row in log.rows] == ["t-10"]
    (skipped,) = log.skipped
    assert (skipped.line, skipped.effect) == (2, Effect.NO_STEP)
    assert "'assign'" in skipped.reason


def test_a_case_of_which_nothing_is_complete_is_not_imported():
    assert refused(values(transition="start")) == [
        (2, "'Check' was started, and the log does not say that it ended")
    ]


# Working and waiting times (issue G, 5.2)


def recorded(*told: dict[str, str]) -> list[tuple[Any, Any, Any]]:
    """Of each step when the one before ended, when it was started, and when it was completed."""
    steps = [row.happened for row in read(*told).rows]
    return [
        (
            one.event.previous_ended_at and one.event.previous_ended_at.hour,
            one.event.started_at and one.event.started_at.hour,
            one.circumstances.occurred_at.hour,
        )
        for one in steps
        if isinstance(one.event, StepRecorded)
    ]


def test_a_start_and_a_completion_are_one_step_with_its_working_time():
    began = values(hour=9, transition="start", reference="a")
    ended = values(hour=12, reference="a")
    assert recorded(began, ended) == [(8, 9, 12)]
    assert recorded(ended, began) == [(8, 9, 12)]  # in whichever order the file has them
    assert read(began, ended).skipped == ()


def test_of_two_that_were_started_each_ends_its_own():
    li = values(hour=9, transition="start", reference="")
    zhao = values(hour=10, transition="start", person="Zhao", reference="")
    ended = (values(hour=14, reference=""), values(hour=13, person="Zhao", reference=""))
    assert recorded(li, zhao, *ended) == [(8, 10, 13), (None, 9, 14)]


def test_where_only_ends_are_known_a_step_waited_since_the_one_before():
    assert recorded(values(hour=9), values(hour=12), values(hour=17)) == [
        (8, None, 9),
        (9, None, 12),
        (12, None, 17),
    ]


def test_what_was_started_and_never_ended_is_told_and_is_no_step():
    log = read(values(hour=9), values(hour=11, transition="start"))
    assert len(log.rows) == 1
    assert [(one.line, one.effect) for one in log.skipped] == [(3, Effect.NO_STEP)]


@pytest.mark.parametrize("person", ["李四", "Li Si", "li@office", "", " ", "x" * 80, "_", "李 四"])
def test_an_account_is_made_from_any_name_and_different_ones_from_different_names(person):
    account = identifier(person)
    step = StepRecorded(
        step=account, item="i", number="n", name="n", kind=StepKind.HANDLE,
        department=account, division="449900", handler="h",
    )  # fmt: skip
    assert step.department == account
    assert account == person or account != identifier(f"{person}x")


def test_a_row_is_known_by_its_reference_or_else_by_what_it_says():
    (referred,) = read(CHECKED).rows
    assert key_of(referred.happened.circumstances.source or "") == "t-10"
    (nameless,) = read(values(reference="")).rows
    (other,) = read(values(reference="", person="Zhao")).rows
    (moved,) = read(values(reference="", case_end="2026-02-12")).rows
    assert nameless.key == moved.key != other.key


def test_a_row_whose_reference_is_there_twice_is_one_event():
    log = read(CHECKED, CHECKED, values(hour=10, at="2026-02-10T02:00:00Z"))
    assert (len(log.rows), log.repeated, log.rows[0].line) == (1, 2, 2)


def test_rows_that_look_alike_are_as_many_events_and_the_first_keeps_its_digest():
    paid = values(reference="")
    log = read(paid, paid, values(reference="", at="2026-02-10T01:00:00Z"))
    assert (len(log.rows), log.repeated, len({row.key for row in log.rows})) == (3, 0, 3)
    assert log.rows[0].key == read(paid).rows[0].key  # as releases before this one had it
    assert (
        log.rows[0].key
        == "row-" + digest("Check", "2026-02-10T01:00:00.000000+00:00", "Li", "Group 1")[:24]
    )


# What cannot be imported


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (values(activity="Ponder"), "activity 'Ponder' is not in the mapping's activities"),
        (values(activity=""), "concept:name is empty"),
        (values(at="noon"), "time:timestamp: 'noon' is no time"),
        (values(at=""), "time:timestamp is empty"),
        (values(at="0001-01-01 00:00:00+08:00"), "time:timestamp: '0001-01-01 00:00:00+08:00' is"),
        (values(at="2026-03-01T00:02:01+00:00"), "2026-03-01T00:02:01+00:00 lies in the future"),
        (values(person=""), "org:resource names nobody, and the mapping has no defaults.person"),
        (values(group="Group 9"), "group 'Group 9' is not in the mapping's departments"),
        (values(case_department=""), "the case names no department, and the mapping no defaults"),
        (values(case_department="Nowhere"), "group 'Nowhere' is not in the mapping's departments"),
        (values(case_channel=""), "the case names no channel, and the mapping no defaults.channel"),
        (values(case_channel="Fax"), "channel 'Fax' is not in the mapping's channels"),
        (values(case_start="once"), "case:start: 'once' is no time"),
        (values(case_end="2027-01-01"), "2027-01-01T00:00:00+08:00 lies in the future"),
        (values(case_deadline="later"), "case:deadline: 'later' is no time"),
        (values(case_responsible="W" * 201), "responsible: String should have at most 200"),
        (values(person="L" * 201), "handler: String should have at most 200"),
        (values(case="k" * 201), "reference: String should have at most 200"),
    ],
)
def test_a_row_that_cannot_be_mapped_is_told_by_line_and_reason(row, reason):
    ((line, told),) = refused(row)
    assert line == 2
    assert told.startswith(reason)


def test_every_row_that_cannot_be_mapped_is_told():
    found = refused(values(hour=9, at="?"), CHECKED, values(hour=11, person=""))
    assert [line for line, _ in found] == [2, 4]


def test_rows_that_contradict_each_other_about_their_case_are_told():
    ((line, reason),) = refused(CHECKED, values(hour=11, case_channel="Internet"))
    assert (line, reason) == (3, "case:channel is 'Internet', but 'Desk' in line 2")


def test_two_rows_cannot_have_one_reference():
    ((line, reason),) = refused(values(hour=11, reference="t"), values(hour=10, reference="t"))
    assert (line, reason) == (3, "'t' is another row in line 2")


def test_a_case_of_more_rows_than_memory_should_hold_is_refused(monkeypatch):
    monkeypatch.setattr(cases, "MOST_ROWS", 10)
    many = [values(reference=f"t-{n}") for n in range(11)]
    assert refused(*many) == [(2, "11 rows in one case; 10 is the most")]
    assert len(read(*many[:-1]).rows) == 10


def test_a_serial_date_of_a_spreadsheet_is_a_time():
    (row,) = read(values(at="46063.395833333336")).rows  # ECMA-376, 18.17.4.1: 2026-02-10 09:30
    assert row.occurred_at == datetime(2026, 2, 10, 9, 30, tzinfo=timezone(timedelta(hours=8)))
    assert refused(values(at="20260210.5"))[0][1].endswith("is no time")


texts = st.text(max_size=12) | st.sampled_from(
    ["", "EMPTY", "Check", "start", "Group 1", "2026-02-10", "9999-12-31T23:59:59-23:59", "Desk"]
)


@given(st.lists(st.fixed_dictionaries(dict.fromkeys(values(), texts)), min_size=1, max_size=4))
def test_whatever_a_log_says_is_imported_or_refused_with_reasons(told):
    log = read_case(mapping(unlisted_activities="step"), "k-1", rows(*told), ORIGIN)
    assert isinstance(log, CaseLog) or (isinstance(log, Refused) and log.problems)


@given(st.permutations([values(hour=hour) for hour in range(6)]))
def test_the_order_of_the_rows_changes_nothing(told):
    in_order, shuffled = read(*(values(hour=hour) for hour in range(6))), read(*told)
    assert [row.happened.event for row in shuffled.rows] == [
        row.happened.event for row in in_order.rows
    ]
    assert command_of(shuffled) == command_of(in_order)


@pytest.mark.parametrize(
    ("otherwise", "reason"),
    [
        (without("columns", "person"), "columns.person or defaults.person"),
        (without("case", "channel"), "case.channel or defaults.channel"),
        (without("case", "department", "group"), "case.department, case.group or defaults"),
        ({"time_zone": "Europe/Atlantis"}, "no time zone 'Europe/Atlantis'"),
        ({"time_zone": "+25:00"}, "strictly between"),
        ({"encoding": "rot13"}, "no encoding 'rot13'"),
        ({"encoding": "utf-99"}, "no encoding 'utf-99'"),
        ({"departments": {"General": "市民 中心"}}, "should match pattern"),
        ({"activities": {"Check": {"kind": "ponder"}}}, "no kind of step 'ponder'"),
        ({"colour": "red"}, "Extra inputs are not permitted"),
    ],
)
def test_a_mapping_that_cannot_work_is_refused(otherwise, reason):
    with pytest.raises(ValidationError, match=reason):
        mapping(**otherwise)


# Events into the store


def test_the_first_import_of_a_case_is_one_commit(store):
    log = read(values(activity="Received", case_end=END), values(hour=10, case_end=END))
    assert take(into(store), log, "run-1") == Taken(4, 0)
    (commit,) = store.load(log.stream).commits
    assert [event.type for event in stored(store, log.stream)] == [
        "CaseImported",
        "SubmissionReceived",
        "StepRecorded",
        "CaseConcluded",
    ]
    assert {event.correlation_id for event in stored(store, log.stream)} == {"run-1"}
    assert commit.length == 4


def test_an_imported_case_can_be_read(store):
    log = read(values(activity="Received", case_end=END), values(hour=10, case_end=END))
    take(into(store), log, "run-1")
    facts: list[Any] = [event.data for event in stored(store, log.stream)]
    state = case.fold(facts)
    assert isinstance(state, Imported)
    assert state.received_on == date(2026, 2, 10)
    assert [step.step for step in state.steps] == ["t-10"]
    assert state.result is Result.UNSTATED


def test_the_same_log_again_adds_nothing(store):
    log = read(RECEIVED, CHECKED)
    take(into(store), log, "run-1")
    assert take(into(store), log, "run-2") == Taken(0, 2)
    assert len(store.load(log.stream).commits) == 1


def test_a_longer_log_adds_its_new_rows_in_one_commit_more(store):
    take(into(store), read(RECEIVED), "run-1")
    longer = [one | {"case:end": END} for one in (RECEIVED, CHECKED, DECIDED)]
    log = read(*longer)
    assert take(into(store), log, "run-2") == Taken(3, 1)
    assert [commit.length for commit in store.load(log.stream).commits] == [2, 3]
    assert [event.type for event in stored(store, log.stream)][2:] == [
        "StepRecorded",
        "StepRecorded",
        "CaseConcluded",
    ]
    verify(store.load(log.stream))


def test_a_shorter_log_after_a_longer_one_adds_nothing(store):
    take(into(store), read(RECEIVED, CHECKED), "run-1")
    assert take(into(store), read(RECEIVED), "run-2") == Taken(0, 1)


def test_what_was_imported_stays_and_the_difference_is_told(store):
    take(into(store), read(RECEIVED, CHECKED), "run-1")
    later = values(hour=10, at="2026-02-10 10:30:00+08:00", case_responsible="Zhao")
    taken = take(into(store), read(RECEIVED | {"case:responsible": "Zhao"}, later), "run-2")
    assert (taken.events, taken.already) == (0, 2)
    before, after = "2026-02-10T10:00:00+08:00", "2026-02-10T10:30:00+08:00"
    assert [(one.line, one.effect, one.reason) for one in taken.kept] == [
        (2, Effect.KEPT, "was imported with responsible 'Wang', now 'Zhao'"),
        (
            3,
            Effect.KEPT,
            f"t-10: was imported with occurred_at '{before}', now '{after}'",
        ),
    ]


class Behind:
    """A store that once shows a stream as it was before anything was appended."""

    def __init__(self, store: SqliteStore) -> None:
        self._store = store
        self._shown = False

    def load(self, stream: str, /) -> History:
        shown, self._shown = self._shown, True
        return self._store.load(stream) if shown else History(stream)

    def append(self, *what: Any) -> Any:
        return self._store.append(*what)


def test_two_imports_of_one_log_at_once_append_it_once(store):
    log = read(RECEIVED, CHECKED)
    assert take(into(store), log, "run-1") == Taken(3, 0)
    assert take(into(Behind(store)), log, "run-2") == Taken(0, 2)
    assert len(store.load(log.stream).commits) == 1


def test_two_imports_of_different_logs_at_once_append_each_row_once(store):
    take(into(store), read(RECEIVED, CHECKED), "run-1")
    log = read(RECEIVED, CHECKED, DECIDED)
    assert take(into(Behind(store)), log, "run-2") == Taken(1, 2)
    keys = [key_of(event.source or "") for event in stored(store, log.stream)[1:]]
    assert keys == ["t-9", "t-10", "t-11"]


class Busy:
    """A store where somebody else is always faster."""

    def __init__(self) -> None:
        self.tries = 0

    def load(self, stream: str, /) -> History:
        self.tries += 1
        return History(stream)

    def append(self, history: History, *_: Any) -> Any:
        raise Conflict(history.stream, history.version)


def test_a_case_that_never_stands_still_is_given_up():
    busy = Busy()
    with pytest.raises(Conflict):
        take(into(busy), read(CHECKED), "run-1")
    assert busy.tries > 3


def test_a_case_of_more_than_a_commit_holds_is_taken_in_several(store):
    many = [values(reference=f"t-{n}-{'x' * 40}", person="李" * 180) for n in range(2500)]
    log = read(*many)
    assert take(into(store), log, "run-1") == Taken(2501, 0)
    assert len(store.load(log.stream).commits) > 3
    assert len(steps(store, log.stream)) == 2500
    assert take(into(store), log, "run-2") == Taken(0, 2500)


def test_an_import_that_ended_between_two_commits_of_a_case_goes_on_there(store):
    log = read(*[values(reference=f"t-{n}") for n in range(3500)])
    with pytest.raises(OSError, match="unplugged"):
        take(into(Interrupted(store, after=2)), log, "run-1")
    half = store.load(log.stream)
    assert len(half.commits) == 2
    assert take(into(store), log, "run-2") == Taken(3501 - half.version, half.version - 1)
    assert len(steps(store, log.stream)) == 3500


def steps(store: SqliteStore, stream: str) -> set[str]:
    data = [one.data for one in stored(store, stream)]
    return {one.step for one in data if isinstance(one, StepRecorded)}


class Interrupted:
    """A store that takes so many commits and no more."""

    def __init__(self, store: SqliteStore, after: int) -> None:
        self._store, self._left = store, after

    def load(self, *which: Any) -> History:
        return self._store.load(*which)

    def append(self, *what: Any) -> Any:
        if not self._left:
            raise OSError("unplugged")
        appended = self._store.append(*what)
        self._left -= 1
        return appended


def test_one_case_in_two_systems_is_two_cases():
    assert case_id("old-system", "k-1") != case_id("other-system", "k-1")
