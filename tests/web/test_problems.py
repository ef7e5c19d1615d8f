import json
from typing import Annotated, Literal, Self

import pytest
from chalice.app import Request, Response
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator
from pydantic_core._pydantic_core import list_all_errors

from chalicelib.kernel.reasons import Unfit
from chalicelib.kernel.validation import TEMPLATES
from chalicelib.refusals.words import worded
from chalicelib.web import messages
from chalicelib.web.problems import MAX_ERRORS, from_chalice, invalid, negotiated, pointer, problem


def a_request(accept_language=None, path="/cases/1", request_id="r-1"):
    headers = {} if accept_language is None else {"Accept-Language": accept_language}
    return Request(
        {
            "requestContext": {
                "httpMethod": "GET",
                "resourcePath": "/cases/{case}",
                "path": path,
                "requestId": request_id,
            },
            "headers": headers,
            "multiValueQueryStringParameters": None,
            "pathParameters": {},
            "stageVariables": {},
            "body": None,
        }
    )


def body_of(response):
    return json.loads(response.body)


class Fee(BaseModel):
    kind: Literal["fee"]
    amount: Annotated[int, Field(ge=0, le=500)]

    @model_validator(mode="after")
    def not_thirteen(self) -> Self:
        if self.amount == 13:
            raise ValueError("nobody pays thirteen")
        return self


class Free(BaseModel):
    kind: Literal["free"]


class Form(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: Annotated[str, Field(min_length=2, max_length=4)]
    tags: list[str] = []
    cost: Annotated[Fee | Free, Field(discriminator="kind")] = Free(kind="free")
    by_key: dict[str, int] = {}

    @field_validator("tags")
    @classmethod
    def no_secret(cls, tags: list[str]) -> list[str]:
        if "secret" in tags:
            raise Unfit("tag-reserved", "a tag is reserved")
        return tags


def refused(body):
    with pytest.raises(ValidationError) as caught:
        Form.model_validate(body)
    return caught.value


def errors_of(body, language="en", *, located=True):
    response = invalid(refused(body), a_request(language), worded, body=body if located else None)
    found = body_of(response)["errors"]
    assert all("reason_values" in each for each in found)
    return [{name: each[name] for name in ("pointer", "code", "message")} for each in found]


@pytest.mark.parametrize("code", messages.MESSAGES)
def test_every_code_speaks_both_languages_with_the_same_parameters(code):
    zh, en = messages.MESSAGES[code]
    assert all((*zh, *en))
    assert any("\u4e00" <= letter <= "\u9fff" for letter in zh.title)
    assert en.title.isascii()
    assert messages.parameters(zh.title) == messages.parameters(en.title) == frozenset()
    assert messages.parameters(zh.detail) == messages.parameters(en.detail)


# What pydantic gives with each of its errors: type -> the names in its context.
PYDANTIC = {each["type"]: set(each.get("example_context") or {}) for each in list_all_errors()}


@pytest.mark.parametrize("error_type", TEMPLATES)
def test_every_validation_phrase_asks_only_for_what_pydantic_gives(error_type):
    assert TEMPLATES[error_type].isascii()
    assert messages.parameters(TEMPLATES[error_type]) <= PYDANTIC[error_type]


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", "zh-CN"),
        ("zh", "zh-CN"),
        ("zh-CN", "zh-CN"),
        ("zh-Hans-CN", "zh-CN"),
        ("zh-TW", "zh-CN"),
        ("en", "en"),
        ("EN-gb", "en"),
        ("fr", "zh-CN"),
        ("fr, en;q=0.3", "en"),
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh-CN"),
        ("en-GB,en;q=0.9,zh;q=0.8", "en"),
        ("zh;q=0.5, en;q=0.7", "en"),
        ("en;q=0.5, zh;q=0.50", "en"),
        ("zh, en", "zh-CN"),
        ("en, zh", "en"),
        ("*", "zh-CN"),
        ("*, en", "en"),
        ("*, en;q=0.9", "zh-CN"),
        ("*;q=0.1, en;q=0.2", "en"),
        ("zh;q=0, *", "en"),
        ("en;q=0, *", "zh-CN"),
        ("en;q=0", "zh-CN"),
        ("zh;q=0, en;q=0", "zh-CN"),
        ("en;q=2, zh;q=0.1", "zh-CN"),
        ("en;q=x", "zh-CN"),
        ("en ; q=1.000 , zh ; q=0.999", "en"),
        ("english", "zh-CN"),
        (",;,", "zh-CN"),
    ],
)
def test_the_language_is_the_one_that_the_client_weighs_most(header, language):
    assert negotiated(header) == language


@given(st.text(max_size=60))
def test_no_accept_language_header_is_an_error(header):
    assert negotiated(header) in ("zh-CN", "en")


def test_a_problem_has_the_members_of_rfc_9457_and_ours():
    response = problem(409, "conflict", a_request("en"), version=7)
    assert response.status_code == 409
    assert body_of(response) == {
        "type": "/problems/conflict",
        "title": "Changed meanwhile",
        "status": 409,
        "detail": "The resource has just changed; read it again and retry.",
        "instance": "/cases/1",
        "code": "conflict",
        "request_id": "r-1",
        "version": 7,
    }


def test_a_problem_says_what_it_is_in_its_headers():
    response = problem(503, "view-behind", a_request("en"), headers={"Retry-After": "1"})
    assert response.headers == {
        "Content-Type": "application/problem+json",
        "Content-Language": "en",
        "Vary": "Accept-Language",
        "Cache-Control": "no-store",
        "Retry-After": "1",
    }


def test_a_problem_is_in_chinese_unless_asked_otherwise():
    response = problem(404, "not-found", a_request())
    assert response.headers["Content-Language"] == "zh-CN"
    assert body_of(response)["title"] == "没有找到"


def test_members_fill_the_detail():
    response = problem(413, "too-large", a_request("en"), limit=10)
    assert body_of(response)["detail"] == "The body may have at most 10 bytes."


def test_a_detail_of_ones_own_replaces_the_catalogues_and_is_no_template():
    response = problem(403, "forbidden", a_request("en"), detail="{status} is not yours")
    assert body_of(response)["detail"] == "{status} is not yours"


def test_members_cannot_replace_what_the_standard_defines():
    response = problem(403, "forbidden", a_request("en"), title="x", type="y", instance="z")
    assert body_of(response)["title"] == "Not allowed"
    assert body_of(response)["type"] == "/problems/forbidden"
    assert body_of(response)["instance"] == "/cases/1"


def test_an_unknown_code_is_a_mistake_of_ours():
    with pytest.raises(KeyError):
        problem(400, "no-such-code", a_request())


def test_validation_names_the_place_the_rule_and_the_reason():
    assert errors_of({"name": "x", "colour": 1, "tags": ["a", 2]}) == [
        {
            "pointer": "/name",
            "code": "string_too_short",
            "message": "Must have at least 2 characters",
        },
        {"pointer": "/tags/1", "code": "string_type", "message": "Must be text"},
        {"pointer": "/colour", "code": "extra_forbidden", "message": "Not expected here"},
    ]


def test_validation_speaks_chinese():
    (error,) = errors_of({"name": "x"}, "zh")
    assert error["message"] == "至少 2 个字符"


def test_validation_is_unprocessable():
    assert invalid(refused({}), a_request(), worded).status_code == 422


def test_a_rule_of_ours_is_told_in_its_own_words():
    (error,) = errors_of({"name": "ab", "tags": ["secret"]})
    assert error["message"] == "a tag is reserved"


def test_a_pointer_leaves_out_the_tag_that_pydantic_adds():
    body = {"name": "ab", "cost": {"kind": "fee", "amount": 501}}
    assert errors_of(body)[0]["pointer"] == "/cost/amount"
    assert errors_of(body, located=False)[0]["pointer"] == "/cost/fee/amount"


def test_a_pointer_to_a_whole_member_of_a_union_has_no_tag_at_its_end():
    body = {"name": "ab", "cost": {"kind": "fee", "amount": 13}}
    assert errors_of(body)[0]["pointer"] == "/cost"


def test_a_pointer_names_what_is_missing():
    assert errors_of({"name": "ab", "cost": {"kind": "fee"}})[0]["pointer"] == "/cost/amount"
    assert errors_of({})[0]["pointer"] == "/name"


def test_a_body_that_is_no_object_is_pointed_at_as_a_whole():
    assert errors_of([])[0] == {"pointer": "", "code": "model_type", "message": "Must be an object"}


def test_a_pointer_escapes_as_rfc_6901_says():
    assert pointer(("a/b", 0, "m~n", "")) == "/a~1b/0/m~0n/"
    assert errors_of({"name": "ab", "by_key": {"a/b": "x"}})[0]["pointer"] == "/by_key/a~1b"


def test_no_value_that_was_sent_comes_back():
    body = {"name": "440801-very-personal", "tags": 5, "cost": {"kind": "fee", "amount": "13800"}}
    response = invalid(refused(body), a_request("en"), worded, body=body)
    assert "very-personal" not in response.body
    assert "13800" not in response.body


def test_a_thousand_errors_are_cut_short_and_counted():
    body = {"name": "ab", "tags": list(range(1000))}
    found = body_of(invalid(refused(body), a_request(), worded, body=body))
    assert len(found["errors"]) == MAX_ERRORS
    assert found["omitted"] == 1000 - MAX_ERRORS


def test_json_that_does_not_parse_is_malformed():
    with pytest.raises(ValidationError) as caught:
        Form.model_validate_json("{")
    response = invalid(caught.value, a_request(), worded)
    assert (response.status_code, body_of(response)["code"]) == (400, "malformed-json")


@pytest.mark.parametrize(
    ("status", "name", "message", "code"),
    [
        (400, "BadRequestError", "Error Parsing JSON", "malformed-json"),
        (400, "BadRequestError", "no", "bad-request"),
        (401, "UnauthorizedError", "no", "unauthenticated"),
        (403, "ForbiddenError", "no", "forbidden"),
        (404, "NotFoundError", "no", "not-found"),
        (405, "MethodNotAllowedError", "no", "method-not-allowed"),
        (409, "ConflictError", "no", "conflict"),
        (415, "UnsupportedMediaType", "no", "unsupported-media-type"),
        (429, "TooManyRequestsError", "no", "too-many-requests"),
        (418, "ChaliceViewError", "no", "bad-request"),
    ],
)
def test_what_chalice_answers_itself_becomes_a_problem(status, name, message, code):
    response = Response({"Code": name, "Message": message}, {"X-A": "1"}, status)
    translated = from_chalice(response, a_request())
    assert (translated.status_code, body_of(translated)["code"]) == (status, code)
    assert translated.headers["X-A"] == "1"


def test_an_unhandled_exception_shows_no_traceback():
    response = Response("Traceback: secret", {"Content-Type": "text/plain"}, 500)
    translated = from_chalice(response, a_request())
    assert body_of(translated)["code"] == "internal"
    assert "secret" not in translated.body


def test_a_reply_that_is_no_error_of_chalice_is_left_alone():
    for response in (
        Response({"Code": "a", "Message": "b"}, status_code=200),
        Response({"other": 1}, status_code=409),
        Response("not json", status_code=404),
        problem(500, "internal", a_request()),
    ):
        assert from_chalice(response, a_request()) is response
