"""A real server on a port, with cases in every state, for clients that only know an address."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from queue import Queue
from threading import Event, Thread
from typing import Any, NamedTuple

import httpx

from chalicelib.contract import contracts
from chalicelib.platform.platform import Platform
from chalicelib.serving import signin, wsgi

from ..logs import streams
from ..stories.cases import ROOT
from ..walks.everything import STORIES
from ..walks.service import service
from ..walks.walking import PEOPLE, Walker

DOCUMENT = json.loads((ROOT / contracts.OPENAPI).read_text(encoding="utf-8"))


class Live(NamedTuple):
    url: str
    platform: Platform
    data: Path

    def token(self, who: str) -> str:
        return signin.issue(self.data, PEOPLE[who])


@contextmanager
def live(data: Path) -> Iterator[Live]:
    import app

    with service(data) as platform:
        ready: Queue[str] = Queue()
        stop = Event()
        options: dict[str, Any] = {"ready": ready.put, "stop": stop, "threads": 4}
        thread = Thread(target=wsgi.serve, args=(app.app, "127.0.0.1", 0), kwargs=options)
        thread.start()
        try:
            yield Live(ready.get(timeout=30), platform, data)
        finally:
            stop.set()
            thread.join(30)


def walked(running: Live) -> dict[str, set[str]]:
    """What the stories made: the values that each path parameter can have."""
    with httpx.Client(base_url=running.url, trust_env=False) as client:
        walker = Walker(client, running.data, DOCUMENT)
        for story in STORIES:
            story(walker)
    found: dict[str, set[str]] = {}
    for exchange in walker.met.values():
        for name, value in exchange.parameters.items():
            found.setdefault(name, set()).add(value)
    cases = streams(running.platform.log, "case-")
    found["case_id"] = {one.removeprefix("case-") for one in cases}
    return found
