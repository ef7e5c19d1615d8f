"""视为受理: once a day's end has passed without a notice, the case counts as accepted (art. 32)."""

from ...clock.calendar import legal_day
from ...kernel.actor import SYSTEM, Channel
from ...kernel.errors import Rejected
from ...platform.platform import Caller, Platform
from ..application import cases
from ..domain.commands import DeemAccepted
from ..projections import acceptance_deadlines as waiting

BATCH = 200


def on_schedule(platform: Platform) -> int:
    """Accept what is overdue, and tell how many cases that were."""
    now = platform.now()
    today = legal_day(now).isoformat()
    done, after = 0, None
    while True:
        page = platform.views.page(
            waiting.NAME, "due", waiting.PARTITION, upper=today, after=after, limit=BATCH
        )
        done += sum(_deem_accepted(platform, row["case_id"], row["due"]) for row in page.rows)
        if page.cursor is None:
            return done
        after = page.cursor


def _deem_accepted(platform: Platform, case_id: str, due: str) -> bool:
    caller = Caller(SYSTEM, f"deemed-accepted-{due}", Channel.SYSTEM)
    command = DeemAccepted(at=platform.now(), by=SYSTEM, channel=Channel.SYSTEM)
    try:
        return not cases.execute(platform, caller, case_id, command).repeated
    except Rejected:
        # The list is behind the case: somebody was faster, and the list will say so.
        return False
