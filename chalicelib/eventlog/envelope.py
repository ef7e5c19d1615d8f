"""An event with everything that is known about it besides its data."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from ..kernel.actor import Actor, Channel
from ..kernel.base import Frozen


class Circumstances(NamedTuple):
    """Who did it, when it happened, through which channel, and where it came from."""

    occurred_at: datetime
    actor: Actor
    channel: Channel
    source: str | None = None


class Happened(NamedTuple):
    """An event whose circumstances are its own and not those of its commit (an imported step)."""

    event: Frozen
    circumstances: Circumstances


Decided = Sequence[Frozen | Happened]


class Recorded(NamedTuple):
    """
    One event of a stream, as every reader gets it.

    `version` counts from 1 in the stream, `position` from 1 in the log (None where the log has
    yet to assign it); `recorded_at` is when it was stored, `occurred_at` when it happened;
    `causation_id` is the command that caused it, `correlation_id` the request or process that the
    command belongs to; `source` is where an imported event was read: file, line, reference.
    """

    stream: str
    version: int
    position: int | None
    type: str
    schema: int
    recorded_at: datetime
    occurred_at: datetime
    actor: Actor
    channel: Channel
    causation_id: str
    correlation_id: str
    source: str | None
    data: Frozen
