"""The queue `rebuild_step`: each message is one step of a large rebuild (see `distributed`)."""

from collections.abc import Sequence
from typing import Any
from uuid import uuid4

from pydantic import BaseModel, ConfigDict, NonNegativeInt

from ..eventlog.consumers import Consumer
from ..eventlog.rebuilding.distributed import Distributed, start, step
from ..eventlog.rebuilding.rebuilds import NoView
from ..eventlog.rebuilding.shuffle import Shuffle
from ..eventlog.views.port import Projection
from ..platform.platform import Platform


class StepMessage(BaseModel):
    """A message of the queue; which numbers it has depends on the step."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    step: str
    rebuild: str
    view: str | None = None
    range: NonNegativeInt | None = None
    partition: NonNegativeInt | None = None


def begin(consumer: Consumer) -> dict[str, Any]:
    """The message that starts a rebuild beside the live view; raises NoView."""
    if not isinstance(consumer, Projection):
        raise NoView(consumer.name)
    return start(consumer.name, uuid4().hex)


def on_step(
    platform: Platform, consumers: Sequence[Consumer], shuffle: Shuffle, message: dict[str, Any]
) -> list[dict[str, Any]]:
    """
    Do the step, and return the messages to send then: before the step's own is deleted, or they
    would be lost with the process. Raises ValidationError, KeyError for what is no step; StoreError
    and ViewsError if it is to be tried again.
    """
    plain = StepMessage.model_validate(message).model_dump(exclude_none=True)
    views = [one for one in consumers if isinstance(one, Projection)]
    return step(Distributed(platform.source, platform.views, shuffle, views), plain)
