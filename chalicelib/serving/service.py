"""The whole service: the very `app.py` in this process, its consumers and schedules in another."""

import json
import os
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from threading import Event

from .. import bootstrap
from ..platform.platform import Platform
from ..triggers.routes import import_all
from . import metrics, signin, wsgi
from .belonging_watch import Watch, close
from .consumers_process import ConsumersProcess, collect_seldom
from .server import Server

# Seconds until a thread that computes lets others have the interpreter. A request asks for it some
# forty times: with Python's usual 5 ms, a long one makes short ones wait for half a second.
SWITCH = 0.001


class Service:
    """
    Opens, or makes, the data in a directory. Whose tokens are good is what the environment says, or
    those of the `local_sign_in`. Raises Unavailable for a setting that cannot be read, Misplaced
    for data that does not belong together.
    """

    def __init__(self, data: Path, *, local_sign_in: bool) -> None:
        self._data = data
        os.environ["BANJIAN_DATA"] = str(data)
        self._metrics_place = bootstrap.metrics_place()
        self._log = bootstrap.begin_log(bootstrap.SERVICE)
        if local_sign_in:
            os.environ["BANJIAN_ISSUER"] = signin.ISSUER
            os.environ["BANJIAN_AUDIENCE"] = signin.AUDIENCE
            os.environ["BANJIAN_JWKS"] = json.dumps(signin.jwks(data))
        self.platform: Platform = bootstrap.platform()
        self.platform.belonging.check()
        self.platform.belonging.adopt()
        bootstrap.verifier()  # a setting that cannot be read is told at the start

    def serve(
        self,
        host: str,
        port: int,
        *,
        threads: int = 16,
        ready: Callable[[str], None] | None = None,
        stop: Event | None = None,
    ) -> None:
        """
        Until a signal asks to stop, or `stop` is set. Raises OSError; and Misplaced or Damaged at
        the end, if the data was exchanged meanwhile (see `close`).
        """
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
            with self._metrics(), Watch(self.platform.belonging, keeps=True):
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
            close(self.platform)
        self.platform.belonging.noticed()

    def _metrics(self) -> AbstractContextManager[object]:
        if self._metrics_place is None:
            return nullcontext()
        bootstrap.exposition()  # without its library this ends the start, and not the first scrape
        return metrics.serving(self._metrics_place, bootstrap.exposition)
