"""
Consumers and schedules of a running service, in a process of their own.

In the process that serves they would share its interpreter, and make each request wait: a third of
what it could take. The two share the data, and a socket: the service tells what it commits, and
the other one each second that it is alive, what it has counted, and what in it is stuck.
"""

import gc
import json
import logging
import os
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from threading import Event, Lock, Thread
from threading import enumerate as enumerate_threads
from time import monotonic
from typing import NamedTuple

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
BEAT = 1.0  # seconds
# Seconds without a beat after which the process hangs (it was stopped, or nothing in it gets the
# interpreter), and is killed: it loses nothing, and another one goes on.
HUNG = 30.0
# A step of a consumer that lasts longer is stuck. A batch takes seconds; what may take minutes,
# such as a rebuild, is no step.
STUCK = 600.0
LONGEST_BEAT = 1 << 20  # bytes
# What the service says: that it has committed, and that it stops.
COMMITTED, STOP = b".", b"q"

log = logging.getLogger(__name__)


def collect_seldom() -> None:
    """What is there at the start stays: the collector need not look through it again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*COLLECT)


# In the service


class ConsumersProcess:
    """
    The process with the consumers of the data in a directory, which is started anew should it end
    by itself, or hang: no beat for `hung` seconds, or a step that does not come to its end. What it
    was at, the next one does again: consumers are made for that.
    """

    def __init__(self, data: Path, hung: float = HUNG) -> None:
        self._data, self._hung = data, hung
        self._heard = monotonic()
        self._beat = Beat()
        self._restarts = {"ended": 0, "hung": 0}
        self._ours, self._theirs = socket.socketpair()
        self._ours.settimeout(0)
        self._stopping = Event()
        self._guard = Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._thread = Thread(target=self._watch, name="consumers", daemon=True)
        self._ears = Thread(target=self._hear, name="heartbeat of the consumers", daemon=True)

    def start(self) -> None:
        self._thread.start()
        self._ears.start()

    def pulse(self) -> bootstrap.Pulse | None:
        """None before there is a process."""
        if self._process is None:
            return None
        silent = monotonic() - self._heard
        return bootstrap.Pulse(silent, dict(self._restarts), self._beat.counts)

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
            self._ears.join(timeout)
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
            self._heard, self._beat = monotonic(), Beat()
            self._process = subprocess.Popen(command, stdin=self._theirs.fileno())  # noqa: S603 - our own module
        why = self._until_it_ends(self._process)
        if self._stopping.is_set():
            return
        self._restarts["hung" if why else "ended"] += 1
        ended = RuntimeError(why or f"ended by itself, with {self._process.returncode}")
        log.error("the process of the consumers %s; another one takes over", ended)
        if monotonic() - began < LONGEST_PAUSE:
            raise ended  # so that it is not tried again too soon

    def _until_it_ends(self, process: "subprocess.Popen[bytes]") -> str:
        """Why it was killed, "" if it ended by itself."""
        while True:
            with suppress(subprocess.TimeoutExpired):
                process.wait(BEAT)
                return ""
            why = "" if self._stopping.is_set() else self._hangs()
            if why:
                process.kill()
                process.wait()
                return why

    def _hangs(self) -> str:
        if monotonic() - self._heard > self._hung:
            return f"gave no sign of life for {self._hung:.0f} s, and was killed"
        if self._beat.stuck:
            return f"was stuck at {', '.join(self._beat.stuck)}, and was killed"
        return ""

    def _hear(self) -> None:
        """Takes what the process says, until the stop."""
        waiting = select.poll()
        waiting.register(self._ours, select.POLLIN)
        said = b""
        while not self._stopping.is_set():
            if not waiting.poll(BEAT * 1000):
                continue
            try:
                said += self._ours.recv(1 << 16)
            except OSError:
                continue
            *lines, said = said[-LONGEST_BEAT:].split(b"\n")
            for line in lines:
                # Half of one is left by a process that was killed in the middle of it.
                if (beat := beat_of(line)) is not None:
                    self._heard, self._beat = monotonic(), beat


# What passes between them


class Beat(NamedTuple):
    """Names of consumers that are `stuck`, and what the process has counted."""

    stuck: tuple[str, ...] = ()
    counts: tuple[bootstrap.Sum, ...] = ()


def beat_of(line: bytes) -> Beat | None:
    """None for what is no beat."""
    try:
        told = json.loads(line)
        return Beat(tuple(map(str, told["stuck"])), tuple(bootstrap.from_json(told["counts"])))
    except (ValueError, TypeError, KeyError, AttributeError):
        return None


def line_of(beat: Beat) -> bytes:
    told = {"stuck": beat.stuck, "counts": bootstrap.in_json(beat.counts)}
    return json.dumps(told).encode() + b"\n"


# In the process


class Heart:
    """Beats in a thread of its own, from the first moment; `runner` is there once it is opened."""

    def __init__(self, send: Callable[[bytes], object]) -> None:
        self._send = send
        self.runner: Runner | None = None
        self.counts: Callable[[], list[bootstrap.Sum]] = list
        Thread(target=self._run, name="heart", daemon=True).start()

    def _run(self) -> None:
        pause = Event()
        while not pause.wait(BEAT):
            stuck = self.runner.stuck(STUCK) if self.runner is not None else []
            if stuck:
                log.error("stuck: %s", _where_they_are())
            try:
                self._send(line_of(Beat(tuple(stuck), tuple(self.counts()))))
            except OSError:
                return  # the service is gone; whoever listens ends the process


def _where_they_are() -> list[str]:
    """Each thread, and the function that it is in: of a deadlock there is no exception."""
    names = {thread.ident: thread.name for thread in enumerate_threads()}
    return [
        f"{names.get(ident, ident)}: {Path(frame.f_code.co_filename).name}:{frame.f_lineno}"
        f" {frame.f_code.co_name}"
        for ident, frame in sys._current_frames().items()  # noqa: SLF001 - documented for this
    ]


def keep(platform: Platform, data: Path, stopping: Event, heart: Heart | None = None) -> None:
    """Run consumers, and start them anew when another calendar has been published."""
    while not stopping.is_set():
        calendar = platform.calendar()
        with _runner(platform, data) as runner:
            if heart is not None:
                heart.runner = runner
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
    heart = Heart(partial(os.write, sys.stdin.fileno()))
    bootstrap.begin_log(bootstrap.CONSUMERS)
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
    heart.counts = partial(bootstrap.counted, platform)
    bootstrap.build_all()
    collect_seldom()
    # With data that does not belong together nothing is done, until it is to stop.
    with Watch(platform.belonging, then=ended.set):
        keep(platform, data, ended, heart)
        stopping.wait()
    if not close(platform):
        os._exit(1)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
