"""What cases make of certificates: their streams, versions, renewals and ends."""

import pytest

from chalicelib import bootstrap
from chalicelib.cases.domain import commands as c
from chalicelib.cases.domain.state import certificate_of
from chalicelib.certificates.application import certificates as held
from chalicelib.certificates.domain import certificate
from chalicelib.certificates.domain.events import Link
from chalicelib.certificates.subscribers import (
    issuing as certificates,
)
from chalicelib.certificates.subscribers import (
    signing as certificate_files,
)
from chalicelib.codes.numbers import certificate_id
from chalicelib.codes.parties import IdKind
from chalicelib.eventlog import consumers
from chalicelib.eventlog.codec import events
from chalicelib.items.application import items
from chalicelib.items.domain.plan import CertificateField
from chalicelib.kernel.errors import Invalid, NotAllowed, NotFound
from chalicelib.people.application.identity import reference
from chalicelib.platform.platform import Caller, Platform

from ..office import CLERK, HALL, HEAD, MANAGER, Office
from .office_givens import LAW, again, grant, identifier_of, issued, known, months, run_only, status

ID = "44080219500101123X"


def everything(platform: Platform) -> list[tuple[str, int]]:
    return [(one.stream, one.last_version) for one in platform.log.read(0, 1_000_000)]


def deliver_again(office: Office) -> None:
    for one in list(events(office.platform.codec, office.platform.log.read(0, 1_000_000))):
        certificates.on_event(office.platform, one)
        certificate_files.on_event(office.platform, one)


def test_a_grant_leads_to_a_certificate_that_says_whose_and_masks_the_id(office: Office):
    created = known(office, issued(office)).record.created
    face = created.face
    assert (face.name, face.holder_name, face.issuer_name) == ("老年人优待证", "张三", "市民政局")
    assert face.holder_id == "440***********123X"
    assert created.holder.startswith("person:")
    assert (created.account, created.department) == ("citizen", "440800-civil")


def test_it_says_what_the_item_takes_from_the_form(office: Office):
    kind = office.definition.certificate
    assert kind is not None
    says = (
        CertificateField(label="住址", form="residence"),
        CertificateField(label="单位", form="employer"),
    )
    changed = office.definition.model_copy(
        update={"certificate": kind.model_copy(update={"says": says})}
    )
    items.publish(office.platform, office.caller(MANAGER), changed)
    said = known(office, issued(office)).record.created.face.says
    assert [(one.label, one.value) for one in said] == [("住址", "湛江市赤坎区示例路 1 号")]


def test_who_died_after_the_case_said_so_makes_the_stream_later(office: Office):
    case_id = office.granted()
    for one in events(office.platform.codec, office.platform.store.load(f"case-{case_id}").commits):
        if one.type == "CaseGranted":
            certificates.issue(office.platform, one)  # and here the process dies
    identifier = identifier_of(office, case_id)
    assert held.state_of(office.platform, identifier) == certificate.Absent()
    office.catch_up()
    assert status(office, identifier) == "01"


def test_what_is_delivered_twice_makes_nothing_more(office: Office):
    case_id = again(office, issued(office))
    grant(office, case_id)
    office.catch_up()
    before = everything(office.platform)
    deliver_again(office)
    assert everything(office.platform) == before


def test_a_case_that_is_corrected_later_leaves_the_certificate_as_it_was(office: Office):
    identifier = issued(office)
    created = known(office, identifier).record.created
    application = office.state(created.case_id).application
    correction = {
        "mistake": application.sources["applicant"],
        "field": "applicant.name",
        "now": "张叁",
    }
    office.do(HEAD, created.case_id, c.CorrectMistake, reason="来电更正", **correction)
    office.catch_up()
    deliver_again(office)
    assert known(office, identifier).record.created == created


def test_a_certificate_that_the_staff_issued_gets_its_stream_as_well(office: Office):
    case_id = office.granted()
    kind = office.definition.certificate
    assert kind is not None
    own = certificate_id(kind.type, kind.issuer, "A7")
    office.do(CLERK, case_id, c.IssueCertificate, identifier=own)
    office.catch_up()
    assert status(office, own) == "01"


def test_voiding_the_case_revokes_its_certificate(office: Office):
    case_id = office.granted()
    office.catch_up()
    office.do(HEAD, case_id, c.Void, reason="以虚假材料取得")
    office.catch_up()
    state = known(office, identifier_of(office, case_id))
    assert isinstance(state, certificate.Ended)
    assert (status(office, state.record.identifier), state.why.reason) == ("03", "以虚假材料取得")
    assert state.why.document == f"{office.state(case_id).application.number}-14-01"


def test_what_was_withdrawn_before_the_case_was_voided_stays_withdrawn(office: Office):
    case_id = office.granted()
    office.catch_up()
    identifier = identifier_of(office, case_id)
    command = certificate.Withdraw(at=office.now(), by=HEAD, reason="出借", **LAW)
    held.operate(office.platform, office.caller(HEAD), identifier, command)
    office.do(HEAD, case_id, c.Void, reason="以虚假材料取得")
    office.catch_up()
    assert status(office, identifier) == "07"
    assert parked(office) == 0


def parked(office: Office) -> int:
    platform = office.platform
    every = bootstrap.consumers(platform)
    return sum(one.parked for one in consumers.status(every, platform.source, platform.views))


def test_a_case_that_was_voided_first_gets_no_certificate(office: Office):
    case_id = office.granted()
    office.do(HEAD, case_id, c.Void, reason="重复申报")
    office.catch_up()
    assert certificate_of(office.state(case_id)) is None


def test_what_an_older_release_issued_and_voided_is_taken_in(office: Office):
    """The consumer `certificates` has passed those cases; `certificate_files` begins anew."""
    cases = [office.granted(), office.granted()]
    for case_id in cases:
        stream = office.platform.store.load(f"case-{case_id}")
        for one in events(office.platform.codec, stream.commits):
            if one.type == "CaseGranted":
                certificates.issue(office.platform, one)
    office.do(HEAD, cases[1], c.Void, reason="重复")
    run_only(office, "certificate_files")
    assert [status(office, identifier_of(office, one)) for one in cases] == ["01", "03"]
    assert known(office, identifier_of(office, cases[0])).record.sealed is not None


# Renewal and change


def test_a_renewal_is_known_to_the_certificate_while_it_is_open(office: Office):
    months(office, 12)
    identifier = issued(office)  # the last day is 2027-02-09
    office.day = "2027-01-04"
    case_id = again(office, identifier)
    office.catch_up()
    renewal = known(office, identifier).record.renewal
    assert renewal is not None
    assert (renewal.case_id, renewal.in_time) == (case_id, True)
    office.day = "2027-02-20"
    assert status(office, identifier) == "01"
    office.do(HALL, case_id, c.Withdraw, reason="不再经营")
    office.catch_up()
    office.day = "2027-02-21"
    assert status(office, identifier) == "05"


def test_a_certificate_without_end_has_nothing_to_renew(office: Office):
    identifier = issued(office)
    again(office, identifier)
    office.catch_up()
    assert known(office, identifier).record.renewal is None


def test_a_granted_renewal_makes_a_new_certificate_in_the_place_of_the_old_one(office: Office):
    identifier = issued(office)
    case_id = again(office, identifier)
    grant(office, case_id)
    office.catch_up()
    newer = identifier_of(office, case_id)
    assert newer.split(".")[7:9] != identifier.split(".")[7:9]
    before = known(office, newer).record.created.predecessor
    assert before is not None
    assert (before.identifier, before.link) == (identifier, Link.RENEWAL)
    state = known(office, identifier)
    assert isinstance(state, certificate.Replaced)
    assert state.why.by == newer


def test_a_change_makes_the_next_version(office: Office):
    identifier = issued(office)
    first, second = again(office, identifier, "change"), again(office, identifier, "change")
    for case_id in (first, second):
        grant(office, case_id)
    run_only(office, "certificates")
    versions = [identifier_of(office, one).split(".")[7:9] for one in (first, second)]
    serial = identifier.split(".")[7]
    assert versions == [[serial, "002"], [serial, "003"]]
    assert isinstance(known(office, identifier), certificate.Replaced)


def test_a_renewal_that_was_withdrawn_changes_nothing(office: Office):
    identifier = issued(office)
    case_id = again(office, identifier)
    office.do(HALL, case_id, c.Withdraw, reason="不再需要")
    office.catch_up()
    assert status(office, identifier) == "01"


# Another version without a case


def revision(**changes: str) -> held.Revision:
    return held.Revision(reason="姓名用字有误", **changes)  # type: ignore[arg-type]


def test_a_revision_makes_version_002_and_replaces_the_older_one(office: Office):
    identifier = issued(office)
    caller = office.caller(HEAD)
    newer, _ = held.revise(office.platform, caller, identifier, revision(holder_name="张叁"))
    assert newer.split(".")[-2] == "002"
    assert known(office, newer).record.created.face.holder_name == "张叁"
    assert (status(office, identifier), status(office, newer)) == ("05", "01")


def test_a_revision_that_broke_off_goes_on_another_day(
    office: Office, monkeypatch: pytest.MonkeyPatch
):
    identifier = issued(office)
    caller, told = office.caller(HEAD), revision(holder_name="张叁")
    with monkeypatch.context() as patch:
        patch.setattr(certificate, "Replace", dying)
        with pytest.raises(ProcessDied):
            held.revise(office.platform, caller, identifier, told)
    assert status(office, identifier) == "01"
    office.day = "2026-02-11"
    newer, _ = held.revise(office.platform, caller, identifier, told)
    assert status(office, identifier) == "05"
    again_made, _ = held.revise(office.platform, caller, identifier, told)
    assert again_made == newer


class ProcessDied(BaseException):
    pass


def dying(**_: object) -> None:
    raise ProcessDied


def test_a_revision_that_says_nothing_new_is_refused(office: Office):
    with pytest.raises(Invalid, match="already"):
        held.revise(
            office.platform, office.caller(HEAD), issued(office), revision(holder_name="张三")
        )


def test_only_the_head_of_the_issuing_department_changes_a_certificate(office: Office):
    identifier = issued(office)
    other = HEAD.model_copy(update={"department": "440800-market"})
    command = certificate.Revoke(at=office.now(), by=HEAD, reason="欺骗", **LAW)
    for actor, refusal in ((CLERK, NotAllowed), (other, NotFound)):
        with pytest.raises(refusal):
            held.operate(office.platform, office.caller(actor), identifier, command)
    held.operate(office.platform, office.caller(HEAD), identifier, command)
    assert status(office, identifier) == "03"


@pytest.mark.parametrize(
    ("account", "person"), [("citizen", None), ("head", ID), ("head-under-another-name", ID)]
)
def test_nobody_changes_the_state_of_a_certificate_that_they_hold(
    office: Office, account: str, person: str | None
):
    identifier = issued(office)
    himself = HEAD.model_copy(update={"account": account})
    holder = person and reference(office.platform, IdKind.RESIDENT_ID, person)
    caller = Caller(himself, "own-certificate", person=holder)
    suspend = certificate.Suspend(at=office.now(), by=himself, reason="核查", **LAW)
    with pytest.raises(NotAllowed, match="your own"):
        held.operate(office.platform, caller, identifier, suspend)
    colleague = Caller(HEAD, "a-colleague-does", person="c" * 26)
    held.operate(office.platform, colleague, identifier, suspend)
    assert status(office, identifier) != "01"
