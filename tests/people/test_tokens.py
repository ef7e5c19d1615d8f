"""Tokens of our own: what they say, how long they last, who gets which."""

import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_der_public_key,
)
from jwt.algorithms import ECAlgorithm

from chalicelib.adapters.local.local_signer import LocalSigner
from chalicelib.eventlog.ports import Unavailable
from chalicelib.kernel.actor import APPLICANTS, Actor, Role
from chalicelib.kernel.errors import Invalid, NotAllowed
from chalicelib.people.application import accounts, claims, token_keys, tokens
from chalicelib.people.application.token_keys import TokensUnavailable
from chalicelib.people.application.tokens import Hat, Session
from chalicelib.people.domain.account import Ended
from chalicelib.people.domain.claim import Elsewhere
from chalicelib.platform.wechat import BadCode, WechatUser, openid_digest
from chalicelib.web.auth.errors import InvalidToken, NotEntitled
from chalicelib.web.auth.token_claims import CLAIMS
from chalicelib.web.auth.verifier import Trusted, Verifier

from .people import CLERK, COMPANY, LI, ZHANG, People, people


class Wechat:
    """Knows one user by each code."""

    def user(self, code: str) -> WechatUser:
        if code == "bad":
            raise BadCode
        return WechatUser(f"openid-{code}")


@pytest.fixture
def here(tmp_path: Path) -> People:
    made = people(tmp_path)
    made.clock[0] = datetime.now(UTC)  # the verifier has the real time
    made.platform = replace(made.platform, wechat=Wechat())
    return made


def since(here: People) -> int:
    return int(here.clock[0].timestamp())


def verifier(here: People, roles: frozenset[Role] = APPLICANTS) -> Verifier:
    ours = Trusted(
        token_keys.ISSUER,
        token_keys.AUDIENCE,
        token_keys.source(here.platform.token_signer),
        frozenset({token_keys.ALGORITHM}),
        roles,
    )
    return Verifier(ours)


def claimed(token: str) -> dict[str, Any]:
    read: dict[str, Any] = jwt.decode(token, options={"verify_signature": False})
    return read


def test_the_verifier_takes_what_was_issued_for_the_very_same_actor(here: People) -> None:
    for actor in (
        Actor(account="wx-1", role=Role.APPLICANT, level=2),
        Actor(account="wx-1", role=Role.AGENT, entity=COMPANY, level=4),
        Actor(account="wx-1", role=Role.AGENT),
    ):
        token = tokens.issue(here.platform, actor).access_token
        assert verifier(here).actor(f"Bearer {token}") == actor


def test_the_claims_have_the_names_that_the_verifier_looks_for(here: People) -> None:
    actor = Actor(account="wx-1", role=Role.AGENT, entity=COMPANY, level=3)
    read = claimed(tokens.issue(here.platform, actor).access_token)
    for field in ("account", "role", "entity", "level"):
        assert read[CLAIMS[field]] == getattr(actor, field)


def test_a_token_of_another_key_or_a_changed_one_is_refused(here: People, tmp_path: Path) -> None:
    stranger_key = LocalSigner(tmp_path / "stranger.pem")
    stranger = replace(here.platform, token_signer=lambda: stranger_key)
    actor = Actor(account="wx-1", role=Role.APPLICANT)
    token = tokens.issue(here.platform, actor).access_token
    head, _, signature = token.split(".")
    other = tokens.issue(here.platform, Actor(account="wx-2", role=Role.APPLICANT)).access_token
    for bad in (
        tokens.issue(stranger, actor).access_token,
        f"{head}.{other.split('.')[1]}.{signature}",
    ):
        with pytest.raises(InvalidToken):
            verifier(here).actor(f"Bearer {bad}")


def test_our_key_makes_nobody_a_clerk(here: People) -> None:
    token = tokens.issue(here.platform, CLERK).access_token
    with pytest.raises(NotEntitled):
        verifier(here).actor(f"Bearer {token}")


def test_where_no_key_was_set_up_no_token_is_issued_and_none_is_taken(here: People) -> None:
    token = tokens.issue(here.platform, Actor(account="wx-1", role=Role.APPLICANT)).access_token
    here.platform = replace(here.platform, token_signer=lambda: None)
    with pytest.raises(TokensUnavailable):
        tokens.issue(here.platform, Actor(account="wx-1", role=Role.APPLICANT))
    with pytest.raises(InvalidToken):
        verifier(here).actor(f"Bearer {token}")


class Gone:
    key_id, algorithm = "gone", "ecdsa-p256-sha256"

    def sign(self, _: bytes) -> bytes:
        raise Unavailable("KMS is gone")

    def public_key(self) -> bytes:
        raise Unavailable("KMS is gone")


def test_a_key_that_cannot_be_reached_is_told(here: People) -> None:
    gone = replace(here.platform, token_signer=Gone)
    with pytest.raises(TokensUnavailable, match="KMS is gone"):
        tokens.issue(gone, Actor(account="wx-1", role=Role.APPLICANT))
    with pytest.raises(TokensUnavailable):
        token_keys.jwks(Gone())
    with pytest.raises(OSError, match="KMS is gone"):
        token_keys.source(Gone)()


def test_a_key_on_another_curve_is_no_key_for_tokens(tmp_path: Path) -> None:

    public = ec.generate_private_key(ec.SECP384R1()).public_key()
    der = public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    signer = type("Signer", (), {"public_key": lambda _: der})()
    with pytest.raises(ValueError, match="P-256"):
        token_keys.jwk(signer)


def test_the_published_key_is_the_one_that_jwt_knows(tmp_path: Path) -> None:

    signer = LocalSigner(tmp_path / "tokens.pem")
    ours = token_keys.jwk(signer)
    public = load_der_public_key(signer.public_key())
    assert isinstance(public, ec.EllipticCurvePublicKey)
    theirs = ECAlgorithm.to_jwk(public, as_dict=True)
    assert {name: ours[name] for name in ("kty", "crv", "x", "y")} == theirs


# WeChat


def sign_in(here: People, code: str = "1") -> tokens.Token:
    return tokens.with_wechat(here.platform, code)


def test_the_first_sign_in_opens_an_account_and_the_second_finds_it(here: People) -> None:
    first, second = sign_in(here), sign_in(here)
    assert first.actor == second.actor
    assert (first.actor.level, first.actor.role) == (0, Role.APPLICANT)
    assert first.actor.account.startswith("wx-")
    head = here.platform.log.head()
    sign_in(here)
    assert here.platform.log.head() == head


def test_another_user_has_another_account_and_no_openid_is_kept(here: People) -> None:
    assert sign_in(here, "1").actor.account != sign_in(here, "2").actor.account
    stored = b"".join(one.body + one.stream.encode() for one in here.platform.log.read(0, 100))
    assert b"openid-1" not in stored


def test_the_token_has_the_level_that_was_proven(here: People) -> None:
    here.matched(sign_in(here).actor.account, ZHANG)
    assert sign_in(here).actor.level == 2


def test_a_wechat_user_that_was_bound_signs_in_to_that_account(here: People) -> None:
    here.matched("citizen", ZHANG)
    openid = openid_digest(here.platform, WechatUser("openid-1"))
    sign_in(here)  # an account that says nothing of anybody stands in nobody's way
    accounts.bind_wechat(here.platform, here.caller("citizen"), openid)
    assert sign_in(here).actor.account == "citizen"


def test_a_wechat_account_with_a_person_is_not_taken_over(here: People) -> None:
    here.matched(sign_in(here).actor.account, LI)
    here.matched("citizen", ZHANG)
    openid = openid_digest(here.platform, WechatUser("openid-1"))
    with pytest.raises(Elsewhere):
        accounts.bind_wechat(here.platform, here.caller("citizen"), openid)


def test_after_closing_the_same_user_gets_a_new_account(here: People) -> None:
    first = sign_in(here).actor.account
    accounts.close(here.platform, here.caller(first), None)
    second = sign_in(here).actor.account
    assert first != second
    assert sign_in(here).actor.account == second


def test_closing_that_died_before_letting_go_keeps_nobody_out(
    here: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = sign_in(here).actor.account
    monkeypatch.setattr(claims, "release", lambda *_: None)
    accounts.close(here.platform, here.caller(first), None)
    second = sign_in(here).actor.account
    assert first != second
    assert sign_in(here).actor.account == second


def test_a_bad_code_opens_nothing(here: People) -> None:
    with pytest.raises(BadCode):
        sign_in(here, "bad")
    assert here.platform.log.head() == 0


# Hats


def hat(here: People, who: Actor, told: Hat, vouched: int = 0) -> Actor:
    session = Session(since(here), vouched)
    return tokens.take_hat(here.platform, who, told, session).actor


def test_an_operator_takes_the_hat_of_the_company_and_puts_it_off(here: People) -> None:
    here.faced("li", LI)
    here.company()
    here.operator(CLERK, "li")
    agent = hat(here, accounts.citizen("li"), Hat(role="agent", entity=COMPANY))
    assert (agent.role, agent.entity, agent.level) == (Role.AGENT, COMPANY, 3)
    assert hat(here, agent, Hat()) == accounts.citizen("li", 3)


def test_who_is_no_operator_gets_no_hat(here: People) -> None:
    here.matched("li", LI)
    for told in (Hat(role="agent", entity=COMPANY), Hat(role="agent", entity="1" * 18)):
        with pytest.raises(NotAllowed):
            hat(here, accounts.citizen("li"), told)
    with pytest.raises(Invalid, match="agent"):
        hat(here, accounts.citizen("li"), Hat(entity=COMPANY))


def test_the_hat_of_an_agent_of_people_takes_a_proven_person(here: People) -> None:
    with pytest.raises(NotAllowed):
        hat(here, accounts.citizen("li"), Hat(role="agent"))
    here.matched("li", LI)
    assert hat(here, accounts.citizen("li"), Hat(role="agent")).entity is None


def test_staff_and_closed_accounts_get_none(here: People) -> None:
    with pytest.raises(NotAllowed):
        hat(here, CLERK, Hat())
    here.matched("li", LI)
    accounts.close(here.platform, here.caller("li"), None)
    with pytest.raises(NotAllowed, match="closed"):
        hat(here, accounts.citizen("li"), Hat())
    with pytest.raises(Ended):
        accounts.register(here.platform, here.caller("li"), LI)


def test_the_level_is_that_of_now_or_what_the_provider_vouches_for(here: People) -> None:
    old = accounts.citizen("li", 4)  # what the token at hand says is not asked
    assert hat(here, old, Hat()).level == 0
    assert hat(here, old, Hat(), vouched=3).level == 3
    here.seen("li", LI)
    assert hat(here, old, Hat(), vouched=3).level == 4


def test_a_token_is_renewed_until_its_sign_in_is_too_old(here: People) -> None:
    now = since(here)
    session = int(tokens.SESSION.total_seconds())
    for age, lasts in ((0, 1800), (session - 60, 60)):
        token = tokens.take_hat(here.platform, accounts.citizen("li"), Hat(), Session(now - age))
        read = claimed(token.access_token)
        assert token.expires_in == read["exp"] - read["iat"] == lasts
        assert read["auth_time"] == now - age
    with pytest.raises(tokens.SessionOver):
        tokens.take_hat(here.platform, accounts.citizen("li"), Hat(), Session(now - session))


def test_a_token_that_is_over_is_refused(here: People) -> None:
    here.clock[0] = datetime.fromtimestamp(time.time() - 1900, UTC)
    token = tokens.issue(here.platform, Actor(account="wx-1", role=Role.APPLICANT)).access_token
    with pytest.raises(InvalidToken):
        verifier(here).actor(f"Bearer {token}")
