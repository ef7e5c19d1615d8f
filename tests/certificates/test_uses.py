"""授权用证 and 免提交: who uses a certificate of whom, and how often."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any

import pytest

from chalicelib.certificates.application import (
    certificates,
)
from chalicelib.certificates.application import (
    lists as certificate_lists,
)
from chalicelib.certificates.application import (
    uses as certificate_uses,
)
from chalicelib.certificates.application.uses import Authorising, Using
from chalicelib.certificates.domain import certificate
from chalicelib.certificates.domain.events import Grantee
from chalicelib.codes.parties import Trust
from chalicelib.eventlog.views.port import ViewsError
from chalicelib.items.domain.definition import ItemMaterial
from chalicelib.kernel.actor import Actor, Role
from chalicelib.kernel.errors import Invalid, NotAllowed, NotFound

from ..office import CITIZEN, CLERK, HALL, HEAD, Office
from .office_givens import (
    LAW,
    handing,
    identifier_of,
    issued,
    known,
    months,
    run_only,
    seen_at_the_counter,
)

TODAY = date(2026, 2, 10)
STRANGER = Actor(account="stranger", role=Role.APPLICANT, level=3)
BANK = Actor(account="bank-1", role=Role.AGENT, entity="91440800MA0EXAMP1A")
ON_MANDATE = Actor(account="niece", role=Role.AGENT, on_behalf_of="citizen", mandate="m1")


def authorise(office: Office, identifier: str, **changes: Any) -> str:
    told = Authorising(
        grantee=Grantee(entity=BANK.entity), purpose="开户", until=TODAY, count=3
    ).model_copy(update=changes)
    caller = office.caller(CITIZEN)
    return certificate_uses.authorise(office.platform, caller, identifier, told)[0]


def use(office: Office, identifier: str, name: str, actor: Actor = BANK) -> None:
    caller = office.caller(actor)
    certificate_uses.use(office.platform, caller, identifier, name, Using(purpose="开户"))


def used(office: Office, identifier: str) -> int:
    (one,) = known(office, identifier).record.authorisations
    return one.used


def test_of_many_uses_at_once_no_more_than_the_count_are_made(office: Office):
    identifier = issued(office)
    name = authorise(office, identifier)

    def attempt(_: int) -> bool:
        try:
            use(office, identifier, name)
        except NotAllowed:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        done = list(pool.map(attempt, range(8)))
    assert (sum(done), used(office, identifier)) == (3, 3)


def test_a_use_that_is_sent_again_is_one(office: Office):
    identifier = issued(office)
    name, caller = authorise(office, identifier), office.caller(BANK)
    for _ in range(3):
        certificate_uses.use(office.platform, caller, identifier, name, Using(purpose="开户"))
    assert used(office, identifier) == 1


def test_nobody_but_the_grantee_learns_that_there_is_an_authorisation(office: Office):
    identifier = issued(office)
    name = authorise(office, identifier)
    for actor in (STRANGER, HALL, BANK.model_copy(update={"entity": "91440800MA0EXAMP2B"})):
        with pytest.raises(NotFound):
            use(office, identifier, name, actor)


def test_a_grantee_opens_the_file_once_it_has_used_it_and_while_it_may(office: Office):
    identifier = issued(office)
    name = authorise(office, identifier)

    def opens(on: date = TODAY) -> bool:
        try:
            certificates.openable(office.platform, BANK, identifier, on)
        except NotFound:
            return False
        return True

    assert not opens()
    use(office, identifier, name)
    assert opens()
    assert not opens(date(2026, 2, 11))
    caller = office.caller(CITIZEN)
    certificate_uses.revoke(office.platform, caller, identifier, name, None)
    assert not opens()


def test_only_the_holder_authorises_and_revokes(office: Office):
    identifier = issued(office)
    name = authorise(office, identifier)
    told = Authorising(grantee=Grantee(account="x"), purpose="开户", until=TODAY)
    for actor, refusal in ((STRANGER, NotFound), (CLERK, NotAllowed), (BANK, NotFound)):
        caller = office.caller(actor)
        with pytest.raises(refusal):
            certificate_uses.authorise(office.platform, caller, identifier, told)
        with pytest.raises(refusal):
            certificate_uses.revoke(office.platform, caller, identifier, name, None)


# 免提交


def as_material(office: Office, identifier: str, actor: Actor = CITIZEN, **changes: Any) -> Any:
    """As a submission does: looked at first, recorded when the case is sure to be taken."""
    told = handing(office, identifier, **changes)
    material = certificate_uses.as_material(office.platform, actor, told)
    certificate_uses.record(office.platform, actor, told)
    return material


def test_a_certificate_takes_the_place_of_a_document(office: Office):
    identifier = issued(office)
    material = as_material(office, identifier)
    sealed = known(office, identifier).record.sealed
    assert sealed is not None
    assert (material.sha256, material.size) == (sealed.sha256, sealed.size)
    assert (material.trust, material.owner) == (Trust.ISSUED, "banjian")
    assert material.certificate == identifier
    assert office.platform.blobs.size(material.owner, material.sha256) == material.size


def test_its_use_is_recorded_once_however_often_the_submission_is_tried(office: Office):
    identifier = issued(office)
    for _ in range(3):
        as_material(office, identifier)
    as_material(office, identifier, case_id="c-2")
    assert len(known(office, identifier).record.uses) == 2


def test_looking_whether_it_may_be_used_uses_up_nothing(office: Office):
    identifier = issued(office)
    certificate_uses.as_material(office.platform, CITIZEN, handing(office, identifier))
    assert known(office, identifier).record.uses == frozenset()


def test_tried_again_a_use_stays_that_of_the_first_authorisation(office: Office):
    identifier = issued(office)
    its = {"holder": f"entity:{BANK.entity}"}
    authorise(office, identifier, count=1)
    as_material(office, identifier, BANK, **its)  # and the process died before the case was there
    authorise(office, identifier)
    as_material(office, identifier, BANK, **its)
    assert [one.used for one in known(office, identifier).record.authorisations] == [1, 0]


def test_who_acts_for_the_holder_hands_it_in_too(office: Office):
    identifier = issued(office)
    assert as_material(office, identifier, ON_MANDATE).certificate == identifier


def test_somebody_elses_certificate_is_refused(office: Office):
    identifier = issued(office)
    for actor in (STRANGER, BANK, ON_MANDATE.model_copy(update={"mandate": None})):
        with pytest.raises(Invalid, match=r"material card: certificate .*not yours"):
            as_material(office, identifier, actor)
    with pytest.raises(Invalid, match="does not show"):  # the clerk names another applicant
        as_material(office, identifier, HALL, holder=f"person:{'0' * 26}")


def test_somebody_elses_is_used_under_an_authorisation_and_counted(office: Office):
    identifier = issued(office)
    authorise(office, identifier, count=1)
    its = {"holder": f"entity:{BANK.entity}"}
    for _ in range(2):
        as_material(office, identifier, BANK, case_id="c-1", **its)
    assert used(office, identifier) == 1
    with pytest.raises(Invalid, match="used up"):
        as_material(office, identifier, BANK, case_id="c-2", **its)


def test_one_of_another_type_or_that_is_none_is_refused(office: Office):
    identifier = issued(office)
    other = ItemMaterial(id="card", name="营业执照", may_come_from="114408000000010549001")
    none = ItemMaterial(id="card", name="申请书")
    for material in (other, none):
        with pytest.raises(Invalid, match="cannot be taken from"):
            as_material(office, identifier, material=material)
    for unknown in (f"{identifier[:-1]}A", "nonsense"):
        with pytest.raises(Invalid, match="no such certificate"):
            certificate_uses.as_material(
                office.platform, CITIZEN, handing(office, identifier)._replace(identifier=unknown)
            )


def test_one_that_is_not_valid_now_is_refused(office: Office):
    identifier = issued(office)
    command = certificate.Suspend(at=office.now(), by=HEAD, reason="涉嫌出借", **LAW)
    certificates.operate(office.platform, office.caller(HEAD), identifier, command)
    told = handing(office, identifier)
    for step in (certificate_uses.as_material, certificate_uses.record):
        with pytest.raises(Invalid, match="not valid now"):
            step(office.platform, CITIZEN, told)


def test_yesterdays_paper_uses_what_was_valid_yesterday(office: Office):
    months(office, 1)
    identifier = issued(office)  # the last day is 2026-03-09
    office.day = "2026-03-10"
    seen_at_the_counter(office)
    assert as_material(office, identifier, HALL, on=date(2026, 3, 9)).certificate == identifier
    with pytest.raises(Invalid, match="expired"):
        as_material(office, identifier, HALL, case_id="c-2")


def test_one_without_its_file_is_refused_for_the_moment(office: Office):
    case_id = office.granted()
    run_only(office, "certificates")
    with pytest.raises(Invalid, match="still being made"):
        as_material(office, identifier_of(office, case_id))


# What is offered


def offered(office: Office, on: date = TODAY) -> dict[str, str]:
    holder = known(office, issued(office)).record.created.holder
    office.catch_up()  # the views come before what the subscribers do
    kind = office.definition.certificate
    assert kind is not None
    materials = (
        ItemMaterial(id="card", name="优待证", may_come_from=kind.type),
        ItemMaterial(id="licence", name="营业执照", may_come_from="114408000000010549001"),
        ItemMaterial(id="form", name="申请书"),
    )
    definition = office.definition.model_copy(update={"materials": materials})
    found = certificate_lists.offered(office.platform, holder, definition, on)
    return {name: state.record.identifier for name, state in found.items()}


def test_what_the_holder_has_is_offered_the_newest_first(office: Office):
    first = issued(office)
    found = offered(office)
    assert set(found) == {"card"}
    assert found["card"] > first


def test_what_is_not_valid_is_not_offered_though_the_view_lists_it(office: Office):
    identifier = issued(office)
    command = certificate.Revoke(at=office.now(), by=HEAD, reason="欺骗", **LAW)
    certificates.operate(office.platform, office.caller(HEAD), identifier, command)
    holder, kind = known(office, identifier).record.created.holder, identifier.split(".")[5]
    assert certificate_lists.held(office.platform, holder, kind, TODAY) == []


def test_a_view_that_fails_offers_nothing_and_is_in_nobodys_way(
    office: Office, monkeypatch: pytest.MonkeyPatch
):
    identifier = issued(office)

    def failing(*_: object, **__: object) -> None:
        raise ViewsError("the disk is gone")

    monkeypatch.setattr(office.platform.views, "page", failing)
    holder, kind = known(office, identifier).record.created.holder, identifier.split(".")[5]
    assert certificate_lists.held(office.platform, holder, kind, TODAY) == []
    assert as_material(office, identifier).certificate == identifier
