"""Closed is closed: every route is walked as a closed account, with tokens of before."""

import re
from typing import Any

import httpx
import pytest

from chalicelib.kernel.actor import Role
from chalicelib.people.application import claims
from chalicelib.people.domain.account import Closed
from chalicelib.serving import signin
from chalicelib.serving.signin import Persona
from tests.city import SENIOR_CARD, City
from tests.proven import came_to_a_counter

from .world import Route, routes

ZHANG = SENIOR_CARD["applicant"]
HATS = (
    Persona("citizen-zhang", "张三", Role.APPLICANT, level=3),
    Persona("citizen-zhang", "张三", Role.AGENT, level=3),
    Persona("citizen-zhang", "张三", Role.AGENT, entity=signin.COMPANY_CODE, level=3),
)


def _routes() -> list[Route]:
    import app

    return list(routes(app.app))


ROUTES = _routes()
SIGNED_IN = [one for one in ROUTES if not one.doc.public]


class Before:
    """Tokens that were issued, and a case that was submitted, before the account was closed."""

    def __init__(self, city: City) -> None:
        self.city = city
        came_to_a_counter(city.platform, "citizen-zhang", ZHANG["name"], ZHANG["id_number"])
        self.tokens = [signin.issue(city.data, one) for one in HATS]
        with city.as_("citizen-zhang") as http:
            ours = http.post("/sign-in/token", json={}).json()
        self.tokens.append(ours["access_token"])
        self.case_id = city.submit()["case_id"]
        for token in self.tokens:  # each is known to the verifier and to what it remembers
            assert self.send(token, "GET", "/cases").status_code == 200

    def send(
        self, token: str | None, method: str, path: str, key: str = "closed-key", **more: Any
    ) -> httpx.Response:
        headers = {"Idempotency-Key": key, "Accept-Language": "en"}
        if "content" in more:
            headers["Content-Type"] = "application/octet-stream"
        if token is not None:
            headers["Authorization"] = f"Bearer {token}"
        with self.city.as_(None) as http:
            return http.request(method, path, headers=headers, **more)


@pytest.fixture
def before(city: City) -> Before:
    return Before(city)


def closed_by_its_owner(before: Before) -> None:
    answer = before.send(before.tokens[0], "POST", "/account/close", "close-key", json={})
    assert answer.status_code == 200, answer.text


def closed_by_the_administrator(before: Before) -> None:
    answer = before.city.post("security-feng", "/accounts/citizen-zhang/close", {"reason": "冒用"})
    assert answer.status_code == 200, answer.text


def _path(route: Route, case_id: str) -> str:
    return re.sub(r"{\w+}", case_id, route.path)


@pytest.mark.parametrize("closing", [closed_by_its_owner, closed_by_the_administrator])
def test_every_route_is_closed_to_a_closed_account(before: Before, closing: Any) -> None:
    closing(before)
    wrong = []
    for route in SIGNED_IN:
        for token in before.tokens:
            more: Any = {"json": {}} if route.json else {"content": b"x"}
            answer = before.send(token, route.method, _path(route, before.case_id), **more)
            told = answer.json()
            if (answer.status_code, told.get("reason_code")) != (403, "account-closed-sign-in"):
                wrong.append(f"{route.name}: {answer.status_code} {answer.text[:120]}")
    assert wrong == []


def test_what_needs_no_token_answers_a_closed_account_as_nobody(before: Before) -> None:
    closed_by_its_owner(before)
    for route in ROUTES:
        if route.doc.public:
            path = _path(route, before.case_id)
            more: Any = {"json": {}} if route.json else {}
            known = before.send(before.tokens[0], route.method, path, **more)
            unknown = before.send(None, route.method, path, **more)
            assert known.status_code == unknown.status_code, route.name


def test_who_closed_it_is_told_so_again_under_the_same_key_alone(before: Before) -> None:
    closed_by_its_owner(before)
    again = before.send(before.tokens[0], "POST", "/account/close", "close-key", json={})
    assert (again.status_code, again.headers["Idempotency-Replayed"]) == (200, "true")
    assert before.send(before.tokens[0], "POST", "/account/close", "else-key", json={}).json()[
        "reason_code"
    ] == ("account-closed-sign-in")


def test_whose_account_is_open_is_not_asked_for_at_the_store(
    before: Before, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One process appends nearly all there is: what it remembers of the account is enough."""
    loaded: list[str] = []
    store = before.city.platform.store
    load = store.load

    def counted(stream: str, *rest: Any) -> Any:
        loaded.append(stream)
        return load(stream, *rest)

    monkeypatch.setattr(store, "load", counted)
    assert before.send(before.tokens[0], "GET", "/cases").status_code == 200
    assert before.send(before.tokens[0], "GET", f"/cases/{before.case_id}").status_code == 200
    assert [one for one in loaded if one.startswith("account-")] == []
    state = claims.account_state(before.city.platform, "citizen-zhang")
    assert not isinstance(state, Closed)


def test_staff_and_others_go_on(before: Before) -> None:
    closed_by_its_owner(before)
    assert before.city.get("clerk-chen", f"/cases/{before.case_id}").status_code == 200
    assert before.city.get("citizen-wang", "/cases").status_code == 200
