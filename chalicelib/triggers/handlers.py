"""
What AWS starts: one Lambda handler for the events' table, each queue and each schedule.

A message on a consumer's queue only says that there is something new in the log. What that is, the
consumer reads there, from its own checkpoint. So a message that comes twice, late or never does no
harm.
"""

import json
import logging
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from ..eventlog.consumers import (
    Consumer,
    Outdated,
    Progress,
    Subscriber,
    go_on,
    live,
)
from ..eventlog.feed import Feed
from ..eventlog.outages import FIRST_PAUSE, LONGEST_PAUSE, Interrupted
from ..eventlog.patience import Again, Pause
from ..eventlog.readable import Unreadable
from ..eventlog.retries import retry_all
from ..eventlog.telemetry import told
from ..platform.platform import Platform
from .cloud import Cloud, Late, Record, time_is_over
from .instrumentation import Handler, observed

logger = logging.getLogger(__name__)

# A Lambda function has little memory, and a time limit to write its checkpoint before.
COMMITS = 250


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
    stop = time_is_over(context)
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


def scheduled(cloud: Late, name: str) -> Handler:
    """What subjects do every so often, as far as this function serves it."""

    def handle(_event: Any) -> None:
        its = cloud()
        _each(*((one.name, one.run) for one in its.schedules(its.platform(), name)))

    return _watched(cloud, name, handle)


def heal(cloud: Late) -> Handler:
    """Every minute, on standby as well: there it only measures."""

    def handle(event: Any) -> None:
        from . import healing

        healing.heal(cloud(), time_is_over(event.context))

    return _observed(cloud, "heal", handle)


def reconcile(cloud: Late) -> Handler:
    """Every night: whether table and log are equal. What it finds is logged, and heal tells it."""

    def handle(event: Any) -> None:
        cloud().compare(time_is_over(event.context))

    return _watched(cloud, "reconcile", handle)


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
