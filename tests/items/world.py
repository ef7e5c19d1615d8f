"""Items on a platform of their own, and the manager who keeps them."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

from chalicelib import bootstrap
from chalicelib.items.application import items
from chalicelib.items.domain.item import ItemDefinition
from chalicelib.kernel.actor import Actor, Channel, Role
from chalicelib.platform.platform import Caller, Platform
from tests.items.item_givens import AUTHORITY, an_item

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
MANAGER = Actor(account="sun", role=Role.ITEM_MANAGER, division="000000")
KEYS = count()
OLD, NEW_A, NEW_B, OTHER = (f"{AUTHORITY}344010500{n}000" for n in "1234")


@contextmanager
def a_platform(data: Path) -> Iterator[Platform]:
    opened: Any = bootstrap.embedded(data, now=lambda: NOW, synchronous="OFF")
    with closing(opened.store), closing(opened.views):
        yield opened


SECOND = Actor(account="tang", role=Role.ITEM_MANAGER, division="000000")


def tang(key: str | None = None, **more: Any) -> Caller:
    """Who publishes what sun has drafted."""
    return Caller(SECOND, key or f"key-{next(KEYS)}", Channel.INTERNAL, **more)


def sun(key: str | None = None, **more: Any) -> Caller:
    return Caller(MANAGER, key or f"key-{next(KEYS)}", Channel.INTERNAL, **more)


def named(code: str, name: str, **more: Any) -> ItemDefinition:
    return an_item(code=code, name=name, **more)


def publish(platform: Platform, *codes: str) -> None:
    for code in codes:
        items.publish(platform, sun(), named(code, f"事项{code[-4]}"))
