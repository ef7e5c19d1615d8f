"""People, companies and mandates over HTTP: every operation on them once."""

from typing import Any

from chalicelib.serving import signin
from chalicelib.serving.illustration import pdf

from ..serving.outside import attestation
from .walking import Walker

Json = dict[str, Any]
ZHANG = {"name": "张三", "id_number": "440802195503071232"}
LI = {"name": "李四", "id_number": "440803198802120452"}
WANG = {"name": "王五", "id_number": "440811199008150034"}
OPERATORS = f"/entities/{signin.COMPANY_CODE}/operators"


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def a_mini_program_signs_in(walk: Walker) -> None:
    signed_in = walk(None, "POST", "/sign-in/wechat", {"code": "code-of-wx.login"}).json()
    own = bearer(signed_in["access_token"])
    assert signed_in["level"] == 0
    told = {**LI, "phone": "13800000000"}
    walk("citizen-wang", "PUT", "/account", told, headers=own)
    walk("citizen-wang", "PUT", "/account/phone", {"phone": "13900000000"}, headers=own)
    walk("citizen-wang", "POST", "/account/proofs/registry", {}, headers=own)
    claims = {"method": "phone", "phone_number": "13900000000"}
    proof = attestation(signed_in["account"], **claims)
    path = "/account/proofs/attested"
    walk("citizen-wang", "POST", path, {"attestation": proof}, headers=own)
    face = attestation(signed_in["account"], id_number=LI["id_number"])
    walk("citizen-wang", "POST", path, {"attestation": face}, headers=own)
    token = walk("citizen-wang", "POST", "/sign-in/token", {"role": "agent"}, headers=own).json()
    assert (token["role"], token["level"]) == ("agent", 3)
    found = walk("citizen-wang", "GET", "/account", headers=own)
    assert found.json()["level"] == 3
    tag = {**own, "If-None-Match": found.headers["ETag"]}
    assert walk("citizen-wang", "GET", "/account", headers=tag).status_code == 304
    assert walk(None, "GET", "/.well-known/jwks.json").json()["keys"]


def scan(walk: Walker, who: str = "clerk-chen", of: str = "居民身份证") -> str:
    """Of what was shown at the counter, handed in by the clerk."""
    sent = {"Content-Type": "application/pdf"}
    told: Json = walk(who, "POST", "/documents", headers=sent, content=pdf(of)).json()
    return str(told["sha256"])


def a_company_and_its_operator(walk: Walker) -> None:
    walk("citizen-zhang", "PUT", "/account", ZHANG)
    check = {**ZHANG, "shown": "居民身份证原件", "document": scan(walk)}
    checked = walk("clerk-chen", "POST", "/accounts/citizen-zhang/counter-check", check).json()
    assert not checked["waits"]
    at = {"division": "440800", "min_position": checked["position"]}
    (newest, *_) = walk("supervisor-zhou", "GET", "/counter-checks", query=at).json()["items"]
    assert (newest["account"], newest["clerk"]) == ("citizen-zhang", "clerk-chen")
    seen = walk("clerk-chen", "GET", "/accounts/citizen-zhang").json()
    assert (seen["level"], seen["person"]["id_number"]) == (4, "440***********1232")
    entity = {"credit_code": signin.COMPANY_CODE, "name": signin.COMPANY}
    walk("clerk-chen", "POST", "/entities", entity)
    added = {"person": ZHANG, "until": "2099-12-31", "appoints": True}
    walk("clerk-chen", "POST", OPERATORS, added)
    told = walk("citizen-zhang", "GET", "/account").json()["counter_checks"]
    assert (told[0]["what"], told[0]["department"]) == ("checked", "440800-hall")
    walk("citizen-zhang", "GET", f"/entities/{signin.COMPANY_CODE}")
    walk("citizen-zhang", "POST", f"/entities/{signin.COMPANY_CODE}/refresh", {})
    walk("citizen-zhang", "GET", "/account/companies", query={"limit": 10})
    hat = {"role": "agent", "entity": signin.COMPANY_CODE}
    token = walk("citizen-zhang", "POST", "/sign-in/token", hat).json()
    assert token["entity"] == signin.COMPANY_CODE
    walk("clerk-chen", "POST", f"{OPERATORS}/citizen-zhang/remove", {"reason": "离职"})


def a_mandate_granted_and_revoked(walk: Walker) -> None:
    """After the two above: 李四 has an account of WeChat's, 张三 one of level 4."""
    body = {"agent": {"person": LI}, "actions": ["submit", "supplement"], "until": "2027-12-31"}
    granted: Json = walk("citizen-zhang", "POST", "/mandates", body).json()
    path = f"/mandates/{granted['mandate_id']}"
    assert walk("citizen-zhang", "GET", path).json()["state"] == "granted"
    walk("citizen-zhang", "GET", "/mandates", query={"as": "principal"})
    revoked = walk("citizen-zhang", "POST", f"{path}/revoke", {"reason": "不再需要"})
    assert revoked.json()["state"] == "revoked"
    content, sent = pdf("授权委托书"), {"Content-Type": "application/pdf"}
    paper = walk("clerk-chen", "POST", "/documents", headers=sent, content=content).json()
    written = {"principal": WANG, "agent": {"person": LI}, "until": "2027-12-31"}
    walk("clerk-chen", "POST", "/mandates", {**written, "document": paper["sha256"]})


def accounts_that_are_closed(walk: Walker) -> None:
    walk("citizen-wang", "PUT", "/account", WANG)
    bound = walk("citizen-wang", "POST", "/account/wechat", {"code": "code-2"})
    assert (bound.status_code, bound.json()["code"]) == (409, "contradiction")
    signed_in = walk(None, "POST", "/sign-in/wechat", {"code": "code-3"}).json()
    own, closed = bearer(signed_in["access_token"]), signed_in["account"]
    walk("citizen-wang", "POST", "/account/close", {"reason": "不再使用"}, headers=own)
    taken = walk("citizen-wang", "PUT", "/account", WANG, headers=own)
    assert (taken.status_code, taken.json()["code"]) == (403, "not-allowed")
    seen = walk(
        "clerk-chen", "POST", f"/accounts/{closed}/counter-check", {**WANG, "document": scan(walk)}
    )
    assert (seen.status_code, seen.json()["code"]) == (409, "ended")
    signed_in = walk(None, "POST", "/sign-in/wechat", {"code": "code-3"}).json()
    closing = {"reason": "冒用他人身份"}
    walk("security-feng", "POST", f"/accounts/{signed_in['account']}/close", closing)
    assert walk("citizen-zhang", "POST", "/account/wechat", {"code": "c-4"}).status_code == 200


STORIES = (
    a_mini_program_signs_in,
    a_company_and_its_operator,
    a_mandate_granted_and_revoked,
    accounts_that_are_closed,
)
