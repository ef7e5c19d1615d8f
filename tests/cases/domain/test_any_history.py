"""What holds in every case, whatever people do to it."""

from collections import Counter
from contextlib import suppress
from datetime import timedelta
from random import Random
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.cases import domain as case
from chalicelib.cases.domain import commands as c
from chalicelib.cases.domain import events as e
from chalicelib.cases.domain.commands import CaseCommand
from chalicelib.cases.domain.evolving import TRANSITIONS
from chalicelib.cases.domain.state import (
    Absent,
    Archived,
    Closed,
    Decided,
    Drafted,
    Ended,
    Imported,
    Lodged,
    State,
)
from chalicelib.cases.domain.values import Result, StepOutcome
from chalicelib.clock.clock import SpecialProcedure
from chalicelib.kernel.errors import Rejected
from tests.counts import often

from .givens import APPROVER, at, decide
from .walks import Turn, walk, walks

LENGTH = 40


def history(turns: list[Turn]) -> list[case.Event]:
    return [event for turn in turns for event in turn.events]


@pytest.mark.parametrize("later", [timedelta(0), timedelta(minutes=5), timedelta(days=1)])
@given(turns=walks())
def test_what_is_said_twice_happens_once(later, turns):
    for turn in turns:
        again = turn.command.model_copy(update={"at": turn.command.at + later})
        assert decide(again, turn.after) == [], again


@given(walks())
def test_every_document_has_a_number_of_its_own(turns):
    documents = {one for event in history(turns) if (one := getattr(event, "document", None))}
    assert len({one.number for one in documents}) == len(documents)


@given(walks())
def test_every_step_opens_once_and_finishes_at_most_once(turns):
    events = history(turns)
    opened = [event.step for event in events if isinstance(event, e.StepOpened)]
    finished = [event.step for event in events if isinstance(event, e.StepFinished)]
    assert len(opened) == len(set(opened))
    assert len(finished) == len(set(finished))


@given(walks())
def test_only_an_open_step_is_taken_up_or_finished_and_by_an_account(turns):
    waiting: set[str] = set()
    for event in history(turns):
        match event:
            case e.StepOpened():
                waiting.add(event.step)
            case e.StepStarted():
                assert event.step in waiting
            case e.StepFinished():
                waiting.remove(event.step)
            case _:
                pass


@given(walks())
def test_nothing_is_left_to_do_in_an_archived_or_closed_case(turns):
    for turn in turns:
        match turn.after:
            case Archived() | Closed():
                assert turn.after.application.open == ()
            case Decided(application):
                assert {one.opened.kind for one in application.open} <= {"delivery"}
            case _:
                pass


@given(walks())
def test_what_is_stored_is_what_was_decided(turns):
    """An event that storage would not give back would stop every later reader of the case."""
    for event in history(turns):
        assert _stored(event) == event


@given(walks())
def test_the_state_counts_the_events(turns):
    for turn in turns:
        events = history(turns[: turns.index(turn) + 1])
        if isinstance(turn.after, Lodged):
            assert turn.after.application.version == len(events)


@given(walks())
def test_a_stop_that_runs_is_a_suspended_case_and_the_other_way_round(turns):
    for turn in turns:
        if isinstance(turn.after, case.state.Accepted | case.state.Suspended):
            running = bool(turn.after.handling.running_stops)
            assert running == isinstance(turn.after, case.state.Suspended)


@given(walks())
def test_every_stop_has_its_open_step_while_it_runs(turns):
    for turn in turns:
        if isinstance(turn.after, case.state.Accepted | case.state.Suspended):
            kinds = [one.opened.kind for one in turn.after.application.open]
            waiting = [one for one in kinds if one in {"special", "supplement"}]
            assert len(waiting) == len(turn.after.handling.running_stops)


@given(walks())
def test_what_came_to_its_end_has_a_result_and_what_was_decided_was_handled(turns):
    for turn in turns:
        if isinstance(turn.after, Ended):
            assert turn.after.ending.result is not Result.UNSTATED
            assert turn.after.handling or not turn.after.decision


@given(walks())
def test_the_end_is_of_the_day_that_its_conclusion_says(turns):
    """The event before it, of the same commit, begins the end; the conclusion states it."""
    for turn in turns:
        state = turn.before
        for event in turn.events:
            before, state = state, case.evolve(state, event)
            if isinstance(event, e.CaseConcluded):
                assert isinstance(before, Ended)
                assert before.ending.on == event.on


def test_a_history_that_fails_can_be_shown():
    """Hypothesis makes a warning, and so an error, of more than 30,000 characters."""
    chance = Random(1)  # noqa: S311 - a test's own dice
    assert len(repr(walk(chance.choice, 400))) < 30_000


# What no client of ours would send, but somebody will

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=5,
)
FIELDS = st.sampled_from(
    ["accepted_on", "applicant.name", "applicant.phone", "form.volume", "pause-1.since"]
)
LINES = st.text(min_size=1, max_size=20).filter(str.strip)
SAID = {"at": st.just(at("2026-06-01")), "by": st.just(APPROVER)}
ODD = st.one_of(
    st.builds(
        c.CorrectMistake,
        **SAID,
        mistake=st.integers(1, 9),
        field=FIELDS | LINES,
        now=JSON | st.dates().map(str),
        reason=LINES,
    ),
    st.builds(c.FinishStep, **SAID, step=LINES, outcome=st.sampled_from(StepOutcome)),
    st.builds(c.StartStep, **SAID, step=LINES),
    st.builds(c.Resume, **SAID, pause=st.from_regex(r"\Apause-[0-9A-Za-z.]{1,6}\Z")),
    st.builds(
        c.Suspend,
        **SAID,
        procedure=st.sampled_from(SpecialProcedure),
        reason=LINES,
        expected_days=st.integers(1, 730),
    ),
    st.builds(c.IssueCertificate, **SAID, identifier=st.text(min_size=10, max_size=120)),
    st.builds(
        c.Transfer,
        **SAID,
        to_department=st.from_regex(r"\A[A-Za-z0-9][A-Za-z0-9._:@-]{0,63}\Z"),
        to_division=st.from_regex(r"\A[0-9]{6}\Z"),
        reason=LINES,
    ),
)


@given(turns=walks(), odd=st.lists(ODD, max_size=5))
def test_odd_commands_are_taken_or_refused_and_leave_a_case_that_can_be_read(turns, odd):
    state = turns[-1].after if turns else case.initial
    for command in odd:
        with suppress(Rejected):
            events = decide(command, state)
            assert all(_stored(event) == event for event in events)
            state = case.fold(events, state)


def _stored(event: case.Event) -> case.Event:
    data = event.model_dump(mode="json", exclude={"type"}, exclude_none=True)
    return type(event).model_validate(data)


# How far the walks get: a property that holds of short cases alone says little.

SEEDS = range(often(3_000))


def _walked() -> list[list[Turn]]:
    return [walk(Random(seed).choice, LENGTH) for seed in SEEDS]  # noqa: S311 - no secret


def test_every_event_has_its_place_and_changes_what_is_known_of_the_case():
    changed: Counter[type[case.Event]] = Counter()
    for turns in _walked():
        state: State = case.initial
        for event in history(turns):
            after = case.evolve(state, event)
            assert _but_the_count(after) != _but_the_count(state), event.type
            changed[type(event)] += 1
            state = after
    imported, before = {e.CaseImported, e.StepRecorded}, {e.CaseRated, e.BadRatingAnswered}
    assert set(changed) == set(case.EVENTS) - imported - before


def _but_the_count(state: State) -> object:
    """Without the version, which grows with any event, whether it has a place or not."""
    match state:
        case Absent() | Drafted() | Imported():
            return state
        case Archived():
            return Archived, _but_the_count(state.concluded), state.archive_number
        case _:
            return type(state), state._replace(application=state.application._replace(version=0))


def test_every_event_after_the_submission_is_in_the_table():
    before = {e.CaseDrafted, e.DraftDiscarded, e.CaseSubmitted, e.CaseImported, e.StepRecorded}
    assert set(TRANSITIONS) == set(case.EVENTS) - before


def test_every_command_is_taken_in_some_case():
    taken = {type(turn.command) for turns in _walked() for turn in turns if turn.events}
    assert taken == set(get_args(CaseCommand))


def test_every_state_is_reached():
    reached = {type(turn.after) for turns in _walked() for turn in turns}
    unsaid = {case.state.Imported}
    assert reached == set(get_args(case.State)) - unsaid
