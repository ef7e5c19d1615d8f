"""Art. 32: no notice within five working days, so accepted on the day of receipt."""

from datetime import date

from chalicelib.cases.domain import commands as c
from chalicelib.cases.domain.state import Accepted, Submitted, Supplementing
from chalicelib.cases.domain.values import MissingMaterial
from chalicelib.cases.subscribers import deadlines
from chalicelib.eventlog import timers

from ..office import HALL, Office


def test_on_the_fifth_working_day_nothing_happens_yet(office: Office):
    case_id = office.submitted()
    office.catch_up()
    office.day = "2026-02-24"  # DOMAIN 4: 2026-02-10 + 5, over the Spring Festival
    assert deadlines.on_schedule(office.platform) == 0
    assert isinstance(office.state(case_id), Submitted)


def test_the_day_after_the_case_counts_as_accepted_on_the_day_of_receipt(office: Office):
    case_id = office.submitted()
    office.catch_up()
    office.day = "2026-02-25"
    assert deadlines.on_schedule(office.platform) == 1
    state = office.state(case_id)
    assert isinstance(state, Accepted)
    assert (state.handling.deemed, state.handling.accepted_on) == (True, date(2026, 2, 10))


def test_a_schedule_that_runs_twice_accepts_once(office: Office):
    office.submitted()
    office.catch_up()
    office.day = "2026-02-25"
    assert deadlines.on_schedule(office.platform) == 1
    assert deadlines.on_schedule(office.platform) == 0  # the list is behind the case
    office.catch_up()
    assert deadlines.on_schedule(office.platform) == 0


def test_a_case_whose_applicant_was_told_waits_for_the_applicant(office: Office):
    case_id = office.submitted()
    missing = (MissingMaterial(material="identity", reason="身份证"),)
    office.do(HALL, case_id, c.RequestSupplement, missing=missing)
    office.catch_up()
    office.day = "2026-03-25"
    assert deadlines.on_schedule(office.platform) == 0
    assert isinstance(office.state(case_id), Supplementing)


def test_every_overdue_case_is_found_however_many(office: Office, monkeypatch):
    monkeypatch.setattr(timers, "BATCH", 2)
    made = [office.submitted() for _ in range(5)]
    office.catch_up()
    office.day = "2026-02-25"
    assert deadlines.on_schedule(office.platform) == 5
    assert all(isinstance(office.state(one), Accepted) for one in made)
