"""
The sequencer (定序): from what the events' table says, in any order and twice, to a gap-free log.

A segment is written first, under a name of its own. Then one transaction puts it at the end of its
lane and moves its streams' cursors, on the condition that all of these are where they were read. So
each commit counts once, however many work at it, and wherever one of them dies: what is left is a
segment that nothing refers to. Whatever cannot be taken is parked, and its stream waits.
"""

import logging
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Final

from ..outages import PROBES
from ..ports import Commit, Damaged, Unavailable
from .lanes import merge
from .plan import Arrival, Chunk, Continued, Trouble, chunks, continued, draft, in_order, lane_of
from .ports import ATTEMPTS, LOG, UNREADABLE, Cursor, Head, Parked, Sequencer

logger = logging.getLogger(__name__)

Cursors = dict[str, Cursor]

# How much of what is parked is looked through, and how old it may be, to tell whose error it is.
LOOKS: Final = 100
A_MOMENT: Final = timedelta(minutes=10)


class Unfinished(Exception):
    """What came with `record`, and perhaps what came after it, must come again."""

    def __init__(self, record: str) -> None:
        super().__init__(f"not all is in the log from record {record} on; it must come again")
        self.record = record


class Unreadable(Unfinished):
    """
    This release can read nothing of what is stored now: an error of the release, and nothing is
    parked for it.
    """

    def __init__(self, record: str, why: str) -> None:
        super().__init__(record)
        self.why = why

    def __str__(self) -> str:
        return (
            f"this release cannot read what is written now, from record {self.record} on "
            f"({self.why}): deploy the release that writes it, or one after that"
        )


def sequence(its: Sequencer, arrivals: Iterable[Arrival]) -> None:
    """
    Once this returns, every commit that arrived is in its lane, and so are all before it in its
    stream; or its stream waits, and what it waits for is parked. Raises Unfinished, Unreadable.
    """
    rest: Sequence[Arrival] = list(arrivals)
    error: Unavailable | None = None
    _check_readable(its, rest)
    for attempt in range(ATTEMPTS):
        if not rest:
            return
        its.wait(attempt)
        try:
            rest, error = _attempt(its, rest), None
        except Unavailable as unavailable:
            # It may have been written all the same; the next attempt reads where things stand.
            error = unavailable
    if rest:
        raise Unfinished(rest[0].record) from error


def _check_readable(its: Sequencer, arrivals: Sequence[Arrival]) -> None:
    """One stream may be damaged. Several, and nothing beside them that can be read, are not."""
    if any(isinstance(one.content, Commit) for one in arrivals):
        return
    for one in arrivals:
        trouble = one.content
        if isinstance(trouble, Trouble) and trouble.reason == UNREADABLE:
            streams = {other.stream for other in arrivals if _is_unreadable(other)}
            several = len(streams) > 1 or _was_before(its, one.stream)
            if several and not any(_can_be_read(its, one) for one in sorted(streams)[:PROBES]):
                raise Unreadable(one.record, trouble.detail)
            return


def _is_unreadable(arrival: Arrival) -> bool:
    return isinstance(arrival.content, Trouble) and arrival.content.reason == UNREADABLE


def _can_be_read(its: Sequencer, stream: str) -> bool:
    """Whether the table has it as this release knows it, whatever came of its record."""
    try:
        return bool(its.streams.newer(stream, 0))
    except (Damaged, Unavailable):
        return False


def _was_before(its: Sequencer, stream: str) -> bool:
    """
    Whether another stream was parked for that a moment ago: a batch may have one record only. (Not
    for long, or what an intruder stores would hold up everybody, an hour for each item.)
    """
    try:
        some = its.ledger.parked(limit=LOOKS)
    except Unavailable:
        return False  # it is met again, where it is tried again
    since = its.now() - A_MOMENT
    return any(one.reason == UNREADABLE and one.stream != stream and one.at > since for one in some)


def _attempt(its: Sequencer, arrivals: Sequence[Arrival]) -> Sequence[Arrival]:
    """Returns what is left to do: something if somebody else was faster."""
    cursors = its.ledger.cursors(list(dict.fromkeys(one.stream for one in arrivals)))
    noted = {one for one in arrivals if _note_alarm(its, one, cursors)}
    plan = _planned(its, arrivals, cursors)
    if _advance_all(its, _chunks(its, arrivals, plan, cursors), cursors):
        for stream, (_, trouble) in plan.items():
            if trouble:
                _park(its, cursors, stream, trouble, _record(arrivals, stream, trouble))
    return [one for one in arrivals if one not in noted and not _done(one, cursors)]


def _done(arrival: Arrival, cursors: Mapping[str, Cursor]) -> bool:
    """What a stream that waits has in the table is read there once it waits no longer."""
    cursor, commit = cursors[arrival.stream], arrival.content
    return isinstance(commit, Commit) and (cursor.waits or commit.last_version <= cursor.version)


def _note_alarm(its: Sequencer, arrival: Arrival, cursors: Cursors) -> bool:
    trouble = arrival.content
    return isinstance(trouble, Trouble) and _park(
        its, cursors, arrival.stream, trouble, arrival.record
    )


def _park(its: Sequencer, cursors: Cursors, stream: str, trouble: Trouble, record: str) -> bool:
    parked = Parked(stream, trouble.version, trouble.reason, trouble.detail, record, its.now())
    if not its.ledger.park(parked, cursors[stream]):
        return False
    cursors[stream] = cursors[stream]._replace(waits=True)
    logger.error("parked %s@%d: %s", stream, trouble.version, trouble.reason)
    return True


def _record(arrivals: Iterable[Arrival], stream: str, trouble: Trouble) -> str:
    """The first that shows it."""
    shows = (one for one in arrivals if one.stream == stream and one.version >= trouble.version)
    return next((one.record for one in shows), "")


def _planned(
    its: Sequencer, arrivals: Iterable[Arrival], cursors: Mapping[str, Cursor]
) -> dict[str, Continued]:
    """For each stream that does not wait."""
    commits: dict[str, list[Commit]] = {}
    for one in arrivals:
        if isinstance(one.content, Commit) and not cursors[one.stream].waits:
            commits.setdefault(one.stream, []).append(one.content)
    return {stream: _continued(its, cursors[stream], some) for stream, some in commits.items()}


def _continued(its: Sequencer, cursor: Cursor, commits: Sequence[Commit]) -> Continued:
    found = continued(cursor, commits)
    if found.trouble is None or found.trouble.reason != "gap":
        return found
    try:
        stored = its.streams.newer(cursor.stream, cursor.version)
    except Damaged as error:
        return found._replace(trouble=Trouble(found.trouble.version, "unreadable", str(error)))
    return continued(cursor, [*stored, *commits])


def _chunks(
    its: Sequencer,
    arrivals: Iterable[Arrival],
    plan: Mapping[str, Continued],
    cursors: Mapping[str, Cursor],
) -> Iterable[Chunk]:
    commits = in_order(arrivals, {stream: found.taken for stream, found in plan.items()})
    # Of the cursors as they are now: a stream that goes on in a second chunk has a lane by then.
    lanes = {stream: lane_of(cursors[stream], its.lanes) for stream in plan}
    return chunks(commits, lanes.__getitem__)


def _advance_all(its: Sequencer, some: Iterable[Chunk], cursors: Cursors) -> bool:
    """One segment for each; False once somebody else was faster."""
    heads: dict[int, Head] = {}
    for chunk in some:
        head = heads.get(chunk.lane) or its.ledger.head(chunk.lane)
        made = draft(chunk, head, cursors, its.new_id())
        its.segments.put(made.advance.segment.key, made.content)
        if not its.ledger.advance(made.advance):
            return False
        cursors.update((cursor.stream, cursor) for cursor in made.advance.now)
        heads[chunk.lane] = Head(made.advance.segment.last, made.advance.segment.digest)
        _tell(its, chunk.lane, heads[chunk.lane])
    return True


def _tell(its: Sequencer, lane: int, head: Head) -> None:
    if lane == LOG:
        its.announce(head.position)
        return
    try:
        merge(its)
    except Unavailable:
        # The lane has it. Whoever merges next, or the schedule, brings it into the log.
        logger.warning("lane %d was not merged at %d", lane, head.position, exc_info=True)
