"""A document in parts, its versions in a case, and a link to it."""

from hashlib import sha256
from time import monotonic, sleep

from chalicelib.serving.illustration import pdf

from .cases import CARD, Json, Story, citizen
from .walking import Walker

WHO = "citizen-zhang"
PLAN = pdf("floor plan in parts")
DIGEST = sha256(PLAN).hexdigest()
NEW: Json = {
    "sha256": DIGEST,
    "size": len(PLAN),
    "media_type": "application/pdf",
    "name": "户口本.pdf",
}


def a_document_in_parts_and_a_link_to_it(walk: Walker) -> None:
    upload = walk(WHO, "POST", "/documents/uploads", NEW).json()
    path = f"/documents/uploads/{upload['upload_id']}"
    early = walk(WHO, "POST", f"{path}/complete", fits=False)
    assert (early.status_code, early.json()["code"]) == (409, "out-of-order")
    ticket = walk(WHO, "POST", f"{path}/parts/1", {"sha256": DIGEST}).json()
    walk(WHO, ticket["method"], ticket["url"], headers=ticket["headers"], content=PLAN)
    assert walk(WHO, "GET", path).json()["missing"] == []
    done = walk(WHO, "POST", f"{path}/complete").json()
    assert (done["state"], done["media_type"]) == ("received", "application/pdf")
    story = Story(walk)
    material = {"id": "identity", "sha256": DIGEST, "media_type": "application/pdf"}
    story.submit(WHO, {**citizen(*CARD), "materials": [material]})
    _read(walk, story.case_id)


def _read(walk: Walker, case_id: str) -> None:
    listed = walk("clerk-chen", "GET", f"/cases/{case_id}/documents").json()["documents"]
    assert [(one["version"], one["sha256"]) for one in listed] == [(1, DIGEST)]
    path = f"/cases/{case_id}/documents/{DIGEST}"
    assert walk("clerk-chen", "GET", path).content == PLAN
    link = walk("clerk-chen", "POST", f"{path}/links").json()
    assert walk(None, "GET", link["url"]).content == PLAN
    assert walk(None, "GET", f"{link['url']}0", fits=False).status_code == 404


def _own(walk: Walker) -> set[str]:
    listed = walk(WHO, "GET", "/documents", query={"limit": 100}).json()["items"]
    return {one["upload_id"] for one in listed}


def a_document_that_nobody_needs(walk: Walker) -> None:
    content = pdf("the wrong plan")
    headers = {"Content-Type": "application/pdf"}
    upload = walk(WHO, "POST", "/documents", headers=headers, content=content).json()
    end = monotonic() + 20
    while upload["upload_id"] not in _own(walk):
        assert monotonic() < end
        sleep(0.05)
    path = f"/documents/uploads/{upload['upload_id']}"
    assert walk(WHO, "DELETE", path).status_code == 204
    assert walk(WHO, "DELETE", path, fits=False).status_code == 404


def what_is_not_taken(walk: Walker) -> None:
    text = {"Content-Type": "text/plain"}
    refused = walk(WHO, "POST", "/cases", headers=text, content=b"{}", fits=False)
    assert (refused.status_code, refused.json()["accepted"]) == (415, ["application/json"])
    form = {"Content-Type": "multipart/form-data; boundary=x"}
    refused = walk(WHO, "POST", "/documents", headers=form, content=b"--x--", fits=False)
    assert (refused.status_code, refused.json()["code"]) == (400, "malformed-form")


STORIES = (a_document_in_parts_and_a_link_to_it, a_document_that_nobody_needs, what_is_not_taken)
