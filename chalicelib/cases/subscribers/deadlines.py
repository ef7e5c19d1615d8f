"""视为受理: once a day's end has passed without a notice, the case counts as accepted (art. 32)."""

from functools import partial

from ...clock.calendar import legal_day
from ...eventlog.timers import Fact, Timer, run
from ...eventlog.views.port import Row
from ...kernel.actor import SYSTEM, Channel
from ...kernel.errors import Rejected
from ...platform.platform import Caller, Platform
from ..application import cases
from ..domain.commands import DeemAccepted
from ..projections import acceptance_deadlines as waiting

NAME = "deemed_acceptance"


def timer(platform: Platform) -> Timer:
    return Timer(
        NAME,
        waiting.projection(platform.calendar()),
        waiting.DUE,
        lambda now: legal_day(now).isoformat(),
        partial(_deem_accepted, platform),
        lambda row: Fact(cases.stream(row["case_id"]), row["version"]),
        platform.now,
    )


def on_schedule(platform: Platform) -> int:
    """Accept what is overdue, and tell how many cases that were."""
    return run(timer(platform), platform.source, platform.views).done


def _deem_accepted(platform: Platform, row: Row) -> bool:
    caller = Caller(SYSTEM, f"deemed-accepted-{row['due']}", Channel.SYSTEM)
    command = DeemAccepted(at=platform.now(), by=SYSTEM, channel=Channel.SYSTEM)
    try:
        return not cases.execute(platform, caller, row["case_id"], command).repeated
    except Rejected:
        if _is_behind(platform, row):
            return False  # somebody was faster, and the list will say so
        raise


def _is_behind(platform: Platform, row: Row) -> bool:
    """Whether the list has not heard of all that became of the case."""
    stream = cases.stream(row["case_id"])
    place = platform.log.place(stream, platform.store.load(stream).version)
    heard = platform.views.position(waiting.NAME)
    return place is None or place > heard or platform.views.get(waiting.NAME, row["case_id"]) != row
