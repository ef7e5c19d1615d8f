"""
What a crash, or somebody who changed the table, left undone: streams are read again, from the
table, whatever its stream of changes said or did not say.
"""

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import NamedTuple

from ..outages import PROBES, of_world
from ..ports import Damaged
from .lanes import merge
from .plan import Arrival, Trouble, differs
from .ports import Cursor, Heads, Parked, Sequencer
from .sequencer import sequence

# How many streams are read at a time, and how much of the parked.
SOME = 90
# What is parked is counted up to here: whoever is woken for it need not know how much more it is.
COUNTED = 1000

logger = logging.getLogger(__name__)


class Health(NamedTuple):
    """
    The log's last position; how many events are in lanes and, though these were merged, not in the
    log; and how much is parked, COUNTED if it is more.
    """

    position: int
    unmerged: int
    parked: int


def untold(_health: Health) -> None:
    """Nobody asks."""


def heal(its: Sequencer, tell: Callable[[Health], object] = untold) -> Health:
    """
    Merge the lanes, and end each retry that a crash has cut off. What it reads does not grow with
    what is parked: of much, it looks at another part each time. `tell` is told how things stand,
    whatever fails. Raises Unavailable, Unfinished.
    """
    before = its.ledger.heads()
    try:
        merge(its)
    finally:
        tell(health(its, before))
    for cursor in its.ledger.cursors(_some_parked(its)).values():
        if not cursor.waits:
            _tried(its, cursor.stream)
    return health(its, before)


def health(its: Sequencer, before: Heads) -> Health:
    """`before`: how far the lanes were when they were to be merged. Raises Unavailable."""
    now = its.ledger.heads()
    left = (head - now.merged.get(lane, 0) for lane, head in before.lanes.items())
    return Health(now.log, sum(max(0, one) for one in left), its.ledger.parked_count(COUNTED))


def _some_parked(its: Sequencer) -> list[str]:
    """Streams, from anywhere in what is parked: its ids are digests, as is a new one."""
    found = list(its.ledger.parked(after=its.new_id(), limit=SOME))
    if len(found) < SOME:
        found += its.ledger.parked(limit=SOME - len(found))
    return list(dict.fromkeys(one.stream for one in found))


def resequence(its: Sequencer, streams: Iterable[str]) -> None:
    """
    Bring into the log what these streams have in the table and not in the log: after records were
    lost (they last 24 hours, and a trigger gives up before), or for a whole table. What waits still
    waits. Raises Unavailable, Unfinished.
    """
    for some in _by(SOME, streams):
        cursors = its.ledger.cursors(some)
        sequence(its, [one for stream in some for one in _newer(its, cursors[stream])])


def _newer(its: Sequencer, cursor: Cursor) -> Iterator[Arrival]:
    if cursor.waits:
        return
    try:
        for commit in its.streams.newer(cursor.stream, cursor.version):
            yield Arrival("", commit.stream, commit.version, commit)
    except Damaged as error:
        trouble = Trouble(cursor.version + 1, "unreadable", str(error))
        yield Arrival("", cursor.stream, trouble.version, trouble)


def retry(its: Sequencer, stream: str, *, gone: bool = False) -> bool:
    """
    Read a stream anew, whole. If it is what the log has of it, goes on from there as it should, and
    has each version of which something was parked, it waits no longer, and what was parked is
    dropped. False if it still waits; then what is wrong now is parked. With `gone`, a version that
    was parked may be missing at the end: what an intruder put there, and somebody removed.
    Raises Unavailable, Unfinished.
    """
    noted = list(all_parked(its, stream))
    cursor = its.ledger.cursors([stream])[stream]
    trouble = _trouble(its, cursor, 0 if gone else max((one.version for one in noted), default=0))
    if trouble:
        its.ledger.park(Parked(stream, *trouble, "", its.now()), cursor)
        return False
    # From here on, what arrives is taken; what came before is read below. If this dies between the
    # two, what is parked is still listed, and `heal` takes it up: so it is dropped last.
    if cursor.waits and not its.ledger.release(cursor):
        return False
    resequence(its, [stream])
    return all(its.ledger.settle(stream, ids) for ids in _by(SOME, [one.id for one in noted]))


class Tried(NamedTuple):
    """Whether a stream goes on; `failure` if it could not even be tried."""

    stream: str
    goes_on: bool
    failure: Exception | None = None


def retry_all(
    its: Sequencer, chosen: Callable[[Parked], bool], *, gone: bool = False
) -> Iterator[Tried]:
    """
    Retry each stream with something parked that is chosen, by itself, whatever stops another. It
    ends early at an outage that several meet one after the other.
    """
    met = 0
    for stream in streams_of(its, chosen):
        tried = _tried(its, stream, gone=gone)
        yield tried
        met = met + 1 if tried.failure is not None and of_world(tried.failure) else 0
        if met >= PROBES:
            return


def streams_of(its: Sequencer, chosen: Callable[[Parked], bool]) -> Iterator[str]:
    """Once each; ids keep those of one stream together."""
    last = None
    for one in all_parked(its):
        if one.stream != last and chosen(one):
            last = one.stream
            yield last


def _tried(its: Sequencer, stream: str, *, gone: bool = False) -> Tried:
    try:
        return Tried(stream, retry(its, stream, gone=gone))
    except Exception as failure:
        logger.exception("%s could not be tried again", stream)
        return Tried(stream, goes_on=False, failure=failure)


def _trouble(its: Sequencer, cursor: Cursor, last: int) -> Trouble | None:
    """What is wrong with the stream, which once reached to version `last` at least."""
    try:
        return differs(cursor, its.streams.newer(cursor.stream, 0), last)
    except Damaged as error:
        # Somewhere in it. No later version than is known: each that is parked must be there again.
        return Trouble(cursor.version, "unreadable", str(error))


def all_parked(its: Sequencer, stream: str | None = None) -> Iterator[Parked]:
    """Of one stream, or of all."""
    after = ""
    while some := its.ledger.parked(stream, after=after, limit=SOME):
        yield from some
        after = some[-1].id


def _by(size: int, names: Iterable[str]) -> Iterator[Sequence[str]]:
    rest = iter(names)
    while some := list(islice(rest, size)):
        yield some
