"""A department that handed a case over sees what it did, and not what came after."""

from collections.abc import Sequence
from typing import Any

import pytest

from chalicelib.cases.application import access, cases, documents, handed_over
from chalicelib.cases.domain import commands as c
from chalicelib.cases.domain.values import Material
from chalicelib.cases.http import finding
from chalicelib.kernel.actor import Actor, Role
from chalicelib.kernel.errors import NotAllowed, OutOfOrder
from tests.office import CITIZEN, CLERK, HALL, HEAD, Office

from .domain.givens import FIRE, JOINT_REVIEW, REVIEWING, THU, a_case, transfer

THERE = Actor(account="there", role=Role.CLERK, department="440802-civil")
HEAD_THERE = Actor(account="head-there", role=Role.APPROVER, department="440802-civil")
REMEDIES = {"reconsideration": "六十日内申请行政复议", "litigation": "六个月内提起行政诉讼"}


def moved(office: Office, by: Actor, to: str = "440802-civil") -> dict[str, str]:
    return {"to_department": to, "to_division": to[:6], "reason": "管辖"}


def handed_on(office: Office) -> str:
    case_id = office.submitted()
    office.do(HALL, case_id, c.Accept)
    office.do(CLERK, case_id, c.Transfer, **moved(office, CLERK))
    return case_id


def seen(office: Office, actor: Actor, case_id: str) -> tuple[int, str, Sequence[str]]:
    view = cases.get(office.platform, actor, case_id)
    state = view.state
    assert access.may_see(actor, state)
    open_steps = [one.id for one in state.application.open]  # type: ignore[union-attr]
    return view.version, type(state).__name__, open_steps


def test_what_came_after_is_not_seen(either_office: Office):
    office = either_office
    case_id = handed_on(office)
    before = seen(office, CLERK, case_id)
    office.do(THERE, case_id, c.FinishStep, step="handle-1>1", opinion="情况属实")
    office.do(HEAD_THERE, case_id, c.Deny, reasons="不符合条件", remedies=REMEDIES)
    assert seen(office, CLERK, case_id) == before == seen(office, HEAD, case_id)
    assert before[1:] == ("Accepted", ["handle-1>1"])
    assert seen(office, THERE, case_id)[1] == "Decided"
    assert seen(office, CITIZEN, case_id)[1] == "Decided"
    assert seen(office, HALL, case_id)[1] == "Decided"  # the window that took it in, and delivers


def test_nor_a_document_that_came_after(office: Office):
    case_id = handed_on(office)
    late = Material(
        id="identity", sha256="b" * 64, size=9, media_type="application/pdf", owner="citizen"
    )
    missing = [{"material": "identity", "reason": "不清晰"}]
    office.do(THERE, case_id, c.RequestSupplement, missing=missing)
    office.do(CITIZEN, case_id, c.SubmitSupplement, materials=(late,))
    listed = {
        actor.account: [one.material.sha256 for one in _versions(office, actor, case_id)]
        for actor in (CLERK, THERE, CITIZEN)
    }
    assert listed == {"clerk": [], "there": [late.sha256], "citizen": [late.sha256]}


def _versions(office: Office, actor: Actor, case_id: str) -> Sequence[documents.Version]:
    return documents.versions(office.platform, actor, case_id)


def test_a_case_that_comes_back_is_seen_as_it_is(office: Office):
    case_id = handed_on(office)
    office.do(THERE, case_id, c.Transfer, **moved(office, THERE, "440800-civil"))
    assert seen(office, CLERK, case_id)[2] == ["handle-1>2"]
    there = seen(office, THERE, case_id)
    office.do(CLERK, case_id, c.FinishStep, step="handle-1>2")
    assert seen(office, THERE, case_id) == there
    assert seen(office, CLERK, case_id)[2] == ["approve-1"]


def test_it_is_the_last_time_that_counts(office: Office):
    case_id = handed_on(office)
    office.do(THERE, case_id, c.Transfer, **moved(office, THERE, "440800-civil"))
    office.do(CLERK, case_id, c.Transfer, **moved(office, CLERK))
    version, _, waiting = seen(office, CLERK, case_id)
    assert waiting == ["handle-1>3"]
    office.do(THERE, case_id, c.FinishStep, step="handle-1>3")
    assert seen(office, CLERK, case_id)[0] == version


@pytest.mark.parametrize(
    "actor",
    [
        CITIZEN,
        THERE,
        HALL,
        Actor(account="s", role=Role.SUPERVISOR, division="440800"),
        Actor(account="a", role=Role.AUDITOR, division="000000"),
    ],
)
def test_whoever_has_not_handed_it_over_sees_all(office: Office, actor: Actor):
    case_id = handed_on(office)
    assert not handed_over.left(actor, office.state(case_id))


def test_a_department_that_only_had_a_step_sees_all():
    """It was asked for its part, and gave it: nothing was taken from it, or handed on by it."""
    assert not handed_over.left(FIRE, a_case(*REVIEWING).state)
    moved_on = (*JOINT_REVIEW, transfer(THU, by=FIRE))
    assert handed_over.left(FIRE, a_case(*moved_on).state)


def test_found_by_its_number_it_is_as_it_was_too(office: Office):
    case_id = handed_on(office)
    office.do(THERE, case_id, c.FinishStep, step="handle-1>1")
    office.do(HEAD_THERE, case_id, c.Deny, reasons="不符合条件", remedies=REMEDIES)
    view = cases.get(office.platform, CLERK, case_id)
    assert view.left
    card = finding.as_left(office.platform, view)
    assert card is not None
    assert (card["state"], [one["step"] for one in card["open"]]) == ("accepted", ["handle-1>1"])


# Commands tell no more than reading does


def run(office: Office, actor: Actor, case_id: str, kind: Any, **fields: Any) -> Any:
    command = kind(at=office.now(), by=actor, **fields)
    return cases.execute(office.platform, office.caller(actor), case_id, command)


def test_a_transfer_that_is_sent_again_tells_nothing_of_what_came_after(either_office: Office):
    office = either_office
    case_id = office.submitted()
    office.do(HALL, case_id, c.Accept)
    first = run(office, CLERK, case_id, c.Transfer, **moved(office, CLERK))
    office.do(THERE, case_id, c.FinishStep, step="handle-1>1")
    office.do(HEAD_THERE, case_id, c.Deny, reasons="不符合条件", remedies=REMEDIES)
    again = run(office, CLERK, case_id, c.Transfer, **moved(office, CLERK))
    assert (again.version, type(again.state)) == (first.version, type(first.state))


def test_a_refusal_names_no_step_that_came_after(office: Office):
    case_id = handed_on(office)
    office.do(THERE, case_id, c.FinishStep, step="handle-1>1")
    with pytest.raises(OutOfOrder) as refused:
        run(office, CLERK, case_id, c.FinishStep, step="nothing-1")
    assert refused.value.reason.values["waiting"] == ("handle-1>1",)


def test_a_department_that_handed_it_over_changes_nothing(office: Office):
    case_id = handed_on(office)
    before = cases.get(office.platform, CITIZEN, case_id).version
    with pytest.raises(NotAllowed):
        run(office, CLERK, case_id, c.Recuse, reason="与申请人系近亲属")
    assert cases.get(office.platform, CITIZEN, case_id).version == before
