"""Progress by case number and query code, without an account."""

import json
import re
from dataclasses import replace
from typing import Any

import httpx
import pytest

from chalicelib.cases.application import cases, progress
from chalicelib.cases.application.progress_words import WORDS
from chalicelib.cases.domain import commands as c
from chalicelib.cases.domain.values import DeliveryMethod
from chalicelib.cases.projections import case_numbers
from chalicelib.cases.replies_progress import Situation
from chalicelib.importing.files.import_log import run_import
from chalicelib.kernel.errors import NotFound

from ..city import SENIOR_CARD, City
from ..office import HALL
from ..stories.cases import LOG, MAPPING

Json = dict[str, Any]
NAMED = {**SENIOR_CARD["applicant"], **SENIOR_CARD["form"]}
REMEDIES = {"reconsideration": "六十日内", "litigation": "六个月内"}


@pytest.fixture
def case(city: City) -> Json:
    submitted = city.submit()
    city.catch_up()
    return submitted


def ask(city: City, case: Json, **changes: Any) -> httpx.Response:
    query = {"number": case["number"], "code": case["query_code"], **changes}
    return city.post(None, "/progress", query)


def told(city: City, case: Json) -> Json:
    reply = ask(city, case)
    assert reply.status_code == 200, reply.text
    found: Json = reply.json()
    return found


def test_number_and_code_tell_how_the_case_stands(city, case):
    found = told(city, case)
    assert (found["number"], found["situation"]) == (case["number"], "submitted")
    assert found["item"] == "Senior citizen's card"
    assert found["said"] == "It was handed in and waits to be accepted."
    assert found["due"] is not None
    assert found["where"] == [{"department": "440800-hall", "name": None}]


def test_the_words_are_chinese_unless_english_is_asked_for(city, case):
    query = {"number": case["number"], "code": case["query_code"]}
    with city.as_(None) as http:
        reply = http.post("/progress", json=query, headers={"Accept-Language": "zh-CN"})
    assert (reply.json()["item"], reply.json()["said"]) == (
        "老年人优待证办理",
        "已提交，等待受理。",
    )


@pytest.mark.parametrize("spelled", ["{} {}", "{}-{}", " {}{} "])
def test_a_code_is_taken_as_it_is_read_out(city, case, spelled):
    code = case["query_code"].lower()
    assert ask(city, case, code=spelled.format(code[:4], code[4:])).status_code == 200


def test_a_wrong_number_and_a_wrong_code_are_answered_alike(city, case):
    other = city.submit(insist=True)
    city.catch_up()
    answers = [
        ask(city, case, number="440800202601050000010"),
        ask(city, case, code="22222222"),
        ask(city, case, code=other["query_code"]),
        ask(city, case, number=other["number"]),
        ask(city, case, code="é" * 8),
        ask(city, case, number="\u2028"),
    ]
    said = [{**one.json(), "request_id": ""} for one in answers]
    assert {one.status_code for one in answers} == {404}
    assert all(one == said[0] for one in said)


def test_a_wrong_number_costs_the_same_work_as_a_wrong_code(city, case, monkeypatch):
    """Nothing is read of a case before its code is right, so the time tells nothing."""

    done: list[str] = []

    def counting(name: str, of: Any) -> None:
        kept = getattr(of, name)

        def counted(*given: Any) -> Any:
            done.append(name)
            return kept(*given)

        monkeypatch.setattr(of, name, counted)

    for name in ("query_digest", "query_code"):
        counting(name, cases)
    counting("read", progress)
    ask(city, case, number="440800202601050000010")
    for_a_number, done[:] = list(done), []
    ask(city, case, code="22222222")
    assert for_a_number == done
    assert "read" not in done


def test_the_code_of_a_case_is_the_one_that_it_was_submitted_with(city, case):
    other = replace(city.platform, secret=bytes(32))
    with pytest.raises(NotFound):
        progress.found(other, case["number"], cases.query_code(other, case["case_id"]))


def test_an_imported_case_has_no_code(city, tmp_path):
    (tmp_path / "archive.csv").write_text(LOG, encoding="utf-8")
    (tmp_path / "mapping.yaml").write_text(MAPPING, encoding="utf-8")
    run_import(city.platform, tmp_path / "archive.csv", tmp_path / "mapping.yaml", data=tmp_path)
    city.catch_up()
    row = city.platform.views.get(progress.VIEW, "A-2019-0042")
    assert row is not None
    code = cases.query_code(city.platform, row["case_id"])
    with pytest.raises(NotFound):
        progress.found(city.platform, "A-2019-0042", code)


def test_nothing_in_the_answer_names_a_person(city, case):
    city.post("clerk-chen", f"/cases/{case['case_id']}/request-supplement", SUPPLEMENT)
    answer = json.dumps(told(city, case), ensure_ascii=False)
    for personal in (*NAMED.values(), "citizen-zhang", "张三的", case["query_code"]):
        assert personal not in answer


SUPPLEMENT = {"missing": [{"material": "identity", "reason": "张三的身份证已过期"}]}


def test_what_is_asked_of_the_applicant_is_told_with_its_date(city, case):
    city.post("clerk-chen", f"/cases/{case['case_id']}/request-supplement", SUPPLEMENT)
    found = told(city, case)
    assert (found["situation"], found["asked"]) == ("supplementing", ["居民身份证"])
    assert found["respond_by"] is not None


def test_a_case_is_followed_to_its_end(city, case):
    path = f"/cases/{case['case_id']}"
    city.post("clerk-chen", f"{path}/accept")
    accepted = told(city, case)
    assert (accepted["situation"], accepted["where"]) == (
        "accepted",
        [{"department": "440800-civil", "name": "市民政局"}],
    )
    assert accepted["due"] > accepted["accepted_on"]
    city.post("citizen-zhang", f"{path}/withdraw", {"reason": "不需要了"})
    ended = told(city, case)
    assert (ended["situation"], ended["due"], ended["where"]) == ("withdrawn", None, [])
    assert ended["concluded_on"] is not None


def test_a_decision_is_told_and_that_it_was_handed_over(office):
    case_id = office.granted()
    decided = progress.describe(office.platform, office.state(case_id), "en")
    assert (decided["situation"], decided["state"]) == ("granted", "decided")
    assert decided["where"] == []
    assert decided["due"] > decided["concluded_on"]  # art. 44: ten working days to deliver it
    assert "working days used" in decided["took"]
    assert decided["concluded_on"] is not None
    office.catch_up()  # the certificate is made, without which nothing is handed over
    office.do(HALL, case_id, c.Deliver, method=DeliveryMethod.PICK_UP, recipient="张三")
    delivered = progress.describe(office.platform, office.state(case_id), "en")
    assert delivered["situation"] == "granted-delivered"


def test_a_refusal_is_told(city, case):
    refusal = {"reason": "张三未满六十周岁", "remedies": REMEDIES}
    city.post("clerk-chen", f"/cases/{case['case_id']}/refuse-acceptance", refusal)
    found = told(city, case)
    assert (found["situation"], found["state"]) == ("refused", "closed")
    assert "张三" not in str(found)


def test_every_situation_has_words_in_both_languages():
    assert WORDS.keys() == set(Situation.__args__)  # type: ignore[attr-defined]
    for words in WORDS.values():
        for language in ("en", "zh-CN"):
            assert words.said(language)
            assert words.follows(language)
        assert not re.search("[\u4e00-\u9fff]", words.en + words.next_en)


def test_the_view_that_is_asked_is_the_one_of_the_numbers():
    assert progress.VIEW == case_numbers.NAME


# The code again


@pytest.mark.parametrize(
    ("account", "status"),
    [
        ("citizen-zhang", 200),
        ("citizen-wang", 404),
        ("clerk-chen", 403),
        ("supervisor-zhou", 403),
        ("auditor-zheng", 403),
        ("system-qian", 404),
        (None, 401),
    ],
)
def test_the_code_is_told_again_to_the_owner_alone(city, case, account, status):
    reply = city.get(account, f"/cases/{case['case_id']}/query-code")
    assert reply.status_code == status
    if status == 200:
        assert reply.json() == {"query_code": case["query_code"]}


def test_a_clerk_who_handed_the_case_in_is_told_it_for_who_came(city):
    submitted = city.submit("clerk-chen")
    reply = city.get("clerk-chen", f"/cases/{submitted['case_id']}/query-code")
    assert reply.json() == {"query_code": submitted["query_code"]}


def test_a_draft_has_no_code(city):
    draft = city.post("citizen-zhang", "/drafts", SENIOR_CARD).json()
    assert city.get("citizen-zhang", f"/cases/{draft['case_id']}/query-code").status_code == 404


# How often


def test_an_address_that_tries_codes_is_held_up(city, case):
    answers = [ask(city, case, number=f"no-{n}", code="22222222") for n in range(21)]
    assert [one.status_code for one in answers].count(404) == 20
    assert answers[-1].status_code == 429
    assert answers[-1].json()["code"] == "rate-limited"
    assert 1 <= int(answers[-1].headers["Retry-After"]) <= 60


def test_a_number_is_held_up_from_wherever_it_is_tried(city, case, monkeypatch):
    monkeypatch.setenv("BANJIAN_TRUSTED_PROXIES", "127.0.0.0/8")
    query = {"number": case["number"], "code": "22222222"}
    answers = [
        city.post(None, "/progress", query, X_Forwarded_For=f"192.0.2.{n}") for n in range(22)
    ]
    assert [one.status_code for one in answers] == [404] * 20 + [429] * 2
    spelled = {"number": f" {case['number'].lower()} ", "code": case["query_code"]}
    late = city.post(None, "/progress", spelled, X_Forwarded_For="192.0.2.99")
    assert late.status_code == 429
    # Its owner is let in again soon, and has the account until then.
    assert 1 <= int(late.headers["Retry-After"]) <= 180
    assert city.get("citizen-zhang", f"/cases/{case['case_id']}").status_code == 200


def test_a_number_that_there_is_not_is_held_up_too(city, monkeypatch):
    monkeypatch.setenv("BANJIAN_TRUSTED_PROXIES", "127.0.0.0/8")
    query = {"number": "440800202601050000010", "code": "22222222"}
    answers = [
        city.post(None, "/progress", query, X_Forwarded_For=f"192.0.2.{n}") for n in range(21)
    ]
    assert answers[-1].status_code == 429
