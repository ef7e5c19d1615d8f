"""
Kill -9 in the middle of load, at random moments: what was acknowledged is there, in versions
without a gap; a command sent again has its first outcome; the views come out as if rebuilt. See
"What is promised" in README.md.
"""

import random
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread
from typing import Any, NamedTuple

import httpx

from benchmarks.http import submission
from chalicelib import bootstrap
from chalicelib.eventlog.audit import check
from chalicelib.eventlog.consumers import catch_up
from chalicelib.eventlog.feed import Feed
from chalicelib.eventlog.rebuilding.checking import differences
from chalicelib.eventlog.views.port import Projection
from tests.counts import large, often
from tests.logs import streams
from tests.system.examples import published
from tests.system.running import Running, client, token

KILLS = often(400)
CLIENTS = 6
SEED = 20_261_124


class Acknowledged(NamedTuple):
    key: str
    case_id: str
    version: int


class Load:
    """Clients that submit and accept cases, and try a request of unknown outcome again."""

    def __init__(self, citizen: str, clerk: str) -> None:
        self.tokens = (citizen, clerk)
        self.url = ""
        self.stop = Event()
        self.done: list[Acknowledged] = []
        self.wrong: list[Any] = []

    def run(self, number: int) -> None:
        sent = 0
        while not self.stop.is_set():
            sent += 1
            key = f"kill-{number}-{sent:06d}"
            submitted = self._until_answered(0, key, "/cases", self.body)
            if submitted is None:
                return
            self._note(key, submitted)
            path = f"/cases/{submitted['case_id']}/receive"
            received = self._until_answered(1, key, path, {})
            if received is not None:
                self._note(key, received)

    body: dict[str, Any]

    def _note(self, key: str, answer: dict[str, Any]) -> None:
        self.done.append(Acknowledged(key, answer["case_id"], answer["version"]))

    def _until_answered(
        self, who: int, key: str, path: str, body: dict[str, Any]
    ) -> dict[str, Any] | None:
        """The same key and body until there is an answer; None when the load is over."""
        while not self.stop.is_set():
            try:
                with client(self.url, self.tokens[who]) as http:
                    answer = http.post(path, json=body, headers={"Idempotency-Key": key})
            except httpx.HTTPError:
                time.sleep(0.02)
                continue
            if answer.status_code not in (200, 201):
                self.wrong.append(answer.text)
                return None
            found: dict[str, Any] = answer.json()
            return found
        return None


@contextmanager
def clients(load: Load) -> Iterator[None]:
    threads = [Thread(target=load.run, args=(number,)) for number in range(CLIENTS)]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        load.stop.set()
        for thread in threads:
            thread.join()


@large
def test_after_many_kills_nothing_acknowledged_is_lost_and_nothing_is_there_twice(tmp_path):
    data = tmp_path / "var"
    chance = random.Random(SEED)  # noqa: S311 - a test's own dice
    service = Running(published(data))
    load = Load(token(data, "citizen"), token(data, "clerk"))
    load.url, load.body = service.url, {**submission(), "insist": True}
    with clients(load):
        for _ in range(KILLS):
            time.sleep(chance.uniform(0.1, 0.8))
            service.kill()
            service = Running(data)
            load.url = service.url
        time.sleep(0.5)
    assert service.stop() == 0
    assert load.wrong == []
    assert len(load.done) > KILLS
    everything_is_there(data, load.done)


def everything_is_there(data: Path, done: list[Acknowledged]) -> None:
    platform = bootstrap.embedded(data)
    for one in done:
        history = platform.store.load(f"case-{one.case_id}")
        assert history.version >= one.version
        ids = [commit.command.id for commit in history.commits]
        assert len(ids) == len(set(ids)), f"{one} was done twice"
        assert any(one.key in command for command in ids), f"{one} was lost"
    cases = streams(platform.log, "case-")
    # A retry under the same key never made a second case.
    assert len(cases) <= len({one.key for one in done}) + CLIENTS
    assert check(platform.log).clean
    for view in bootstrap.consumers(platform):
        if isinstance(view, Projection):
            catch_up(view, Feed(platform.source), platform.views)
            assert list(differences(view, Feed(platform.source), platform.views)) == []
