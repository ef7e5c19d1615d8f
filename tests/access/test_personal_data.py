"""Whose case it is, is told to its owner and to who handles it; and to nobody else unasked."""

from collections.abc import Iterator

import httpx
import pytest

from chalicelib.kernel.actor import Role
from chalicelib.serving.signin import Persona

from .cases import CASES
from .citizens import WHO
from .people import MEANING, PEOPLE, Thing, name_of
from .probes import probes, send
from .service import served
from .test_every_route import LISTS, ROUTES
from .world import WALK_IN, Json, Probe, Route, World, person

# Full numbers, and a phone; a masked one has the last four digits.
NUMBERS = {one["id_number"] for one in (*WHO.values(), WALK_IN)} | {"13800138000"}
READ = [one for one in ROUTES if one.method == "GET"]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with served(tmp_path_factory.mktemp("personal")) as made:
        yield made


def tells(reply: httpx.Response) -> bool:
    return any(one.encode() in reply.content for one in NUMBERS)


def concerned(who: Persona | None, thing: Thing) -> bool:
    """The owner, and the role and department that has a step of it open."""
    return who is not None and (MEANING["own"](who, thing) or MEANING["step"](who, thing))


@pytest.mark.parametrize("route", READ, ids=lambda route: route.name)
def test_no_route_tells_a_full_number_to_who_does_not_handle_it(world: World, route: Route):
    told = [
        f"{name_of(who)} on {probe.thing.label}"
        for probe in probes(route)
        for who in PEOPLE
        if not concerned(who, probe.thing) and tells(send(world, route, probe, who))
    ]
    assert told == []


@pytest.mark.parametrize(
    "route", [one for one in READ if not one.doc.public], ids=lambda route: route.name
)
def test_no_route_tells_a_supervisor_a_name(world: World, route: Route):
    over = [one for one in PEOPLE if one is not None and one.role is Role.SUPERVISOR]
    told = [
        f"{name_of(who)} on {probe.thing.label}"
        for probe in probes(route)
        for who in over
        if "张三" in send(world, route, probe, who).text
    ]
    assert told == []


def test_those_who_are_concerned_are_told(world: World):
    """Without this the test above could not fail."""
    case = next(one for one in READ if one.path == "/cases/{case_id}")
    for who in ("zhang", "civil"):
        assert tells(send(world, case, CASES[0], person(who)))


@pytest.mark.parametrize("path", LISTS)
def test_no_list_tells_a_full_number(world: World, path: str):
    for probe in CASES:
        world.parameters(probe.thing, probe.make)
    world.catch_up()
    told = [name_of(who) for who in PEOPLE if tells(world.ask(who, "GET", path))]
    assert told == []


# Revealing


def _path(world: World, probe: Probe) -> Json:
    return world.parameters(probe.thing, probe.make)


@pytest.mark.parametrize("who", ["auditor", "civil-head", "civil-reviewer", "hall"])
@pytest.mark.parametrize("purpose", ["handling", "correction", "complaint", "audit"])
def test_who_sees_the_case_is_told_for_a_purpose(world: World, who: str, purpose: str):
    path = f"/cases/{_path(world, CASES[0])['case_id']}"
    masked = world.ask(person(who), "GET", path)
    assert not tells(masked)
    assert masked.json()["applicant"]["name"] == "张*"
    whole = world.ask(person(who), "GET", path, params={"reveal": purpose})
    assert tells(whole)
    assert whole.headers["ETag"] != masked.headers["ETag"]


def test_an_auditor_replays_a_case_masked_or_for_a_purpose(world: World):
    path = f"/cases/{_path(world, CASES[0])['case_id']}/events"
    masked = world.ask(person("auditor"), "GET", path).json()["events"]
    assert masked[0]["data"]["form"] == {"born_on": "***", "residence": "***"}
    assert tells(world.ask(person("auditor"), "GET", path, params={"reveal": "audit"}))


@pytest.mark.parametrize("what", ["", "/events", "/documents/{digest}"])
def test_no_purpose_opens_it_to_a_supervisor(world: World, what: str):
    case = _path(world, CASES[0])
    path = f"/cases/{case['case_id']}{what}".format(digest=case["digest"])
    over = [one for one in PEOPLE if one is not None and one.role is Role.SUPERVISOR]
    for who in over:
        reply = world.ask(who, "GET", path, params={"reveal": "handling"})
        assert reply.status_code in {403, 404}
        assert not tells(reply)


def test_no_purpose_opens_a_case_that_is_not_seen(world: World):
    path = f"/cases/{_path(world, CASES[0])['case_id']}"
    for who in ("wang", "schools", "auditor-of-another-city", "auditor-of-nowhere"):
        assert world.ask(person(who), "GET", path, params={"reveal": "audit"}).status_code == 404


def test_a_purpose_is_one_of_those_there_are(world: World):
    path = f"/cases/{_path(world, CASES[0])['case_id']}"
    reply = world.ask(person("auditor"), "GET", path, params={"reveal": "张三 asked me to"})
    assert reply.status_code == 400


@pytest.mark.parametrize(
    ("who", "code"), [("civil", 200), ("zhang", 200), ("hall", 422), ("auditor", 422)]
)
def test_a_document_is_given_to_who_handles_the_case_or_for_a_purpose(
    world: World, who: str, code: int
):
    case = _path(world, CASES[0])
    path = f"/cases/{case['case_id']}/documents/{case['digest']}"
    for method, where in (("GET", path), ("POST", f"{path}/links")):
        plain = world.ask(person(who), method, where)
        assert plain.status_code == (201 if (code, method) == (200, "POST") else code)
        assert world.ask(person(who), method, where, params={"reveal": "audit"}).is_success


def test_what_a_document_is_called_is_told_to_who_handles_the_case(world: World):
    case = _path(world, CASES[0])
    path = f"/cases/{case['case_id']}/documents"
    titles = {
        who: world.ask(person(who), "GET", path).json()["documents"][0]["title"]
        for who in ("civil", "zhang", "hall", "auditor", "of-the-city")
    }
    assert titles == dict.fromkeys(("civil", "zhang"), "张三的身份证") | dict.fromkeys(
        ("hall", "auditor", "of-the-city")
    )
