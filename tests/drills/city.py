"""A service that cases are submitted to, and what its applicants were told."""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread
from typing import Any
from uuid import uuid4

import httpx

from benchmarks.http import submission
from tests.system.examples import published
from tests.system.running import Running, client, token


class City:
    """`receipts` are the numbers of the cases that somebody was told of, by their ids."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.receipts: dict[str, str] = {}
        self.service = Running(published(data))
        self.citizen, self.clerk = token(data, "citizen"), token(data, "clerk")

    def submit(self, times: int = 1) -> None:
        for _ in range(times):
            made = self.post("/cases", {**submission(), "insist": True})
            assert made.status_code == 201, made.text
            told = made.json()
            assert told["number"] not in self.receipts.values(), "a number was given twice"
            self.receipts[told["case_id"]] = told["number"]

    def post(self, path: str, body: Any, key: str = "") -> httpx.Response:
        headers = {"Idempotency-Key": key or f"drill-{uuid4().hex}"}
        with client(self.service.url, self.citizen) as http:
            return http.post(path, json=body, headers=headers)

    def get(self, path: str, **query: Any) -> httpx.Response:
        with client(self.service.url, self.citizen) as http:
            return http.get(path, params=query)

    def document(self, content: bytes) -> str:
        with client(self.service.url, self.citizen) as http:
            headers = {"Content-Type": "application/pdf", "Idempotency-Key": uuid4().hex}
            sent = http.post("/documents", content=content, headers=headers)
        assert sent.is_success, sent.text
        return str(sent.json()["sha256"])

    def listed(self) -> set[str]:
        """The ids in the applicant's list, once it is as far as the log."""
        found: set[str] = set()
        cursor: str | None = None
        while True:
            page = self.get("/cases", limit=100, **({"cursor": cursor} if cursor else {})).json()
            found |= {row["case_id"] for row in page["items"]}
            cursor = page.get("next")
            if not cursor:
                return found

    def shows(self, ids: set[str]) -> bool:
        return until(lambda: self.listed() == ids)

    def start(self) -> None:
        self.service = Running(self.data)

    def stop(self) -> int:
        return self.service.stop()

    def log(self) -> str:
        return "".join(self.service.output)

    @contextmanager
    def load(self) -> Iterator[None]:
        """Somebody submits all the while."""
        over = Event()

        def submitting() -> None:
            while not over.is_set():
                self.submit()

        thread = Thread(target=submitting)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()


@contextmanager
def city(data: Path) -> Iterator[City]:
    there = City(data)
    try:
        yield there
    finally:
        if there.service.process.poll() is None:
            there.service.kill()


def until(true: Callable[[], bool], seconds: float = 30.0) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if true():
            return True
        time.sleep(0.05)
    return False


def files(data: Path) -> set[str]:
    return {name for name in os.listdir(data) if not name.startswith("set-aside-")}  # noqa: PTH208
