"""
The certificate of the guided case on the deployed stack: sealed by the function for certificates
with the packed fonts and the key in KMS, given out through API Gateway, shown, and verified.
"""

from base64 import b64decode
from hashlib import sha256
from io import BytesIO
from typing import Any
from uuid import uuid4

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key
from httpx import Response
from pypdf import PdfReader

from chalicelib.serving import signin

from .city import PUBLIC_URL, City, Walked, eventually

# As browsers send it when somebody follows a link.
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


@pytest.fixture(scope="module")
def path(first: Walked) -> str:
    return f"/certificates/{first.case['certificate']['identifier']}"


@pytest.fixture(scope="module")
def pdf(city: City, path: str) -> bytes:
    def made() -> Response | None:
        answer = asked(city, f"{path}/file", Accept=BROWSER)
        return None if answer.status_code == 404 else answer

    answer = eventually("the certificate's file", made)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/pdf"
    return answer.content


@pytest.fixture(scope="module")
def key(city: City) -> EllipticCurvePublicKey:
    """The public half, asked of KMS and not of the service."""
    arn = city.stack.outputs["SigningKey"]
    der = city.emulator.client("kms").get_public_key(KeyId=arn)["PublicKey"]
    found = load_der_public_key(der)
    assert isinstance(found, EllipticCurvePublicKey)
    return found


def asked(city: City, path: str, **headers: str) -> Response:
    """The answer; a file is at a signed URL, which takes no token."""
    with city.http() as client:
        answer = client.get(path, headers={**city.signed_in(), **headers})
    if answer.status_code != 302:
        return answer
    with city.emulator.http(timeout=60) as http:
        return http.get(answer.headers["Location"])


def test_its_file_says_in_chinese_what_was_granted_and_to_whom(pdf: bytes, first: Walked):
    (page,) = PdfReader(BytesIO(pdf)).pages
    text = "".join(page.extract_text().split())

    assert signin.COMPANY in text
    assert signin.COMPANY_CODE in text
    assert first.case["certificate"]["identifier"] in text


def test_its_file_lies_in_the_bucket_under_its_digest(city: City, pdf: bytes, path: str):
    digest = asked(city, path).json()["sha256"]

    assert digest == sha256(pdf).hexdigest()
    assert city.platform.blobs.get("banjian", digest) == pdf


@pytest.mark.parametrize("accept", [BROWSER, "*/*", "application/pdf"])
def test_whatever_a_caller_accepts_the_file_arrives_as_bytes(
    city: City, pdf: bytes, path: str, accept: str
):
    assert asked(city, f"{path}/file", Accept=accept).content == pdf


def test_the_key_in_kms_has_signed_the_file_and_the_manifest(
    city: City, pdf: bytes, path: str, key: EllipticCurvePublicKey
):
    signed = asked(city, f"{path}/signature").json()

    assert signed["key_id"] == city.stack.outputs["SigningKey"]
    key.verify(b64decode(signed["signature"]), pdf, ECDSA(SHA256()))
    manifest = signed["manifest"].encode()
    key.verify(b64decode(signed["manifest_signature"]), manifest, ECDSA(SHA256()))
    with pytest.raises(InvalidSignature):
        key.verify(b64decode(signed["signature"]), pdf + b"!", ECDSA(SHA256()))


def test_the_company_finds_it_on_its_list(city: City, path: str, pdf: bytes):
    def listed() -> bool | None:
        rows = asked(city, "/certificates?as=company&limit=100").json()["items"]
        (row,) = [one for one in rows if path.endswith(one["identifier"])]
        return row["sealed"] or None

    assert pdf
    assert eventually("the sealed certificate on the list", listed)


def test_whoever_it_is_shown_to_verifies_it_once_without_an_account(
    city: City, path: str, pdf: bytes
):
    assert pdf
    shown = showing(city, path)
    here = shown["url"].removeprefix(PUBLIC_URL)
    assert here == f"/verify/{shown['token']}"

    with city.http() as client:
        verdict = client.get(here, headers={"Accept": "application/json"})
        again = client.get(here, headers={"Accept": "application/json"})

    assert verdict.status_code == 200, verdict.text
    assert (verdict.json()["valid"], again.status_code) == (True, 404)


def test_a_person_who_opens_the_address_sees_a_page(city: City, path: str):
    shown = showing(city, path)

    with city.http() as client:
        page = client.get(f"/verify/{shown['token']}", headers={"Accept": BROWSER})

    assert page.status_code == 200
    assert page.headers["content-type"].startswith("text/html")
    assert "<html" in page.text


def showing(city: City, path: str) -> Any:
    with city.http() as client:
        answer = client.post(
            f"{path}/show",
            headers={**city.signed_in(), "Idempotency-Key": uuid4().hex},
            json={},
        )
    assert answer.status_code == 201, answer.text
    return answer.json()
