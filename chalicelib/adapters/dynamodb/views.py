"""
Views in one DynamoDB table, laid out as `application.views` says.

Readers read strongly consistently, because a position that was seen promises the rows up to it, and
an eventually consistent read could come from a replica that has only the one. It costs 1 read unit
per 4 KB in place of a half.

A list entry has no copy of its row: a page is one Query and then BatchGetItem. For a work list with
rows of 1 KB, 50 to the page, that is 50 read units and some, where copies would take 13; a write
unit costs what 5 read units do, so a page pays 8 write units more. Copies would make each change of
a row rewrite every entry of it, 2 units each: for a case with 8 changes, 4 of which move it, 8
units, and for the steps in the process library, with 3 changes and 8 entries, 24 (half of them
move anyhow). So copies would pay from one page read for each case on, or from three on, and cost
twice the storage, a longer rebuild, and transactions that hold fewer rows. A row tells where it is
listed, and a page leaves out what does not (any more) say that it is there.

Limits. A key takes 1,000 write and 3,000 read units a second before DynamoDB splits it, and a
transaction takes two units for one: a consumer's rows are spread over 16 keys, but a *partition of
a list* is one. DynamoDB splits it by `sort` where the load is spread over `sort`; where all that is
new comes at one end (a list ordered by time), 500 entries a second are the end of it. A projection
with such a list then has to spread it over several partitions and merge them when it is read. The
commits of one generation follow one another, at some 10 ms each, 99 rows and places to each.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from heapq import merge
from itertools import chain, groupby, islice
from time import monotonic, sleep, time
from typing import TYPE_CHECKING, Final

from ...eventlog.views.port import (
    Batch,
    Bell,
    Change,
    Checkpoint,
    Cursor,
    Entry,
    Generation,
    Kept,
    Overfull,
    Overtaken,
    Page,
    Parked,
    Row,
    Stored,
)
from . import views_generations as g
from . import views_items as i
from .views_table import Refused, Table

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

GRACE: Final = 60.0
SETTLED_SECONDS: Final = 10.0
LOOK_SECONDS: Final = 0.05
# So many parked events are read at once; of more, each stream is asked about by itself.
FEW: Final = 100
LAST: Final = 10**20 - 1


KEYS_AT_ONCE = 500


class DynamoViews:
    """
    `grace` is for how many seconds the rows of a generation outlive it: a reader may have begun
    with it just before it was replaced. The role needs GetItem, BatchGetItem, Query, PutItem,
    UpdateItem, DeleteItem, BatchWriteItem and ConditionCheckItem on the table.
    """

    def __init__(
        self,
        client: "DynamoDBClient",
        table: str,
        *,
        grace: float = GRACE,
        clock: Callable[[], float] = time,
    ) -> None:
        self._table = Table(client, table)
        self._name = table
        self._bell = Bell()
        self._grace = grace
        self._clock = clock

    @property
    def bell(self) -> Bell:
        return self._bell

    def of_log(self, log: str) -> str:
        """
        The id of the log that the views are made from: `log` from now on, if that was not said
        before. Raises ViewsError.
        """
        found = self._table.get(i.of_log())
        if found is None:
            with suppress(Refused):
                self._table.put_new({**i.of_log(), "log": {"S": log}})
            found = self._table.get(i.of_log())
        return log if found is None else i.text(found, "log")

    # What readers ask

    def get(self, view: str, key: str, /) -> Row | None:
        number = self._live_number(view)
        found = number and self._table.get(i.row_key(number, key))
        return i.row(found) if found else None

    def page(  # noqa: PLR0913 - what a list can be asked for
        self,
        view: str,
        index: str,
        partition: str,
        /,
        *,
        after: Cursor | None = None,
        limit: int = 50,
        lower: str | None = None,
        upper: str | None = None,
        descending: bool = False,
    ) -> Page:
        if limit < 1:
            raise ValueError("a page has at least one row")
        number = self._live_number(view)
        if number is None:
            return Page([], None)
        low, high = _bounds(after, lower, upper, descending=descending)
        listed = self._table.query(
            i.list_partition(number, index, partition),
            low=low,
            high=high,
            descending=descending,
            at_once=limit + 2,
        )
        last = after and i.NUL.join(after)
        found = list(islice((one for one in listed if i.text(one, "sk") != last), limit + 1))
        shown = [_cursor(one) for one in found[:limit]]
        rows = self._rows(number, (Entry(index, partition, sort) for sort, _ in shown), shown)
        return Page(list(rows), shown[-1] if len(found) > limit else None)

    def _rows(
        self, number: int, entries: Iterable[Entry], shown: Sequence[Cursor]
    ) -> Iterator[Row]:
        """Those that are still where they are listed."""
        items = self._table.get_all(i.row_key(number, key) for _, key in shown)
        by_key = {i.text(item, "sk"): item for item in items}
        for entry, (_, key) in zip(entries, shown, strict=True):
            item = by_key.get(key)
            row = i.row(item) if item and i.place(entry) in item["e"]["M"] else None
            if row is not None:
                yield row

    def _live_number(self, view: str) -> int | None:
        found = self._table.get(i.pointer(view))
        return i.number(found, "generation") if found else None

    # What consumers ask

    def live(self, view: str, /) -> Generation | None:
        found = self._table.get(i.pointer(view))
        if found is None:
            return None
        return Generation(i.number(found, "generation"), view, i.text(found, "signature"))

    def position(self, view: str, /) -> int:
        number = self._live_number(view)
        found = number and self._table.get(i.record(number))
        return i.checkpoint(found).position if found else 0

    def create(self, view: str, signature: str, /) -> Generation:
        found = self.live(view)
        while found is None:
            try:
                return g.make(self._table, view, signature, i.LIVE, self._now())
            except Refused:  # somebody made one
                found = self.live(view)
        return found

    def begin_rebuild(self, view: str, signature: str, /) -> Generation:
        return g.make(self._table, view, signature, i.BUILDING, self._now())

    def checkpoint(self, generation: Generation, /) -> Checkpoint:
        found = self._table.get(i.record(generation.id))
        if found is None or i.text(found, "standing") == i.GIVEN_UP:
            raise _gone(generation)
        return i.checkpoint(found)

    def kept(self, generation: Generation, keys: Iterable[str], /) -> Mapping[str, Kept]:
        found = self._table.get_all(i.row_key(generation.id, key) for key in keys)
        return {i.text(item, "sk"): i.kept(item) for item in found}

    def commit(self, generation: Generation, batch: Batch, /) -> None:
        try:
            self._commit(generation.id, batch)
        except Refused as error:
            raise Overtaken(
                f"{generation.view} is no longer at {batch.was}, or a row is not what was read"
            ) from error
        self._bell.ring()

    def _commit(self, number: int, batch: Batch) -> None:
        parked = [
            *(i.parks(self._name, number, one) for one in sorted(batch.park)),
            *(i.unparks(self._name, number, one) for one in self._parked(number, batch.unpark)),
        ]
        rows = [i.changed(self._name, number, one, keep=False) for one in batch.changes]
        whole = list(i.pieces(chain(parked, rows)))
        if len(whole) == 1:
            self._table.transact([g.step(self._name, number, batch, self._now()), *whole[0]])
        elif batch.position is None:
            raise Overfull(f"a retry of {len(batch.unpark)} events is over {i.MOST} writes")
        else:
            rows = [i.changed(self._name, number, one, keep=True) for one in batch.changes]
            self._commit_pieces(number, batch, list(i.pieces(chain(parked, rows))))

    def _commit_pieces(self, number: int, batch: Batch, pieces: list[list[i.Write]]) -> None:
        first, *middle, last = pieces
        now = batch.was._replace(turn=batch.was.turn + 1)
        self._table.transact([g.begin(self._name, number, batch.was, self._now()), *first])
        for piece in middle:
            self._table.transact([g.unmoved(self._name, number, now), *piece])
        moved = batch._replace(was=now)
        self._table.transact([g.step(self._name, number, moved, self._now()), *last])
        for one in batch.changes:
            if one.kept.body is None and one.was and not one.added:
                self._forget(number, one)

    def _forget(self, number: int, change: Change) -> None:
        """Remove what a deleted row left, unless somebody has made it again."""
        with suppress(Refused):
            self._table.delete_if(i.left_behind(self._name, number, change))

    def _parked(self, number: int, positions: Iterable[int]) -> Iterable[i.Item]:
        return self._table.get_all(i.parked_key(number, position) for position in positions)

    def blocked(
        self, generation: Generation, streams: Collection[str] | None = None, /
    ) -> Mapping[str, int]:
        partition, first = i.waiting_partition(generation.id), dict[str, int]()
        # Mostly there is nothing, or so little that one request has all of it.
        most = None if streams is None else FEW
        found = list(islice(self._table.query(partition, at_once=most), most))
        for item in found:
            first.setdefault(*i.waiting(item))
        if streams is None or len(found) < FEW:
            return first if streams is None else {s: first[s] for s in streams if s in first}
        return dict(self._first_parked(generation.id, streams))

    def _first_parked(self, number: int, streams: Iterable[str]) -> Iterator[tuple[str, int]]:
        for stream in streams:
            low, high = (i.text(i.waiting_key(number, stream, at), "sk") for at in (0, LAST))
            waiting = self._table.query(i.waiting_partition(number), low=low, high=high, at_once=1)
            for item in islice(waiting, 1):
                yield i.waiting(item)

    def parked(
        self,
        generation: Generation,
        stream: str | None = None,
        /,
        *,
        after: int = 0,
        limit: int = 1000,
    ) -> Sequence[Parked]:
        number = generation.id
        found = self._table.get(i.record(number))
        until = i.checkpoint(found).position if found else 0
        if until <= after:
            return []
        if stream is None:
            bounds = (i.text(i.parked_key(number, at), "sk") for at in (after + 1, until))
            low, high = bounds
            items = self._table.query(i.parked_partition(number), low=low, high=high, at_once=limit)
        else:
            low, high = (
                i.text(i.waiting_key(number, stream, at), "sk") for at in (after + 1, until)
            )
            waiting = self._table.query(
                i.waiting_partition(number), low=low, high=high, at_once=limit
            )
            items = iter(
                self._parked(number, [i.waiting(one)[1] for one in islice(waiting, limit)])
            )
        return sorted(i.parked(item) for item in islice(items, limit))

    def parked_count(self, generation: Generation, limit: int, /) -> int:
        number = generation.id
        found = self._table.get(i.record(number))
        until = i.checkpoint(found).position if found else 0
        high = i.text(i.parked_key(number, until), "sk")
        return self._table.count(i.parked_partition(number), high=high, limit=limit)

    def keys(self, generation: Generation, after: str, limit: int, /) -> Sequence[str]:
        at_once = max(10, 2 * limit // i.SHARDS)
        shards = (
            self._keys(i.row_partition(generation.id, shard), after, at_once)
            for shard in range(i.SHARDS)
        )
        return list(islice(merge(*shards), limit))

    def suspects(self, one: Generation, other: Generation, /) -> Iterator[str]:
        """All of both: to compare them here would read them just as well."""
        return (key for key, _ in groupby(merge(self._all_keys(one), self._all_keys(other))))

    def _all_keys(self, generation: Generation) -> Iterator[str]:
        after = ""
        while keys := self.keys(generation, after, KEYS_AT_ONCE):
            yield from keys
            after = keys[-1]

    def _keys(self, partition: str, after: str, at_once: int) -> Iterator[str]:
        low = after and after + i.NUL
        for item in self._table.query(partition, low=low, at_once=at_once):
            if "b" in item or "z" in item or item["e"]["M"]:
                yield i.text(item, "sk")

    def stored(self, generation: Generation, keys: Iterable[str], /) -> Mapping[str, Stored]:
        number, wanted = generation.id, list(keys)
        self._settle(generation)
        items = self._table.get_all(i.row_key(number, key) for key in wanted)
        by_key = {i.text(item, "sk"): item for item in items}
        places = {key: i.places(item) for key, item in by_key.items()}
        listed = self._table.get_all(
            i.list_key(number, entry, key) for key, those in places.items() for entry in those
        )
        there = {(i.text(item, "pk"), i.text(item, "sk")) for item in listed}
        return {
            key: Stored(
                i.row(by_key[key]) if key in by_key else None,
                frozenset(
                    one for one in places.get(key, ()) if _at(i.list_key(number, one, key)) in there
                ),
            )
            for key in wanted
        }

    def _settle(self, generation: Generation) -> None:
        """Until no commit in pieces is under way: its rows are ahead of the checkpoint."""
        end = monotonic() + SETTLED_SECONDS
        while (found := self._table.get(i.record(generation.id))) and "unfinished" in found:
            if monotonic() > end:
                raise Overtaken(
                    f"a commit of {generation.view} broke off or goes on; let it catch up first"
                )
            sleep(LOOK_SECONDS)

    # Generations

    def touch(self, generation: Generation, /) -> None:
        if not g.touch(self._table, generation.id, self._now()):
            raise _gone(generation)

    def load(self, generation: Generation, part: int, changes: Sequence[Change], /) -> None:
        rows = (i.loaded(self._name, generation.id, one) for one in changes)
        for piece in i.pieces(rows):
            if not g.touch(self._table, generation.id, self._now(), loading=True):
                raise _gone(generation)
            try:
                self._table.transact([g.unsealed(self._name, generation.id, part), *piece])
            except Refused as error:
                raise Overtaken(
                    f"{generation.view} is not loaded any more, or a row is of another part"
                ) from error

    def seal(self, generation: Generation, parts: int, /) -> None:
        g.seal(self._table, generation.id, parts)

    def swap(self, generation: Generation, live: Generation, seen: Checkpoint, /) -> bool:
        if self.checkpoint(generation).position < seen.position:
            return False
        if generation.id == live.id:
            return self.live(live.view) == live and self.checkpoint(live) == seen
        try:
            self._table.transact(g.swap(self._name, generation, live, seen, self._now()))
        except Refused:
            self.checkpoint(generation)
            return False
        self._bell.ring()
        return True

    def abandon(self, generation: Generation, /) -> None:
        g.give_up(self._table, generation.id, self._now())

    def sweep(self, *, idle: float = 600.0) -> None:
        now = self._clock()
        g.sweep(self._table, idle_since=_ms(now - idle), now=_ms(now), grace=_ms(self._grace))

    def _now(self) -> int:
        return _ms(self._clock())


def _ms(seconds: float) -> int:
    return int(seconds * 1000)


def _gone(generation: Generation) -> Overtaken:
    return Overtaken(f"generation {generation.id} of {generation.view} is gone")


def _at(key: i.Item) -> tuple[str, str]:
    return i.text(key, "pk"), i.text(key, "sk")


def _cursor(item: i.Item) -> Cursor:
    sort = i.text(item, "sk").split(i.NUL)[0]
    return Cursor(sort, i.text(item, "k"))


def _bounds(
    after: Cursor | None, lower: str | None, upper: str | None, *, descending: bool
) -> tuple[str, str]:
    """
    Inclusive bounds of `sk`, "" for none. Every `sk` has U+0000 behind its `sort`, so none is equal
    to a bound of `sort`, and it lies on the same side of it as its `sort` does.
    """
    low, high = lower or "", i.NUL if upper == "" else upper or ""
    if after is None:
        return low, high
    last = i.NUL.join(after)
    if descending:
        return low, min(high, last) if high else last
    return max(low, last), high
