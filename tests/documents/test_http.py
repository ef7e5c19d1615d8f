"""Documents over HTTP: handed in at once or in parts, listed, given out, held back."""

from base64 import b64encode
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256

import httpx
import pytest
from moto import mock_aws

from chalicelib import bootstrap
from chalicelib.adapters.local import files
from chalicelib.adapters.s3.blobs import S3Blobs
from chalicelib.platform.scanner import Verdict
from chalicelib.serving import limits
from chalicelib.serving.illustration import pdf

from .. import cloud
from ..cases.test_cases import code
from ..city import SENIOR_CARD, City
from ..proven import came_to_a_counter

ME, OTHER = "citizen-zhang", "citizen-wang"
PLAN = pdf("floor plan").ljust(700, b"\n")
DIGEST = sha256(PLAN).hexdigest()
NEW = {"sha256": DIGEST, "size": len(PLAN), "media_type": "application/pdf", "name": "平面图.pdf"}
PART = 300


@pytest.fixture(autouse=True)
def small_parts(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(files, "PART_SIZE", PART)


@pytest.fixture
def begun(city: City) -> str:
    return str(city.post(ME, "/documents/uploads", NEW).json()["upload_id"])


def part(number: int) -> bytes:
    return PLAN[(number - 1) * PART : number * PART]


def put(city: City, upload_id: str, number: int, content: bytes | None = None) -> httpx.Response:
    content = part(number) if content is None else content
    path = f"/documents/uploads/{upload_id}/parts/{number}"
    with city.as_(ME) as http:
        return http.put(path, content=content, headers={"Content-Type": "application/octet-stream"})


def sent_in_parts(city: City, upload_id: str) -> httpx.Response:
    for number in (3, 1, 2):
        assert put(city, upload_id, number).status_code == 200
    return city.post(ME, f"/documents/uploads/{upload_id}/complete")


def at_once(city: City, content: bytes, media_type: str = "application/pdf") -> httpx.Response:
    with city.as_(ME) as http:
        return http.post("/documents", content=content, headers={"Content-Type": media_type})


def submitted(city: City, content: bytes, title: str | None = None) -> str:
    digest = at_once(city, content).json()["sha256"]
    material = {"id": "identity", "sha256": digest, "media_type": "application/pdf", "title": title}
    return str(city.submit(materials=[material])["case_id"])


# At once


def test_a_small_document_is_handed_in_at_once_and_again_without_harm(city: City):
    first = at_once(city, PLAN)
    assert first.status_code == 201, first.text
    told = first.json()
    assert (told["sha256"], told["size"], told["scan"]) == (DIGEST, len(PLAN), "not_scanned")
    assert at_once(city, PLAN).json() == told


def test_its_type_is_that_of_its_content(city: City):
    told = at_once(city, PLAN, "application/octet-stream").json()
    assert told["media_type"] == "application/pdf"


def test_a_type_that_the_content_contradicts_is_refused_and_both_are_said(city: City):
    answer = at_once(city, PLAN, "image/png")
    assert code(answer) == (422, "invalid")
    assert "image/png" in answer.json()["reason"]
    assert "application/pdf" in answer.json()["reason"]


def test_other_bytes_than_the_digest_are_refused(city: City):
    promised = {"Content-Digest": f"sha-256=:{b64encode(bytes(32)).decode()}:"}
    with city.as_(ME) as http:
        headers = {"Content-Type": "application/pdf", **promised}
        answer = http.post("/documents", content=PLAN, headers=headers)
    assert code(answer) == (400, "wrong-digest")
    assert city.platform.blobs.size(ME, DIGEST) is None


# In parts


def test_parts_in_any_order_and_twice_make_the_document(city: City, begun: str):
    assert city.get(ME, f"/documents/uploads/{begun}").json()["missing"] == [1, 2, 3]
    assert put(city, begun, 3).json() == put(city, begun, 3).json()
    told = city.get(ME, f"/documents/uploads/{begun}").json()
    assert (told["missing"], [one["number"] for one in told["parts"]]) == ([1, 2], [3])
    done = sent_in_parts(city, begun)
    assert done.status_code == 200, done.text
    assert (done.json()["state"], done.json()["scan"]) == ("received", "not_scanned")
    assert city.platform.blobs.get(ME, DIGEST) == PLAN


def test_an_upload_is_found_again_by_beginning_it_again(city: City, begun: str):
    put(city, begun, 1)
    again = city.post(ME, "/documents/uploads", NEW).json()
    assert (again["upload_id"], again["missing"]) == (begun, [2, 3])


def test_completing_again_answers_the_same(city: City, begun: str):
    done = sent_in_parts(city, begun).json()
    assert city.post(ME, f"/documents/uploads/{begun}/complete").json() == done
    assert city.post(ME, "/documents/uploads", NEW).json() == done


def test_what_is_missing_is_named_and_nothing_counts_yet(city: City, begun: str):
    put(city, begun, 2)
    answer = city.post(ME, f"/documents/uploads/{begun}/complete")
    assert code(answer) == (409, "out-of-order")
    assert "1, 3" in answer.json()["reason"]
    assert city.platform.blobs.size(ME, DIGEST) is None


def test_parts_of_another_document_are_refused_as_a_whole_and_it_can_be_begun_again(
    city: City, begun: str
):
    put(city, begun, 1, bytes(PART))
    put(city, begun, 2)
    put(city, begun, 3)
    answer = city.post(ME, f"/documents/uploads/{begun}/complete")
    assert code(answer) == (422, "invalid")
    assert DIGEST in answer.json()["reason"]
    told = city.get(ME, f"/documents/uploads/{begun}").json()
    assert (told["state"], DIGEST in told["reason"]) == ("refused", True)
    assert code(put(city, begun, 1)) == (409, "out-of-order")
    again = city.post(ME, "/documents/uploads", NEW).json()
    assert (again["state"], again["missing"]) == ("uploading", [1, 2, 3])
    assert sent_in_parts(city, begun).json()["state"] == "received"


def test_a_whole_of_another_type_than_declared_is_refused(city: City):
    begun = city.post(ME, "/documents/uploads", {**NEW, "media_type": "image/jpeg"}).json()
    answer = sent_in_parts(city, begun["upload_id"])
    assert code(answer) == (422, "invalid")
    assert "image/jpeg" in answer.json()["reason"]
    assert city.platform.blobs.size(ME, DIGEST) is None


@pytest.mark.parametrize(
    ("number", "size", "said"), [(1, 10, "300"), (4, 10, "no part 4"), (3, PART, "bytes")]
)
def test_a_part_of_another_size_or_number_is_refused(city: City, begun: str, number, size, said):
    answer = put(city, begun, number, bytes(size))
    assert code(answer) == (422, "invalid")
    assert said in answer.json()["reason"]


@pytest.mark.parametrize("number", ["0", "-1", "x", "1.5", "999999"])
def test_what_is_no_number_of_a_part_is_refused(city: City, begun: str, number):
    path = f"/documents/uploads/{begun}/parts/{number}"
    assert code(city.post(ME, path, {"sha256": "0" * 64})) == (422, "invalid")


def test_a_ticket_tells_how_a_part_is_sent(city: City, begun: str):
    path = f"/documents/uploads/{begun}/parts/1"
    digest = sha256(part(1)).hexdigest()
    ticket = city.post(ME, path, {"sha256": digest}).json()
    with city.as_(ME) as http:
        send = {"method": ticket["method"], "url": ticket["url"], "headers": ticket["headers"]}
        wrong = http.request(content=bytes(PART), **send)
        right = http.request(content=part(1), **send)
    assert code(wrong) == (400, "wrong-digest")
    assert right.json() == {"number": 1, "sha256": digest, "size": PART}


def test_an_upload_is_nobody_else_s(city: City, begun: str):
    for path in ("", "/parts/1", "/complete"):
        body = {"sha256": DIGEST} if "parts" in path else None
        answer = (
            city.post(OTHER, f"/documents/uploads/{begun}{path}", body)
            if path
            else city.get(OTHER, f"/documents/uploads/{begun}")
        )
        assert code(answer) == (404, "not-found")


def test_an_expired_upload_takes_nothing_more_and_is_begun_again(
    city: City, begun: str, monkeypatch: pytest.MonkeyPatch
):
    put(city, begun, 1)
    later = city.platform.now() + timedelta(hours=25)
    monkeypatch.setattr(bootstrap, "embedded", lambda _: replace(city.platform, now=lambda: later))
    bootstrap.platform.cache_clear()
    answer = put(city, begun, 2)
    assert code(answer) == (409, "out-of-order")
    assert "expired" in answer.json()["reason"]
    again = city.post(ME, "/documents/uploads", NEW).json()
    assert (again["state"], again["missing"]) == ("uploading", [1, 2, 3])


@pytest.mark.parametrize(
    "change",
    [
        {"sha256": DIGEST.upper()},
        {"sha256": None},
        {"size": 0},
        {"size": 1.5},
        {"media_type": "text"},
        {"name": " "},
        {"owner": "citizen-wang"},
    ],
    ids=str,
)
def test_what_does_not_fit_is_refused(city: City, change):
    answer = city.post(ME, "/documents/uploads", {**NEW, **change})
    assert code(answer) == (422, "invalid-request")


def test_a_document_is_refused_for_its_size_before_it_is_sent(city: City):
    largest = {**NEW, "size": files.UPLOAD_LIMIT}
    assert city.post(ME, "/documents/uploads", largest).status_code == 201
    larger = city.post(ME, "/documents/uploads", {**NEW, "size": files.UPLOAD_LIMIT + 1})
    assert code(larger) == (413, "too-large")
    assert larger.json()["limit"] == files.UPLOAD_LIMIT


def test_the_service_takes_a_part_of_the_usual_size():
    assert files.FileBlobs.part_size.fget(None) <= limits.MAX_BODY  # type: ignore[attr-defined]


# Of a case


def test_a_document_that_was_handed_in_again_is_a_new_version_and_the_old_one_stays(city: City):
    case_id = submitted(city, PLAN, "户口本")
    city.post("clerk-chen", f"/cases/{case_id}/return-submission", {"reason": "看不清"})
    clearer = pdf("clearer")
    digest = at_once(city, clearer).json()["sha256"]
    again = {"form": None, "materials": [{"id": "identity", "sha256": digest}]}
    given = city.get(ME, f"/cases/{case_id}").json()["form"]
    done = city.post(ME, f"/cases/{case_id}/resubmit", {**again, "form": given})
    assert done.status_code == 200, done.text
    listed = city.get("clerk-chen", f"/cases/{case_id}/documents").json()["documents"]
    assert [(one["version"], one["current"], one["sha256"]) for one in listed] == [
        (2, True, digest),
        (1, False, DIGEST),
    ]
    assert (listed[1]["by"]["account"], listed[1]["title"]) == (ME, "户口本")
    for one, content in ((DIGEST, PLAN), (digest, clearer)):
        path = f"/cases/{case_id}/documents/{one}"
        assert city.get("clerk-chen", path, accept="application/pdf").content == content
        assert code(city.get(OTHER, path)) == (404, "not-found")
    assert code(city.get(OTHER, f"/cases/{case_id}/documents")) == (404, "not-found")


def test_a_document_is_downloaded_under_a_safe_name(city: City):
    case_id = submitted(city, PLAN, '..\\"户口\n本".exe')
    read = city.get("clerk-chen", f"/cases/{case_id}/documents/{DIGEST}", accept="*/*")
    assert read.headers["X-Content-Type-Options"] == "nosniff"
    said = read.headers["Content-Disposition"]
    assert said.startswith("attachment; filename=")
    assert said.endswith(".exe.pdf")
    assert not set("\\\r\n") & set(said)


def link(city: City, case_id: str) -> str:
    answer = city.post("clerk-chen", f"/cases/{case_id}/documents/{DIGEST}/links")
    assert answer.status_code == 201, answer.text
    return str(answer.json()["url"])


def test_a_link_gives_the_document_out_without_a_token(city: City):
    given = city.get(None, link(city, submitted(city, PLAN)), accept="application/pdf")
    assert (given.status_code, given.content) == (200, PLAN)
    assert given.headers["Content-Type"] == "application/pdf"
    assert given.headers["Cache-Control"] == "private, no-store"


def test_to_ask_about_a_link_uses_up_none_of_its_downloads(city: City):
    url = link(city, submitted(city, PLAN))
    with city.as_("citizen-wang") as http:
        asked = [http.head(url, headers={"Accept": "application/pdf"}) for _ in range(40)]
    assert {one.status_code for one in asked} == {200}
    taken = [city.get(None, url, accept="application/pdf").status_code for _ in range(31)]
    assert taken == [200] * 30 + [429]


def test_a_link_that_was_altered_gives_nothing(city: City):
    url = link(city, submitted(city, PLAN))
    for altered in (url[:-1] + "x", url.replace(DIGEST, "0" * 64), "/documents/links/x", url + "0"):
        assert code(city.get(None, altered)) == (404, "not-found")


def test_a_link_expires(city: City, monkeypatch: pytest.MonkeyPatch):
    url = link(city, submitted(city, PLAN))
    later = city.platform.now() + timedelta(minutes=11)
    monkeypatch.setattr(bootstrap, "embedded", lambda _: replace(city.platform, now=lambda: later))
    bootstrap.platform.cache_clear()
    assert code(city.get(None, url)) == (404, "not-found")


def test_nobody_makes_a_link_to_what_is_not_theirs_to_see(city: City):
    case_id = submitted(city, PLAN)
    path = f"/cases/{case_id}/documents/{DIGEST}/links"
    assert code(city.post(OTHER, path)) == (404, "not-found")
    other = city.post("clerk-chen", f"/cases/{case_id}/documents/{'0' * 64}/links")
    assert code(other) == (404, "not-found")


# Held back until a scanner has seen it


class Suspicious:
    """A scanner that finds what the bytes say."""

    def scan(self, content):
        bytes_ = content.read()
        if b"HUGE" in bytes_:
            return Verdict("too_large")
        found = b"EVIL" in bytes_
        return Verdict("infected", "Evil.Test") if found else Verdict("clean")

    def engine(self):
        return "ClamAV 1.0/1/today"


@pytest.fixture
def scanned(city: City, monkeypatch: pytest.MonkeyPatch) -> City:
    applicant = SENIOR_CARD["applicant"]
    came_to_a_counter(city.platform, "citizen-zhang", applicant["name"], applicant["id_number"])
    platform = replace(city.platform, scanner=Suspicious())
    monkeypatch.setattr(bootstrap, "embedded", lambda _: platform)
    bootstrap.platform.cache_clear()
    city.platform = platform
    return city


def test_a_document_is_held_back_until_it_is_clean(scanned: City):
    case_id = submitted(scanned, PLAN)
    path = f"/cases/{case_id}/documents/{DIGEST}"
    held = scanned.get("clerk-chen", path)
    assert code(held) == (409, "scan-pending")
    assert held.headers["Retry-After"] == "30"
    assert code(scanned.post("clerk-chen", f"{path}/links")) == (409, "scan-pending")
    (listed,) = scanned.get("clerk-chen", f"/cases/{case_id}/documents").json()["documents"]
    assert listed["scan"] == "pending"
    scanned.catch_up()
    assert scanned.get("clerk-chen", path, accept="*/*").content == PLAN
    (listed,) = scanned.get("clerk-chen", f"/cases/{case_id}/documents").json()["documents"]
    assert listed["scan"] == "clean"


def test_an_infected_document_is_never_given_out_and_the_clerk_sees_why(scanned: City):
    evil = pdf("EVIL")
    digest, case_id = sha256(evil).hexdigest(), submitted(scanned, evil)
    scanned.catch_up()
    answer = scanned.get("clerk-chen", f"/cases/{case_id}/documents/{digest}")
    assert code(answer) == (409, "infected")
    assert "Evil.Test" in answer.json()["reason"]
    (listed,) = scanned.get("clerk-chen", f"/cases/{case_id}/documents").json()["documents"]
    assert (listed["scan"], listed["found"]) == ("infected", "Evil.Test")
    upload = at_once(scanned, evil).json()
    assert upload["scan"] == "infected"
    told = scanned.get(ME, f"/documents/uploads/{upload['upload_id']}").json()
    assert told["found"] == "Evil.Test"


def test_what_was_found_infected_is_no_material(scanned: City):
    digest = at_once(scanned, pdf("EVIL")).json()["sha256"]
    scanned.catch_up()
    material = {"id": "identity", "sha256": digest, "media_type": "application/pdf"}
    answer = scanned.post(ME, "/cases", {**SENIOR_CARD, "materials": [material]})
    assert code(answer) == (422, "invalid")
    assert "Evil.Test" in answer.json()["reason"]


def test_what_the_scanner_does_not_take_is_given_to_nobody(scanned: City):
    huge = pdf("HUGE")
    digest, case_id = sha256(huge).hexdigest(), submitted(scanned, huge)
    scanned.catch_up()
    answer = scanned.get("clerk-chen", f"/cases/{case_id}/documents/{digest}")
    assert code(answer) == (409, "unscannable")
    (listed,) = scanned.get("clerk-chen", f"/cases/{case_id}/documents").json()["documents"]
    assert listed["scan"] == "too_large"


# Where documents are kept in a bucket


@pytest.fixture
def in_a_bucket(city: City, monkeypatch: pytest.MonkeyPatch) -> Iterator[City]:
    with mock_aws():
        blobs = S3Blobs(cloud.client("s3"), cloud.bucket())
        platform = replace(city.platform, blobs=blobs)
        monkeypatch.setattr(bootstrap, "embedded", lambda _data: platform)
        bootstrap.platform.cache_clear()
        city.platform = platform
        yield city


def test_in_a_bucket_parts_go_past_the_service_and_make_the_document(in_a_bucket: City):
    begun = in_a_bucket.post(ME, "/documents/uploads", NEW).json()
    assert begun["missing"] == [1]
    path = f"/documents/uploads/{begun['upload_id']}"
    ticket = in_a_bucket.post(ME, f"{path}/parts/1", {"sha256": DIGEST}).json()
    assert (ticket["method"], ticket["url"][:8]) == ("PUT", "https://")
    assert put(in_a_bucket, begun["upload_id"], 1, PLAN).status_code == 200
    assert in_a_bucket.post(ME, f"{path}/complete").json()["state"] == "received"
    assert in_a_bucket.platform.blobs.get(ME, DIGEST) == PLAN


def test_in_a_bucket_a_link_is_the_bucket_s_own(in_a_bucket: City):
    url = link(in_a_bucket, submitted(in_a_bucket, PLAN))
    assert url.startswith("https://")
    assert "X-Amz-Expires=600" in url
