"""The OpenAPI document: what the service takes and answers, held against the running service."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from chalicelib.contract import contracts
from chalicelib.contract import examples as api_examples
from chalicelib.contract import problems as api_problems
from chalicelib.importing.files.import_log import run_import
from chalicelib.platform.platform import Platform
from chalicelib.refusals.table import rows, statuses
from chalicelib.serving.illustration import pdf
from chalicelib.submissions.http.commands import COMMANDS
from chalicelib.web.messages import MESSAGES

from ..logs import streams
from ..stories.cases import ITEMS, LOG, MAPPING, ROOT
from ..walks.cases import CARD, PROOF, Story, citizen, upload
from ..walks.everything import STORIES
from ..walks.service import service, walking
from ..walks.walking import Walker, misfits
from .openapi_rules import OPENAPI, broken, operations, unshown

Json = dict[str, Any]
DOCUMENT: Json = json.loads((ROOT / contracts.OPENAPI).read_text(encoding="utf-8"))


# The document by itself


def test_the_document_keeps_the_rules_of_openapi():
    Draft202012Validator(OPENAPI).validate(DOCUMENT)
    assert broken(DOCUMENT) == []


def test_a_document_that_breaks_them_is_found_out():
    document = json.loads(json.dumps(DOCUMENT))
    del document["components"]["schemas"]["Health"]
    document["paths"]["/cases/{other}"] = document["paths"].pop("/cases/{case_id}")
    document["paths"]["/health"]["get"]["operationId"] = "getItem"
    assert broken(document) == [
        "getItem names 2 operations",
        "GET /cases/{other} declares ['case_id']",
        "#/components/schemas/Health leads nowhere",
    ]


def test_every_problem_has_a_status_and_an_operation_that_tells_it():
    told = {code for one in DOCUMENT["components"]["responses"].values() for code in _codes(one)}
    assert told | api_problems.BEFORE == set(MESSAGES)
    assert statuses().keys() == MESSAGES.keys()
    assert {row.code for row in rows().values()} <= told


def _codes(response: Json) -> list[str]:
    schema = response["content"]["application/problem+json"]["schema"]
    found: list[str] = schema["allOf"][1]["properties"]["code"]["enum"]
    return found


def test_every_reason_that_is_shown_is_one_that_some_operation_foretells():
    schemas = DOCUMENT["components"]["schemas"]
    told = {
        code for name, one in schemas.items() if name.endswith("ReasonCode") for code in one["enum"]
    }
    shown = json.loads((ROOT / api_examples.RECORDED).read_text(encoding="utf-8"))["problems"]
    codes = {one["reason_code"] for one in shown.values() if "reason" in one}
    assert len(codes) > 5
    assert codes - told == set()


def test_a_command_foretells_its_own_reasons_and_not_those_of_others():
    schemas = DOCUMENT["components"]["schemas"]
    rate = set(schemas["RateReasonCode"]["enum"])
    assert {"rated-already", "not-yet-concluded", "case-ended", "not-for-role"} <= rate
    assert rate & {"accepted-already", "supplement-not-complete", "document-empty"} == set()
    assert "level-too-low" in schemas["SubmitCaseReasonCode"]["enum"]


def test_every_command_is_summed_up_and_says_who_may_give_it():
    paths = DOCUMENT["paths"]
    described = {one["operationId"]: one for path in paths.values() for one in path.values()}
    for kind in COMMANDS:
        one = described[kind.__name__[0].lower() + kind.__name__[1:]]
        said = " ".join(str(kind.__doc__).split())
        english = one["summary"].partition(" / ")[2]
        assert f"{english}.".lower() in said.lower(), kind.__name__
        assert said.endswith(one["description"].partition("Who may: ")[0].strip()), kind.__name__
        assert one["description"].count("Who may: ") == 1, kind.__name__


def test_who_may_is_what_the_rules_say():
    lapse = DOCUMENT["paths"]["/cases/{case_id}/lapse-supplement"]["post"]["description"]
    assert lapse.endswith(
        "Who may: a clerk of the window that takes it in, or of the department in charge; "
        "the platform itself."
    )


def test_every_parameter_says_what_it_means():
    shared = DOCUMENT["components"]["parameters"]
    silent = [
        (each["operationId"], one["name"])
        for path in DOCUMENT["paths"].values()
        for each in path.values()
        for one in each.get("parameters", ())
        if "$ref" not in one and one["in"] == "query" and not said(one)
    ]
    assert silent == []
    assert all(map(said, shared.values()))


def said(parameter: dict[str, Any]) -> str | None:
    told: str | None = parameter.get("description") or parameter["schema"].get("description")
    return told


def test_every_operation_and_every_problem_has_an_example():
    assert unshown(DOCUMENT) == []


def test_no_example_has_what_an_applicant_is_refused():
    shown = json.loads((ROOT / api_examples.RECORDED).read_text(encoding="utf-8"))["operations"]
    assert [name for name, one in shown.items() if "occurred_at" in one.get("request", ())] == []


def test_an_operation_or_a_problem_without_an_example_is_found_out():
    document = json.loads(json.dumps(DOCUMENT))
    submit = document["paths"]["/cases"]["post"]
    del submit["requestBody"]["content"]["application/json"]["example"]
    health = document["paths"]["/health"]["get"]["responses"]["200"]
    del health["content"]["application/json"]["example"]
    del document["components"]["examples"]["closed.en"]
    del document["components"]["parameters"]["case_id"]["example"]
    assert unshown(document) == [
        "submitCase shows no request",
        "getHealth shows no 200",
        "nothing shows closed in en",
        "nothing shows a case_id",
    ]


def test_every_example_fits_its_schema():
    assert list(misfits(DOCUMENT)) == []


def test_an_example_that_does_not_fit_is_found_out():
    document = json.loads(json.dumps(DOCUMENT))
    body = document["paths"]["/cases"]["post"]["requestBody"]["content"]["application/json"]
    body["example"]["item"] = 7
    document["components"]["examples"]["closed.en"]["value"]["code"] = "open"
    reply = document["paths"]["/health"]["get"]["responses"]["200"]["content"]["application/json"]
    reply["example"]["mood"] = "good"
    wrong = {place for place, _ in misfits(document)}
    assert {"submitCase", "getHealth"} < wrong
    assert any("closed" in place for place in wrong)


# The service


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    with service(tmp_path_factory.mktemp("service")) as running:
        yield running


@pytest.fixture(scope="module")
def walker(platform: Platform) -> Iterator[Walker]:
    with walking(Path(os.environ["BANJIAN_DATA"]), DOCUMENT) as walk:
        yield walk


@pytest.fixture(scope="module")
def walked(walker: Walker) -> Walker:
    """After every story: each request and reply of theirs was held against the document."""
    for story in STORIES:
        story(walker)
    return walker


def test_lists_are_as_documented_page_by_page(walked: Walker):
    latest = {"min_position": walked("auditor-zheng", "GET", "/health").json()["position"]}
    page, numbers = {"limit": 1, **latest}, []
    while page.get("cursor", "") is not None:
        found = walked("citizen-zhang", "GET", "/cases", query=page).json()
        numbers += [one["number"] for one in found["items"]]
        page["cursor"] = found["next"]
    assert len(set(numbers)) == len(numbers) >= 2
    # Who is no operator of a company that has registered sees nothing of it, whatever the token.
    company = walked("agent-li", "GET", "/cases", query={"as": "company"}, fits=False)
    assert company.json()["code"] == "not-allowed"
    assert walked("clerk-chen", "GET", "/work", query=latest).json()["items"]
    query = {"department": "440800-housing", "state": "finished", "from": "2020-01-01", **latest}
    assert walked("supervisor-zhou", "GET", "/process-steps", query=query).json()["items"]


def test_a_list_shows_the_command_whose_position_is_asked_for(walked: Walker):
    story = Story(walked)
    submitted = story.submit("citizen-zhang", citizen(*CARD))
    query = {"min_position": submitted["position"], "limit": 1}
    found = walked("citizen-zhang", "GET", "/cases", query=query).json()["items"]
    assert [one["case_id"] for one in found] == [story.case_id]


def test_items_are_as_documented_without_a_token(walked: Walker):
    items = walked(None, "GET", "/items", query={"limit": 100}).json()["items"]
    assert len(items) == len(list(ITEMS.glob("*.yaml")))
    for one in items:
        walked(None, "GET", f"/items/{one['code']}")
        walked(None, "GET", f"/items/{one['code']}/versions/1")
    assert walked(None, "GET", "/health").json()["position"] is None


def test_a_case_its_events_and_its_documents_are_as_documented(walked: Walker):
    story = Story(walked)
    material = upload(walked, "citizen-zhang", "identity")
    story.submit("citizen-zhang", {**citizen(*CARD), "materials": [material]})
    path = f"/cases/{story.case_id}"
    document = walked("citizen-zhang", "GET", f"{path}/documents/{material['sha256']}")
    assert document.content == pdf("identity citizen-zhang")
    events = walked("auditor-zheng", "GET", f"{path}/events")
    assert [one["type"] for one in events.json()["events"]] == ["CaseSubmitted", "StepOpened"]
    for read in (path, f"{path}/events"):
        tag = {"If-None-Match": walked("auditor-zheng", "GET", read).headers["ETag"]}
        assert walked("auditor-zheng", "GET", read, headers=tag).status_code == 304


def test_an_imported_case_is_as_documented(walked: Walker, platform: Platform, tmp_path: Path):
    log, mapping = tmp_path / "archive.csv", tmp_path / "mapping.yaml"
    log.write_text(LOG)
    mapping.write_text(MAPPING)
    run_import(platform, log, mapping, data=tmp_path)
    imported = next(
        stream for stream in streams(platform.log, "case-") if _is_imported(platform, stream)
    )
    path = f"/cases/{imported.removeprefix('case-')}"
    assert walked("auditor-zheng", "GET", path).json()["state"] == "imported"
    walked("auditor-zheng", "GET", f"{path}/events")


def _is_imported(platform: Platform, stream: str) -> bool:
    return b"CaseImported" in platform.store.load(stream).commits[0].body


def test_a_command_sent_again_answers_the_same_and_says_so(walked: Walker):
    key = {"Idempotency-Key": "one-and-the-same"}
    first = walked("citizen-zhang", "POST", "/cases", citizen(*CARD), headers=key)
    again = walked("citizen-zhang", "POST", "/cases", citizen(*CARD), headers=key)
    assert (first.json(), again.headers["Idempotency-Replayed"]) == (again.json(), "true")
    other = walked("citizen-zhang", "POST", "/cases", citizen(*PROOF), headers=key)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency-key-reused")


# Refusals: each is a problem that the document foretells


def test_who_is_not_signed_in_is_told_so(walked: Walker):
    for headers, code in (
        ({}, "unauthenticated"),
        ({"Authorization": "Bearer a.b.c"}, "invalid-token"),
    ):
        reply = walked(None, "GET", "/cases", headers=headers, fits=False)
        assert (reply.status_code, reply.json()["code"]) == (401, code)


@pytest.fixture
def hasty(walked: Walker, monkeypatch: pytest.MonkeyPatch) -> Walker:
    """No list is waited for longer than a moment."""
    monkeypatch.setattr("chalicelib.web.request.WAIT_SECONDS", 0.01)
    return walked


@pytest.mark.parametrize(
    ("who", "path", "query", "refusal"),
    [
        ("citizen-zhang", "/cases", {"limit": 0}, (400, "bad-parameter")),
        ("citizen-zhang", "/cases", {"cursor": "made.up"}, (400, "bad-parameter")),
        ("clerk-chen", "/cases", {}, (403, "not-allowed")),
        ("citizen-zhang", "/cases", {"min_position": 10**9}, (400, "nothing-to-wait-for")),
        ("citizen-wang", "/work", {}, (403, "not-allowed")),
        ("clerk-chen", "/process-steps", {"from": "tomorrow"}, (400, "bad-parameter")),
        (None, "/items", {"state": "lost"}, (400, "bad-parameter")),
        (None, f"/items/{'0' * 31}", {}, (404, "not-found")),
        (None, f"/items/{'0' * 31}/versions/1", {}, (404, "not-found")),
        ("citizen-wang", "/cases/nobodys", {}, (404, "not-found")),
        ("citizen-wang", "/cases/nobodys/events", {}, (404, "not-found")),
        ("citizen-wang", f"/cases/nobodys/documents/{'0' * 64}", {}, (404, "not-found")),
    ],
)
def test_what_cannot_be_read_is_refused_as_documented(
    hasty: Walker, who: str | None, path: str, query: Json, refusal: tuple[int, str]
):
    reply = hasty(who, "GET", path, query=query, fits=False)
    assert (reply.status_code, reply.json()["code"]) == refusal


@pytest.mark.parametrize(
    ("headers", "content", "status", "code"),
    [
        ({"Idempotency-Key": ""}, b"{}", 422, "invalid-request"),
        ({}, b'{"item": ', 400, "malformed-json"),
        ({}, b'{"item": 7, "extra": 1}', 422, "invalid-request"),
        ({"Content-Type": "text/plain"}, b"{}", 415, "unsupported-media-type"),
    ],
)
def test_a_body_that_does_not_fit_is_refused_as_documented(
    walked: Walker, headers: dict[str, str], content: bytes, status: int, code: str
):
    sent = {"Content-Type": "application/json", **headers}
    reply = walked("agent-li", "POST", "/cases", headers=sent, content=content, fits=False)
    assert (reply.status_code, reply.json()["code"]) == (status, code)


def test_a_form_that_does_not_fit_is_refused_as_documented(walked: Walker):
    body = citizen(CARD[0], {"born_on": "yesterday"})
    reply = walked("citizen-zhang", "POST", "/cases", body)
    assert reply.status_code == 422
    assert {one["pointer"] for one in reply.json()["errors"]} >= {"/form/born_on"}


def test_an_empty_document_is_refused_as_documented(walked: Walker):
    sent = {"Content-Type": "application/pdf"}
    reply = walked("agent-li", "POST", "/documents", headers=sent, content=b"", fits=False)
    assert (reply.status_code, reply.json()["code"]) == (400, "empty-document")


def test_a_command_without_a_proper_key_is_refused_as_documented(walked: Walker):
    bare = {"Idempotency-Key": "short"}
    reply = walked("citizen-zhang", "POST", "/cases", citizen(*CARD), headers=bare, fits=False)
    assert (reply.status_code, reply.json()["code"]) == (400, "idempotency-key-required")


def test_every_operation_was_walked_to_its_success(walked: Walker):
    promised = {
        (operation["operationId"], min(map(int, operation["responses"])))
        for _, _, operation in operations(DOCUMENT)
    }
    assert promised - walked.met.keys() == set()
