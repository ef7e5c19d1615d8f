"""
What is wrong with the world, told apart from what is wrong with an event: here, and nowhere else.

Of an outage (a store, a key, a scanner or a network that does not answer, a disk that is full, a
table that throttles) the event knows nothing: its consumer stops where it is, and tries again.
Whatever else a handler raises is the event's own trouble, and only that event is parked.
"""

from datetime import timedelta
from random import uniform
from typing import Final

from ..kernel.outage import Outage
from .ports import Conflict
from .views.port import Overtaken

# OSError has the time-outs, refused connections and full disks that no adapter has put in words of
# its own; of the other two somebody else was faster, again and again.
OF_THE_WORLD: Final = (Outage, OSError, Conflict, Overtaken)

# How many streams in a row may meet it before it is taken for what all would meet.
PROBES: Final = 5
# What alone cannot be taken for so long, while others pass, is told as parked.
PATIENCE: Final = timedelta(hours=1)

# Seconds until the next try; twice as long each time.
FIRST_PAUSE: Final = 0.1
LONGEST_PAUSE: Final = 30.0
JITTER: Final = 1.25
# 2.0 ** 1024 is more than a float holds, and a day's outage has more tries.
MOST_DOUBLINGS: Final = 32


class Interrupted(Exception):
    """
    `who` stopped at an outage: nothing was parked for it, the checkpoint is where it can go on. The
    cause says what cannot be reached.
    """

    def __init__(self, who: str, cause: BaseException) -> None:
        super().__init__(f"{who} is interrupted by {type(cause).__qualname__}; nothing is lost")
        self.who, self.cause = who, cause
        self.__cause__ = cause


def of_world(error: BaseException) -> bool:
    """Whether the same may pass later as it is."""
    return isinstance(error, OF_THE_WORLD)


def pause_after(failures: int, first: float = FIRST_PAUSE, longest: float = LONGEST_PAUSE) -> float:
    """
    Seconds until the next try after so many in a row have failed (from 1): doubled each time up to
    `longest`, and up to a quarter more at random, so that many do not come back at one moment.
    """
    whole = min(first * 2.0 ** min(failures - 1, MOST_DOUBLINGS), longest)
    return whole * uniform(1, JITTER)  # noqa: S311 - jitter, not a secret
