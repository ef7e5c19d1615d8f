"""A city that runs on the deployed stack: its people over HTTP, its operator with AWS's clients."""

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic, sleep
from typing import Any, NamedTuple, TypeVar
from uuid import uuid4

import pytest
from httpx import Client

from chalicelib import bootstrap
from chalicelib.clock.calendar import LEGAL_ZONE, load_builtin
from chalicelib.eventlog.ports import Commit
from chalicelib.items.application import items
from chalicelib.items.files.item_files import read_items
from chalicelib.kernel.actor import Actor, Channel, Role
from chalicelib.platform.platform import Caller, Platform
from chalicelib.serving import demo, signin
from chalicelib.serving.demo import Tour
from infra.functions import ROOT

from .deploy import Stack
from .emulator import Emulator

T = TypeVar("T")
Json = dict[str, Any]

PUBLIC_URL = "https://banjian.test/api"
QUERIES = 3  # an hour and address: the strict limit that is tried out
ITEMS = ROOT / "examples" / "items"
PATIENCE = 240.0  # seconds; on a busy machine many functions take long to start
ACCEPTED, GRANTED = 5, 12  # steps of the guided case until it is accepted, and granted


class City(NamedTuple):
    """`platform` is the operator's: the adapters over the deployed tables and bucket."""

    emulator: Emulator
    stack: Stack
    platform: Platform
    keys: Path

    def token(self, account: str) -> str:
        return signin.issue(self.keys, signin.persona(account))

    def signed_in(self, account: str = "agent-li") -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token(account)}"}

    def http(self) -> Client:
        """Through API Gateway; as patient as a machine needs that starts every function anew."""
        api = self.stack.outputs["RestAPIId"]
        return self.emulator.http(f"/_aws/execute-api/{api}/api", timeout=PATIENCE)

    def log(self) -> Sequence[Commit]:
        found: list[Commit] = []
        while more := self.platform.log.read(found[-1].last_position if found else 0, 1000):
            found += more
        return found


class Walked(NamedTuple):
    """The guided case: how it stood on the work list once accepted, and how it was in the end."""

    stream: str
    waiting: Json
    case: Json
    events: Sequence[Json]


def parameters(keys: Path, **others: str) -> dict[str, str]:
    """Of the stack, for people who sign in with the key in `keys`."""
    return {
        "Stage": "dev",
        "Issuer": signin.ISSUER,
        "PublicUrl": PUBLIC_URL,
        "Limits": f"query.address={QUERIES}/3600",
        "Audience": signin.AUDIENCE,
        "Jwks": json.dumps(signin.jwks(keys)),
        **others,
    }


@contextmanager
def opened(emulator: Emulator, stack: Stack, keys: Path) -> Iterator[City]:
    function = emulator.client("lambda").get_function_configuration(
        FunctionName=stack.outputs["APIHandlerName"]
    )
    with pytest.MonkeyPatch.context() as patch:
        for name, value in (emulator.environment | function["Environment"]["Variables"]).items():
            patch.setenv(name, value)
        yield City(emulator, stack, bootstrap.aws(), keys)


def publish_items(city: City) -> None:
    """The example items, as far as everyone sees them in the catalogue."""
    definitions = read_items(ITEMS)
    for definition in definitions:
        actor = Actor(account="examples", role=Role.ITEM_MANAGER, division="000000")
        items.publish(city.platform, Caller(actor, uuid4().hex, Channel.INTERNAL), definition)
    with city.http() as client:
        tour = started(city, client)

        def shown() -> bool | None:
            rows = tour.get("agent-li", "/items?limit=100")["items"]
            return {one.code for one in definitions} <= {one["code"] for one in rows} or None

        eventually("the items in the catalogue", shown)


def walk(city: City) -> Walked:
    """The guided case that `banjian demo` tells, from the hall window to the rating."""
    with city.http() as client:
        tour = started(city, client)
        for _, step in demo.STORY[:ACCEPTED]:
            step(tour)
        waiting = eventually(
            "the accepted case on the work list",
            lambda: listed(tour.get("clerk-housing", "/work?limit=100"), tour.case_id),
        )
        for _, step in demo.STORY[ACCEPTED:GRANTED]:
            step(tour)
        path = f"/cases/{tour.case_id}"
        eventually("the certificate", lambda: tour.get("agent-li", path)["certificate"])
        for _, step in demo.STORY[GRANTED:]:
            step(tour)
        case = tour.get("agent-li", path)
        history = tour.get("auditor-zheng", f"{path}/events")
        return Walked(f"case-{tour.case_id}", waiting, case, history["events"])


def started(city: City, client: Client) -> Tour:
    today = datetime.now(UTC).astimezone(LEGAL_ZONE).date()
    return Tour(client, city.token, load_builtin().next_working(today - demo.WEEKS_AGO))


def listed(page: Json, case_id: str) -> Json | None:
    return next((one for one in page["items"] if one["case_id"] == case_id), None)


def eventually(what: str, look: Callable[[], T | None], seconds: float = PATIENCE) -> T:
    """What `look` finds at last; raises TimeoutError."""
    end = monotonic() + seconds
    while (found := look()) is None:
        if monotonic() > end:
            raise TimeoutError(f"{what}: not within {seconds:.0f} s")
        sleep(0.3)
    return found
