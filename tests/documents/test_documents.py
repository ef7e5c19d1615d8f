"""Documents where things go wrong: crashes, two at once, a full disk, a scanner that is away."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO

import pytest

from chalicelib import bootstrap
from chalicelib.adapters.local import files
from chalicelib.documents.application import documents, malware_scan
from chalicelib.documents.application.documents import New
from chalicelib.documents.domain import document
from chalicelib.documents.subscribers import document_scans
from chalicelib.eventlog.codec import events
from chalicelib.eventlog.consumers import catch_up
from chalicelib.eventlog.feed import Feed
from chalicelib.eventlog.ports import Unavailable
from chalicelib.kernel.actor import Actor, Role
from chalicelib.kernel.errors import Invalid
from chalicelib.platform.platform import Platform
from chalicelib.platform.scanner import ScannerUnavailable, Verdict
from chalicelib.serving.illustration import pdf

from ..adapters.commits import at_once

ME = Actor(account="citizen-zhang", role=Role.APPLICANT)
PLAN = pdf("floor plan")
DIGEST = sha256(PLAN).hexdigest()
NEW = New(DIGEST, len(PLAN), "application/pdf", "plan.pdf")


class Crash(BaseException):
    """The process dies."""


@pytest.fixture
def opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], Platform]:
    """The platform, as a process that starts finds it."""
    monkeypatch.setattr(files, "PART_SIZE", 250)
    return lambda: bootstrap.embedded(tmp_path / "city", synchronous="OFF")


@pytest.fixture
def platform(opened: Callable[[], Platform]) -> Platform:
    return opened()


def send(platform: Platform) -> str:
    """All parts; the upload's id."""
    begun = documents.begin(platform, ME, NEW)
    for number in begun.missing:
        part = PLAN[(number - 1) * 250 : number * 250]
        documents.put_part(platform, ME, begun.upload_id, number, part)
    return begun.upload_id


def counted(platform: Platform) -> list[str]:
    stream = documents.stream(documents.document_id(ME.account, DIGEST))
    commits = platform.store.load(stream).commits
    return [one.type for one in events(platform.codec, commits)]


@pytest.mark.parametrize(
    "line", ["_write", "_sync", "mkstemp", "identify", "_received", "run", "discard", "_remove"]
)
def test_dying_anywhere_loses_no_part_and_leaves_no_half_document(
    opened: Callable[[], Platform], monkeypatch: pytest.MonkeyPatch, line: str
):
    upload_id = send(opened())

    def die(*_: object, **__: object) -> None:
        raise Crash

    with monkeypatch.context() as patch:
        where = next(one for one in (files, documents, files.FileBlobs) if line in vars(one))
        patch.setattr(where, line, die)
        with pytest.raises(Crash):
            documents.complete(opened(), ME, upload_id)
    again = opened()
    state = documents.status(again, ME, upload_id)
    assert isinstance(state.state, document.Kept) or state.missing == []
    done = documents.complete(again, ME, upload_id)
    assert isinstance(done.state, document.Kept)
    assert again.blobs.get(ME.account, DIGEST) == PLAN
    assert counted(again) == ["UploadBegun", "DocumentReceived"]


def test_eight_processes_complete_one_upload_at_once(opened: Callable[[], Platform]):
    upload_id = send(opened())
    done = at_once([partial(documents.complete, opened(), ME, upload_id) for _ in range(8)])
    assert {type(one.state) for one in done} == {document.Kept}
    assert counted(opened()) == ["UploadBegun", "DocumentReceived"]
    assert opened().blobs.get(ME.account, DIGEST) == PLAN


def test_a_full_disk_acknowledges_nothing_and_it_goes_on_afterwards(
    platform: Platform, monkeypatch: pytest.MonkeyPatch
):
    upload_id = send(platform)

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("os.fsync", full)
        with pytest.raises(Unavailable, match="No space left"):
            documents.complete(platform, ME, upload_id)
        with pytest.raises(Unavailable, match="No space left"):
            documents.put_part(platform, ME, upload_id, 1, PLAN[:250])
    assert documents.status(platform, ME, upload_id).missing == []
    assert isinstance(documents.complete(platform, ME, upload_id).state, document.Kept)


def test_parts_are_gone_once_the_document_is_there_and_swept_if_it_never_is(platform: Platform):
    upload_id = send(platform)
    assert documents.sweep(platform) == 0
    later = replace(platform, now=lambda: platform.now() + 2 * documents.KEPT)
    assert documents.sweep(later) == 3
    assert documents.status(platform, ME, upload_id).missing == [1, 2, 3]
    send(platform)
    documents.complete(platform, ME, upload_id)
    assert documents.sweep(later) == 0


# What may be a material of a case


def test_a_document_is_checked_by_its_content(platform: Platform):
    documents.put(platform, ME, PLAN, "application/octet-stream", None)
    assert documents.checked(platform, ME.account, DIGEST) == (
        len(PLAN),
        "application/pdf",
        "not_scanned",
    )
    with pytest.raises(Invalid, match=r"image/png.*application/pdf"):
        documents.checked(platform, ME.account, DIGEST, "image/png")
    with pytest.raises(Invalid, match="hand it in first"):
        documents.checked(platform, "citizen-wang", DIGEST)


def test_half_an_upload_is_no_material(platform: Platform):
    send(platform)
    with pytest.raises(Invalid, match="not complete"):
        documents.checked(platform, ME.account, DIGEST)


def test_what_came_past_the_scanner_is_no_material(platform: Platform):
    platform.blobs.put(ME.account, PLAN)
    assert documents.checked(platform, ME.account, DIGEST).media_type == "application/pdf"
    with pytest.raises(Invalid, match="again"):
        documents.checked(replace(platform, scanner=Moody()), ME.account, DIGEST)


# Scans


class Moody:
    """A scanner that is away first, and learns of a new signature."""

    def __init__(self, *, away: int = 0) -> None:
        self.away, self.asked, self.known = away, 0, b"nothing"
        self.too_large = False

    def scan(self, content: BinaryIO) -> Verdict:
        self.asked += 1
        if self.asked <= self.away:
            raise ScannerUnavailable("clamd is away")
        if self.too_large:
            return Verdict("too_large")
        found = self.known in content.read()
        return Verdict("infected", "New.Thing") if found else Verdict("clean")

    def engine(self) -> str:
        return f"ClamAV 1.4.3/{self.known!r}"


@pytest.fixture
def moody(monkeypatch: pytest.MonkeyPatch) -> Moody:
    monkeypatch.setattr(document_scans, "PAUSE", 0.0)
    return Moody()


def scanning(platform: Platform) -> None:
    catch_up(document_scans.subscriber(platform), Feed(platform.source), platform.views)


def verdict(platform: Platform) -> str:
    kept = documents.kept(platform, ME.account, DIGEST)
    assert kept is not None
    return kept.scan


def test_a_document_is_scanned_once_however_often_the_event_comes(platform: Platform, moody: Moody):
    watched = replace(platform, scanner=moody)
    kept = documents.put(watched, ME, PLAN, "application/pdf", None)
    assert verdict(watched) == "pending"
    scanning(watched)
    malware_scan.on_received(watched, kept.upload_id)
    assert (verdict(watched), moody.asked) == ("clean", 1)


def test_while_the_scanner_is_away_a_document_is_held_back_and_scanned_later(
    platform: Platform, moody: Moody
):
    watched, moody.away = replace(platform, scanner=moody), 2
    documents.put(watched, ME, PLAN, "application/pdf", None)
    scanning(watched)
    assert (verdict(watched), moody.asked) == ("clean", 3)


def test_a_scanner_that_stays_away_leaves_it_pending(platform: Platform, moody: Moody):
    watched, moody.away = replace(platform, scanner=moody), 1000
    documents.put(watched, ME, PLAN, "application/pdf", None)
    scanning(watched)
    assert verdict(watched) == "pending"


def test_what_is_too_large_for_the_scanner_is_held_back_and_tried_again_when_asked(
    platform: Platform, moody: Moody
):
    watched, moody.too_large = replace(platform, scanner=moody), True
    documents.put(watched, ME, PLAN, "application/pdf", None)
    scanning(watched)
    assert (verdict(watched), moody.asked) == ("too_large", 1)
    moody.too_large = False
    for one in malware_scan.outdated(watched, documents.every(watched), moody.engine()):
        malware_scan.scan(watched, one)
    assert verdict(watched) == "clean"


def test_a_scanner_that_was_removed_leaves_what_waits_for_it_held_back(
    platform: Platform, moody: Moody
):
    documents.put(replace(platform, scanner=moody), ME, PLAN, "application/pdf", None)
    scanning(platform)
    assert verdict(platform) == "pending"


def test_new_signatures_find_what_was_clean_and_old_documents_are_scanned_too(
    platform: Platform, moody: Moody
):
    documents.put(platform, ME, PLAN, "application/pdf", None)
    watched = replace(platform, scanner=moody)
    assert verdict(watched) == "not_scanned"
    for known, said in ((b"nothing", "clean"), (b"floor plan", "infected")):
        moody.known = known
        for one in malware_scan.outdated(watched, documents.every(watched), moody.engine()):
            malware_scan.scan(watched, one)
        assert verdict(watched) == said
        assert not list(malware_scan.outdated(watched, documents.every(watched), moody.engine()))
    with pytest.raises(Invalid, match=r"New\.Thing"):
        documents.checked(watched, ME.account, DIGEST)
