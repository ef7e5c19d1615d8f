"""Before anything is listened on: which hosts, whose tokens, and whether the demonstration."""

import json
import socket
from itertools import product
from pathlib import Path

import pytest

from chalicelib.serving import signin
from chalicelib.serving.starting import Asked, NotStarted, begin, is_loopback, resolved, url_of

LOOPBACK = ("127.0.0.1", "127.8.0.9", "::1", "localhost")
EVERYWHERE = "0.0.0.0"  # noqa: S104 - nothing is bound here
OUTSIDE = (EVERYWHERE, "::", "", "192.0.2.7", "2001:db8::7", "fe80::1", "hall.example", "0")
NAMES = {"localhost": "127.0.0.1", "hall.example": "198.51.100.4"}
FLAGS = ((False, False), (True, False), (False, True), (True, True))


@pytest.fixture(autouse=True)
def _names(monkeypatch):
    """Names stand for what they do everywhere; numbers are read as always."""
    real = socket.getaddrinfo

    def look(host, *arguments, **options):
        if host.endswith(".invalid"):
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return real(NAMES.get(host, host), *arguments, **options)

    monkeypatch.setattr(socket, "getaddrinfo", look)


@pytest.fixture
def provider(tmp_path) -> dict[str, str]:
    return {
        "BANJIAN_ISSUER": "https://id.city.example",
        "BANJIAN_AUDIENCE": "banjian",
        "BANJIAN_JWKS": json.dumps(signin.jwks(tmp_path)),
    }


@pytest.fixture
def providers(tmp_path) -> dict[str, str]:
    one = {"issuer": "https://id.city.example", "audience": "banjian"}
    keys = json.dumps(signin.jwks(tmp_path))
    return {"BANJIAN_ISSUERS": json.dumps({"issuer": [{**one, "jwks": keys}]})}


@pytest.mark.parametrize(("host", "flags"), [*product(LOOPBACK, FLAGS)])
def test_on_this_machine_everything_may_be_tried(host, flags):
    start = begin(Asked(host, *flags), {})
    assert is_loopback(start.address)
    assert start.local_sign_in
    assert start.demo == any(flags)


@pytest.mark.parametrize(("host", "flags"), [*product(OUTSIDE, FLAGS)])
def test_outside_nothing_is_shown_but_what_was_asked_for_by_its_name(host, flags):
    demo, public = flags
    if public:
        assert begin(Asked(host, demo, public), {}).demo
        return
    with pytest.raises(NotStarted, match="--public-demo") as refused:
        begin(Asked(host, demo), {})
    assert "can be reached from outside" in str(refused.value)
    assert demo or "BANJIAN_ISSUER" in str(refused.value)


@pytest.mark.parametrize(
    "setting",
    [
        {"BANJIAN_PUBLIC_URL": "https://banjian.city.example"},
        {"BANJIAN_TRUSTED_PROXIES": "127.0.0.1"},
    ],
)
def test_behind_a_proxy_this_machine_is_outside_as_well(setting):
    """Where a provider was forgotten, a green service would know invented people alone."""
    (name,) = setting
    for demo in (False, True):
        with pytest.raises(NotStarted, match=f"{name} says that others reach it"):
            begin(Asked("127.0.0.1", demo), setting)
    assert begin(Asked("127.0.0.1", public_demo=True), setting).demo


@pytest.mark.parametrize("own", ["http://127.0.0.1:8000", "http://localhost", "http://[::1]:80"])
def test_an_address_of_this_machine_says_nothing_of_others(own):
    assert begin(Asked("127.0.0.1"), {"BANJIAN_PUBLIC_URL": own}).local_sign_in


@pytest.mark.parametrize("host", [*LOOPBACK, *OUTSIDE])
@pytest.mark.parametrize("named", ["provider", "providers"])
def test_with_a_provider_nobody_else_signs_anybody_in(host, named, request):
    environ = request.getfixturevalue(named)
    start = begin(Asked(host), environ)
    assert not start.local_sign_in
    assert not start.demo
    for flags in FLAGS[1:]:
        with pytest.raises(NotStarted, match="signs its invented people in itself"):
            begin(Asked(host, *flags), environ)


def test_an_issuer_that_is_ours_by_its_name_is_no_provider(provider):
    """Else whoever has the data signs in as anybody, on a service that everybody reaches."""
    for name in (signin.ISSUER, "urn:banjian:own"):
        with pytest.raises(NotStarted, match="BANJIAN_ISSUER"):
            begin(Asked(EVERYWHERE), {**provider, "BANJIAN_ISSUER": name})


@pytest.mark.parametrize("gone", ["BANJIAN_ISSUER", "BANJIAN_AUDIENCE", "BANJIAN_JWKS"])
def test_half_a_provider_is_no_reason_to_sign_people_in_ourselves(provider, gone):
    del provider[gone]
    with pytest.raises(NotStarted, match=f"{gone} is not set"):
        begin(Asked("127.0.0.1"), provider)


def test_empty_variables_are_none():
    assert begin(Asked("127.0.0.1"), {"BANJIAN_ISSUER": "", "BANJIAN_ISSUERS": ""}).local_sign_in


def test_a_host_that_there_is_not_is_named():
    with pytest.raises(NotStarted, match=r"--host hall\.invalid: Name or service not known"):
        begin(Asked("hall.invalid"), {})


def test_what_is_listened_on_is_what_was_looked_at():
    """A name that stands for another address a moment later leads nowhere."""
    assert resolved("hall.example") == "198.51.100.4"
    assert resolved("") == EVERYWHERE
    assert begin(Asked("localhost"), {}).address == "127.0.0.1"


def test_where_nobody_is_named_it_is_told_who_is_good(provider):
    (told,) = begin(Asked("127.0.0.1"), {}).notes
    assert "invented people of `banjian token`" in told
    assert begin(Asked("127.0.0.1", demo=True), {}).notes == ()


def test_codes_that_lead_to_a_machine_are_told_of_before_one_is_printed(provider):
    (told,) = begin(Asked(EVERYWHERE), provider).notes
    assert told.startswith("BANJIAN_PUBLIC_URL is not set")
    named = {**provider, "BANJIAN_PUBLIC_URL": "https://banjian.city.example"}
    assert begin(Asked(EVERYWHERE), named).notes == ()


def test_all_mistakes_are_told_at_once(tmp_path: Path):
    environ = {
        "BANJIAN_CLAMD": "localhost",
        "BANJIAN_LIMITS": "much",
        "BANJIAN_DATA": str(tmp_path),
    }
    with pytest.raises(NotStarted) as refused:
        begin(Asked("127.0.0.1"), environ)
    told = str(refused.value).splitlines()
    assert [line.split()[0] for line in told[1:]] == ["BANJIAN_CLAMD", "BANJIAN_LIMITS"]


def test_addresses_of_ipv6_stand_in_brackets():
    assert url_of("::1", 80) == "http://[::1]:80"
    assert url_of("127.0.0.1", 80) == "http://127.0.0.1:80"
