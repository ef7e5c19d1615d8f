"""An open case for the same is offered back, to who may see it, unless they insist."""

from typing import Any

import pytest

from chalicelib import bootstrap
from chalicelib.eventlog.views.port import ViewsError

from ..city import SENIOR_CARD, City

Json = dict[str, Any]


@pytest.fixture
def case(city: City) -> Json:
    submitted = city.submit()
    city.catch_up()
    return submitted


def again(city: City, account: str = "citizen-zhang", **changes: Any) -> Any:
    return city.post(account, "/cases", {**SENIOR_CARD, **changes})


def test_a_second_case_for_the_same_is_offered_the_first(city, case):
    reply = again(city)
    problem = reply.json()
    assert (reply.status_code, problem["code"]) == (409, "duplicate-case")
    offered = problem["duplicate"]
    assert (offered["case_id"], offered["number"]) == (case["case_id"], case["number"])
    assert (offered["state"], offered["submitted_on"] in problem["reason"]) == ("submitted", True)


def test_nothing_is_recorded_of_the_second(city, case):
    before = city.platform.log.head()
    again(city)
    streams = {one.stream for one in city.platform.log.read(before, 100)}
    assert not any(one.startswith("case-") for one in streams)


def test_who_insists_gets_another_case_under_the_same_key(city, case):
    refused = city.post("citizen-zhang", "/cases", SENIOR_CARD, key="second-case")
    taken = city.post("citizen-zhang", "/cases", {**SENIOR_CARD, "insist": True}, key="second-case")
    assert (refused.status_code, taken.status_code) == (409, 201)
    assert taken.json()["case_id"] != case["case_id"]


def test_the_same_key_still_answers_with_its_first_outcome(city):
    first = city.post("citizen-zhang", "/cases", SENIOR_CARD, key="first-case")
    city.catch_up()
    repeated = city.post("citizen-zhang", "/cases", SENIOR_CARD, key="first-case")
    assert (repeated.status_code, repeated.json()) == (201, first.json())
    assert repeated.headers["Idempotency-Replayed"] == "true"


def test_an_id_spelled_otherwise_is_the_same_person(city, case):
    spelled = {**SENIOR_CARD["applicant"], "id_number": "44080219500101123x"}
    assert again(city, applicant=spelled).status_code == 409


def test_another_person_and_another_item_are_no_duplicates(city, case):
    other = {**SENIOR_CARD["applicant"], "id_number": "440802195503071232"}
    assert again(city, "clerk-chen", applicant=other).status_code == 201
    assert again(city, item=city.open_item()).status_code == 201


def test_a_case_that_has_ended_is_not_offered_even_while_the_view_lists_it(city, case):
    path = f"/cases/{case['case_id']}/withdraw"
    assert city.post("citizen-zhang", path, {"reason": "重新申请"}).status_code == 200
    assert again(city).status_code == 201


def test_a_case_that_was_returned_is_offered_to_be_mended(city, case):
    city.post("clerk-chen", f"/cases/{case['case_id']}/return-submission", {"reason": "照片不清"})
    assert again(city).json()["duplicate"]["state"] == "returned"


def test_a_stranger_who_types_the_id_learns_nothing(city, case):
    reply = again(city, "citizen-wang")
    assert reply.status_code == 403
    assert case["number"] not in reply.text


def test_a_stranger_who_types_the_id_where_anybody_may_learns_nothing(city):
    item = city.open_item()
    own = again(city, item=item).json()
    city.catch_up()
    reply = again(city, "citizen-wang", item=item)
    assert reply.status_code == 201
    assert own["number"] not in reply.text


def test_the_window_that_may_see_it_is_told(city, case):
    assert again(city, "clerk-chen").json()["duplicate"]["case_id"] == case["case_id"]


def test_the_latest_of_several_is_offered(city, case):
    second = again(city, insist=True).json()
    city.catch_up()
    assert again(city).json()["duplicate"]["number"] == second["number"] > case["number"]


def test_cases_that_strangers_filed_under_the_same_id_hide_nobodys_own(city):
    item = city.open_item()
    own = again(city, item=item).json()
    for _ in range(6):
        assert again(city, "citizen-wang", item=item, insist=True).status_code == 201
    city.catch_up()
    assert again(city, item=item).json()["duplicate"]["case_id"] == own["case_id"]


def test_a_draft_is_held_against_it_when_it_is_submitted(city, case):
    draft = city.post("citizen-zhang", "/drafts", SENIOR_CARD).json()
    path = f"/drafts/{draft['case_id']}/submit"
    assert city.post("citizen-zhang", path, SENIOR_CARD).status_code == 409
    assert city.post("citizen-zhang", path, {**SENIOR_CARD, "insist": True}).status_code == 201


def test_a_view_that_lags_blocks_nobody(city):
    """But who submitted it: see test_claiming.py."""
    city.submit()
    assert again(city, "clerk-chen").status_code == 201
    assert again(city).status_code == 409


def test_a_view_that_fails_blocks_nobody(city, case, monkeypatch):
    def failing(*_: Any, **__: Any) -> Any:
        raise ViewsError("the disk is full")

    monkeypatch.setattr(type(bootstrap.platform().views), "page", failing)
    assert again(city, "clerk-chen").status_code == 201
