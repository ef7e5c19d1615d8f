"""The guided case, where the service has only just started."""

from datetime import date

import httpx
import pytest

from chalicelib.serving import demo
from chalicelib.serving.demo import Behind, Stopped, Tour

BEHIND = httpx.Response(503, json={"code": "view-behind", "title": "Behind", "detail": "Wait."})
REFUSED = httpx.Response(403, json={"code": "forbidden", "title": "No", "detail": "Not you."})
ROWS = httpx.Response(200, json={"items": [{"code": "a"}]})


def tour(*answers: httpx.Response) -> tuple[Tour, list[str]]:
    """Through a service whose log is at 23, and that answers a list so; the last one for ever."""
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/health":
            return httpx.Response(200, json={"position": 23})
        asked.append(request.url.query.decode())
        return answers[min(len(asked), len(answers)) - 1]

    client = httpx.Client(base_url="http://banjian", transport=httpx.MockTransport(answer))
    return Tour(client, lambda who: who, date(2026, 3, 2)), asked


def test_a_list_is_asked_for_until_it_has_what_the_log_has():
    guided, asked = tour(BEHIND, BEHIND, ROWS)
    assert guided.listed("agent-li", "/items?limit=100") == [{"code": "a"}]
    assert asked == ["limit=100&min_position=23"] * 3


def test_consumers_that_do_not_work_are_told_of(monkeypatch):
    monkeypatch.setattr(demo, "PATIENCE", 0.0)
    guided, _ = tour(BEHIND)
    with pytest.raises(Behind, match="503 Behind Wait"):
        guided.listed("agent-li", "/items?limit=100")


def test_a_refusal_is_not_waited_for():
    guided, asked = tour(REFUSED)
    with pytest.raises(Stopped, match="403 No Not you"):
        guided.listed("agent-li", "/items?limit=100")
    assert len(asked) == 1


@pytest.mark.parametrize(
    "other",
    [
        httpx.Response(403, json={"message": "Forbidden"}),
        httpx.Response(502, json=["x"]),
        httpx.Response(504, text="<html>Gateway Timeout</html>"),
    ],
)
def test_what_something_before_the_service_answers_is_told_as_it_is(other):
    guided, _ = tour(other)
    with pytest.raises(Stopped, match=str(other.status_code)):
        guided.listed("agent-li", "/items?limit=100")
