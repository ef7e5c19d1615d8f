"""
Sends canaries, and tells how far they come (see eventlog/canary.py): what an operator is woken by
when the sequencer's trigger is switched off, or consumers hang, and nobody commits anything.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final, NamedTuple
from uuid import uuid4

from ..eventlog import canary
from ..eventlog.transact import Decider, fold, transact
from ..kernel.actor import SYSTEM, Channel
from ..subjects import minutes
from .platform import Caller, Platform

SCHEDULE: Final = "canary"
# Within how many seconds a commit should be in the log, and in a view.
INTO_LOG: Final = 300.0
INTO_VIEW: Final = 600.0


class Passage(NamedTuple):
    """
    In seconds: how long ago the last canary was sent that has come into the `log`, and into the
    `view`; and how long the first one has been `missing` from the log that has not, 0 if all have.
    """

    log: float
    view: float
    missing: float

    @property
    def overdue(self) -> Sequence[str]:
        """What no canary has come into in time: "log", "view"."""
        late = {"log": self.log > log_limit(), "view": self.view > view_limit()}
        return [name for name, is_late in late.items() if is_late]


def log_limit() -> float:
    """The seconds that a canary in the log may be old: one is sent, and has yet to come."""
    return minutes(SCHEDULE) * 60 + INTO_LOG


def view_limit() -> float:
    return minutes(SCHEDULE) * 60 + INTO_VIEW


def send(platform: Platform) -> None:
    now = platform.now()
    caller = Caller(SYSTEM, uuid4().hex, Channel.SYSTEM)
    command = canary.SendCanary(**caller.about(now))
    transact(
        platform.store,
        _decider(platform),
        canary.stream_of(now),
        caller.request(now, "SendCanary", {}),
        lambda state: canary.decide(command, state),
    )


def passage(platform: Platform) -> Passage:
    """As it is now. Raises StoreError, ViewsError."""
    now = platform.now()
    sent = list(_sent(platform, now))
    there = _in_log(platform, sent)
    missing = sent[there].at if there < len(sent) else now
    row = platform.views.get(canary.VIEW, canary.LAST)
    # Before the first one has come, the time runs from when it was sent; before that, not at all.
    begun = sent[0].at if sent else now
    shown = begun if row is None else datetime.fromisoformat(row["sent_at"])
    # What is shown has been in the log, though on a day that is not looked at.
    last = sent[there - 1].at if there else min(begun, shown)
    return Passage(*((now - at).total_seconds() for at in (last, shown, missing)))


class _Sent(NamedTuple):
    stream: str
    version: int
    at: datetime


def _sent(platform: Platform, now: datetime) -> Iterator[_Sent]:
    """Those of yesterday and today, in order."""
    for day in (now - timedelta(days=1), now):
        stream = canary.stream_of(day)
        state = fold(_decider(platform), platform.store.load(stream))
        yield from (_Sent(stream, version, at) for version, at in enumerate(state, 1))


def _in_log(platform: Platform, sent: Sequence[_Sent]) -> int:
    """How many of them are. From the last one back: that one is told by a single read."""
    for count in range(len(sent), 0, -1):
        stream, version, _ = sent[count - 1]
        if platform.log.place(stream, version) is not None:
            return count
    return 0


def _decider(platform: Platform) -> Decider[canary.State]:
    return Decider(platform.codec, canary.initial, canary.evolve)
