"""The whole service: the very `app.py` in this process, its consumers and schedules in another."""

import json
import os
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from threading import Event
from uuid import uuid4

from .. import bootstrap
from ..items.application import items
from ..items.files.item_files import read_items
from ..kernel.actor import SYSTEM, Channel
from ..kernel.errors import NotFound
from ..platform.platform import Caller, Platform
from ..triggers.routes import import_all
from . import metrics, signin, wsgi
from .consumers_process import ConsumersProcess, collect_seldom
from .demo_people import sign_up
from .registry_files import load_examples, publish_departments
from .server import Server

# Seconds until a thread that computes lets others have the interpreter. A request asks for it some
# forty times: with Python's usual 5 ms, a long one makes short ones wait for half a second.
SWITCH = 0.001
# Two hands here as well: the examples were drafted by those who wrote them.
DRAFTED_BY = "examples"


class Service:
    """
    Opens, or makes, the data in a directory. The environment may name other issuers of tokens
    (BANJIAN_ISSUER, BANJIAN_AUDIENCE, BANJIAN_JWKS; BANJIAN_ISSUERS); without one, local sign-in is
    on. Raises Unavailable for a setting that cannot be read.
    """

    def __init__(self, data: Path) -> None:
        self._data = data
        os.environ["BANJIAN_DATA"] = str(data)
        self._metrics_place = bootstrap.metrics_place()
        self._log = bootstrap.begin_log(bootstrap.SERVICE)
        if not os.environ.get("BANJIAN_ISSUER") and not os.environ.get("BANJIAN_ISSUERS"):
            os.environ["BANJIAN_ISSUER"] = signin.ISSUER
            os.environ["BANJIAN_AUDIENCE"] = signin.AUDIENCE
            os.environ["BANJIAN_JWKS"] = json.dumps(signin.jwks(data))
        self.platform: Platform = bootstrap.platform()
        bootstrap.verifier()  # a setting that cannot be read is told at the start

    def publish(self, directory: Path) -> int:
        """
        Publish the items in a directory, if it is there, and the departments and the registry
        beside it; with local sign-in its citizens have been at a counter. What is there already
        stays, whatever has become of it since.
        """
        if not directory.is_dir():
            return 0
        load_examples(self.platform, directory.parent / "registry")
        publish_departments(self.platform, directory.parent / "organisations", DRAFTED_BY)
        if os.environ.get("BANJIAN_ISSUER") == signin.ISSUER:
            sign_up(self.platform)
        definitions = read_items(directory)
        for definition in definitions:
            if not self._has(definition.code):
                caller = Caller(SYSTEM, uuid4().hex, Channel.INTERNAL)
                items.publish(self.platform, caller, definition, drafted_by=DRAFTED_BY)
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

        import_all(app.app)
        bootstrap.build_all()
        collect_seldom()  # last, so that what was made is not looked through again
        sys.setswitchinterval(SWITCH)
        process, watchman = ConsumersProcess(self._data), bootstrap.watchman()
        self.platform.committed.then(process.ring)
        watchman.pulse = process.pulse

        def watched(server: Server) -> None:
            watchman.served = lambda: bootstrap.Served(server.connections, server.refused)

        def listening(url: str) -> None:
            process.start()
            if ready is not None:
                ready(url)

        try:
            with self._metrics():
                wsgi.serve(
                    app.app,
                    host,
                    port,
                    threads=threads,
                    ready=listening,
                    stop=stop,
                    answered=self._log.answered,
                    watched=watched,
                )
        finally:
            process.stop()

    def _metrics(self) -> AbstractContextManager[object]:
        if self._metrics_place is None:
            return nullcontext()
        bootstrap.exposition()  # without its library this ends the start, and not the first scrape
        return metrics.serving(self._metrics_place, bootstrap.exposition)
