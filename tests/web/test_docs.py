"""/openapi.json and /docs over HTTP; tests/system/test_docs_page.py looks at the page."""

import gzip
import json

import pytest

from chalicelib.web.docs import PARTS, STATIC

from ..city import City

PATHS = ("/openapi.json", "/docs", *(f"/docs/{name}" for name in PARTS))


def test_the_document_is_served_as_it_was_generated(city: City):
    served = city.get(None, "/openapi.json")
    assert served.status_code == 200
    assert served.headers["Content-Type"] == "application/json"
    assert served.content == (STATIC / "openapi.json").read_bytes()
    assert json.loads(served.content)["openapi"].startswith("3.1")


@pytest.mark.parametrize("path", PATHS)
def test_who_has_it_already_is_not_sent_it_again(city: City, path: str):
    tag = city.get(None, path).headers["ETag"]
    again = city.get(None, path, If_None_Match=tag)
    assert (again.status_code, again.content, again.headers["ETag"]) == (304, b"", tag)
    assert city.get(None, path, If_None_Match='W/"0123456789abcdef"').status_code == 200


@pytest.mark.parametrize("path", PATHS)
def test_it_is_zipped_for_who_takes_that_and_for_nobody_else(city: City, path: str):
    plain = city.get(None, path, Accept_Encoding="br, gzip;q=0")
    assert "Content-Encoding" not in plain.headers
    with city.as_(None) as http, http.stream("GET", path) as zipped:
        raw = b"".join(zipped.iter_raw())
    assert zipped.headers["Content-Encoding"] == "gzip"
    assert zipped.headers["Content-Length"] == str(len(raw))
    assert gzip.decompress(raw) == plain.content
    assert plain.headers["Vary"] == zipped.headers["Vary"] == "Accept-Encoding"


def test_what_is_made_for_one_caller_is_not_zipped(city: City):
    assert "Content-Encoding" not in city.get(None, "/items").headers


def test_the_page_may_load_and_ask_nothing_but_our_own(city: City):
    page = city.get(None, "/docs")
    assert page.headers["Content-Type"] == "text/html; charset=utf-8"
    rules = dict(one.split(" ", 1) for one in page.headers["Content-Security-Policy"].split("; "))
    assert rules["default-src"] == "'none'"
    assert rules["script-src"] == rules["connect-src"] == "'self'"
    assert page.headers["X-Content-Type-Options"] == "nosniff"
    assert "://" not in page.text


@pytest.mark.parametrize(("path", "first"), [("/docs", "docs/"), ("/docs/", "")])
def test_the_parts_of_the_page_are_found_from_where_it_was_asked_for(
    city: City, path: str, first: str
):
    page = city.get(None, path).text
    for name in PARTS:
        assert f'"{first}{name}"' in page


@pytest.mark.parametrize("name", ["README.md", "docs.html", "swagger-ui.LICENSE", "..%2Fdocs.py"])
def test_what_is_no_part_of_the_page_is_not_served(city: City, name: str):
    reply = city.get(None, f"/docs/{name}")
    assert (reply.status_code, reply.json()["code"]) == (404, "not-found")


def test_a_parameter_that_a_messenger_added_does_not_spoil_the_page(city: City):
    assert city.get(None, "/docs?from=singlemessage").status_code == 200


@pytest.mark.parametrize("path", ["/items?curosr=1", "/health?verbose=1", "/openapi.json?v=2"])
def test_a_parameter_that_is_not_documented_is_refused_elsewhere(city: City, path: str):
    reply = city.get(None, path)
    assert (reply.status_code, reply.json()["code"]) == (400, "bad-parameter")
    assert path.partition("?")[2].partition("=")[0] in reply.json()["detail"]
