"""
Log lines for a machine that keeps and searches them: one JSON object a line, never personal data.

`time` (UTC), `level`, `logger`, `message`, what was `telling` when it was written (request_id,
function, consumer, stream, ...), the `facts` that were logged with it (a request's), how many like
it were `suppressed` since the last one (see seldom.py), and of an exception `error`: see
telemetry.told, with its `trace`.
"""

import json
import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any, TextIO

from ...eventlog.telemetry import told, trace_of

OURS = "chalicelib"

_telling: ContextVar[Mapping[str, str]] = ContextVar("telling", default=MappingProxyType({}))


@contextmanager
def telling(**facts: str) -> Iterator[None]:
    """Every line of this thread says `facts` as well, until the end; empty ones are left out."""
    before = _telling.get()
    token = _telling.set({**before, **{name: fact for name, fact in facts.items() if fact}})
    try:
        yield
    finally:
        _telling.reset(token)


def install(stream: TextIO) -> None:
    """Of this process, write all that is logged to `stream`, and nowhere else."""
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonLines())
    install_handler(handler)


def install_handler(handler: logging.Handler) -> None:
    """Of this process, hand all that is logged to `handler`, and to nothing else."""
    for logger in map(logging.getLogger, logging.root.manager.loggerDict):
        # Chalice gives its own a handler, which would write whole tracebacks.
        logger.handlers.clear()
        logger.propagate = True
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger(OURS).setLevel(logging.INFO)


class JsonLines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            **_said(record),
            **_telling.get(),
            **getattr(record, "facts", {}),
        }
        if suppressed := getattr(record, "suppressed", 0):
            line["suppressed"] = suppressed
        if record.exc_info and record.exc_info[1] is not None:
            error = record.exc_info[1]
            line["error"] = {**told(error), "trace": trace_of(error)}
        return json.dumps(line, ensure_ascii=False, default=str)


def _said(record: logging.LogRecord) -> dict[str, str]:
    where = f"{record.filename}:{record.lineno}"
    if record.name.partition(".")[0] == OURS:
        return {"message": _message(record)}
    # What a library puts into its messages may be part of a request, or of a stored event.
    return {"message": "(a library's own words are not kept)", "where": where}


def _message(record: logging.LogRecord) -> str:
    try:
        return record.getMessage()
    except (TypeError, ValueError, KeyError):
        # logging would print the arguments to stderr.
        return str(record.msg)
