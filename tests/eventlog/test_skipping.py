from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from chalicelib.eventlog import skipping as consumer
from chalicelib.eventlog.skipping import EventSkipped, SkipEvent
from chalicelib.kernel.actor import SYSTEM, Actor, Channel, Role
from chalicelib.kernel.errors import NotAllowed

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
ADMINISTRATOR = Actor(account="zhao", role=Role.SYSTEM_ADMINISTRATOR)


def skip(version=3, by=ADMINISTRATOR, why="entered by mistake"):
    return SkipEvent(
        at=NOW,
        by=by,
        channel=Channel.INTERNAL,
        position=40 + version,
        stream="case-1",
        version=version,
        why=why,
    )


skipped = EventSkipped(position=43, stream="case-1", version=3, why="entered by mistake")


def test_an_event_is_skipped_with_its_place_and_the_reason():
    assert consumer.decide(skip(), consumer.initial) == [skipped]


def test_an_event_that_is_skipped_already_is_not_skipped_again_whatever_the_reason():
    state = consumer.fold([skipped])
    assert consumer.decide(skip(why="another reason"), state) == []


def test_another_version_of_the_same_stream_is_another_event():
    state = consumer.fold([skipped])
    assert [event.version for event in consumer.decide(skip(version=4), state)] == [4]


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.SYSTEM_ADMINISTRATOR])
def test_only_a_system_administrator_skips(role):
    with pytest.raises(NotAllowed):
        consumer.decide(skip(by=Actor(account="qian", role=role)), consumer.initial)


def test_not_even_the_platform_itself_skips():
    with pytest.raises(NotAllowed):
        consumer.decide(skip(by=SYSTEM), consumer.initial)


@pytest.mark.parametrize("why", ["", "   "])
def test_a_skip_needs_a_reason(why):
    with pytest.raises(ValidationError):
        skip(why=why)


@given(st.lists(st.integers(1, 5)))
def test_said_twice_it_happens_once(versions):
    state = consumer.initial
    for version in versions:
        command = skip(version)
        state = consumer.fold(consumer.decide(command, state), state)
        assert consumer.decide(command, state) == []
    assert state == {("case-1", version) for version in versions}
