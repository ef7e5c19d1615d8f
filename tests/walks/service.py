"""The service that walks go through: app.py's own platform, its consumers and example items."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from chalicelib import bootstrap
from chalicelib.items.application.items import publish
from chalicelib.items.application.search.missed import COUNTER
from chalicelib.items.files.item_files import read_item
from chalicelib.kernel.actor import Actor, Role
from chalicelib.platform.platform import Caller, Platform
from chalicelib.serving import signin, wsgi
from chalicelib.serving.demo_people import sign_up
from chalicelib.serving.registry_files import load_examples, publish_departments
from chalicelib.serving.runner import Runner

from ..serving.outside import REGISTRY, outside
from ..stories.cases import ITEMS
from .walking import Json, Walker


@contextmanager
def service(data: Path) -> Iterator[Platform]:
    """In a directory of its own, with nothing of another test's left behind."""
    with pytest.MonkeyPatch.context() as patch, outside(patch, data):
        patch.setenv("BANJIAN_DATA", str(data))
        patch.setenv("BANJIAN_ISSUER", signin.ISSUER)
        patch.setenv("BANJIAN_AUDIENCE", signin.AUDIENCE)
        patch.setenv("BANJIAN_JWKS", json.dumps(signin.jwks(data)))
        _forget()
        running = bootstrap.platform()
        _publish(running)
        load_examples(running, REGISTRY)
        sign_up(running)
        with Runner(bootstrap.consumers(running), running.source, running.views, running.committed):
            yield running
    _forget()


def _forget() -> None:
    bootstrap.platform.cache_clear()
    bootstrap.verifier.cache_clear()
    # Of one process: what other walks looked for in vain would be frequent by now.
    COUNTER._asked.clear()


def _publish(platform: Platform) -> None:
    publish_departments(platform, ITEMS.parent / "organisations", "examples")
    manager = Actor(account="items-sun", role=Role.ITEM_MANAGER, division="000000")
    for path in sorted(ITEMS.glob("*.yaml")):
        publish(platform, Caller(manager, f"publish-{path.stem}"), read_item(path))


@contextmanager
def walking(data: Path, document: Json) -> Iterator[Walker]:
    """A walker through the service that runs on `data`."""
    import app

    transport = httpx.WSGITransport(wsgi.wsgi(app.app))
    with httpx.Client(transport=transport, base_url="http://banjian.test") as client:
        yield Walker(client, data, document)
