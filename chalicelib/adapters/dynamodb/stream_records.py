"""Records of the events' table (DynamoDB Streams, NEW_IMAGE), as a Lambda function gets them."""

from collections.abc import Mapping
from typing import Any

from ...eventlog.ports import Damaged
from ...eventlog.sequencing.plan import Arrival, Trouble
from .items import from_image

# The stream that a record goes to whose own stream cannot be told.
NOBODY = "unknown"


def arrivals(event: Mapping[str, Any]) -> list[Arrival]:
    """All of the event's records, in order; what is not a new commit as its trouble."""
    return [arrival(record) for record in event["Records"]]


def arrival(record: Mapping[str, Any]) -> Arrival:
    """A commit never changes: that its item did, or was removed, is an alarm."""
    change = record.get("dynamodb", {})
    number = str(change.get("SequenceNumber", ""))
    stream, version = _key(change)
    name = record.get("eventName")
    if name != "INSERT":
        detail = f"its item got a {name} in the events' table"
        return Arrival(number, stream, version, Trouble(version, "altered", detail))
    try:
        commit = from_image(change["NewImage"])
    except (Damaged, KeyError) as error:
        return Arrival(number, stream, version, Trouble(version, "unreadable", str(error)))
    if (commit.stream, commit.version) != (stream, version):
        detail = f"its record is of {commit.stream}@{commit.version}"
        return Arrival(number, stream, version, Trouble(version, "unreadable", detail))
    return Arrival(number, stream, version, commit)


def _key(change: Mapping[str, Any]) -> tuple[str, int]:
    try:
        keys = change["Keys"]
        return str(keys["stream"]["S"]), int(keys["version"]["N"])
    except (KeyError, TypeError, ValueError):
        return NOBODY, 0
