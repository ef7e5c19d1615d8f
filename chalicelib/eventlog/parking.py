"""
A pass over commits: what cannot be taken is parked, and so is what follows in its stream.

At an outage (see outages.py) the pass tries others first. If one of them passes, it is that event
alone, which is set aside and tried again by itself; if none does, it is the world, and the pass
ends where it began to fail: whoever made it goes on from there later.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import PurePath
from random import random
from time import monotonic
from traceback import extract_tb
from typing import NamedTuple

from pydantic import ValidationError

from .decoding import Decoded, Undecodable
from .envelope import Recorded
from .outages import PROBES, of_world
from .skipping import State as Skips
from .views.port import OUTAGE, Failure, Parked

MESSAGE = 500

# Tells by False that there was nothing to do: whether the world works, that does not show.
Take = Callable[[Recorded], object]
Stop = Callable[[], bool]


def never() -> bool:
    return False


class Taken(NamedTuple):
    """
    `position` is the end of the last commit of the pass, 0 if it had none, and `hash` its own. With
    an `outage` the pass counts only up to the commit before the one that met it. `set_aside` is all
    that was not taken, behind that commit too.
    """

    position: int
    events: int
    parked: list[Parked]
    outage: BaseException | None
    set_aside: list[Parked]
    hash: bytes = b""


class _Standing(NamedTuple):
    position: int
    events: int
    parked: int
    hash: bytes


class _Pass:
    """`pace` is for how many seconds it goes on, None for as long as there is something."""

    def __init__(
        self, take: Take, skipped: Skips, blocked: Mapping[str, int], stop: Stop, pace: float | None
    ) -> None:
        self._take, self._skipped, self._stop = take, skipped, stop
        self._first = dict(blocked)
        self._end = None if pace is None else monotonic() + pace
        self._now = _Standing(0, 0, 0, b"")
        self._parked: list[Parked] = []
        self._outage: BaseException | None = None
        self._before: _Standing | None = None
        self._met = 0
        self._ahead = 0

    def run(self, batch: Sequence[Decoded]) -> Taken:
        for at, one in enumerate(batch):
            before = self._now
            self._commit(one)
            if self._outage is not None and self._before is None:
                self._before = before
                self._ahead = len({later.commit.stream for later in batch[at + 1 :]})
            if self._ended():
                break
        end = self._now if self._outage is None else self._before or self._now
        taken = self._parked[: end.parked]
        return Taken(end.position, end.events, taken, self._outage, self._parked, end.hash)

    def _ended(self) -> bool:
        if self._outage is not None:  # whatever its pace, it has to find out
            return self._stop() or self._met >= PROBES
        return self._stop() or (self._end is not None and monotonic() >= self._end)

    def _commit(self, one: Decoded) -> None:
        commit, events = one
        for event in events:
            at = commit.first_position + event.version - commit.version
            if (event.stream, event.version) not in self._skipped:
                self._event(event, at, commit.first_position)
        count = self._now.events + commit.length
        self._now = _Standing(commit.last_position, count, len(self._parked), commit.hash)

    def _event(self, event: Recorded | Undecodable, at: int, start: int) -> None:
        waits = self._first.get(event.stream, at + 1) <= at
        failure = None if waits else self._attempt(event)
        if waits or failure is not None:
            self._first.setdefault(event.stream, at)
            self._parked.append(_parked(event, at, start, failure))

    def _attempt(self, event: Recorded | Undecodable) -> Failure | None:
        if isinstance(event, Undecodable):
            return failure_of(event.error)
        if self._outage is not None and not self._tried():
            return of_the_world(self._outage)
        try:
            did = self._take(event)
        except Exception as error:  # noqa: BLE001 - whatever it is, only this stream shall wait for it
            if of_world(error):
                return self._meet(error)
            return failure_of(error)
        if did is not False:
            self._outage = self._before = None
            self._met = 0
        return None

    def _meet(self, error: BaseException) -> Failure:
        self._met += 1
        self._outage = self._outage or error
        return of_the_world(error)

    def _tried(self) -> bool:
        """A few of those ahead, taken at random: who always tried the next few could be misled."""
        left, self._ahead = self._ahead, self._ahead - 1
        return random() * left < PROBES - self._met  # noqa: S311 - a sample, not a secret


def handle(  # noqa: PLR0913 - how far it goes, beside what it is given
    batch: Sequence[Decoded],
    take: Take,
    skipped: Skips,
    blocked: Mapping[str, int],
    *,
    stop: Stop = never,
    pace: float | None = None,
) -> Taken:
    """
    Give each event to `take`, except what is to be skipped and what waits: the events of a stream
    in `blocked` from that position on. At least one commit, and more until it is to `stop`, or
    `pace` seconds have passed.
    """
    return _Pass(take, skipped, blocked, stop, pace).run(batch)


def _parked(
    event: Recorded | Undecodable, position: int, commit: int, failure: Failure | None
) -> Parked:
    now = datetime.now(UTC)
    return Parked(position, event.stream, event.version, event.type, commit, now, failure)


def failure_of(error: BaseException) -> Failure:
    frames = extract_tb(error.__traceback__)
    where = f"{PurePath(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    return Failure(type(error).__qualname__, _message(error)[:MESSAGE], where)


def of_the_world(error: BaseException) -> Failure:
    """Marked so in what every release has of a failure: one before this reads and retries it."""
    failure = failure_of(error)
    return failure._replace(where=f"{failure.where}{OUTAGE}")


def _message(error: BaseException) -> str:
    # pydantic quotes the input in its text, and the input is somebody's data.
    if isinstance(error, ValidationError):
        problems = error.errors(include_url=False, include_context=False, include_input=False)
        return "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['type']}" for one in problems)
    return str(error)
