"""A mandate: who may do what for whom, and until when."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.kernel.actor import SYSTEM, Actor, Role
from chalicelib.kernel.errors import Invalid, NotAllowed, NotFound, Rejected
from chalicelib.people.domain import mandate as m
from chalicelib.people.domain.account import Ended
from chalicelib.people.domain.mandate import Action

ABOUT: dict[str, Any] = {"at": datetime(2026, 3, 2, tzinfo=UTC), "by": SYSTEM}
TODAY, LAST = date(2026, 3, 2), date(2026, 6, 30)
AGENT = Actor(account="li", role=Role.AGENT, level=3)


def terms(**changes: Any) -> m.MandateGranted:
    told: dict[str, Any] = {
        "principal": m.Principal(reference="1" * 26, account="zhang", name="张三"),
        "agent": m.Agent(reference="2" * 26, account="li", name="李四"),
        "items": ("A",),
        "actions": (Action.SUBMIT, Action.SUPPLEMENT),
        "since": TODAY,
        "until": LAST,
        **changes,
    }
    return m.MandateGranted(**told)


def grant(**changes: Any) -> m.GrantMandate:
    return m.GrantMandate(**ABOUT, terms=terms(**changes), on=TODAY)


REVOKE = m.RevokeMandate(**ABOUT, reason="不再需要")


def after(*commands: m.MandateCommand) -> m.State:
    state = m.initial
    for one in commands:
        state = m.fold(m.decide(one, state), state)
    return state


def test_it_holds_from_its_first_day_to_its_last() -> None:
    state = after(grant(since=date(2026, 3, 5)))
    for day, refused in (
        (date(2026, 3, 4), "begins on"),
        (date(2026, 3, 5), None),
        (LAST, None),
        (LAST + timedelta(days=1), "ended on"),
    ):
        if refused is None:
            assert m.in_force(state, day).until == LAST
        else:
            with pytest.raises(NotAllowed, match=refused):
                m.in_force(state, day)


def test_a_revoked_one_and_one_that_never_was_hold_on_no_day() -> None:
    with pytest.raises(NotAllowed, match="revoked"):
        m.in_force(after(grant(), REVOKE), TODAY)
    with pytest.raises(NotAllowed, match="no such mandate"):
        m.in_force(m.initial, TODAY)


def test_the_agent_is_recorded_with_the_principal_and_the_mandate() -> None:
    acting = m.acting(AGENT, "m-1", terms(), Action.SUBMIT, "A")
    assert (acting.account, acting.on_behalf_of, acting.mandate) == ("li", "zhang", "m-1")


def test_a_principal_without_an_account_is_named_by_reference() -> None:
    nobody = m.Principal(reference="1" * 26, name="张三")
    acting = m.acting(AGENT, "m-1", terms(principal=nobody), Action.SUBMIT, "A")
    assert acting.on_behalf_of == f"person:{'1' * 26}"


def test_the_agent_acts_on_it_for_nothing_else() -> None:
    with pytest.raises(NotAllowed, match="other items"):
        m.acting(AGENT, "m-1", terms(), Action.SUBMIT, "B")
    with pytest.raises(NotAllowed, match="withdraw"):
        m.acting(AGENT, "m-1", terms(), Action.WITHDRAW, "A")
    assert m.acting(AGENT, "m-1", terms(items=()), Action.SUBMIT, "B")


def test_what_cannot_be_granted() -> None:
    for changes, said in (
        ({"agent": m.Agent(reference="1" * 26, account="li", name="李四")}, "same person"),
        ({"until": TODAY - timedelta(days=1), "since": TODAY - timedelta(days=9)}, "over before"),
        ({"since": LAST + timedelta(days=1)}, "over before"),
        ({"until": TODAY + timedelta(days=1200)}, "three years"),
    ):
        with pytest.raises(Invalid, match=said):
            after(grant(**changes))


def test_the_actions_are_kept_in_one_order_however_they_were_told() -> None:
    told = (Action.SUPPLEMENT, Action.SUBMIT, Action.SUPPLEMENT)
    assert terms(actions=told).actions == (Action.SUBMIT, Action.SUPPLEMENT)
    with pytest.raises(ValueError, match="at least 1"):
        terms(actions=())


def test_what_was_granted_is_not_granted_otherwise_and_not_revoked_before() -> None:
    with pytest.raises(Ended):
        after(grant(), grant(items=("B",)))
    with pytest.raises(Ended):
        after(grant(), REVOKE, grant())
    with pytest.raises(NotFound):
        after(REVOKE)


@given(st.lists(st.sampled_from([grant(), grant(items=("B",)), REVOKE]), max_size=6))
def test_said_twice_happens_once(commands: list[m.MandateCommand]) -> None:
    state = m.initial
    for one in commands:
        try:
            state = m.fold(m.decide(one, state), state)
        except Rejected:
            continue
        assert m.decide(one, state) == []
