"""events/asyncapi.json (AsyncAPI 3.0): the log as one channel, a message for each event type."""

from typing import Final

from .docstrings import meaning, term
from .events import EventType, event_types, phases
from .json_schemas import Json

ABOUT: Final = """\
Every event of the service, in one ordered log without gaps. A subscriber reads on from the
position it has come to, gets events at least once and those of one stream in order; `stream` and
`version` name an event for good. docs/events.md tells more.

Each payload is the envelope (envelope.schema.json) with the data of its type. How the log is
carried to a subscriber is agreed with each; so the channel has no address.
"""


def asyncapi(version: str) -> Json:
    messages = {_name(event): _message(event) for event in event_types()}
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Banjian events 办件事件",
            "version": version,
            "description": ABOUT,
            "tags": [{"name": phase.en, "description": phase.zh} for phase in phases()],
        },
        "defaultContentType": "application/json",
        "channels": {
            "log": {
                "address": None,
                "title": "The log 事件日志",
                "summary": "Every event of every stream, in the order of its position.",
                "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in messages},
            }
        },
        "operations": {
            "publish": {
                "action": "send",
                "channel": {"$ref": "#/channels/log"},
                "summary": "The service publishes each event that it has committed, and no other.",
            }
        },
        "components": {"messages": messages},
    }


def _name(event: EventType) -> str:
    return f"{event.name}.v{event.schema}"


def _message(event: EventType) -> Json:
    own = {
        "type": "object",
        "properties": {
            "type": {"const": event.name},
            "schema": {"const": event.schema},
            "data": {"$ref": f"./{event.file}.schema.json"},
        },
    }
    return {
        "name": _name(event),
        "title": f"{event.name} {term(event.kind)}",
        "summary": meaning(event.kind),
        "tags": [{"name": phase.en} for phase in phases() if event.kind in phase.kinds],
        "correlationId": {"location": "$message.payload#/correlation_id"},
        "payload": {"allOf": [{"$ref": "./envelope.schema.json"}, own]},
        "externalDocs": {
            "url": f"./{event.file}.example.json",
            "description": "An example, which every later release still reads.",
        },
    }
