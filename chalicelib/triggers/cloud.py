"""What the handlers of AWS work with."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from ..eventlog.consumers import Consumer
from ..eventlog.sequencing.retries import Health
from ..eventlog.telemetry import Telemetry
from ..platform.platform import Platform

if TYPE_CHECKING:
    from ..eventlog.auditing.nightly import Standing

Record = dict[str, Any]
Stop = Callable[[], bool]

# What a handler leaves of its time to write the checkpoint and end in, in milliseconds.
RESERVE_MS = 10_000


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
    sequencer left; `heal` tells how it stands, whatever fails, and `health` only that. `recover`
    brings into the log what the trigger missed, as far as the time goes. `compare` table and log,
    likewise; `standing` is what that came to. `stop` says that the time is over. `belongs` raises
    Misplaced if the views are of another log.
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
    heal: Callable[[Callable[[Health], object]], object]
    health: Callable[[], Health]
    recover: Callable[[bool, Stop], object]
    compare: Callable[[Stop], "Standing"]
    standing: Callable[[], "Standing"]
    tidy: Callable[[], object]
    belongs: Callable[[], object] = lambda: None


Late = Callable[[], Cloud]


def time_is_over(context: Any) -> Stop:
    """Whether a function has to end soon, as its `context` tells."""
    left = getattr(context, "get_remaining_time_in_millis", None)
    return lambda: left is not None and left() < RESERVE_MS
