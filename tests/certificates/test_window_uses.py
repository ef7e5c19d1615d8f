"""
免提交 at a window: a clerk enters a case for anybody, and takes nobody's certificate by that alone.
"""

from datetime import date

import pytest

from chalicelib.certificates.application import certificates, showings
from chalicelib.certificates.application import uses as certificate_uses
from chalicelib.certificates.application.file import uses as told_uses
from chalicelib.certificates.application.uses import Authorising
from chalicelib.certificates.domain.events import Basis, Grantee
from chalicelib.kernel.actor import Actor, Role
from chalicelib.kernel.errors import Invalid

from ..office import CITIZEN, CLERK, HALL, Office
from .office_givens import handing, issued, known, seen_at_the_counter

ELSEWHERE = Actor(account="elsewhere", role=Role.CLERK, department="440800-schools")


def taken(office: Office, identifier: str, actor: Actor = HALL, **changes: object) -> Basis | None:
    """As a submission does; on which basis the use was recorded."""
    told = handing(office, identifier, **changes)  # type: ignore[arg-type]
    certificate_uses.as_material(office.platform, actor, told)
    certificate_uses.record(office.platform, actor, told)
    (latest, *_) = told_uses(certificates.history(office.platform, identifier))
    return Basis(latest["basis"])


def refused(office: Office, identifier: str, actor: Actor = HALL, **changes: object) -> str:
    before = known(office, identifier).record.uses
    with pytest.raises(Invalid) as error:
        taken(office, identifier, actor, **changes)
    assert known(office, identifier).record.uses == before
    return str(error.value)


def shown(office: Office, identifier: str) -> str:
    return showings.show(office.platform, office.caller(CITIZEN), identifier).token


def test_a_made_up_case_for_its_holder_takes_nobodys_certificate(office: Office):
    identifier = issued(office)
    assert "does not show it here" in refused(office, identifier)
    assert "does not show it here" in refused(office, identifier, CLERK)


def test_a_clerk_is_told_the_same_of_one_that_there_is_not(office: Office):
    identifier = issued(office)
    parts = identifier.split(".")
    parts[7] = "99999999999999999999"
    none = ".".join(parts)
    told = handing(office, identifier)._replace(identifier=none)
    with pytest.raises(Invalid) as error:
        certificate_uses.as_material(office.platform, HALL, told)
    assert str(error.value).replace(none, "") == refused(office, identifier).replace(identifier, "")


# By the holder's token


def test_what_the_holder_shows_is_taken_once(office: Office):
    identifier = issued(office)
    token = shown(office, identifier)
    assert taken(office, identifier, showing=token) is Basis.SHOWING
    assert taken(office, identifier, showing=token) is Basis.SHOWING  # the submission is sent again
    assert len(known(office, identifier).record.uses) == 1
    assert "does not show" in refused(office, identifier, case_id="c-2", showing=token)
    assert not showings.verify(office.platform, token).known


def test_looking_at_what_is_shown_uses_up_nothing(office: Office):
    identifier = issued(office)
    token = shown(office, identifier)
    told = handing(office, identifier, showing=token)
    certificate_uses.as_material(office.platform, HALL, told)
    assert showings.verify(office.platform, token).known


def test_a_token_that_was_checked_or_is_over_or_of_another_shows_nothing(office: Office):
    identifier, other = issued(office), issued(office)
    checked, late = shown(office, identifier), shown(office, identifier)
    showings.verify(office.platform, checked)
    assert "does not show" in refused(office, identifier, showing=checked)
    assert "does not show" in refused(office, identifier, showing=shown(office, other))
    assert "does not show" in refused(office, identifier, showing="A" * 26)
    office.day = "2026-02-11"
    assert "does not show" in refused(office, identifier, showing=late)


def test_a_token_that_is_over_is_not_won_back_by_an_earlier_day(office: Office):
    identifier = issued(office)
    token = shown(office, identifier)
    office.day = "2026-02-11"
    assert "does not show" in refused(office, identifier, showing=token, on=date(2026, 2, 10))


def test_what_is_printed_on_the_paper_shows_nothing(office: Office):
    identifier = issued(office)
    printed = showings.printed(office.platform, identifier)
    assert "does not show" in refused(office, identifier, showing=printed)


def test_what_is_shown_is_taken_for_its_holder_alone(office: Office):
    identifier = issued(office)
    token = shown(office, identifier)
    assert "does not show" in refused(
        office, identifier, showing=token, holder=f"person:{'0' * 26}"
    )


# By a check at the counter


def test_who_was_seen_at_the_counter_today_hands_it_in_there(office: Office):
    identifier = issued(office)
    seen_at_the_counter(office)
    assert taken(office, identifier) is Basis.COUNTER


def test_who_was_seen_at_another_counter_does_not_stand_at_this_one(office: Office):
    identifier = issued(office)
    seen_at_the_counter(office)
    assert "does not show" in refused(office, identifier, ELSEWHERE)
    assert "does not show" in refused(office, identifier, CLERK)


def test_a_check_at_the_counter_is_over_with_its_day(office: Office):
    identifier = issued(office)
    seen_at_the_counter(office)
    office.day = "2026-02-11"
    assert "does not show" in refused(office, identifier)
    assert "does not show" in refused(office, identifier, on=date(2026, 2, 10))


def test_a_check_that_is_said_to_have_been_today_is_none(office: Office):
    """The clerk says when it happened; the log says when it was recorded."""
    identifier = issued(office)
    seen_at_the_counter(office)
    office.day = "2026-02-12"
    assert "does not show" in refused(office, identifier, on=date(2026, 2, 10))


def test_who_comes_again_is_seen_again(office: Office):
    identifier = issued(office)
    seen_at_the_counter(office)
    office.day = "2026-02-12"
    seen_at_the_counter(office)
    assert taken(office, identifier) is Basis.COUNTER


# By an authorisation, and not by somebody else's


def authorised(office: Office, identifier: str, until: date) -> None:
    told = Authorising(
        grantee=Grantee(department=HALL.department), purpose="入学", until=until, count=3
    )
    certificate_uses.authorise(office.platform, office.caller(CITIZEN), identifier, told)


def test_a_department_that_the_holder_authorised_takes_it(office: Office):
    identifier = issued(office)
    authorised(office, identifier, date(2026, 2, 11))
    assert taken(office, identifier) is Basis.AUTHORISATION


def test_an_authorisation_that_is_over_is_not_won_back_by_an_earlier_day(office: Office):
    identifier = issued(office)
    authorised(office, identifier, date(2026, 2, 10))
    office.day = "2026-02-12"
    assert "ended on" in refused(office, identifier, on=date(2026, 2, 10))


def test_a_mandate_that_a_clerk_names_is_not_the_clerks(office: Office):
    identifier = issued(office)
    naming = HALL.model_copy(update={"on_behalf_of": "citizen", "mandate": "m1"})
    assert "does not show" in refused(office, identifier, naming)


# The holder sees each use


def test_each_use_is_told_with_whose_it_was_and_why(office: Office):
    identifier = issued(office)
    taken(office, identifier, showing=shown(office, identifier))
    taken(office, identifier, CITIZEN, case_id="c-2")
    found = told_uses(certificates.history(office.platform, identifier))
    assert [(one["case_id"], one["basis"], one["department"]) for one in found] == [
        ("c-2", "holder", None),
        ("c-1", "showing", HALL.department),
    ]


def test_no_more_than_a_hundred_are_told_at_once(office: Office):
    identifier = issued(office)
    for number in range(101):
        told = handing(office, identifier, f"c-{number}")
        certificate_uses.record(office.platform, CITIZEN, told)
    found = told_uses(certificates.history(office.platform, identifier))
    assert (len(found), found[0]["case_id"]) == (100, "c-100")
