"""/docs as a reader's browser shows it."""

import json
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from queue import Queue
from threading import Event, Thread
from typing import Any

import pytest

from chalicelib.contract import contracts
from chalicelib.serving import server, wsgi
from chalicelib.web.docs import PARTS, STATIC

from ..contract.openapi_rules import operations
from ..stories.cases import ROOT
from ..walks.service import service
from .browser import CHROMIUM, Visit, visit
from .running import running

DOCUMENT = json.loads((ROOT / contracts.OPENAPI).read_text(encoding="utf-8"))
NAMES = {one["operationId"] for _, _, one in operations(DOCUMENT)}

in_a_browser = pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium on this machine")


@contextmanager
def serving(application: Callable[..., Iterable[bytes]]) -> Iterator[str]:
    ready: Queue[str] = Queue()
    stop = Event()
    running = server.Server(application, server.listen("127.0.0.1", 0), threads=2)
    thread = Thread(target=running.run, args=(ready.put, stop))
    thread.start()
    try:
        yield ready.get(timeout=30)
    finally:
        stop.set()
        thread.join(30)


def behind_a_stage(application: Callable[..., Iterable[bytes]]) -> Callable[..., Iterable[bytes]]:
    """What API Gateway makes of it: everything is below /api, and nothing beside it."""

    def staged(environ: dict[str, Any], start: Callable[..., object]) -> Iterable[bytes]:
        if not environ["PATH_INFO"].startswith("/api/"):
            start("404 Not Found", [])
            return []
        path = environ["PATH_INFO"].removeprefix("/api")
        asked = environ["REQUEST_URI"].removeprefix("/api")
        return application({**environ, "PATH_INFO": path, "REQUEST_URI": asked}, start)

    return staged


@pytest.fixture(scope="module")
def application(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Any]]:
    import app

    with service(tmp_path_factory.mktemp("docs")):
        yield wsgi.wsgi(app.app)


@pytest.fixture(scope="module")
def seen(application: Callable[..., Any], tmp_path_factory: pytest.TempPathFactory) -> Visit:
    """The page with one operation open, as a link to that operation shows it."""
    with serving(application) as url:
        return visit(f"{url}/docs#/cases/submitCase", tmp_path_factory.mktemp("browser"))


@in_a_browser
def test_the_page_shows_every_operation_by_its_summary(seen: Visit):
    assert set(re.findall(r'id="operations-(?!tag-)[a-z-]+-(\w+)"', seen.dom)) == NAMES
    for _, _, operation in operations(DOCUMENT):
        assert operation["summary"] in seen.dom.replace("&amp;", "&")


EMPTY = re.compile(r'<p id="empty"([^>]*)>(.*?)</p>', re.DOTALL)


@in_a_browser
def test_where_items_are_published_nothing_is_said_of_it(seen: Visit):
    found = EMPTY.search(seen.dom)
    assert found is not None
    assert "hidden" in found[1]


@in_a_browser
def test_where_nothing_is_published_the_page_says_why_its_lists_are_empty(tmp_path: Path):
    with running(tmp_path / "var") as service:
        found = EMPTY.search(visit(f"{service.url}/docs", tmp_path / "browser").dom)
        service.stop()
    assert found is not None
    assert "hidden" not in found[1]
    assert "banjian items publish" in found[2]


@in_a_browser
def test_an_operation_opens_with_what_it_takes_and_an_example_of_it(seen: Visit):
    assert re.search(r'class="[^"]*is-open[^"]*" id="operations-cases-submitCase"', seen.dom)
    assert seen.dom.count("is-open") >= 1
    for shown in ("Idempotency-Key", "Responses", "duplicate-case"):
        assert shown in seen.dom
    body = DOCUMENT["paths"]["/cases"]["post"]["requestBody"]["content"]["application/json"]
    assert body["example"]["item"] in seen.dom


@in_a_browser
def test_the_page_fetches_our_own_files_and_has_nothing_to_complain_of(seen: Visit):
    asked = {"openapi.json", "items?limit=1"}  # the second, whether there is anything to try
    paths = {"docs", *asked, *(f"docs/{name}" for name in PARTS)}
    assert {re.sub(r"^http://127\.0\.0\.1:\d+/", "", one) for one in seen.fetched} == paths
    assert seen.complaints == []


@in_a_browser
@pytest.mark.parametrize("path", ["/api/docs", "/api/docs/"])
def test_the_page_works_below_the_stage_of_an_api_gateway(
    application: Callable[..., Any], tmp_path: Path, path: str
):
    with serving(behind_a_stage(application)) as url:
        there = visit(f"{url}{path}", tmp_path)
    assert set(re.findall(r'id="operations-(?!tag-)[a-z-]+-(\w+)"', there.dom)) == NAMES
    assert f"{url}/api/openapi.json" in there.fetched
    assert there.complaints == []


@in_a_browser
def test_a_page_that_asks_another_host_or_fails_is_found_out(tmp_path: Path):
    page = b'<img src="http://elsewhere.test/a"><script>throw Error("spoilt")</script>'

    def foreign(_: object, start: Callable[..., object]) -> list[bytes]:
        start("200 OK", [("Content-Type", "text/html"), ("Content-Length", str(len(page)))])
        return [page]

    with serving(foreign) as url:
        there = visit(url, tmp_path)
    assert "http://elsewhere.test/a" in there.fetched
    assert "spoilt" in "".join(there.complaints)


def test_what_is_vendored_is_what_it_is_said_to_be():
    told = (STATIC / "README.md").read_text(encoding="utf-8")
    version = re.search(r"`swagger-ui-dist` (\d+\.\d+\.\d+)", told)
    bundle = (STATIC / "swagger-ui-bundle.js").read_text(encoding="utf-8")
    assert version is not None
    assert f'"{version[1]}"' in bundle
    assert {one.name for one in STATIC.iterdir()} >= {
        *PARTS,
        "swagger-ui.LICENSE",
        "swagger-ui.NOTICE",
        "swagger-ui-bundle.js.LICENSE.txt",
    }
