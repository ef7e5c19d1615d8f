"""From a case number to the case."""

from chalicelib.cases.domain.events import CaseImported
from chalicelib.cases.projections import case_numbers

from ...recorded import log, places, recorded, rows
from ..domain.givens import ACCEPTED, ITEM, NUMBER, receive, save_draft

VIEW = case_numbers.PROJECTION


def test_a_number_leads_to_its_case():
    assert rows(VIEW, log(*ACCEPTED, case_id="c7")) == {NUMBER: {"case_id": "c7"}}


def test_a_draft_has_no_number():
    assert rows(VIEW, log(save_draft())) == {}


def test_an_imported_case_is_found_by_the_reference_of_its_source():
    told = CaseImported(
        case_id="i1", reference="case-10011", item=ITEM, division="990000", department="gemeente"
    )
    made = rows(VIEW, [recorded(receive(), told, 1, "case-i1")])
    assert made == {"case-10011": {"case_id": "i1"}}


def test_numbers_are_looked_up_and_never_listed():
    assert list(places(VIEW, rows(VIEW, log(*ACCEPTED)))) == []
