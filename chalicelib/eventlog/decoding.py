"""
Commits decoded, with what cannot be decoded in its place: one by one, or many at once.

Of many, the parser makes events and circumstances straight from the bytes. It knows only what is
written today. Whatever does not fit, an older schema or a damaged body, is left to `decoded`, which
knows everything there is and says what is wrong.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import cache, lru_cache
from typing import Any, NamedTuple, NotRequired

from pydantic import TypeAdapter, ValidationError
from pydantic_core import from_json, to_json

from ..kernel.actor import Actor, Channel
from ..kernel.base import Frozen
from .codec import Codec, bodies, decode, schema_version
from .envelope import Recorded
from .ports import Commit, Damaged


class Undecodable(NamedTuple):
    """An event that this release cannot read; `type` is "" if not even that is known."""

    stream: str
    version: int
    position: int
    type: str
    error: Exception


class Decoded(NamedTuple):
    commit: Commit
    events: Sequence[Recorded | Undecodable]


# One by one


def decoded(codec: Codec, commit: Commit) -> Decoded:
    try:
        events = decode(codec, commit)
        if len(events) != commit.length:
            raise Damaged(f"{commit.stream}@{commit.version} has not {commit.length} events")  # noqa: TRY301 - to be handled alike
    except Exception as error:  # noqa: BLE001 - whatever is wrong with it, only its stream shall wait
        return Decoded(commit, list(_one_by_one(codec, commit, error)))
    return Decoded(commit, events)


def _one_by_one(codec: Codec, commit: Commit, error: Exception) -> Iterator[Recorded | Undecodable]:
    """Apart, so that only what cannot be read has to be skipped, and not what stands beside it."""
    common, entries = _parts(commit)
    for offset in range(commit.length):
        version, position = commit.version + offset, commit.first_position + offset
        if len(entries) != commit.length:
            yield Undecodable(commit.stream, version, position, "", error)
            continue
        body = to_json({**common, "events": [entries[offset]]})
        alone = commit._replace(version=version, position=position, length=1, body=body)
        try:
            yield decode(codec, alone)[0]
        except Exception as problem:  # noqa: BLE001 - as in `decoded`
            yield Undecodable(commit.stream, version, position, _type(entries[offset]), problem)


def _parts(commit: Commit) -> tuple[dict[str, Any], list[Any]]:
    try:
        body = from_json(commit.body)
        return body, list(body["events"])
    except (ValueError, TypeError, KeyError):
        return {}, []


def _type(entry: Any) -> str:
    return str(entry.get("type", "")) if isinstance(entry, dict) else ""


# Many at once


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
    """What decodes commits as `decoded` does. Making it takes a moment, the first time."""
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
