"""What a submission is held against: the applicant's id, the variant, who hands it in."""

import pytest

from ..city import SENIOR_CARD, City

ZHANG = SENIOR_CARD["applicant"]


def applying(id_number: str, **others: str):
    return {**ZHANG, "id_number": id_number, **others}


@pytest.mark.parametrize(
    ("id_number", "said"),
    [
        ("440802195001011234", "last character does not fit"),
        ("440802195013011234", "no day"),
        ("44080230010101123X", "still to come"),
        ("44080219500101", "14 characters instead of 18"),
    ],
)
def test_an_id_number_that_cannot_be_right_is_refused_without_being_repeated(
    city: City, id_number: str, said: str
):
    answer = city.post(
        "citizen-zhang",
        "/cases",
        {**SENIOR_CARD, "applicant": applying(id_number)},
        Accept_Language="en",
    )
    assert answer.status_code == 422
    assert said in answer.json()["reason"]
    assert id_number not in answer.text


def test_an_unknown_region_stands_in_nobody_s_way_but_is_told(city: City):
    submitted = city.submit(applicant=applying("449999199001010019"))
    assert [one["code"] for one in submitted["warnings"]] == ["unknown-region"]


def test_of_a_known_region_nothing_is_told(city: City):
    assert city.submit()["warnings"] == []


def test_an_id_number_is_kept_in_its_one_way_of_writing(city: City):
    submitted = city.submit(applicant=applying(" 440802 19500101 123x "))
    case = city.get("citizen-zhang", f"/cases/{submitted['case_id']}").json()
    assert case["applicant"]["id_number"] == "44080219500101123X"


def test_a_variant_that_the_item_does_not_have_is_refused(city: City):
    answer = city.post("citizen-zhang", "/cases", {**SENIOR_CARD, "variant": "other"})
    assert answer.status_code == 422
    assert "no variant other" in answer.json()["reason"]


def test_a_draft_keeps_its_variant(city: City):
    draft = city.post("citizen-zhang", "/drafts", {**SENIOR_CARD, "variant": "later"}).json()
    kept = city.get("citizen-zhang", f"/cases/{draft['case_id']}").json()
    assert kept["variant"] == "later"


def test_an_agent_without_a_mandate_does_not_apply_for_a_person(city: City):
    answer = city.post("agent-li", "/cases", SENIOR_CARD, Accept_Language="en")
    assert answer.status_code == 403
    assert "mandate_id" in answer.json()["reason"]


def test_a_stranger_learns_nothing_of_a_draft_whatever_the_body(city: City):
    draft = city.post("citizen-zhang", "/drafts", SENIOR_CARD).json()["case_id"]
    bad = {**SENIOR_CARD, "form": {}}
    answers = [
        city.post("citizen-wang", f"/drafts/{name}/submit", bad) for name in (draft, "0" * 26)
    ]
    assert [one.status_code for one in answers] == [404, 404]
    assert answers[0].json()["reason"] == answers[1].json()["reason"]


@pytest.mark.parametrize("which", [{}, {"sha256": "0" * 64, "certificate": "1.2.156.3005.2.x"}])
def test_a_material_is_a_document_or_a_certificate_and_not_both(city: City, which):
    body = {**SENIOR_CARD, "materials": [{"id": "identity", **which}]}
    answer = city.post("citizen-zhang", "/cases", body)
    assert answer.status_code == 422
    assert answer.json()["code"] == "invalid-request"
