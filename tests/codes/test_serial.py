"""Serial numbers of one division's day."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from chalicelib.codes import serial
from chalicelib.codes.numbers import LAST_SERIAL
from chalicelib.codes.serial import ReserveSerials, SerialsReserved
from chalicelib.kernel.actor import SYSTEM
from chalicelib.kernel.errors import Invalid

NOW = datetime(2026, 4, 13, 2, tzinfo=UTC)


def reserve(count: int) -> ReserveSerials:
    return ReserveSerials(at=NOW, by=SYSTEM, count=count)


def test_the_day_begins_with_one():
    assert serial.decide(reserve(20), serial.initial) == [SerialsReserved(first=1, last=20)]


def test_a_block_follows_the_one_before():
    state = serial.fold([SerialsReserved(first=1, last=20)])
    assert serial.decide(reserve(5), state) == [SerialsReserved(first=21, last=25)]


def test_the_last_number_is_given_out_and_no_more():
    state = serial.fold([SerialsReserved(first=1, last=serial.LAST - 5)])
    assert serial.decide(reserve(5), state) == [
        SerialsReserved(first=serial.LAST - 4, last=serial.LAST)
    ]
    with pytest.raises(Invalid, match="no 6 serial numbers left"):
        serial.decide(reserve(6), state)


def test_the_last_number_fits_a_case_number():
    assert serial.LAST == LAST_SERIAL


@pytest.mark.parametrize("count", [0, -1, 10_001])
def test_a_block_has_some_numbers_and_not_too_many(count):
    with pytest.raises(ValidationError):
        reserve(count)


@given(st.lists(st.integers(1, 10_000), max_size=50))
def test_no_number_is_given_out_twice(counts):
    state, given_out = serial.initial, set[int]()
    for count in counts:
        (reserved,) = serial.decide(reserve(count), state)
        block = set(range(reserved.first, reserved.last + 1))
        assert len(block) == count
        assert given_out.isdisjoint(block)
        given_out |= block
        state = serial.evolve(state, reserved)
