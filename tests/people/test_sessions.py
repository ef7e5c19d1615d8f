"""A token of an identity provider is exchanged for ours: how long that may go on."""

import time
from typing import Any

import jwt
import pytest

from chalicelib.people.application import tokens
from chalicelib.serving import signin

from ..city import City


def exchanged(city: City, **claims: Any) -> dict[str, Any]:
    """The claims of our token for one of the provider's, of the same person."""
    given = signin.issue(city.data, signin.persona("citizen-zhang"))
    told = jwt.decode(given, options={"verify_signature": False})
    key = signin._key(city.data)
    header = {"typ": "at+jwt", "kid": signin.jwks(city.data)["keys"][0]["kid"]}
    token = jwt.encode({**told, **claims}, key, "ES256", header)
    sent = {"Authorization": f"Bearer {token}", "Idempotency-Key": "exchange-1"}
    with city.as_(None) as http:
        answer = http.post("/sign-in/token", json={}, headers=sent)
    assert answer.status_code == 200, answer.text
    ours = answer.json()["access_token"]
    return jwt.decode(ours, options={"verify_signature": False})


def test_the_session_begins_when_the_provider_says(city: City) -> None:
    began = int(time.time()) - 3600
    assert exchanged(city, auth_time=began)["auth_time"] == began


@pytest.mark.parametrize("told", [10**12, 10**40, "yesterday", True, 1.5])
def test_a_sign_in_still_to_come_is_that_of_the_token(city: City, told: Any) -> None:
    """Milliseconds instead of seconds would be renewed for ever."""
    now = int(time.time())
    assert now - 60 < exchanged(city, auth_time=told)["auth_time"] <= now + 60


def test_a_provider_vouches_by_its_level_and_by_no_claim_of_ours(city: City) -> None:
    told = exchanged(city, vouched=4, level=1)
    assert (told["level"], told[tokens.VOUCHED]) == (1, 1)


def test_no_other_hat_is_named_in_the_refusal_but_those_that_there_are(city: City) -> None:
    answer = city.post("citizen-zhang", "/sign-in/token", {"role": "clerk"})
    (error,) = answer.json()["errors"]
    assert (error["pointer"], error["message"]) == (
        "/role",
        "Must be one of: applicant, agent",
    )
