"""
What is done every minute on AWS: end what a crash left undone; wake everyone, lest a lost message
cost more than that; bring into the log what its trigger missed; rebuild the views that another
release has built. And before all that, measure: of what cannot be measured the alarms ring too.
"""

import logging
from collections.abc import Callable, Collection, Iterator
from functools import partial
from hashlib import sha256
from typing import Final

from ..eventlog.consumers import Consumer
from ..eventlog.rebuilding.distributed import start
from ..eventlog.sequencing.retries import Health
from ..eventlog.views.port import Projection
from ..platform import canary
from ..platform.platform import Platform
from .cloud import Cloud, Stop
from .measuring import Measure, measured

logger = logging.getLogger(__name__)

# How long a rebuild that does not come to its end is only urged on, and not begun anew.
HOURS: Final = 6
URGED: Final = 5  # minutes
# A canary that has been missing for so many seconds is not merely late: the table is read.
CUT_OFF: Final = 2 * 3600.0

Step = Callable[[], object]


def heal(its: Cloud, stop: Stop) -> None:
    """Each step for itself: raises, once all are done, what the first of them raised."""
    failures = []
    for step in _steps(its, its.platform(), stop):
        try:
            step()
        except Exception as failure:
            logger.exception("a step of healing failed; it is tried again in a minute")
            failures.append(failure)
    if failures:
        raise failures[0]


def _steps(its: Cloud, platform: Platform, stop: Stop) -> Iterator[Step]:
    found: list[Measure] = []
    for consumer in its.consumers(platform):
        yield partial(_measure, its, platform, consumer, found)
    if its.standby():
        yield lambda: _tell_sequencer(its, its.health())
        return
    yield lambda: its.heal(lambda health: _tell_sequencer(its, health))
    yield lambda: _tell_comparison(its, platform)
    yield its.wake
    yield lambda: _rebuild_stale(its, platform, {one.name for one in found if one.stale})
    # Last, for it takes all the time that is left.
    yield lambda: _watch_canary(its, platform, stop)


# What is measured


def _measure(its: Cloud, platform: Platform, consumer: Consumer, found: list[Measure]) -> None:
    one = measured(consumer, platform.source, platform.views, platform.now())
    found.append(one)
    its.telemetry().count("Lag", one.lag, Consumer=one.name)
    its.telemetry().count("Behind", one.behind, Consumer=one.name)
    its.telemetry().count("Parked", one.parked, Consumer=one.name)


def _tell_sequencer(its: Cloud, health: Health) -> None:
    its.telemetry().count("SequencerParked", health.parked)
    its.telemetry().count("Unmerged", health.unmerged)


def _tell_comparison(its: Cloud, platform: Platform) -> None:
    standing = its.standing()
    its.telemetry().count("Differences", standing.found)
    its.telemetry().count("ReconciledAge", (platform.now() - standing.at).total_seconds())


# What is done


def _watch_canary(its: Cloud, platform: Platform, stop: Stop) -> None:
    found = canary.passage(platform)
    its.telemetry().count("CanaryLog", found.log)
    its.telemetry().count("CanaryView", found.view)
    its.recover(found.missing > CUT_OFF, stop)


def _rebuild_stale(its: Cloud, platform: Platform, stale: Collection[str]) -> None:
    if platform.now().minute % URGED:
        return
    for view in its.consumers(platform):
        if isinstance(view, Projection) and view.name in stale:
            its.rebuild(start(view.name, _attempt(platform, view)))


def _attempt(platform: Platform, view: Projection) -> str:
    """The same name for some hours: sent again, a rebuild only goes on with what is not done."""
    live, now = platform.views.live(view.name), platform.now()
    outdated = sha256(f"{view.signature} {live}".encode()).hexdigest()[:16]
    return f"{view.name}-{outdated}-{now:%Y%m%d}-{now.hour // HOURS}"
