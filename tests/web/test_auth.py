import base64
import hashlib
import hmac
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import jwt
import pytest
from chalice.app import Request
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from chalicelib.kernel.actor import Actor, Role
from chalicelib.platform.duty import NotSeparated
from chalicelib.web.auth import errors as auth_errors
from chalicelib.web.auth import keys
from chalicelib.web.auth import verifier as auth
from chalicelib.web.auth.errors import InvalidToken, NotEntitled, Unauthenticated
from chalicelib.web.auth.verifier import Trusted, Verifier

NOW = 1_790_000_000.0
ISSUER, AUDIENCE = "https://sign-in.example", "banjian"
EC_KEY = ec.generate_private_key(ec.SECP256R1())
OTHER_EC_KEY = ec.generate_private_key(ec.SECP256R1())
RSA_KEY = rsa.generate_private_key(65537, 2048)


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> float:
        return self.now


class Source:
    """A JWK set that can change, fail, and counts how often it is asked."""

    def __init__(self, *listed: dict[str, Any]) -> None:
        self.listed, self.asked, self.failing = list(listed), 0, False

    def __call__(self) -> dict[str, Any]:
        self.asked += 1
        if self.failing:
            raise OSError("no route to the identity provider")
        return {"keys": self.listed}


def a_jwk(private: Any, kid: str = "one", **members: Any) -> dict[str, Any]:
    kind: Any = jwt.algorithms.ECAlgorithm
    if isinstance(private, rsa.RSAPrivateKey):
        kind = jwt.algorithms.RSAAlgorithm
    return {**json.loads(kind.to_jwk(private.public_key())), "kid": kid, **members}


def claims(**changes: Any) -> dict[str, Any]:
    every = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": "citizen-zhang",
        "iat": NOW,
        "exp": NOW + 3600,
        "role": "applicant",
        **changes,
    }
    return {name: value for name, value in every.items() if value is not None}


def a_token(
    content: dict[str, Any] | None = None,
    private: Any = EC_KEY,
    algorithm: str = "ES256",
    **header: Any,
) -> str:
    fields = {"kid": "one", "typ": "at+jwt", **header}
    if fields["kid"] is None:
        del fields["kid"]
    return jwt.encode(content or claims(), private, algorithm, headers=fields)


def by_hand(header: dict[str, Any], content: dict[str, Any], secret: bytes = b"") -> str:
    def part(raw: bytes) -> str:
        return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()

    signed = f"{part(json.dumps(header).encode())}.{part(json.dumps(content).encode())}"
    signature = hmac.new(secret, signed.encode(), hashlib.sha256).digest() if secret else b"\0"
    return f"{signed}.{part(signature)}"


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def source():
    return Source(a_jwk(EC_KEY))


@pytest.fixture
def verifier(source, clock):
    return Verifier(Trusted(ISSUER, AUDIENCE, source), clock=clock)


def accepted(verifier: Verifier, token: str) -> Actor:
    return verifier.actor(f"Bearer {token}")


def assert_refused(verifier: Verifier, token: str) -> None:
    with pytest.raises(InvalidToken) as caught:
        accepted(verifier, token)
    assert str(caught.value) == "the token is not valid"


def test_a_good_token_gives_the_actor_of_its_claims(verifier):
    token = a_token(
        claims(
            sub="reviewer-liu",
            role="reviewer",
            department="440800-housing",
            division="440800",
            level=4,
            name="刘某",
        )
    )
    assert accepted(verifier, token) == Actor(
        account="reviewer-liu",
        role=Role.REVIEWER,
        department="440800-housing",
        division="440800",
        level=4,
    )


def test_an_agent_acts_for_the_company_that_the_token_names(verifier):
    token = a_token(claims(role="agent", entity="91440800MA5EXAMP0X"))
    assert accepted(verifier, token).entity == "91440800MA5EXAMP0X"


def test_an_rs256_token_is_good_too(clock):
    verifier = Verifier(Trusted(ISSUER, AUDIENCE, Source(a_jwk(RSA_KEY))), clock=clock)
    token = a_token(private=RSA_KEY, algorithm="RS256")
    assert accepted(verifier, token).account == "citizen-zhang"


@pytest.mark.parametrize("header", [None, "", "Bearer", "Bearer ", "Basic eA==", "Bearerx y"])
def test_a_request_without_a_bearer_token_is_unauthenticated(verifier, header):
    with pytest.raises(Unauthenticated):
        verifier.actor(header)


def test_the_scheme_is_read_in_any_case(verifier):
    assert verifier.actor(f"bEARER  {a_token()} ").account == "citizen-zhang"


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"exp": NOW - 31}, "expired beyond the leeway"),
        ({"nbf": NOW + 31}, "not valid yet"),
        ({"iat": NOW + 31}, "issued in the future"),
        ({"iat": NOW + 31, "nbf": NOW}, "issued after it began"),
        ({"aud": "another"}, "for somebody else"),
        ({"aud": ["another", "third"]}, "for others"),
        ({"aud": []}, "for nobody"),
        ({"iss": "https://evil.example"}, "of another issuer"),
        ({"iss": ISSUER + "/"}, "of nearly the same issuer"),
        ({"exp": "1890000000"}, "a time as text"),
        ({"iat": True}, "a time that is true"),
        ({"exp": 1e300}, "a time beyond all reason"),
        ({"nbf": "soon"}, "a time in words"),
        ({"sub": 5}, "an account that is a number"),
        *[({name: None}, f"no {name}") for name in (*auth.REQUIRED, "aud", "sub")],
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_token_is_refused_for_its_claims(verifier, changes, why):
    assert_refused(verifier, a_token(claims(**changes)))


def test_a_time_that_is_not_a_number_is_refused(verifier):
    assert_refused(verifier, a_token(claims(exp=float("nan"))))
    assert_refused(verifier, a_token(claims(exp=float("inf"))))


@pytest.mark.parametrize("changes", [{"exp": NOW - 29}, {"nbf": NOW + 29}, {"iat": NOW + 29}])
def test_clocks_may_differ_by_half_a_minute(verifier, changes):
    assert accepted(verifier, a_token(claims(**changes)))


def test_the_audience_may_be_one_of_several(verifier):
    assert accepted(verifier, a_token(claims(aud=["other", AUDIENCE])))


def test_hs256_signed_with_the_public_key_is_refused(clock):
    for private, pair in ((EC_KEY, "ES256"), (RSA_KEY, "RS256")):
        verifier = Verifier(Trusted(ISSUER, AUDIENCE, Source(a_jwk(private))), clock=clock)
        public = private.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        header = {"alg": "HS256", "typ": "at+jwt", "kid": "one"}
        assert_refused(verifier, by_hand(header, claims(), public))
        assert_refused(verifier, by_hand({**header, "alg": pair}, claims(), public))


@pytest.mark.parametrize("algorithm", ["none", "None", "NONE", "", None, 5, ["ES256"]])
def test_an_unsigned_token_is_refused(verifier, algorithm):
    assert_refused(verifier, by_hand({"alg": algorithm, "typ": "at+jwt", "kid": "one"}, claims()))


def test_an_unsigned_token_with_no_third_part_is_refused(verifier):
    token = by_hand({"alg": "none", "typ": "at+jwt", "kid": "one"}, claims())
    assert_refused(verifier, token.rpartition(".")[0] + ".")


def test_a_key_serves_its_own_algorithm_only(clock):
    verifier = Verifier(
        Trusted(ISSUER, AUDIENCE, Source(a_jwk(RSA_KEY), a_jwk(EC_KEY, "two"))), clock=clock
    )
    assert_refused(verifier, a_token(private=RSA_KEY, algorithm="RS512"))
    assert_refused(verifier, a_token(private=RSA_KEY, algorithm="PS256"))
    assert_refused(verifier, a_token(private=RSA_KEY, algorithm="RS256", kid="two"))
    assert_refused(verifier, a_token(private=EC_KEY, algorithm="ES256", kid="one"))


@pytest.mark.parametrize(
    "jwk",
    [
        a_jwk(RSA_KEY, alg="PS256"),
        a_jwk(RSA_KEY, alg="HS256"),
        a_jwk(RSA_KEY, use="enc"),
        a_jwk(RSA_KEY, key_ops=["encrypt"]),
        a_jwk(RSA_KEY, n="AQAB"),
        a_jwk(rsa.generate_private_key(65537, 1024)),  # noqa: S505  # to be refused
        a_jwk(EC_KEY, x="AQ"),
        a_jwk(EC_KEY, x=5),
        a_jwk(ec.generate_private_key(ec.SECP384R1())),
        {"kty": "oct", "k": "c2VjcmV0", "kid": "one"},
        {"kty": "OKP", "crv": "Ed25519", "x": "AQ", "kid": "one"},
        {name: value for name, value in a_jwk(EC_KEY).items() if name != "kid"},
        "one",
        None,
    ],
)
def test_a_key_of_no_use_is_left_out_and_the_others_serve(jwk):
    assert list(keys.parsed({"keys": [jwk, a_jwk(EC_KEY, "two")]}, {})) == ["two"]


def test_a_private_key_in_a_public_set_is_not_held():
    private = json.loads(jwt.algorithms.ECAlgorithm.to_jwk(EC_KEY))
    (key,) = keys.parsed({"keys": [{**private, "kid": "one"}]}, {}).values()
    assert isinstance(key.public, ec.EllipticCurvePublicKey)
    assert "d" not in key.source


def test_of_two_keys_with_one_id_the_first_counts(clock):
    source = Source(a_jwk(EC_KEY), a_jwk(OTHER_EC_KEY))
    verifier = Verifier(Trusted(ISSUER, AUDIENCE, source), clock=clock)
    assert accepted(verifier, a_token())
    assert_refused(verifier, a_token(private=OTHER_EC_KEY))


def test_a_token_of_an_unknown_key_is_refused(verifier):
    assert_refused(verifier, a_token(kid="elsewhere"))


def test_a_token_of_a_key_with_a_known_id_but_another_secret_is_refused(verifier):
    assert_refused(verifier, a_token(private=OTHER_EC_KEY))


def test_a_key_that_the_token_brings_along_is_not_used(verifier):
    own = a_jwk(OTHER_EC_KEY)
    assert_refused(verifier, a_token(private=OTHER_EC_KEY, jwk=own))
    assert_refused(verifier, a_token(private=OTHER_EC_KEY, jku="https://evil.example/keys"))


@pytest.mark.parametrize("header", [{"typ": "secevent+jwt"}, {"kid": None}, {"crit": ["b64"]}])
def test_a_token_is_refused_for_its_header(verifier, header):
    assert_refused(verifier, a_token(**header))


@pytest.mark.parametrize("kind", ["JWT", "jwt", "at+jwt", "application/at+jwt"])
def test_access_tokens_and_plain_ones_are_taken(verifier, kind):
    assert accepted(verifier, a_token(typ=kind))


def test_any_truncated_token_is_refused(verifier):
    token = a_token()
    for length in range(1, len(token), 7):
        assert_refused(verifier, token[:length])


def test_a_changed_token_is_refused(verifier):
    head, body, signature = a_token().split(".")
    changed = base64.urlsafe_b64encode(json.dumps(claims(sub="citizen-wang")).encode())
    assert_refused(verifier, f"{head}.{changed.rstrip(b'=').decode()}.{signature}")
    assert_refused(verifier, f"{head}.{body}.{signature[:10]}{'A' * (len(signature) - 10)}")


@pytest.mark.parametrize(
    "token", ["a", "a.b", "..", "a.b.c", "a.b.c.d", "a.b.c d", "é.é.é", "a\n.b.c"]
)
def test_what_is_no_token_is_refused(verifier, token):
    assert_refused(verifier, token)


def test_a_header_that_nests_without_end_is_refused(verifier):
    deep = base64.urlsafe_b64encode(b'{"a":' + b"[" * 3000).rstrip(b"=").decode()
    assert_refused(verifier, f"{deep}.e30.AA")


def test_a_huge_token_is_refused_before_it_is_parsed(verifier, monkeypatch):
    def parse(*_):
        raise AssertionError("it was parsed")

    monkeypatch.setattr(jwt, "get_unverified_header", parse)
    token = a_token(claims(padding="x" * 8192))
    assert len(token) > auth.MAX_TOKEN
    assert_refused(verifier, token)


def test_a_large_token_is_still_taken(verifier):
    token = a_token(claims(padding="x" * 5000))
    assert 6000 < len(token) <= auth.MAX_TOKEN
    assert accepted(verifier, token)


@pytest.mark.parametrize("role", ["clerk", "reviewer", "approver"])
def test_staff_of_a_department_must_name_it(verifier, role):
    with pytest.raises(NotEntitled):
        accepted(verifier, a_token(claims(role=role)))
    assert accepted(verifier, a_token(claims(role=role, department="440800-hall")))


@pytest.mark.parametrize(
    "changes",
    [
        {"role": None},
        {"role": "mayor"},
        {"role": "system"},
        {"role": ["applicant"]},
        {"level": 5},
        {"level": "high"},
        {"division": "Zhanjiang"},
        {"entity": "short"},
        {"sub": "no spaces allowed"},
        {"sub": ""},
    ],
)
def test_claims_that_make_no_actor_give_no_entry(verifier, changes):
    with pytest.raises(NotEntitled):
        accepted(verifier, a_token(claims(**changes)))


def test_a_known_token_is_not_verified_again(verifier, monkeypatch):
    token = a_token()
    first = accepted(verifier, token)
    monkeypatch.setattr(jwt, "decode", None)
    assert accepted(verifier, token) is first


def test_a_known_token_is_refused_once_it_has_expired(verifier, clock):
    token = a_token(claims(exp=NOW + 100))
    accepted(verifier, token)
    clock.now = NOW + 129
    assert accepted(verifier, token)
    clock.now = NOW + 130
    assert_refused(verifier, token)


def test_a_known_token_past_its_expiry_is_verified_anew_for_the_leeway(
    verifier, clock, monkeypatch
):
    token = a_token(claims(exp=NOW + 100))
    accepted(verifier, token)
    clock.now = NOW + 100
    monkeypatch.setattr(jwt, "decode", lambda *_, **__: claims(exp=NOW))
    assert_refused(verifier, token)


def test_a_known_token_is_refused_within_a_minute_of_its_keys_removal(verifier, source, clock):
    token = a_token()
    accepted(verifier, token)
    source.listed = [a_jwk(OTHER_EC_KEY, "two")]
    clock.now = NOW + 60
    assert_refused(verifier, token)
    assert accepted(verifier, a_token(private=OTHER_EC_KEY, kid="two"))


def test_a_known_token_is_refused_when_its_key_id_passes_to_another_key(verifier, source, clock):
    token = a_token()
    accepted(verifier, token)
    source.listed = [a_jwk(OTHER_EC_KEY)]
    clock.now = NOW + 60
    assert_refused(verifier, token)


def test_a_known_token_stays_known_over_a_refresh_that_changes_nothing(
    verifier, source, clock, monkeypatch
):
    token = a_token()
    accepted(verifier, token)
    monkeypatch.setattr(jwt, "decode", None)
    clock.now = NOW + 61
    assert accepted(verifier, token)
    assert source.asked == 2


def test_a_clock_that_was_set_back_keeps_no_removed_key(verifier, source, clock):
    token = a_token()
    accepted(verifier, token)
    source.listed = []
    clock.now = NOW - 20
    assert_refused(verifier, token)


def test_a_flood_of_key_ids_makes_us_ask_every_five_seconds_at_most(verifier, source, clock):
    for tenth in range(1200):
        clock.now = NOW + tenth / 10
        assert_refused(verifier, a_token(claims(iat=NOW, jti=str(tenth)), kid=f"k{tenth}"))
    assert source.asked <= 2 + 120 / keys.COOLDOWN


def test_a_flood_within_a_moment_makes_us_ask_once_more(verifier, source):
    accepted(verifier, a_token())
    for number in range(500):
        assert_refused(verifier, a_token(kid=f"k{number}"))
    assert source.asked == 2


def test_a_key_that_was_published_a_second_ago_is_known_at_once(verifier, source, clock):
    accepted(verifier, a_token())
    clock.now = NOW + 1
    source.listed.append(a_jwk(OTHER_EC_KEY, "two"))
    assert accepted(verifier, a_token(private=OTHER_EC_KEY, kid="two"))
    assert source.asked == 2


def test_in_a_flood_a_new_key_is_known_once_the_cooldown_is_over(verifier, source, clock):
    accepted(verifier, a_token())
    assert_refused(verifier, a_token(kid="made up"))
    source.listed.append(a_jwk(OTHER_EC_KEY, "two"))
    token = a_token(private=OTHER_EC_KEY, kid="two")
    assert_refused(verifier, token)
    clock.now = NOW + keys.COOLDOWN
    assert accepted(verifier, token)


def test_made_up_key_ids_hold_up_a_few_threads_of_a_slow_provider_and_no_known_key(clock):
    held, asked = threading.Event(), threading.Event()
    answers = [{"keys": [a_jwk(EC_KEY)]}]

    def source():
        if answers:
            return answers.pop()
        asked.set()
        held.wait(5)
        return {"keys": [a_jwk(EC_KEY)]}

    found = keys.Keys(source, clock)
    assert found.find("one")
    turned_away = []

    def ask(number: int) -> None:
        try:
            found.find(f"made up {number}")
        except keys.KeysUnavailable:
            turned_away.append(number)

    first = threading.Thread(target=ask, args=(0,))
    first.start()
    assert asked.wait(5)
    others = [threading.Thread(target=ask, args=(number,)) for number in range(1, 16)]
    for one in others:
        one.start()
    while len(turned_away) < 16 - keys.WAITING:
        time.sleep(0.001)
    assert found.find("one")
    held.set()
    for one in (first, *others):
        one.join()
    assert len(turned_away) == 16 - keys.WAITING


def test_the_last_good_keys_serve_while_the_source_fails_but_not_for_ever(verifier, source, clock):
    accepted(verifier, a_token())
    source.failing = True
    clock.now = NOW + 3600
    assert accepted(verifier, a_token(claims(exp=NOW + 9000)))
    clock.now = NOW + 3601
    with pytest.raises(keys.KeysUnavailable):
        accepted(verifier, a_token(claims(exp=NOW + 9000)))


def test_keys_that_could_not_be_had_are_asked_for_again_soon(verifier, source, clock):
    source.failing = True
    for second in range(10):
        clock.now = NOW + second
        with pytest.raises(keys.KeysUnavailable):
            accepted(verifier, a_token())
    assert source.asked == 1
    source.failing = False
    clock.now = NOW + 10
    assert accepted(verifier, a_token())


@pytest.mark.parametrize("answer", [[], {}, {"keys": {}}, {"keys": None}, "keys", None])
def test_what_is_no_key_set_does_not_replace_the_keys_we_have(clock, answer):
    answers: list[Any] = [{"keys": [a_jwk(EC_KEY)]}, answer]
    verifier = Verifier(Trusted(ISSUER, AUDIENCE, lambda: answers.pop(0)), clock=clock)
    accepted(verifier, a_token())
    clock.now = NOW + 60
    assert accepted(verifier, a_token())
    assert answers == []


def test_an_empty_key_set_removes_every_key(verifier, source, clock):
    accepted(verifier, a_token())
    source.listed = []
    clock.now = NOW + 60
    assert_refused(verifier, a_token())


def test_the_tokens_remembered_are_bounded_and_the_oldest_goes_first(verifier, monkeypatch):
    monkeypatch.setattr(auth, "CACHED_TOKENS", 2)
    tokens = [a_token(claims(jti=str(number))) for number in range(3)]
    for token in (*tokens[:2], tokens[0], tokens[2]):
        accepted(verifier, token)
    assert len(verifier._seen) == 2
    monkeypatch.setattr(jwt, "decode", None)
    assert accepted(verifier, tokens[0])
    with pytest.raises(TypeError):
        accepted(verifier, tokens[1])


def test_a_failing_source_holds_up_only_the_thread_that_asks(clock):
    held, asked = threading.Event(), threading.Event()
    answers = [{"keys": [a_jwk(EC_KEY)]}]

    def source():
        if answers:
            return answers.pop()
        asked.set()
        held.wait(5)
        raise OSError("no route")

    found = keys.Keys(source, clock)
    assert found.find("one")
    clock.now = NOW + 60
    held.set()
    assert found.find("one")
    held.clear()
    asked.clear()
    clock.now = NOW + 120
    slow = threading.Thread(target=found.find, args=("one",))
    slow.start()
    assert asked.wait(5)
    assert found.find("one")
    assert slow.is_alive()
    held.set()
    slow.join()


def test_sixteen_threads_agree_and_the_source_is_asked_once(clock):
    source = Source(a_jwk(EC_KEY))

    def slowly():
        time.sleep(0.05)
        return source()

    verifier = Verifier(Trusted(ISSUER, AUDIENCE, slowly), clock=clock)
    tokens = [a_token(claims(sub=f"account-{number}")) for number in range(16)]
    seen: list[tuple[str, str]] = []

    def call(number: int) -> None:
        seen.extend(
            (f"account-{n % 16}", accepted(verifier, tokens[n % 16]).account)
            for n in range(number, number + 50)
        )

    threads = [threading.Thread(target=call, args=(number,)) for number in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(seen) == 800
    assert all(expected == got for expected, got in seen)
    assert source.asked == 1


# Several roles


def with_roles(*roles: Any, **more: Any) -> str:
    return a_token(
        claims(**{"role": None, "roles": list(roles), "department": "440800-hall", **more})
    )


def acting(verifier: Verifier, token: str, role: str | None = None) -> Role:
    return verifier.actor(f"Bearer {token}", role).role


def test_the_only_role_of_a_list_acts(verifier):
    assert acting(verifier, with_roles("clerk")) is Role.CLERK


def test_roles_of_other_systems_are_passed_over(verifier):
    assert acting(verifier, with_roles("offline_access", "clerk", 7, None)) is Role.CLERK


def test_who_has_several_roles_names_one(verifier):
    token = with_roles("clerk", "reviewer")
    with pytest.raises(auth_errors.RoleUnnamed):
        acting(verifier, token)
    assert acting(verifier, token, "reviewer") is Role.REVIEWER
    assert acting(verifier, token, "clerk") is Role.CLERK
    with pytest.raises(auth_errors.RoleUnnamed):
        acting(verifier, token)


def test_the_token_may_name_it_and_the_request_another_of_them(verifier):
    token = with_roles("clerk", "reviewer", role="clerk")
    assert acting(verifier, token) is Role.CLERK
    assert acting(verifier, token, "reviewer") is Role.REVIEWER


@pytest.mark.parametrize("named", ["approver", "system", "mayor", "", "Clerk", "clerk,reviewer"])
def test_a_role_that_the_token_does_not_give_cannot_be_named(verifier, named):
    with pytest.raises(NotEntitled):
        acting(verifier, with_roles("clerk", "reviewer"), named)
    with pytest.raises(NotEntitled):
        acting(verifier, a_token(claims(role="clerk", department="440800-hall")), named)


def test_a_role_that_was_not_named_and_one_that_is_empty_are_not_the_same(verifier):
    token = a_token()
    assert acting(verifier, token) is Role.APPLICANT
    with pytest.raises(NotEntitled):
        acting(verifier, token, "")


@pytest.mark.parametrize("roles", [[], ["mayor"], "clerk", {"clerk": True}])
def test_a_list_without_a_role_of_ours_gives_no_entry(verifier, roles):
    with pytest.raises(NotEntitled):
        acting(verifier, a_token(claims(role=None, roles=roles)))


def test_nobody_names_the_platform_itself(verifier):
    with pytest.raises(NotEntitled):
        acting(verifier, with_roles("clerk", "system"), "system")


DUTIES = ["system_administrator", "security_administrator", "auditor"]


@pytest.mark.parametrize("pair", [(a, b) for a in DUTIES for b in DUTIES if a < b], ids=str)
@pytest.mark.parametrize("named", [None, "first", "clerk"])
def test_two_administrative_duties_in_one_token_are_refused_whatever_it_acts_in(
    verifier, pair, named
):
    acts = pair[0] if named == "first" else named
    for token in (with_roles(*pair, "clerk"), with_roles(pair[1], "clerk", role=pair[0])):
        with pytest.raises(NotSeparated):
            acting(verifier, token, acts)


@pytest.mark.parametrize("duty", DUTIES)
def test_one_of_them_beside_another_role_is_taken(verifier, duty):
    assert acting(verifier, with_roles(duty, "clerk"), duty) == duty


# Several issuers

OWN = "urn:banjian"
OWN_AUDIENCE = "banjian-itself"


@pytest.fixture
def both(source, clock):
    own = Trusted(OWN, OWN_AUDIENCE, Source(a_jwk(OTHER_EC_KEY)), frozenset({"ES256"}))
    return Verifier(Trusted(ISSUER, AUDIENCE, source), own, clock=clock)


def own_token(private: Any = OTHER_EC_KEY, algorithm: str = "ES256", **changes: Any) -> str:
    return a_token(claims(**{"iss": OWN, "aud": OWN_AUDIENCE, **changes}), private, algorithm)


def test_each_issuers_tokens_are_taken_with_its_own_key(both):
    """Both keys have the id `one`: which is meant follows from the issuer."""
    assert accepted(both, a_token()).account == "citizen-zhang"
    assert accepted(both, own_token(sub="wx-7")).account == "wx-7"


def test_a_token_of_one_issuer_signed_with_the_others_key_is_refused(both):
    assert_refused(both, a_token(private=OTHER_EC_KEY))
    assert_refused(both, own_token(EC_KEY))


def test_a_token_for_the_others_audience_is_refused(both):
    assert_refused(both, own_token(aud=AUDIENCE))
    assert_refused(both, a_token(claims(aud=OWN_AUDIENCE)))


def test_an_issuer_serves_its_own_algorithms_only(clock):
    own = Trusted(OWN, OWN_AUDIENCE, Source(a_jwk(RSA_KEY)), frozenset({"ES256"}))
    verifier = Verifier(Trusted(ISSUER, AUDIENCE, Source(a_jwk(RSA_KEY))), own, clock=clock)
    assert accepted(verifier, a_token(private=RSA_KEY, algorithm="RS256"))
    assert_refused(verifier, own_token(RSA_KEY, "RS256"))


@pytest.mark.parametrize(
    "issuer", ["", None, 7, [OWN], f"{OWN}/", OWN.upper(), "https://c.example"]
)
def test_a_token_of_no_issuer_that_is_trusted_is_refused_and_nobodys_keys_are_asked_for(
    both, source, issuer
):
    header = {"alg": "ES256", "typ": "at+jwt", "kid": "one"}
    assert_refused(both, by_hand(header, claims(iss=issuer, aud=OWN_AUDIENCE)))
    assert source.asked == 0


def test_the_keys_of_one_issuer_that_cannot_be_had_hold_up_its_own_tokens_only(source, clock):
    lost = Source()
    lost.failing = True
    own = Trusted(OWN, OWN_AUDIENCE, lost)
    verifier = Verifier(Trusted(ISSUER, AUDIENCE, source), own, clock=clock)
    assert accepted(verifier, a_token())
    with pytest.raises(keys.KeysUnavailable):
        accepted(verifier, own_token())


def test_a_known_token_is_refused_when_its_issuers_key_is_removed(both, source, clock):
    accepted(both, a_token())
    source.listed = []
    clock.now = NOW + 60
    assert_refused(both, a_token())
    assert accepted(both, own_token())


def test_an_issuer_gives_the_roles_that_it_may_and_no_others(source, clock):
    own_keys = Source(a_jwk(OTHER_EC_KEY))
    own = Trusted(OWN, OWN_AUDIENCE, own_keys, roles=frozenset({Role.APPLICANT}))
    verifier = Verifier(Trusted(ISSUER, AUDIENCE, source), own, clock=clock)
    assert accepted(verifier, own_token()).role is Role.APPLICANT
    for more in ({"role": "auditor"}, {"role": "clerk", "department": "440800-hall"}):
        with pytest.raises(NotEntitled):
            accepted(verifier, own_token(**more))
        assert accepted(verifier, a_token(claims(**more)))


def test_two_issuers_of_one_name_are_a_mistake(source):
    with pytest.raises(ValueError, match="one name"):
        Verifier(Trusted(ISSUER, AUDIENCE, source), Trusted(ISSUER, "other", source))


@pytest.mark.parametrize("content", [b"", b"[]", b'"iss"', b"{", b"\xff", b"[" * 3000])
def test_claims_that_do_not_parse_are_refused(verifier, content):
    head = a_token().split(".")[0]
    body = base64.urlsafe_b64encode(content).rstrip(b"=").decode() or "e"
    assert_refused(verifier, f"{head}.{body}.AA")


def a_request():
    return Request(
        {
            "requestContext": {"httpMethod": "GET", "resourcePath": "/", "path": "/"},
            "headers": {},
            "multiValueQueryStringParameters": None,
            "pathParameters": {},
            "stageVariables": {},
            "body": None,
        }
    )


@pytest.mark.parametrize(
    ("error", "status", "code", "challenge"),
    [
        (Unauthenticated("x"), 401, "unauthenticated", "Bearer"),
        (InvalidToken("x"), 401, "invalid-token", 'Bearer error="invalid_token"'),
        (NotEntitled("x"), 403, "forbidden", None),
        (auth_errors.RoleUnnamed("x"), 403, "role-required", None),
        (keys.KeysUnavailable("x"), 503, "sign-in-unavailable", None),
    ],
)
def test_each_refusal_has_its_status_and_challenge(error, status, code, challenge):
    response = auth_errors.refusal(error, a_request())
    assert response.status_code == status
    assert json.loads(response.body)["code"] == code
    assert response.headers.get("WWW-Authenticate") == challenge
    assert "x" not in json.loads(response.body)["detail"]


class _Provider(BaseHTTPRequestHandler):
    def do_GET(self):
        found = self.path == "/keys?v=1"
        self.send_response(200 if found else 302)
        if not found:
            self.send_header("Location", "/keys?v=1")
        body = json.dumps({"keys": [a_jwk(EC_KEY)]}).encode() if found else b""
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@pytest.fixture
def provider():
    server = HTTPServer(("127.0.0.1", 0), _Provider)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_keys_come_from_an_address(provider):
    assert keys.key_source(f"{provider}/keys?v=1")()["keys"][0]["kid"] == "one"


def test_a_redirect_is_not_followed(provider):
    with pytest.raises(OSError, match="answered 302"):
        keys.key_source(f"{provider}/moved")()


def test_an_address_that_does_not_answer_is_an_error_of_the_source():
    with pytest.raises(OSError, match="refused"):
        keys.key_source("http://127.0.0.1:9/keys")()


@pytest.mark.parametrize(
    "address",
    ["http://sign-in.example/keys", "http://10.0.0.1/keys", "ftp://localhost/keys", "https:///k"],
)
def test_keys_must_not_come_over_an_open_line(address):
    with pytest.raises(ValueError, match="over https"):
        keys.key_source(address)


@pytest.mark.parametrize(
    "address", ["https://a.example/k", "http://localhost:1/k", "http://[::1]/k", "http://127.9.9.9"]
)
def test_https_and_this_machine_are_fine(address):
    assert callable(keys.key_source(address))


def test_keys_come_from_a_file_or_a_setting(tmp_path):
    text = json.dumps({"keys": [a_jwk(EC_KEY)]})
    (tmp_path / "keys.json").write_text(text)
    for where in (text, str(tmp_path / "keys.json")):
        assert keys.key_source(where)()["keys"][0]["kid"] == "one"


def test_a_key_set_of_more_than_a_megabyte_is_refused(tmp_path):
    (tmp_path / "keys.json").write_text(json.dumps({"keys": [], "x": "x" * keys.MAX_JWKS}))
    with pytest.raises(ValueError, match="more than"):
        keys.key_source(str(tmp_path / "keys.json"))()
