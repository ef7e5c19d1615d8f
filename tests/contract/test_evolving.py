"""Every `evolve` is of one mind about an event that cannot follow: it raises, in the same words."""

import json
from types import ModuleType
from typing import Any

import pytest

from chalicelib.bootstrap.codec import CODEC
from chalicelib.cases import domain as case
from chalicelib.certificates.domain import certificate, showing
from chalicelib.clock import calendar_stream
from chalicelib.codes import serial
from chalicelib.contract import contracts
from chalicelib.contract.events import EventType, event_types
from chalicelib.documents.domain import document
from chalicelib.eventlog import canary, skipping
from chalicelib.items.domain import item, missed
from chalicelib.kernel.errors import Impossible
from chalicelib.organisations.domain import registry
from chalicelib.people.domain import account, claim, entity, mandate
from chalicelib.platform import duty
from chalicelib.ratings.domain import rating

from ..serving.keeping import decoded
from ..stories.cases import ROOT

DECIDERS: dict[str, ModuleType] = {
    case.CATEGORY: case,
    item.CATEGORY: item,
    missed.CATEGORY: missed,
    calendar_stream.CATEGORY: calendar_stream,
    serial.CATEGORY: serial,
    canary.CATEGORY: canary,
    skipping.CATEGORY: skipping,
    duty.CATEGORY: duty,
    document.CATEGORY: document,
    account.CATEGORY: account,
    claim.CATEGORY: claim,
    entity.CATEGORY: entity,
    mandate.CATEGORY: mandate,
    rating.CATEGORY: rating,
    certificate.CATEGORY: certificate,
    showing.CATEGORY: showing,
    registry.CATEGORY: registry,
}
FIRST = {
    "CaseDrafted",
    "CaseSubmitted",
    "CaseImported",
    "ItemDraftSaved",
    "ItemPublished",
    "OrganisationsPublished",
    "QueryMissed",
    "CalendarYearPublished",
    "SerialsReserved",
    "EventSkipped",
    "DutyTakenUp",
    "UploadBegun",
    "DocumentReceived",
    "PersonRegistered",
    "WechatBound",
    "IdentityClaimed",
    "EntityRegistered",
    "MandateGranted",
    "ServiceRated",
    "CertificateCreated",
    "TokenPrinted",
    "CertificateShown",
}
TYPES = {event.name: event for event in event_types()}


def example(event: EventType) -> Any:
    return decoded(json.loads(contracts.example_path(ROOT, event).read_text("utf-8"))).data


def folded(category: str, *names: str) -> Any:
    return DECIDERS[category].fold([example(TYPES[name]) for name in names])


def test_every_stream_is_folded_here():
    assert DECIDERS.keys() == CODEC.categories.keys()
    assert TYPES.keys() >= FIRST


@pytest.mark.parametrize("name", [name for name in TYPES if name not in FIRST])
def test_what_cannot_be_first_is_impossible(name: str):
    with pytest.raises(Impossible, match=rf"^{name} does not follow (Absent|Free)$"):
        folded(TYPES[name].category, name)


@pytest.mark.parametrize("name", sorted(FIRST))
def test_what_can_be_first_begins_a_stream(name: str):
    category = TYPES[name].category
    assert folded(category, name) != folded(category)


@pytest.mark.parametrize(
    ("names", "state"),
    [
        (["CaseSubmitted", "CaseImported"], "Submitted"),
        (["CaseSubmitted", "CaseSubmitted"], "Submitted"),
        (["CaseDrafted", "MistakeCorrected"], "Drafted"),
        (["CaseImported", "CaseAccepted"], "Imported"),
        (["CaseSubmitted", "CaseSuspended"], "Submitted"),
        (["CaseSubmitted", "ExtensionRequested"], "Submitted"),
        (["CaseSubmitted", "CaseGranted"], "Submitted"),
        (["CaseSubmitted", "CaseConcluded"], "Submitted"),
        (["CaseSubmitted", "CaseArchived"], "Submitted"),
        (["CaseSubmitted", "CaseAccepted", "AcceptanceRefused"], "Accepted"),
        (["CaseSubmitted", "CaseAccepted", "SubmissionReturned"], "Accepted"),
        (["CaseSubmitted", "CaseAccepted", "CertificateIssued"], "Accepted"),
        (["CaseSubmitted", "CaseAccepted", "CaseDenied", "CertificateIssued"], "Decided"),
        (["CaseSubmitted", "CaseAccepted", "CaseGranted", "CaseWithdrawn"], "Decided"),
        (["CaseSubmitted", "CaseWithdrawn", "CaseVoided"], "Closed"),
        (["CaseSubmitted", "CaseWithdrawn", "CaseArchived", "CaseRated"], "Archived"),
        (["ItemDraftSaved", "ItemTookOver"], "Drafted"),
        (["ItemPublished", "ItemResumed"], "Published"),
        (["ItemPublished", "ItemRetired", "ItemSuspended"], "Retired"),
        (["DocumentReceived", "UploadRefused"], "Kept"),
        (["DocumentReceived", "DocumentReceived"], "Kept"),
        (["UploadBegun", "DocumentScanned"], "Uploading"),
        (["PersonRegistered", "AccountClosed", "PhoneChanged"], "Closed"),
        (["IdentityClaimed", "ClaimReleased", "ClaimReleased"], "Free"),
        (["EntityRegistered", "EntityRegistered"], "Entity"),
        (["MandateGranted", "MandateGranted"], "Granted"),
        (["MandateGranted", "MandateRevoked", "MandateRevoked"], "Revoked"),
        (["CertificateCreated", "CertificateCreated"], "Issued"),
        (["CertificateCreated", "CertificateRevoked", "CertificateRestored"], "Ended"),
        (["CertificateShown", "CertificateShown"], "Shown"),
        (["TokenPrinted", "ShowingVerified"], "Printed"),
        (["CertificateShown", "ShowingVerified", "ShowingVerified"], "Verified"),
        (["CertificateShown", "ShowingVerified", "ShowingHandedIn"], "Verified"),
        (["CertificateShown", "ShowingHandedIn", "ShowingVerified"], "HandedIn"),
        (["ServiceRated", "ServiceRated"], "Rated"),
        (["ServiceRated", "RatingAnswered"], "Rated"),
        (["ServiceRated", "RatingVerified", "RatingAppealed"], "Verified"),
    ],
    ids=" ".join,
)
def test_what_does_not_follow_its_state_is_impossible(names: list[str], state: str):
    with pytest.raises(Impossible, match=rf"^{names[-1]} does not follow {state}$"):
        folded(TYPES[names[0]].category, *names)
