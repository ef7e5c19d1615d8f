"""A certificate on AWS: the same streams, its file in S3. (moto's KMS signs what KMS does not.)"""

from base64 import b64decode
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from chalicelib import bootstrap
from chalicelib.adapters.local.local_signer import LocalSigner
from chalicelib.cases.domain import commands as c
from chalicelib.certificates.application import showings
from chalicelib.certificates.application import signing as certificate_seal
from chalicelib.eventlog.sequencing.retries import resequence

from .. import cloud
from ..office import HEAD, Office
from .office_givens import identifier_of, known, run_only, status


@pytest.fixture
def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Office]:
    bootstrap.sequencer.cache_clear()
    with cloud.stack(monkeypatch, b"s" * 32):
        made = Office(bootstrap.aws)
        signer = LocalSigner(tmp_path / "signing.pem")
        made.platform = replace(made.platform, signer=lambda: signer)
        yield made
    bootstrap.sequencer.cache_clear()


def follow(office: Office) -> None:
    """What the triggers do: put into the log what was committed, and wake who waits for it."""
    for name in ("certificates", "certificate_files"):
        resequence(bootstrap.sequencer(), bootstrap.streams())
        run_only(office, name)


def test_it_is_issued_sealed_verified_and_revoked_with_its_case(office: Office):
    case_id = office.granted()
    follow(office)
    identifier = identifier_of(office, case_id)
    state = known(office, identifier)
    sealed = certificate_seal.sealed_of(state)
    content = certificate_seal.pdf(office.platform, state)
    certificate_seal.check(sealed, content, b64decode(sealed.public_key))
    token = showings.printed(office.platform, identifier)
    assert showings.verify(office.platform, token).state == "valid"
    office.do(HEAD, case_id, c.Void, reason="以虚假材料取得")
    follow(office)
    assert status(office, identifier) == "03"
    assert showings.verify(office.platform, token).state == "revoked"
