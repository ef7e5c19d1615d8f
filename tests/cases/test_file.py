"""A case as one document: what follows from how far it has come."""

from datetime import date
from typing import Any

import pytest

from chalicelib.cases.application import file
from chalicelib.cases.application.file import Told

from .domain.givens import (
    ACCEPTED,
    CALENDAR,
    GRANTED,
    LATER,
    NEXT_TUE,
    archive,
    ask_supplement,
    deliver,
    known,
    submit,
    suspend,
    void,
    withdraw,
)

DELIVERED = (*GRANTED, deliver())


def told(*commands: Any) -> dict[str, Any]:
    today = date.fromisoformat(LATER)
    return file.describe(known(*commands), Told(today, "en", mask=False, rated=True), CALENDAR)


@pytest.mark.parametrize(
    ("commands", "running"),
    [
        ((submit(),), False),
        (ACCEPTED, True),
        ((*ACCEPTED, suspend()), False),
        (GRANTED, False),
        ((*ACCEPTED, withdraw()), False),
    ],
    ids=["submitted", "accepted", "suspended", "decided", "closed"],
)
def test_the_clock_runs_only_while_the_case_is_handled(commands, running):
    assert told(*commands)["clock"]["running"] is running


def test_before_acceptance_there_is_no_limit_and_afterwards_there_stays_one():
    assert (told(submit())["clock"]["accepted_on"], told(submit())["clock"]["statutory"]) == (
        None,
        None,
    )
    assert told(*ACCEPTED, withdraw())["clock"]["statutory"]["due"] == "2026-05-14"


@pytest.mark.parametrize("more", [(), (archive(),)], ids=["closed", "archived"])
def test_why_it_was_closed_is_told_in_the_archive_too(more):
    found = told(*ACCEPTED, withdraw(reason="不再需要"), *more)
    assert (found["result"], found["reason"]) == ("withdrawn", "不再需要")


def test_what_was_decided_and_handed_over_is_told_of_a_case_that_was_voided():
    found = told(*DELIVERED, void(NEXT_TUE))
    assert (found["state"], found["result"]) == ("closed", "voided")
    assert (found["decision"]["on"], found["delivery"]["recipient"]) == ("2026-04-17", "赵一")


def test_what_is_missing_is_told_while_it_is_awaited():
    waiting = (*ACCEPTED, ask_supplement())
    assert told(*waiting)["supplement"]["under_review"] is True
    assert told(*waiting, withdraw())["supplement"] is None
