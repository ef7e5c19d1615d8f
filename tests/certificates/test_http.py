"""/certificates and /verify over HTTP."""

from typing import Any

import pytest

from chalicelib.web import bodies

from ..city import City

Json = dict[str, Any]
WHY = {"reason": "涉嫌出借", "basis": "行政处罚法第九条", "document": "湛民扣〔2026〕1号"}


class Registry:
    """A city in which a citizen has a certificate; `path` is its own."""

    def __init__(self, city: City) -> None:
        self.city = city
        self.platform = city.platform
        self.identifier = issued(city)
        self.path = f"/certificates/{self.identifier}"

    def show(self) -> str:
        reply = self.city.post("citizen-zhang", f"{self.path}/show")
        assert reply.status_code == 201, reply.text
        return str(reply.json()["token"])


def issued(city: City) -> str:
    from chalicelib.cases.application import cases
    from chalicelib.cases.domain import commands as c
    from chalicelib.kernel.actor import Actor, Role
    from chalicelib.platform.platform import Caller

    case_id = city.submit()["case_id"]
    civil = "440800-civil"
    for number, (role, department, kind, fields) in enumerate(
        (
            (Role.CLERK, "440800-hall", c.Accept, {}),
            (Role.CLERK, civil, c.FinishStep, {"step": "handle-1"}),
            (Role.APPROVER, civil, c.Grant, {}),
        )
    ):
        who = Actor(account=f"{role}-x", role=role, department=department)
        at = city.platform.now()
        command: Any = kind(at=at, by=who, **fields)
        caller = Caller(who, f"{case_id}-{number}")
        cases.execute(city.platform, caller, case_id, command)
    for _ in range(2):  # the views come before what the subscribers do
        city.catch_up()
    found = city.get("citizen-zhang", f"/cases/{case_id}").json()
    return str(found["certificate"]["identifier"])


@pytest.fixture
def registry(city: City) -> Registry:
    return Registry(city)


def test_a_holder_finds_the_certificate_and_its_file(registry: Registry):
    city = registry.city
    page = city.get("citizen-zhang", "/certificates").json()
    assert [one["identifier"] for one in page["items"]] == [registry.identifier]
    told = city.get("citizen-zhang", registry.path)
    assert (told.json()["status"], told.json()["usable"]) == ("01", True)
    file = city.get("citizen-zhang", f"{registry.path}/file")
    assert file.headers["content-type"] == "application/pdf"
    assert file.content.startswith(b"%PDF-")
    proof = city.get("citizen-zhang", f"{registry.path}/signature").json()
    assert len(file.content) == proof["size"]


def test_the_list_waits_for_the_version_of_a_certificate(registry: Registry):
    city = registry.city
    version = city.get("citizen-zhang", registry.path).json()["version"]
    seen = f"/certificates?min_version={registry.identifier}@{version}"
    assert len(city.get("citizen-zhang", seen).json()["items"]) == 1


def test_a_list_is_paged(city: City):
    found = {issued(city) for _ in range(3)}
    seen, cursor = [], ""
    while cursor is not None:
        path = f"/certificates?limit=2{cursor and f'&cursor={cursor}'}"
        page = city.get("citizen-zhang", path).json()
        seen += [one["identifier"] for one in page["items"]]
        cursor = page["next"]
    assert (len(seen), set(seen)) == (3, found)


def test_it_is_not_there_for_who_has_nothing_to_do_with_it(registry: Registry):
    city = registry.city
    for who in ("agent-li", "clerk-housing", "approver-housing"):
        for path in (registry.path, f"{registry.path}/file", f"{registry.path}/signature"):
            assert city.get(who, path).status_code == 404, (who, path)
    assert city.get("agent-li", "/certificates").json()["items"] == []
    for who in ("auditor-zheng", "supervisor-zhou"):
        assert city.get(who, registry.path).status_code == 200


def test_an_identifier_that_is_none_is_not_found(registry: Registry):
    for wrong in ("x", "1.2.3", registry.identifier[:-1]):
        assert registry.city.get("auditor-zheng", f"/certificates/{wrong}").status_code == 404


def test_no_operation_is_for_who_does_not_issue_it(registry: Registry):
    for who, status in (("citizen-zhang", 403), ("approver-housing", 404), ("auditor-zheng", 403)):
        reply = registry.city.post(who, f"{registry.path}/suspend", WHY)
        assert reply.status_code == status, (who, reply.text)


def test_an_operation_without_its_document_is_refused_and_says_so(registry: Registry):
    body = {name: value for name, value in WHY.items() if name != "document"}
    reply = registry.city.post("approver-housing", f"{registry.path}/withdraw", body)
    assert reply.status_code == 422
    assert [one["pointer"] for one in reply.json()["errors"]] == ["/document"]


# Verification


def test_anybody_verifies_what_is_shown_once(registry: Registry):
    token = registry.show()
    first = registry.city.get(None, f"/verify/{token}")
    assert first.json()["valid"] is True
    assert first.headers["cache-control"] == "no-store"
    used = registry.city.get(None, f"/verify/{token}")
    never = registry.city.get(None, f"/verify/{'A' * 26}")
    alike = [
        {name: value for name, value in one.json().items() if name not in _OWN}
        for one in (used, never)
    ]
    assert used.status_code == never.status_code == 404
    assert alike[0] == alike[1]


_OWN = {"instance", "request_id"}


def test_a_browser_gets_a_page(registry: Registry):
    token = registry.show()
    accept = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
    page = registry.city.get(None, f"/verify/{token}", Accept=accept)
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert registry.identifier in page.text
    assert "张三" not in page.text
    again = registry.city.get(None, f"/verify/{token}", Accept=accept)
    assert again.status_code == 404
    assert registry.identifier not in again.text


def test_verification_is_limited_by_address(registry: Registry):
    statuses = [registry.city.get(None, f"/verify/{'B' * 26}").status_code for _ in range(70)]
    assert statuses[-1] == 429
    assert 404 in statuses


def test_a_showing_is_asked_for_again_under_its_key(registry: Registry):
    first = registry.city.post("citizen-zhang", f"{registry.path}/show", key="show-key-1")
    again = registry.city.post("citizen-zhang", f"{registry.path}/show", key="show-key-1")
    assert again.json() == first.json()
    assert again.headers["idempotency-replayed"] == "true"


def test_nothing_is_held_by_who_is_not_proven(registry: Registry):
    item = "1144080000000106243442006001000"
    reply = registry.city.get("citizen-zhang", f"/items/{item}/held-materials")
    assert reply.json() == {"materials": [], "next": None}
    assert registry.city.get("clerk-chen", f"/items/{item}/held-materials").status_code == 403


def test_looking_at_a_one_time_code_does_not_use_it_up(registry: Registry):
    city = registry.city
    token = city.post("citizen-zhang", f"{registry.path}/show").json()["token"]
    with city.as_(None) as http:
        for _ in range(3):
            looked = http.head(f"/verify/{token}")
            assert (looked.status_code, looked.content) == (200, b"")
        assert http.get(f"/verify/{token}").json()["valid"] is True
        assert [http.head(f"/verify/{token}").status_code for _ in range(2)] == [404, 404]
        assert http.get(f"/verify/{token}").status_code == 404


def test_what_is_sent_with_a_command_that_takes_nothing_is_bounded_too(registry: Registry):
    """It belongs to what a repetition is known by, though nobody reads it."""
    many, large = [0] * (bodies.MAX_NODES + 1), "x" * bodies.MAX_BYTES
    for body, code in ((many, "too-many-values"), (large, "too-large")):
        answer = registry.city.post("citizen-zhang", f"{registry.path}/show", body)
        assert (answer.status_code, answer.json()["code"]) == (413, code)
