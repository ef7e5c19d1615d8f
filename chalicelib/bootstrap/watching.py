"""How a process on one machine is watched: its log, its counts, and what Prometheus is told."""

import os
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from ..adapters.watching.counts import Sum, from_json, in_json
from ..adapters.watching.settings import Place
from ..adapters.watching.watchman import Pulse, Served
from ..eventlog.ports import Unavailable
from ..platform.platform import Platform

if TYPE_CHECKING:
    from ..adapters.watching.counts import Counts
    from ..adapters.watching.machine import Telling, Watching
    from ..adapters.watching.settings import Kept
    from ..adapters.watching.watchman import Watchman

__all__ = ["Place", "Pulse", "Served", "Sum", "from_json", "in_json"]

# The process that serves writes to the very file that is named, the other one beside it.
SERVICE: Final = "service"
CONSUMERS: Final = "consumers"


@lru_cache
def counts() -> "Counts":
    """Of this process."""
    from ..adapters.watching.counts import Counts

    return Counts()


@lru_cache
def telling() -> "Telling":
    """What a platform in a directory is told to."""
    from ..adapters.watching.machine import Telling

    return Telling(counts())


def begin_log(process: str) -> "Watching":
    """
    As BANJIAN_LOG_FILE says: to a file, or, with `-`, to standard output. With nothing to standard
    output, or in words to standard error if that is a terminal. Raises Unavailable for a setting
    that cannot be read, OSError for a file that cannot be written.
    """
    from ..adapters.watching import machine

    place, kept = os.environ.get("BANJIAN_LOG_FILE", ""), log_settings()
    if not place and machine.is_for_people():
        return machine.for_people(counts())
    named = place if process == SERVICE else _beside(place)
    return machine.for_machines(counts(), named or machine.STDOUT, kept, _digest)


def writes_lines() -> bool:
    """Whether standard output is for lines of JSON, and nothing else."""
    from ..adapters.watching import machine

    place = os.environ.get("BANJIAN_LOG_FILE", "")
    return place == machine.STDOUT or (not place and not machine.is_for_people())


def log_settings() -> "Kept":
    """Raises Unavailable for a setting that cannot be read."""
    from ..adapters.watching import settings

    try:
        return settings.kept(os.environ.get("BANJIAN_LOG", ""))
    except ValueError as error:
        raise Unavailable(f"BANJIAN_LOG: {error}") from error


def metrics_place() -> Place | None:
    """None if nobody asks for metrics. Raises Unavailable for a setting that cannot be read."""
    from ..adapters.watching import settings

    address = os.environ.get("BANJIAN_METRICS", "")
    if not address:
        return None
    try:
        return settings.place(address, os.environ.get("BANJIAN_METRICS_TOKEN", ""))
    except ValueError as error:
        raise Unavailable(f"BANJIAN_METRICS: {error}") from error


def _beside(place: str) -> str:
    path = Path(place)
    return (
        place if place in ("", "-") else str(path.with_name(f"{path.stem}.consumers{path.suffix}"))
    )


def _digest(account: str) -> str:
    """
    What an account is called in the log: the same from line to line, and nothing that leads back
    without the platform's secret.
    """
    from . import platform

    return platform().keyed("log", account).hex()[:16]


def counted(platform: Platform) -> list[Sum]:
    """What this process has counted, with what it has appended to the store of `platform`."""
    from ..adapters.watching.watchman import written

    batches, commits = written(platform)
    more = [Sum("commit_batches", (), batches), Sum("commits", (), commits)]
    return [*counts().sums(), *more]


_watchmen: "list[Watchman]" = []


def watchman() -> "Watchman":
    """Of the platform in a directory that this process serves."""
    from ..adapters.watching.watchman import Watchman
    from . import consumers, platform

    its = platform()
    if not _watchmen or _watchmen[0].platform is not its:
        data = Path(os.environ.get("BANJIAN_DATA", "var"))
        _watchmen[:] = [Watchman(its, data, lambda: consumers(its))]
    return _watchmen[0]


def exposition() -> bytes:
    """What Prometheus is told, in its text format. Raises ImportError without its library."""
    from ..adapters.watching import prometheus

    return prometheus.exposition(counts(), watchman())
