"""Who uses the service meanwhile, from 127.0.0.1: somebody at work, and somebody who watches."""

import json
import socket
import time
from collections.abc import Callable
from itertools import count
from threading import Event, Thread
from typing import Final, NamedTuple, Self
from uuid import uuid4

from benchmarks.http import http_reply, submission

from .attacks import request

PAUSE: Final = 0.03  # seconds between two requests: far below what an account may ask
WATCHING: Final = 0.1
PATIENCE: Final = 30.0


class Sample(NamedTuple):
    """When a request was sent, how long it took (seconds, monotonic), and whether it failed."""

    began: float
    seconds: float
    failed: bool


class Client:
    """Sends what `requests` makes, on one connection for as long as it lasts, until it is told."""

    def __init__(
        self, host: str, port: int, requests: Callable[[], bytes], pause: float, *, anew: bool
    ) -> None:
        self._address, self._requests = (host, port), requests
        self._pause, self._anew = pause, anew
        self._stopping = Event()
        self._connection: socket.socket | None = None
        self.samples: list[Sample] = []
        self._thread = Thread(target=self._work, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        self._thread.join(2 * PATIENCE)
        self._close()

    def _work(self) -> None:
        while not self._stopping.wait(self._pause):
            began = time.monotonic()
            try:
                failed = self._ask() >= 400
            except OSError:
                failed = True
                self._close()
            self.samples.append(Sample(began, time.monotonic() - began, failed))

    def _ask(self) -> int:
        if self._anew:
            self._close()
        if self._connection is None:
            self._connection = socket.create_connection(self._address, PATIENCE)
        self._connection.sendall(self._requests())
        return http_reply(self._connection.recv)[0]

    def _close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def at_work(host: str, port: int, token: str) -> Client:
    """
    A citizen who submits cases, one after another, reads the item, and lists the cases.
    """
    paths = count()

    def another() -> bytes:
        which = next(paths) % 4
        if which == 0:
            return _submits(token)
        path = ("/cases", f"/items/{submission()['item']}", "/items")[which - 1]
        return request("GET", path, token)

    return Client(host, port, another, PAUSE, anew=False)


def _submits(token: str) -> bytes:
    body = json.dumps({**submission(), "insist": True}).encode()
    kind = {"Content-Type": "application/json", "Idempotency-Key": uuid4().hex}
    return request("POST", "/cases", token, body, **kind)


def watching(host: str, port: int) -> Client:
    """Asks for /health on a connection of its own each time, as a load balancer does."""
    return Client(host, port, lambda: request("GET", "/health"), WATCHING, anew=True)
