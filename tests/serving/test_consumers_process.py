"""What passes between the service and the process of its consumers, and what can go wrong."""

import logging
from pathlib import Path

import pytest

from chalicelib.eventlog.views.port import Bell
from chalicelib.serving.consumers_process import COMMITTED, STOP, ConsumersProcess, listen


class Said:
    """What comes out of the socket, read by read."""

    def __init__(self, *said: bytes) -> None:
        self.said = [*said]

    def __call__(self, _most: int) -> bytes:
        return self.said.pop(0) if self.said else b""


def test_every_commit_rings_until_the_service_says_that_it_stops():
    bell, stopped = Bell(), list[int]()
    listen(Said(COMMITTED, COMMITTED * 3, COMMITTED + STOP), bell, lambda: stopped.append(1))
    assert bell.rung == 2
    assert stopped == [1]


def test_a_service_that_ends_without_a_word_was_killed():
    with pytest.raises(EOFError, match="gone"):
        listen(Said(COMMITTED), Bell(), lambda: pytest.fail("it did not say so"))


def test_a_bell_tells_whoever_follows_it_after_each_ring():
    bell, heard = Bell(), list[int]()
    bell.ring()
    bell.then(lambda: heard.append(bell.rung))
    bell.ring()
    bell.ring()
    assert heard == [2, 3]


def test_to_ring_never_waits_and_never_fails():
    process = ConsumersProcess(Path("nowhere"))
    for _ in range(100_000):  # nobody reads: the socket is full long before
        process.ring()
    process._ours.close()
    process.ring()
    process._theirs.close()


def test_a_process_that_cannot_work_is_tried_again_and_can_be_stopped(tmp_path, caplog, capfd):
    data = tmp_path / "a file"
    data.write_text("no directory")
    process = ConsumersProcess(data)
    with caplog.at_level(logging.ERROR):
        process.start()
        while sum("tried again" in line for line in caplog.messages) < 2:
            process._thread.join(0.02)
        process.stop()
    assert not process._thread.is_alive()
    assert "File exists" in capfd.readouterr().err


def test_what_was_never_started_can_be_stopped():
    process = ConsumersProcess(Path("nowhere"))
    process.stop()
    process.ring()
