"""What every reply says, whichever way the service is run."""

import pytest

from chalicelib import bootstrap

from ..city import City

NOSNIFF = "nosniff"


@pytest.mark.parametrize(
    ("who", "path", "status"),
    [
        (None, "/health", 200),
        (None, "/openapi.json", 200),
        (None, "/docs", 200),
        (None, "/cases", 401),
        ("citizen-zhang", "/cases", 200),
        ("citizen-zhang", "/cases/none", 404),
        ("citizen-zhang", "/cases?limit=x", 400),
    ],
)
def test_every_reply_says_that_its_type_is_meant(city: City, who, path, status):
    answer = city.get(who, path)
    assert answer.status_code == status
    assert answer.headers["X-Content-Type-Options"] == NOSNIFF


@pytest.fixture
def headers(monkeypatch: pytest.MonkeyPatch):
    bootstrap._headers.cache_clear()
    yield bootstrap._headers
    bootstrap._headers.cache_clear()


def test_where_tls_ends_here_browsers_are_told_to_keep_to_it(headers, monkeypatch):
    monkeypatch.setenv("BANJIAN_EVENTS_TABLE", "events")
    assert headers()["Strict-Transport-Security"] == "max-age=31536000"


def test_on_one_machine_the_proxy_in_front_tells_them(headers, monkeypatch):
    monkeypatch.delenv("BANJIAN_EVENTS_TABLE", raising=False)
    assert dict(headers()) == {"X-Content-Type-Options": NOSNIFF}
