"""The very `app.py` on a directory of its own, called through WSGI as the server calls it."""

import json
from collections.abc import Iterator
from contextlib import suppress
from itertools import count
from pathlib import Path
from threading import Lock
from typing import Any

import httpx
import pytest

from chalicelib import bootstrap
from chalicelib.eventlog.consumers import catch_up
from chalicelib.eventlog.feed import Feed
from chalicelib.items.application import items
from chalicelib.items.files.item_files import read_item
from chalicelib.kernel.actor import Actor, Role
from chalicelib.kernel.errors import Invalid
from chalicelib.platform.platform import Caller
from chalicelib.serving import signin, wsgi
from tests.adapters.wechat_double import Double
from tests.proven import came_to_a_counter
from tests.serving.outside import outside
from tests.web.foretold import foretold

EXAMPLES = Path(__file__).resolve().parents[1] / "examples" / "items"


OPEN_CARD = "1144080000000106243442006001001"


class City:
    """`as_(account)` gives that person's client; every request has a key unless it brings one."""

    def __init__(self, data: Path) -> None:
        import app

        self.data = data
        self.platform = bootstrap.platform()
        self._wsgi = wsgi.wsgi(app.app)
        self._keys = count(1)
        self._counter = Lock()

    def publish(self, *names: str) -> None:
        manager = Actor(account="items-sun", role=Role.ITEM_MANAGER, division="000000")
        for name in names:
            definition = read_item(EXAMPLES / f"{name}.yaml")
            items.publish(self.platform, Caller(manager, f"publish-{name}"), definition)

    def as_(self, account: str | None) -> httpx.Client:
        headers = {"Accept-Language": "en"}
        if account is not None:
            bearer = signin.issue(self.data, signin.persona(account))
            headers["Authorization"] = f"Bearer {bearer}"
        return httpx.Client(
            transport=httpx.WSGITransport(app=self._wsgi),
            base_url="http://city",
            headers=headers,
            event_hooks={"response": [foretold]},
        )

    def post(
        self,
        account: str | None,
        path: str,
        body: Any = None,
        key: str | None = None,
        **headers: str,
    ) -> httpx.Response:
        key = key or f"test-key-{next(self._keys):06d}"
        if path == "/cases" or path.endswith("/submit"):
            self._came_to_a_counter(account, body or {})
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        with self.as_(account) as http:
            return http.post(path, json=body or {}, headers={"Idempotency-Key": key, **named})

    def _came_to_a_counter(self, account: str | None, body: Any) -> None:
        """Zhang, who applies in most tests, was at a counter before."""
        applicant = body.get("applicant", {})
        whom = applicant.get("name"), applicant.get("id_number")
        if account == "citizen-zhang" and "id_kind" not in applicant and all(whom):
            with self._counter, suppress(Invalid):
                came_to_a_counter(self.platform, account, *whom)

    def open_item(self) -> str:
        """An item that anybody asks for in anybody's name, and that certifies nothing."""
        manager = Actor(account="items-sun", role=Role.ITEM_MANAGER, division="000000")
        changes = {"code": OPEN_CARD, "real_name_level": 0, "certificate": None}
        definition = read_item(EXAMPLES / "senior-card.yaml").model_copy(update=changes)
        items.publish(self.platform, Caller(manager, "publish-open-card"), definition)
        return OPEN_CARD

    def get(self, account: str | None, path: str, **headers: str) -> httpx.Response:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        with self.as_(account) as http:
            return http.get(path, headers=named)

    def submit(self, account: str = "citizen-zhang", **changes: Any) -> dict[str, Any]:
        # The same people apply again and again here, and mean to.
        answer = self.post(account, "/cases", {**SENIOR_CARD, "insist": True, **changes})
        assert answer.status_code == 201, answer.text
        created: dict[str, Any] = answer.json()
        return created

    def catch_up(self) -> None:
        for one in bootstrap.consumers(self.platform):
            catch_up(one, Feed(self.platform.source), self.platform.views)


SENIOR_CARD: dict[str, Any] = {
    "item": "1144080000000106243442006001000",
    "applicant": {"name": "张三", "id_number": "44080219500101123X", "phone": "13800138000"},
    "form": {"born_on": "1950-01-01", "residence": "湛江市赤坎区示例路 1 号"},
}


@pytest.fixture
def double(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Double]:
    """What is outside: WeChat, which it is, and the attesting service."""
    with outside(monkeypatch, tmp_path) as made:
        yield made


@pytest.fixture
def city(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[City]:
    monkeypatch.setenv("BANJIAN_DATA", str(tmp_path))
    monkeypatch.setenv("BANJIAN_ISSUER", signin.ISSUER)
    monkeypatch.setenv("BANJIAN_AUDIENCE", signin.AUDIENCE)
    monkeypatch.setenv("BANJIAN_JWKS", json.dumps(signin.jwks(tmp_path)))
    bootstrap.platform.cache_clear()
    bootstrap.verifier.cache_clear()
    made = City(tmp_path)
    made.publish("senior-card")
    yield made
    bootstrap.platform.cache_clear()
    bootstrap.verifier.cache_clear()
