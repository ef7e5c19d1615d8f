"""
How often what starts each function starts it: the one place that thresholds and periods of alarms
follow from. An alarm that asks for more failures than its function can make never rings.

A schedule starts its function once in so many minutes, and nobody tries again. `heal` sends every
consumer's queue a message a minute, whatever else does. A step of a rebuild that fails comes again
when its message is visible again. The canary is a record for the sequencer every few minutes. And
of the interface we take for granted that somebody, be it a monitor, asks it once in QUIET seconds.
"""

from typing import Final, NamedTuple

from chalicelib.subjects import minutes

from .functions import FUNCTIONS, SEQUENCER, Function, timeout

MINUTE: Final = 60
HOUR: Final = 3600
DAY: Final = 24 * HOUR
QUIET: Final = 5 * MINUTE
# What AWS advises: time for the retries that Lambda makes of a throttled function.
TIMES_TIMEOUT: Final = 6


class Window(NamedTuple):
    """`datapoints` of the last `periods`, each of so many `seconds`, have to breach."""

    seconds: int
    periods: int
    datapoints: int


def seconds(function: Function, stage: str) -> int:
    """Between two starts of a function that always fails, at most."""
    if function.every:
        return function.every * MINUTE
    if function is SEQUENCER:
        return minutes("canary") * MINUTE
    if function.queue == "woken":
        return minute_of_heal()
    if function.queue == "worked":
        return invisible(function, stage)
    return QUIET


def minute_of_heal() -> int:
    (heal,) = (one for one in FUNCTIONS if one.name == "heal")
    return heal.every * MINUTE


def invisible(function: Function, stage: str) -> int:
    """Seconds for which a message that was taken is not given to anybody else."""
    return TIMES_TIMEOUT * timeout(stage, function.name)


def failing(every: int) -> Window:
    """Of what is started once in so many seconds: it fails again and again, not just once."""
    if every <= MINUTE:
        return Window(MINUTE, 5, 3)
    if every < HOUR:
        return Window(_whole(every), 3, 2)
    # The next try is far, and its alarm would be as well.
    return Window(_whole(every), 1, 1)


def silent(every: int) -> Window:
    """It was due twice at least, and was not started."""
    return Window(MINUTE, 5, 5) if every <= MINUTE else Window(_whole(every), 2, 2)


def held_back(every: int) -> tuple[Window, int]:
    """And how many of its starts may be held back meanwhile: half of those that there are."""
    window = failing(max(every, 5 * MINUTE))
    return window, window.seconds // every // 2


def _whole(every: int) -> int:
    """CloudWatch counts by whole minutes."""
    return -(-every // MINUTE) * MINUTE
