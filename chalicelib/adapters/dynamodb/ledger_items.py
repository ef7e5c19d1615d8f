"""
The items of the log's table, by partition and sort key:

    #heads      lane           p  last position, d  SHA-256 of its last segment;
                               in lane 000, the log: m  how far each lane is merged
    #log, or    last position  f  first position, c  commits, k  object, d  SHA-256, z  bytes of it;
    #lane-001                  of a lane besides: g  where it begins in the log, once it is merged
    (a stream)  cursor         v  version, h  hash, p  position, l  lane, w  that it waits
    #parked     id             stream, version, reason, detail, record, at
    #swept      lane           k  the last object that was looked at
    #log-id     id             i  the id of the log, wherever it is copied to
    #notes      name           n  what the engine noted of its own work, by name

Every commit writes a cursor: its names are short because DynamoDB counts them.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from ...eventlog.sequencing.ports import LOG, Cursor, Head, Parked, Segment

Item = dict[str, Any]

HEADS = "#heads"
PARKED = "#parked"
SWEPT = "#swept"
LOG_ID = "#log-id"
NOTES = "#notes"
# Of every sort key that is a lane, or a position.
LAST_LANE = "999"
LAST_SORT = "9" * 15


def key(partition: str, sort: str) -> Item:
    return {"pk": {"S": partition}, "sk": {"S": sort}}


def number(value: int) -> Item:
    return {"N": str(value)}


def head_key(lane: int) -> Item:
    return key(HEADS, f"{lane:03d}")


def head_of(item: Mapping[str, Any]) -> Head:
    return Head(int(item["p"]["N"]), item["d"]["B"])


def log_id_key() -> Item:
    return key(LOG_ID, "id")


def log_id_item(log: str) -> Item:
    return {**log_id_key(), "i": {"S": log}}


def cursor_key(stream: str) -> Item:
    return key(stream, "cursor")


def cursor_item(cursor: Cursor) -> Item:
    return {
        **cursor_key(cursor.stream),
        "v": number(cursor.version),
        "h": {"B": cursor.hash},
        "p": number(cursor.position),
        "l": number(cursor.lane),
    }


def cursor_of(item: Mapping[str, Any]) -> Cursor:
    stream, waits = item["pk"]["S"], "w" in item
    if "h" not in item:  # a stream of which nothing is in the log, and something was parked
        return Cursor(stream, waits=waits)
    lane, version, position = (int(item[name]["N"]) for name in "lvp")
    return Cursor(stream, lane, version, item["h"]["B"], position, waits)


def index_of(lane: int) -> str:
    return "#log" if lane == LOG else f"#lane-{lane:03d}"


def segment_key(segment: Segment) -> Item:
    # By the last position: the first item past a position is the segment that a reader needs next.
    return key(index_of(segment.lane), position_sort(segment.last))


def position_sort(position: int) -> str:
    return f"{position:015d}"


def segment_item(segment: Segment) -> Item:
    return {
        **segment_key(segment),
        "f": number(segment.first),
        "c": number(segment.commits),
        "k": {"S": segment.key},
        "d": {"B": segment.digest},
        "z": number(segment.size),
    }


def segment_of(lane: int, item: Mapping[str, Any]) -> Segment:
    first, commits, size = (int(item[name]["N"]) for name in "fcz")
    merged = int(item["g"]["N"]) if "g" in item else None
    last = int(item["sk"]["S"])
    return Segment(lane, first, last, commits, item["k"]["S"], item["d"]["B"], size, merged)


def parked_key(parked_id: str) -> Item:
    return key(PARKED, parked_id)


def parked_item(parked: Parked) -> Item:
    return {
        "stream": {"S": parked.stream},
        "version": number(parked.version),
        "reason": {"S": parked.reason},
        "detail": {"S": parked.detail},
        "record": {"S": parked.record},
        "at": {"S": parked.at.isoformat()},
    }


def parked_of(item: Mapping[str, Any]) -> Parked:
    stream, reason, detail, record, at = (
        item[name]["S"] for name in ("stream", "reason", "detail", "record", "at")
    )
    version = int(item["version"]["N"])
    return Parked(stream, version, reason, detail, record, datetime.fromisoformat(at))
