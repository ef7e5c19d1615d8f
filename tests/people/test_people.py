"""/sign-in, /account, /entities and /mandates over HTTP, with the services outside."""

import json
import time
from typing import Any

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from chalicelib import bootstrap
from chalicelib.bootstrap import people as settings
from chalicelib.serving.illustration import pdf
from chalicelib.serving.registry_files import load_examples
from tests.adapters.wechat_double import Double
from tests.serving.outside import REGISTRY, attestation, attester_keys

from ..city import SENIOR_CARD, City

pytestmark = pytest.mark.usefixtures("double")  # before the city asks for its settings
ZHANG = {"name": "张三", "id_number": "440802195503071232", "phone": "13700000000"}
LI = {"name": "李四", "id_number": "440803198802120452"}
COMPANY = "91440800MA0EXAMP1A"


@pytest.fixture
def town(city: City) -> City:
    load_examples(city.platform, REGISTRY)
    return city


def bearing(town: City, token: str, method: str, path: str, body: Any = None) -> httpx.Response:
    with town.as_(None) as http:
        headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": f"k-{time.time_ns()}"}
        return http.request(method, path, json=body, headers=headers)


def put(town: City, account: str, path: str, body: Any) -> httpx.Response:
    with town.as_(account) as http:
        return http.put(path, json=body, headers={"Idempotency-Key": f"k-{time.time_ns()}"})


def at_the_counter(town: City, account: str, told: Any) -> None:
    assert put(town, account, "/account", told).is_success
    check = {
        **{name: told[name] for name in ("name", "id_number")},
        "document": scan(town, of=told["name"]),
    }
    assert town.post("clerk-chen", f"/accounts/{account}/counter-check", check).is_success


def attested(account: str, **claims: Any) -> dict[str, str]:
    told = {"id_number": ZHANG["id_number"], **claims}
    return {"attestation": attestation(account, **told)}


def code(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json().get("code", "")


# WeChat


def test_a_mini_program_signs_in_registers_and_is_known(town: City, double: Double) -> None:
    answer = town.post(None, "/sign-in/wechat", {"code": "c-1"})
    assert answer.status_code == 200, answer.text
    token = answer.json()["access_token"]
    assert bearing(town, token, "PUT", "/account", ZHANG).json()["level"] == 0
    assert bearing(town, token, "POST", "/account/proofs/registry", {}).json()["level"] == 2
    renewed = bearing(town, token, "POST", "/sign-in/token", {}).json()
    assert (renewed["account"], renewed["level"]) == (answer.json()["account"], 2)
    own = bearing(town, renewed["access_token"], "GET", "/account").json()
    assert (own["person"]["name"], own["wechat"]) == ("张三", True)
    assert double.asked[0]["secret"] == "app-secret"


@pytest.mark.parametrize(
    ("reply", "told"),
    [
        ({"errcode": 40029}, (422, "wechat-code")),
        ({"errcode": 40163}, (422, "wechat-code")),
        ({"errcode": 45011}, (429, "wechat-limited")),
        ({"errcode": 40226}, (403, "wechat-blocked")),
        ({"errcode": 40125}, (503, "wechat-unavailable")),
        ({"errcode": 1}, (503, "wechat-unavailable")),
        (b"<html>", (503, "wechat-unavailable")),
    ],
)
def test_each_refusal_of_wechat_is_a_problem_of_its_own(
    town: City, double: Double, reply: Any, told: tuple[int, str]
) -> None:
    double.replies[:] = [reply]
    answer = town.post(None, "/sign-in/wechat", {"code": "c-1"})
    assert code(answer) == told
    assert ("Retry-After" in answer.headers) == (told[0] in {429, 503})


def test_wechat_is_bound_to_the_account_of_another_sign_in(town: City) -> None:
    put(town, "citizen-zhang", "/account", ZHANG)
    town.post("citizen-zhang", "/account/proofs/registry")
    assert town.post("citizen-zhang", "/account/wechat", {"code": "c"}).status_code == 200
    answer = town.post(None, "/sign-in/wechat", {"code": "c"}).json()
    assert (answer["account"], answer["level"]) == ("citizen-zhang", 2)


def test_staff_use_up_no_code(town: City, double: Double) -> None:
    assert code(town.post("clerk-chen", "/account/wechat", {"code": "c"}))[0] == 403
    assert double.asked == []


# Tokens


def test_our_keys_are_published_and_verify_our_tokens(town: City) -> None:
    keys = town.get(None, "/.well-known/jwks.json").json()["keys"]
    token = town.post(None, "/sign-in/wechat", {"code": "c-1"}).json()["access_token"]
    key = jwt.PyJWK(keys[0]).key
    assert jwt.decode(token, key, ["ES256"], audience="banjian", issuer="urn:banjian")["role"]
    assert jwt.get_unverified_header(token)["kid"] == keys[0]["kid"]


def test_a_level_that_a_provider_vouched_for_lasts_over_changes_of_hat(town: City) -> None:
    put(town, "citizen-zhang", "/account", ZHANG)
    town.post("citizen-zhang", "/account/proofs/registry")
    first = town.post("citizen-zhang", "/sign-in/token", {"role": "agent"}).json()
    assert (first["role"], first["level"]) == ("agent", 3)  # as the local sign-in says
    again = bearing(town, first["access_token"], "POST", "/sign-in/token", {}).json()
    assert (again["role"], again["level"]) == ("applicant", 3)


def test_a_session_that_is_too_old_is_told_to_sign_in_again(
    town: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    from datetime import timedelta

    from chalicelib.people.application import tokens

    token = town.post(None, "/sign-in/wechat", {"code": "c-1"}).json()["access_token"]
    monkeypatch.setattr(tokens, "SESSION", timedelta(seconds=-1))
    answer = bearing(town, token, "POST", "/sign-in/token", {})
    assert code(answer) == (401, "invalid-token")
    assert "invalid_token" in answer.headers["WWW-Authenticate"]


# Proofs


def test_what_the_attesting_service_signed_is_believed(town: City) -> None:
    put(town, "citizen-wang", "/account", ZHANG)
    told = attested("citizen-wang")
    answer = town.post("citizen-wang", "/account/proofs/attested", told)
    assert answer.json()["level"] == 3, answer.text
    (proof,) = town.get("citizen-wang", "/account").json()["proofs"]
    assert (proof["method"], proof["evidence"]) == ("face", "https://face.example check-of-face")


def test_what_it_did_not_sign_so_is_not_believed(town: City) -> None:
    put(town, "citizen-wang", "/account", ZHANG)
    now = int(time.time())
    stranger = ec.generate_private_key(ec.SECP256R1())
    whole = attested("citizen-wang")["attestation"]
    forged = [
        attested("citizen-wang", key=stranger),
        attested("citizen-wang", iss="https://other.example"),
        attested("citizen-wang", aud="other"),
        attested("citizen-wang", iat=now - 600, exp=now - 300),
        attested("citizen-wang", iat=now + 300, exp=now + 600),
        attested("citizen-wang", exp=now + 86_400),
        attested("citizen-wang", method="counter"),
        attested("citizen-wang", method="registry"),
        attested("citizen-wang", jti=""),
        attested("citizen-zhang"),
        attested("citizen-wang", id_number=LI["id_number"]),
        {"attestation": whole[:-8] + "AAAAAAAA"},
        {"attestation": "not.a.token"},
        {"attestation": jwt.encode({"sub": "citizen-wang"}, "", "none")},
    ]
    for one in forged:
        answer = town.post("citizen-wang", "/account/proofs/attested", one)
        assert code(answer) == (422, "invalid"), one
    assert town.get("citizen-wang", "/account").json()["level"] == 0


def test_a_public_key_is_no_shared_secret(town: City) -> None:
    """The confusion of algorithms: HS256 with the published key as the secret."""
    import base64
    import hmac

    put(town, "citizen-wang", "/account", ZHANG)
    head, body, _ = attested("citizen-wang")["attestation"].split(".")
    fake = base64.urlsafe_b64encode(
        json.dumps({"alg": "HS256", "typ": "JWT", "kid": "face-1"}).encode()
    ).rstrip(b"=")
    text = fake + b"." + body.encode()
    signature = hmac.digest(attester_keys().encode(), text, "sha256")
    token = text + b"." + base64.urlsafe_b64encode(signature).rstrip(b"=")
    told = {"attestation": token.decode()}
    assert head
    assert code(town.post("citizen-wang", "/account/proofs/attested", told)) == (422, "invalid")


def test_a_registry_that_was_not_loaded_is_a_503_that_says_when_to_come_again(city: City) -> None:
    put(city, "citizen-zhang", "/account", ZHANG)
    answer = city.post("citizen-zhang", "/account/proofs/registry")
    assert code(answer) == (503, "registry-unavailable")
    assert answer.headers["Retry-After"] == "10"


def scan(town: City, who: str = "clerk-chen", of: str = "card") -> str:
    with town.as_(who) as http:
        sent = {"Content-Type": "application/pdf"}
        return str(http.post("/documents", content=pdf(of), headers=sent).json()["sha256"])


def test_a_clerk_checks_at_the_counter_and_sees_no_whole_number(town: City) -> None:
    put(town, "citizen-wang", "/account", ZHANG)
    check = {"name": "张三", "id_number": ZHANG["id_number"], "document": scan(town)}
    answer = town.post("clerk-chen", "/accounts/citizen-wang/counter-check", check)
    assert answer.json()["level"] == 4
    shown = town.get("clerk-chen", "/accounts/citizen-wang").text
    assert ZHANG["id_number"] not in shown
    assert ZHANG["phone"] not in shown
    assert "张三" in shown


def test_a_command_says_when_it_was_taken_before_and_an_account_has_a_tag(town: City) -> None:
    key = "one-key-for-both"
    with town.as_("citizen-zhang") as http:
        answers = [
            http.put("/account", json=ZHANG, headers={"Idempotency-Key": key}) for _ in range(2)
        ]
        changed = http.put(
            "/account", json={**ZHANG, "name": "张四"}, headers={"Idempotency-Key": key}
        )
    assert [one.json() for one in answers] == [answers[0].json()] * 2
    assert answers[1].headers["Idempotency-Replayed"] == "true"
    assert code(changed) == (422, "idempotency-key-reused")
    tag = town.get("citizen-zhang", "/account").headers["ETag"]
    assert town.get("citizen-zhang", "/account", If_None_Match=tag).status_code == 304
    town.post("citizen-zhang", "/account/proofs/registry")
    assert town.get("citizen-zhang", "/account", If_None_Match=tag).status_code == 200


# Companies and mandates


def test_an_operator_handles_the_companys_cases_until_removed(town: City) -> None:
    at_the_counter(town, "citizen-wang", LI)
    register = {"credit_code": COMPANY, "name": "湛江示例建设有限公司"}
    assert town.post("clerk-chen", "/entities", register).status_code == 201
    path = f"/entities/{COMPANY}/operators"
    added = town.post("clerk-chen", path, {"person": LI, "until": "2099-12-31"})
    assert added.json()["operators"][0]["account"] == "citizen-wang", added.text
    hat = {"role": "agent", "entity": COMPANY}
    token = town.post("citizen-wang", "/sign-in/token", hat).json()["access_token"]
    assert bearing(town, token, "GET", "/cases?as=company").status_code == 200
    town.catch_up()
    (row,) = town.get("citizen-wang", "/account/companies").json()["items"]
    assert (row["entity"], row["as"]) == (COMPANY, "operator")
    town.post("clerk-chen", f"{path}/citizen-wang/remove", {"reason": "离职"})
    assert code(town.post("citizen-wang", "/sign-in/token", hat)) == (403, "not-allowed")
    town.catch_up()
    assert town.get("citizen-wang", "/account/companies").json()["items"] == []


def test_a_mandate_is_granted_listed_on_both_sides_and_revoked(town: City) -> None:
    for account, told in (("citizen-zhang", ZHANG), ("citizen-wang", LI)):
        at_the_counter(town, account, told)
    body = {"agent": {"person": LI}, "until": "2027-12-31"}
    granted = town.post("citizen-zhang", "/mandates", body).json()
    path = f"/mandates/{granted['mandate_id']}"
    assert (granted["state"], granted["agent"]["account"]) == ("granted", "citizen-wang")
    town.catch_up()
    for who, side in (("citizen-zhang", "principal"), ("citizen-wang", "agent")):
        (row,) = town.get(who, f"/mandates?as={side}").json()["items"]
        assert row["mandate_id"] == granted["mandate_id"]
    assert town.get("citizen-zhang", "/mandates?as=agent").json()["items"] == []
    assert code(town.get("agent-li", path)) == (404, "not-found")
    assert town.post("citizen-zhang", f"{path}/revoke").json()["state"] == "revoked"
    town.catch_up()
    (row,) = town.get("citizen-wang", "/mandates?as=agent").json()["items"]
    assert row["state"] == "revoked"


def test_the_lists_of_powers_wait_for_the_version_of_a_mandate_or_a_company(
    town: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chalicelib.web.request.WAIT_SECONDS", 0.05)
    for account, told in (("citizen-zhang", ZHANG), ("citizen-wang", LI)):
        at_the_counter(town, account, told)
    register = {"credit_code": COMPANY, "name": "湛江示例建设有限公司"}
    town.post("clerk-chen", "/entities", register)
    operators = f"/entities/{COMPANY}/operators"
    company = town.post("clerk-chen", operators, {"account": "citizen-wang"})
    mandate = town.post(
        "citizen-zhang", "/mandates", {"agent": {"person": LI}, "until": "2027-12-31"}
    )
    one, other = mandate.json()["mandate_id"], company.json()["credit_code"]
    town.catch_up()
    for who, path, name, made in (
        ("citizen-zhang", "/mandates", one, mandate),
        ("citizen-wang", "/account/companies", other, company),
    ):
        version = int(made.headers["etag"].strip('"'))
        seen = town.get(who, f"{path}?min_version={name}@{version}")
        assert seen.status_code == 200, seen.text
        later = town.get(who, f"{path}?min_version={name}@{version + 1}")
        assert code(later) == (400, "nothing-to-wait-for")


def test_the_settings_name_no_wechat_and_no_attesting_service_by_themselves(
    city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("BANJIAN_WECHAT_APP")
    monkeypatch.setenv("BANJIAN_ATTESTER", "")  # as a stack sets what it was not given
    settings.wechat.cache_clear()
    settings.attester.cache_clear()
    bootstrap.platform.cache_clear()
    assert code(city.post(None, "/sign-in/wechat", {"code": "c"})) == (501, "wechat-not-set-up")
    told = attested("citizen-zhang")
    answer = city.post("citizen-zhang", "/account/proofs/attested", told)
    assert code(answer) == (501, "attestation-not-set-up")
    assert "Retry-After" not in answer.headers


def test_an_agent_submits_on_a_mandate_with_both_names_until_it_is_revoked(town: City) -> None:
    for account, told in (("citizen-zhang", ZHANG), ("citizen-wang", LI)):
        at_the_counter(town, account, told)
    body = {"agent": {"person": LI}, "until": "2027-12-31"}
    mandate = town.post("citizen-zhang", "/mandates", body).json()["mandate_id"]
    hat = town.post("citizen-wang", "/sign-in/token", {"role": "agent"}).json()["access_token"]
    applicant = {"name": "张三", "id_number": ZHANG["id_number"]}
    case = {**SENIOR_CARD, "applicant": applicant}
    case["form"] = {"born_on": "1955-03-07", "residence": "湛江市赤坎区示例路 1 号"}
    assert code(bearing(town, hat, "POST", "/cases", case)) == (403, "not-allowed")
    answer = bearing(town, hat, "POST", "/cases", {**case, "mandate_id": mandate})
    assert answer.status_code == 201, answer.text
    path = f"/cases/{answer.json()['case_id']}"
    (first, *_) = town.get("auditor-zheng", f"{path}/events").json()["events"]
    acted = first["actor"]
    assert (acted["account"], acted["on_behalf_of"]) == ("citizen-wang", "citizen-zhang")
    assert acted["mandate"] == mandate
    assert bearing(town, hat, "GET", path).status_code == 200
    town.post("citizen-zhang", f"/mandates/{mandate}/revoke", {"reason": "不再需要"})
    assert code(bearing(town, hat, "GET", path)) == (403, "not-allowed")
    withdrawal = bearing(town, hat, "POST", f"{path}/withdraw", {"reason": "不再需要"})
    assert code(withdrawal) == (403, "not-allowed")
