"""What becomes of parked events: they are tried again, or skipped on purpose."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

from ..kernel.errors import NotFound, OutOfOrder
from . import skipping
from .consumers import Consumer, Work, all_parked, live, live_work, taker
from .decoding import Decoded, decoded
from .feed import SKIPS, Source
from .parking import handle
from .ports import Damaged
from .transact import Request, transact
from .views.port import Batch, Overfull, Overtaken, Parked, Views

# Few enough, mostly, for one DynamoDB transaction.
AT_ONCE = 25


class Retried(NamedTuple):
    """How many events are parked no longer, and how many of these streams' still are."""

    taken: int
    parked: int


class Decision(NamedTuple):
    """To pass over the event at `position`; `request` says who decided so, and when."""

    position: int
    why: str
    request: Request


def retry(consumer: Consumer, source: Source, views: Views, stream: str | None = None) -> Retried:
    """
    Try the parked events of `stream`, or of every stream, again: in order, up to the first that
    still fails. Raises Outdated, ViewsError.
    """
    blocked = views.blocked(live(consumer, views))
    streams = list(blocked) if stream is None else [stream]
    taken = sum(_retry(consumer, source, views, one) for one in streams)
    parked = all_parked(live(consumer, views), views, stream)
    return Retried(taken, sum(1 for _ in parked))


def _retry(consumer: Consumer, source: Source, views: Views, stream: str) -> int:
    while True:
        try:
            return retry_stream(live_work(consumer, source, views), source, views, stream)
        except Overtaken:
            continue


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
        still = handle(batch, take, work.skipped, {}).parked
        kept = {one.position for one in still}
        free = [one.position for one in parked if one.position not in kept]
        try:
            views.commit(work.generation, Batch(was, None, changes(), still[:1], free))
        except Overfull:
            if at_once == 1:
                raise
            at_once //= 2
            continue
        done += len(free)
        if still:
            return done


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
