"""What is S3's own: altered objects, what AWS refuses, and uploads past the service."""

from base64 import b64encode
from collections.abc import Iterator
from hashlib import sha256
from typing import Any

import botocore.session
import httpx
import pytest
from botocore.config import Config
from moto import mock_aws

from chalicelib.adapters.s3.blobs import S3Blobs
from chalicelib.eventlog.ports import Damaged, Part, Unavailable, Upload

from ... import cloud
from .gate import gate

PLAN = b"%PDF-1.7 floor plan"
DIGEST = sha256(PLAN).hexdigest()
OWNER = sha256(b"case-1").hexdigest()[:32]
KEY = f"documents/{OWNER}/{DIGEST}"


@pytest.fixture
def bucket() -> Iterator[str]:
    with mock_aws():
        yield cloud.bucket()


@pytest.fixture
def blobs(bucket: str) -> S3Blobs:
    return S3Blobs(cloud.client("s3"), bucket)


def keys(bucket: str) -> list[str]:
    found = cloud.client("s3").list_object_versions(Bucket=bucket)
    return [one["Key"] for one in found.get("Versions", [])]


def test_an_owner_s_name_is_in_no_key(blobs: S3Blobs, bucket: str):
    blobs.put("case-1", PLAN)
    assert keys(bucket) == [KEY]


def test_s3_is_told_the_checksum_and_keeps_it(blobs: S3Blobs, bucket: str):
    blobs.put("case-1", PLAN)
    head = cloud.client("s3").head_object(Bucket=bucket, Key=KEY, ChecksumMode="ENABLED")
    assert head["ChecksumSHA256"] == b64encode(sha256(PLAN).digest()).decode()


def test_put_twice_keeps_one_version(blobs: S3Blobs, bucket: str):
    blobs.put("case-1", PLAN)
    blobs.put("case-1", PLAN)
    assert keys(bucket) == [KEY]


def test_altered_content_is_not_given_out_and_a_new_put_mends_it(blobs: S3Blobs, bucket: str):
    blobs.put("case-1", PLAN)
    cloud.client("s3").put_object(Bucket=bucket, Key=KEY, Body=PLAN[:-1])
    with pytest.raises(Damaged, match=DIGEST):
        blobs.get("case-1", DIGEST)
    blobs.put("case-1", PLAN)
    assert blobs.get("case-1", DIGEST) == PLAN


def test_a_bucket_that_is_not_there_is_said_so(blobs: S3Blobs):
    elsewhere = S3Blobs(cloud.client("s3"), "banjian-gone")
    for call in (lambda: elsewhere.put("case-1", PLAN), lambda: elsewhere.get("case-1", DIGEST)):
        with pytest.raises(Unavailable, match="banjian-gone"):
            call()


# Parts past the service

UPLOAD = "0123456789abcdef-1"
PART = Part(1, DIGEST, len(PLAN))


@pytest.fixture
def uploads(bucket: str) -> Iterator[S3Blobs]:
    """They go over HTTP to what checks a signature as S3 does."""
    with gate(cloud.client("s3")) as url:
        config = Config(signature_version="s3v4", s3={"addressing_style": "path"})
        yield S3Blobs(_client(config, endpoint_url=url), bucket)


def _client(config: Config, **options: Any) -> Any:
    session = botocore.session.Session()
    session.set_credentials("testing", "testing")
    return session.create_client("s3", region_name=cloud.REGION, config=config, **options)


def sent(upload: Upload, body: bytes, **changed: str) -> int:
    headers = {**upload.headers, **{name.replace("_", "-"): v for name, v in changed.items()}}
    return httpx.request(upload.method, upload.url, content=body, headers=headers).status_code


def prepared(blobs: S3Blobs, seconds: int = 60) -> Upload:
    return blobs.ticket(UPLOAD, PART, seconds)


def test_a_part_that_was_sent_is_there_and_makes_the_document(uploads: S3Blobs, blobs: S3Blobs):
    assert sent(prepared(uploads), PLAN) == 200
    assert blobs.parts(UPLOAD) == (PART,)
    blobs.assemble("case-1", DIGEST, UPLOAD, lambda _whole: None)
    assert blobs.get("case-1", DIGEST) == PLAN
    assert blobs.size("case-2", DIGEST) is None


def test_other_bytes_of_the_same_size_are_refused(uploads: S3Blobs, blobs: S3Blobs):
    other = PLAN[:-1] + b"!"
    assert sent(prepared(uploads), other) == 400
    checksum = b64encode(sha256(other).digest()).decode()
    assert sent(prepared(uploads), other, x_amz_checksum_sha256=checksum) == 403
    assert blobs.parts(UPLOAD) == ()


def test_another_size_is_refused(uploads: S3Blobs, blobs: S3Blobs):
    longer = PLAN + b"!"
    assert sent(prepared(uploads), longer, Content_Length=str(len(longer))) == 403
    assert blobs.parts(UPLOAD) == ()


def test_another_media_type_is_refused(uploads: S3Blobs, blobs: S3Blobs):
    assert sent(prepared(uploads), PLAN, Content_Type="text/html") == 403
    assert blobs.parts(UPLOAD) == ()


def test_another_upload_s_place_is_refused(uploads: S3Blobs, blobs: S3Blobs):
    upload, other = prepared(uploads), "0123456789abcdef-2"
    assert sent(upload._replace(url=upload.url.replace(UPLOAD, other)), PLAN) == 403
    assert blobs.parts(other) == ()


def test_a_ticket_that_has_expired_is_refused(uploads: S3Blobs, blobs: S3Blobs):
    assert sent(prepared(uploads, seconds=0), PLAN) == 403
    assert blobs.parts(UPLOAD) == ()


def test_a_client_that_does_not_sign_the_size_gives_out_no_ticket(bucket: str):
    weak = S3Blobs(_client(Config(signature_version="s3")), bucket)
    with pytest.raises(Unavailable, match="s3v4"):
        prepared(weak)


def test_an_assembled_document_has_its_whole_checksum_at_s3(blobs: S3Blobs, bucket: str):
    blobs.put_part(UPLOAD, 1, PLAN[:7])
    blobs.put_part(UPLOAD, 2, PLAN[7:])
    blobs.assemble("case-1", DIGEST, UPLOAD, lambda _whole: None)
    head = cloud.client("s3").head_object(Bucket=bucket, Key=KEY, ChecksumMode="ENABLED")
    assert head["ChecksumSHA256"] == b64encode(sha256(PLAN).digest()).decode()


# Links


def linked(blobs: S3Blobs, disposition: str, seconds: int = 60) -> str:
    url = blobs.link("case-1", DIGEST, "application/pdf", disposition, seconds)
    assert url is not None
    return url


def test_no_link_leads_to_what_was_altered_or_is_not_there(blobs: S3Blobs, bucket: str):
    assert blobs.link("case-1", DIGEST, "application/pdf", "attachment", 60) is None
    blobs.put("case-1", PLAN)
    cloud.client("s3").put_object(
        Bucket=bucket, Key=KEY, Body=PLAN[:-1], ChecksumAlgorithm="SHA256"
    )
    with pytest.raises(Damaged, match=DIGEST):
        linked(blobs, "attachment")


def test_what_came_without_a_checksum_is_looked_at_before_there_is_a_link(
    blobs: S3Blobs, bucket: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(S3Blobs, "_checksum", lambda *_: "")
    cloud.client("s3").put_object(Bucket=bucket, Key=KEY, Body=PLAN)
    assert linked(blobs, "attachment").startswith("https://")
    cloud.client("s3").put_object(Bucket=bucket, Key=KEY, Body=PLAN[:-1])
    with pytest.raises(Damaged, match=DIGEST):
        linked(blobs, "attachment")


def test_a_link_gives_one_document_out_as_what_it_is(uploads: S3Blobs, blobs: S3Blobs):
    blobs.put("case-1", PLAN)
    url = linked(uploads, "attachment; filename=plan.pdf")
    given = httpx.get(url)
    assert (given.status_code, given.content) == (200, PLAN)
    assert given.headers["Content-Type"] == "application/pdf"
    assert given.headers["Content-Disposition"] == "attachment; filename=plan.pdf"
    assert httpx.get(url.replace("plan.pdf", "plan.exe")).status_code == 403
    assert httpx.get(url.replace(DIGEST, "0" * 64)).status_code == 403


def test_a_link_expires(uploads: S3Blobs, blobs: S3Blobs):
    blobs.put("case-1", PLAN)
    url = linked(uploads, "attachment", 0)
    assert httpx.get(url).status_code == 403
