"""Spans reach an X-Ray daemon: here a socket that keeps what it is sent."""

import json
import socket
import subprocess
import sys
from contextlib import contextmanager

import aws_xray_sdk.core
import pytest

from chalicelib.adapters.watching.tracing import Tracer
from chalicelib.eventlog.ports import Conflict

ROOT, PARENT = "1-5759e988-bd862e3fe1be46a994272793", "53995c3f42cd8ad8"


class Daemon:
    def __init__(self):
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.socket.settimeout(5)

    @property
    def address(self):
        return f"127.0.0.1:{self.socket.getsockname()[1]}"

    def receive(self):
        """The next document; each comes behind a header line."""
        header, _, document = self.socket.recv(65_535).partition(b"\n")
        assert json.loads(header) == {"format": "json", "version": 1}
        return json.loads(document)

    def is_idle(self):
        self.socket.settimeout(0.1)
        try:
            self.socket.recv(65_535)
        except TimeoutError:
            return True
        return False


@pytest.fixture
def daemon():
    one = Daemon()
    yield one
    one.socket.close()


@contextmanager
def tracing(address):
    """A Tracer, whose sockets are closed afterwards; the library opens another one of its own."""
    tracer = Tracer(address)
    yield tracer
    for recorder in (tracer._recorder, aws_xray_sdk.core.xray_recorder):
        recorder.emitter._socket.close()


@pytest.fixture
def tracer(daemon):
    with tracing(daemon.address) as tracer:
        yield tracer


@pytest.fixture
def invoked(monkeypatch, daemon):
    """As Lambda invokes a function whose trace is sampled."""
    monkeypatch.setenv("LAMBDA_TASK_ROOT", "/var/task")
    monkeypatch.setenv("_X_AMZN_TRACE_ID", f"Root={ROOT};Parent={PARENT};Sampled=1")
    with tracing(daemon.address) as tracer:
        yield tracer


def test_spans_are_nested_as_the_work_was(tracer, daemon):
    with tracer.span("submit-case"):
        with tracer.span("EventStore.load"):
            pass
        with tracer.span("EventStore.append"):
            pass
    document = daemon.receive()
    assert document["name"] == "submit-case"
    assert [one["name"] for one in document["subsegments"]] == [
        "EventStore.load",
        "EventStore.append",
    ]
    assert document["end_time"] >= document["start_time"]


def test_a_second_piece_of_work_is_a_trace_of_its_own(tracer, daemon):
    for name in ("first", "second"):
        with tracer.span(name):
            pass
    first, second = daemon.receive(), daemon.receive()
    assert (first["name"], second["name"]) == ("first", "second")
    assert first["trace_id"] != second["trace_id"]


def test_annotations_are_sent_and_empty_ones_are_not(tracer, daemon):
    with tracer.span("work_list", request_id="r-1", consumer=""):
        pass
    assert daemon.receive()["annotations"] == {"request_id": "r-1"}


def test_on_lambda_spans_hang_below_the_segment_of_the_invocation(invoked, daemon):
    with invoked.span("work_list"), invoked.span("EventStore.load"):
        pass
    inner, outer = daemon.receive(), daemon.receive()
    assert (outer["name"], outer["type"]) == ("work_list", "subsegment")
    assert (outer["trace_id"], outer["parent_id"]) == (ROOT, PARENT)
    assert (inner["name"], inner["parent_id"]) == ("EventStore.load", outer["id"])


def test_on_lambda_nothing_is_sent_of_a_trace_that_is_not_sampled(invoked, daemon, monkeypatch):
    monkeypatch.setenv("_X_AMZN_TRACE_ID", f"Root={ROOT};Parent={PARENT};Sampled=0")
    with invoked.span("work_list", request_id="r-1"):
        pass
    assert daemon.is_idle()


def test_a_failure_is_a_fault_of_its_kind_and_its_message_is_not_sent(tracer, daemon):
    with pytest.raises(ValueError, match="44080219500101123X"), tracer.span("submit-case"):
        raise ValueError("44080219500101123X is no identity number")
    document = daemon.receive()
    assert document["fault"] is True
    assert document["annotations"] == {"error": "ValueError"}
    assert "44080219500101123X" not in json.dumps(document)


def test_a_conflict_is_no_fault(tracer, daemon):
    with pytest.raises(Conflict), tracer.span("EventStore.append"):
        raise Conflict("case-1", 3)
    document = daemon.receive()
    assert document["error"] is True
    assert "fault" not in document


def test_work_is_done_where_nobody_listens(tracer, daemon):
    daemon.socket.close()
    done = []
    for number in range(3):
        with tracer.span("work_list"):
            done.append(number)
    assert done == [0, 1, 2]


@pytest.mark.parametrize(
    ("tracing", "address", "loaded"),
    [
        ("", "127.0.0.1:2000", False),
        ("xray", "", False),
        ("xray", "127.0.0.1:2000", True),
    ],
    ids=["switched off", "no daemon", "on"],
)
def test_the_tracing_library_is_loaded_only_where_it_is_on(tracing, address, loaded):
    script = """
import sys
import app
from chalicelib.adapters.watching.watch import watch
with watch(sys.stdout).span("work_list"):
    pass
print("aws_xray_sdk" in sys.modules)
"""
    env = {
        "BANJIAN_TRACING": tracing,
        "AWS_XRAY_DAEMON_ADDRESS": address,
        "BANJIAN_EVENTS_TABLE": "events",
        "AWS_DEFAULT_REGION": "cn-north-1",
    }
    done = subprocess.run(
        [sys.executable, "-c", script], env=env, capture_output=True, check=True, text=True
    )
    assert done.stdout.strip() == str(loaded)
