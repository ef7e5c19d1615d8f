"""The published contract of the events: how each is published, and its JSON Schema."""

from collections.abc import Iterator
from typing import Annotated, Any, Final, NamedTuple, get_args

from pydantic import AwareDatetime, Field

from ..bootstrap.codec import CODEC
from ..cases.application import file as case_file
from ..eventlog import codec
from ..eventlog.envelope import Recorded
from ..kernel.actor import Actor, Channel
from ..kernel.base import Frozen
from ..subjects import entries, for_readers, load
from .docstrings import meaning, term
from .json_schemas import Json, as_published, everywhere

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"


class EventType(NamedTuple):
    category: str
    kind: type[Frozen]

    @property
    def name(self) -> str:
        return self.kind.__name__

    @property
    def schema(self) -> int:
        return codec.schema_version(self.kind)

    @property
    def file(self) -> str:
        """Where it is published, as `{category}/{EventType}.v{schema}`, under events/."""
        return f"{self.category}/{self.name}.v{self.schema}"


def event_types() -> Iterator[EventType]:
    """Those that are published; what is INTERNAL is not."""
    internal = entries("INTERNAL")
    for name, category in sorted(CODEC.categories.items()):
        for kind in category.types.values() if name not in internal else ():
            yield EventType(name, kind)


class Phase(NamedTuple):
    """What documents tell of together."""

    zh: str
    en: str
    kinds: tuple[type[Frozen], ...]


def phases() -> list[Phase]:
    """As the subjects say; those of one name are one."""
    found: dict[tuple[str, str], tuple[type[Frozen], ...]] = {}
    for zh, en, *names in for_readers("PHASES"):
        found[zh, en] = (
            *found.get((zh, en), ()),
            *(kind for name in names for kind in _kinds(name)),
        )
    return [Phase(zh, en, kinds) for (zh, en), kinds in found.items()]


def _kinds(name: str) -> tuple[type[Frozen], ...]:
    """Those of a tuple of types, or of a union."""
    found = load(name)
    return get_args(found) or found


class PublishedEvent(Frozen):
    """
    事件: one event of the log, as every subscriber gets it and every auditor reads it. Together,
    `stream` and `version` name it for good; `data` is described by its `type` and `schema`.
    """

    stream: Annotated[
        str,
        Field(
            min_length=3, description="事件流: what it happened to, as `case-...` or `item-...`."
        ),
    ]
    version: Annotated[
        int, Field(ge=1, description="The place in its stream: 1, 2, 3 and so on, without a gap.")
    ]
    position: Annotated[
        int, Field(ge=1, description="The place in the log. It only grows; a cursor is made of it.")
    ]
    type: Annotated[str, Field(description="事件类型: what happened, as `CaseAccepted`.")]
    schema_: Annotated[
        int, Field(ge=1, alias="schema", description="Which version of the type `data` follows.")
    ]
    recorded_at: Annotated[AwareDatetime, Field(description="记录时间: when it was stored.")]
    occurred_at: Annotated[
        AwareDatetime,
        Field(description="发生时间: when it happened; a window enters yesterday's paper today."),
    ]
    actor: Annotated[Actor, Field(description="Who did it, in which role, for which department.")]
    channel: Annotated[Channel, Field(description="办理形式: how it reached the authority.")]
    causation_id: Annotated[
        str,
        Field(
            description="The command that caused it: the account and its Idempotency-Key. The "
            "events of one command have it in common."
        ),
    ]
    correlation_id: Annotated[
        str, Field(description="The request or process that the command belongs to.")
    ]
    source: Annotated[
        str | None, Field(description="Where an imported event was read: file, line, reference.")
    ]
    data: Annotated[dict[str, Any], Field(description="What the event says.")]


def envelope_schema() -> Json:
    schema = PublishedEvent.model_json_schema(mode="serialization")
    named = {"$schema": DIALECT, "$id": "urn:banjian:event", "title": "PublishedEvent 事件"}
    return {**named, **_published(schema)}


def event_schema(event: EventType) -> Json:
    """The JSON Schema of the event's data; `type` and `schema` are the envelope's."""
    schema = event.kind.model_json_schema(mode="serialization")
    properties = {name: one for name, one in schema["properties"].items() if name != "type"}
    return {
        "$schema": DIALECT,
        "$id": f"urn:banjian:event:{event.name}:{event.schema}",
        "title": f"{event.name} {term(event.kind)}",
        **_published({**schema, "properties": properties}),
        "description": meaning(event.kind),
    }


def _published(schema: Json) -> Json:
    return everywhere(schema, as_published)


def published(one: Recorded) -> Json:
    """An event of the log as it is published: in this release's schema, however it was stored."""
    schema = codec.schema_version(type(one.data))
    return {"stream": one.stream, **case_file.event(one, mask=False), "schema": schema}
