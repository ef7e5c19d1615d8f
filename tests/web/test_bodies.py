"""What a body may be, whatever it says."""

import json

import pytest
from pydantic import BaseModel
from pydantic_core import ErrorDetails

from chalicelib.kernel.reasons import Reason
from chalicelib.kernel.validation import reason_of
from chalicelib.submissions.application.submissions import Submission
from chalicelib.web import bodies

from ..city import SENIOR_CARD, City


@pytest.mark.parametrize("insist", ["yes", "true", 1])
def test_a_body_means_what_it_says_literally(city: City, insist: object):
    card = {"item": "1144080000000106243442006001000", "insist": insist}
    reply = city.post("citizen-zhang", "/cases", card)
    assert reply.status_code == 422
    assert "/insist" in {one["pointer"] for one in reply.json()["errors"]}


def nested(levels: int) -> bytes:
    body = {**SENIOR_CARD, "form": "DEEP"}
    return json.dumps(body).replace('"DEEP"', '{"a":' * levels + "1" + "}" * levels).encode()


def draft(city: City, body: bytes) -> tuple[int, str]:
    key = {"Idempotency-Key": "a-body-of-its-own", "Content-Type": "application/json"}
    with city.as_("citizen-zhang") as http:
        reply = http.post("/drafts", content=body, headers=key)
    return reply.status_code, reply.json().get("code", "")


@pytest.mark.parametrize("levels", [100, 195, 250, 100_000])
def test_what_is_nested_so_deeply_that_no_reader_would_follow_is_refused(city: City, levels: int):
    assert draft(city, nested(levels)) == (400, "malformed-json")


def test_what_is_nested_as_deeply_as_that_can_be_read_again(city: City):
    assert draft(city, nested(98))[0] == 201
    city.catch_up()


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999", "1" * 400 + ".5"])
def test_a_number_that_json_has_not_is_refused(city: City, number: str):
    body = json.dumps({**SENIOR_CARD, "form": {"n": "HERE"}}).replace('"HERE"', number)
    assert draft(city, body.encode()) == (400, "malformed-json")


@pytest.mark.parametrize("text", ["NaN", "Infinity", "1e999", "3E+400", "9" * 400])
def test_a_text_that_looks_like_one_is_a_text(city: City, text: str):
    body = json.dumps({**SENIOR_CARD, "form": {"n": text}})
    assert draft(city, body.encode())[0] == 201


@pytest.mark.parametrize("character", ["\0", "\b", "\x1b", "\x7f"])
def test_a_control_character_is_in_no_text_and_no_name(city: City, character: str):
    for form in ({"note": f"a{character}"}, {f"a{character}": 1}):
        body = json.dumps({**SENIOR_CARD, "form": form}).encode()
        assert draft(city, body) == (400, "malformed-json")
        raw = json.dumps({**SENIOR_CARD, "form": form}, ensure_ascii=False).encode()
        assert draft(city, raw) == (400, "malformed-json")


def test_line_breaks_and_what_only_looks_like_an_escape_are_text(city: City):
    form = {"note": "one\r\n\ttwo", "path": r"C:\files\u0000", "e1000": 1}
    assert draft(city, json.dumps({**SENIOR_CARD, "form": form}).encode())[0] == 201


def test_a_model_that_fails_behind_the_body_is_our_mistake_and_not_the_callers(
    city: City, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    def broken(*_: object) -> None:
        Personal.model_validate({"phone": 110})

    class Personal(BaseModel):
        phone: str

    monkeypatch.setattr("chalicelib.submissions.application.submissions.submit", broken)
    reply = city.post("citizen-zhang", "/cases", SENIOR_CARD)
    assert (reply.status_code, reply.json()["code"]) == (500, "internal")
    assert "/cases failed" in caplog.text
    assert "errors" not in reply.json()


# What it may cost


def refused(city: City, form: object) -> tuple[int, str]:
    return draft(city, json.dumps({**SENIOR_CARD, "form": form}).encode())


def test_a_body_of_more_bytes_than_a_commit_takes_is_not_parsed(city: City, monkeypatch):
    monkeypatch.setattr("chalicelib.web.bodies.from_json", None)
    assert refused(city, {"n": "9" * bodies.MAX_BYTES}) == (413, "too-large")


@pytest.mark.parametrize("of", [lambda n: list(range(n)), lambda n: {f"f{m}": 1 for m in range(n)}])
def test_a_body_of_too_many_values_is_not_looked_into(city: City, monkeypatch, of):
    assert refused(city, of(bodies.MAX_NODES)) == (413, "too-many-values")
    assert refused(city, {"text": "," * 2 * bodies.MAX_NODES})[0] == 201

    def never(*_: object, **__: object) -> None:
        raise AssertionError("it was looked into")

    monkeypatch.setattr(Submission, "model_validate_json", never)
    assert refused(city, of(bodies.MAX_NODES)) == (413, "too-many-values")


def test_of_what_does_not_fit_no_more_is_made_than_is_told(city: City, monkeypatch):
    made = []

    def reason(error: ErrorDetails) -> Reason:
        made.append(error)
        return reason_of(error)

    monkeypatch.setattr("chalicelib.web.problems.reason_of", reason)
    body = {**SENIOR_CARD, **{f"unknown-{n}": 1 for n in range(500)}}
    answer = city.post("citizen-zhang", "/cases", body).json()
    assert (len(answer["errors"]), answer["omitted"], len(made)) == (50, 450, 50)
