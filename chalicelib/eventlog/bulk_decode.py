"""
Many commits decoded at once: the parser makes events and circumstances straight from the bytes.

It knows only what is written today. Whatever does not fit, an older schema or a damaged body, is
left to `feed.decoded`, which knows everything there is and says what is wrong.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import cache, lru_cache
from typing import Any, NotRequired

from pydantic import TypeAdapter, ValidationError

from ..kernel.actor import Actor, Channel
from ..kernel.base import Frozen
from .codec import Codec, bodies, schema_version
from .envelope import Recorded
from .feed import Decoded, decoded
from .ports import Commit

Decode = Callable[[Sequence[Commit]], list[Decoded]]

# One bad body makes all that are parsed with it be parsed again, one by one.
TOGETHER = 64

# As these are given to the parser, and not found by it, all of them have the current schema.
_CIRCUMSTANCES: Mapping[str, Any] = {
    "occurred_at": datetime,
    "actor": Actor,
    "channel": Channel,
}
_SOURCE: Mapping[str, Any] = {"source": NotRequired[str | None]}
_BODY = {"recorded_at": datetime, "correlation_id": str, **_CIRCUMSTANCES, **_SOURCE}
_OWN = {**{name: NotRequired[kind] for name, kind in _CIRCUMSTANCES.items()}, **_SOURCE}


@lru_cache(4)
def decoder(codec: Codec) -> Decode:
    """What decodes commits as `feed.decoded` does. Making it takes a moment, the first time."""
    parser = bodies(codec.types.values(), _BODY, _OWN)

    def decode(commits: Sequence[Commit]) -> list[Decoded]:
        return [
            one
            for at in range(0, len(commits), TOGETHER)
            for one in _some(codec, parser, commits[at : at + TOGETHER])
        ]

    return decode


def _some(codec: Codec, parser: TypeAdapter[Any], commits: Sequence[Commit]) -> Iterator[Decoded]:
    try:
        found = parser.validate_json(b"[%b]" % b",".join([one.body for one in commits]))
    except ValidationError:
        found = []
    # Bytes that are no JSON by themselves can be some beside others.
    if len(found) != len(commits):
        yield from (decoded(codec, commit) for commit in commits)
        return
    for commit, body in zip(commits, found, strict=True):
        if len(body["events"]) != commit.length:
            yield decoded(codec, commit)
        else:
            yield Decoded(commit, _events(commit, body))


def _events(commit: Commit, body: dict[str, Any]) -> list[Recorded]:
    stream, version, position = commit.stream, commit.version, commit.position
    command = commit.command.id
    events = []
    recorded_at, correlation_id = body["recorded_at"], body["correlation_id"]
    for offset, entry in enumerate(body["events"]):
        own = entry if "actor" in entry else body
        data = entry["data"]
        kind: Any = type(data)
        name, schema = _named(kind)
        values = (
            stream,
            version + offset,
            None if position is None else position + offset,
            name,
            schema,
            recorded_at,
            own["occurred_at"],
            own["actor"],
            own["channel"],
            command,
            correlation_id,
            own.get("source"),
            data,
        )
        events.append(Recorded._make(values))  # takes half the time of a call
    return events


@cache
def _named(kind: type[Frozen]) -> tuple[str, int]:
    return kind.__name__, schema_version(kind)
