"""How a process on one machine is watched: its log, and what it counts."""

import logging
import os
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import lru_cache, partial
from pathlib import Path
from typing import Final

from ...eventlog.ports import StoreError
from ...eventlog.telemetry import told
from ...eventlog.views.port import ViewsError
from ...platform.registry import RegistryUnavailable
from ...web.exchanges import Exchange
from . import json_logs
from .counts import Counts
from .line_log import Descriptor, LineLog, Sink, address_of, request_line
from .rotated_file import RotatedFile
from .seldom import Seldom
from .settings import Kept

STDOUT: Final = "-"
PEOPLE: Final = "%(levelname)s %(name)s: %(message)s"
_STORES: Final = (StoreError, ViewsError, RegistryUnavailable)

Digest = Callable[[str], str]


class Counting(logging.Filter):
    """Every failure that is logged counts, those too of which the line is suppressed."""

    def __init__(self, counts: Counts) -> None:
        super().__init__()
        self._counts = counts

    def filter(self, record: logging.LogRecord) -> bool:
        if record.levelno >= logging.ERROR and not hasattr(record, "suppressed"):
            self._counts.add("errors", logger=record.name)
            error = record.exc_info[1] if record.exc_info else None
            if isinstance(error, _STORES):
                said = told(error)
                self._counts.add("store_failures", kind=said["kind"], cause=said.get("cause", ""))
        return True


class Watching:
    """
    `answered` is told each request. Its line is written to where the log goes, unless that is for
    people to read; it is counted in any case.
    """

    def __init__(self, counts: Counts, log: LineLog | None) -> None:
        self.counts, self._log = counts, log

    def answered(self, exchange: Exchange) -> None:
        if self._log is not None:
            self._log.answered(exchange)
        else:
            count(self.counts, exchange)


def count(counts: Counts, exchange: Exchange) -> None:
    method, route = exchange.method, exchange.route
    counts.add("requests", method=method, route=route, status=str(exchange.status))
    counts.took("request_seconds", exchange.seconds, method=method, route=route)


def for_people(counts: Counts) -> Watching:
    """Warnings in words on standard error: for who starts it by hand, and looks on."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter(PEOPLE))
    handler.addFilter(Counting(counts))
    handler.addFilter(Seldom())
    root = logging.getLogger()
    root.addHandler(handler)
    root.setLevel(logging.WARNING)
    return Watching(counts, None)


def for_machines(counts: Counts, place: str, kept: Kept, digest: Digest) -> Watching:
    """
    JSON lines to `place`: a file, or STDOUT. `digest` is what an account is called there. Raises
    OSError if the file cannot be written.
    """
    sink: Sink = Descriptor(1) if place == STDOUT else RotatedFile(Path(place), kept)
    account = lru_cache(maxsize=4096)(digest)
    log = LineLog(sink, partial(_line, counts, kept, account))
    log.filters.insert(0, Counting(counts))
    json_logs.install_handler(log)
    return Watching(counts, log)


def _line(counts: Counts, kept: Kept, digest: Digest, exchange: Exchange) -> bytes:
    count(counts, exchange)
    account = digest(exchange.account) if exchange.account else ""
    return request_line(exchange, account, address_of(exchange, kept.addresses))


def is_for_people() -> bool:
    """Whether somebody looks on: standard output is a terminal."""
    return os.isatty(1)


class Telling:
    """A Telemetry: lines that are logged meanwhile say the annotations of the span as well."""

    def __init__(self, counts: Counts) -> None:
        self._counts = counts

    def span(self, _name: str, /, **annotations: str) -> AbstractContextManager[None]:
        return json_logs.telling(**annotations)

    def count(self, metric: str, value: float = 1, /, **_dimensions: str) -> None:
        self._counts.add("counted", value, metric=metric)
