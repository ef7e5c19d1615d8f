"""Whether this release can read what is written now: if not, that is an error of the release."""

from collections.abc import Sequence
from typing import Final

from .decoding import Decoded, Undecodable, decoded
from .feed import Source

# How many commits before a batch show it too: a batch may have one commit only.
BEFORE: Final = 10


class Unreadable(Exception):
    """This release can read nothing of what is written now: an error of the release."""

    def __init__(self, consumer: str, position: int, why: BaseException) -> None:
        super().__init__(
            f"this release cannot read the log from position {position} on, and {consumer} waits "
            "there: deploy the release that wrote it, or one after that"
        )
        self.__cause__ = why


def check_readable(consumer: str, source: Source, batch: Sequence[Decoded]) -> None:
    """
    Raises Unreadable if nothing of what comes next can be read, and it is not one stream alone:
    seen together with what lies right before it, as a batch may have one commit only.
    """
    why = next((error for one in batch if (error := _unreadable(one)) is not None), None)
    if why is None or any(_unreadable(one) is None for one in batch):
        return
    first = batch[0].commit.first_position
    streams = {one.commit.stream for one in batch} | _unread_before(source, first - 1)
    if len(streams) > 1:
        raise Unreadable(consumer, first, why)


def _unread_before(source: Source, position: int) -> set[str]:
    """The streams right before that position of which this release cannot read the last commit."""
    found: set[str] = set()
    before = source.log.read(max(0, position - BEFORE), BEFORE)
    for commit in reversed([one for one in before if one.last_position <= position]):
        if _unreadable(decoded(source.codec, commit)) is None:
            break
        found.add(commit.stream)
    return found


def _unreadable(one: Decoded) -> Exception | None:
    """Why nothing of a commit can be read; None if anything can."""
    errors = [event.error for event in one.events if isinstance(event, Undecodable)]
    return errors[0] if errors and len(errors) == len(one.events) else None
