"""What becomes of parked events: they are tried again, or skipped on purpose."""

import logging
from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import groupby
from typing import Final, NamedTuple

from ..kernel.errors import NotFound, OutOfOrder
from . import skipping, timers
from .consumers import Consumer, Work, all_parked, live, live_work, taker
from .decoding import Decoded, decoded
from .feed import SKIPS, Source
from .outages import PROBES
from .parking import handle
from .ports import Damaged
from .timers import Timer
from .transact import Request, transact
from .views.port import Batch, Overfull, Overtaken, Parked, Views

# Few enough, mostly, for one DynamoDB transaction.
AT_ONCE = 25
# How many of the parked are looked through at a time.
SOME = 100

logger = logging.getLogger(__name__)


class Retried(NamedTuple):
    """How many events are parked no longer, and how many of these streams' still are."""

    taken: int
    parked: int


class Decision(NamedTuple):
    """To pass over the event at `position`; `request` says who decided so, and when."""

    position: int
    why: str
    request: Request


class Chosen(NamedTuple):
    """
    Which of the parked: streams that begin with `prefix`, whose error has `error` in its kind,
    text or place, parked at `since` or later.
    """

    prefix: str = ""
    error: str = ""
    since: datetime | None = None

    def has(self, stream: str, parked_at: datetime, *error: str) -> bool:
        return (
            stream.startswith(self.prefix)
            and self.error in "\n".join(error)
            and (self.since is None or parked_at >= self.since)
        )


ALL: Final = Chosen()


class Tried(NamedTuple):
    """How many events of a stream are parked no longer; `failure` if it could not even be tried."""

    stream: str
    taken: int
    failure: Exception | None = None


def retry(consumer: Consumer, source: Source, views: Views, stream: str | None = None) -> Retried:
    """
    Try the parked events of `stream`, or of every stream, again: in order, up to the first that
    still fails. Raises Outdated, ViewsError; once all were tried, what stopped the first of them.
    """
    if stream is None:
        tried = list(retry_all(consumer, source, views))
    else:
        tried = [Tried(stream, _retry(consumer, source, views, stream))]
    failures = [one.failure for one in tried if one.failure is not None]
    if failures:
        raise failures[0]
    parked = all_parked(live(consumer, views), views, stream)
    return Retried(sum(one.taken for one in tried), sum(1 for _ in parked))


def retry_all(
    consumer: Consumer, source: Source, views: Views, chosen: Chosen = ALL
) -> Iterator[Tried]:
    """
    Each stream of those by itself, whatever stops another, in the order of the log. It ends early
    at an outage that several meet one after the other. Raises Outdated, ViewsError.
    """
    met = 0
    for stream in streams_of(consumer, views, chosen):
        tried = _tried(consumer, source, views, stream)
        yield tried
        still = tried.taken == 0 and _of_world(consumer, views, stream)
        met = met + 1 if still else 0
        if met >= PROBES:
            return


def streams_of(consumer: Consumer, views: Views, chosen: Chosen = ALL) -> Iterator[str]:
    """Those with parked events, once each, by the failure of the first one."""
    seen = set[str]()
    for one in all_parked(live(consumer, views), views):
        if one.stream not in seen and _fits(chosen, one):
            seen.add(one.stream)
            yield one.stream


def _fits(chosen: Chosen, one: Parked) -> bool:
    return one.failure is not None and chosen.has(one.stream, one.parked_at, *one.failure)


def _of_world(consumer: Consumer, views: Views, stream: str) -> bool:
    return any(one.of_world for one in views.parked(live(consumer, views), stream, limit=1))


def _tried(consumer: Consumer, source: Source, views: Views, stream: str) -> Tried:
    try:
        return Tried(stream, _retry(consumer, source, views, stream))
    except Exception as failure:
        logger.exception("%s could not try %s again", consumer.name, stream)
        return Tried(stream, 0, failure)


def _retry(consumer: Consumer, source: Source, views: Views, stream: str) -> int:
    while True:
        try:
            if isinstance(consumer, Timer):
                return timers.retry_stream(consumer, source, views, stream)
            return retry_stream(live_work(consumer, source, views), source, views, stream)
        except Overtaken:
            continue


def retry_some(
    consumer: Consumer, source: Source, views: Views, after: int = 0
) -> tuple[int, bool]:
    """
    Try again what met an outage alone, among the next few that are parked from behind position
    `after`. Returns where to go on the next time (0: at the beginning), and whether any of these
    still meets one. What is read does not grow with how much is parked. Raises as `retry`.
    """
    some = views.parked(live(consumer, views), after=after, limit=SOME)
    still = False
    for stream in dict.fromkeys(one.stream for one in some if one.of_world):
        tried = _tried(consumer, source, views, stream)
        still = still or tried.failure is not None or _of_world(consumer, views, stream)
    return (some[-1].position if len(some) == SOME else 0), still


def retry_stream(work: Work, source: Source, views: Views, stream: str) -> int:
    """As `retry`, for one stream of any generation: how many it took. Raises Overtaken too."""
    done, at_once = 0, AT_ONCE
    while True:
        # Read first: should another worker retry meanwhile, this makes the commit fail.
        was = views.checkpoint(work.generation)
        parked = views.parked(work.generation, stream, limit=at_once)
        if not parked:
            return done
        batch = list(_read_again(source, parked))
        take, changes = taker(work, views, batch, late=True)
        still = handle(batch, take, work.skipped, {}).set_aside
        kept = {one.position for one in still}
        free = [one.position for one in parked if one.position not in kept]
        try:
            again = [_since(parked, one) for one in still[:1]]
            views.commit(work.generation, Batch(was, None, changes(), again, free))
        except Overfull:
            if at_once == 1:
                raise
            at_once //= 2
            continue
        done += len(free)
        if still:
            return done


def _since(before: Sequence[Parked], now: Parked) -> Parked:
    """An outage goes on since it was met first."""
    was = next(one for one in before if one.position == now.position)
    return now._replace(parked_at=was.parked_at) if was.of_world and now.of_world else now


def _read_again(source: Source, parked: Sequence[Parked]) -> Iterator[Decoded]:
    """Those events from the log, and no others of their commits; raises Damaged."""
    for position, some in groupby(parked, lambda one: one.commit):
        wanted = {one.version for one in some}
        found = source.log.read(position - 1, 1)
        if not found or found[0].position != position or found[0].stream != parked[0].stream:
            raise Damaged(f"the log has no commit of {parked[0].stream} at position {position}")
        whole = decoded(source.codec, found[0])
        yield Decoded(whole.commit, [one for one in whole.events if one.version in wanted])


def skip(consumer: Consumer, source: Source, views: Views, decision: Decision) -> Retried:
    """
    Pass over a parked event for good: that is recorded, and the events behind it are tried. Raises
    NotFound, OutOfOrder, NotAllowed, ValidationError, Outdated, ViewsError.
    """
    position, why, request = decision
    parked = _first_parked(consumer, views, position)
    command = skipping.SkipEvent(
        at=request.circumstances.occurred_at,
        by=request.circumstances.actor,
        channel=request.circumstances.channel,
        position=position,
        stream=parked.stream,
        version=parked.version,
        why=why,
    )
    stream = f"{skipping.CATEGORY}-{consumer.name}"
    transact(source.store, SKIPS, stream, request, lambda state: skipping.decide(command, state))
    return retry(consumer, source, views, parked.stream)


def _first_parked(consumer: Consumer, views: Views, position: int) -> Parked:
    generation = live(consumer, views)
    found = views.parked(generation, after=position - 1, limit=1)
    if not found or found[0].position != position:
        raise NotFound(
            "nothing-parked-there",
            "{consumer} has nothing parked at position {position}",
            consumer=consumer.name,
            position=position,
        )
    first = views.blocked(generation).get(found[0].stream, position)
    if first != position:
        raise OutOfOrder(
            "parked-behind-another",
            "position {position} only waits behind {first}: retry or skip that one",
            position=position,
            first=first,
        )
    return found[0]
