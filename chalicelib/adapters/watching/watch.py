"""The service, watched: every span is traced and told in the log, every count is written."""

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from contextvars import ContextVar
from typing import TextIO

from ...eventlog.ports import CommandId, Commit, Conflict, EventStore, History
from ...eventlog.telemetry import Telemetry
from . import json_logs
from .metrics import Metrics

Span = Callable[..., AbstractContextManager[None]]

_within: ContextVar[bool] = ContextVar("within", default=False)


class Watch:
    """
    A Telemetry. Metrics are written at the end of each outermost span: Lambda may stop the process
    right after it.
    """

    def __init__(self, trace: Span, metrics: Metrics) -> None:
        self._trace = trace
        self._metrics = metrics

    @contextmanager
    def span(self, name: str, /, **annotations: str) -> Iterator[None]:
        outermost = not _within.get()
        token = _within.set(True)
        try:
            with json_logs.telling(**annotations), self._trace(name, **annotations):
                yield
        finally:
            _within.reset(token)
            if outermost:
                self._metrics.flush()

    def count(self, metric: str, value: float = 1, /, **dimensions: str) -> None:
        self._metrics.count(metric, value, **dimensions)
        if not _within.get():
            self._metrics.flush()


def watch(stream: TextIO) -> Watch:
    """
    As the environment says: BANJIAN_STAGE is a dimension of every metric. BANJIAN_TRACING=xray
    turns tracing on, where Lambda has set AWS_XRAY_DAEMON_ADDRESS: without a daemon it stays off.
    """
    metrics = Metrics(os.environ.get("BANJIAN_STAGE", ""), stream)
    return Watch(_tracing(), metrics)


def _tracing() -> Span:
    daemon = os.environ.get("AWS_XRAY_DAEMON_ADDRESS", "")
    wanted = os.environ.get("BANJIAN_TRACING", "")
    if wanted not in ("", "xray"):
        raise ValueError(f"BANJIAN_TRACING is {wanted!r}: leave it empty, or say xray")
    if not wanted or not daemon:
        return _untraced
    from .tracing import Tracer

    return Tracer(daemon).span


def _untraced(_name: str, /, **_annotations: str) -> AbstractContextManager[None]:
    return nullcontext()


class ObservedStore:
    """
    An EventStore whose calls are spans. What was appended counts as Commands, a lost race as
    Conflicts; what an earlier request had already appended does not count.
    """

    def __init__(self, store: EventStore, telemetry: Telemetry) -> None:
        self._store = store
        self._telemetry = telemetry

    def load(self, stream: str, known: History | None = None, /) -> History:
        with self._telemetry.span("EventStore.load", stream=stream):
            return self._store.load(stream, known)

    def append(self, history: History, command: CommandId, length: int, body: bytes, /) -> Commit:
        with self._telemetry.span("EventStore.append", stream=history.stream):
            try:
                commit = self._store.append(history, command, length, body)
            except Conflict:
                self._telemetry.count("Conflicts")
                raise
        if (commit.version, commit.body) == (history.version + 1, body):
            self._telemetry.count("Commands")
        return commit
