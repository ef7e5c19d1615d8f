"""Documents over HTTP: handed in through the API, or past it where the platform has such a way."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256

import pytest
from moto import mock_aws

from chalicelib import bootstrap
from chalicelib.adapters import files
from chalicelib.adapters.s3_blobs import S3Blobs
from chalicelib.embedded import server

from .. import cloud
from .conftest import City
from .test_cases import code

PLAN = b"%PDF-1.7 floor plan"
DIGEST = sha256(PLAN).hexdigest()
NEW = {"sha256": DIGEST, "size": len(PLAN), "media_type": "application/pdf"}


def handed_in(city: City, upload, content: bytes):
    with city.as_("citizen-zhang") as http:
        return http.request(
            upload["method"], upload["url"], content=content, headers=upload["headers"]
        )


def test_an_upload_that_was_prepared_is_handed_in_as_it_says(city: City):
    answer = city.post("citizen-zhang", "/documents/uploads", NEW)
    assert answer.status_code == 201, answer.text
    assert handed_in(city, answer.json(), PLAN).json() == {"sha256": DIGEST, "size": len(PLAN)}
    assert city.platform.blobs.size("citizen-zhang", DIGEST) == len(PLAN)


def test_other_bytes_than_were_prepared_are_refused(city: City):
    upload = city.post("citizen-zhang", "/documents/uploads", NEW).json()
    other = PLAN[:-1] + b"!"
    assert code(handed_in(city, upload, other)) == (400, "wrong-digest")
    assert city.platform.blobs.size("citizen-zhang", sha256(other).hexdigest()) is None


def test_a_digest_of_another_algorithm_is_passed_over(city: City):
    upload = {"method": "POST", "url": "/documents"}
    headers = {"Content-Type": "application/pdf", "Content-Digest": "sha-512=:AAAA:"}
    assert handed_in(city, {**upload, "headers": headers}, PLAN).status_code == 201


def test_an_upload_expires_within_the_hour(city: City):
    upload = city.post("citizen-zhang", "/documents/uploads", NEW).json()
    expires_at = datetime.fromisoformat(upload["expires_at"])
    assert timedelta() < expires_at - datetime.now(UTC) <= timedelta(hours=1)


def test_without_a_token_no_upload_is_prepared(city: City):
    assert code(city.post(None, "/documents/uploads", NEW)) == (401, "unauthenticated")


@pytest.mark.parametrize(
    "change",
    [
        {"sha256": DIGEST.upper()},
        {"sha256": DIGEST[:-1]},
        {"sha256": None},
        {"size": 0},
        {"size": -1},
        {"size": 1.5},
        {"media_type": "text/html"},
        {"owner": "citizen-wang"},
    ],
    ids=str,
)
def test_what_does_not_fit_is_refused(city: City, change):
    answer = city.post("citizen-zhang", "/documents/uploads", {**NEW, **change})
    assert code(answer) == (422, "invalid-request")


def test_what_the_service_would_not_take_is_refused_before_it_is_sent(city: City):
    assert server.MAX_BODY == files.UPLOAD_LIMIT
    largest = {**NEW, "size": server.MAX_BODY}
    assert city.post("citizen-zhang", "/documents/uploads", largest).status_code == 201
    larger = city.post("citizen-zhang", "/documents/uploads", {**NEW, "size": server.MAX_BODY + 1})
    assert code(larger) == (413, "too-large")
    assert larger.json()["limit"] == server.MAX_BODY


# Where documents are kept in a bucket


@pytest.fixture
def in_a_bucket(city: City, monkeypatch: pytest.MonkeyPatch) -> Iterator[City]:
    with mock_aws():
        platform = bootstrap.platform()
        blobs = S3Blobs(cloud.client("s3"), cloud.bucket())
        monkeypatch.setattr(bootstrap, "embedded", lambda _data: replace(platform, blobs=blobs))
        bootstrap.platform.cache_clear()
        yield city


def test_in_a_bucket_documents_of_100_mb_go_past_the_service(in_a_bucket: City):
    largest = {**NEW, "size": 100 << 20}
    upload = in_a_bucket.post("citizen-zhang", "/documents/uploads", largest).json()
    assert (upload["method"], upload["url"][:8]) == ("PUT", "https://")
    larger = {**NEW, "size": (100 << 20) + 1}
    assert code(in_a_bucket.post("citizen-zhang", "/documents/uploads", larger)) == (
        413,
        "too-large",
    )
