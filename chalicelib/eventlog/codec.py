"""
Stored bytes <-> events.

A commit's body is one JSON object: what its events have in common, then the events, each with its
type, schema version and data. Events are forever: when a type changes, its `schema_version` grows
and an upcaster from the version before is added here; stored bytes are never rewritten. Where only
optional fields were added, `reads_from` names the first version that is read without one.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from copy import deepcopy
from datetime import datetime
from functools import cache, cached_property
from typing import Annotated, Any, Literal, Union

from pydantic import Field, TypeAdapter, ValidationError
from pydantic_core import from_json, to_json
from typing_extensions import TypedDict

from ..kernel.actor import Actor, Channel
from ..kernel.base import Frozen
from ..kernel.formats import in_ascii
from .envelope import Circumstances, Decided, Happened, Recorded
from .ports import Commit

Upcaster = Callable[[dict[str, Any]], dict[str, Any]]


class UnknownEvent(Exception):
    """
    A stored event is of a type or a schema version, or was done in a role or over a channel, that
    this release does not know: a newer one wrote it.
    """


# Making a parser for all of a category's types costs as much as reading so many commits one by one.
WORTH_A_PARSER = 500


class Category:
    """The event types of streams of one kind (`case`, `item`), imported when one is first read."""

    def __init__(self, load: Callable[[], Iterable[type[Frozen]]]) -> None:
        self._load = load
        self.commits = 0  # that were read

    @cached_property
    def types(self) -> Mapping[str, type[Frozen]]:
        return {kind.__name__: kind for kind in self._load()}

    @cached_property
    def parser(self) -> TypeAdapter[Any]:
        """Reads any number of bodies at once whose events are all of current schemas."""
        return bodies(self.types.values())


class Codec:
    """
    What is made for one is kept for it: two are the same only if they are one. `ANY` stands for
    streams of every category that is not named.
    """

    ANY = ""

    def __init__(
        self,
        categories: Mapping[str, Callable[[], Iterable[type[Frozen]]]],
        upcasters: Mapping[tuple[str, int], Upcaster] | None = None,
    ) -> None:
        self.categories = {name: Category(load) for name, load in categories.items()}
        self.upcasters = upcasters or {}
        self._other = self.categories.get(self.ANY) or Category(tuple)

    def category(self, stream: str) -> Category:
        return self.categories.get(stream.partition("-")[0], self._other)

    def prepare(self) -> None:
        """Import all types and make all parsers: for a process that lives long."""
        for category in self.categories.values():
            if category.types:
                assert category.parser  # noqa: S101 - which is made when it is asked for
                category.commits = WORTH_A_PARSER

    @cached_property
    def types(self) -> Mapping[str, type[Frozen]]:
        """Every type there is, by its name."""
        return {name: kind for one in self.categories.values() for name, kind in one.types.items()}


def bodies(
    types: Iterable[type[Frozen]],
    of_body: Mapping[str, Any] | None = None,
    of_entry: Mapping[str, Any] | None = None,
) -> TypeAdapter[Any]:
    """For lists of bodies whose events are of current schemas; what else is to be read of each."""
    typed_dict: Any = TypedDict  # made at run time: no type checker can follow
    kinds = tuple(
        typed_dict(f"{kind.__name__}Entry", {**_of_type(kind), **(of_entry or {})})
        for kind in types
    )
    one: Any = Annotated[Union[kinds], Field(discriminator="type")] if kinds[1:] else kinds[0]  # noqa: UP007 - a union of what is only known now
    return TypeAdapter(list[typed_dict("Body", {**(of_body or {}), "events": list[one]})])  # type: ignore[misc]


def _of_type(kind: type[Frozen]) -> dict[str, Any]:
    return {
        "type": Literal[kind.__name__],
        "schema": Literal[tuple(range(read_from(kind), schema_version(kind) + 1))],
        "data": kind,
    }


def codec(
    types: Iterable[type[Frozen]], upcasters: Mapping[tuple[str, int], Upcaster] | None = None
) -> Codec:
    """For streams of any category."""
    return Codec({Codec.ANY: lambda: types}, upcasters)


@cache  # pydantic's metaclass is slow to say that there is no such attribute
def schema_version(kind: type[Frozen]) -> int:
    return int(getattr(kind, "schema_version", 1))


@cache
def read_from(kind: type[Frozen]) -> int:
    """
    The first schema version whose data is read as it is: since then only optional fields came.
    """
    return int(getattr(kind, "reads_from", schema_version(kind)))


def encode(
    events: Decided,
    circumstances: Circumstances,
    *,
    recorded_at: datetime,
    correlation_id: str,
) -> bytes:
    # Put together from what each serializer writes: plain objects in between cost twice the time.
    common = {"recorded_at": recorded_at, "correlation_id": correlation_id}
    entries = b",".join([_entry(event) for event in events])
    return b'%b,"events":[%b]}' % (_circumstances(common, circumstances), entries)


def _circumstances(before: dict[str, Any], of: Circumstances) -> bytes:
    """An object that is still open, which begins with `before`."""
    begin = to_json({**before, "occurred_at": of.occurred_at})
    actor = of.actor.__pydantic_serializer__.to_json(of.actor, exclude_defaults=True)
    members = b'%b,"actor":%b,"channel":"%b"' % (begin[:-1], actor, of.channel.encode())
    return members if of.source is None else b'%b,"source":%b' % (members, to_json(of.source))


def _entry(event: Frozen | Happened) -> bytes:
    if isinstance(event, Happened):
        return b"%b,%b}" % (_entry(event.event)[:-1], _circumstances({}, event.circumstances)[1:])
    data = event.__pydantic_serializer__.to_json(event, exclude={"type"}, exclude_none=True)
    return b"%b%b}" % (_opening(type(event)), data)


@cache
def _opening(kind: type[Frozen]) -> bytes:
    return b'{"type":"%b","schema":%d,"data":' % (kind.__name__.encode(), schema_version(kind))


def decode(codec: Codec, commit: Commit) -> list[Recorded]:
    """The events of one commit; raises UnknownEvent."""
    body = from_json(commit.body, cache_strings="keys")
    recorded_at = datetime.fromisoformat(body["recorded_at"])
    common = _read_circumstances(body)
    return [
        Recorded(
            commit.stream,
            commit.version + offset,
            None if commit.position is None else commit.position + offset,
            entry["type"],
            schema_version(type(data)),
            recorded_at,
            own.occurred_at,
            own.actor,
            own.channel,
            commit.command.id,
            body["correlation_id"],
            own.source,
            data,
        )
        for offset, entry in enumerate(body["events"])
        for own in (_read_circumstances(entry) if "actor" in entry else common,)
        for data in (_data(codec, commit, entry),)
    ]


def _read_circumstances(plain: Mapping[str, Any]) -> Circumstances:
    try:
        actor = Actor.__pydantic_validator__.validate_python(plain["actor"])
        channel = Channel(plain["channel"])
    except ValueError as error:
        raise UnknownEvent("an actor or a channel of a kind that is not known") from error
    at = datetime.fromisoformat(plain["occurred_at"])
    return Circumstances(at, actor, channel, plain.get("source"))


def _data(codec: Codec, commit: Commit, entry: Mapping[str, Any]) -> Frozen:
    kind = codec.category(commit.stream).types.get(entry["type"])
    if kind is None:
        raise UnknownEvent(f"{commit.stream}@{commit.version}: no event type {entry['type']}")
    as_it_is = range(read_from(kind), schema_version(kind) + 1)
    data = entry["data"] if entry["schema"] in as_it_is else _upcast(codec, entry, as_it_is)
    validate = kind.__pydantic_validator__.validate_python
    try:
        event: Frozen = validate(data)
    except ValidationError as error:
        event = validate(_in_ascii(data, error))
    return event


def _in_ascii(data: Any, error: ValidationError) -> Any:
    """
    With those codes written in ASCII that fit no pattern: they were taken while a digit was one of
    any alphabet. Raises the error if it tells of anything else.
    """
    data = deepcopy(data)
    for one in error.errors(include_url=False):
        if one["type"] != "string_pattern_mismatch" or one["input"].isascii():
            raise error
        *steps, last = (step for step in one["loc"])
        place = data
        for step in steps:
            # A union names itself in the way to its member.
            place = place[step] if _leads(place, step) else place
        place[last] = in_ascii(one["input"])
    return data


def _leads(place: Any, step: int | str) -> bool:
    return step in place if isinstance(place, dict) else isinstance(step, int)


def _upcast(codec: Codec, entry: Mapping[str, Any], known: range) -> dict[str, Any]:
    """To the first schema version that is read as it is; raises UnknownEvent."""
    data: dict[str, Any] = entry["data"]
    name, version = entry["type"], entry["schema"]
    if version >= known.stop:
        raise UnknownEvent(f"{name} of schema {version} is newer than {known[-1]}")
    for older in range(version, known.start):
        if (name, older) not in codec.upcasters:
            raise UnknownEvent(f"{name} of schema {older}: this release has lost its upcaster")
        data = codec.upcasters[name, older](data)
    return data


def facts(codec: Codec, commits: Sequence[Commit]) -> list[Frozen]:
    """
    The data of the events of one stream's commits, which is all that a state is folded from; raises
    UnknownEvent.
    """
    if not commits:
        return []
    category = codec.category(commits[0].stream)
    category.commits += len(commits)
    if category.commits < WORTH_A_PARSER:
        return [fact for commit in commits for fact in _facts(codec, commit)]
    try:
        # One call for all: crossing over to the parser for each commit costs as much as it does.
        bodies = category.parser.validate_json(b"[%b]" % b",".join(one.body for one in commits))
    except ValidationError:
        return [fact for commit in commits for fact in _facts(codec, commit)]
    return [entry["data"] for body in bodies for entry in body["events"]]


def _facts(codec: Codec, commit: Commit) -> list[Frozen]:
    entries = from_json(commit.body, cache_strings="keys")["events"]
    return [_data(codec, commit, entry) for entry in entries]


def events(codec: Codec, commits: Sequence[Commit]) -> Iterator[Recorded]:
    for commit in commits:
        yield from decode(codec, commit)
