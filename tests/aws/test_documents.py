"""Uploads past the service, and signatures, over real HTTP against an emulator of S3 and KMS."""

from hashlib import sha256

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key

from chalicelib.adapters.kms_signer import KmsSigner
from chalicelib.adapters.s3_blobs import S3Blobs
from chalicelib.application.ports import Part, Upload

from .emulator import Emulator

PLAN = b"%PDF-1.7 floor plan"
DIGEST = sha256(PLAN).hexdigest()


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
