"""Open cases by whom they are for and for what."""

from chalicelib.submissions.application import duplicates
from chalicelib.submissions.projections import open_cases

from ..cases.domain.givens import (
    ACCEPTED,
    AT_ONCE,
    NUMBER,
    accept,
    grant_at_once,
    refuse,
    save_draft,
    submit,
    void,
    withdraw,
)
from ..recorded import listed, log, rows

VIEW = open_cases.PROJECTION
HOLDER = f"person:{'ab' * 13}"
OPEN = submit(holder=HOLDER)
LISTED = duplicates.partition(HOLDER, OPEN.item.code)


def test_an_open_case_is_listed_under_its_holder_and_item():
    made = rows(VIEW, log(OPEN, accept(), case_id="c7"))
    assert made["c7"]["number"] == NUMBER
    assert listed(VIEW, made, duplicates.INDEX, LISTED) == ["c7"]


def test_a_case_that_has_its_result_is_not_open():
    for end in (refuse(), withdraw()):
        assert rows(VIEW, log(OPEN, end)) == {}
    granted = (submit(holder=HOLDER, plan=AT_ONCE), grant_at_once())
    assert rows(VIEW, log(*granted)) == {}
    assert rows(VIEW, log(*granted, void())) == {}


def test_a_draft_and_a_case_of_no_known_holder_are_not_listed():
    assert rows(VIEW, log(save_draft())) == {}
    assert rows(VIEW, log(*ACCEPTED)) == {}


def test_the_row_holds_no_id():
    (row,) = rows(VIEW, log(OPEN)).values()
    assert OPEN.applicant.id_number not in str(row)
    assert OPEN.applicant.name not in str(row)
