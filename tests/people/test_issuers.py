"""The service with two issuers besides its own, as a city sets them up."""

import json
import time
from collections.abc import Iterator
from typing import Any

import httpx
import jwt
import pytest

from chalicelib import bootstrap
from chalicelib.bootstrap import issuers
from chalicelib.eventlog.ports import Unavailable
from chalicelib.kernel.actor import DEPARTMENT_STAFF
from chalicelib.serving import signin
from tests.city import City
from tests.web.test_auth import EC_KEY, OTHER_EC_KEY, a_jwk

from .people import LI, ZHANG

CITY, STAFF = "https://id.city.example", "https://staff.city.example"
SETTINGS = {
    "issuer": [
        {
            "issuer": CITY,
            "audience": "banjian",
            "jwks": json.dumps({"keys": [a_jwk(EC_KEY)]}),
            "default_role": "applicant",
            "may_give": ["applicant", "agent"],
            "levels": {"face": 3},
            "claims": {"level": "acr", "id_number": "id_number", "name": "name"},
        },
        {
            "issuer": STAFF,
            "audience": "banjian",
            "jwks": json.dumps({"keys": [a_jwk(OTHER_EC_KEY)]}),
            "claims": {"roles": "groups"},
        },
    ]
}


@pytest.fixture
def two(city: City, monkeypatch: pytest.MonkeyPatch) -> Iterator[City]:
    monkeypatch.setenv("BANJIAN_ISSUERS", json.dumps(SETTINGS))
    bootstrap.verifier.cache_clear()
    yield city
    bootstrap.verifier.cache_clear()


def token(issuer: str, sub: str, **claims: Any) -> str:
    now = int(time.time())
    told = {"iss": issuer, "aud": "banjian", "sub": sub, "iat": now, "exp": now + 600, **claims}
    key = EC_KEY if issuer == CITY else OTHER_EC_KEY
    return jwt.encode(told, key, "ES256", {"kid": "one"})


def ask(city: City, bearer: str, method: str, path: str, body: Any = None) -> httpx.Response:
    with city.as_(None) as http:
        headers = {"Authorization": f"Bearer {bearer}", "Idempotency-Key": f"key-{time.time_ns()}"}
        return http.request(method, path, json=body, headers=headers)


def registered(city: City, bearer: str, **changes: Any) -> httpx.Response:
    body = {"name": "李四", "id_number": LI.id_number, **changes}
    return ask(city, bearer, "PUT", "/account", body)


def account(city: City, bearer: str, **changes: Any) -> str:
    return str(registered(city, bearer, **changes).json()["account"])


def test_a_subject_of_any_kind_gets_an_account_of_its_own(two: City) -> None:
    names = {account(two, token(CITY, sub)) for sub in ("a|b", "+8613800138000", "z" * 255)}
    assert len(names) == 3
    assert all(one.startswith("u-") for one in names)


@pytest.mark.parametrize("sub", ["banjian", "examples", "citizen-zhang", "wx-1"])
def test_nobody_comes_as_the_platform_or_as_somebody_of_the_demonstration(
    two: City, sub: str
) -> None:
    assert account(two, token(CITY, sub)) != sub
    # Whose certificate files are the platform's own are still nobody's.
    staff = token(STAFF, sub, groups=["item_manager"])
    assert ask(two, staff, "GET", "/item-drafts").status_code == 200
    assert bootstrap.platform().sign_ins.person(sub) is None


def test_the_demonstration_keeps_its_own_names(two: City) -> None:
    two.post("citizen-wang", "/account/close")
    put = two.as_("citizen-zhang")
    with put as http:
        body = {"name": "张三", "id_number": ZHANG.id_number}
        made = http.put("/account", json=body, headers={"Idempotency-Key": "demo-key-1"})
    assert made.json()["account"] == "citizen-zhang"


def test_one_subject_of_two_issuers_is_two_people(two: City) -> None:
    name = account(two, token(CITY, "zhang"))
    own = ask(two, token(CITY, "zhang"), "GET", "/account").json()
    assert own["account"] == name
    other = ask(two, token(STAFF, "zhang", groups=["applicant"]), "GET", "/account")
    assert other.status_code == 404


def test_an_issuer_of_citizens_makes_nobody_a_clerk(two: City) -> None:
    for told in ({"roles": ["clerk"]}, {"role": "clerk"}):
        refused = ask(two, token(CITY, "li", **told, department="440800-hall"), "GET", "/work")
        assert refused.status_code == 403


def test_a_closed_account_is_another_one_at_the_next_token(two: City) -> None:
    first = token(CITY, "zhang")
    name = account(two, first)
    assert ask(two, first, "POST", "/account/close", {}).status_code == 200
    again = token(CITY, "zhang", jti="2")
    assert account(two, again) != name


def test_whom_the_issuer_names_goes_with_the_token_and_with_ours(two: City) -> None:
    platform = bootstrap.platform()
    told = {"acr": "face", "id_number": ZHANG.id_number, "name": "张三"}
    bearer = token(CITY, "zhang", **told)
    verifier = bootstrap.verifier()
    person = verifier.signed_in(f"Bearer {bearer}").person
    assert person is not None
    assert ZHANG.id_number not in person
    ours = ask(two, bearer, "POST", "/sign-in/token", {}).json()
    assert ours["level"] == 3
    found = verifier.signed_in(f"Bearer {ours['access_token']}")
    assert (found.person, found.actor.account) == (person, ours["account"])
    renewed = ask(two, ours["access_token"], "POST", "/sign-in/token", {}).json()
    assert verifier.signed_in(f"Bearer {renewed['access_token']}").person == person
    assert platform.sign_ins.person(ours["account"]) == person


def test_an_id_is_in_no_log_and_in_nothing_that_is_kept(two: City, caplog) -> None:
    caplog.set_level("DEBUG")
    for number in (ZHANG.id_number, ZHANG.id_number[:-1] + "9"):
        told = {"acr": "face", "id_number": number, "name": "张三"}
        ask(two, token(CITY, f"zhang-{number[-1]}", **told), "GET", "/account")
        assert number not in caplog.text
    kept = b"".join(one.read_bytes() for one in two.data.glob("sign-ins.db*"))
    assert ZHANG.id_number.encode() not in kept


def test_a_provider_of_the_release_before_keeps_the_names_of_its_people(
    city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A case of the release before, handed in without ever registering.
    case = city.submit("citizen-wang", item=city.open_item())["case_id"]
    city.catch_up()
    monkeypatch.setenv("BANJIAN_ISSUER", CITY)
    monkeypatch.setenv("BANJIAN_JWKS", json.dumps({"keys": [a_jwk(EC_KEY)]}))
    monkeypatch.setattr("chalicelib.people.application.account_names.NOBODYS", frozenset())
    bootstrap.verifier.cache_clear()
    for sub, name in (("citizen-wang", "citizen-wang"), ("citizen-new", None)):
        made = registered(city, token(CITY, sub, role="applicant")).json()["account"]
        assert made == name or (name is None and made.startswith("u-"))
    own = token(CITY, "citizen-wang", role="applicant")
    assert ask(city, own, "GET", f"/cases/{case}").status_code == 200


# Settings


def settings(monkeypatch: pytest.MonkeyPatch, **named: str) -> None:
    for name in ("ISSUER", "AUDIENCE", "JWKS", "ISSUERS"):
        monkeypatch.delenv(f"BANJIAN_{name}", raising=False)
    for name, value in named.items():
        monkeypatch.setenv(f"BANJIAN_{name}", value)


NAMED = {"ISSUER": CITY, "AUDIENCE": "banjian", "JWKS": '{"keys": []}'}


@pytest.mark.parametrize(
    ("named", "says"),
    [
        ({}, "nobody is named"),
        ({"ISSUER": "", "ISSUERS": ""}, "nobody is named"),
        ({"ISSUER": CITY}, "BANJIAN_AUDIENCE and BANJIAN_JWKS"),
        ({**NAMED, "JWKS": "http://far.example/keys"}, "BANJIAN_JWKS: keys must come over https"),
        ({"ISSUERS": "no-such.toml"}, "BANJIAN_ISSUERS: no-such.toml cannot be read"),
        ({"ISSUERS": '{"issuer": [{}]}'}, "BANJIAN_ISSUERS: issuer.0.issuer"),
        (
            {
                **NAMED,
                "ISSUERS": json.dumps({"issuer": [{**SETTINGS["issuer"][1], "keeps_names": True}]}),
            },
            "keeps_names is for one issuer",
        ),
        ({**NAMED, "ISSUER": "urn:banjian"}, "one name"),
    ],
)
def test_a_setting_that_cannot_be_read_says_which(monkeypatch, named, says) -> None:
    settings(monkeypatch, **named)
    with pytest.raises(Unavailable, match=says):
        issuers.verifier(bootstrap.platform)


def test_a_bad_file_is_told_at_the_start_and_not_at_the_first_request(
    city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BANJIAN_ISSUERS", '{"issuer": [{}]}')
    bootstrap.platform.cache_clear()
    with pytest.raises(Unavailable, match="BANJIAN_ISSUERS"):
        bootstrap.platform()


def test_the_file_may_say_more_of_the_issuer_that_is_named(monkeypatch) -> None:
    settings(monkeypatch, **NAMED, ISSUERS=json.dumps(SETTINGS))
    listed = {one.issuer: one for one in issuers._provided(bootstrap.platform)}
    assert listed.keys() == {CITY, STAFF}
    assert (listed[CITY].keeps_names, listed[STAFF].keeps_names) == (True, False)
    assert listed[CITY].reading.level == "acr"


def test_the_names_of_the_demonstration_are_listed_where_issuers_are_refused_them() -> None:
    from chalicelib.people.application.account_names import NOBODYS

    assert signin.PERSONAS.keys() <= NOBODYS
    staff = {signin.staff(r, one).account for r in DEPARTMENT_STAFF for one in signin.DEPARTMENTS}
    assert staff <= NOBODYS
