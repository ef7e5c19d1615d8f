"""The service that is asked, and how one asks it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property
from itertools import count
from pathlib import Path
from typing import Any, Final, NamedTuple

import httpx

from benchmarks.people import resident_id
from chalicelib import bootstrap
from chalicelib.codes.codes import ApplicantKind
from chalicelib.eventlog.consumers import catch_up
from chalicelib.eventlog.feed import Feed
from chalicelib.items.application import items
from chalicelib.items.domain.item import ItemDefinition
from chalicelib.items.files.item_files import read_item
from chalicelib.kernel.actor import Actor, Role
from chalicelib.platform.platform import Caller, Platform
from chalicelib.serving import signin
from chalicelib.serving.illustration import pdf
from chalicelib.serving.signin import COMPANY, COMPANY_CODE, Persona
from chalicelib.web.operation import OperationSpec

from ..organisations.givens import a_department
from ..organisations.givens import publish as publish_departments
from ..stories.cases import ITEMS
from .people import CIVIL, FAR, HALL, PEOPLE, SCHOOLS, Thing

Json = dict[str, Any]
OPEN, SECRET = "1144080000000106243442006001000", "1144080000000106243442006001999"
FORM: Final = {"born_on": "1950-01-01", "residence": "湛江市赤坎区示例路 1 号"}
PERSON: Final = {"name": "张三", "id_number": "44080219500101123X"}
# Somebody without an account, who comes to a window.
WALK_IN: Final = {"name": "周八", "id_number": resident_id(7_005)}
FIRM: Final = {
    "kind": "company",
    "name": COMPANY,
    "id_kind": "credit_code",
    "id_number": COMPANY_CODE,
}
PDF: Final = pdf("a material")


class Route(NamedTuple):
    method: str
    path: str
    doc: OperationSpec
    json: bool

    @property
    def name(self) -> str:
        return f"{self.method} {self.path}"


def routes(app: Any) -> Iterator[Route]:
    for path, methods in sorted(app.routes.items()):
        for method, entry in sorted(methods.items()):
            takes_json = "application/json" in entry.view_function.media_types
            yield Route(method, path, entry.view_function.doc, takes_json)


@dataclass
class World:
    """`made` has the parameters of each thing; a thing that a request changed is made anew."""

    client: httpx.Client
    data: Path
    platform: Platform
    number: Iterator[int] = field(default_factory=count)
    tokens: dict[str, str] = field(default_factory=dict)
    made: dict[str, Json] = field(default_factory=dict)

    def ask(self, who: Persona | None, method: str, path: str, **sent: Any) -> httpx.Response:
        headers = {"Accept-Language": "en", "Idempotency-Key": f"access-{next(self.number):08d}"}
        headers |= sent.pop("headers", {})
        if who is not None:
            if who.account not in self.tokens:
                self.tokens[who.account] = signin.issue(self.data, who, timedelta(hours=1))
            headers["Authorization"] = f"Bearer {self.tokens[who.account]}"
        return self.client.request(method, path, headers=headers, **sent)

    def done(self, who: Persona, method: str, path: str, **sent: Any) -> Json:
        reply = self.ask(who, method, path, **sent)
        assert reply.is_success, f"{who.account} {method} {path}: {reply.text}"
        answered: Json = reply.json()
        return answered

    def parameters(self, thing: Thing, make: Callable[["World"], Json]) -> Json:
        if thing.label not in self.made:
            self.made[thing.label] = make(self)
        return self.made[thing.label]

    def catch_up(self) -> None:
        for one in bootstrap.consumers(self.platform):
            catch_up(one, Feed(self.platform.source), self.platform.views)

    @cached_property
    def item(self) -> ItemDefinition:
        applicants = (ApplicantKind.NATURAL_PERSON, ApplicantKind.COMPANY)
        return read_item(ITEMS / "senior-card.yaml").model_copy(update={"applicants": applicants})

    def publish(self) -> None:
        """
        One item that anybody may know of, and the same again as a confidential one; and the
        departments of two cities, of which one is a counter.
        """
        hall = a_department(HALL, counter=True)
        publish_departments(self.platform, HALL[:6], hall, CIVIL, SCHOOLS)
        publish_departments(self.platform, FAR[:6], FAR)
        item = self.item
        manager = Actor(account="items", role=Role.ITEM_MANAGER, division="000000")
        secret = item.model_copy(update={"code": SECRET, "confidential": True, "name": "保密事项"})
        for one in (item, secret):
            items.publish(self.platform, Caller(manager, f"publish-{one.code}"), one)


class Probe(NamedTuple):
    """
    `make` gives the path's parameters, under `?` those of the query, under `headers` what is sent
    with it, and under `body` the members of the body that make it about this very thing.
    """

    thing: Thing
    make: Callable[[World], Json]


def person(account: str) -> Persona:
    return next(one for one in PEOPLE if one is not None and one.account == account)


# What is everybody's, or always the asker's own.
ONES_OWN: Final = Thing("one's own", owner="*")


def fixed(**parameters: Any) -> tuple[Probe, ...]:
    return (Probe(ONES_OWN, lambda _: parameters),)
