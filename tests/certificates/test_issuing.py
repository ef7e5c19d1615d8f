"""制证: a grant leads to one certificate, however often the event is delivered."""

from datetime import date

from chalicelib.cases.domain.state import certificate_of
from chalicelib.certificates.subscribers import issuing as certificates
from chalicelib.codes.numbers import valid_certificate_id
from chalicelib.eventlog.codec import events

from ..office import Office


def test_a_grant_leads_to_a_certificate_with_a_valid_identifier(office: Office):
    case_id = office.granted()
    office.catch_up()
    issued = certificate_of(office.state(case_id))
    assert issued is not None
    assert valid_certificate_id(issued.identifier)
    assert issued.identifier.split(".")[5] == office.definition.certificate.type  # type: ignore[union-attr]
    assert issued.valid_from == date(2026, 2, 10)


def test_an_event_that_is_delivered_twice_issues_nothing_more(office: Office):
    case_id = office.granted()
    office.catch_up()
    history = office.platform.store.load(f"case-{case_id}")
    for event in events(office.platform.codec, history.commits):
        certificates.on_event(office.platform, event)
    assert office.platform.store.load(f"case-{case_id}").version == history.version


def test_a_denied_case_gets_none(office: Office):
    from chalicelib.cases.domain import commands as c
    from chalicelib.cases.domain.values import Remedies

    from ..office import CLERK, HALL, HEAD

    case_id = office.submitted()
    office.do(HALL, case_id, c.Accept)
    office.do(CLERK, case_id, c.FinishStep, step="handle-1")
    remedies = Remedies(reconsideration="六十日内申请行政复议", litigation="六个月内提起行政诉讼")
    office.do(HEAD, case_id, c.Deny, reasons="不符合条件", remedies=remedies)
    office.catch_up()
    assert certificate_of(office.state(case_id)) is None
