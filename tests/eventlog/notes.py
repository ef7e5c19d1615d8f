"""A small stream to try the machinery on: notes on a case, and the state is what they say."""

from collections.abc import Collection
from datetime import UTC, datetime
from hashlib import sha256
from typing import Literal

from chalicelib.eventlog.codec import codec
from chalicelib.eventlog.envelope import Circumstances
from chalicelib.eventlog.ports import CommandId
from chalicelib.eventlog.transact import Decider, Request
from chalicelib.kernel.actor import Actor, Channel, Role
from chalicelib.kernel.base import Frozen

CLERK = Actor(account="clerk-1", role=Role.CLERK, department="permits")
NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
AT_THE_WINDOW = Circumstances(NOON, CLERK, Channel.WINDOW)


class Noted(Frozen):
    type: Literal["Noted"] = "Noted"
    text: str


Notes = tuple[str, ...]
DECIDER: Decider[Notes] = Decider(codec([Noted]), (), lambda notes, event: (*notes, event.text))


def request(key: str, body: str = "", version: Collection[int] | None = None) -> Request:
    command = CommandId(key, sha256(body.encode()).digest())
    return Request(command, AT_THE_WINDOW, NOON, key, version)
