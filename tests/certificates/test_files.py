"""签章: each certificate gets its file and signature once; a poison one holds up itself alone."""

import json
from base64 import b64decode
from dataclasses import replace
from hashlib import sha256

import pytest

from chalicelib.certificates.application import certificates
from chalicelib.certificates.application import signing as certificate_seal
from chalicelib.certificates.subscribers import signing as certificate_files
from chalicelib.eventlog.consumers import catch_up, status
from chalicelib.eventlog.feed import Feed
from chalicelib.eventlog.retries import retry
from chalicelib.platform.platform import Platform
from chalicelib.platform.renderer import Face, Unprintable
from chalicelib.platform.signatures import BadSignature

from ..office import Office
from .office_givens import identifier_of, issued, known, run_only


class Press:
    """A renderer that cannot print the certificates of `unprintable`."""

    def __init__(self, unprintable: str | None = None) -> None:
        self.unprintable = unprintable
        self.printed: list[Face] = []

    def render(self, face: Face, /) -> bytes:
        if face.identifier == self.unprintable:
            raise Unprintable("holder", "𠀀")
        self.printed.append(face)
        return f"%PDF {face}".encode()


def with_press(office: Office, press: Press) -> Platform:
    return replace(office.platform, renderer=lambda: press)


def files(platform: Platform) -> None:
    once = certificate_files.subscriber(platform)._replace(attempts=1)
    catch_up(once, Feed(platform.source), platform.views)


def test_the_file_and_its_signature_are_kept_and_hold(office: Office):
    state = known(office, issued(office))
    sealed = certificate_seal.sealed_of(state)
    content = certificate_seal.pdf(office.platform, state)
    assert content.startswith(b"%PDF-")
    assert sha256(content).hexdigest() == sealed.sha256
    key = b64decode(sealed.public_key)
    certificate_seal.check(sealed, content, key)
    with pytest.raises(BadSignature):
        certificate_seal.check(sealed, content + b"\n", key)
    assert key == office.platform.signer().public_key()


def test_the_manifest_ties_the_file_to_the_certificate(office: Office):
    identifier = issued(office)
    told = json.loads(certificate_seal.sealed_of(known(office, identifier)).manifest)
    assert told == {
        "identifier": identifier,
        "version": "001",
        "sha256": certificate_seal.sealed_of(known(office, identifier)).sha256,
        "state": "01",
        "issued_on": "2026-02-10",
        "sealed_at": "2026-02-10T10:00:00+08:00",
    }


def test_the_face_leads_to_verification_and_shows_no_whole_id(office: Office):
    press = Press()
    office.granted()
    run_only(office, "certificates")
    files(with_press(office, press))
    (face,) = press.printed
    assert face.verification_url.startswith(f"{office.platform.public_url}/verify/")
    assert "44080219500101123X" not in str(face)
    assert [row.label for row in face.rows] == ["证件号码"]


def test_one_that_cannot_be_printed_holds_up_itself_alone_and_is_tried_again(office: Office):
    first, second = office.granted(), office.granted()
    run_only(office, "certificates")
    bad, good = identifier_of(office, first), identifier_of(office, second)
    platform = with_press(office, Press(bad))
    files(platform)
    assert known(office, good).record.sealed is not None
    assert known(office, bad).record.sealed is None
    (told,) = status([certificate_files.subscriber(platform)], platform.source, platform.views)
    assert told.last_failure is not None
    assert told.last_failure.stream == certificates.stream(bad)
    mended = certificate_files.subscriber(with_press(office, Press()))
    retry(mended, platform.source, platform.views)
    assert known(office, bad).record.sealed is not None


def test_of_two_seals_at_once_the_first_counts(office: Office):
    """Both have rendered and signed before either is recorded: a signature is never the same."""
    identifier = issued(office)
    first = certificate_seal.sealed_of(known(office, identifier))
    other = first.model_copy(update={"signature": first.manifest_signature})
    certificate_seal._record(office.platform, identifier, other)
    assert certificate_seal.sealed_of(known(office, identifier)) == first


def test_who_died_before_the_seal_was_recorded_seals_it_later(
    office: Office, monkeypatch: pytest.MonkeyPatch
):
    case_id = office.granted()
    run_only(office, "certificates")
    identifier = identifier_of(office, case_id)
    with monkeypatch.context() as patch:
        patch.setattr(certificate_seal, "_record", dying)
        with pytest.raises(ProcessDied):
            certificate_seal.seal(office.platform, identifier)
    assert known(office, identifier).record.sealed is None
    office.catch_up()
    certificate_seal.pdf(office.platform, known(office, identifier))


class ProcessDied(BaseException):
    pass


def dying(*_: object) -> None:
    raise ProcessDied
