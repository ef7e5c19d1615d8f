"""Departments over HTTP: who signs in, who is transferred to, who is let use a certificate."""

import json

import pytest

from chalicelib.kernel.actor import Role
from chalicelib.serving import signin
from chalicelib.serving.registry_files import publish_departments
from chalicelib.serving.signin import Persona

from ..city import EXAMPLES, City
from .givens import a_department, publish

FILES = EXAMPLES.parent / "organisations"
HALL, CIVIL = "440800-hall", "440800-civil"


def ask(city: City, who: Persona, path: str = "/work"):
    bearer = signin.issue(city.data, who)
    with city.as_(None) as http:
        return http.get(path, headers={"Authorization": f"Bearer {bearer}"})


def persona(role: str, department: str | None, division: str | None = "440800") -> Persona:
    return Persona(f"some-{role}", "某人", Role(role), department, division)


@pytest.mark.parametrize("role", ["clerk", "reviewer", "approver", "item_manager", "supervisor"])
def test_a_token_of_an_unknown_department_is_refused_with_the_code_named(city: City, role: str):
    who = persona(role, "440800-nobody")
    assert ask(city, who).json().get("reason_code") != "department-not-registered"
    publish(city.platform, "440800", HALL, CIVIL)
    refused = ask(city, who)
    assert (refused.status_code, refused.json()["code"]) == (403, "not-allowed")
    assert refused.json()["reason_code"] == "department-not-registered"
    assert "440800-nobody" in refused.json()["detail"]
    for good in (CIVIL, f"{CIVIL}.cards"):
        told = ask(city, persona(role, good)).json().get("reason_code")
        assert told != "department-not-registered"
    moved = ask(city, persona(role, CIVIL, "440802")).json()
    assert moved["reason_code"] == "department-in-another-division"


def test_a_department_is_no_sign_in_after_its_last_day(city: City):
    publish(city.platform, "440800", a_department(CIVIL, valid_until="2020-01-01"))
    refused = ask(city, persona("clerk", CIVIL))
    assert (refused.status_code, refused.json()["reason_code"]) == (403, "department-not-valid")


def test_citizens_are_asked_for_no_department(city: City, monkeypatch: pytest.MonkeyPatch):
    def never(division: str) -> None:
        raise AssertionError(division)

    monkeypatch.setattr(city.platform.organisations, "registered", never)
    assert city.get("citizen-zhang", "/cases").status_code == 200


def test_a_case_is_handed_to_no_department_that_is_not_there(city: City):
    hall = a_department(HALL, counter=True)
    publish(city.platform, "440800", hall, CIVIL, "440800-housing")
    case_id = city.submit()["case_id"]
    city.post("clerk-chen", f"/cases/{case_id}/accept")
    told = {"to_department": "440800-nobody", "to_division": "440800", "reason": "职责不在我局"}
    path = f"/cases/{case_id}/transfer"
    clerk = Persona("clerk-civil", "某人", Role.CLERK, CIVIL, "440800")
    bearer = signin.issue(city.data, clerk)

    def sent(**changes: str):
        headers = {"Authorization": f"Bearer {bearer}", "Idempotency-Key": f"transfer-{len(keys)}"}
        keys.append(1)
        with city.as_(None) as http:
            return http.post(path, json={**told, **changes}, headers=headers)

    keys: list[int] = []
    refused = sent()
    assert (refused.status_code, refused.json()["reason_code"]) == (
        403,
        "department-not-registered",
    )
    # Nor as one of another division, whether that has published anything or not.
    for code in ("440800-nobody", "440800-housing"):
        assert sent(to_department=code, to_division="440802").status_code == 403
    assert sent(to_department="440800-housing").status_code == 200


def test_the_list_is_paged_tagged_and_open_to_anybody(city: City):
    publish_departments(city.platform, FILES, "examples")
    pages, path = [], "/organisations?division=440800&limit=5"
    while True:
        page = city.get(None, path).json()
        pages.append([one["code"] for one in page["items"]])
        if page["next"] is None:
            break
        path = f"/organisations?division=440800&limit=5&cursor={page['next']}"
    assert [len(one) for one in pages] == [5, 5, 4]
    codes = [code for page in pages for code in page]
    assert codes == sorted(set(codes))
    first = city.get(None, "/organisations?division=440800&limit=5")
    second = city.get(None, path)
    assert first.headers["ETag"] != second.headers["ETag"]
    publish(city.platform, "440800", HALL)
    changed = city.get(None, "/organisations?division=440800&limit=5")
    assert changed.headers["ETag"] != first.headers["ETag"]
    other = city.get(None, f"/organisations?division=440802&cursor={page_of(first)}")
    assert other.status_code == 400
    for bad in ("", "?division=44", "?division=44080０", "?division=440800&division=440800"):
        assert city.get(None, f"/organisations{bad}").status_code == 400


def page_of(reply) -> str:
    return str(json.loads(reply.content)["next"])


def test_what_is_published_at_the_start_is_published_once(city: City):
    assert publish_departments(city.platform, FILES, "examples") == 1
    assert publish_departments(city.platform, FILES, "examples") == 0
    assert publish(city.platform, "440800", HALL).version == 2
    assert publish_departments(city.platform, FILES, "examples") == 0
