"""What takes the place of a certificate, and what becomes of that when one of them ends."""

from typing import Any

import pytest

from chalicelib.cases.domain import commands as c
from chalicelib.certificates.application import (
    certificates,
)
from chalicelib.certificates.application import (
    issue as certificate_issue,
)
from chalicelib.certificates.application import (
    lists as certificate_lists,
)
from chalicelib.certificates.domain import certificate
from chalicelib.codes.numbers import certificate_id, parse_certificate_id
from chalicelib.kernel.errors import Closed

from ..office import HEAD, Office
from .office_givens import LAW, again, grant, identifier_of, issued, known, run_only, status

WHY = "延续有误，恢复原证"


def operate(office: Office, identifier: str, kind: Any, **fields: Any) -> Any:
    command = kind(at=office.now(), by=HEAD, **fields)
    return certificates.operate(office.platform, office.caller(HEAD), identifier, command)


def renewed(office: Office, identifier: str) -> str:
    """The case that has renewed it."""
    case_id = again(office, identifier)
    grant(office, case_id)
    office.catch_up()
    return case_id


def listed(office: Office, identifier: str) -> Any:
    holder = known(office, identifier).record.created.holder
    rows = office.platform.views.page(certificate_lists.NAME, "own", holder, limit=50).rows
    return next(one for one in rows if one["identifier"] == identifier)


def test_after_a_renewal_was_voided_the_department_restores_the_old_one(office: Office):
    identifier = issued(office)
    case_id = renewed(office, identifier)
    with pytest.raises(Closed, match="replaced"):
        operate(office, identifier, certificate.Restore, reason=WHY)
    office.do(HEAD, case_id, c.Void, reason="材料系伪造")
    office.catch_up()
    assert (status(office, identifier), status(office, identifier_of(office, case_id))) == (
        "05",
        "03",
    )
    first = operate(office, identifier, certificate.Restore, reason=WHY)
    again_told = operate(office, identifier, certificate.Restore, reason=WHY)
    assert (status(office, identifier), again_told.version) == ("01", first.version)
    office.catch_up()
    row = listed(office, identifier)
    assert (row["status"], row["replaced_by"]) == ("01", None)


def test_a_restored_one_is_renewed_again(office: Office):
    identifier = issued(office)
    case_id = renewed(office, identifier)
    office.do(HEAD, case_id, c.Void, reason="材料系伪造")
    office.catch_up()
    operate(office, identifier, certificate.Restore, reason=WHY)
    newer = identifier_of(office, renewed(office, identifier))
    state = known(office, identifier)
    assert isinstance(state, certificate.Replaced)
    assert (state.why.by, status(office, newer)) == (newer, "01")


def test_the_same_request_restores_once_and_answers_the_same(office: Office):
    identifier = issued(office)
    case_id = renewed(office, identifier)
    office.do(HEAD, case_id, c.Void, reason="材料系伪造")
    office.catch_up()
    caller = office.caller(HEAD)
    told = [
        certificates.operate(
            office.platform,
            caller,
            identifier,
            certificate.Restore(at=office.now(), by=HEAD, reason=WHY),
        )
        for _ in range(2)
    ]
    assert [one.repeated for one in told] == [False, True]
    assert told[0].version == told[1].version


def test_what_was_suspended_when_it_was_replaced_is_suspended_again(office: Office):
    identifier = issued(office)
    case_id = again(office, identifier)
    operate(office, identifier, certificate.Suspend, reason="涉嫌出借", **LAW)
    grant(office, case_id)
    office.catch_up()
    office.do(HEAD, case_id, c.Void, reason="材料系伪造")
    office.catch_up()
    operate(office, identifier, certificate.Restore, reason=WHY)
    office.catch_up()
    assert (status(office, identifier), listed(office, identifier)["status"]) == ("02", "02")
    operate(office, identifier, certificate.Restore, reason="查无实据")
    office.catch_up()
    assert (status(office, identifier), listed(office, identifier)["status"]) == ("01", "01")


def test_of_two_changes_of_the_same_certificate_the_later_holds(office: Office):
    identifier = issued(office)
    first, second = (again(office, identifier, "change") for _ in range(2))
    for case_id in (first, second):
        grant(office, case_id)
    office.catch_up()
    versions = [identifier, identifier_of(office, first), identifier_of(office, second)]
    assert [status(office, one) for one in versions] == ["05", "05", "01"]
    middle = known(office, versions[1])
    assert isinstance(middle, certificate.Replaced)
    assert middle.why.by == versions[2]


def test_what_was_revoked_takes_no_place_when_its_event_comes_late(office: Office):
    identifier = issued(office)
    case_id = renewed(office, identifier)
    office.do(HEAD, case_id, c.Void, reason="材料系伪造")
    office.catch_up()
    operate(office, identifier, certificate.Restore, reason=WHY)
    created = known(office, identifier_of(office, case_id)).record.created
    certificate_issue.follow(office.platform, created)
    assert status(office, identifier) == "01"


def test_a_revision_of_what_is_taken_away_meanwhile_does_not_live_on(
    office: Office, monkeypatch: pytest.MonkeyPatch
):
    identifier = issued(office)
    told = certificates.Revision(reason="姓名用字有误", holder_name="张叁")
    taken = certificate.Withdraw(at=office.now(), by=HEAD, reason="出借证照", **LAW)
    create = certificates._create

    def then_withdrawn(*told: Any) -> None:
        create(*told)
        certificates.operate(office.platform, office.caller(HEAD), identifier, taken)

    with monkeypatch.context() as patch:
        patch.setattr(certificates, "_create", then_withdrawn)
        with pytest.raises(Closed):
            certificates.revise(office.platform, office.caller(HEAD), identifier, told)
    for _ in range(2):  # delivered twice
        run_only(office, "certificates")
    told_of = parse_certificate_id(identifier)
    newer = certificate_id(told_of.type, told_of.issuer, told_of.serial, 2)
    assert (status(office, identifier), status(office, newer)) == ("07", "04")
