"""
Keeps consumers and schedules running in one process.

A commit rings the bell, and consumers go to work at once. They look by themselves every second
too: another process may have committed, and a lost ring must cost a second, not an event.
"""

import logging
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from threading import Event, Thread
from time import monotonic
from types import TracebackType
from typing import NamedTuple, Self

from ..eventlog.belonging import Misplaced
from ..eventlog.consumers import Consumer, Outdated, Step, Subscriber, advance, live
from ..eventlog.feed import Feed, Source
from ..eventlog.outages import FIRST_PAUSE, LONGEST_PAUSE, Interrupted
from ..eventlog.patience import Again, Pause
from ..eventlog.readable import Unreadable
from ..eventlog.rebuilding.bulk_rebuild import Crew
from ..eventlog.rebuilding.rebuilds import Stopped, rebuild
from ..eventlog.retries import retry_all
from ..eventlog.telemetry import Silent, Telemetry, told
from ..eventlog.timers import Timer
from ..eventlog.views.port import Bell, Projection, Views

logger = logging.getLogger(__name__)

HEAL = 1.0
# Under load a batch of one commit costs nearly as much as one of ten: let them gather, in seconds.
GATHER = 0.03
SWEEP = 600.0
RETRY = 3600.0

Action = Callable[[], object]


class Schedule(NamedTuple):
    """`function` runs at the start, and again `every_seconds` after it has ended."""

    name: str
    every_seconds: float
    function: Action


class Job:
    """An action that is not tried again too soon after it failed."""

    def __init__(self, name: str, action: Action) -> None:
        self.name = name
        self._action = action
        self._pause = Pause(FIRST_PAUSE, LONGEST_PAUSE)
        self._began: float | None = None

    @property
    def pause(self) -> float:
        """Seconds to wait before the next try: 0 unless the last one failed."""
        return self._pause.left

    @property
    def lasts(self) -> float:
        """Seconds that it has been at it; 0 while it is not."""
        began = self._began
        return 0.0 if began is None else monotonic() - began

    def run(self) -> bool:
        """Whether there was something to do, and it was done. An exception is logged."""
        if self.pause:
            return False
        self._began = monotonic()
        try:
            return self._run()
        finally:
            self._began = None

    def _run(self) -> bool:
        try:
            done = self._action() is not None
        except Misplaced:  # whoever looks after the data tells of it, once
            self._pause.wait()
            return False
        except Interrupted as outage:
            tell(outage, self._pause.failed())
            return False
        except Exception:
            wait = self._pause.failed()
            logger.exception("%s failed; it is tried again in %.1f s", self.name, wait)
            return False
        self._pause.passed()
        return done


def tell(outage: Interrupted, wait: float) -> None:
    """Without a trace: it comes once for each pause, for as long as the outage lasts."""
    said = told(outage.cause)
    why = said.get("message") or said["where"]
    logger.warning("%s; tried again in %.1f s: %s: %s", outage, wait, said["kind"], why)


class Runner:
    """
    Views are kept up in one thread, so that they share the reading of the log; each subscriber and
    each schedule has its own. `bell` is the one that the event store rings. A `crew` shares out
    the work of long rebuilds, so that they do not hold up what this process serves.

    At the start, views that were built under another signature are rebuilt, and parked events are
    tried once more, as this release may bring what they were waiting for; and each hour again.
    """

    def __init__(  # noqa: PLR0913 - what may be given, beside what must
        self,
        consumers: Iterable[Consumer],
        source: Source,
        views: Views,
        bell: Bell,
        *,
        schedules: Iterable[Schedule] = (),
        crew: Crew | None = None,
        telemetry: Telemetry | None = None,
    ) -> None:
        self._consumers = tuple(consumers)
        self._source = source
        self._views = views
        self._bell = bell
        self._crew = crew
        self._telemetry = telemetry or Silent()
        timers = [one for one in self._consumers if isinstance(one, Timer)]
        self._schedules = (
            *schedules,
            Schedule("sweep of views", SWEEP, views.sweep),
            *(
                Schedule(f"retry for {one.name}", RETRY, partial(self._retry, one))
                for one in timers
            ),
        )
        self._stopping = Event()
        self._threads: list[Thread] = []
        self._steps: list[Job] = []
        twice = [name for name, n in Counter(c.name for c in self._consumers).items() if n > 1]
        if twice:
            raise ValueError(f"two consumers of one name would share a checkpoint: {twice}")

    def stuck(self, seconds: float) -> list[str]:
        """
        Consumers whose step has taken longer than that. Whoever waits for a lock that nobody gives
        back raises nothing, and stops.
        """
        return [job.name for job in list(self._steps) if job.lasts > seconds]

    def start(self) -> None:
        """Raises ViewsError if the views cannot be opened."""
        projections = [c for c in self._consumers if isinstance(c, Projection)]
        # Only now: two releases that run at once would else replace each other's views for ever.
        outdated = [one for one in projections if self._is_outdated(one)]
        self._spawn("views", partial(self._consume, projections))
        if outdated:
            self._spawn("rebuild", partial(self._rebuild, outdated))
        for consumer in self._consumers:
            if isinstance(consumer, Subscriber):
                self._spawn(consumer.name, partial(self._consume, [consumer]))
        for schedule in self._schedules:
            self._spawn(schedule.name, partial(self._repeat, schedule))

    def stop(self, timeout: float = 30.0) -> bool:
        """Finish what is under way and end; False if something still runs after `timeout` s."""
        self._stopping.set()
        self._bell.ring()
        end = monotonic() + timeout
        for thread in self._threads:
            thread.join(max(0.0, end - monotonic()))
        running = [thread.name for thread in self._threads if thread.is_alive()]
        if running:
            logger.error("still running %.0f s after the stop: %s", timeout, running)
        return not running

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()

    def _spawn(self, name: str, target: Action) -> None:
        # A daemon, so that a process that forgets to stop can end; the stores survive kill -9.
        thread = Thread(name=name, target=target, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _consume(self, consumers: Sequence[Consumer]) -> None:
        feed = Feed(self._source)
        jobs = [Job(c.name, partial(self._advance, c, feed)) for c in consumers]
        again = [Again(c) for c in consumers if isinstance(c, Subscriber)]
        next_retry = monotonic()
        self._steps += jobs
        while not self._stopping.is_set():
            if monotonic() >= next_retry:
                for consumer in consumers:
                    Job(f"retry for {consumer.name}", partial(self._retry, consumer)).run()
                next_retry = monotonic() + RETRY
            for one in again:
                Job("retry after an outage", partial(one.run, self._source, self._views)).run()
            rung, began = self._bell.rung, monotonic()
            busy, worked = jobs, False
            while busy and not self._stopping.is_set():
                busy = [job for job in busy if job.run()]
                worked = worked or bool(busy)
            if worked:
                self._stopping.wait(max(0.0, began + GATHER - monotonic()))
            pauses = [job.pause for job in jobs if job.pause]
            self._bell.wait(rung, min([HEAL, *pauses]))

    def _advance(self, consumer: Consumer, feed: Feed) -> Step | None:
        try:
            return advance(consumer, feed, self._views, stop=self._stopping.is_set)
        except Outdated:  # being rebuilt, or built by a newer release whose process keeps it up
            return None
        except Interrupted:
            self._telemetry.count("Outage", 1, Consumer=consumer.name)
            raise
        except Unreadable:
            self._telemetry.count("Unreadable", 1, Consumer=consumer.name)
            raise

    def _retry(self, consumer: Consumer) -> None:
        # One attempt each: what still cannot be taken must not hold up what is new.
        once = consumer._replace(attempts=1) if isinstance(consumer, Subscriber) else consumer
        if self._is_outdated(consumer):
            return
        for _ in retry_all(once, self._source, self._views):
            if self._stopping.is_set():
                return

    def _rebuild(self, outdated: Sequence[Projection]) -> None:
        job = Job("rebuild of views", partial(self._rebuild_once, outdated))
        while not self._stopping.is_set():
            job.run()
            if not job.pause:
                return
            self._stopping.wait(job.pause)

    def _rebuild_once(self, outdated: Sequence[Projection]) -> None:
        left = [one for one in outdated if self._is_outdated(one)]
        logger.info("rebuilding %s", ", ".join(one.name for one in left))
        try:
            stop = self._stopping.is_set
            rebuild(left, Feed(self._source), self._views, stop=stop, crew=self._crew)
        except Stopped:
            return
        self._bell.ring()

    def _is_outdated(self, consumer: Consumer) -> bool:
        try:
            live(consumer, self._views)
        except Outdated:
            return True
        return False

    def _repeat(self, schedule: Schedule) -> None:
        job = Job(schedule.name, schedule.function)
        while not self._stopping.is_set():
            job.run()
            self._stopping.wait(min(schedule.every_seconds, job.pause or schedule.every_seconds))
