"""三员分立: one account has one of the three administrative duties, for good."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.kernel.actor import Actor, Role
from chalicelib.platform import duty

DUTIES = sorted(duty.DUTIES)
roles = st.sampled_from(DUTIES)


def take_up(role: Role) -> duty.TakeUpDuty:
    by = Actor(account="zheng", role=role)
    return duty.TakeUpDuty.model_validate(
        {"at": datetime(2026, 11, 24, tzinfo=UTC), "by": by, "duty": role}
    )


@pytest.mark.parametrize("role", DUTIES)
def test_who_has_no_duty_yet_takes_one_up(role):
    assert duty.decide(take_up(role), duty.initial) == [duty.DutyTakenUp(duty=role)]


@pytest.mark.parametrize("before", DUTIES)
@pytest.mark.parametrize("role", DUTIES)
def test_who_has_another_duty_is_refused(before, role):
    if before is role:
        return
    with pytest.raises(duty.NotSeparated, match=f"acted as {before}"):
        duty.decide(take_up(role), before)


@given(st.lists(roles, min_size=1, max_size=8))
def test_whatever_is_tried_there_is_one_duty_and_it_is_recorded_once(tried):
    state, recorded = duty.initial, []
    for role in tried:
        try:
            decided = duty.decide(take_up(role), state)
        except duty.NotSeparated:
            continue
        recorded += decided
        state = duty.fold(decided, state)
    assert recorded == [duty.DutyTakenUp(duty=tried[0])]
    assert state is tried[0]


@pytest.mark.parametrize("role", sorted(set(Role) - duty.DUTIES))
def test_no_other_role_is_such_a_duty(role):
    with pytest.raises(ValueError, match="duty"):
        take_up(role)
