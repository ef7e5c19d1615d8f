"""An applicant's cases: their own, their company's, and those they handed in for others."""

import pytest

from chalicelib.cases.projections import applicant_cases
from chalicelib.codes.numbers import case_number
from chalicelib.codes.parties import Agent
from chalicelib.kernel.actor import Actor, Role

from ...recorded import Rows, and_then, listed, log, places, rows
from ..domain.givens import (
    APPLICANT,
    CALENDAR,
    GRANTED,
    MON,
    TUE,
    ZHAO,
    at,
    deliver,
    old_rating,
    save_draft,
    submit,
    withdraw,
)

VIEW = applicant_cases.projection(CALENDAR)
COMPANY, RIVAL = "91440800MA4UKB1X0A", "91440800MA4UKB2X3B"
AGENT = Actor(account="agent-chen", role=Role.AGENT, entity=COMPANY)
COMPANYS = submit(
    applicant=ZHAO.model_copy(update={"account": None, "entity": COMPANY}),
    agent=Agent(account="agent-chen"),
)
FOR_A_NEIGHBOUR = submit(
    applicant=ZHAO.model_copy(update={"account": None}), agent=Agent(account="agent-chen")
)


def partitions(*commands) -> set[str]:
    return {entry.partition for entry in places(VIEW, rows(VIEW, log(*commands)))}


def row(*commands):
    return rows(VIEW, log(*commands))["c1"]


def test_a_citizens_case_is_listed_under_the_account():
    assert partitions(submit()) == {"account:citizen-zhao"}


def test_a_companys_case_is_listed_under_the_company_and_who_handed_it_in():
    assert partitions(COMPANYS) == {f"entity:{COMPANY}", "account:agent-chen"}


def test_a_case_for_a_neighbour_is_listed_under_who_handed_it_in():
    assert partitions(FOR_A_NEIGHBOUR) == {"account:agent-chen"}


def test_a_draft_is_no_case_yet():
    assert rows(VIEW, log(save_draft())) == {}


def test_a_case_stays_listed_after_its_end():
    assert partitions(submit(), withdraw()) == {"account:citizen-zhao"}


def test_cases_are_in_the_order_of_their_submission():
    made: Rows = {}
    for serial, day in ((1, TUE), (2, MON), (3, MON)):
        number = case_number("440800", at(day).date(), serial)
        made |= rows(VIEW, log(submit(day, number=number), case_id=f"c{serial}"))
    assert listed(VIEW, made, "applicant", "account:citizen-zhao") == ["c2", "c3", "c1"]


def test_the_applicant_sees_how_it_ended_and_that_it_was_rated():
    rated = and_then(log(*GRANTED, deliver()), *old_rating())
    shown = rows(VIEW, rated)["c1"]
    assert (shown["state"], shown["result"], shown["rating"]) == ("decided", "granted", "rated")


@pytest.mark.parametrize(
    ("commands", "actor", "shows"),
    [
        (submit(), APPLICANT, True),
        (COMPANYS, AGENT, True),
        (COMPANYS, AGENT.model_copy(update={"entity": RIVAL}), False),
        (COMPANYS, AGENT.model_copy(update={"entity": None}), False),
        (FOR_A_NEIGHBOUR, AGENT.model_copy(update={"entity": None}), True),
        (FOR_A_NEIGHBOUR, AGENT, False),
        (FOR_A_NEIGHBOUR, AGENT.model_copy(update={"entity": RIVAL}), False),
    ],
)
def test_who_left_a_company_is_shown_its_cases_no_more(commands, actor, shows):
    assert applicant_cases.shows(row(commands), actor) is shows
