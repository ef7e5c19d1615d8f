"""
Every route and every list, asked by every role about what is its own and what is not, answers as
docs/access.md says.
"""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from chalicelib.kernel.actor import Role
from chalicelib.serving.signin import Persona

from .cases import CASES, DRAFTS
from .certificates import CERTIFICATES
from .citizens import MANDATES, OPERATORS
from .items import MANAGED
from .people import MEANING, PEOPLE, Thing, askers, name_of, role_of
from .probes import probes, send
from .ratings import RATINGS
from .service import served
from .table import NOBODY, Cells, table
from .world import Probe, Route, World, routes

TABLE = table()
REFUSED = frozenset({401, 403, 404})
# It was not asked whether they may: the sample does not fit, or something else is wrong.
UNJUDGED = frozenset({400, 405, 406, 415, 429})
MISFIT = "invalid-request"
# Asked for after it was found who may.
NOT_SET_UP = frozenset({"attestation-not-set-up", "registry-unavailable", "wechat-not-set-up"})


def _routes() -> list[Route]:
    import app

    return list(routes(app.app))


ROUTES = _routes()


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with served(tmp_path_factory.mktemp("access")) as made:
        yield made


def may(cells: Cells, who: Persona | None, thing: Thing) -> bool:
    words = cells[role_of(who)]
    if who is None:
        return words == ("yes",)
    return any(MEANING[word](who, thing) for word in words)


def expected(route: Route, who: Persona | None, thing: Thing) -> bool:
    cells = TABLE.routes[route.method, route.path]
    if not may(cells, who, thing):
        return False
    return not thing.confidential or may(TABLE.confidential, who, thing)


# The table by itself


def test_every_route_has_a_line_in_the_table_and_every_line_a_route():
    assert TABLE.routes.keys() == {(one.method, one.path) for one in ROUTES}


def test_the_table_has_a_column_for_every_role_and_one_for_nobody():
    roles = {str(role) for role in Role if role is not Role.SYSTEM} | {NOBODY}
    assert TABLE.confidential.keys() == roles
    assert all(cells.keys() == roles for cells in TABLE.routes.values())
    assert {role_of(one) for one in PEOPLE} == roles


def test_every_word_of_the_table_has_a_meaning_and_the_other_way_round():
    assert TABLE.words == MEANING.keys()


def test_what_needs_no_token_is_open_to_nobody_in_the_table_too():
    for route in ROUTES:
        cells = TABLE.routes[route.method, route.path]
        assert (cells[NOBODY] == ("yes",)) is route.doc.public, route.name


# The service


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.name)
def test_a_route_answers_each_role_as_the_table_says(world: World, route: Route):
    wrong = []
    for probe in probes(route):
        for who in askers(probe.thing):
            reply = send(world, route, probe, who)
            asked = f"{name_of(who)} on {probe.thing.label}: {reply.status_code} {reply.text[:200]}"
            assert _judged(reply), asked
            if (reply.status_code not in REFUSED) is not expected(route, who, probe.thing):
                wrong.append(asked)
    assert wrong == []


def _judged(reply: httpx.Response) -> bool:
    told = reply.headers.get("Content-Type", "") == "application/problem+json"
    code = reply.json()["code"] if told else ""
    if reply.status_code in (501, 503):
        return code in NOT_SET_UP
    return reply.status_code not in UNJUDGED and reply.status_code < 500 and code != MISFIT


TOLD_OF = (CASES[0], CASES[-1])
IN_A_CASE = [one for one in ROUTES if one.path.startswith("/cases/{case_id}")]


@pytest.mark.parametrize("route", IN_A_CASE, ids=lambda route: route.name)
def test_who_may_not_see_a_case_is_told_the_same_as_of_one_that_there_is_not(
    world: World, route: Route
):
    seen = next(one for one in ROUTES if one.path == "/cases/{case_id}")
    nothing = {"case_id": "f" * 26, "digest": "0" * 64}
    missing = Probe(Thing("nothing"), lambda _: nothing)
    for who in filter(None, PEOPLE):
        hidden = [one for one in TOLD_OF if not expected(seen, who, one.thing)]
        answers = [send(world, route, one, who) for one in (missing, *hidden)]
        assert {one.status_code for one in answers} == {404}
        assert len({one.json()["detail"] for one in answers}) == 1


# Lists


@pytest.fixture(scope="module")
def listed(world: World) -> World:
    """Every case is there, and every list has come so far."""
    every = (*CERTIFICATES, *RATINGS, *OPERATORS, *MANDATES, *MANAGED, *DRAFTS, *CASES)
    for probe in every:
        world.made.pop(probe.thing.label, None)
        world.parameters(probe.thing, probe.make)
    world.catch_up()
    return world


# What a row is read by: where, and under which name its id stands in the row.
BY_ID = {
    "/cases": ("/cases/{}", "case_id"),
    "/drafts": ("/cases/{}", "case_id"),
    "/documents": ("/documents/uploads/{}", "upload_id"),
    "/work": ("/cases/{}", "case_id"),
    "/process-steps": ("/cases/{}", "case_id"),
    "/certificates": ("/certificates/{}", "identifier"),
    "/ratings": ("/ratings/{}", "rating_id"),
    "/mandates": ("/mandates/{}", "mandate_id"),
    "/account/companies": ("/entities/{}", "entity"),
    "/item-drafts": ("/items/{}/draft", "code"),
    "/counter-checks": ("/counter-checks", "check"),
    "/items": ("/items/{}", "code"),
    "/organisations": ("/organisations?division=440100", "code"),
}
DEPARTMENTS = ("", "&department=440800-hall", "&department=440800-civil")
LISTS = [
    "/cases",
    "/cases?as=company",
    "/drafts",
    "/drafts?as=company",
    "/documents",
    *(f"/work?limit=20{one}" for one in DEPARTMENTS),
    *(f"/process-steps?limit=20{one}" for one in DEPARTMENTS),
    *(f"/certificates?limit=20{one}" for one in DEPARTMENTS),
    "/certificates?as=account",
    "/ratings",
    *(f"/ratings?limit=20{one}" for one in DEPARTMENTS),
    "/mandates",
    "/mandates?as=agent",
    "/account/companies",
    "/item-drafts",
    "/counter-checks",
    "/items",
    "/organisations?division=440100",
]


def _template(path: str) -> str:
    return path.partition("?")[0]


def test_every_list_is_looked_through():
    paged = {one.path for one in ROUTES if "min_position" in one.doc.query}
    assert paged <= BY_ID.keys() == {_template(path) for path in LISTS}


def rows(world: World, who: Persona, path: str) -> list[dict[str, Any]]:
    """Every page of the list; nothing where the caller may not have it."""
    found: list[dict[str, Any]] = []
    following = ""
    while True:
        reply = world.ask(who, "GET", path + following)
        if reply.status_code in REFUSED:
            return []
        page = reply.json()
        found += page["items"]
        if page.get("next") is None:
            return found
        following = ("&" if "?" in path else "?") + f"cursor={page['next']}"


@pytest.mark.parametrize("path", LISTS)
def test_nobody_finds_in_a_list_what_they_may_not_see_by_its_id(listed: World, path: str):
    where, name = BY_ID[_template(path)]
    for who in filter(None, PEOPLE):
        for one in {row[name] for row in rows(listed, who, path)}:
            reply = listed.ask(who, "GET", where.format(one))
            assert reply.status_code == 200, f"{who.account} finds {one} in {path}"


AUDITORS = ("auditor", "auditor-of-the-city")


@pytest.mark.parametrize(
    ("path", "finders"),
    [
        ("/cases", {"zhang"}),
        ("/work?department=440800-civil", {"civil", "of-the-city", *AUDITORS}),
        ("/process-steps?department=440800-civil", {"civil", "of-the-city", *AUDITORS}),
        ("/process-steps?department=440800-hall", {"hall", "of-the-city", *AUDITORS}),
        ("/process-steps", {"hall", "civil", "of-the-city", *AUDITORS}),
        ("/work", {"civil"}),
        ("/process-steps?division=440800", {"of-the-city", *AUDITORS}),
    ],
)
def test_a_confidential_case_is_listed_for_those_who_may_see_it(
    listed: World, path: str, finders: set[str]
):
    secret = listed.made["zhang's confidential case"]["case_id"]
    found = {
        who.account
        for who in filter(None, PEOPLE)
        if any(row["case_id"] == secret for row in rows(listed, who, path))
    }
    assert found == finders


@pytest.mark.parametrize("path", ["/work?department=440800-civil", "/process-steps"])
def test_an_ordinary_case_is_listed_for_the_whole_department(listed: World, path: str):
    ordinary = listed.made["zhang's case"]["case_id"]
    for account in ("civil", "civil-reviewer", "civil-head", "auditor"):
        who = next(one for one in PEOPLE if one is not None and one.account == account)
        assert any(row["case_id"] == ordinary for row in rows(listed, who, path)), account
