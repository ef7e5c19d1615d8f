"""What API Gateway answers by itself, and how a preflight gets to the function."""

import json

import pytest

from chalicelib.subjects import entries
from chalicelib.web.cors import EXPOSED
from infra.gateway import ANSWERS
from infra.template import merged

from .conftest import Packaged, at, possible

# All types that there are (API Gateway's developer guide, "Gateway response types").
TYPES = set(ANSWERS)
HEADER = "gatewayresponse.header."


@pytest.fixture
def api(packaged: Packaged):
    return at(packaged.template, "Resources", "RestAPI", "Properties", "Body")


@pytest.fixture
def responses(api):
    return api["x-amazon-apigateway-gateway-responses"]


@pytest.mark.parametrize("kind", sorted(TYPES))
def test_each_is_a_problem_with_a_code(responses, kind):
    one = responses[kind]
    body = json.loads(one["responseTemplates"]["application/json"])
    assert body.keys() >= {"type", "title", "status", "detail", "code", "instance", "request_id"}
    assert (body["type"], str(body["status"])) == (f"/problems/{body['code']}", one["statusCode"])
    assert body["request_id"] == "$context.requestId"
    headers = one["responseParameters"]
    assert headers[f"{HEADER}Content-Type"] == "'application/problem+json'"


def test_each_has_the_status_that_it_had(responses):
    for kind, status in (
        ("ACCESS_DENIED", "403"),
        ("WAF_FILTERED", "403"),
        ("REQUEST_TOO_LARGE", "413"),
        ("THROTTLED", "429"),
        ("QUOTA_EXCEEDED", "429"),
        ("DEFAULT_5XX", "502"),
        ("INTEGRATION_TIMEOUT", "504"),
    ):
        assert responses[kind]["statusCode"] == status


def test_whoever_may_try_again_is_told_when(responses):
    for kind, one in responses.items():
        again = int(one["statusCode"]) in (429, 502, 503, 504)
        wait = one["responseParameters"].get(f"{HEADER}Retry-After")
        assert (wait is not None) == again, kind
        assert wait is None or int(wait.strip("'")) > 0


def test_pages_read_them_only_where_origins_are_named(packaged: Packaged, responses):
    for one in responses.values():
        told = one["responseParameters"]
        for name, value in (
            ("Access-Control-Allow-Origin", "method.request.header.Origin"),
            ("Access-Control-Expose-Headers", f"'{','.join(EXPOSED)}'"),
            ("Vary", "'Origin'"),
        ):
            given = told[f"{HEADER}{name}"]
            assert given["Fn::If"][0] == "CorsForPages"
            assert possible(given) == [value]
    assert packaged.template["Conditions"]["CorsForPages"] == {
        "Fn::Not": [{"Fn::Equals": [{"Ref": "CorsOrigins"}, ""]}]
    }
    assert packaged.template["Parameters"]["CorsOrigins"]["Default"] == ""


def test_none_lets_a_page_send_credentials(api):
    assert "Allow-Credentials" not in json.dumps(api)


@pytest.mark.parametrize("path", sorted({path for _, path, *_ in entries("ROUTES")}))
def test_a_preflight_of_every_path_goes_to_the_function(api, path):
    methods = api["paths"][path]
    to, other = (
        methods[one]["x-amazon-apigateway-integration"]
        for one in ("options", next(one for one in methods if one != "options"))
    )
    assert (to["type"], to["uri"]) == ("aws_proxy", other["uri"])


def test_the_function_knows_the_origins(packaged: Packaged):
    told = packaged.functions()["api_handler"]["Environment"]["Variables"]
    assert told["BANJIAN_CORS_ORIGINS"] == {"Ref": "CorsOrigins"}


def test_a_preflight_needs_no_api_key():
    auth = merged("dev", api_keys=True)["Resources"]["RestAPI"]["Properties"]["Auth"]
    assert auth == {"ApiKeyRequired": True, "AddApiKeyRequiredToCorsPreflight": False}
