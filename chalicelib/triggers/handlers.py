"""
What AWS starts: one Lambda handler for the events' table, each queue and each schedule.

A message on a consumer's queue only says that there is something new in the log. What that is, the
consumer reads there, from its own checkpoint. So a message that comes twice, late or never does no
harm.
"""

import json
import logging
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from hashlib import sha256
from typing import Any, NamedTuple, Protocol

from ..eventlog.consumers import (
    Consumer,
    Outdated,
    Progress,
    Subscriber,
    go_on,
    live,
    status,
)
from ..eventlog.feed import Feed
from ..eventlog.outages import FIRST_PAUSE, LONGEST_PAUSE, Interrupted
from ..eventlog.patience import Again, Pause
from ..eventlog.readable import Unreadable
from ..eventlog.rebuilding.distributed import start
from ..eventlog.retries import retry_all
from ..eventlog.sequencing.retries import Health
from ..eventlog.telemetry import Telemetry, told
from ..eventlog.views.port import Projection
from ..platform.platform import Platform
from .instrumentation import Handler, observed

logger = logging.getLogger(__name__)

Record = dict[str, Any]

# What a handler leaves of its time to write the checkpoint and end in, in milliseconds.
RESERVE_MS = 10_000
# A Lambda function has little memory, and a time limit to write its checkpoint before.
COMMITS = 250
# How long a rebuild that does not come to its end is only urged on, and not begun anew.
HOURS = 6
URGED = 5  # minutes


class Scheduled(Protocol):
    """What a subject does every so often."""

    @property
    def name(self) -> str: ...

    @property
    def run(self) -> Callable[[], object]: ...


class Cloud(NamedTuple):
    """
    What the handlers work with; most of it is made when it is first needed (cold start).

    `consumers` are all there are, `group` and `schedules` those of one function.

    On `standby` nothing is done but putting commits into the log. `sequence` takes records of the
    events' table. `step` does one step of a rebuild, and `rebuild` sends for one. `wake` tells
    every consumer that there is something new. `heal` and `tidy` see to what a crash of the
    sequencer left. `belongs` raises Misplaced if the views are of another log.
    """

    platform: Callable[[], Platform]
    consumers: Callable[[Platform], Sequence[Consumer]]
    group: Callable[[Platform, str], Sequence[Consumer]]
    schedules: Callable[[Platform, str], Sequence[Scheduled]]
    telemetry: Callable[[], Telemetry]
    standby: Callable[[], bool]
    sequence: Callable[[Record], Record]
    step: Callable[[Record], None]
    rebuild: Callable[[Record], None]
    wake: Callable[[], None]
    heal: Callable[[], Health]
    tidy: Callable[[], object]
    belongs: Callable[[], object] = lambda: None


Late = Callable[[], Cloud]


def commits(cloud: Late) -> Handler:
    """The stream of the events' table: what was committed gets its place in the log."""

    def handle(event: Any) -> Record:
        return cloud().sequence(event.to_dict())

    return _observed(cloud, "sequence", handle)


def wake_up(cloud: Late, name: str) -> Handler:
    """
    The queue of a group of consumers: each goes as far as it gets, whatever stops another. At an
    outage the message is not kept for later: the next one comes within a minute (see `heal`).
    """
    pauses: dict[str, Pause] = {}
    again: dict[str, Again] = {}

    def handle(event: Any) -> None:
        its = cloud()
        its.belongs()
        platform = its.platform()
        failures = []
        for consumer in its.group(platform, name):
            pause = pauses.setdefault(consumer.name, Pause(FIRST_PAUSE, LONGEST_PAUSE))
            if pause.left:
                continue
            try:
                catch_up_in_time(its, platform, consumer, event.context)
                pause.passed()
                if isinstance(consumer, Subscriber):
                    one = again.setdefault(consumer.name, Again(consumer))
                    one.run(platform.source, platform.views)
            except Interrupted as outage:
                _tell(its, outage, pause.failed())
            except Unreadable as release:
                logger.error("%s", release)  # noqa: TRY400 - a trace says nothing here
                its.telemetry().count("Unreadable", 1, Consumer=consumer.name)
                pause.failed()
            except Exception as failure:
                logger.exception("%s stopped", consumer.name)
                failures.append(failure)
        if failures:
            raise failures[0]

    return _watched(cloud, name, handle, consumer=name)


def _tell(its: Cloud, outage: Interrupted, wait: float) -> None:
    said = told(outage.cause)
    why = said.get("message") or said["where"]
    logger.warning("%s; not tried for %.1f s: %s: %s", outage, wait, said["kind"], why)
    its.telemetry().count("Outage", 1, Consumer=outage.who)


def catch_up_in_time(
    cloud: Cloud, platform: Platform, consumer: Consumer, context: Any
) -> Progress | None:
    """As far as the time goes; the rest is left to another message. None while it is outdated."""
    left = getattr(context, "get_remaining_time_in_millis", None)

    def stop() -> bool:
        return left is not None and left() < RESERVE_MS

    try:
        feed = Feed(platform.source, COMMITS)
        progress = go_on(consumer, feed, platform.views, stop=stop)
    except Outdated:
        logger.warning("%s waits for a rebuild", consumer.name)
        return None
    if stop():
        cloud.wake()
    return progress


def rebuild_step(cloud: Late) -> Handler:
    """The queue of the steps of large rebuilds."""

    def handle(event: Any) -> Record:
        return in_part(cloud().step, event.to_dict()["Records"])

    # On standby as well: its messages would be lost, and it changes nothing but its own rows.
    return _observed(cloud, "rebuild_step", handle)


def in_part(step: Callable[[Record], None], records: Iterable[Record]) -> Record:
    """Take each message on its own; those that failed come again, and only those."""
    failed = []
    for record in records:
        try:
            step(json.loads(record["body"]))
        except Exception:
            logger.exception("a step failed; it comes again, or goes to the dead letters")
            failed.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failed}


def heal(cloud: Late) -> Handler:
    """
    Every minute: end what a crash left undone; wake everyone, lest a lost message cost more than
    that; say how far behind everyone is; rebuild the views that another release has built.
    """

    def handle(_event: Any) -> None:
        its = cloud()
        platform = its.platform()
        health = its.heal()
        its.wake()
        its.telemetry().count("SequencerParked", health.parked)
        every = its.consumers(platform)
        found = status(every, platform.source, platform.views)
        for one in found:
            its.telemetry().count("Lag", one.lag, Consumer=one.name)
            its.telemetry().count("Parked", one.parked, Consumer=one.name)
        stale = {one.name for one in found if one.stale}
        if platform.now().minute % URGED == 0:
            for view in every:
                if isinstance(view, Projection) and view.name in stale:
                    its.rebuild(start(view.name, _attempt(platform, view)))

    return _watched(cloud, "heal", handle)


def scheduled(cloud: Late, name: str) -> Handler:
    """What subjects do every so often, as far as this function serves it."""

    def handle(_event: Any) -> None:
        its = cloud()
        _each(*((one.name, one.run) for one in its.schedules(its.platform(), name)))

    return _watched(cloud, name, handle)


def sweep(cloud: Late) -> Handler:
    """Every hour: drop what was given up, and try once more what is parked."""

    def handle(_event: Any) -> None:
        its = cloud()
        platform = its.platform()
        _each(
            ("sweep of segments", its.tidy),
            ("sweep of views", platform.views.sweep),
            *(
                (f"retry for {one.name}", partial(_retry_all, platform, one))
                for one in its.consumers(platform)
            ),
            *((one.name, one.run) for one in its.schedules(platform, "sweep")),
        )

    return _watched(cloud, "sweep", handle)


def _retry_all(platform: Platform, consumer: Consumer) -> None:
    """Once each: whatever still cannot be taken must not hold up what comes after it."""
    if _is_outdated(platform, consumer):
        return
    once = consumer._replace(attempts=1) if isinstance(consumer, Subscriber) else consumer
    for one in retry_all(once, platform.source, platform.views):
        if one.failure is not None:
            logger.warning("%s could not try %s again", consumer.name, one.stream)


def _each(*actions: tuple[str, Callable[[], object]]) -> None:
    """Whatever stops another. Raises the first failure, once all were done."""
    failures = []
    for name, action in actions:
        try:
            action()
        except Exception as failure:
            logger.exception("%s failed; it is tried again at its next time", name)
            failures.append(failure)
    if failures:
        raise failures[0]


def _attempt(platform: Platform, view: Projection) -> str:
    """The same name for some hours: sent again, a rebuild only goes on with what is not done."""
    live, now = platform.views.live(view.name), platform.now()
    outdated = sha256(f"{view.signature} {live}".encode()).hexdigest()[:16]
    return f"{view.name}-{outdated}-{now:%Y%m%d}-{now.hour // HOURS}"


def _watched(cloud: Late, name: str, handler: Handler, **annotations: str) -> Handler:
    def handle(event: Any) -> Any:
        return None if cloud().standby() else handler(event)

    return _observed(cloud, name, handle, **annotations)


def _observed(cloud: Late, name: str, handler: Handler, **annotations: str) -> Handler:
    return observed(lambda: cloud().telemetry(), name, handler, **annotations)


def _is_outdated(platform: Platform, consumer: Consumer) -> bool:
    try:
        live(consumer, platform.views)
    except Outdated:
        return True
    return False
