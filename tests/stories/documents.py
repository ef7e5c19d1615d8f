"""A document is handed in, scanned, found infected later; another upload is refused."""

from dataclasses import replace
from hashlib import sha256
from typing import BinaryIO

import pytest

from chalicelib.documents.application import discarding, documents, malware_scan
from chalicelib.kernel.errors import Invalid
from chalicelib.platform.scanner import Verdict
from chalicelib.serving.illustration import pdf

from .world import World, actor


class Scanner:
    """Its signatures tell what it finds."""

    def __init__(self, verdict: Verdict, day: str) -> None:
        self._verdict, self._day = verdict, day

    def scan(self, _content: BinaryIO) -> Verdict:
        return self._verdict

    def engine(self) -> str:
        return f"ClamAV 1.4.3/27{self._day}/{self._day} 2026"


def a_document_is_scanned_twice(here: World) -> None:
    here.at("07-06")
    who, content = actor("citizen-zhang"), pdf("floor plan")
    watched = replace(here.platform, scanner=Scanner(Verdict("clean"), "187"))
    new = documents.New(sha256(content).hexdigest(), len(content), "application/pdf", "平面图.pdf")
    begun = documents.begin(watched, who, new)
    documents.put_part(watched, who, begun.upload_id, 1, content)
    documents.complete(watched, who, begun.upload_id)
    malware_scan.on_received(watched, begun.upload_id)
    found = Verdict("infected", "Pdf.Exploit.CVE_2026_0001-1")
    later = replace(watched, scanner=Scanner(found, "188"))
    for one in documents.every(later):
        malware_scan.scan(later, one)


def an_upload_is_refused(here: World) -> None:
    here.at("07-07")
    who, content = actor("citizen-zhang"), pdf("not what was announced")
    new = documents.New("0" * 64, len(content), "application/pdf", "证明.pdf")
    begun = documents.begin(here.platform, who, new)
    documents.put_part(here.platform, who, begun.upload_id, 1, content)
    with pytest.raises(Invalid, match="the parts make"):
        documents.complete(here.platform, who, begun.upload_id)


def a_document_is_discarded_and_another_used(here: World) -> None:
    here.at("07-08")
    who = actor("citizen-zhang")
    wrong = documents.put(here.platform, who, pdf("the wrong plan"), "application/pdf", None)
    discarding.discard(here.platform, who, wrong.upload_id)
    right = pdf("the right plan")
    documents.put(here.platform, who, right, "application/pdf", None)
    digest = sha256(right).hexdigest()
    discarding.use(here.platform, who, who.account, digest, "case-5d41402abc4b2a76b9719d911017c592")


STORIES = (
    a_document_is_scanned_twice,
    an_upload_is_refused,
    a_document_is_discarded_and_another_used,
)
