"""What every Signer does, and what each does when there is no such key."""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path
from stat import S_IMODE
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDSA,
    SECP256K1,
    SECP384R1,
    generate_private_key,
)
from cryptography.hazmat.primitives.asymmetric.utils import (
    Prehashed,
    decode_dss_signature,
    encode_dss_signature,
)
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from moto import mock_aws
from moto.kms.utils import ECDSAPrivateKey

from chalicelib.adapters.aws.kms_signer import KmsSigner
from chalicelib.adapters.local.local_signer import LocalSigner
from chalicelib.adapters.local.sm2_signer import Sm2Signer, _pem
from chalicelib.eventlog.ports import Signer, Unavailable
from chalicelib.platform import signatures
from chalicelib.platform.signatures import BadSignature, verify

from .. import cloud
from .commits import at_once

MESSAGE = b"the log of a city"
HAS_SM2 = find_spec("gmssl_pyx") is not None
needs_sm2 = pytest.mark.skipif(not HAS_SM2, reason="needs gmssl-pyx, which has no wheel here")
needs_openssl = pytest.mark.skipif(
    shutil.which("openssl") is None, reason="needs the openssl command"
)
OPENSSL = {
    signatures.ECDSA: "openssl dgst -sha256 -verify key -keyform DER -signature signature message",
    signatures.SM2: "openssl pkeyutl -verify -pubin -inkey key -keyform DER -rawin -digest sm3 "
    "-pkeyopt distid:1234567812345678 -in message -sigfile signature",
}
ORDERS = {
    signatures.ECDSA: 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551,
    signatures.SM2: 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54123,
}


@pytest.fixture
def local(tmp_path: Path) -> LocalSigner:
    return LocalSigner(tmp_path / "signing.pem")


@pytest.fixture
def sm2(tmp_path: Path) -> Sm2Signer:
    return Sm2Signer(tmp_path / "signing-sm2.pem")


def a_key(spec: Any = "ECC_NIST_P256") -> str:
    made = cloud.client("kms").create_key(KeySpec=spec, KeyUsage="SIGN_VERIFY")
    arn: str = made["KeyMetadata"]["Arn"]
    return arn


def sign_digest(key: ECDSAPrivateKey, message: bytes, algorithm: str) -> bytes:
    assert algorithm == "ECDSA_SHA_256"
    return key.private_key.sign(message, ECDSA(Prehashed(SHA256())))


class Sm2PrivateKey:
    """moto knows that KMS has SM2, and makes an RSA key for it."""

    def __init__(self, path: Path) -> None:
        self.signer = Sm2Signer(path)

    def public_key(self) -> bytes:
        return self.signer.public_key()

    def sign(self, message: bytes, algorithm: str) -> bytes:
        import gmssl_pyx

        assert algorithm == "SM2DSA"
        signature: bytes = gmssl_pyx.sm2_sign_sm3_digest(self.signer._key.secret, message)
        return signature


@pytest.fixture
def emulated(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """moto takes a message that is a digest for the message itself, and hashes it once more."""
    monkeypatch.setattr(ECDSAPrivateKey, "sign", sign_digest)
    with mock_aws():
        yield


@pytest.fixture
def kms(emulated: None) -> KmsSigner:
    return KmsSigner(cloud.client("kms"), a_key())


@pytest.fixture
def kms_sm2(emulated: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> KmsSigner:
    key = Sm2PrivateKey(tmp_path / "kms.pem")
    monkeypatch.setattr("moto.kms.models.generate_private_key", lambda _spec: key)
    return KmsSigner(cloud.client("kms"), a_key("SM2"))


ALL = [
    "local",
    "kms",
    pytest.param("sm2", marks=needs_sm2),
    pytest.param("kms_sm2", marks=needs_sm2),
]


@pytest.fixture(params=ALL)
def signer(request: pytest.FixtureRequest) -> Signer:
    found: Signer = request.getfixturevalue(request.param)
    return found


@pytest.mark.parametrize("message", [b"", MESSAGE, bytes(range(256)) * 100], ids=len)
def test_a_signature_verifies_with_the_public_key(signer: Signer, message: bytes):
    verify(signer.public_key(), message, signer.sign(message))


def test_a_signature_is_of_one_message(signer: Signer):
    with pytest.raises(BadSignature, match="not signed with this key"):
        verify(signer.public_key(), MESSAGE + b"!", signer.sign(MESSAGE))


def test_a_signature_is_by_one_key(signer: Signer, tmp_path: Path):
    kind = Sm2Signer if signer.algorithm == signatures.SM2 else LocalSigner
    other = kind(tmp_path / "other.pem")
    with pytest.raises(BadSignature, match="not signed with this key"):
        verify(other.public_key(), MESSAGE, signer.sign(MESSAGE))


def test_what_is_no_signature_in_der_is_refused(signer: Signer):
    good = signer.sign(MESSAGE)
    for bad in (b"", b"none", good[:-1], good + b"\0", bytes(64)):
        with pytest.raises(BadSignature):
            verify(signer.public_key(), MESSAGE, bad)


def test_numbers_that_no_signature_has_are_refused(signer: Signer):
    r, s = decode_dss_signature(signer.sign(MESSAGE))
    for bad in ((0, s), (r, 0), (0, 0), (r, s + ORDERS[signer.algorithm])):
        with pytest.raises(BadSignature):
            verify(signer.public_key(), MESSAGE, encode_dss_signature(*bad))


def test_the_algorithm_is_that_of_the_key(signer: Signer):
    assert signer.algorithm == signatures.algorithm_of(signer.public_key())


@needs_openssl
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
    command = OPENSSL[signer.algorithm].split()
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, check=False)
    assert done.returncode == code, done.stderr


def test_the_key_stays_the_same(signer: Signer):
    assert (signer.key_id, signer.public_key()) == (signer.key_id, signer.public_key())


# Keys of other kinds


def a_public_key(curve: Any) -> bytes:
    key = generate_private_key(curve()).public_key()
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


@pytest.mark.parametrize(
    "key",
    [b"", b"key", a_public_key(SECP384R1), a_public_key(SECP256K1), signatures.SM2_PUBLIC_KEY],
    ids=["empty", "text", "P-384", "secp256k1", "cut"],
)
def test_a_key_of_another_kind_verifies_nothing(key: bytes):
    with pytest.raises(BadSignature, match="no public key on P-256 or SM2"):
        verify(key, MESSAGE, b"")


@pytest.mark.parametrize(
    "curve",
    [signatures.P256_PUBLIC_KEY, pytest.param(signatures.SM2_PUBLIC_KEY, marks=needs_sm2)],
    ids=["P-256", "SM2"],
)
@pytest.mark.parametrize("point", [bytes(64), bytes(63) + b"\1", b"\xff" * 64], ids=bytes.hex)
def test_a_point_off_the_curve_verifies_nothing(curve: bytes, point: bytes):
    with pytest.raises(BadSignature, match="not signed with this key"):
        verify(curve + point, MESSAGE, encode_dss_signature(1, 1))


def test_the_digest_of_sm2_is_that_of_the_standard():
    """GB/T 32918.5-2017, annex A: its Z, of the id 1234567812345678, and e of "message digest"."""
    point = bytes.fromhex(
        "09f9df311e5421a150dd7d161e4bc5c672179fad1833fc076bb08ff356f35020"
        "ccea490ce26775a52dc6ea718cc1aa600aed05fbf35e084a6632f6072da9ad13"
    )
    found = signatures.digest(signatures.SM2_PUBLIC_KEY + point, b"message digest")
    assert found.hex() == "f0b43e94ba45accaace692ed534382eb17e6ab5a19ce7b31f4486fdfc0d28640"


def test_without_the_library_sm2_is_said_to_need_it(tmp_path: Path, monkeypatch: Any):
    monkeypatch.setitem(sys.modules, "gmssl_pyx", None)
    with pytest.raises(Unavailable, match="gmssl-pyx"):
        Sm2Signer(tmp_path / "key.pem").sign(MESSAGE)
    assert list(tmp_path.iterdir()) == []


# A key in a file

IN_A_FILE = ["local", pytest.param("sm2", marks=needs_sm2)]


@pytest.fixture(params=IN_A_FILE)
def in_file(request: pytest.FixtureRequest) -> LocalSigner | Sm2Signer:
    found: LocalSigner | Sm2Signer = request.getfixturevalue(request.param)
    return found


def test_the_file_s_key_is_there_after_reopening(in_file: LocalSigner | Sm2Signer):
    signature = in_file.sign(MESSAGE)
    reopened = type(in_file)(in_file.path)
    verify(reopened.public_key(), MESSAGE, signature)
    assert reopened.key_id == in_file.key_id


def test_only_its_owner_can_read_the_file(in_file: LocalSigner | Sm2Signer):
    in_file.public_key()
    assert S_IMODE(in_file.path.stat().st_mode) == 0o600
    assert [one.name for one in in_file.path.parent.iterdir()] == [in_file.path.name]


@needs_openssl
def test_openssl_reads_the_file(in_file: LocalSigner | Sm2Signer):
    key = in_file.public_key()
    command = ["openssl", "pkey", "-in", str(in_file.path), "-pubout", "-outform", "DER"]
    assert subprocess.run(command, capture_output=True, check=True).stdout == key


@needs_sm2
@needs_openssl
def test_a_key_that_openssl_made_is_taken(sm2: Sm2Signer):
    subprocess.run(["openssl", "genpkey", "-algorithm", "SM2", "-out", sm2.path], check=True)
    verify(sm2.public_key(), MESSAGE, sm2.sign(MESSAGE))


def test_eight_that_start_at_once_have_one_key(in_file: LocalSigner | Sm2Signer):
    signers = [type(in_file)(in_file.path) for _ in range(8)]
    assert len(set(at_once([partial(getattr, one, "key_id") for one in signers]))) == 1


def on_another_curve() -> bytes:
    key = generate_private_key(SECP384R1())
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


@pytest.mark.parametrize(
    "content", [b"", b"no key", on_another_curve()], ids=["empty", "text", "P-384"]
)
def test_a_file_with_another_content_is_refused_and_stays(
    in_file: LocalSigner | Sm2Signer, content: bytes
):
    in_file.path.write_bytes(content)
    with pytest.raises(ValueError, match="put back the one you had"):
        in_file.sign(MESSAGE)
    assert in_file.path.read_bytes() == content


@needs_sm2
def test_an_sm2_key_of_two_halves_that_do_not_fit_is_refused(sm2: Sm2Signer, tmp_path: Path):
    other = Sm2Signer(tmp_path / "other.pem")
    mixed = sm2._key._replace(point=other._key.point)
    sm2.path.write_bytes(_pem(mixed))
    with pytest.raises(ValueError, match="put back the one you had"):
        Sm2Signer(sm2.path).sign(MESSAGE)


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
    verify(signer.public_key(), MESSAGE, signer.sign(MESSAGE))


@needs_sm2
def test_kms_is_given_the_digest_of_sm2_which_covers_the_key(kms_sm2: KmsSigner):
    asked: list[Any] = []
    events = cloud.client("kms").meta.events
    events.register("before-parameter-build.kms.Sign", lambda params, **_: asked.append(params))
    kms_sm2.sign(MESSAGE)
    assert (asked[0]["MessageType"], asked[0]["SigningAlgorithm"]) == ("DIGEST", "SM2DSA")
    assert asked[0]["Message"] == signatures.digest(kms_sm2.public_key(), MESSAGE)


@pytest.mark.parametrize("spec", ["ECC_NIST_P384", "ECC_SECG_P256K1", "RSA_2048"])
def test_a_kms_key_of_another_kind_is_refused(emulated: None, spec: str):
    with pytest.raises(Unavailable, match="neither ECC_NIST_P256 nor SM2"):
        KmsSigner(cloud.client("kms"), a_key(spec)).sign(MESSAGE)


def test_a_kms_key_that_is_not_there_is_said_so(emulated: None):
    with pytest.raises(Unavailable, match="alias/none"):
        KmsSigner(cloud.client("kms"), "alias/none").sign(MESSAGE)
