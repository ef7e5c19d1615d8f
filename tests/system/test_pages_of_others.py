"""A page of another origin in a real browser: one that is named asks and reads, no other does."""

import json
import re
from collections.abc import Callable, Iterable
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from chalicelib.serving import signin

from ..city import SENIOR_CARD, City
from ..logs import streams
from ..proven import came_to_a_counter
from .browser import CHROMIUM, visit
from .test_docs_page import serving

in_a_browser = pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium on this machine")

SCRIPT = """
const told = {};
async function ask(name, path, options) {
  try {
    const answer = await fetch(SERVICE + path, options);
    const headers = {};
    for (const one of ["etag", "location", "retry-after", "idempotency-replayed"])
      headers[one] = answer.headers.get(one);
    const text = await answer.text();
    told[name] = {status: answer.status, headers, body: text ? JSON.parse(text) : null};
  } catch (error) {
    told[name] = {refused: String(error)};
  }
}
async function main() {
  const signed = {Authorization: "Bearer " + TOKEN};
  const command = {...signed, "Idempotency-Key": "from-a-page", "Content-Type": "application/json"};
  const submit = {method: "POST", headers: command, body: JSON.stringify(CARD)};
  await ask("public", "/items");
  await ask("own", "/cases", {headers: signed});
  await ask("first", "/cases", submit);
  await ask("again", "/cases", submit);
  await ask("problem", "/cases", {...submit, body: "{}"});
  await ask("nobody", "/cases");
  await ask("nowhere", "/no/such/place");
  const put = {method: "PUT", headers: {...command, "If-Match": '"9"'}, body: "{}"};
  await ask("replaced", "/account", put);
  await ask("credentials", "/items", {credentials: "include"});
  document.body.textContent = JSON.stringify(told);
}
main();
"""


def page(service: str, token: str) -> Callable[..., Iterable[bytes]]:
    values = {"SERVICE": service, "TOKEN": token, "CARD": SENIOR_CARD}
    given = "".join(f"const {name} = {json.dumps(value)};\n" for name, value in values.items())
    content = f"<!doctype html><meta charset=utf-8><body><script>{given}{SCRIPT}</script>".encode()

    def application(_: dict[str, Any], start: Callable[..., object]) -> Iterable[bytes]:
        start("200 OK", [("Content-Type", "text/html"), ("Content-Length", str(len(content)))])
        return [content]

    return application


def told(city: City, place: Path, allow: Callable[[str], None]) -> dict[str, Any]:
    """What the page's script was answered; `allow` is told the page's origin before it asks."""
    applicant = SENIOR_CARD["applicant"]
    came_to_a_counter(city.platform, "citizen-zhang", applicant["name"], applicant["id_number"])
    token = signin.issue(city.data, signin.persona("citizen-zhang"))
    with serving(city._wsgi) as service, serving(page(service, token)) as origin:
        allow(origin)
        dom = visit(origin, place).dom
    found = re.search(r"<body>({.*})</body>", dom, re.DOTALL)
    assert found is not None, dom
    answers: dict[str, Any] = json.loads(unescape(found[1]))
    return answers


@in_a_browser
def test_a_page_that_is_named_asks_and_reads(
    city: City, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = told(city, tmp_path, lambda origin: monkeypatch.setenv("BANJIAN_CORS_ORIGINS", origin))
    assert found["public"]["status"] == found["own"]["status"] == 200
    assert (found["first"]["status"], found["first"]["headers"]["etag"]) == (201, '"2"')
    assert found["again"]["headers"]["idempotency-replayed"] == "true"
    assert found["again"]["body"] == found["first"]["body"]
    codes = {name: found[name]["body"]["code"] for name in ("problem", "nobody", "nowhere")}
    assert codes == {
        "problem": "invalid-request",
        "nobody": "unauthenticated",
        "nowhere": "not-found",
    }
    assert found["replaced"]["body"]["code"]  # its preflight was answered for PUT
    assert "refused" in found["credentials"]  # never with cookies


@in_a_browser
def test_any_other_page_is_kept_from_it_by_the_browser(
    city: City, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def another(_: str) -> None:
        monkeypatch.setenv("BANJIAN_CORS_ORIGINS", "https://www.city.example")

    found = told(city, tmp_path, another)
    assert found
    assert all("refused" in one for one in found.values())
    assert city.get("citizen-zhang", "/cases").json()["items"] == []
    assert not streams(city.platform.log, "case-")  # nothing was submitted
