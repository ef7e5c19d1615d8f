"""Table against log each night, over what is new."""

import logging
from datetime import UTC, datetime, timedelta

import pytest

from chalicelib.eventlog.auditing import nightly
from chalicelib.eventlog.auditing.nightly import Standing, compare, standing

from ..following import Noted, open_town, record
from ..sequencing.memory import MemoryLedger

NIGHT = datetime(2026, 3, 2, 18, 30, tzinfo=UTC)
DAY = timedelta(days=1)


class Table:
    """The store, in which somebody may have changed something; counts what is read."""

    def __init__(self, store):
        self.store, self.gone, self.read = store, set(), []

    def stored(self, stream):
        self.read.append(stream)
        found = self.store.stored(stream)
        return [one for one in found if (stream, one.version) not in self.gone]


@pytest.fixture
def town(tmp_path):
    town = open_town(tmp_path)
    yield town
    town.close()


@pytest.fixture
def table(town):
    return Table(town.store)


@pytest.fixture
def notes():
    return MemoryLedger()


def never():
    return False


def commit(town, *streams):
    for stream in streams:
        record(town.store, stream, Noted(text=stream))


def test_each_night_goes_on_where_the_last_one_ended(town, table, notes):
    commit(town, "case-1", "case-2")
    assert compare(table, town.store, notes, NIGHT, never) == Standing(2, NIGHT, 0)
    commit(town, "case-3")
    table.read.clear()
    assert compare(table, town.store, notes, NIGHT + DAY, never) == Standing(3, NIGHT + DAY, 0)
    assert table.read == ["case-3"]


def test_a_log_that_is_empty_is_compared(town, table, notes):
    assert compare(table, town.store, notes, NIGHT, never) == Standing(0, NIGHT, 0)


def test_before_the_first_night_the_time_runs_from_when_somebody_asked(notes):
    assert standing(notes, NIGHT) == Standing(0, NIGHT, 0)
    assert standing(notes, NIGHT + DAY) == Standing(0, NIGHT, 0)


def test_a_difference_is_logged_and_found_again_until_it_is_mended(town, table, notes, caplog):
    commit(town, "case-1", "case-2", "case-2")
    compare(table, town.store, notes, NIGHT, never)
    commit(town, "case-2", "case-3")
    table.gone.add(("case-2", 3))
    for night in (1, 2):
        caplog.clear()
        with caplog.at_level(logging.ERROR):
            found = compare(table, town.store, notes, NIGHT + night * DAY, never)
        assert (found.until, found.at) == (3, NIGHT + night * DAY)
        assert found.found > 0
        assert found == standing(notes, NIGHT)
        assert "case-2@3" in caplog.text
    table.gone.clear()
    assert compare(table, town.store, notes, NIGHT + 3 * DAY, never).found == 0
    assert standing(notes, NIGHT).until == 5


def test_who_runs_out_of_time_has_not_compared_but_comes_further(town, table, notes, monkeypatch):
    monkeypatch.setattr(nightly, "SLICE", 2)
    commit(town, *(f"case-{n}" for n in range(9)))
    standing(notes, NIGHT)
    for until in (4, 8):
        left = iter([False, False])
        found = compare(table, town.store, notes, NIGHT + DAY, lambda left=left: next(left, True))  # type: ignore[misc]
        assert found == Standing(until, NIGHT, 0) == standing(notes, NIGHT)
    assert compare(table, town.store, notes, NIGHT + DAY, never) == Standing(9, NIGHT + DAY, 0)


def test_what_was_found_is_not_forgotten_by_a_night_that_ends_too_soon(
    town, table, notes, monkeypatch
):
    monkeypatch.setattr(nightly, "SLICE", 2)
    commit(town, *(f"case-{n}" for n in range(6)))
    table.gone.add(("case-5", 1))
    assert compare(table, town.store, notes, NIGHT, never).found == 1
    assert compare(table, town.store, notes, NIGHT + DAY, lambda: True).found == 1
    assert standing(notes, NIGHT).found == 1


def test_a_commit_of_many_events_over_the_edge_of_a_slice_is_compared(
    town, table, notes, monkeypatch
):
    monkeypatch.setattr(nightly, "SLICE", 2)
    for n in range(4):
        record(town.store, f"case-{n}", *(Noted(text=f"{n}-{one}") for one in range(5)))
    assert compare(table, town.store, notes, NIGHT, never) == Standing(20, NIGHT, 0)
    assert set(table.read) == {f"case-{n}" for n in range(4)}
