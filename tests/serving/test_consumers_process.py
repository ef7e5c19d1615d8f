"""What passes between the service and the process of its consumers, and what can go wrong."""

import logging
import os
import signal
from pathlib import Path
from time import monotonic, sleep
from types import SimpleNamespace
from typing import cast

import pytest

from chalicelib import bootstrap
from chalicelib.eventlog.views.port import Bell
from chalicelib.serving import consumers_process
from chalicelib.serving.consumers_process import (
    COMMITTED,
    STOP,
    Beat,
    ConsumersProcess,
    Heart,
    beat_of,
    line_of,
    listen,
)
from chalicelib.serving.runner import Runner


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


# The heartbeat


@pytest.fixture
def service(tmp_path):
    process = ConsumersProcess(tmp_path / "var", hung=10.0)
    yield process
    process.stop()


def beats(process, seconds=60.0):
    """The pulse of a process that was heard since it was started."""
    end = monotonic() + seconds
    while monotonic() < end:
        pulse = process.pulse()
        if pulse is not None and process._beat.counts:
            return pulse
        sleep(0.05)
    raise AssertionError("it was never heard")


def test_a_process_that_is_stopped_is_noticed_and_another_one_takes_over(service, caplog):
    service.start()
    beats(service)
    first = service._process.pid
    with caplog.at_level(logging.ERROR):
        os.kill(first, signal.SIGSTOP)
        end = monotonic() + 60
        while service._process.pid == first and monotonic() < end:
            sleep(0.05)
        beats(service)
    assert service._process.pid != first
    assert service.pulse().restarts == {"ended": 0, "hung": 1}
    assert any("no sign of life for 10 s" in line for line in caplog.messages)


def test_a_process_that_is_alive_and_stuck_says_so_and_is_killed(service):
    assert service._hangs() == ""
    service._beat = Beat(("work_list",))
    assert service._hangs() == "was stuck at work_list, and was killed"


def test_a_beat_comes_out_as_it_was_sent_and_half_of_one_is_none():
    beat = Beat(("work_list",), (bootstrap.Sum("errors", (("logger", "x"),), 2.0),))
    line = line_of(beat)
    assert beat_of(line) == beat
    for cut in range(len(line) - 1):
        assert beat_of(line[:cut]) is None
    for other in (
        b"",
        b"[]",
        b"null",
        b'{"stuck": 1, "counts": []}',
        b'{"stuck": [], "counts": 7}',
    ):
        assert beat_of(other) is None


def test_a_heart_tells_what_is_stuck_and_where(monkeypatch, caplog):
    sent = list[bytes]()
    monkeypatch.setattr(consumers_process, "BEAT", 0.01)
    with caplog.at_level(logging.ERROR):
        heart = Heart(sent.append)
        heart.runner = cast("Runner", SimpleNamespace(stuck=lambda _seconds: ["certificates"]))
        end = monotonic() + 10
        while b"certificates" not in b"".join(sent) and monotonic() < end:
            sleep(0.01)
        heart.runner = None
    assert beat_of(sent[-1]) is not None
    assert any("test_a_heart_tells" in line for line in caplog.messages)
