"""
Who is who: what a stranger's name and id open, what the provider's word opens, what a hat hides.
Each is asked over HTTP, as the citizen who wants a stranger's papers would.
"""

from datetime import timedelta
from typing import Any

import httpx
import pytest

from benchmarks.people import resident_id
from chalicelib.clock.calendar import legal_day
from chalicelib.codes.parties import IdKind
from chalicelib.items.application.check import check_definition
from chalicelib.items.application.items import at_version
from chalicelib.kernel.actor import Actor, Identified, Role, person_told
from chalicelib.people.application import claims, identity, persons, proofs
from chalicelib.people.domain.account import Open
from chalicelib.platform.platform import Caller
from chalicelib.serving import signin
from chalicelib.serving.illustration import pdf
from chalicelib.serving.registry_files import load_examples
from chalicelib.web.auth.verifier import SignedIn, Verifier
from tests.cases.test_cases import code
from tests.certificates.licences import granted as licensed
from tests.proven import came_to_a_counter
from tests.serving.outside import REGISTRY

from ..city import SENIOR_CARD, City

pytestmark = pytest.mark.usefixtures("double")
Json = dict[str, Any]
ZHANG = {"name": "张三", "id_number": "440802195503071232"}
LI = {"name": "李四", "id_number": "440803198802120452"}
CHILD = {"name": "张小三", "id_number": resident_id(7_010)}
CARD: Json = {
    **SENIOR_CARD,
    "applicant": ZHANG,
    "form": {"born_on": "1955-03-07", "residence": "湛江市赤坎区示例路 1 号"},
}
FACED = signin.Persona("face-unknown", "某人", Role.APPLICANT, level=3)
THIEF = signin.Persona("thief", "某贼", Role.APPLICANT, level=3)


@pytest.fixture
def town(city: City) -> City:
    load_examples(city.platform, REGISTRY)
    return city


def ask(
    town: City, who: signin.Persona, method: str, path: str, body: Any = None
) -> httpx.Response:
    bearer = signin.issue(town.data, who)
    headers = {
        "Authorization": f"Bearer {bearer}",
        "Idempotency-Key": f"asked-{next(town._keys):06d}",
    }
    with town.as_(None) as http:
        return http.request(method, path, json=body, headers=headers)


def matched(town: City, who: signin.Persona, whom: Json) -> httpx.Response:
    assert ask(town, who, "PUT", "/account", whom).is_success
    return ask(town, who, "POST", "/account/proofs/registry", {})


def granted(town: City, case_id: str) -> str:
    """The identifier of the card that the case leads to, with its file."""
    civil = signin.Persona("civil", "民政", Role.CLERK, "440800-civil", "440800")
    head = signin.Persona("civil-head", "局长", Role.APPROVER, "440800-civil", "440800")
    path = f"/cases/{case_id}"
    assert town.post("clerk-chen", f"{path}/accept").is_success
    assert ask(town, civil, "POST", f"{path}/finish-step", {"step": "handle-1"}).is_success
    assert ask(town, head, "POST", f"{path}/grant", {}).is_success
    for _ in range(3):  # the views come before what the subscribers do
        town.catch_up()
    issued = town.get("auditor-zheng", path).json()["certificate"]
    return str(issued["identifier"])


def entered_for_zhang(town: City) -> str:
    """At the window; nothing of it says whose account it is."""
    return str(town.post("clerk-chen", "/cases", CARD).json()["case_id"])


# A name and an id that match


def test_who_knows_a_name_and_an_id_gets_nothing_of_that_person(town: City) -> None:
    assert matched(town, THIEF, ZHANG).json()["level"] == 2
    case_id = entered_for_zhang(town)
    assert code(ask(town, THIEF, "GET", f"/cases/{case_id}")) == (404, "not-found")
    withdrawn = ask(town, THIEF, "POST", f"/cases/{case_id}/withdraw", {"reason": "x"})
    assert code(withdrawn) == (404, "not-found")
    identifier = granted(town, case_id)
    path = f"/certificates/{identifier}"
    day = (legal_day(town.platform.now()) + timedelta(days=30)).isoformat()
    terms = {"grantee": {"account": "friend"}, "purpose": "借用", "until": day}
    for answer in (
        ask(town, THIEF, "GET", path),
        ask(town, THIEF, "GET", f"{path}/file"),
        ask(town, THIEF, "GET", f"{path}/signature"),
        ask(town, THIEF, "POST", f"{path}/show", {}),
        ask(town, THIEF, "POST", f"{path}/authorisations", terms),
    ):
        assert code(answer) == (404, "not-found")
    for asked in ("", "?as=account"):
        assert ask(town, THIEF, "GET", f"/certificates{asked}").json()["items"] == []
    assert code(ask(town, THIEF, "GET", "/certificates?as=person")) == (403, "not-allowed")
    held = ask(town, THIEF, "GET", f"/items/{CARD['item']}/held-materials")
    assert held.json()["materials"] == []
    mandate = {"agent": {"person": LI}, "until": day}
    came_to_a_counter(town.platform, "li", LI["name"], LI["id_number"])
    assert code(ask(town, THIEF, "POST", "/mandates", mandate)) == (403, "not-allowed")


def test_the_person_is_not_kept_out_by_who_knew_the_name_before(town: City) -> None:
    matched(town, THIEF, ZHANG)
    case_id = entered_for_zhang(town)
    came_to_a_counter(town.platform, "citizen-zhang", ZHANG["name"], ZHANG["id_number"])
    assert town.get("citizen-zhang", f"/cases/{case_id}").status_code == 200
    identifier = granted(town, case_id)
    assert town.get("citizen-zhang", f"/certificates/{identifier}/file").status_code == 200
    (row,) = town.get("citizen-zhang", "/certificates").json()["items"]
    assert row["identifier"] == identifier
    assert ask(town, THIEF, "GET", "/account").json()["level"] == 0


def test_a_case_that_is_entered_goes_to_the_list_of_who_was_seen(town: City) -> None:
    matched(town, THIEF, ZHANG)
    came_to_a_counter(town.platform, "citizen-zhang", ZHANG["name"], ZHANG["id_number"])
    case_id = entered_for_zhang(town)
    town.catch_up()
    assert [one["case_id"] for one in town.get("citizen-zhang", "/cases").json()["items"]] == [
        case_id
    ]
    assert ask(town, THIEF, "GET", "/cases").json()["items"] == []


def test_who_applied_with_level_2_has_the_certificate_of_that_very_case(town: City) -> None:
    matched(town, FACED, ZHANG)
    own = ask(town, FACED, "POST", "/cases", CARD).json()["case_id"]
    others = str(town.post("clerk-chen", "/cases", {**CARD, "insist": True}).json()["case_id"])
    mine, windows = granted(town, own), granted(town, others)
    assert ask(town, FACED, "GET", f"/certificates/{mine}/file").status_code == 200
    assert ask(town, FACED, "POST", f"/certificates/{mine}/show", {}).status_code == 201
    assert code(ask(town, FACED, "GET", f"/certificates/{windows}")) == (404, "not-found")
    (row,) = ask(town, FACED, "GET", "/certificates").json()["items"]
    assert row["identifier"] == mine


def test_what_gives_a_certificate_asks_for_level_2(town: City) -> None:
    definition = at_version(town.platform, CARD["item"], 1)
    weak = definition.model_copy(update={"real_name_level": 1})
    assert [one.why.code for one in check_definition(weak)] == ["certificate-needs-level"]
    assert check_definition(weak.model_copy(update={"certificate": None})) == []


# Who applies is that person


def test_a_face_that_may_be_anybodys_applies_in_nobodys_name(town: City) -> None:
    answer = ask(town, FACED, "POST", "/cases", CARD)
    assert (answer.status_code, answer.json()["reason_code"]) == (403, "applicant-not-proven")
    assert ask(town, FACED, "PUT", "/account", ZHANG).is_success
    assert ask(town, FACED, "POST", "/cases", CARD).status_code == 403
    assert ask(town, FACED, "POST", "/account/proofs/registry", {}).is_success
    assert ask(town, FACED, "POST", "/cases", CARD).status_code == 201
    other = ask(town, FACED, "POST", "/cases", {**CARD, "applicant": LI})
    assert (other.status_code, other.json()["reason_code"]) == (403, "applicant-not-yourself")


def test_nobody_applies_as_a_person_for_a_company(town: City) -> None:
    town.publish("food-business-licence")
    matched(town, FACED, ZHANG)
    firm = {
        "kind": "company",
        "name": signin.COMPANY,
        "id_kind": "credit_code",
        "id_number": signin.COMPANY_CODE,
    }
    body = {
        "item": "1144080000000105493440105001000",
        "applicant": firm,
        "form": {
            "shop_name": "示例小吃店",
            "address": "湛江市赤坎区示例路 1 号",
            "business": "餐饮服务",
            "area": 36,
        },
    }
    answer = ask(town, FACED, "POST", "/cases", body)
    assert (answer.status_code, answer.json()["reason_code"]) == (403, "company-agent-needed")


def test_a_parent_acts_for_a_child_that_has_no_account(town: City) -> None:
    came_to_a_counter(town.platform, "citizen-wang", LI["name"], LI["id_number"])
    content = pdf("出生医学证明")
    with town.as_("clerk-chen") as http:
        sent = {"Content-Type": "application/pdf"}
        digest = http.post("/documents", content=content, headers=sent).json()["sha256"]
    day = (legal_day(town.platform.now()) + timedelta(days=9 * 365)).isoformat()
    told: Json = {"agent": {"person": LI}, "until": day, "ground": "by_law"}
    own = town.post("citizen-wang", "/mandates", {**told, "agent": {"person": LI}})
    assert own.json()["reason_code"] == "guardian-recorded-at-counter"
    written = {**told, "principal": CHILD, "document": digest}
    recorded = town.post("clerk-chen", "/mandates", written)
    assert recorded.status_code == 201, recorded.text
    assert (recorded.json()["ground"], recorded.json()["principal"]["account"]) == ("by_law", None)
    hat = signin.Persona("citizen-wang", "李四", Role.AGENT, level=3)
    body = {**CARD, "applicant": CHILD, "mandate_id": recorded.json()["mandate_id"]}
    answer = ask(town, hat, "POST", "/cases", body)
    assert answer.status_code == 201, answer.text
    assert ask(town, hat, "GET", f"/cases/{answer.json()['case_id']}").status_code == 200


# The provider's word


@pytest.fixture
def told(town: City, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """By account, whom the issuer of its token names."""
    named: dict[str, str] = {}

    signed_in = Verifier.signed_in

    def telling(verifier: Verifier, *sent: str | None) -> SignedIn:
        found = signed_in(verifier, *sent)
        return found._replace(person=named.get(found.actor.account))

    monkeypatch.setattr(Verifier, "signed_in", telling)
    return named


def reference(town: City, whom: Json) -> str:
    return identity.reference(town.platform, IdKind.RESIDENT_ID, whom["id_number"])


def test_whom_the_provider_names_is_that_person_without_registering_here(
    town: City, told: dict[str, str]
) -> None:
    matched(town, THIEF, ZHANG)
    told["face-unknown"] = reference(town, ZHANG)
    before = entered_for_zhang(town)
    assert ask(town, FACED, "GET", f"/cases/{before}").status_code == 200
    own = ask(town, FACED, "POST", "/cases", {**CARD, "insist": True})
    assert own.status_code == 201, own.text
    assert ask(town, FACED, "POST", "/cases", {**CARD, "applicant": LI}).status_code == 403
    identifier = granted(town, before)
    assert ask(town, FACED, "GET", f"/certificates/{identifier}/file").status_code == 200
    after = str(town.post("clerk-chen", "/cases", {**CARD, "insist": True}).json()["case_id"])
    town.catch_up()
    listed = ask(town, FACED, "GET", "/cases").json()["items"]
    assert {one["case_id"] for one in listed} == {own.json()["case_id"], after}
    assert ask(town, THIEF, "GET", "/account").json()["level"] == 0


def test_the_providers_word_is_entered_once_the_account_says_the_same(
    town: City, told: dict[str, str]
) -> None:
    told["face-unknown"] = reference(town, ZHANG)
    other = ask(town, FACED, "PUT", "/account", LI)
    assert other.json()["reason_code"] == "provider-names-another-person"
    assert ask(town, FACED, "PUT", "/account", ZHANG).json()["level"] == 3
    proofs_ = ask(town, FACED, "GET", "/account").json()["proofs"]
    assert [one["method"] for one in proofs_] == ["provider"]
    assert persons.person_of(town.platform, "face-unknown") == reference(town, ZHANG)


def test_who_was_seen_at_a_counter_loses_nothing_to_the_provider(
    town: City, told: dict[str, str]
) -> None:
    came_to_a_counter(town.platform, "citizen-zhang", ZHANG["name"], ZHANG["id_number"])
    told["face-unknown"] = reference(town, ZHANG)
    case_id = entered_for_zhang(town)
    for answer in (
        ask(town, FACED, "GET", f"/cases/{case_id}"),
        town.get("citizen-zhang", f"/cases/{case_id}"),
    ):
        assert answer.status_code == 200
    assert claims.holder(town.platform, "person", reference(town, ZHANG)) == "citizen-zhang"
    state = claims.account_state(town.platform, "citizen-zhang")
    assert isinstance(state, Open)
    assert state.level == 4


def test_the_providers_word_costs_one_look_a_process(
    town: City, told: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    told["face-unknown"] = reference(town, ZHANG)
    entered: list[str] = []
    real = proofs.vouched

    def counted(platform: Any, actor: Actor, person: str) -> Any:
        entered.append(actor.account)
        return real(platform, actor, person)

    monkeypatch.setattr(proofs, "vouched", counted)
    for _ in range(3):
        ask(town, FACED, "GET", "/cases")
    assert entered == ["face-unknown"]


def test_no_event_and_no_reply_names_the_person_of_a_token(
    town: City, told: dict[str, str]
) -> None:
    its = told["face-unknown"] = reference(town, ZHANG)
    answer = ask(town, FACED, "POST", "/cases", CARD)
    assert its not in answer.text
    for commit in town.platform.log.read(0, 1000):
        actor = commit.body.partition(b'"actor":')[2].partition(b"}")[0]
        assert its.encode() not in actor


def test_an_actor_of_the_provider_is_written_as_any_other() -> None:
    actor = Actor(account="a", role=Role.APPLICANT, level=3)
    said = Identified(**dict(actor), person="f" * 26)
    assert said.model_dump() == actor.model_dump()
    assert said.model_dump_json() == actor.model_dump_json()
    assert (person_told(said), person_told(actor)) == ("f" * 26, None)
    assert person_told(said.model_copy(update={"level": 2})) == "f" * 26
    assert Caller(said, "key").person is None


# Hats


def test_a_companys_hat_opens_nothing_of_the_same_accounts_own(town: City) -> None:
    came_to_a_counter(town.platform, "citizen-zhang", ZHANG["name"], ZHANG["id_number"])
    case_id = town.post("citizen-zhang", "/cases", CARD).json()["case_id"]
    draft = town.post("citizen-zhang", "/drafts", CARD).json()["case_id"]
    identifier = granted(town, case_id)
    came_to_a_counter(town.platform, "li", LI["name"], LI["id_number"])
    day = (legal_day(town.platform.now()) + timedelta(days=30)).isoformat()
    mandate = town.post("citizen-zhang", "/mandates", {"agent": {"account": "li"}, "until": day})
    town.catch_up()
    for role in (Role.AGENT, Role.APPLICANT):
        hat = signin.Persona("citizen-zhang", "张三", role, entity=signin.COMPANY_CODE, level=3)
        for path in (
            f"/cases/{case_id}",
            f"/cases/{case_id}/query-code",
            f"/cases/{case_id}/documents",
            f"/cases/{draft}",
            f"/certificates/{identifier}",
            f"/certificates/{identifier}/file",
            f"/mandates/{mandate.json()['mandate_id']}",
        ):
            assert code(ask(town, hat, "GET", path)) == (404, "not-found"), path
        for path in ("/cases", "/certificates?as=account", "/mandates"):
            assert ask(town, hat, "GET", path).json()["items"] == [], path
        withdrawn = ask(town, hat, "POST", f"/cases/{case_id}/withdraw", {"reason": "x"})
        assert code(withdrawn) == (404, "not-found")


@pytest.fixture
def firm(town: City) -> City:
    """A company with a licence; li and wang are its operators."""
    town.publish("food-business-licence")
    came_to_a_counter(town.platform, "li", LI["name"], LI["id_number"])
    whom = ("王五", "440811199008150034")
    came_to_a_counter(town.platform, "wang", *whom)
    company = {"credit_code": signin.COMPANY_CODE, "name": signin.COMPANY}
    assert town.post("clerk-chen", "/entities", company).status_code == 201
    for account in ("li", "wang"):
        added = town.post("clerk-chen", OPERATORS, {"account": account, "appoints": True})
        assert added.is_success, added.text
    return town


OPERATORS = f"/entities/{signin.COMPANY_CODE}/operators"
LI_HAT = signin.Persona("li", "李四", Role.AGENT, entity=signin.COMPANY_CODE, level=3)
WANG_HAT = LI_HAT._replace(account="wang", name="王五")
FRIEND = signin.Persona("friend", "朋友", Role.APPLICANT, level=3)
FIRM: Json = {
    "item": "1144080000000105493440105001000",
    "applicant": {
        "kind": "company",
        "name": signin.COMPANY,
        "id_kind": "credit_code",
        "id_number": signin.COMPANY_CODE,
    },
    "form": {
        "shop_name": "示例小吃店",
        "address": "湛江市赤坎区示例路 1 号",
        "business": "餐饮服务",
        "area": 36,
    },
}


def letting(firm: City, who: signin.Persona, identifier: str, account: str) -> httpx.Response:
    day = (legal_day(firm.platform.now()) + timedelta(days=300)).isoformat()
    terms = {"grantee": {"account": account}, "purpose": "投标", "until": day, "count": 1000}
    return ask(firm, who, "POST", f"/certificates/{identifier}/authorisations", terms)


def test_what_an_operator_granted_ends_with_the_operator(firm: City) -> None:
    case_id = ask(firm, LI_HAT, "POST", "/cases", FIRM).json()["case_id"]
    identifier = licensed(firm, case_id)
    for _ in range(2):
        firm.catch_up()
    assert letting(firm, LI_HAT, identifier, "li").json()["reason_code"] == "authorised-to-oneself"
    one = letting(firm, LI_HAT, identifier, "friend").json()["authorisation"]
    two = letting(firm, WANG_HAT, identifier, "friend").json()["authorisation"]
    path, use = f"/certificates/{identifier}", {"purpose": "投标"}
    uses = [f"{path}/authorisations/{each}/use" for each in (one, two)]
    assert [ask(firm, FRIEND, "POST", each, use).status_code for each in uses] == [200, 200]
    assert firm.post("clerk-chen", f"{OPERATORS}/li/remove", {"reason": "离职"}).is_success
    ended = ask(firm, FRIEND, "POST", uses[0], use)
    assert ended.json()["reason_code"] == "authorisation-ended-with-grantor"
    assert ask(firm, FRIEND, "POST", uses[1], use).status_code == 200
    assert ask(firm, FRIEND, "GET", f"{path}/file").status_code == 200  # by wang's
    firm.post("clerk-chen", f"{OPERATORS}/wang/remove", {})
    assert code(ask(firm, FRIEND, "GET", f"{path}/file")) == (404, "not-found")
    # Who comes back grants anew; what was granted before stays over.
    assert firm.post("clerk-chen", OPERATORS, {"account": "li"}).is_success
    assert ask(firm, FRIEND, "POST", uses[0], use).status_code == 403


def test_who_was_removed_reads_nothing_of_the_company(firm: City) -> None:
    body = {**FIRM, "form": {**FIRM["form"]}}
    case_id = ask(firm, LI_HAT, "POST", "/cases", body).json()["case_id"]
    draft = ask(firm, LI_HAT, "POST", "/drafts", body).json()["case_id"]
    identifier = licensed(firm, case_id)
    firm.catch_up()
    personal = signin.Persona("li", "李四", Role.APPLICANT, level=3)
    company = f"/entities/{signin.COMPANY_CODE}"
    assert ask(firm, personal, "GET", company).status_code == 200
    assert firm.post("clerk-chen", f"{OPERATORS}/li/remove", {"reason": "离职"}).is_success
    for who in (LI_HAT, personal, LI_HAT._replace(role=Role.APPLICANT)):
        for path in (
            company,
            f"/cases/{case_id}",
            f"/cases/{draft}",
            f"/cases/{case_id}/documents",
            f"/certificates/{identifier}",
            f"/certificates/{identifier}/file",
        ):
            assert ask(firm, who, "GET", path).status_code in {403, 404}, path
        for path in ("/cases?as=company", "/certificates?as=company"):
            assert ask(firm, who, "GET", path).status_code == 403, path
        for name in ("cases", "drafts", "certificates", "held-materials", "mandates", "ratings"):
            path = f"/{name}"
            listed = ask(firm, who, "GET", path).text
            assert not any(one in listed for one in (case_id, draft, identifier)), path
        assert ask(firm, who, "POST", f"{company}/refresh", {}).status_code in {403, 404}
        assert ask(firm, who, "GET", "/account/companies").json()["items"] == []


def test_an_operator_gives_themselves_no_more(firm: City) -> None:
    told = {"account": "li", "until": "2099-12-31"}
    answer = ask(firm, LI_HAT, "POST", OPERATORS, told)
    assert answer.json()["reason_code"] == "nothing-granted-to-oneself"
    named = ask(firm, LI_HAT, "POST", OPERATORS, {"person": LI})
    assert named.json()["reason_code"] == "nothing-granted-to-oneself"
