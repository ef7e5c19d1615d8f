"""A pass over commits: what cannot be taken is parked, and so is what follows in its stream."""

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from pathlib import PurePath
from traceback import extract_tb
from typing import NamedTuple

from pydantic import ValidationError

from .decoding import Decoded, Undecodable
from .envelope import Recorded
from .skipping import State as Skips
from .views.port import Failure, Parked

MESSAGE = 500

Take = Callable[[Recorded], None]


class Taken(NamedTuple):
    """`position` is the end of the last commit of the pass, 0 if it had none; `hash` is its own."""

    position: int
    events: int
    parked: list[Parked]
    hash: bytes = b""


def handle(
    batch: Iterable[Decoded], take: Take, skipped: Skips, blocked: Mapping[str, int]
) -> Taken:
    """
    Give each event to `take`, except what is to be skipped and what waits: the events of a stream
    in `blocked` from that position on.
    """
    first = dict(blocked)
    parked: list[Parked] = []
    position, count, digest = 0, 0, b""
    for commit, events in batch:
        start = commit.first_position
        for event in events:
            at = start + event.version - commit.version
            if (event.stream, event.version) in skipped:
                continue
            waits = first.get(event.stream, at + 1) <= at
            failure = None if waits else _attempt(take, event)
            if waits or failure is not None:
                first.setdefault(event.stream, at)
                parked.append(_parked(event, at, start, failure))
        position, digest = commit.last_position, commit.hash
        count += commit.length
    return Taken(position, count, parked, digest)


def _attempt(take: Take, event: Recorded | Undecodable) -> Failure | None:
    if isinstance(event, Undecodable):
        return failure_of(event.error)
    try:
        take(event)
    except Exception as error:  # noqa: BLE001 - whatever it is, only this stream shall wait for it
        return failure_of(error)
    return None


def _parked(
    event: Recorded | Undecodable, position: int, commit: int, failure: Failure | None
) -> Parked:
    now = datetime.now(UTC)
    return Parked(position, event.stream, event.version, event.type, commit, now, failure)


def failure_of(error: BaseException) -> Failure:
    frames = extract_tb(error.__traceback__)
    where = f"{PurePath(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    return Failure(type(error).__qualname__, _message(error)[:MESSAGE], where)


def _message(error: BaseException) -> str:
    # pydantic quotes the input in its text, and the input is somebody's data.
    if isinstance(error, ValidationError):
        problems = error.errors(include_url=False, include_context=False, include_input=False)
        return "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['type']}" for one in problems)
    return str(error)
