"""
The stream `canary-<day>`: canaries (金丝雀), commits of our own that show, every few minutes and
when nobody else commits anything, that what is committed comes into the log and into a view.

They are the engine's business alone: INTERNAL of the wiring keeps them from all that is published.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import reduce
from typing import Final, Literal

from pydantic import AwareDatetime

from ..kernel.base import Command, Frozen
from .envelope import Recorded
from .views.port import Entry, Projection, Row

CATEGORY = "canary"
VIEW: Final = "canary_view"
# The view's one row.
LAST: Final = "last"
# A process that is started again and again sends none each time.
AT_MOST_EVERY: Final = timedelta(minutes=1)


def stream_of(at: datetime) -> str:
    """A stream a day, so that none grows long."""
    return f"{CATEGORY}-{at:%Y%m%d}"


# Events


class CanarySent(Frozen):
    """探测: it says only when it was sent."""

    type: Literal["CanarySent"] = "CanarySent"
    sent_at: AwareDatetime


Event = CanarySent

EVENTS: tuple[type[Frozen], ...] = (CanarySent,)


# State: when each was sent; that of version 1 comes first

State = tuple[datetime, ...]
initial: State = ()


def evolve(state: State, event: Event) -> State:
    return (*state, event.sent_at)


def fold(events: Iterable[Event], state: State = initial) -> State:
    return reduce(evolve, events, state)


# Commands


class SendCanary(Command):
    """Send one now."""


def decide(command: SendCanary, state: State) -> list[Event]:
    if state and command.at - state[-1] < AT_MOST_EVERY:
        return []
    return [CanarySent(sent_at=command.at)]


# The view: the last canary that came


def key(_event: Recorded) -> str:
    return LAST


def row_after(row: Row | None, event: Recorded) -> Row | None:
    """Order between streams is kept nowhere: yesterday's last may come behind today's first."""
    if not isinstance(event.data, CanarySent):
        return row
    sent_at = event.data.sent_at
    if row is not None and datetime.fromisoformat(row["sent_at"]) >= sent_at:
        return row
    return {"stream": event.stream, "version": event.version, "sent_at": sent_at.isoformat()}


def entries(_row: Row) -> Iterable[Entry]:
    """No list has it."""
    return ()


PROJECTION: Final = Projection(VIEW, "1", key, row_after, entries, events=frozenset({CanarySent}))
