"""
What the trigger of the events' table has missed comes into the log all the same: its records last
for 24 hours, and a trigger that was off for longer never says what it has lost.

So the whole table is read, a slice at a time, again and again while a canary is missing from the
log, and once more from its beginning after the last one has come: what was committed until then is
in the log after that, and the trigger has the rest. Likewise if nobody looked for hours.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from .ports import Sequencer
from .retries import resequence

NOTE: Final = "recovery"
# When it was looked whether a canary is missing: whoever did not look has not seen one missing.
LOOKED: Final = "recovery-looked"
BLIND: Final = timedelta(hours=2)
# A table is not read more often than that while it is still cut off: reading it costs.
EVERY: Final = timedelta(hours=1)


class Names(NamedTuple):
    """Streams of a part of the events' table, and where the next part begins, "" for nowhere."""

    streams: Sequence[str]
    next: str


# The part that begins there, "" for the first; raises Unavailable.
Table = Callable[[str], Names]


class Recovery(NamedTuple):
    """
    `missed`: when a canary was last missing. `begun`: when the table was last begun to be read,
    None for not yet; `at`: where that goes on, "" once it is through.
    """

    missed: datetime
    begun: datetime | None = None
    at: str = ""

    def is_due(self, now: datetime, *, cut_off: bool) -> bool:
        """Whether the table is to be read from its beginning."""
        if self.begun is None:
            return True
        return now - self.begun >= EVERY if cut_off else self.missed >= self.begun


# The first part has no name of its own, and "" is the end.
_FIRST: Final = "-"


def recover(its: Sequencer, table: Table, *, missed: bool, stop: Callable[[], bool]) -> bool:
    """
    Go on with it until `stop` says so; False once there is nothing (any more) to be brought back.
    `missed` says that a canary is missing by now. Raises Unavailable, Unfinished.
    """
    now = its.now()
    found = _noted(its)
    missed = _was_blind(its, now) or missed
    if missed:
        found = (found or Recovery(now))._replace(missed=now)
    if found is None:
        return False
    if not found.at and found.is_due(now, cut_off=missed):
        found = found._replace(begun=now, at=_FIRST)
    while found.at and not stop():
        part = table("" if found.at == _FIRST else found.at)
        resequence(its, part.streams)
        found = found._replace(at=part.next)
        _note(its, found)
    ended = not found.at and found.begun is not None and found.missed < found.begun
    _note(its, None if ended else found)
    return not ended


def _was_blind(its: Sequencer, now: datetime) -> bool:
    """Whether nobody looked for so long that a canary may have been missing, and come since."""
    looked = its.ledger.note(LOOKED).get("at")
    since = timedelta(0) if looked is None else now - datetime.fromisoformat(looked)
    if looked is None or since >= EVERY:
        its.ledger.set_note(LOOKED, {"at": now.isoformat()})
    return since >= BLIND


def _noted(its: Sequencer) -> Recovery | None:
    note = its.ledger.note(NOTE)
    if not note:
        return None
    begun = datetime.fromisoformat(note["begun"]) if note["begun"] else None
    return Recovery(datetime.fromisoformat(note["missed"]), begun, note["at"])


def _note(its: Sequencer, recovery: Recovery | None) -> None:
    if recovery is None:
        its.ledger.set_note(NOTE, {})
        return
    missed, begun, at = recovery
    its.ledger.set_note(
        NOTE, {"missed": missed.isoformat(), "begun": begun.isoformat() if begun else "", "at": at}
    )
