"""The log of one machine: a thread of its own writes it, and a full disk stops nobody."""

import json
import logging
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from chalicelib.adapters.watching import line_log
from chalicelib.adapters.watching.counts import Counts
from chalicelib.adapters.watching.line_log import LineLog, address_of
from chalicelib.adapters.watching.machine import Counting, count
from chalicelib.eventlog.ports import Full
from chalicelib.web.exchanges import Exchange

ASKED = Exchange(
    1_764_560_000.5, 0.0123, "POST", "/cases", 201, "r-1", "citizen-zhang", "applicant", "10.0.0.1"
)
OURS = logging.getLogger("chalicelib.tests")


class Memory:
    """A sink that can be full."""

    def __init__(self) -> None:
        self.content, self.full, self.closed = b"", False, False

    def write(self, lines: bytes, /) -> None:
        if self.full:
            raise OSError(28, "No space left on device")
        self.content += lines

    def close(self) -> None:
        self.closed = True

    @property
    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(one) for one in self.content.splitlines()]


@pytest.fixture
def sink() -> Memory:
    return Memory()


@pytest.fixture
def log(sink: Memory) -> Iterator[LineLog]:
    made = LineLog(sink, lambda one: line_log.request_line(one, f"<{one.account}>", one.address))
    OURS.addHandler(made)
    OURS.propagate = False
    yield made
    OURS.removeHandler(made)
    OURS.propagate = True
    made.close()


def test_a_request_is_one_line(log: LineLog, sink: Memory):
    log.answered(ASKED)
    log.flush()
    assert sink.lines == [
        {
            "time": "2025-12-01T03:33:20.500+00:00",
            "level": "INFO",
            "logger": "chalicelib.requests",
            "message": "request",
            "method": "POST",
            "route": "/cases",
            "status": 201,
            "ms": 12.3,
            "request_id": "r-1",
            "role": "applicant",
            "account": "<citizen-zhang>",
            "address": "10.0.0.1",
        }
    ]


def test_who_logs_does_not_wait_for_the_disk(log: LineLog, sink: Memory):
    with log._writing:  # as long as a write takes
        log.answered(ASKED)
        OURS.error("a failure")
    log.flush()
    assert [line["message"] for line in sink.lines] == ["request", "a failure"]


def test_lines_come_in_order_from_a_thread_of_their_own(log: LineLog, sink: Memory):
    for number in range(50):
        log.answered(ASKED._replace(request_id=str(number)))
    log.close()
    assert [line["request_id"] for line in sink.lines] == [str(one) for one in range(50)]
    assert sink.closed


def test_a_full_disk_of_the_log_stops_nobody_and_is_told_once_there_is_room(
    log: LineLog, sink: Memory
):
    sink.full = True
    for _ in range(7):
        log.answered(ASKED)
        log.flush()
    sink.full = False
    log.answered(ASKED)
    log.flush()
    assert [line["message"] for line in sink.lines] == ["7 lines could not be written", "request"]
    log.answered(ASKED)
    log.flush()
    assert len(sink.lines) == 3  # it is told once


def test_what_waits_is_bounded(log: LineLog, sink: Memory, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(line_log, "HELD", 5)
    with log._writing:
        for _ in range(9):
            log.answered(ASKED)
    log.flush()
    assert sink.lines[0]["message"] == "4 lines could not be written"
    assert len(sink.lines) == 6


def test_a_storm_is_two_lines_and_its_whole_count(log: LineLog, sink: Memory):
    counts = Counts()
    log.filters.insert(0, Counting(counts))
    for _ in range(789):
        try:
            raise Full("events.db: no room") from OSError(28, "x")  # noqa: TRY301 - to be logged
        except Full:
            OURS.exception("a request failed")
    log.close()
    first, last = sink.lines
    assert first["error"] == {
        "kind": "Full",
        "cause": "ENOSPC",
        "where": first["error"]["where"],
        "message": "events.db: no room",
        "trace": first["error"]["trace"],
    }
    assert last["suppressed"] == 787
    found = {one.name: (dict(one.labels), one.value) for one in counts.sums()}
    assert found["store_failures"] == ({"kind": "Full", "cause": "ENOSPC"}, 789)
    assert found["errors"][1] == 789


def test_threads_may_log_at_once_and_none_is_lost(log: LineLog, sink: Memory):
    def some() -> None:
        for _ in range(500):
            log.answered(ASKED)

    threads = [threading.Thread(target=some) for _ in range(8)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    log.close()
    assert len(sink.lines) == 4000


@pytest.mark.parametrize(
    ("method", "status", "whose", "told"),
    [
        ("GET", 200, "acting", False),
        ("GET", 401, "acting", True),
        ("GET", 403, "acting", True),
        ("GET", 429, "acting", True),
        ("GET", 404, "acting", False),
        ("POST", 201, "acting", True),
        ("POST", 422, "acting", True),
        ("DELETE", 204, "acting", True),
        ("GET", 200, "all", True),
        ("POST", 201, "none", False),
        ("GET", 401, "none", False),
    ],
)
def test_an_address_is_written_down_of_who_acts_or_is_refused(
    method: str, status: int, whose: str, *, told: bool
):
    found = address_of(ASKED._replace(method=method, status=status), whose)
    assert found == ("10.0.0.1" if told else "")


def test_requests_are_counted_by_route_and_status_and_never_by_path():
    counts = Counts()
    for status in (201, 201, 503):
        count(counts, ASKED._replace(status=status))
    found = {tuple(dict(one.labels).values()): one.value for one in counts.sums()}
    assert found == {("POST", "/cases", "201"): 2, ("POST", "/cases", "503"): 1}
    (times,) = counts.times()
    assert sum(times.buckets) == 3
    assert times.total == pytest.approx(3 * 0.0123)
