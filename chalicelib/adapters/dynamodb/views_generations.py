"""The records of generations: how one is made, moves on, takes over, and goes."""

from collections.abc import Iterable, Iterator
from itertools import islice

from ...eventlog.views.port import Batch, Checkpoint, Generation
from . import views_items as i
from .views_table import Refused, Table

UNMOVED = "reached = :reached AND turn = :turn AND standing <> :given_up"
SAME_TURN = "turn = :turn AND standing <> :given_up"
CHUNK = 25


def make(table: Table, view: str, signature: str, standing: str, now: int) -> Generation:
    """Raises Refused if it is to be live and there is a live one."""
    number = _next(table)
    items = [
        i.new_record(number, view, signature, standing, str(now)),
        {**i.registered(number), "view": {"S": view}},
    ]
    writes: list[i.Write] = [{"Put": {"TableName": table.name, "Item": item}} for item in items]
    if standing == i.LIVE:
        writes.append({"Put": _first_pointer(table.name, number, view, signature)})
    table.transact(writes)
    return Generation(number, view, signature)


def _next(table: Table) -> int:
    counted = table.update(
        {
            "Key": i.COUNTER,
            "UpdateExpression": "ADD numbered :one",
            "ExpressionAttributeValues": {":one": {"N": "1"}},
        }
    )
    return i.number(counted, "numbered")


def _first_pointer(table: str, number: int, view: str, signature: str) -> i.Item:
    item = {
        **i.pointer(view),
        "generation": {"N": str(number)},
        "signature": {"S": signature},
    }
    return {"TableName": table, "Item": item, "ConditionExpression": "attribute_not_exists(pk)"}


# Commits


def step(table: str, number: int, batch: Batch, now: int) -> i.Write:
    """The checkpoint moves on from where it was; a retry takes a turn."""
    values = {"turn": batch.was.turn, "given_up": i.GIVEN_UP, "now": now}
    if batch.position is None:
        sets, values = "SET turn = :next, touched = :now", {**values, "next": batch.was.turn + 1}
        return {"Update": {"TableName": table, **i.on_record(number, SAME_TURN, sets, values)}}
    values |= {"reached": batch.was.position, "position": batch.position}
    sets = "SET reached = :position, touched = :now REMOVE unfinished"
    return {"Update": {"TableName": table, **i.on_record(number, UNMOVED, sets, values)}}


def begin(table: str, number: int, was: Checkpoint, now: int) -> i.Write:
    """
    A commit in pieces. It takes a turn, so that of several workers at one checkpoint only the last
    to begin goes on: all others are refused at their next piece.
    """
    sets = "SET turn = :next, touched = :now, unfinished = :next"
    values = {"next": was.turn + 1, "now": now, **_at(was)}
    return {"Update": {"TableName": table, **i.on_record(number, UNMOVED, sets, values)}}


def unmoved(table: str, number: int, was: Checkpoint) -> i.Write:
    return {"ConditionCheck": {"TableName": table, **i.on_record(number, UNMOVED, "", _at(was))}}


def _at(was: Checkpoint) -> dict[str, int | str]:
    return {"reached": was.position, "turn": was.turn, "given_up": i.GIVEN_UP}


# Loads


def touch(table: Table, number: int, now: int, *, loading: bool = False) -> bool:
    """False if the generation is gone or, for `loading`, no longer a rebuild."""
    if loading:
        condition, values = "standing = :building", {"building": i.BUILDING, "now": now}
        sets = "SET touched = :now, loading = :now"
    else:
        condition = "attribute_exists(pk) AND standing <> :given_up"
        sets, values = "SET touched = :now", {"given_up": i.GIVEN_UP, "now": now}
    return _done(table, i.on_record(number, condition, sets, values))


def unsealed(table: str, number: int, part: int) -> i.Write:
    # An item for each part: on one for all, the transactions of all workers would collide.
    check = {
        "TableName": table,
        "Key": i.sealed_key(number, part),
        "ConditionExpression": "attribute_not_exists(pk)",
    }
    return {"ConditionCheck": check}


def seal(table: Table, number: int, parts: int) -> None:
    sets, values = "SET parts = :parts", {"parts": parts}
    if not _done(table, i.on_record(number, "attribute_exists(pk)", sets, values)):
        return
    items = [i.sealed_key(number, part) for part in range(parts)]
    for start in range(0, parts, i.MOST):
        some = items[start : start + i.MOST]
        table.transact([{"Put": {"TableName": table.name, "Item": one}} for one in some])


# Ends


def swap(table: str, new: Generation, old: Generation, seen: Checkpoint, now: int) -> list[i.Write]:
    replaced = i.on_record(
        old.id,
        "standing = :live AND reached = :reached AND turn = :turn",
        "SET standing = :given_up, touched = :now, was_live = :now",
        {**_at(seen), "live": i.LIVE, "now": now},
    )
    replacing = i.on_record(
        new.id,
        "standing = :building AND reached >= :reached",
        "SET standing = :live",
        {"building": i.BUILDING, "live": i.LIVE, "reached": seen.position},
    )
    pointed = {
        "Key": i.pointer(old.view),
        "ConditionExpression": "generation = :old",
        "UpdateExpression": "SET generation = :new, signature = :signature",
        "ExpressionAttributeValues": {
            ":old": {"N": str(old.id)},
            ":new": {"N": str(new.id)},
            ":signature": {"S": new.signature},
        },
    }
    return [{"Update": {"TableName": table, **one}} for one in (replaced, replacing, pointed)]


def give_up(table: Table, number: int, now: int, idle_since: int | None = None) -> bool:
    """A rebuild, or one in which nothing happened since."""
    condition, sets = "standing = :building", "SET standing = :given_up, touched = :now"
    values: dict[str, int | str] = {"building": i.BUILDING, "given_up": i.GIVEN_UP, "now": now}
    if idle_since is not None:
        condition += " AND touched <= :idle"
        values["idle"] = idle_since
    return _done(table, i.on_record(number, condition, sets, values))


def _done(table: Table, update: i.Item) -> bool:
    try:
        table.update(update)
    except Refused:
        return False
    return True


def sweep(table: Table, *, idle_since: int, now: int, grace: int) -> None:
    """What it has begun to drop another call goes on with; two at once do no harm."""
    for item in list(table.query(i.ALL)):
        number = int(i.text(item, "sk"))
        give_up(table, number, now, idle_since)
        found = table.get(i.record(number))
        if found is None or _may_go(found, now - grace):
            _drop(table, number, i.number(found, "parts") if found and "parts" in found else 0)


def _may_go(record: i.Item, since: int) -> bool:
    """
    Given up, and nobody is left who reads it, or who loads it and has yet to notice. Whoever
    commits to it notices at once.
    """
    if i.text(record, "standing") != i.GIVEN_UP:
        return False
    committed_only = "loading" not in record and "was_live" not in record
    return committed_only or i.number(record, "touched") <= since


def _drop(table: Table, number: int, parts: int) -> None:
    """The places of a row before the row, which names them; the record last, but for its name."""
    for shard in range(i.SHARDS):
        rows = table.query(i.row_partition(number, shard))
        while some := list(islice(rows, CHUNK)):
            table.delete_all(_places(number, some))
            table.delete_all(some)
    for partition in (i.parked_partition(number), i.waiting_partition(number)):
        table.delete_all(table.query(partition))
    table.delete_all(i.sealed_key(number, part) for part in range(parts))
    table.delete_all([i.record(number)])
    table.delete_all([i.registered(number)])


def _places(number: int, rows: Iterable[i.Item]) -> Iterator[i.Item]:
    for row in rows:
        for entry in i.places(row):
            yield i.list_key(number, entry, i.text(row, "sk"))
