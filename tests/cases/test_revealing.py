"""Who is told of a case whose matter it is."""

import logging
from typing import Any

import pytest

from chalicelib import bootstrap
from chalicelib.cases import domain as case
from chalicelib.cases.application import revealing
from chalicelib.cases.application.revealing import Purpose
from chalicelib.cases.domain.events import CaseImported
from chalicelib.kernel.actor import Role
from chalicelib.kernel.errors import NotAllowed

from .domain.givens import (
    ACCEPTED,
    APPLICANT,
    APPROVER,
    APPROVING,
    CLERK,
    FIRE,
    GRANTED,
    HEALTH,
    ITEM,
    JOINT_REVIEW,
    LATER,
    REVIEWER,
    REVIEWING,
    SUPERVISOR,
    SYSTEM,
    a_case,
    archive,
    ask_extension,
    ask_recusal,
    ask_supplement,
    deliver,
    recuse,
    staff,
    submit,
    transfer,
)
from .test_access import AGENT, AT_A_COUNTER, AUDITOR, COMPANYS, ELSEWHERE, HALL, HALLS

THERE = staff("clerk-feng", Role.CLERK, "440802-water")


@pytest.mark.parametrize(
    ("history", "told", "not_told"),
    [
        ((submit(),), (APPLICANT, CLERK, SYSTEM), (REVIEWER, APPROVER, SUPERVISOR, AUDITOR)),
        ((COMPANYS,), (AGENT, HALL, CLERK), (REVIEWER,)),
        ((AT_A_COUNTER,), (ELSEWHERE, CLERK), (APPROVER,)),
        ((submit(), ask_supplement()), (CLERK, APPLICANT), (REVIEWER, AUDITOR)),
        (ACCEPTED, (CLERK, APPLICANT), (REVIEWER, APPROVER, SUPERVISOR, AUDITOR)),
        (HALLS, (CLERK,), (HALL, APPROVER)),
        (JOINT_REVIEW, (FIRE, HEALTH, APPLICANT), (CLERK, REVIEWER, APPROVER)),
        (REVIEWING, (REVIEWER,), (FIRE, HEALTH, CLERK, APPROVER)),
        (APPROVING, (APPROVER,), (CLERK, REVIEWER)),
        (GRANTED, (CLERK,), (APPROVER,)),
        ((*GRANTED, deliver()), (APPLICANT,), (CLERK, APPROVER)),
        ((*GRANTED, deliver(), archive()), (APPLICANT, SYSTEM), (CLERK, APPROVER, AUDITOR)),
        ((*ACCEPTED, ask_extension()), (CLERK, APPROVER), (REVIEWER,)),
        ((*ACCEPTED, ask_recusal()), (CLERK, APPROVER), (REVIEWER,)),
        ((*ACCEPTED, recuse()), (staff("clerk-lu", Role.CLERK),), (CLERK,)),
        ((*ACCEPTED, transfer()), (THERE,), (CLERK,)),
    ],
)
def test_the_owner_is_told_and_whoever_has_it_on_their_desk(history, told, not_told):
    state = a_case(*history).state
    assert [one.account for one in (*told, *not_told) if revealing.handles(one, state)] == [
        one.account for one in told
    ]


def test_an_imported_case_is_the_departments():
    imported = CaseImported(
        case_id="c9", reference="R-9", item=ITEM, division="440800", department="440800-water"
    )
    state = case.fold([imported])
    assert revealing.handles(CLERK, state)
    assert not revealing.handles(SUPERVISOR, state)


# For a purpose


class Counts:
    def __init__(self) -> None:
        self.counted: list[Any] = []

    def span(self, _name: str, /, **_annotations: str) -> Any:
        raise NotImplementedError

    def count(self, metric: str, _value: float = 1, /, **dimensions: str) -> None:
        self.counted.append((metric, dimensions))


@pytest.fixture
def platform(tmp_path: Any) -> Any:
    from dataclasses import replace

    return replace(bootstrap.embedded(tmp_path, synchronous="OFF"), telemetry=Counts())


def test_what_is_revealed_is_counted_and_logged_without_who_it_is_about(platform, caplog):
    state = a_case(*ACCEPTED).state
    with caplog.at_level(logging.INFO):
        assert not revealing.masks(platform, AUDITOR, state, Purpose.AUDIT)
    assert platform.telemetry.counted == [("Revealed", {"Role": "auditor", "Purpose": "audit"})]
    (line,) = [one for one in caplog.messages if "revealed" in one]
    assert "440801199001011231" not in line
    assert "c1" not in line


def test_what_is_told_anyway_is_not_counted(platform):
    state = a_case(*ACCEPTED).state
    assert not revealing.masks(platform, CLERK, state, Purpose.HANDLING)
    assert revealing.masks(platform, APPROVER, state, None)
    assert platform.telemetry.counted == []


def test_supervisors_have_no_purpose(platform):
    state = a_case(*GRANTED, deliver(LATER)).state
    assert revealing.masks(platform, SUPERVISOR, state, None)
    with pytest.raises(NotAllowed, match="not whose"):
        revealing.masks(platform, SUPERVISOR, state, Purpose.COMPLAINT)
