"""Many histories, each of a seed, in which everything happens at once and anything fails."""

import logging
from contextlib import suppress

import pytest

from chalicelib.eventlog.ports import Unavailable
from chalicelib.eventlog.sequencing import lanes
from chalicelib.eventlog.sequencing import plan as sequencing_plan
from chalicelib.eventlog.sequencing import sequencer as sequencing
from chalicelib.eventlog.sequencing.retries import heal, retry
from chalicelib.eventlog.sequencing.sequencer import Unfinished

from .world import STREAMS, Crash, World


@pytest.fixture(autouse=True)
def small_segments(monkeypatch):
    """A few commits already need several segments, those several merges; and patience is short."""
    monkeypatch.setattr(sequencing_plan, "MAX_STREAMS", 3)
    monkeypatch.setattr(sequencing_plan, "MAX_SEGMENT", 5000)
    monkeypatch.setattr(lanes, "AT_ONCE", 3)
    monkeypatch.setattr(sequencing, "ATTEMPTS", 2)


@pytest.fixture(autouse=True)
def silence():
    """Of all the faults, each with its traceback."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


def history(seed, *, tampering):
    world = World(seed)
    world.write()
    for step in range(25):
        world.act()
        if tampering and step % 4 == 3:
            world.tamper()
        if step in (9, 17):
            world.repair()
    return world


def check_the_truth(world):
    """Once everything was delivered, and every fault is over; again once all is repaired."""
    settle(world)
    world.repair()
    world.faults = 0.2
    for stream in sorted(world.parked()):
        with suppress(Crash, Unavailable, Unfinished):
            retry(world.sequencer(), stream)
    settle(world)
    for stream in world.parked():
        assert retry(world.sequencer(), stream)
    assert world.parked() == set()
    world.check_streams(STREAMS)
    world.check_places()
    world.check_objects()


def settle(world):
    world.calm()
    world.drain()
    assert heal(world.sequencer()).unmerged == 0
    world.check_parked()
    world.check_streams([one for one in STREAMS if one not in world.parked()])


@pytest.mark.parametrize("first", range(0, 400, 200))
def test_whatever_fails_the_log_has_every_commit_once_and_in_order(first):
    for seed in range(first, first + 200):
        check_the_truth(history(seed, tampering=False))


@pytest.mark.parametrize("first", range(0, 400, 200))
def test_who_tampers_with_a_stream_stops_that_stream_alone_until_it_is_repaired(first):
    for seed in range(first, first + 200):
        check_the_truth(history(seed, tampering=True))
