"""
The rules of AsyncAPI 3.0 that our document has to keep: a closed JSON Schema of the objects that it
uses, and what the specification says of its references.
"""

from typing import Any

TEXT = {"type": "string", "minLength": 1}
REF = {
    "type": "object",
    "additionalProperties": False,
    "required": ["$ref"],
    "properties": {"$ref": {"type": "string", "format": "uri-reference"}},
}
TAG = {
    "type": "object",
    "additionalProperties": False,
    "required": ["name"],
    "properties": {"name": TEXT, "description": TEXT},
}
NAME = "^[a-zA-Z0-9.\\-_]+$"
EXPRESSION = "^\\$message\\.(header|payload)#(/[^/~]+)*$"

MESSAGE = {
    "type": "object",
    "additionalProperties": False,
    "required": ["name", "payload"],
    "properties": {
        "name": TEXT,
        "title": TEXT,
        "summary": TEXT,
        "tags": {"type": "array", "items": TAG, "minItems": 1, "uniqueItems": True},
        "correlationId": {
            "type": "object",
            "additionalProperties": False,
            "required": ["location"],
            "properties": {"location": {"type": "string", "pattern": EXPRESSION}},
        },
        "payload": {"type": "object"},
        "externalDocs": {
            "type": "object",
            "additionalProperties": False,
            "required": ["url"],
            "properties": {"url": {"type": "string"}, "description": TEXT},
        },
    },
}

ASYNCAPI = {
    "type": "object",
    "additionalProperties": False,
    "required": ["asyncapi", "info"],
    "properties": {
        "asyncapi": {"const": "3.0.0"},
        "info": {
            "type": "object",
            "additionalProperties": False,
            "required": ["title", "version"],
            "properties": {
                "title": TEXT,
                "version": TEXT,
                "description": TEXT,
                "tags": {"type": "array", "items": TAG, "uniqueItems": True},
            },
        },
        "defaultContentType": {"const": "application/json"},
        "channels": {
            "type": "object",
            "propertyNames": {"pattern": NAME},
            "additionalProperties": {
                "type": "object",
                "additionalProperties": False,
                "required": ["messages"],
                "properties": {
                    "address": {"type": ["string", "null"]},
                    "title": TEXT,
                    "summary": TEXT,
                    "messages": {
                        "type": "object",
                        "propertyNames": {"pattern": NAME},
                        "additionalProperties": REF,
                    },
                },
            },
        },
        "operations": {
            "type": "object",
            "propertyNames": {"pattern": NAME},
            "additionalProperties": {
                "type": "object",
                "additionalProperties": False,
                "required": ["action", "channel"],
                "properties": {
                    "action": {"enum": ["send", "receive"]},
                    "channel": REF,
                    "summary": TEXT,
                },
            },
        },
        "components": {
            "type": "object",
            "additionalProperties": False,
            "properties": {
                "messages": {
                    "type": "object",
                    "propertyNames": {"pattern": NAME},
                    "additionalProperties": MESSAGE,
                }
            },
        },
    },
}


def dangling(document: dict[str, Any]) -> list[str]:
    """References of channels and operations that lead nowhere, or where they may not."""
    channels, components = document["channels"], document["components"]["messages"]
    of_channels = (
        message["$ref"]
        for channel in channels.values()
        for message in channel["messages"].values()
        if message["$ref"].removeprefix("#/components/messages/") not in components
    )
    # An operation's channel lies in the document's own channels, not in components (3.0).
    of_operations = (
        operation["channel"]["$ref"]
        for operation in document["operations"].values()
        if operation["channel"]["$ref"].removeprefix("#/channels/") not in channels
    )
    return [*of_channels, *of_operations]
