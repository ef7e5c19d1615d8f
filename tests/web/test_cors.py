"""Pages of other origins: those that are named, without credentials, whatever is answered."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

import app as service
from chalicelib import bootstrap
from chalicelib.eventlog.ports import Unavailable
from chalicelib.subjects import entries
from chalicelib.web import cors

from ..access.test_every_route import ROUTES
from ..city import SENIOR_CARD, City

PAGE, OTHER = "https://www.city.example", "https://evil.example"
ALLOW = "access-control-allow-origin"
READS = {"etag", "location", "retry-after", "idempotency-replayed"}


@pytest.fixture
def open_city(city: City, monkeypatch) -> City:
    monkeypatch.setenv("BANJIAN_CORS_ORIGINS", f"{PAGE}, http://127.0.0.1:8080")
    return city


def exposed(answer) -> set[str]:
    told = answer.headers.get("access-control-expose-headers", "")
    return {one.strip().lower() for one in told.split(",") if one}


def varies(answer) -> set[str]:
    return {one.strip().lower() for one in answer.headers.get("vary", "").split(",") if one}


def every_kind(city: City, origin: str):
    """What chalice, a handler, a refusal and the server itself answer."""
    sent = {"Origin": origin}
    yield city.get(None, "/items", **sent)
    yield city.get("citizen-zhang", "/cases", **sent)
    yield city.get(None, "/cases", **sent)  # 401
    yield city.get(None, "/openapi.json", **sent)
    yield city.get(None, "/no/such/place", **sent)  # 404 of the server
    yield city.post("citizen-zhang", "/items", {}, **sent)  # 405
    yield city.post("citizen-zhang", "/cases", SENIOR_CARD, **sent)  # 201
    yield city.post("citizen-zhang", "/cases", {"x": 1}, **sent)  # 422
    yield city.post("citizen-zhang", "/cases", SENIOR_CARD, Content_Type="text/plain", **sent)


def test_a_page_that_is_named_reads_every_reply_and_every_problem(open_city: City):
    statuses = set()
    for answer in every_kind(open_city, PAGE):
        statuses.add(answer.status_code)
        assert answer.headers[ALLOW] == PAGE, answer.text
        assert exposed(answer) >= READS
        assert "origin" in varies(answer)
        assert "access-control-allow-credentials" not in answer.headers
    assert statuses == {200, 201, 401, 404, 405, 415, 422}


@pytest.mark.parametrize("origin", [OTHER, "null", "", PAGE.upper(), f"{PAGE}:8443", f"{PAGE}."])
def test_any_other_page_is_told_nothing_that_lets_it_read(open_city: City, origin):
    for answer in every_kind(open_city, origin):
        assert not [one for one in answer.headers if one.lower().startswith("access-control-")]
        assert "origin" in varies(answer)  # a cache must not hand a page the reply of another


def test_without_the_setting_nobody_is_told_anything(city: City):
    for answer in every_kind(city, PAGE):
        assert not [one for one in answer.headers if one.lower().startswith("access-control-")]
        assert "origin" not in varies(answer)


def test_what_varies_already_goes_on_varying(open_city: City):
    answer = open_city.get(None, "/openapi.json", Origin=PAGE, Accept_Encoding="gzip")
    assert varies(answer) == {"accept-encoding", "origin"}
    assert answer.headers["content-encoding"] == "gzip"
    assert varies(open_city.get(None, "/cases", Origin=PAGE)) == {"accept-language", "origin"}


# Preflights, of both ways to run

PATHS = sorted({one.path for one in ROUTES})


def concrete(path: str) -> str:
    return path.replace("{", "").replace("}", "")


def preflights(city: City, path: str, origin: str):
    """Through the server, and as API Gateway hands it to the function."""
    asked = {"Origin": origin, "Access-Control-Request-Method": "POST"}
    with city.as_(None) as http:
        answer = http.options(concrete(path), headers=asked)
    yield answer.status_code, {name.lower(): value for name, value in answer.headers.items()}
    event = {
        "requestContext": {"httpMethod": "OPTIONS", "resourcePath": path},
        "headers": {"origin": origin},
        "multiValueQueryStringParameters": None,
        "pathParameters": {},
        "stageVariables": {},
        "body": None,
        "isBase64Encoded": False,
    }
    made = service.app(event, None)
    yield made["statusCode"], {name.lower(): value for name, value in made["headers"].items()}


@pytest.mark.parametrize("path", PATHS)
def test_a_preflight_tells_methods_and_headers_of_the_path(open_city: City, path):
    routes = [one for one in ROUTES if one.path == path]
    for status, headers in preflights(open_city, path, PAGE):
        assert status == 204
        assert headers[ALLOW] == PAGE
        methods = {one.strip() for one in headers["access-control-allow-methods"].split(",")}
        assert {one.method for one in routes} <= methods
        taken = headers["access-control-allow-headers"].lower()
        assert "authorization" in taken
        for route in routes:
            if route.doc.command:
                assert {"idempotency-key", "if-match", "content-type"} <= set(taken.split(", "))
        assert int(headers["access-control-max-age"]) > 0
        assert "Origin" in headers["vary"]


@pytest.mark.parametrize("path", ["/cases", "/cases/{case_id}/receive", "/items"])
def test_a_preflight_of_another_page_is_refused_by_saying_nothing(open_city: City, path):
    for status, headers in preflights(open_city, path, OTHER):
        assert status == 204
        assert not [one for one in headers if one.startswith("access-control-")]


def test_a_path_that_there_is_not_has_no_preflight(open_city: City):
    with open_city.as_(None) as http:
        assert http.options("/no/such/place", headers={"Origin": PAGE}).status_code == 404


# The setting


@pytest.mark.parametrize(
    "text",
    [
        "*",
        "null",
        "www.city.example",
        "https://www.city.example/",
        "https://WWW.city.example",
        "https://*.city.example",
        "https://a.example:443",
        "http://a.example:80",
        "https://a.example:0",
        "https://a.example https://b.example",
        "https://user@a.example",
        "ftp://a.example",
        "https://a.example\r\nX: y",
        "https://",
    ],
)
def test_what_is_no_origin_is_told_at_the_start(monkeypatch, tmp_path, text):
    monkeypatch.setenv("BANJIAN_CORS_ORIGINS", text)
    monkeypatch.setenv("BANJIAN_DATA", str(tmp_path))
    bootstrap.platform.cache_clear()
    with pytest.raises(Unavailable, match="BANJIAN_CORS_ORIGINS"):
        bootstrap.platform()


def test_origins_are_named_one_by_one():
    text = (
        "https://a.example, http://127.0.0.1:8080,https://[::1]:8443,,https://xn--fiq228c.example"
    )
    assert len(cors.origins(text)) == 4
    assert cors.origins("") == cors.NONE


@given(st.text(max_size=40))
def test_no_text_gets_a_wildcard_in(text):
    try:
        allowed = cors.origins(text)
    except ValueError:
        return
    assert all(one.startswith(("http://", "https://")) and "*" not in one for one in allowed)


def test_every_route_is_asked_about():
    assert {path for _, path, *_ in entries("ROUTES")} == set(PATHS)
