"""The whole service in one process: the very `app.py`, its consumers and its schedules."""

import gc
import json
import os
from collections.abc import Callable
from pathlib import Path
from threading import Event, Thread
from uuid import uuid4

from .. import bootstrap
from ..application import documents, items
from ..application.platform import Caller, Platform
from ..domain.actor import Actor, Channel, Role
from ..domain.base import build_models
from ..domain.errors import NotFound
from ..subscribers import deadlines
from . import signin, wsgi
from .item_files import read_items
from .rebuild_crew import crew
from .registry_files import load_examples
from .runner import Runner, Schedule

PUBLISHER = Actor(account="examples", role=Role.ITEM_MANAGER)
MINUTE = 60.0
COLLECT = (10_000, 20, 50)


class Service:
    """
    Opens, or makes, the data in a directory. The environment may name another issuer of tokens
    (BANJIAN_ISSUER, BANJIAN_AUDIENCE, BANJIAN_JWKS); without one, local sign-in is on.
    """

    def __init__(self, data: Path) -> None:
        self._data = data
        os.environ["BANJIAN_DATA"] = str(data)
        if "BANJIAN_ISSUER" not in os.environ:
            os.environ["BANJIAN_ISSUER"] = signin.ISSUER
            os.environ["BANJIAN_AUDIENCE"] = signin.AUDIENCE
            os.environ["BANJIAN_JWKS"] = json.dumps(signin.jwks(data))
        self.platform: Platform = bootstrap.platform()
        self._stopping = Event()

    def publish(self, directory: Path) -> int:
        """
        Publish the items in a directory, if it is there, and load the registry beside it. What is
        there already stays, whatever has become of it since.
        """
        if not directory.is_dir():
            return 0
        load_examples(self.platform, directory.parent / "registry")
        definitions = read_items(directory)
        for definition in definitions:
            if not self._has(definition.code):
                caller = Caller(PUBLISHER, uuid4().hex, Channel.INTERNAL)
                items.publish(self.platform, caller, definition)
        return len(definitions)

    def _has(self, code: str) -> bool:
        try:
            items.get(self.platform, code)
        except NotFound:
            return False
        return True

    def serve(
        self,
        host: str,
        port: int,
        *,
        threads: int = 16,
        ready: Callable[[str], None] | None = None,
        stop: Event | None = None,
    ) -> None:
        """Until a signal asks to stop, or `stop` is set. Raises OSError."""
        import app

        build_models()
        # What is there at the start stays: the collector need not look through it again and again.
        gc.collect()
        gc.freeze()
        gc.set_threshold(*COLLECT)
        keeper = Thread(target=self._keep, name="consumers", daemon=True)
        keeper.start()
        try:
            wsgi.serve(app.app, host, port, threads=threads, ready=ready, stop=stop)
        finally:
            self._stopping.set()
            self.platform.committed.ring()
            keeper.join(30)

    def _keep(self) -> None:
        """Run consumers, and start them anew when another calendar has been published."""
        while not self._stopping.is_set():
            calendar = self.platform.calendar()
            with self._runner():
                while self.platform.calendar() == calendar and not self._stopping.is_set():
                    self._stopping.wait(1.0)

    def _runner(self) -> Runner:
        platform = self.platform
        accept = Schedule("deadlines", MINUTE, lambda: deadlines.on_schedule(platform))
        tidy = Schedule("sweep of uploads", 60 * MINUTE, lambda: documents.sweep(platform))
        return Runner(
            bootstrap.consumers(platform),
            platform.source,
            platform.views,
            platform.committed,
            schedules=[accept, tidy],
            crew=crew(self._data),
        )
