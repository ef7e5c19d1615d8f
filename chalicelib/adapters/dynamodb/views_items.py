"""Keys, items and conditional writes of DynamoViews, in the low-level AttributeValue format."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime
from functools import partial
from typing import Any, NamedTuple
from zlib import compress, crc32, decompress

from pydantic_core import from_json, to_json

from ...eventlog.views.port import Change, Checkpoint, Entry, Failure, Kept, Parked, Row

Item = dict[str, Any]
Write = dict[str, Any]

NUL = "\0"
SHARDS = 16
MOST = 100  # items of one transaction
MOST_BYTES = 3_500_000  # of 4 MB; names and numbers are not counted below
UNIT = 1024
AROUND = 200  # what an item has beside its body, about

LIVE, BUILDING, GIVEN_UP = "live", "building", "given up"
COUNTER = {"pk": {"S": "COUNTER"}, "sk": {"S": "GENERATIONS"}}
ALL = "GENERATIONS"


class Part(NamedTuple):
    """Writes that belong together, and about how many bytes they are."""

    writes: list[Write]
    size: int


# Keys


def key(pk: str, sk: str) -> Item:
    return {"pk": {"S": pk}, "sk": {"S": sk}}


def of_log() -> Item:
    return key("LOG", "ID")


def pointer(view: str) -> Item:
    return key(f"VIEW#{view}", "LIVE")


def record(number: int) -> Item:
    return key(f"GENERATION#{number}", "CHECKPOINT")


def registered(number: int) -> Item:
    return key(ALL, f"{number:020}")


def row_partition(number: int, shard: int) -> str:
    return f"ROW#{number}#{shard:x}"


def row_key(number: int, name: str) -> Item:
    return key(row_partition(number, crc32(name.encode()) % SHARDS), name)


def list_partition(number: int, index: str, partition: str) -> str:
    return f"LISTED#{number}#{index}{NUL}{partition}"


def list_key(number: int, entry: Entry, name: str) -> Item:
    index, partition, sort = entry
    return key(list_partition(number, index, partition), f"{sort}{NUL}{name}")


def parked_partition(number: int) -> str:
    return f"PARKED#{number}"


def parked_key(number: int, position: int) -> Item:
    return key(parked_partition(number), f"{position:020}")


def waiting_partition(number: int) -> str:
    return f"WAITING#{number}"


def waiting_key(number: int, stream: str, position: int) -> Item:
    return key(waiting_partition(number), f"{stream}{NUL}{position:020}")


def sealed_key(number: int, part: int) -> Item:
    return key(f"SEALED#{number}#{part}", "SEALED")


def text(item: Item, name: str) -> str:
    return str(item[name]["S"])


def number(item: Item, name: str) -> int:
    return int(item[name]["N"])


# Rows


def place(entry: Entry) -> str:
    """The name of a place within its row."""
    return NUL.join(entry)


def places(item: Item) -> frozenset[Entry]:
    return frozenset(Entry(*one.split(NUL)) for one in item["e"]["M"])


def body_of(item: Item) -> bytes | None:
    if "z" in item:
        return decompress(item["z"]["B"])
    return item["b"]["B"] if "b" in item else None


def row(item: Item) -> Row | None:
    body = body_of(item)
    if body is None:
        return None
    parsed: Row = from_json(body)
    return parsed


def kept(item: Item) -> Kept:
    return Kept(body_of(item), number(item, "a"))


def _packed(body: bytes) -> Item:
    """Deflated where that saves a write unit."""
    small = compress(body, 6) if len(body) + AROUND > UNIT else body
    if _units(small) < _units(body):
        return {"z": {"B": small}}
    return {"b": {"B": body}}


def _units(body: bytes) -> int:
    return -(-(len(body) + AROUND) // UNIT)


def changed(table: str, generation: int, change: Change, *, keep: bool) -> Part:
    """
    A row with the places that it comes to and leaves. With `keep`, a deleted row leaves its
    `applied` behind.
    """
    listed = partial(list_key, generation, name=change.key)
    writes = [_put(table, {**listed(one), "k": {"S": change.key}}) for one in change.added]
    writes += [_delete(table, listed(one)) for one in change.removed]
    gone = change.kept.body is None and not change.added
    if change.was:
        whole = _drop(table, generation, change) if gone and not keep else None
        writes.append(whole or _update_row(table, generation, change))
    elif not gone:
        made = _put(table, _new_row(generation, change))
        made["Put"]["ConditionExpression"] = "attribute_not_exists(pk)"
        writes.append(made)
    return _sized(writes, change)


def loaded(table: str, generation: int, change: Change) -> Part:
    """A row that nobody else writes: again is the same, and another is refused."""
    listed = partial(list_key, generation, name=change.key)
    writes = [_put(table, {**listed(one), "k": {"S": change.key}}) for one in change.added]
    made = _put(table, _new_row(generation, change))
    made["Put"]["ConditionExpression"] = "attribute_not_exists(pk) OR a = :a"
    made["Put"]["ExpressionAttributeValues"] = {":a": {"N": str(change.kept.applied)}}
    return _sized([made, *writes], change)


def _sized(writes: list[Write], change: Change) -> Part:
    named = sum(len("".join(one)) + len(change.key) for one in change.added | change.removed)
    return Part(writes, len(change.kept.body or b"") + 8 * named)


def _new_row(generation: int, change: Change) -> Item:
    body, applied = change.kept
    there = {} if body is None else _packed(body)
    listed: Item = {"M": {place(one): {"BOOL": True} for one in change.added}}
    return {**row_key(generation, change.key), **there, "a": {"N": str(applied)}, "e": listed}


def _update_row(table: str, generation: int, change: Change) -> Write:
    body, applied = change.kept
    values = {} if body is None else _packed(body)
    come, gone = sorted(map(place, change.added)), sorted(map(place, change.removed))
    names = {f"#{n}": one for n, one in enumerate((*come, *gone))}
    paths = [f"e.{name}" for name in names]
    sets = ["a = :a", *(f"{one} = :{one}" for one in values)]
    sets += [f"{path} = :yes" for path in paths[: len(come)]]
    removes = [one for one in ("b", "z") if one not in values] + paths[len(come) :]
    given = {f":{one}": value for one, value in values.items()}
    if come:
        given[":yes"] = {"BOOL": True}
    update: Write = {
        "TableName": table,
        "Key": row_key(generation, change.key),
        "UpdateExpression": f"SET {', '.join(sets)} REMOVE {', '.join(removes)}",
        "ConditionExpression": "a = :was",
        "ExpressionAttributeValues": {
            **given,
            ":a": {"N": str(applied)},
            ":was": {"N": str(change.was)},
        },
    }
    if names:
        update["ExpressionAttributeNames"] = names
    return {"Update": update}


def _drop(table: str, generation: int, change: Change) -> Write:
    return {"Delete": _if_applied(table, row_key(generation, change.key), "a = :was", change.was)}


def left_behind(table: str, generation: int, change: Change) -> Item:
    """Delete what `changed` kept of a deleted row, if it is still just that."""
    condition = "a = :was AND attribute_not_exists(b) AND attribute_not_exists(z)"
    at = row_key(generation, change.key)
    return _if_applied(table, at, condition, change.kept.applied)


def _if_applied(table: str, at: Item, condition: str, applied: int) -> Item:
    return {
        "TableName": table,
        "Key": at,
        "ConditionExpression": condition,
        "ExpressionAttributeValues": {":was": {"N": str(applied)}},
    }


def _put(table: str, item: Item) -> Write:
    return {"Put": {"TableName": table, "Item": item}}


def _delete(table: str, at: Item) -> Write:
    return {"Delete": {"TableName": table, "Key": at}}


# Parked events


def parks(table: str, generation: int, one: Parked) -> Part:
    """
    An update, and no put: an event that is parked again only because it was parked when a batch
    broke off keeps the failure that it was parked for.
    """
    values: Item = {
        ":stream": {"S": one.stream},
        ":version": {"N": str(one.version)},
        ":kind": {"S": one.type},
        ":start": {"N": str(one.commit)},
        ":parked": {"S": one.parked_at.isoformat()},
    }
    sets = "of_stream = :stream, version = :version, kind = :kind"
    sets += ", commit_at = :start, parked_at = :parked"
    if one.failure is not None:
        values[":failure"] = {"B": to_json(one.failure)}
        sets += ", failure = :failure"
    update = {
        "TableName": table,
        "Key": parked_key(generation, one.position),
        "UpdateExpression": f"SET {sets}",
        "ExpressionAttributeValues": values,
    }
    waiting = _put(table, waiting_key(generation, one.stream, one.position))
    return Part([{"Update": update}, waiting], 4000)


def unparks(table: str, generation: int, item: Item) -> Part:
    position = int(text(item, "sk"))
    at = waiting_key(generation, text(item, "of_stream"), position)
    return Part([_delete(table, parked_key(generation, position)), _delete(table, at)], 400)


def parked(item: Item) -> Parked:
    why = Failure(*from_json(item["failure"]["B"])) if "failure" in item else None
    return Parked(
        int(text(item, "sk")),
        text(item, "of_stream"),
        number(item, "version"),
        text(item, "kind"),
        number(item, "commit_at"),
        datetime.fromisoformat(text(item, "parked_at")),
        why,
    )


def waiting(item: Item) -> tuple[str, int]:
    stream, position = text(item, "sk").split(NUL)
    return stream, int(position)


# Checkpoints


def new_record(generation: int, view: str, signature: str, standing: str, now: str) -> Item:
    return {
        **record(generation),
        "view": {"S": view},
        "signature": {"S": signature},
        "standing": {"S": standing},
        "reached": {"N": "0"},
        "turn": {"N": "0"},
        "touched": {"N": now},
    }


def checkpoint(item: Item) -> Checkpoint:
    return Checkpoint(number(item, "reached"), number(item, "turn"))


def on_record(generation: int, condition: str, sets: str, values: Mapping[str, Any]) -> Item:
    """Parameters of an update; values are text or whole numbers."""
    typed = {
        f":{name}": {"S": value} if isinstance(value, str) else {"N": str(value)}
        for name, value in values.items()
    }
    made: Item = {
        "Key": record(generation),
        "ConditionExpression": condition,
        "ExpressionAttributeValues": typed,
    }
    return {**made, "UpdateExpression": sets} if sets else made


# Pieces


def pieces(parts: Iterable[Part], most: int = MOST - 1) -> Iterator[list[Write]]:
    """In order, as few as may be, no part torn apart, each with room for the checkpoint."""
    some: list[Write] = []
    size = 0
    for part in parts:
        if some and (len(some) + len(part.writes) > most or size + part.size > MOST_BYTES):
            yield some
            some, size = [], 0
        some, size = [*some, *part.writes], size + part.size
    yield some


def unique(items: Iterable[Item]) -> Collection[Item]:
    """DynamoDB refuses a key that is asked for twice."""
    return {(text(one, "pk"), text(one, "sk")): one for one in items}.values()
