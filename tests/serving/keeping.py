"""A published event, taken in and kept by a store of today."""

from typing import Any

from pydantic_core import to_json

from chalicelib.bootstrap.codec import CODEC
from chalicelib.contract.events import published
from chalicelib.eventlog import codec
from chalicelib.eventlog.envelope import Circumstances, Recorded
from chalicelib.eventlog.ports import CommandId, Commit

Json = dict[str, Any]


def commit_of(event: Json) -> Commit:
    """The published event as a commit of its own, in the bytes that a store would have."""
    body = {
        "recorded_at": event["recorded_at"],
        "correlation_id": event["correlation_id"],
        **{name: event[name] for name in ("occurred_at", "actor", "channel")},
        **({} if event["source"] is None else {"source": event["source"]}),
        "events": [{name: event[name] for name in ("type", "schema", "data")}],
    }
    command = CommandId(event["causation_id"], b"")
    return Commit(
        event["stream"], event["version"], 1, command, to_json(body), b"", event["position"]
    )


def decoded(event: Json) -> Recorded:
    """What a published event is to this release; raises UnknownEvent, ValidationError."""
    return codec.decode(CODEC, commit_of(event))[0]


def again(one: Recorded) -> Json:
    """The published form of `one` after a store has kept it."""
    circumstances = Circumstances(one.occurred_at, one.actor, one.channel, one.source)
    body = codec.encode(
        [one.data],
        circumstances,
        recorded_at=one.recorded_at,
        correlation_id=one.correlation_id,
    )
    command = CommandId(one.causation_id, b"")
    commit = Commit(one.stream, one.version, 1, command, body, b"", one.position)
    return published(codec.decode(CODEC, commit)[0])
