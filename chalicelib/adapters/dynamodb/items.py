"""
A commit <-> one DynamoDB item, in the low-level AttributeValue format.

    stream   S  partition key          c  S  command id
    version  N  sort key: of the       f  B  fingerprint of the command's body
                commit's first event   h  B  hash
    n        N  events, if not 1       b  B  body, or z: the same, raw-deflated

Names are short because DynamoDB counts them. What is stored is forever: an attribute may be added
here, but none may change its meaning.
"""

import zlib
from base64 import b64decode
from collections.abc import Mapping
from decimal import Decimal
from math import ceil
from typing import Any

from ...eventlog.ports import MAX_BODY, CommandId, Commit, Damaged

Item = dict[str, Any]

# https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html
MAX_ITEM = 400 * 1024
_WRITE_UNIT = 1024
_RAW_DEFLATE = -zlib.MAX_WBITS
_LEVEL = 6  # 9 saved no write unit more on the published examples, and takes a quarter longer


def to_item(commit: Commit) -> Item:
    """The smaller of both forms if that saves a write unit, else the body as it is."""
    plain = {**_head(commit), "b": {"B": commit.body}}
    if write_units(plain) == 1:
        return plain
    packed = {**_head(commit), "z": {"B": _deflated(commit.body)}}
    return packed if write_units(packed) < write_units(plain) else plain


def _head(commit: Commit) -> Item:
    head: Item = {
        "stream": {"S": commit.stream},
        "version": {"N": str(commit.version)},
        "c": {"S": commit.command.id},
        "f": {"B": commit.command.fingerprint},
        "h": {"B": commit.hash},
    }
    return head if commit.length == 1 else {**head, "n": {"N": str(commit.length)}}


def from_item(item: Mapping[str, Any]) -> Commit:
    """The commit, without a position; raises Damaged."""
    try:
        command = CommandId(item["c"]["S"], item["f"]["B"])
        length = int(item["n"]["N"]) if "n" in item else 1
        body = item["b"]["B"] if "b" in item else _inflated(item["z"]["B"])
        version, digest = int(item["version"]["N"]), item["h"]["B"]
        return Commit(item["stream"]["S"], version, length, command, body, digest)
    except (KeyError, ValueError, zlib.error) as error:
        raise Damaged(f"{_name(item)} is not stored as a commit is: {error!r}") from error


def from_image(image: Mapping[str, Any]) -> Commit:
    """
    The commit in a stream record as Lambda gets it (`dynamodb.NewImage`): JSON, so bytes come in
    base64. Raises Damaged.
    """
    try:
        return from_item({name: _decoded(value) for name, value in image.items()})
    except (AttributeError, ValueError, TypeError) as error:
        raise Damaged(f"{_name(image)} is not stored as a commit is: {error!r}") from error


def _decoded(value: Mapping[str, Any]) -> Mapping[str, Any]:
    return {"B": b64decode(value["B"], validate=True)} if "B" in value else value


def _name(item: Mapping[str, Any]) -> str:
    """Of an item that may be anything."""
    return "@".join(str(item.get(key)) for key in ("stream", "version"))


def _deflated(body: bytes) -> bytes:
    deflate = zlib.compressobj(_LEVEL, zlib.DEFLATED, _RAW_DEFLATE)
    return deflate.compress(body) + deflate.flush()


def _inflated(packed: bytes) -> bytes:
    inflate = zlib.decompressobj(_RAW_DEFLATE)
    # Bounded: a forged item of 400 KB could fill the memory.
    body = inflate.decompress(packed, MAX_BODY + 1)
    if not inflate.eof or len(body) > MAX_BODY:
        raise ValueError("a body that is cut off or too long")
    return body


def write_units(item: Mapping[str, Any]) -> int:
    """What one PutItem of it costs on demand."""
    return ceil(size(item) / _WRITE_UNIT)


def size(item: Mapping[str, Any]) -> int:
    """
    Bytes as DynamoDB counts them, of an item of strings, numbers and binary values:
    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
    """
    return sum(len(name.encode()) + _size(value) for name, value in item.items())


def _size(value: Mapping[str, Any]) -> int:
    (kind, content), *_ = value.items()
    match kind:
        case "S":
            return len(content.encode())
        case "B":
            return len(content)
        case _:
            return _number_size(Decimal(content))


def _number_size(number: Decimal) -> int:
    # The page says "approximately" 1 byte for two digits. A pair is two decimal places, as in 1|20:
    # counted so, the estimate is never below what is charged.
    sign, digits, exponent = number.as_tuple()
    written = "".join(map(str, digits)).lstrip("0")
    significant = written.rstrip("0")
    if not significant:
        return 1
    lowest = int(exponent) + len(written) - len(significant)
    pairs = ceil((len(significant) + lowest) / 2) - lowest // 2
    return pairs + 1 + sign
