"""Downloads: streamed in little memory, bounded per link and address, past the service on AWS."""

import tracemalloc
from collections.abc import Iterator
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from moto import mock_aws

from chalicelib import bootstrap
from chalicelib.adapters.local.files import FileBlobs
from chalicelib.adapters.s3.blobs import S3Blobs
from chalicelib.serving import wsgi
from chalicelib.serving.illustration import pdf

from .. import cloud
from ..cases.test_cases import code
from ..city import City
from .test_http import DIGEST, PLAN, link, submitted

LARGE = 24 << 20  # bytes


def large_pdf(size: int) -> bytes:
    whole = pdf("a plan of the whole district")
    return whole[:100].ljust(size - len(whole) + 100, b"\n") + whole[100:]


def place_of(city: City, digest: str) -> Path:
    (found,) = (city.data / "documents").rglob(digest)
    return found


def streamed(city: City, path: str, account: str | None = None) -> tuple[int, int]:
    """Bytes that came, and the most memory that was held while they did, both without httpx."""
    with city.as_(account) as http:
        token = http.headers.get("Authorization", "")
    environ = {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": path,
        "REMOTE_ADDR": "127.0.0.1",
        "HTTP_AUTHORIZATION": token,
        "wsgi.input": BytesIO(),
    }
    statuses: list[str] = []
    tracemalloc.start()
    try:
        body: Any = city._wsgi(environ, lambda status, _headers: statuses.append(status))
        came = sum(map(len, body))
        body.close()
        assert statuses == ["200 OK"]
        return came, tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.fixture
def large(city: City) -> str:
    """The case with a document of 24 MiB; it came in parts."""
    content = large_pdf(LARGE)
    digest = sha256(content).hexdigest()
    FileBlobs(city.data / "documents").put("citizen-zhang", content)
    material = {"id": "identity", "sha256": digest, "media_type": "application/pdf"}
    return f"/cases/{city.submit(materials=[material])['case_id']}/documents/{digest}"


def test_a_large_document_is_never_in_memory_as_a_whole(city: City, large: str):
    url = city.post("clerk-chen", f"{large}/links").json()["url"]
    streamed(city, url)  # what is imported late
    for path, account in ((url, None), (large, "clerk-chen")):
        came, held = streamed(city, path, account)
        assert came == LARGE
        assert held < 2 << 20


def test_a_reply_says_how_long_it_is_and_head_sends_none_of_it(city: City):
    url = link(city, submitted(city, PLAN))
    with city.as_(None) as http:
        assert http.get(url).headers["Content-Length"] == str(len(PLAN))
        head = http.head(url)
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["Content-Length"] == str(len(PLAN))


def test_a_document_that_was_altered_on_the_disk_is_not_given_out_nor_a_byte_of_it(city: City):
    url = link(city, submitted(city, PLAN))
    place_of(city, DIGEST).write_bytes(PLAN[:-1] + b"!")
    given = city.get(None, url)
    assert code(given) == (500, "store-damaged")
    assert "Retry-After" not in given.headers
    assert PLAN[:20] not in given.content


def test_a_document_whose_file_is_gone_is_said_so(city: City):
    url = link(city, submitted(city, PLAN))
    place_of(city, DIGEST).unlink()
    assert code(city.get(None, url)) == (404, "not-found")


def test_who_accepts_no_document_leaves_no_file_open(city: City):
    url = link(city, submitted(city, PLAN))
    with city.as_(None) as http:
        assert http.get(url, headers={"Accept": "text/html"}).status_code == 400


# How many


@pytest.fixture
def narrow(city: City, monkeypatch: pytest.MonkeyPatch) -> City:
    budgets = "download.number=3/600, download.address=8/60, download.account=2/60"
    monkeypatch.setenv("BANJIAN_LIMITS", budgets)
    bootstrap.platform.cache_clear()
    return city


def answers(city: City, url: str, times: int, account: str | None = None) -> list[int]:
    return [city.get(account, url, accept="*/*").status_code for _ in range(times)]


def test_a_link_gives_its_document_out_so_many_times(narrow: City):
    url = link(narrow, submitted(narrow, PLAN))
    assert answers(narrow, url, 4) == [200, 200, 200, 429]
    refused = narrow.get(None, url)
    assert code(refused) == (429, "rate-limited")
    assert 1 <= int(refused.headers["Retry-After"]) <= 600


def test_another_link_goes_on_until_the_address_has_had_enough(narrow: City):
    case_id = submitted(narrow, PLAN)
    urls = [link(narrow, case_id)]
    other = submitted(narrow, pdf("another"), "other")
    urls.append(link_to(narrow, other, pdf("another")))
    assert answers(narrow, urls[0], 3) + answers(narrow, urls[1], 3) == [200] * 6
    assert answers(narrow, urls[0], 2) + answers(narrow, urls[1], 1) == [429] * 3


def link_to(city: City, case_id: str, content: bytes) -> str:
    digest = sha256(content).hexdigest()
    answer = city.post("clerk-chen", f"/cases/{case_id}/documents/{digest}/links")
    return str(answer.json()["url"])


def test_who_signs_in_is_counted_by_account_and_apart_from_everything_else(narrow: City):
    path = f"/cases/{submitted(narrow, PLAN)}/documents/{DIGEST}"
    assert answers(narrow, path, 3, "clerk-chen") == [200, 200, 429]
    assert narrow.get("clerk-chen", "/work").status_code == 200


def test_made_up_links_are_counted_by_address_and_use_up_nobody_s(narrow: City):
    url = link(narrow, submitted(narrow, PLAN))
    made_up = url[:-1] + ("0" if url[-1] != "0" else "1")
    assert answers(narrow, made_up, 5) == [404] * 5
    assert answers(narrow, url, 3) == [200] * 3


# On AWS


@pytest.fixture
def in_a_bucket(city: City) -> Iterator[City]:
    with mock_aws():
        object.__setattr__(city.platform, "blobs", S3Blobs(cloud.client("s3"), cloud.bucket()))
        yield city


def test_on_aws_every_document_is_a_redirect_to_a_url_that_is_signed_for_a_minute(
    in_a_bucket: City,
):
    path = f"/cases/{submitted(in_a_bucket, PLAN)}/documents/{DIGEST}"
    given = in_a_bucket.get("clerk-chen", path, accept="application/pdf")
    assert (given.status_code, given.content) == (302, b"")
    query = parse_qs(urlsplit(given.headers["Location"]).query)
    assert query["X-Amz-Expires"] == ["60"]
    assert query["response-content-type"] == ["application/pdf"]
    assert query["response-content-disposition"][0].startswith("attachment")
    assert given.headers["Cache-Control"] == "private, no-store"


def test_on_aws_too_a_stranger_is_given_no_url(in_a_bucket: City):
    path = f"/cases/{submitted(in_a_bucket, PLAN)}/documents/{DIGEST}"
    given = in_a_bucket.get("citizen-wang", path)
    assert code(given) == (404, "not-found")
    assert "Location" not in given.headers


def test_every_route_that_answers_bytes_of_a_document_is_bounded_and_may_redirect():
    import app
    from chalicelib.contract.openapi import openapi, operations
    from chalicelib.platform.rate_limits import DOWNLOAD
    from chalicelib.web import docs

    giving = {
        one.path
        for one in operations(app.app.routes)
        if not one.doc.reply
        and one.doc.status == 200
        and not one.view.__module__.endswith((docs.__name__, "verification"))
    }
    assert giving == {
        "/cases/{case_id}/documents/{digest}",
        "/certificates/{identifier}/file",
        "/documents/links/{link}",
    }
    assert giving == {one.path for one in operations(app.app.routes) if one.doc.limit == DOWNLOAD}
    paths = openapi(app.app.routes, "1")["paths"]
    assert all("302" in paths[path]["get"]["responses"] for path in giving)


def test_a_server_without_a_way_of_its_own_is_given_pieces(city: City):
    url = link(city, submitted(city, PLAN))
    taken: list[Any] = []
    environ = {"REQUEST_METHOD": "GET", "PATH_INFO": url, "wsgi.input": BytesIO()}
    city._wsgi({**environ, "wsgi.file_wrapper": taken_by(taken)}, lambda *_: None)
    (file,) = taken
    assert file.read() == PLAN
    file.close()
    body = city._wsgi(environ, lambda *_: None)
    assert isinstance(body, wsgi.Pieces)
    assert b"".join(body) == PLAN
    body.close()


def taken_by(taken: list[Any]) -> Any:
    def wrapper(file: Any, _size: int) -> list[bytes]:
        taken.append(file)
        return []

    return wrapper
