"""
Import a case of another system's event log.

Its first import is one commit: CaseImported, an event a row in the order of time, and CaseConcluded
where the log tells an end. What a longer log adds is one more commit; a row that the case already
has adds nothing, whichever file it comes in. What is more than a commit holds is taken in several;
an import that ends between two of them goes on there when it is run again.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from hashlib import sha256
from random import uniform
from time import sleep
from typing import Any, Final, NamedTuple, Protocol

from pydantic_core import to_json

from ..cases import domain
from ..cases.domain.events import CaseConcluded, CaseImported, StepRecorded, SubmissionReceived
from ..eventlog.codec import Codec, encode, events
from ..eventlog.envelope import Happened, Recorded
from ..eventlog.ports import CommandId, Conflict, EventStore, History, TooLarge
from ..eventlog.transact import ATTEMPTS
from .cases import CaseLog, Effect, Problem
from .rows import key_of, shown


class Into(Protocol):
    """Where cases are imported into; the Platform is one."""

    @property
    def store(self) -> EventStore: ...
    @property
    def codec(self) -> Codec: ...
    @property
    def now(self) -> Callable[[], datetime]: ...


MOST_EVENTS: Final = 1000  # in one commit


class Taken(NamedTuple):
    """
    How many events were appended, how many rows the case had before, and what this log tells
    otherwise than the case has it.
    """

    events: int
    already: int
    kept: tuple[Problem, ...] = ()


def take(into: Into, log: CaseLog, run: str) -> Taken:
    """
    Append what the case does not have yet. `run` names the import, no other has the same: the
    events carry it as their correlation id. Raises TooLarge for one row that no commit holds, and
    Conflict if the case never stood still.
    """
    appended = 0
    for attempt in range(1, ATTEMPTS + 1):
        try:
            taken = _attempt(into, log, run)
            return taken._replace(events=appended + taken.events)
        except _Moved as moved:
            appended += moved.events
            if attempt == ATTEMPTS and moved.__cause__ is not None:
                raise moved.__cause__ from None
            sleep(uniform(0, 0.001 * 2**attempt))  # noqa: S311 - jitter, not a secret
    raise AssertionError("unreachable")


# Not `transact`: which rows are new depends on where the events came from, which no state of a
# case holds.
def _attempt(into: Into, log: CaseLog, run: str) -> Taken:
    history = into.store.load(log.stream)
    command = command_of(log)
    if history.find(command) is not None:  # spares reading its events
        return _nothing(log)
    before = list(events(into.codec, history.commits))
    decided, new = _decided(log, before)
    kept = tuple(_told_otherwise(log, before))
    if not decided:
        return _nothing(log)._replace(kept=kept)
    _check_that_it_follows(before, decided)
    appended = _append(into, history, _Parts(log, command, run), decided)
    if not appended:  # another import of the same log was faster
        return _nothing(log)
    return Taken(appended, len(log.rows) - new, kept)


class _Moved(Exception):
    """Somebody else was faster, after so many events of ours."""

    def __init__(self, events: int) -> None:
        super().__init__(events)
        self.events = events


class _Parts(NamedTuple):
    """What the commits of one case are made with: the last of them is known by `command`."""

    log: CaseLog
    command: CommandId
    run: str

    def part(self, size: int, left: int) -> CommandId:
        """Of a commit of so many events, after which as many are left."""
        if not left:
            return self.command
        digest = sha256(f"{self.command.id} {size} {left}".encode()).hexdigest()
        return CommandId(f"import-{digest[:32]}", bytes.fromhex(digest[32:]))


def _append(into: Into, history: History, parts: _Parts, decided: Sequence[Happened]) -> int:
    """
    How many events were appended by this import; raises TooLarge for one that is too large alone.
    """
    done, size = 0, MOST_EVENTS
    while done < len(decided):
        some = decided[done : done + size]
        command = parts.part(len(some), len(decided) - done - len(some))
        circumstances = parts.log.imported.circumstances
        body = encode(some, circumstances, recorded_at=into.now(), correlation_id=parts.run)
        try:
            commit = into.store.append(history, command, len(some), body)
        except Conflict as error:
            raise _Moved(done) from error
        except TooLarge:
            if len(some) == 1:
                raise
            size = len(some) // 2
            continue
        if commit.body != body:
            return done
        done, history = done + len(some), History(history.stream, (*history.commits, commit))
    return done


def _nothing(log: CaseLog) -> Taken:
    return Taken(0, len(log.rows))


def command_of(log: CaseLog) -> CommandId:
    """It follows from what the log says, wherever and in whichever order it says it."""
    told = sorted([row.key, *_plain(row.happened).values()] for row in log.rows)
    ends = [_plain(one) for one in (log.imported, log.concluded) if one is not None]
    digest = sha256(to_json([log.id, ends, told])).hexdigest()
    return CommandId(f"import-{digest[:32]}", bytes.fromhex(digest[32:]))


def _decided(log: CaseLog, before: Sequence[Recorded]) -> tuple[list[Happened], int]:
    """The events that the case does not have yet, and how many of them are rows."""
    known = {key_of(event.source or "") for event in before if _is_row(event)}
    new = [row.happened for row in log.rows if row.key not in known]
    first = [] if before else [log.imported]
    open_ = not any(isinstance(event.data, CaseConcluded) for event in before)
    last = [log.concluded] if log.concluded and open_ else []
    return [*first, *new, *last], len(new)


def _is_row(event: Recorded) -> bool:
    return isinstance(event.data, SubmissionReceived | StepRecorded)


def _check_that_it_follows(before: Iterable[Recorded], decided: Iterable[Happened]) -> None:
    """Raises Impossible rather than store what no reader could fold."""
    facts: list[Any] = [event.data for event in before] + [one.event for one in decided]
    domain.fold(facts)


# What follows from other rows of the case, or was not read by earlier releases.
_INFERRED: Final = frozenset({"previous_ended_at", "started_at"})

# What was imported before stays: events are forever. That the log now tells it otherwise is news.


def _told_otherwise(log: CaseLog, before: Iterable[Recorded]) -> Iterable[Problem]:
    rows = {row.key: row for row in log.rows}
    for event in before:
        row = rows.get(key_of(event.source or "")) if _is_row(event) else None
        if row is not None:
            yield from _differing(log, row.line, f"{row.key}: ", event, row.happened)
        elif isinstance(event.data, CaseImported):
            yield from _differing(log, log.line, "", event, log.imported)
        elif isinstance(event.data, CaseConcluded) and log.concluded:
            yield from _differing(log, log.line, "", event, log.concluded)


def _differing(
    log: CaseLog, line: int, what: str, was: Recorded, now: Happened
) -> Iterable[Problem]:
    then, told = _plain(was), _plain(now)
    changes = ", ".join(
        f"{field} {shown(str(then[field]))}, now {shown(str(text))}"
        for field, text in told.items()
        if text != then.get(field) and field not in _INFERRED
    )
    if changes:
        reason = f"{what}was imported with {changes}"
        yield Problem(line, log.reference, reason, Effect.KEPT)


def _plain(of: Happened | Recorded) -> dict[str, Any]:
    """What is told: the data, when, by whom, through what; not where it was read."""
    if isinstance(of, Recorded):
        data, at, actor, channel = of.data, of.occurred_at, of.actor, of.channel
    else:
        data, (at, actor, channel, _) = of.event, of.circumstances
    return {
        "occurred_at": at.isoformat(),
        "account": actor.account,
        "role": actor.role,
        "channel": channel,
        **data.model_dump(mode="json"),
    }
