"""免提交: a company hands in the licence that it holds by naming it."""

from typing import Any

import pytest

from chalicelib.certificates.application import certificates
from chalicelib.certificates.domain import certificate
from chalicelib.kernel.actor import Actor, Role
from chalicelib.platform.platform import Caller

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
