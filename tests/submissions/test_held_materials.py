"""免提交: a company hands in the licence that it holds by naming it."""

from typing import Any

import pytest

from chalicelib.certificates.application import certificates
from chalicelib.certificates.domain import certificate
from chalicelib.kernel.actor import Actor, Role
from chalicelib.platform.platform import Caller
from chalicelib.submissions.application.materials import HandedIn

from ..certificates.licences import FOOD, FOR_COMPANY, MARKET, granted
from ..city import City

Json = dict[str, Any]
RENEWAL: Json = {
    "item": FOOD,
    "variant": "renewal",
    "insist": True,
    "applicant": FOR_COMPANY,
    "form": {
        "shop_name": "示例餐厅",
        "address": "湛江市赤坎区示例路 1 号",
        "business": "餐饮服务",
        "area": 120,
    },
}


@pytest.fixture
def licensed(city: City) -> tuple[City, str]:
    """A city in which the company has a food licence, and its identifier."""
    city.publish("food-business-licence")
    first = city.post("agent-li", "/cases", {**RENEWAL, "variant": "new"})
    return city, granted(city, first.json()["case_id"])


def taken(city: City, identifier: str, who: str = "agent-li") -> Any:
    material = {"id": "licence", "certificate": identifier}
    return city.post(who, "/cases", {**RENEWAL, "materials": [material]})


def test_what_the_company_holds_is_offered_for_the_variant_that_asks_for_it(
    licensed: tuple[City, str],
):
    city, identifier = licensed
    path = f"/items/{FOOD}/held-materials"
    told = city.get("agent-li", f"{path}?variant=renewal").json()["materials"]
    assert [(one["material"], one["certificate"]) for one in told] == [("licence", identifier)]
    assert city.get("agent-li", f"{path}?variant=new").json() == {"materials": [], "next": None}
    assert city.get("agent-li", f"{path}?variant=none").status_code == 422


def test_a_certificate_is_handed_in_by_its_identifier_and_renewed(licensed: tuple[City, str]):
    city, identifier = licensed
    reply = taken(city, identifier)
    assert reply.status_code == 201, reply.text
    case_id = reply.json()["case_id"]
    (material,) = city.get("agent-li", f"/cases/{case_id}").json()["materials"]
    assert (material["trust"], material["certificate"]) == ("A", identifier)
    city.catch_up()
    assert city.get("agent-li", f"/certificates/{identifier}").json()["renewal"] == case_id
    newer = granted(city, case_id)
    before = city.get("agent-li", f"/certificates/{identifier}").json()
    assert (before["status"], before["replaced_by"]) == ("05", newer)


def test_staff_read_the_certificate_as_a_document_of_the_case(licensed: tuple[City, str]):
    city, identifier = licensed
    case_id = taken(city, identifier).json()["case_id"]
    (material,) = city.get("clerk-chen", f"/cases/{case_id}").json()["materials"]
    found = city.get("clerk-chen", f"/cases/{case_id}/documents/{material['sha256']}")
    assert found.status_code == 200, found.text
    assert found.content.startswith(b"%PDF-")


def test_nobody_hands_in_the_companys_certificate_for_themselves(licensed: tuple[City, str]):
    city, identifier = licensed
    person = {"name": "张三", "id_number": "44080219500101123X"}
    material = {"id": "licence", "certificate": identifier}
    body = {**RENEWAL, "applicant": person, "materials": [material]}
    reply = city.post("citizen-zhang", "/cases", body)
    assert reply.status_code == 422
    assert "not yours" in reply.json()["reason"]


def test_a_certificate_that_is_suspended_meanwhile_is_refused(licensed: tuple[City, str]):
    city, identifier = licensed
    head = Actor(account="head", role=Role.APPROVER, department=MARKET)
    command = certificate.Suspend(
        at=city.platform.now(), by=head, reason="涉嫌违法", basis="食品安全法", document="1号"
    )
    certificates.operate(city.platform, Caller(head, "suspend-1"), identifier, command)
    reply = taken(city, identifier)
    assert reply.status_code == 422
    assert "not valid now" in reply.json()["reason"]


# At a window


def shown(city: City, identifier: str) -> str:
    reply = city.post("agent-li", f"/certificates/{identifier}/show")
    assert reply.status_code == 201, reply.text
    token: str = reply.json()["token"]
    return token


def at_the_window(city: City, identifier: str, path: str = "/cases", **material: str) -> Any:
    named = {"id": "licence", "certificate": identifier, **material}
    return city.post("clerk-chen", path, {**RENEWAL, "materials": [named]})


def test_a_clerk_reads_no_certificate_by_entering_a_case_for_its_holder(
    licensed: tuple[City, str],
):
    city, identifier = licensed
    for path in ("/cases", "/drafts"):
        reply = at_the_window(city, identifier, path)
        assert reply.status_code == 422, reply.text
        assert "does not show it here" in reply.json()["reason"]
    assert city.get("clerk-chen", f"/certificates/{identifier}/file").status_code == 404


def test_a_clerk_takes_what_the_holder_shows_who_sees_that_it_was(licensed: tuple[City, str]):
    city, identifier = licensed
    token = shown(city, identifier)
    case_id = at_the_window(city, identifier, showing=token).json()["case_id"]
    (material,) = city.get("clerk-chen", f"/cases/{case_id}").json()["materials"]
    assert "showing" not in material
    found = city.get("clerk-chen", f"/cases/{case_id}/documents/{material['sha256']}")
    assert found.content.startswith(b"%PDF-")
    (used,) = city.get("agent-li", f"/certificates/{identifier}").json()["uses"]
    assert (used["case_id"], used["basis"]) == (case_id, "showing")
    assert (used["role"], used["department"]) == ("clerk", "440800-hall")
    assert at_the_window(city, identifier, showing=token).status_code == 422


def test_a_draft_gives_no_certificate_out_since_nobody_would_know(licensed: tuple[City, str]):
    city, identifier = licensed
    draft = at_the_window(city, identifier, "/drafts", showing=shown(city, identifier)).json()
    path = f"/cases/{draft['case_id']}"
    (material,) = city.get("clerk-chen", path).json()["materials"]
    assert city.get("clerk-chen", f"{path}/documents/{material['sha256']}").status_code == 404
    link = city.post("clerk-chen", f"{path}/documents/{material['sha256']}/links")
    assert link.status_code == 404
    assert city.get("clerk-chen", f"{path}/documents").json()["documents"] == []
    assert city.get("agent-li", f"/certificates/{identifier}").json()["uses"] == []


def test_a_window_supplements_with_what_the_holder_shows(licensed: tuple[City, str]):
    city, identifier = licensed
    case_id = city.post("clerk-chen", "/cases", RENEWAL).json()["case_id"]
    asked = {"missing": [{"material": "licence", "reason": "缺少许可证"}]}
    assert city.post("clerk-chen", f"/cases/{case_id}/request-supplement", asked).is_success
    path, named = (
        f"/cases/{case_id}/submit-supplement",
        {"id": "licence", "certificate": identifier},
    )
    refused = city.post("clerk-chen", path, {"materials": [named]})
    assert refused.status_code == 422
    token = shown(city, identifier)
    taken_so = city.post("clerk-chen", path, {"materials": [{**named, "showing": token}]})
    assert taken_so.status_code == 200, taken_so.text


def test_what_is_shown_goes_with_a_certificate(licensed: tuple[City, str]):
    city, _ = licensed
    material = {"id": "licence", "sha256": "0" * 64, "showing": "A" * 26}
    reply = city.post("clerk-chen", "/cases", {**RENEWAL, "materials": [material]})
    assert reply.status_code == 422


def test_a_request_of_before_is_the_same_request():
    """Its fingerprint is of its members: one that is not there must not be."""
    told = HandedIn(id="licence", certificate="1.2.156.3005.2").model_dump(mode="json")
    assert set(told) == {"id", "sha256", "certificate", "media_type", "title", "trust"}
