"""Agents over HTTP: what they do on a mandate or for a company, and what they do no more."""

from typing import Any

import httpx
import pytest

from chalicelib.cases.application import cases
from chalicelib.certificates.application import certificates
from chalicelib.certificates.domain.certificate import Known
from chalicelib.clock.calendar import legal_day
from chalicelib.eventlog.codec import events
from chalicelib.kernel.actor import Actor
from chalicelib.serving import signin
from chalicelib.serving.registry_files import load_examples
from tests.people.test_people import scan
from tests.serving.outside import REGISTRY

from ..certificates.licences import FOOD, FOR_COMPANY, granted
from ..city import SENIOR_CARD, City

pytestmark = pytest.mark.usefixtures("double")  # before the city asks for its settings
Json = dict[str, Any]
ZHANG = {"name": "张三", "id_number": "440802195503071232"}
LI = {"name": "李四", "id_number": "440803198802120452"}
CARD: Json = {
    **SENIOR_CARD,
    "applicant": ZHANG,
    "form": {"born_on": "1955-03-07", "residence": "湛江市赤坎区示例路 1 号"},
    "insist": True,
}
LICENCE: Json = {
    "item": FOOD,
    "insist": True,
    "applicant": ZHANG,
    "form": {
        "shop_name": "示例小吃店",
        "address": "湛江市赤坎区示例路 1 号",
        "business": "餐饮服务",
        "area": 36,
    },
}
COMPANY = signin.COMPANY_CODE


@pytest.fixture
def town(city: City) -> City:
    """张三 (citizen-zhang) and 李四 (citizen-wang) are proven to be themselves."""
    load_examples(city.platform, REGISTRY)
    city.publish("food-business-licence")
    for account, told in (("citizen-zhang", ZHANG), ("citizen-wang", LI)):
        with city.as_(account) as http:
            key = {"Idempotency-Key": f"registers-{account}"}
            assert http.put("/account", json=told, headers=key).is_success
        check = {**told, "document": scan(city, of=told["name"])}
        assert city.post("clerk-chen", f"/accounts/{account}/counter-check", check).is_success
    return city


def mandate(town: City, **terms: Any) -> str:
    body = {"agent": {"person": LI}, "until": "2027-12-31", **terms}
    return str(town.post("citizen-zhang", "/mandates", body).json()["mandate_id"])


def revoke(town: City, mandate_id: str) -> None:
    assert town.post("citizen-zhang", f"/mandates/{mandate_id}/revoke").is_success


class Agent:
    """citizen-wang with another hat, and the token that it got then."""

    def __init__(self, town: City, **hat: str) -> None:
        told = town.post("citizen-wang", "/sign-in/token", {"role": "agent", **hat})
        self._town, self._sent = town, 0
        self.token = told.json()["access_token"]

    def __call__(self, method: str, path: str, body: Any = None) -> httpx.Response:
        self._sent += 1
        headers = {
            "Authorization": f"Bearer {self.token}",
            "Idempotency-Key": f"agent-sent-{self._sent}",
        }
        with self._town.as_(None) as http:
            return http.request(method, path, json=body, headers=headers)


def refused(answer: httpx.Response, status: int = 403) -> bool:
    return answer.status_code == status


def actors(town: City, case_id: str) -> list[Json]:
    told = town.get("auditor-zheng", f"/cases/{case_id}/events").json()["events"]
    return [one["actor"] for one in told]


def last_actor(town: City, stream: str) -> Actor:
    commits = town.platform.store.load(stream).commits
    return list(events(town.platform.codec, commits))[-1].actor


def licensed(town: City) -> str:
    answer = town.post("citizen-zhang", "/cases", {**LICENCE, "variant": "new"})
    return granted(town, answer.json()["case_id"])


def uses(town: City, identifier: str) -> int:
    state = certificates.state_of(town.platform, identifier)
    assert isinstance(state, Known)
    return len(state.record.uses)


# On a mandate


def test_after_the_revocation_the_agent_is_not_let_in_as_a_citizen_either(town: City) -> None:
    named = mandate(town)
    agent = Agent(town)
    case_id = agent("POST", "/cases", {**CARD, "mandate_id": named}).json()["case_id"]
    town.catch_up()
    path, own = f"/cases/{case_id}", "/cases"
    assert [one["case_id"] for one in town.get("citizen-wang", own).json()["items"]] == [case_id]
    revoke(town, named)
    for answer in (agent("GET", path), town.get("citizen-wang", path)):
        assert refused(answer)
    withdrawal = {"reason": "不再需要"}
    assert refused(agent("POST", f"{path}/withdraw", withdrawal))
    assert refused(town.post("citizen-wang", f"{path}/withdraw", withdrawal))
    for listed in (agent("GET", own), town.get("citizen-wang", own)):
        assert listed.json()["items"] == []
    assert town.get("citizen-zhang", path).is_success


def test_another_mandate_of_the_principal_lets_the_agent_go_on(town: City) -> None:
    first = mandate(town, actions=["submit"])
    agent = Agent(town)
    case_id = agent("POST", "/cases", {**CARD, "mandate_id": first}).json()["case_id"]
    path, withdrawal = f"/cases/{case_id}", {"reason": "不再需要"}
    other = mandate(town, items=[FOOD])
    revoke(town, first)
    town.catch_up()
    assert refused(agent("POST", f"{path}/withdraw", withdrawal))
    second = mandate(town, actions=["withdraw"])
    town.catch_up()
    assert agent("POST", f"{path}/withdraw", withdrawal).is_success
    told = actors(town, case_id)[-1]
    assert (told["on_behalf_of"], told["mandate"]) == ("citizen-zhang", second)
    assert second not in (first, other)


def test_a_draft_on_a_mandate_names_both_and_is_the_principals_too(town: City) -> None:
    named = mandate(town)
    agent = Agent(town)
    case_id = agent("POST", "/drafts", {**CARD, "mandate_id": named}).json()["case_id"]
    told = last_actor(town, cases.stream(case_id))
    assert (told.account, told.on_behalf_of, told.mandate) == (
        "citizen-wang",
        "citizen-zhang",
        named,
    )
    assert town.get("citizen-zhang", f"/cases/{case_id}").is_success
    revoke(town, named)
    assert refused(agent("POST", "/drafts", {**CARD, "mandate_id": named}))


def test_a_draft_without_a_mandate_tells_nobody_whose_account_an_id_is(town: City) -> None:
    case_id = Agent(town)("POST", "/drafts", CARD).json()["case_id"]
    assert "citizen-zhang" not in Agent(town)("GET", f"/cases/{case_id}").text
    assert refused(town.get("citizen-zhang", f"/cases/{case_id}"), 404)


def test_the_agent_hands_in_the_principals_certificate_and_both_are_recorded(town: City) -> None:
    identifier = licensed(town)
    agent, named = Agent(town), mandate(town)
    material = {"id": "licence", "certificate": identifier}
    body = {**LICENCE, "variant": "renewal", "materials": [material], "mandate_id": named}
    without = {**body, "applicant": LI, "mandate_id": None}
    assert refused(agent("POST", "/cases", without))
    answer = agent("POST", "/cases", body)
    assert answer.status_code == 201, answer.text
    used = last_actor(town, certificates.stream(identifier))
    assert (used.account, used.on_behalf_of, used.mandate) == (
        "citizen-wang",
        "citizen-zhang",
        named,
    )


def test_the_agent_hands_it_in_with_what_was_missing_too(town: City) -> None:
    identifier = licensed(town)
    agent, named = Agent(town), mandate(town)
    body = {**LICENCE, "variant": "renewal", "mandate_id": named}
    case_id = agent("POST", "/cases", body).json()["case_id"]
    path = f"/cases/{case_id}"
    asked = town.post("clerk-chen", f"{path}/return-submission", {"reason": "缺原证"})
    assert asked.is_success, asked.text
    material = {"id": "licence", "certificate": identifier}
    told = {"form": LICENCE["form"], "materials": [material]}
    answer = agent("POST", f"{path}/resubmit", told)
    assert answer.is_success, answer.text
    assert last_actor(town, certificates.stream(identifier)).mandate == named
    assert uses(town, identifier) == 1


def test_a_clerk_who_enters_it_for_an_agent_is_held_to_the_mandate(town: City) -> None:
    named = mandate(town, items=[SENIOR_CARD["item"]])
    body = {**CARD, "mandate_id": named}
    case_id = town.post("clerk-chen", "/cases", body).json()["case_id"]
    (told, *_) = actors(town, case_id)
    assert (told["account"], told["on_behalf_of"]) == ("clerk-chen", "citizen-zhang")
    assert told["mandate"] == named
    assert refused(town.post("clerk-chen", "/cases", {**body, "applicant": LI}))
    other = {**LICENCE, "variant": "new", "mandate_id": named}
    assert refused(town.post("clerk-chen", "/cases", other))
    company = {**LICENCE, "variant": "new", "applicant": FOR_COMPANY, "mandate_id": named}
    assert refused(town.post("clerk-chen", "/cases", company), 422)
    revoke(town, named)
    assert refused(town.post("clerk-chen", "/cases", body))


# For a company


def operator(town: City, **terms: Any) -> Agent:
    entity = {"credit_code": COMPANY, "name": signin.COMPANY}
    town.post("clerk-chen", "/entities", entity)
    added = {"person": LI, "until": "2099-12-31", **terms}
    assert town.post("clerk-chen", f"/entities/{COMPANY}/operators", added).is_success
    return Agent(town, entity=COMPANY)


def test_who_is_removed_does_nothing_more_with_the_token_that_lives_on(town: City) -> None:
    agent = operator(town)
    body = {**LICENCE, "applicant": FOR_COMPANY, "variant": "new"}
    identifier = granted(town, agent("POST", "/cases", body).json()["case_id"])
    case_id = agent("POST", "/cases", body).json()["case_id"]
    draft = agent("POST", "/drafts", body).json()["case_id"]
    reads = (
        (f"/cases/{case_id}", 403),
        (f"/cases/{draft}", 403),
        ("/cases?as=company", 403),
        ("/certificates", 403),
        (f"/items/{FOOD}/held-materials", 403),
        (f"/certificates/{identifier}", 404),
        (f"/certificates/{identifier}/file", 404),
    )
    for path, _ in reads:
        assert agent("GET", path).is_success, path
    removed = f"/entities/{COMPANY}/operators/citizen-wang/remove"
    assert town.post("clerk-chen", removed, {"reason": "离职"}).is_success
    assert [(path, agent("GET", path).status_code) for path, _ in reads] == list(reads)
    assert refused(agent("POST", f"/cases/{case_id}/withdraw", {"reason": "不再需要"}))
    assert refused(agent("POST", "/drafts", body))
    assert refused(agent("POST", f"/certificates/{identifier}/show", {}), 404)


def test_an_operator_of_some_items_handles_no_case_of_another(town: City) -> None:
    body = {**LICENCE, "applicant": FOR_COMPANY, "variant": "new"}
    # Before the company has registered its provider's token is enough.
    case_id = town.post("agent-li", "/cases", body).json()["case_id"]
    agent = operator(town, items=[SENIOR_CARD["item"]])
    assert agent("GET", f"/cases/{case_id}").is_success
    withdrawal = agent("POST", f"/cases/{case_id}/withdraw", {"reason": "不再需要"})
    assert refused(withdrawal)
    assert "other items" in withdrawal.json()["reason"]


# 免提交: a use is of a case that there is


def test_a_submission_that_is_refused_uses_up_nothing(town: City) -> None:
    identifier = licensed(town)
    material = {"id": "licence", "certificate": identifier}
    body = {**LICENCE, "variant": "renewal", "materials": [material]}
    assert town.post("citizen-zhang", "/cases", body).status_code == 201
    town.catch_up()
    assert uses(town, identifier) == 1
    again = town.post("citizen-zhang", "/cases", {**body, "insist": False})
    assert again.status_code == 409, again.text
    assert uses(town, identifier) == 1


def test_who_only_may_use_a_licence_does_not_get_it_replaced(town: City) -> None:
    identifier = licensed(town)
    day = legal_day(town.platform.now()).isoformat()
    terms = {"grantee": {"entity": COMPANY}, "purpose": "核对", "until": day, "count": 2}
    answer = town.post("citizen-zhang", f"/certificates/{identifier}/authorisations", terms)
    assert answer.status_code == 201, answer.text
    material = {"id": "licence", "certificate": identifier}
    for variant in ("renewal", "change"):
        body = {**LICENCE, "applicant": FOR_COMPANY, "variant": variant, "materials": [material]}
        entered = town.post("agent-li", "/cases", body)
        assert entered.status_code == 201, entered.text
        other = granted(town, entered.json()["case_id"])
        assert other.split(".")[7] != identifier.split(".")[7]
        found = town.get("agent-li", f"/certificates/{other}").json()
        assert (found["status"], found["predecessor"]) == ("01", None)
    own = town.get("citizen-zhang", f"/certificates/{identifier}").json()
    assert (own["status"], own["renewal"]) == ("01", None)


def test_a_stale_if_match_uses_up_nothing(town: City) -> None:
    identifier = licensed(town)
    body = {**LICENCE, "variant": "renewal"}
    path = f"/cases/{town.post('citizen-zhang', '/cases', body).json()['case_id']}"
    assert town.post("clerk-chen", f"{path}/return-submission", {"reason": "缺原证"}).is_success
    material = {"id": "licence", "certificate": identifier}
    told = {"form": LICENCE["form"], "materials": [material]}
    answer = town.post("citizen-zhang", f"{path}/resubmit", told, If_Match='"1"')
    assert answer.status_code == 412
    assert uses(town, identifier) == 0
    assert town.post("citizen-zhang", f"{path}/resubmit", told).is_success
    assert uses(town, identifier) == 1


def test_a_certificate_that_is_named_twice_is_handed_in_once(town: City) -> None:
    identifier = licensed(town)
    material = {"id": "licence", "certificate": identifier}
    body = {**LICENCE, "variant": "renewal", "materials": [material] * 200}
    case_id = town.post("citizen-zhang", "/cases", body).json()["case_id"]
    assert len(town.get("citizen-zhang", f"/cases/{case_id}").json()["materials"]) == 1
    more = town.post("citizen-zhang", "/cases", {**body, "materials": [material] * 201})
    assert more.json()["errors"][0]["code"] == "too_long"
