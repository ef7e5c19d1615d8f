"""What a document is called when it is sent: what is not known declares nothing."""

import json
from base64 import b64encode
from contextlib import suppress
from hashlib import sha256
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.serving.illustration import pdf
from chalicelib.web.errors import BadRequest
from chalicelib.web.forms import file_of

from ..cases.test_cases import code
from ..city import SENIOR_CARD, City
from .test_http import DIGEST, ME, PLAN

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360"
    "6060f80f0001040100b1a5f2c20000000049454e44ae426082"
)
UNKNOWN = [
    "image/jpg",
    "application/wps-office.docx",
    "application/json",
    "text/plain;charset=UTF-8",
    "binary/octet-stream",
    "APPLICATION/PDF",
    "nonsense",
    "",
]


def sent(city: City, content: bytes, **headers: str) -> httpx.Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    with city.as_(ME) as http:
        return http.post("/documents", content=content, headers=named)


@pytest.mark.parametrize("media_type", UNKNOWN)
def test_a_name_that_is_not_known_declares_nothing(city: City, media_type: str):
    answer = sent(city, PLAN, Content_Type=media_type)
    assert answer.status_code == 201, answer.text
    assert answer.json()["media_type"] == "application/pdf"


def test_no_content_type_at_all_declares_nothing(city: City):
    assert sent(city, PLAN).json()["media_type"] == "application/pdf"


def test_a_known_one_that_the_content_contradicts_is_still_refused(city: City):
    for name in ("image/png", "Image/PNG; q=1"):
        answer = sent(city, PLAN, Content_Type=name)
        assert code(answer) == (422, "invalid")


def test_a_zip_may_have_windows_name(city: City):
    empty = b"PK\x05\x06" + bytes(18)
    for name in ("application/zip", "application/x-zip-compressed"):
        answer = sent(city, empty, Content_Type=name)
        assert answer.json()["reason_code"] == "document-type-not-taken"  # an empty one is no file
    answer = sent(city, PLAN, Content_Type="application/x-zip-compressed")
    assert answer.json()["reason_code"] == "declared-type-differs"


def test_uploads_in_parts_are_told_by_content_too(city: City):
    new = {"sha256": DIGEST, "size": len(PLAN), "media_type": "application/x-foxit-pdf"}
    begun = city.post(ME, "/documents/uploads", new).json()
    assert begun["media_type"] == "application/octet-stream"
    path = f"/documents/uploads/{begun['upload_id']}"
    with city.as_(ME) as http:
        for headers in ({}, {"Content-Type": "application/json"}, {"Content-Type": "image/jpg"}):
            assert http.put(f"{path}/parts/1", content=PLAN, headers=headers).status_code == 200
    assert city.post(ME, f"{path}/complete").json()["media_type"] == "application/pdf"


def test_a_material_may_be_called_anything_that_is_not_known(city: City):
    digest = sent(city, PLAN).json()["sha256"]
    material = {"id": "identity", "sha256": digest, "media_type": "application/wps-writer"}
    case_id = city.submit(materials=[material])["case_id"]
    (listed,) = city.get(ME, f"/cases/{case_id}").json()["materials"]
    assert listed["media_type"] == "application/pdf"
    wrong = {**material, "media_type": "image/png"}
    answer = city.post(ME, "/cases", {**SENIOR_CARD, "materials": [wrong], "insist": True})
    assert code(answer) == (422, "invalid")


# In a form


def form(*parts: tuple[str, str | None, bytes], boundary: str = "wx-1") -> dict[str, Any]:
    """As wx.uploadFile writes it: the fields of formData, and the file."""
    pieces = []
    for name, file, content in parts:
        said = f'Content-Disposition: form-data; name="{name}"'
        if file is not None:
            said += f'; filename="{file}"\r\nContent-Type: image/jpg'
        pieces.append(f"--{boundary}\r\n{said}\r\n\r\n".encode() + content + b"\r\n")
    body = b"".join(pieces) + f"--{boundary}--\r\n".encode()
    return {"content": body, "Content_Type": f"multipart/form-data; boundary={boundary}"}


def test_a_form_of_wx_upload_file_is_taken(city: City):
    fields = (("user", None, b"zhang"), ("file", "wxfile://tmp_1.jpg", PLAN))
    answer = sent(city, **form(*fields))
    assert answer.status_code == 201, answer.text
    assert (answer.json()["sha256"], answer.json()["media_type"]) == (DIGEST, "application/pdf")


def test_a_form_of_httpx_is_taken_and_what_it_declares_holds(city: City):
    with city.as_(ME) as http:
        right = http.post("/documents", files={"file": ("a.pdf", PLAN, "application/pdf")})
        wrong = http.post("/documents", files={"file": ("a.png", PLAN, "image/png")})
    assert right.json()["sha256"] == DIGEST
    assert wrong.json()["reason_code"] == "declared-type-differs"


FILE = ("file", "a.jpg", PLAN)


@pytest.mark.parametrize(
    "broken",
    [
        form(),
        form(("user", None, b"zhang")),
        form(FILE, FILE),
        form(FILE, ("other", "b.jpg", PLAN)),
        {**form(FILE), "content": form(FILE)["content"][:-20]},
        {**form(FILE), "content": PLAN},
        {**form(FILE), "Content_Type": "multipart/form-data"},
        {**form(FILE), "Content_Type": "multipart/form-data; boundary=other"},
        {**form(FILE), "Content_Type": 'multipart/form-data; boundary=""'},
        form(*[("field", None, b"")] * 30, FILE),
        form(("a" * 10_000, None, b""), FILE),
    ],
    ids=range(11),
)
def test_another_form_is_refused_with_what_it_should_be(city: City, broken: dict[str, Any]):
    answer = sent(city, **broken)
    assert code(answer) == (400, "malformed-form")
    assert "`file`" in answer.json()["detail"]
    assert city.platform.blobs.size(ME, DIGEST) is None


def test_an_empty_file_in_a_form_is_an_empty_document(city: City):
    answer = sent(city, **form(("file", "a.jpg", b"")))
    assert code(answer) == (400, "empty-document")


def test_the_digest_of_a_form_is_that_of_the_form(city: City):
    made = form(FILE)
    digest = b64encode(sha256(made["content"]).digest()).decode()
    answer = sent(city, **made, Content_Digest=f"sha-256=:{digest}:")
    assert answer.status_code == 201
    of_the_file = b64encode(sha256(PLAN).digest()).decode()
    answer = sent(city, **made, Content_Digest=f"sha-256=:{of_the_file}:")
    assert code(answer) == (400, "wrong-digest")


@given(st.binary(max_size=300), st.text(max_size=40))
def test_no_bytes_make_more_of_a_form_than_a_refusal(content: bytes, boundary: str):
    with suppress(BadRequest):
        file_of(f"multipart/form-data; boundary={boundary}", content)


@given(st.binary(max_size=3000))
def test_what_is_in_a_form_comes_out_byte_for_byte(content: bytes):
    made = form(("file", "a.bin", content), boundary="b" * 40)
    assert file_of(made["Content_Type"], made["content"]).content == content


# What is not taken


def test_a_415_lists_what_is_taken(city: City):
    with city.as_(ME) as http:
        headers = {"Content-Type": "text/plain", "Idempotency-Key": "text-plain"}
        answer = http.post("/cases", content=json.dumps(SENIOR_CARD), headers=headers)
    assert code(answer) == (415, "unsupported-media-type")
    assert answer.json()["accepted"] == ["application/json"]
    assert "application/json" in answer.json()["detail"]


def test_every_route_says_what_it_takes():
    import app

    for path, methods in app.app.routes.items():
        for method, entry in methods.items():
            route: Any = entry.view_function
            assert route.media_types, (method, path)
            assert entry.content_types == ["*/*"], (method, path)  # we refuse, and not chalice


def test_a_reply_in_json_is_no_bytes_on_lambda():
    import app

    assert "*/*" not in app.app.api.binary_types
    assert "application/pdf" in app.app.api.binary_types
    assert pdf("x")[:5] == b"%PDF-"
