"""
The log of a process on one machine: who logs puts a line by and goes on; one thread writes.

A request must not wait for a disk that keeps its log, least of all for a full one. What the log's
own file refuses is counted, and told in it as soon as it takes lines again.
"""

import logging
import os
from collections import deque
from collections.abc import Callable, Iterator
from functools import lru_cache
from threading import Event, Lock, Thread
from typing import Final, Protocol

from pydantic_core import to_json

from ...web.exchanges import Exchange
from .json_logs import JsonLines
from .seldom import Seldom

# Seconds in which lines gather: written one by one, each would hand the interpreter to and fro.
GATHER: Final = 0.2
HELD: Final = 100_000  # lines that wait, at most
REQUESTS: Final = "chalicelib.requests"
# Of which the refusal is one for who asks.
_WHO: Final = frozenset({401, 403, 429})
_READS: Final = frozenset({"GET", "HEAD", "OPTIONS"})


class Sink(Protocol):
    def write(self, lines: bytes, /) -> None:
        """Raises OSError; then nothing of them counts as written."""
        ...

    def close(self) -> None: ...


class Descriptor:
    """Whatever the process was given to write to: its standard output."""

    def __init__(self, number: int) -> None:
        self._number = number

    def write(self, lines: bytes, /) -> None:
        while lines:
            lines = lines[os.write(self._number, lines) :]

    def close(self) -> None:
        """It is not ours."""


class LineLog(logging.Handler):
    """
    `requests` takes each Exchange once it is answered, and makes a line of it or None; it is called
    in the thread that writes.
    """

    def __init__(self, sink: Sink, requests: Callable[[Exchange], bytes | None]) -> None:
        super().__init__()
        self._sink, self._requests = sink, requests
        self._seldom = Seldom()
        self.addFilter(self._seldom)
        self.setFormatter(JsonLines())
        self._waiting: deque[Exchange | str] = deque()
        self._lost = 0
        self._writing = Lock()
        self._over = Event()
        self._thread = Thread(target=self._run, name="log", daemon=True)
        self._thread.start()

    def emit(self, record: logging.LogRecord) -> None:
        # Made into text here: what an exception holds on to is let go, and what was told with it
        # belongs to this thread.
        self._put(self.format(record))

    def answered(self, exchange: Exchange) -> None:
        self._put(exchange)

    def _put(self, line: Exchange | str) -> None:
        if len(self._waiting) < HELD:
            self._waiting.append(line)
        else:
            self._lost += 1

    def flush(self) -> None:
        """Write what waits, in this thread."""
        with self._writing:
            lines = list(self._taken())
            if lines or self._lost:
                self._write(lines)

    def close(self) -> None:
        """Whatever was suppressed or waits is written; twice is once."""
        if not self._over.is_set():
            self._over.set()
            self._thread.join()
            self._tell(everything=True)
            self.flush()
            self._sink.close()
        super().close()

    def _run(self) -> None:
        while not self._over.wait(GATHER):
            self._tell()
            self.flush()

    def _tell(self, *, everything: bool = False) -> None:
        for record in self._seldom.overdue(everything=everything):
            self.emit(record)

    def _taken(self) -> Iterator[bytes]:
        for _ in range(len(self._waiting)):
            line = self._waiting.popleft()
            made = line.encode() + b"\n" if isinstance(line, str) else self._requests(line)
            if made:
                yield made

    def _confession(self) -> bytes:
        fields = {"msg": "%d lines could not be written", "args": (self._lost,), "name": __name__}
        record = logging.makeLogRecord({**fields, "levelname": "ERROR"})
        return self.format(record).encode() + b"\n"

    def _write(self, lines: list[bytes]) -> None:
        lost = self._lost
        told = [self._confession()] if lost else []
        try:
            self._sink.write(b"".join((*told, *lines)))
        except OSError:
            self._lost += len(lines)  # there is nowhere to tell it but here, later
        else:
            self._lost -= lost


def request_line(exchange: Exchange, account: str, address: str) -> bytes:
    """The line of a request: what a machine that searches it needs, and of a person no more."""
    line: dict[str, object] = {
        "time": _time(exchange.at),
        "level": "INFO",
        "logger": REQUESTS,
        "message": "request",
        **facts(exchange, account, address),
    }
    return to_json(line) + b"\n"


def facts(exchange: Exchange, account: str, address: str) -> dict[str, object]:
    told: dict[str, object] = {
        "method": exchange.method,
        "route": exchange.route,
        "status": exchange.status,
        "ms": round(exchange.seconds * 1000, 2),
        "request_id": exchange.request_id,
    }
    who = {
        "code": exchange.code,
        "role": exchange.role,
        "account": account,
        "address": address,
    }
    return told | {name: value for name, value in who.items() if value}


def address_of(exchange: Exchange, whose: str) -> str:
    """
    The address, if it is to be written down of such a request: that somebody read a page says
    nothing that the law asks for (个人信息保护法 art. 6: no more than the purpose needs).
    """
    acting = exchange.method not in _READS or exchange.status in _WHO
    return exchange.address if whose == "all" or (whose == "acting" and acting) else ""


def _time(at: float) -> str:
    second, millisecond = divmod(int(at * 1000), 1000)
    return f"{_second(second)}.{millisecond:03}+00:00"


@lru_cache(maxsize=4)
def _second(at: int) -> str:
    from datetime import UTC, datetime

    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%S")
