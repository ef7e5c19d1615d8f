"""Which documents a log names: what is written there by name is so called."""

import json
from pathlib import Path

from chalicelib.certificates.application import document_names
from chalicelib.certificates.application.document_names import named
from chalicelib.certificates.application.signing import OWNER
from chalicelib.certificates.domain.events import CertificateSealed
from chalicelib.documents.domain.document import DocumentReceived, place
from chalicelib.eventlog.auditing.verifying import Document

EVENTS = Path(__file__).resolve().parents[2] / "events"


def test_the_names_are_those_of_the_events():
    assert CertificateSealed.__name__ == document_names.SEALED
    assert DocumentReceived.__name__ == document_names.RECEIVED
    assert document_names.OWNER == OWNER


def body(**event):
    return json.dumps({"events": [event]}).encode()


def test_a_document_that_came_again_lies_at_another_place():
    data = {"owner": "citizen-zhang", "sha256": "ab", "generation": 2}
    found = named(body(type="DocumentReceived", data=data))
    assert found == [Document(place("citizen-zhang", 2), "ab")]


def test_every_published_example_with_a_digest_names_its_document():
    """But UploadBegun, of which nothing is kept yet."""
    for file in sorted(EVENTS.glob("*/*.example.json")):
        text = file.read_text(encoding="utf-8")
        example = json.loads(text)
        event = {"type": file.name.partition(".")[0], "data": example.get("data", example)}
        if '"sha256"' in text and event["type"] != "UploadBegun":
            assert named(json.dumps({"events": [event]}).encode()), file.name


def test_what_is_no_body_names_none():
    assert named(b"[]") == named(b"\xff") == []
