"""
Views rebuilt by several workers at once, each with the streams of its part of the log.

A worker takes its commits once for all views and folds the rows in memory (see `bulk_fold`). On one
machine each reads the whole log and picks out its own, and what it keeps in memory is bounded; on
AWS they are sorted first (see `distributed`). It works for views whose rows are of one stream each
(`Projection.by_stream`): then nothing that another worker has matters to a row, nor to what is
parked. Should a view be wrong about that, two would write the same row, which is noticed; such a
view is built in the order of the log instead.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from typing import Any, NamedTuple, Protocol
from zlib import crc32

from ..decoding import Decoded, Undecodable, decoder
from ..envelope import Recorded
from ..feed import Source
from ..parking import handle
from ..ports import Commit, Log
from ..skipping import State as Skips
from ..views.port import (
    Batch,
    Change,
    Generation,
    Overtaken,
    Parked,
    Projection,
    Row,
    Views,
    ViewsError,
)
from .bulk_fold import KEPT_ROWS, WRITTEN_AT_ONCE, Group, Keyed, Unlistable

READ_AT_ONCE = 250
# A view that parks more is not worth being quick about, and they are kept in memory.
MOST_PARKED = 10_000

# Entered to write, so that workers do not wait for one another in the store.
Alone = AbstractContextManager[object]
Changed = tuple[Generation, Sequence[Change]]
# Raises Overtaken where a row is not as the changes say that it was.
Write = Callable[[Sequence[Changed]], None]


class BulkViews(Views, Protocol):
    """A place where rows can be written by several processes on one machine."""

    def write(self, changes: Sequence[Changed], writing: Alone, /) -> None:
        """
        Write rows of rebuilds that nothing was committed to, all or nothing; all that need not be
        done alone is done before `writing` is entered. Raises Overtaken once one is sealed, or
        gone, and where a row is not as `changes` say that it was.
        """
        ...


class Order(NamedTuple):
    """What one worker is to do: its part of the streams, up to `end`; `skipped` by generation."""

    generations: tuple[Generation, ...]
    skipped: tuple[Skips, ...]
    end: int
    part: int
    parts: int


class Done(NamedTuple):
    """What is to be parked, by view; and the views that cannot be built in parts."""

    parked: dict[str, list[Parked]]
    unfit: frozenset[str]


OnPosition = Callable[[int], None]
# Does all orders, or not all of them once it is to stop; raises ViewsError, StoreError.
Run = Callable[[Sequence[Order], OnPosition, Callable[[], bool]], Sequence[Done]]


class Crew(NamedTuple):
    """Who builds: `size` workers, one order each; worth it from so many events on."""

    size: int
    run: Run
    worth: int = 20_000


Key = Callable[[Recorded], str | None]
Evolve = Callable[[Row | None, Recorded], Row | None]
_Alike = tuple[Key, Evolve, frozenset[type] | None, Skips]


class _Unfit(Exception):
    """A view cannot be built in parts."""


class _Team(NamedTuple):
    """Views that are folded together, with what is blocked and parked in each of them."""

    group: Group
    generations: tuple[Generation, ...]
    skipped: Skips
    blocked: dict[str, int]
    parked: list[Parked]


class _Share(NamedTuple):
    """
    Of a `batch`, the events that a team is to take, as far as they could be read; `whole` is
    whether all could.
    """

    batch: Sequence[Decoded]
    events: Sequence[Recorded]
    whole: bool


class Worker(NamedTuple):
    source: Source
    views: Views
    write: Write
    kept_rows: int = KEPT_ROWS


def build(
    worker: Worker,
    order: Order,
    projections: Sequence[Projection],
    commits: Iterable[Sequence[Commit]],
) -> Done:
    """Do one order, whose `commits` come in batches. Raises ViewsError, StoreError."""
    fit = _teams(order, projections)
    decode = decoder(worker.source.codec)
    for some in commits:
        batch = decode(some)
        shares = _shares(batch, fit)
        fit = [
            team
            for team, share in zip(fit, shares, strict=True)
            if _did(worker, order, team, share)
        ]
    fit = [team for team in fit if _did(worker, order, team, None)]
    parked = {one.view: team.parked for team in fit for one in team.generations}
    views = {one.view for one in order.generations}
    return Done(parked, frozenset(views - parked.keys()))


def _teams(order: Order, projections: Sequence[Projection]) -> list[_Team]:
    """Those that fold alike and pass over the same are one; raises ViewsError."""
    alike: dict[_Alike, list[tuple[Projection, Generation]]] = {}
    for generation, skipped in zip(order.generations, order.skipped, strict=True):
        one = projection_of(generation, projections)
        if one is None:
            raise ViewsError(f"{generation.view}: calendar or release have changed; begin again")
        same = (one.key, one.evolve, one.events, skipped)
        alike.setdefault(same, []).append((one, generation))
    return [
        _Team(Group([one for one, _ in some]), tuple(made for _, made in some), skipped, {}, [])
        for (*_, skipped), some in alike.items()
    ]


def projection_of(generation: Generation, projections: Sequence[Projection]) -> Projection | None:
    """None if this release, or the calendar that is now, would make other rows than were begun."""
    same = (generation.view, generation.signature)
    return next((one for one in projections if (one.name, one.signature) == same), None)


def commits_of(log: Log, order: Order, progress: OnPosition) -> Iterator[list[Commit]]:
    """From the whole log. `progress` gets the position, and may raise to end it all."""
    at = 0
    while at < order.end:
        commits = log.read(at, READ_AT_ONCE)
        at = commits[-1].last_position if commits else order.end
        yield [one for one in commits if _concerns(order, one)]
        progress(min(at, order.end))


def part_of(commit: Commit, parts: int) -> int:
    return crc32(commit.stream.encode()) % parts


def _concerns(order: Order, commit: Commit) -> bool:
    return part_of(commit, order.parts) == order.part and commit.last_position <= order.end


def _shares(batch: Sequence[Decoded], teams: Sequence[_Team]) -> list[_Share]:
    """What of a batch each team is to take: looked through once, and not by each of them."""
    events: list[Any] = [event for one in batch for event in one.events]
    whole = Undecodable not in set(map(type, events))
    readable = events if whole else [one for one in events if type(one) is not Undecodable]
    shares: list[list[Recorded]] = [[] for _ in teams]
    takers = _takers(teams, shares)
    for event in readable:
        for share in takers.get(type(event.data), ()):
            share.append(event)
    return [
        _Share(batch, readable if team.group.events is None else share, whole)
        for team, share in zip(teams, shares, strict=True)
    ]


def _takers(
    teams: Sequence[_Team], shares: Sequence[list[Recorded]]
) -> dict[type, list[list[Recorded]]]:
    """By type of event, the shares that it goes to; not those of teams that take all."""
    takers: dict[type, list[list[Recorded]]] = {}
    for team, share in zip(teams, shares, strict=True):
        for kind in team.group.events or ():
            takers.setdefault(kind, []).append(share)
    return takers


def _did(worker: Worker, order: Order, team: _Team, share: _Share | None) -> bool:
    """A batch, or what is to be written at the end; False if the team cannot go on."""
    try:
        if share is None:
            _write(worker, team, team.group.oldest(0))
        else:
            _take(worker, order, team, share)
    except (_Unfit, Unlistable):
        return False
    return True


def _take(worker: Worker, order: Order, team: _Team, share: _Share) -> None:
    pairs, all_keyed = team.group.keyed(share.events)
    _use(worker, order, team, pairs)
    plain = share.whole and all_keyed and not team.skipped and not team.blocked
    if not (plain and _quickly(team, pairs)):
        taken = handle(share.batch, team.group.take, team.skipped, team.blocked)
        for one in taken.parked:
            team.blocked.setdefault(one.stream, one.position)
        team.parked.extend(taken.parked)
    if team.group.disagrees or len(team.parked) > MOST_PARKED:
        raise _Unfit
    _write(worker, team, team.group.oldest(worker.kept_rows))


def _quickly(team: _Team, pairs: Sequence[Keyed]) -> bool:
    """Take all events, where nothing waits and nothing is passed over; False if one cannot be."""
    try:
        team.group.take_all(pairs)
    except Exception:  # noqa: BLE001 - it is met again, and parked, when they are taken singly
        return False
    return True


def _use(worker: Worker, order: Order, team: _Team, pairs: Sequence[Keyed]) -> None:
    """Rows that were written before, and that events go to again."""
    keys = team.group.missing(pairs) if team.group.wrote else []
    if not keys:
        return
    kept = [worker.views.kept(generation, keys) for generation in team.generations]
    for place in {one.applied for found in kept for one in found.values()}:
        _check_own(worker, order, place)
    team.group.put(kept)


def _check_own(worker: Worker, order: Order, position: int) -> None:
    """Whether the event that was the last in a row was ours."""
    for commit in worker.source.log.read(position - 1, 1):
        if not _concerns(order, commit):
            raise _Unfit


def _write(worker: Worker, team: _Team, keys: Sequence[str]) -> None:
    for at in range(0, len(keys), WRITTEN_AT_ONCE):
        changes = team.group.changes(keys[at : at + WRITTEN_AT_ONCE])
        try:
            worker.write(list(zip(team.generations, changes, strict=True)))
        except Overtaken:
            for generation in team.generations:
                worker.views.touch(generation)  # raises if it is gone: that is no row's fault
            raise _Unfit from None


# What there is to do, and what comes of it


def orders(
    generations: Sequence[Generation], skipped: Sequence[Skips], end: int, parts: int
) -> list[Order]:
    return [Order(tuple(generations), tuple(skipped), end, part, parts) for part in range(parts)]


def finish(
    generation: Generation, end: int, done: Sequence[Done], views: Views, digest: bytes = b""
) -> bool:
    """
    Close a generation that all parts are in, with the checkpoint and what is parked; False if it
    has to be built in the order of the log. `digest` is the hash of the commit that ends at `end`.
    Raises ViewsError.
    """
    if any(generation.view in one.unfit for one in done):
        return False
    parked = [parked for one in done for parked in one.parked[generation.view]]
    views.seal(generation, len(done))
    was = views.checkpoint(generation)
    if was.position < end:  # or it was done before
        views.commit(generation, Batch(was, end, park=sorted(parked), hash=digest))
    return True
