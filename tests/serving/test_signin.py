import os
import subprocess
import sys
from datetime import timedelta

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from stdnum.cn import uscc

from chalicelib import bootstrap
from chalicelib.kernel.actor import DEPARTMENT_STAFF, Actor, Role
from chalicelib.serving import signin
from chalicelib.web.auth.errors import InvalidToken
from chalicelib.web.auth.verifier import Trusted, Verifier

NOW = 1_790_000_000.0


def verifier(data):
    return Verifier(
        Trusted(signin.ISSUER, signin.AUDIENCE, lambda: signin.jwks(data)), clock=lambda: NOW
    )


@pytest.mark.parametrize("who", signin.PERSONAS.values(), ids=signin.PERSONAS)
def test_everyone_can_sign_in_as_who_they_are(tmp_path, who):
    token = signin.issue(tmp_path, who, now=NOW)
    assert verifier(tmp_path).actor(f"Bearer {token}") == Actor(
        account=who.account,
        role=who.role,
        department=who.department,
        division=who.division,
        entity=who.entity,
        level=who.level,
    )


def test_there_is_somebody_for_every_role_but_the_platform_itself():
    assert {each.role for each in signin.PERSONAS.values()} == set(Role) - {Role.SYSTEM}


def test_reviewers_come_from_three_departments_and_staff_from_known_ones():
    people = signin.PERSONAS.values()
    assert len({each.department for each in people if each.role is Role.REVIEWER}) == 3
    staff = [each for each in people if each.role in DEPARTMENT_STAFF]
    assert {each.department for each in staff} <= set(signin.DEPARTMENTS)


def test_the_company_has_a_valid_credit_code():
    assert uscc.is_valid(signin.COMPANY_CODE)


def test_an_unknown_name_is_told_who_there_is():
    with pytest.raises(signin.SignInError, match="citizen-zhang, citizen-wang"):
        signin.persona("mayor")
    assert signin.persona("citizen-zhang").name == "张三"


def test_a_token_ends_with_its_lifetime(tmp_path):
    who = signin.persona("citizen-zhang")
    token = signin.issue(tmp_path, who, timedelta(minutes=5), now=NOW - 331)
    with pytest.raises(InvalidToken):
        verifier(tmp_path).actor(f"Bearer {token}")


def test_a_token_must_live_for_some_time(tmp_path):
    with pytest.raises(ValueError, match="some time"):
        signin.issue(tmp_path, signin.persona("citizen-zhang"), timedelta(0))


def test_a_token_of_another_installation_is_refused(tmp_path):
    token = signin.issue(tmp_path / "a", signin.persona("citizen-zhang"), now=NOW)
    with pytest.raises(InvalidToken):
        verifier(tmp_path / "b").actor(f"Bearer {token}")


def test_the_key_set_is_public_and_stays_the_same(tmp_path):
    first = signin.jwks(tmp_path)
    assert first == signin.jwks(tmp_path)
    (key,) = first["keys"]
    assert set(key) == {"kty", "crv", "x", "y", "kid", "alg", "use"}


def test_the_key_id_is_the_thumbprint_of_rfc_7638():
    key = ec.derive_private_key(1, ec.SECP256R1())
    # Of the base point of P-256, computed with OpenSSL's SHA-256 over RFC 7638's members.
    assert signin._jwk(key)["kid"] == "xx0BcA-wMohw8atYDJOe6peGModklG2wRHBlXHMvl0M"


def test_the_key_is_readable_by_its_owner_only(tmp_path):
    old = os.umask(0)
    try:
        signin.jwks(tmp_path / "new")
    finally:
        os.umask(old)
    assert (tmp_path / "new" / signin.KEY_FILE).stat().st_mode & 0o777 == 0o600
    assert [each.name for each in (tmp_path / "new").iterdir()] == [signin.KEY_FILE]


def test_a_damaged_key_is_said_to_be_so(tmp_path):
    path = tmp_path / signin.KEY_FILE
    path.touch(0o600)
    with pytest.raises(signin.SignInError, match="delete it"):
        signin.jwks(tmp_path)


@pytest.mark.parametrize(
    "other", [ed25519.Ed25519PrivateKey.generate(), ec.generate_private_key(ec.SECP384R1())]
)
def test_a_key_of_another_kind_is_said_to_be_so(tmp_path, other):
    path = tmp_path / signin.KEY_FILE
    path.touch(0o600)
    path.write_bytes(
        other.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    with pytest.raises(signin.SignInError, match="another kind"):
        signin.jwks(tmp_path)


def test_of_processes_that_start_at_once_all_use_one_key(tmp_path):
    program = (
        "import sys; from pathlib import Path; from chalicelib.serving import signin; "
        "import jwt.algorithms; sys.stdin.read(1); "
        "print(signin.jwks(Path(sys.argv[1]))['keys'][0]['kid'])"
    )
    started = [
        subprocess.Popen(
            [sys.executable, "-c", program, str(tmp_path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(4)
    ]
    for process in started:
        assert process.stdin
        process.stdin.write("x")
        process.stdin.flush()
    ids = {process.communicate()[0] for process in started}
    assert ids == {signin.jwks(tmp_path)["keys"][0]["kid"] + "\n"}


def test_a_key_made_meanwhile_is_not_replaced(tmp_path):
    """Another process made it after this one had looked whether it was there."""
    path = tmp_path / signin.KEY_FILE
    signin.jwks(tmp_path)
    before = path.read_bytes()
    bootstrap.write_once(path, b"another")
    assert path.read_bytes() == before


def test_a_token_carries_the_name_to_show(tmp_path):
    token = signin.issue(tmp_path, signin.persona("agent-li"), now=NOW)
    assert jwt.decode(token, options={"verify_signature": False})["name"] == "李四"
