"""What every Signer does, and what each does when there is no such key."""

import shutil
import subprocess
from collections.abc import Iterator
from functools import partial
from hashlib import sha256
from pathlib import Path
from stat import S_IMODE
from typing import Any

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDSA,
    SECP256R1,
    SECP384R1,
    EllipticCurvePublicKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_der_public_key,
)
from moto import mock_aws
from moto.kms.utils import ECDSAPrivateKey

from chalicelib.adapters.kms_signer import KmsSigner
from chalicelib.adapters.local_signer import LocalSigner
from chalicelib.application.ports import Signer, Unavailable

from .. import cloud
from .commits import at_once

MESSAGE = b"the log of a city"


@pytest.fixture
def local(tmp_path: Path) -> LocalSigner:
    return LocalSigner(tmp_path / "signing.pem")


def a_key(spec: Any = "ECC_NIST_P256") -> str:
    made = cloud.client("kms").create_key(KeySpec=spec, KeyUsage="SIGN_VERIFY")
    arn: str = made["KeyMetadata"]["Arn"]
    return arn


def sign_digest(key: ECDSAPrivateKey, message: bytes, algorithm: str) -> bytes:
    assert algorithm == "ECDSA_SHA_256"
    return key.private_key.sign(message, ECDSA(Prehashed(SHA256())))


@pytest.fixture
def emulated(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """moto takes a message that is a digest for the message itself, and hashes it once more."""
    monkeypatch.setattr(ECDSAPrivateKey, "sign", sign_digest)
    with mock_aws():
        yield


@pytest.fixture
def kms(emulated: None) -> KmsSigner:
    return KmsSigner(cloud.client("kms"), a_key())


@pytest.fixture(params=["local", "kms"])
def signer(request: pytest.FixtureRequest) -> Signer:
    found: Signer = request.getfixturevalue(request.param)
    return found


def verify(signer: Signer, message: bytes, signature: bytes) -> None:
    key = load_der_public_key(signer.public_key())
    assert isinstance(key, EllipticCurvePublicKey)
    assert isinstance(key.curve, SECP256R1)
    key.verify(signature, message, ECDSA(SHA256()))


@pytest.mark.parametrize("message", [b"", MESSAGE, bytes(range(256)) * 100], ids=len)
def test_a_signature_verifies_with_the_public_key(signer: Signer, message: bytes):
    verify(signer, message, signer.sign(message))


def test_a_signature_is_of_one_message(signer: Signer):
    with pytest.raises(InvalidSignature):
        verify(signer, MESSAGE + b"!", signer.sign(MESSAGE))


@pytest.mark.skipif(shutil.which("openssl") is None, reason="needs the openssl command")
@pytest.mark.parametrize(("told", "code"), [(MESSAGE, 0), (MESSAGE + b"!", 1)], ids=["same", "not"])
def test_openssl_alone_tells_a_good_signature(
    signer: Signer, tmp_path: Path, told: bytes, code: int
):
    for name, content in (
        ("message", told),
        ("signature", signer.sign(MESSAGE)),
        ("key", signer.public_key()),
    ):
        (tmp_path / name).write_bytes(content)
    command = "openssl dgst -sha256 -verify key -keyform DER -signature signature message"
    done = subprocess.run(command.split(), cwd=tmp_path, capture_output=True, check=False)
    assert done.returncode == code, done.stderr


def test_the_key_stays_the_same(signer: Signer):
    assert (signer.key_id, signer.public_key()) == (signer.key_id, signer.public_key())


# A key in a file


def test_the_file_s_key_is_there_after_reopening(local: LocalSigner):
    signature = local.sign(MESSAGE)
    reopened = LocalSigner(local.path)
    verify(reopened, MESSAGE, signature)
    assert reopened.key_id == local.key_id


def test_only_its_owner_can_read_the_file(local: LocalSigner):
    local.public_key()
    assert S_IMODE(local.path.stat().st_mode) == 0o600
    assert [one.name for one in local.path.parent.iterdir()] == [local.path.name]


def test_eight_that_start_at_once_have_one_key(tmp_path: Path):
    signers = [LocalSigner(tmp_path / "signing.pem") for _ in range(8)]
    assert len(set(at_once([partial(getattr, one, "key_id") for one in signers]))) == 1


def on_another_curve() -> bytes:
    key = generate_private_key(SECP384R1())
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


@pytest.mark.parametrize(
    "content", [b"", b"no key", on_another_curve()], ids=["empty", "text", "P-384"]
)
def test_a_file_with_another_content_is_refused_and_stays(local: LocalSigner, content: bytes):
    local.path.write_bytes(content)
    with pytest.raises(ValueError, match="put back the one you had"):
        local.sign(MESSAGE)
    assert local.path.read_bytes() == content


# A key in KMS


def test_kms_is_given_a_digest_and_told_so(kms: KmsSigner):
    asked: list[Any] = []
    events = cloud.client("kms").meta.events
    events.register("before-parameter-build.kms.Sign", lambda params, **_: asked.append(params))
    kms.sign(MESSAGE * 1000)
    assert (asked[0]["MessageType"], asked[0]["Message"]) == (
        "DIGEST",
        sha256(MESSAGE * 1000).digest(),
    )


def test_a_kms_signer_keeps_to_its_key_though_the_alias_moves_on(emulated: None):
    arn, other = a_key(), a_key()
    client = cloud.client("kms")
    client.create_alias(AliasName="alias/seal", TargetKeyId=arn)
    signer = KmsSigner(client, "alias/seal")
    assert arn.endswith(signer.key_id)
    client.update_alias(AliasName="alias/seal", TargetKeyId=other)
    verify(signer, MESSAGE, signer.sign(MESSAGE))


def test_a_kms_key_that_is_not_there_is_said_so(emulated: None):
    with pytest.raises(Unavailable, match="alias/none"):
        KmsSigner(cloud.client("kms"), "alias/none").sign(MESSAGE)
