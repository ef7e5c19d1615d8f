"""The watched service: what it does is traced, counted and told in its log lines."""

import json
import logging
from contextlib import contextmanager
from io import StringIO

import pytest

from chalicelib.adapters.watching import json_logs
from chalicelib.adapters.watching.metrics import Metrics
from chalicelib.adapters.watching.watch import ObservedStore, Watch, watch
from chalicelib.eventlog.ports import Conflict

from ..commits import add, command


@pytest.fixture
def stream():
    return StringIO()


@pytest.fixture
def spans():
    """Names of spans, each with how deep it lay and what was said of it."""
    return []


@pytest.fixture
def telemetry(stream, spans):
    depth = 0

    @contextmanager
    def trace(name, **annotations):
        nonlocal depth
        spans.append((depth, name, annotations))
        depth += 1
        try:
            yield
        finally:
            depth -= 1

    return Watch(trace, Metrics("test", stream))


@pytest.fixture
def observed(sqlite, telemetry):
    return ObservedStore(sqlite.store, telemetry)


def counted(stream):
    """Metric to the sum of its values."""
    sums: dict[str, float] = {}
    for line in map(json.loads, stream.getvalue().splitlines()):
        for metric in line["_aws"]["CloudWatchMetrics"][0]["Metrics"]:
            value = line[metric["Name"]]
            more = sum(value) if isinstance(value, list) else value
            sums[metric["Name"]] = sums.get(metric["Name"], 0) + more
    return sums


def test_every_call_of_the_store_is_a_span_with_its_stream(observed, telemetry, spans):
    with telemetry.span("submit-case", request_id="r-1"):
        add(observed, "case-1", "a")
    assert spans == [
        (0, "submit-case", {"request_id": "r-1"}),
        (1, "EventStore.load", {"stream": "case-1"}),
        (1, "EventStore.append", {"stream": "case-1"}),
    ]


def test_a_commit_counts_as_one_command_whatever_its_length(observed, stream):
    add(observed, "case-1", "a", length=3)
    add(observed, "case-1", "b")
    assert counted(stream) == {"Commands": 2}


def test_a_command_that_comes_again_does_not_count(observed, stream):
    add(observed, "case-1", "a", body=b"[1]")
    add(observed, "case-1", "a", body=b"[1]")
    assert counted(stream) == {"Commands": 1}


def test_a_lost_race_counts_as_a_conflict_and_is_still_raised(observed, stream):
    before = observed.load("case-1")
    add(observed, "case-1", "a")
    with pytest.raises(Conflict):
        observed.append(before, command("b"), 1, b"{}")
    assert counted(stream) == {"Commands": 1, "Conflicts": 1}


def test_what_is_known_is_given_to_the_store_and_comes_back(observed):
    add(observed, "case-1", "a")
    known = observed.load("case-1")
    assert observed.load("case-1", known) is known


def test_metrics_are_written_when_the_outermost_span_ends(telemetry, stream):
    with telemetry.span("outer"):
        with telemetry.span("inner"):
            telemetry.count("Commands")
        assert stream.getvalue() == ""
    assert counted(stream) == {"Commands": 1}


def test_metrics_are_written_even_if_the_work_fails(telemetry, stream):
    def work():
        with telemetry.span("outer"):
            telemetry.count("Conflicts")
            raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        work()
    assert counted(stream) == {"Conflicts": 1}


def test_a_count_outside_of_any_span_is_written_at_once(telemetry, stream):
    telemetry.count("Lag", 5, Consumer="work_list")
    assert json.loads(stream.getvalue())["Lag"] == 5


def test_log_lines_tell_what_the_spans_around_them_say(telemetry):
    record = logging.makeLogRecord({"name": "chalicelib.x", "msg": "hello", "levelname": "INFO"})
    lines = json_logs.JsonLines()
    with telemetry.span("work_list", consumer="work_list"), telemetry.span("load", stream="case-1"):
        line = json.loads(lines.format(record))
    assert (line["consumer"], line["stream"]) == ("work_list", "case-1")
    assert "consumer" not in json.loads(lines.format(record))


def test_metrics_carry_the_stage_of_the_deployment(monkeypatch, stream):
    monkeypatch.setenv("BANJIAN_STAGE", "prod")
    watch(stream).count("Commands")
    assert json.loads(stream.getvalue())["Stage"] == "prod"


def test_a_mistyped_choice_of_tracing_is_refused(monkeypatch, stream):
    monkeypatch.setenv("BANJIAN_TRACING", "x-ray")
    with pytest.raises(ValueError, match="'x-ray': leave it empty, or say xray"):
        watch(stream)
