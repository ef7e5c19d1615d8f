"""
Spans as X-Ray segments, sent to the daemon over UDP.

On Lambda the service makes the segment of each invocation, and spans are subsegments of it.
Elsewhere the outermost span of a thread is a segment of its own, and all of them are kept.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from ...eventlog.ports import Conflict


class Tracer:
    """`daemon` is the address where an X-Ray daemon listens: `host:port`."""

    def __init__(self, daemon: str) -> None:
        # Importing it takes 300 ms, so that only those pay who want it.
        from aws_xray_sdk.core import AWSXRayRecorder

        self._recorder: Any = AWSXRayRecorder()
        self._recorder.configure(
            daemon_address=daemon, sampling=False, context_missing="IGNORE_ERROR"
        )

    @contextmanager
    def span(self, name: str, /, **annotations: str) -> Iterator[None]:
        recorder = self._recorder
        if recorder.context.get_trace_entity() is None:
            begin, end = recorder.begin_segment, recorder.end_segment
        else:
            begin, end = recorder.begin_subsegment, recorder.end_subsegment
        entity = begin(name)
        if entity is None:
            yield
            return
        _annotate(entity, annotations)
        try:
            yield
        except BaseException as error:
            _mark(entity, error)
            raise
        finally:
            end()


def _annotate(entity: Any, annotations: dict[str, str]) -> None:
    for name, text in annotations.items():
        if text:
            entity.put_annotation(name, text)


def _mark(entity: Any, error: BaseException) -> None:
    """The SDK's own `add_exception` would send the message, which may quote somebody's data."""
    entity.put_annotation("error", type(error).__qualname__)
    if isinstance(error, Conflict):
        entity.add_error_flag()  # X-Ray's word for what a caller met with, not what broke
    else:
        entity.add_fault_flag()
