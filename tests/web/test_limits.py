"""How often one may ask: counted by address and account, and told with how long to wait."""

import threading
from collections.abc import Iterator
from pathlib import Path
from time import time

import httpx
import jwt
import pytest

from chalicelib import bootstrap
from chalicelib.eventlog.ports import Unavailable
from chalicelib.kernel.actor import Role
from chalicelib.serving import signin, wsgi

from ..city import City


@pytest.fixture
def narrow(city: City, monkeypatch: pytest.MonkeyPatch) -> City:
    """Three at once for an account, five for an address."""
    monkeypatch.setenv("BANJIAN_LIMITS", "usual.account=3/60, usual.address=5/60")
    bootstrap.platform.cache_clear()
    return city


def statuses(city: City, *accounts: str | None, path: str = "/cases", **headers: str) -> list[int]:
    return [city.get(one, path, **headers).status_code for one in accounts]


def test_an_account_is_held_up_and_told_how_long(narrow):
    assert statuses(narrow, *["citizen-zhang"] * 3) == [200] * 3
    reply = narrow.get("citizen-zhang", "/cases")
    assert (reply.status_code, reply.json()["code"]) == (429, "rate-limited")
    assert 1 <= int(reply.headers["Retry-After"]) <= 60
    assert reply.json()["title"] == "Rate limited"


def test_another_account_goes_on(narrow):
    assert statuses(narrow, *["citizen-zhang"] * 4, "citizen-wang") == [200] * 3 + [429, 200]


def test_an_address_is_held_up_whoever_asks(narrow):
    asked = ["citizen-zhang", "citizen-wang", "agent-li", "citizen-zhang", "agent-li", "agent-li"]
    assert statuses(narrow, *asked) == [200] * 5 + [429]


def test_bad_tokens_are_counted_before_they_are_looked_at(narrow):
    with narrow.as_(None) as http:
        bad = {"Authorization": "Bearer a.b.c"}
        answers = [http.get("/cases", headers=bad).status_code for _ in range(7)]
    assert answers == [401] * 5 + [429] * 2


def test_what_needs_no_token_is_counted_by_address(narrow):
    assert statuses(narrow, *[None] * 6, path="/code-sets") == [200] * 5 + [429]


def test_who_may_not_is_counted_too(narrow):
    assert statuses(narrow, *["items-sun"] * 4, path="/cases") == [403] * 3 + [429]


def test_a_made_up_forwarded_address_gets_nobody_further(narrow):
    answers = [
        narrow.get(None, "/code-sets", X_Forwarded_For=f"192.0.2.{n}").status_code for n in range(6)
    ]
    assert answers == [200] * 5 + [429]


def test_behind_a_proxy_of_ours_each_client_counts_by_itself(narrow, monkeypatch):
    monkeypatch.setenv("BANJIAN_TRUSTED_PROXIES", "127.0.0.1")
    answers = [
        narrow.get(None, "/code-sets", X_Forwarded_For=f"192.0.2.{n}").status_code for n in range(9)
    ]
    assert answers == [200] * 9


def test_behind_a_proxy_what_the_client_wrote_itself_is_not_believed(narrow, monkeypatch):
    monkeypatch.setenv("BANJIAN_TRUSTED_PROXIES", "127.0.0.1")
    answers = [
        narrow.get(None, "/code-sets", X_Forwarded_For=f"192.0.2.{n}, 198.51.100.7").status_code
        for n in range(6)
    ]
    assert answers == [200] * 5 + [429]


@pytest.mark.parametrize(
    ("name", "value"),
    [("BANJIAN_LIMITS", "usual.account=many"), ("BANJIAN_TRUSTED_PROXIES", "the proxy")],
)
def test_a_setting_that_cannot_be_read_is_named_at_the_start(city, monkeypatch, name, value):
    monkeypatch.setenv(name, value)
    bootstrap.platform.cache_clear()
    with pytest.raises(Unavailable, match=name):
        bootstrap.platform()


# A real server: what it does to headers on the way matters


@pytest.fixture
def served(narrow: City) -> Iterator[str]:
    import app

    urls: list[str] = []
    up, stop = threading.Event(), threading.Event()

    def ready(url: str) -> None:
        urls.append(url)
        up.set()

    serving = threading.Thread(
        target=wsgi.serve, args=(app.app,), kwargs={"port": 0, "ready": ready, "stop": stop}
    )
    serving.start()
    assert up.wait(10)
    yield urls[0]
    stop.set()
    serving.join(10)


def asked(url: str, *forwarded: str) -> list[int]:
    with httpx.Client(base_url=url) as http:
        return [
            http.get("/code-sets", headers={"X-Forwarded-For": one}).status_code
            for one in forwarded
        ]


CLIENTS = [f"192.0.2.{n}" for n in range(6)]


def test_the_server_hands_the_proxys_word_on(served, monkeypatch):
    monkeypatch.setenv("BANJIAN_TRUSTED_PROXIES", "127.0.0.0/8")
    assert asked(served, *CLIENTS) == [200] * 6


def test_the_server_lets_nobody_else_speak_for_others(served):
    assert asked(served, *CLIENTS) == [200] * 5 + [429]


# Roles


def test_who_has_several_roles_names_one_in_x_role(city):
    claims = {
        "iss": signin.ISSUER,
        "aud": signin.AUDIENCE,
        "iat": time(),
        "exp": time() + 600,
        "sub": "huang",
        "roles": ["clerk", "reviewer"],
        "department": "440800-hall",
    }
    header = {"typ": "at+jwt", "kid": signin.jwks(city.data)["keys"][0]["kid"]}
    key = (city.data / signin.KEY_FILE).read_text()
    signed = {"Authorization": f"Bearer {jwt.encode(claims, key, 'ES256', header)}"}
    with city.as_(None) as http:
        unnamed = http.get("/work", headers=signed)
        assert (unnamed.status_code, unnamed.json()["code"]) == (403, "role-required")
        assert http.get("/work", headers={**signed, "X-Role": "reviewer"}).status_code == 200
        other = http.get("/work", headers={**signed, "X-Role": "approver"})
        assert (other.status_code, other.json()["code"]) == (403, "forbidden")


# 三员分立


def token(data: Path, account: str, role: Role) -> dict[str, str]:
    who = signin.persona(account)._replace(role=role)
    return {"Authorization": f"Bearer {signin.issue(data, who)}"}


def test_an_account_that_audited_never_runs_the_system(city):
    assert city.get("auditor-zheng", "/process-steps").status_code == 200
    promoted = token(city.data, "auditor-zheng", Role.SYSTEM_ADMINISTRATOR)
    with city.as_(None) as http:
        for _ in range(2):
            reply = http.get("/cases", headers=promoted)
            assert (reply.status_code, reply.json()["code"]) == (403, "duties-not-separated")
    assert city.get("auditor-zheng", "/process-steps").status_code == 200


def test_that_is_remembered_by_the_log_and_not_by_the_process(city):
    city.get("auditor-zheng", "/process-steps")
    bootstrap.platform.cache_clear()
    promoted = token(city.data, "auditor-zheng", Role.SECURITY_ADMINISTRATOR)
    with city.as_(None) as http:
        assert http.get("/cases", headers=promoted).json()["code"] == "duties-not-separated"


def test_a_duty_is_recorded_once(city):
    for _ in range(3):
        city.get("auditor-zheng", "/process-steps")
    bootstrap.platform.cache_clear()
    city.get("auditor-zheng", "/process-steps")
    (commit,) = city.platform.store.load("duty-auditor-zheng").commits
    assert commit.length == 1


def test_other_roles_leave_no_such_record(city):
    before = city.platform.log.head()
    city.get("citizen-zhang", "/cases")
    city.get("clerk-chen", "/work")
    assert city.platform.log.head() == before
