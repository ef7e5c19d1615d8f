"""Run a command against a stream: load, fold, decide, append; again if somebody was faster."""

from collections.abc import Callable, Collection
from datetime import datetime
from functools import reduce
from random import uniform
from time import monotonic, sleep
from typing import Any, Generic, NamedTuple, TypeVar

from .codec import Codec, encode, facts
from .envelope import Circumstances, Decided, Happened
from .memory import NONE, Memory, Read
from .ports import CommandId, Commit, Conflict, EventStore, Former, History, Reused, Unavailable

S = TypeVar("S")
ATTEMPTS = 12
LONGEST_PAUSE = 2.0  # seconds


class Decider(NamedTuple, Generic[S]):
    """How the states of one kind of stream follow from its events, and where they are kept."""

    codec: Codec
    initial: S
    evolve: Callable[[S, Any], S]
    memory: Memory = NONE


class Request(NamedTuple):
    """
    One command on its way: its id, and what its events will carry besides their data. `version`,
    where given, has those that the caller has seen (If-Match). `former` is the fingerprint that
    the release before would have given the command: what it had taken is known again.
    """

    command: CommandId
    circumstances: Circumstances
    recorded_at: datetime
    correlation_id: str
    version: Collection[int] | None = None
    former: Former | None = None


class Stale(Exception):
    """The caller has seen `seen` (If-Match); the stream is at `current` by now."""

    def __init__(self, stream: str, seen: Collection[int], current: int) -> None:
        among = ", ".join(map(str, sorted(seen))) or "one of that name"
        super().__init__(f"{stream} is at version {current}, not {among}; read it again")
        self.current = current


class Outcome(NamedTuple, Generic[S]):
    """
    The stream right after the command: `version` and `state`; `position` is the last event's in
    the log (None where a sequencer assigns it); `repeated` if the command had been taken before.
    """

    version: int
    position: int | None
    state: S
    repeated: bool = False


def fold(decider: Decider[S], history: History) -> S:
    return reduce(decider.evolve, facts(decider.codec, history.commits), decider.initial)


def read(store: EventStore, decider: Decider[S], stream: str) -> Read[S]:
    """The stream as it is now; of what the decider's memory has, only what is newer is read."""
    memory = decider.memory
    current = memory.current(stream)
    if current is not None:
        return current
    known, mark = memory.get(stream), memory.changes.mark()
    history = store.load(stream, None if known is None else known.history)
    if known is not None and history.hash == known.history.hash:
        now = known
    else:
        now = Read(history, _folded(decider, history, known))
    memory.put(now, mark)
    return now


def lately(store: EventStore, decider: Decider[S], stream: str) -> Read[S]:
    """
    As this process has read it last, however long ago: for what was read a moment before, and only
    if nobody is refused for it.
    """
    known = decider.memory.get(stream)
    return read(store, decider, stream) if known is None else known


def _folded(decider: Decider[S], history: History, known: Read[S] | None) -> S:
    if known is None:
        return fold(decider, history)
    length = len(known.history.commits)
    # The store made it from what was known, or it read all anew: that is another stream then.
    if history.commits[:length] != known.history.commits:
        return fold(decider, history)
    newer = facts(decider.codec, history.commits[length:])
    return reduce(decider.evolve, newer, known.state)


def transact(  # noqa: PLR0913 - `may` is for the commands that do more than decide
    store: EventStore,
    decider: Decider[S],
    stream: str,
    request: Request,
    decide: Callable[[S], Decided],
    *,
    may: Callable[[S], object] | None = None,
    fresh: bool = False,
) -> Outcome[S]:
    """
    Raises what `decide` raises, Reused, TooLarge; Stale if the stream is at another version than
    the request says, and nothing else is wrong (RFC 9110, 13.2.1): to who may not see the stream
    it has no version. `may` is asked for that where `decide` has effects. `fresh` says that the
    stream is probably new: who is sole does not look then, and the append finds out. Raises
    Conflict if the stream never stood still.
    """
    for attempt in range(1, ATTEMPTS + 1):
        began = monotonic()
        try:
            known = _remembered(decider, stream, fresh=fresh and attempt == 1)
            return _attempt(store, decider, stream, request, (decide, may or decide), known)
        except Conflict:
            if attempt == ATTEMPTS:
                raise
            # Longer than an attempt takes, or all who lost meet again at once.
            took = max(0.001, monotonic() - began)
            sleep(uniform(0, min(took * 2**attempt, LONGEST_PAUSE)))  # noqa: S311 - jitter, not a secret
    raise AssertionError("unreachable")


def _remembered(decider: Decider[S], stream: str, *, fresh: bool) -> Read[S] | None:
    """What is decided on without a look; None for who has to look."""
    if not decider.memory.sole:
        return None
    known = decider.memory.get(stream)
    return Read(History(stream), decider.initial) if known is None and fresh else known


def _attempt(  # noqa: PLR0913, PLR0917 - what a command is tried with
    store: EventStore,
    decider: Decider[S],
    stream: str,
    request: Request,
    rules: tuple[Callable[[S], Decided], Callable[[S], object]],
    known: Read[S] | None,
) -> Outcome[S]:
    if known is None:
        return _tried(store, decider, read(store, decider, stream), request, rules)
    try:
        outcome = _tried(store, decider, known, request, rules)
    except Unavailable:
        raise
    except Exception:
        now = read(store, decider, stream)
        if now.history.hash == known.history.hash:
            raise
    else:
        if outcome.version > known.history.version:
            return outcome  # it was appended to this very history
        now = read(store, decider, stream)
        if now.history.hash == known.history.hash:
            return outcome
    return _tried(store, decider, now, request, rules)


def _tried(
    store: EventStore,
    decider: Decider[S],
    now: Read[S],
    request: Request,
    rules: tuple[Callable[[S], Decided], Callable[[S], object]],
) -> Outcome[S]:
    decide, may = rules
    history, state = now
    stream = history.stream
    first = history.find(request.command, request.former)
    if first is not None:
        return _repeated(decider, history, first)
    if request.version is not None and history.version not in request.version:
        may(state)
        raise Stale(stream, request.version, history.version)
    decided = decide(state)
    if not decided:
        return Outcome(history.version, _position(history), state)
    body = encode(
        decided,
        request.circumstances,
        recorded_at=request.recorded_at,
        correlation_id=request.correlation_id,
    )
    mark = decider.memory.changes.last_mark()
    try:
        commit = store.append(history, request.command, len(decided), body)
    except Reused:
        return _taken_before(store, decider, stream, request)
    # The same command, sent twice at once: the other one may have decided at another moment.
    if (commit.version, commit.body) != (history.version + 1, body):
        return _repeated(decider, store.load(stream), commit)
    new = (one.event if isinstance(one, Happened) else one for one in decided)
    position = None if commit.position is None else commit.last_position
    then = Read(History(stream, (*history.commits, commit)), reduce(decider.evolve, new, state))
    decider.memory.put(then, mark)
    return Outcome(commit.last_version, position, then.state)


def _taken_before(
    store: EventStore, decider: Decider[S], stream: str, request: Request
) -> Outcome[S]:
    """While the releases change over, the one before may have just taken it. Raises Reused."""
    history = store.load(stream)
    first = history.find(request.command, request.former)
    if first is None:
        raise Conflict(stream, history.version)
    return _repeated(decider, history, first)


def _repeated(decider: Decider[S], history: History, first: Commit) -> Outcome[S]:
    """What the command answered when it was first taken, whatever has happened since."""
    then = history.until(first)
    return Outcome(then.version, _position(then), fold(decider, then), repeated=True)


def _position(history: History) -> int | None:
    last = history.commits[-1] if history.commits else None
    return None if last is None or last.position is None else last.last_position
