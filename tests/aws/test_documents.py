"""Uploads past the service, and signatures, over real HTTP against an emulator of S3 and KMS."""

from hashlib import sha256
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key

from chalicelib.adapters.aws.kms_signer import KmsSigner
from chalicelib.adapters.s3.blobs import S3Blobs
from chalicelib.eventlog.ports import Part, Upload
from chalicelib.serving.illustration import pdf

from .city import City
from .emulator import Emulator

PLAN = b"%PDF-1.7 floor plan"
DIGEST = sha256(PLAN).hexdigest()
# Two parts: its comment alone is longer than one.
LARGE = pdf("floor plan").replace(b"\n", b"\n%" + b"0" * 8_400_000 + b"\n", 1)


@pytest.fixture(scope="module")
def blobs(aws: Emulator) -> S3Blobs:
    s3 = aws.client("s3", signature_version="s3v4", s3={"addressing_style": "path"})
    s3.create_bucket(Bucket="uploads")
    return S3Blobs(s3, "uploads")


def sent(aws: Emulator, upload: Upload, content: bytes) -> int:
    headers = {**upload.headers, "Content-Length": str(len(content))}
    with aws.http() as http:
        return http.request(upload.method, upload.url, content=content, headers=headers).status_code


def test_only_the_bytes_that_were_announced_are_taken(aws: Emulator, blobs: S3Blobs):
    part = Part(1, DIGEST, len(PLAN))
    upload = blobs.ticket("a-1", part, 60)
    for other in (PLAN[:-1] + b"!", PLAN + b"!", PLAN[:-1], b""):
        assert sent(aws, upload, other) in (400, 403)
        assert blobs.parts("a-1") == ()
    assert sent(aws, upload, PLAN) == 200
    assert blobs.parts("a-1") == (part,)
    blobs.assemble("citizen-zhang", DIGEST, "a-1", lambda _whole: None)
    blobs.discard("a-1")
    assert blobs.parts("a-1") == ()
    assert blobs.get("citizen-zhang", DIGEST) == PLAN
    assert blobs.size("citizen-wang", DIGEST) is None


def test_a_document_in_parts_goes_straight_to_the_bucket_and_on_after_a_break(city: City):
    digest = sha256(LARGE).hexdigest()
    path, missing, size = begun(city, digest)
    assert missing == [1, 2]
    assert put_part(city, path, 2, LARGE[size:]).is_success

    # Whoever lost everything but the file begins again, and hears what is missing.
    again, missing, _ = begun(city, digest)
    assert (again, missing) == (path, [1])
    early = asked(city, "POST", f"{path}/complete")
    assert put_part(city, path, 1, LARGE[:size]).is_success
    done = asked(city, "POST", f"{path}/complete")

    assert (early.status_code, done.status_code) == (409, 200), done.text
    assert done.json()["media_type"] == "application/pdf"
    assert city.platform.blobs.get("agent-li", digest) == LARGE
    assert not incoming(city)


def begun(city: City, digest: str) -> tuple[str, list[int], int]:
    """Where the upload is, what is missing of it, and how large a part is."""
    new = {"sha256": digest, "size": len(LARGE), "media_type": "application/pdf"}
    answer = asked(city, "POST", "/documents/uploads", json=new)
    assert answer.status_code == 201, answer.text
    told = answer.json()
    return f"/documents/uploads/{told['upload_id']}", told["missing"], told["part_size"]


def put_part(city: City, path: str, number: int, content: bytes) -> httpx.Response:
    part = {"sha256": sha256(content).hexdigest()}
    upload = asked(city, "POST", f"{path}/parts/{number}", json=part).json()
    with city.emulator.http(timeout=60) as http:
        return http.request(
            upload["method"], upload["url"], content=content, headers=upload["headers"]
        )


def asked(city: City, method: str, path: str, **options: Any) -> httpx.Response:
    with city.http() as client:
        return client.request(method, path, headers=city.signed_in(), **options)


def incoming(city: City) -> Any:
    """The parts in the bucket that nobody needs any more."""
    bucket = city.stack.resources["Bucket"]
    found = city.emulator.client("s3").list_objects_v2(Bucket=bucket, Prefix="incoming/")
    return found.get("Contents")


def test_put_twice_is_put_once(blobs: S3Blobs):
    assert blobs.put("citizen-wang", PLAN) == blobs.put("citizen-wang", PLAN) == DIGEST
    assert blobs.get("citizen-wang", DIGEST) == PLAN


@pytest.mark.parametrize("message", [b"the log of a city", bytes(5000)], ids=len)
def test_kms_signs_a_digest_as_it_is(aws: Emulator, message: bytes):
    kms = aws.client("kms")
    made = kms.create_key(KeySpec="ECC_NIST_P256", KeyUsage="SIGN_VERIFY")
    signer = KmsSigner(kms, made["KeyMetadata"]["KeyId"])
    key = load_der_public_key(signer.public_key())
    assert isinstance(key, EllipticCurvePublicKey)
    key.verify(signer.sign(message), message, ECDSA(SHA256()))
    assert signer.key_id == made["KeyMetadata"]["Arn"]
