"""
Consumers and schedules of a running service, in a process of their own.

In the process that serves they would share its interpreter, and make each request wait: a third of
what it could take. The two share the data, and a socket by which the service tells what it commits.
"""

import gc
import logging
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from threading import Event, Lock, Thread
from time import monotonic

from .. import bootstrap
from ..eventlog.belonging import Misplaced
from ..eventlog.outages import LONGEST_PAUSE
from ..eventlog.ports import Damaged
from ..eventlog.views.port import Bell
from ..platform.platform import Platform
from .belonging_watch import Watch, close
from .rebuild_crew import crew
from .runner import Job, Runner, Schedule
from .umask import private_from_now_on

MINUTE = 60.0
COLLECT = (10_000, 20, 50)
PATIENCE = 30.0  # seconds
# What the service says: that it has committed, and that it stops.
COMMITTED, STOP = b".", b"q"

log = logging.getLogger(__name__)


def collect_seldom() -> None:
    """What is there at the start stays: the collector need not look through it again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*COLLECT)


def log_to_stderr() -> None:
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")


# In the service


class ConsumersProcess:
    """
    The process with the consumers of the data in a directory, which is started anew should it end
    by itself. What it was at, the next one does again: consumers are made for that.
    """

    def __init__(self, data: Path) -> None:
        self._data = data
        self._ours, self._theirs = socket.socketpair()
        self._ours.settimeout(0)
        self._stopping = Event()
        self._guard = Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._thread = Thread(target=self._watch, name="consumers", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def ring(self) -> None:
        """Something was committed. Whoever rings does not wait, and hears of no failure."""
        # If the socket is full there are rings enough in it; if it is closed the service stops.
        with suppress(OSError):
            self._ours.send(COMMITTED)

    def stop(self, timeout: float = PATIENCE) -> None:
        """Let the process finish what is under way; it is killed after `timeout` seconds."""
        with self._guard:
            self._stopping.set()
        if self._thread.ident is not None:
            self._end(timeout)
        self._ours.close()
        self._theirs.close()

    def _end(self, timeout: float) -> None:
        with suppress(OSError):
            self._ours.settimeout(1.0)
            self._ours.send(STOP)
        self._thread.join(timeout)
        if self._thread.is_alive() and self._process is not None:
            log.error("the consumers still ran %.0f s after the stop, and were killed", timeout)
            self._process.kill()
            self._thread.join()

    def _watch(self) -> None:
        job = Job("the process of the consumers", self._run)
        while not self._stopping.is_set():
            job.run()
            self._stopping.wait(job.pause)

    def _run(self) -> None:
        """Raises if it did not last long."""
        began = monotonic()
        command = [sys.executable, "-m", __name__, str(self._data)]
        with self._guard:
            if self._stopping.is_set():
                return
            self._process = subprocess.Popen(command, stdin=self._theirs.fileno())  # noqa: S603 - our own module
        code = self._process.wait()
        if self._stopping.is_set():
            return
        ended = RuntimeError(f"ended by itself, with {code}")
        if monotonic() - began < LONGEST_PAUSE:
            raise ended
        log.error("the process of the consumers %s; another one takes over", ended)


# In the process


def keep(platform: Platform, data: Path, stopping: Event) -> None:
    """Run consumers, and start them anew when another calendar has been published."""
    while not stopping.is_set():
        calendar = platform.calendar()
        with _runner(platform, data):
            while platform.calendar() == calendar and not stopping.is_set():
                stopping.wait(1.0)


def _runner(platform: Platform, data: Path) -> Runner:
    schedules = [
        Schedule(one.name, one.minutes * MINUTE, one.run) for one in bootstrap.schedules(platform)
    ]
    return Runner(
        bootstrap.consumers(platform),
        platform.source,
        platform.views,
        platform.committed,
        schedules=schedules,
        crew=crew(data),
        telemetry=platform.telemetry,
    )


def listen(receive: Callable[[int], bytes], committed: Bell, stop: Callable[[], object]) -> None:
    """
    Ring for what the service says, until it says that it stops. Raises EOFError if it is gone
    without a word.
    """
    while said := receive(1 << 16):
        if STOP in said:
            stop()
            return
        committed.ring()
    raise EOFError("the service is gone")


def _listen(committed: Bell, stop: Callable[[], object]) -> None:
    try:
        listen(partial(os.read, sys.stdin.fileno()), committed, stop)
    except (EOFError, OSError):
        # It was killed, and so must we be: the next one may be running already.
        os._exit(1)


def main(data: Path) -> None:
    private_from_now_on()
    log_to_stderr()
    # Ctrl-C reaches both; the service then says when to stop.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    stopping, ended = Event(), Event()

    def stop(*_: object) -> None:
        stopping.set()
        ended.set()

    signal.signal(signal.SIGTERM, stop)
    committed = Bell()
    Thread(target=_listen, args=(committed, stop), daemon=True).start()
    try:
        platform = bootstrap.embedded(data, committed=committed)
        platform.belonging.check()
    except (Misplaced, Damaged) as error:
        log.error("%s", error)  # noqa: TRY400 - it is for an operator
        stopping.wait()
        os._exit(1)  # see `close`
    bootstrap.build_all()
    collect_seldom()
    # With data that does not belong together nothing is done, until it is to stop.
    with Watch(platform.belonging, then=ended.set):
        keep(platform, data, ended)
        stopping.wait()
    if not close(platform):
        os._exit(1)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
