"""DynamoDB as the tests have it: moto, behind an HTTP edge that can be told to fail."""

import json
import os
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import BytesIO
from threading import Lock
from typing import Any
from unittest.mock import patch

from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders
from moto import mock_aws
from moto.core.models import botocore_stubber
from moto.core.serialize import BaseJSONSerializer

from chalicelib.adapters.aws import clients as aws

from ... import cloud

TABLE = "events"
REGION = "cn-north-1"
Answer = Any
Send = Callable[[], Answer]
Fault = Callable[[Send], Answer]


class Edge:
    """
    What the client's requests meet instead of the network, after signing and retrying. `calls`
    are the operations that were sent. Each of the `faults`, in order, gets one request for itself.
    """

    def __init__(self, client: Any) -> None:
        self.calls: list[str] = []
        self.faults: list[Fault] = []
        self._turn = Lock()
        client.meta.events.unregister("before-send", botocore_stubber)
        client.meta.events.register("before-send", self._send)

    def _send(self, event_name: str, request: Any, **_: Any) -> Answer:
        self.calls.append(event_name.rpartition(".")[2])

        def send() -> Answer:
            # moto looks and puts in two steps; without this, now and then two of 16 threads win.
            with self._turn:
                answer: Answer = botocore_stubber(event_name, request)
                return answer

        return self.faults.pop(0)(send) if self.faults else send()


def answers(status: int, code: str) -> Fault:
    """The service refuses, having done nothing."""
    return lambda _: _answer(status, code)


def lands_but_answers(status: int, code: str) -> Fault:
    """The service does it, and then somebody on the way answers for it."""

    def fault(send: Send) -> Answer:
        assert send().status_code == 200
        return _answer(status, code)

    return fault


def lands_but(error: Exception) -> Fault:
    def fault(send: Send) -> Answer:
        assert send().status_code == 200
        raise error

    return fault


def fails(error: Exception) -> Fault:
    def fault(_: Send) -> Answer:
        raise error

    return fault


def _answer(status: int, code: str) -> AWSResponse:
    content = json.dumps({"__type": f"com.amazonaws.dynamodb.v20120810#{code}", "message": "no"})
    return AWSResponse("", status, HTTPHeaders(), _Raw(content.encode()))


class _Raw(BytesIO):
    def stream(self, **_: Any) -> Iterator[bytes]:
        yield self.read()


def _as_it_is(self: Any, serialized: Any, value: Any, shape: Any, key: str) -> None:
    # moto has an item in the form of the wire, and spends four fifths of a query on checking it
    # against the model: too long for sixteen threads on one stream.
    if shape.name == "AttributeValue" and value.keys() <= {"S", "N", "B"}:
        ((kind, content),) = value.items()
        raw = isinstance(content, bytes)
        serialized[key] = {kind: b64encode(content).decode() if raw else content}
    else:
        _by_the_model(self, serialized, value, shape, key)


_by_the_model = BaseJSONSerializer._serialize_type_structure


@contextmanager
def emulated() -> Iterator[Any]:
    """moto with an empty events' table, and a new client as the product makes it."""
    with (
        mock_aws(),
        patch.dict(os.environ, {"AWS_DEFAULT_REGION": REGION}),
        patch.object(BaseJSONSerializer, "_serialize_type_structure", _as_it_is),
    ):
        client = aws.client.__wrapped__("dynamodb")
        create_table(client)
        yield client


def create_table(client: Any, name: str = TABLE) -> None:
    cloud.events_table(name, on=client)
