"""
How the service is, as whoever watches it is told.

Everybody may know whether it can do its work and which part of that fails; how much is done here,
and how full it is, is for its auditors and system administrators.
"""

from typing import Final, NamedTuple

# What can fail: to read the log, to write anything, the process of the consumers.
LOG: Final = "log"
WRITES: Final = "writes"
CONSUMERS: Final = "consumers"
CHECKS: Final = (LOG, WRITES, CONSUMERS)


class Condition(NamedTuple):
    """`failing` are those of CHECKS without which the service does not do its work."""

    failing: tuple[str, ...] = ()


class Follower(NamedTuple):
    """A consumer: events of the log that it has still to take, and those that it could not."""

    name: str
    lag: int
    parked: int


class Details(NamedTuple):
    """
    None and () for what is not known, or there is nothing of on AWS. `position` is the last one of
    the log; `free` and `size` of the disk are bytes; `refused` is why writes are (SQLITE_FULL,
    EROFS, ...); `beat` how many seconds ago the consumers' process was last heard, `restarts` how
    often it was started anew.
    """

    position: int | None = None
    free: int | None = None
    size: int | None = None
    refused: str | None = None
    beat: float | None = None
    restarts: int | None = None
    consumers: tuple[Follower, ...] = ()


WELL: Final = Condition()
