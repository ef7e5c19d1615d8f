"""A legal entity and its operators."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.codes.codes import ApplicantKind
from chalicelib.codes.parties import EntityStatus, Registered
from chalicelib.kernel.actor import SYSTEM
from chalicelib.kernel.errors import Contradiction, Invalid, NotFound, Rejected
from chalicelib.people.domain import entity as e
from chalicelib.people.domain.account import Ended

ABOUT: dict[str, Any] = {"at": datetime(2026, 3, 2, tzinfo=UTC), "by": SYSTEM}
CODE, NAME, TODAY = "91440800MA0EXAMP1A", "湛江示例建设有限公司", date(2026, 3, 2)


def registered(status: EntityStatus = EntityStatus.ACTIVE, name: str = NAME) -> Registered:
    return Registered(name=name, kind=ApplicantKind.COMPANY, status=status, representative="0" * 26)


def register(status: EntityStatus = EntityStatus.ACTIVE, name: str = NAME) -> e.RegisterEntity:
    return e.RegisterEntity(
        **ABOUT,
        credit_code=CODE,
        name=name,
        registered=registered(status),
        representative_account="head",
    )


def refresh(status: EntityStatus) -> e.RefreshEntity:
    return e.RefreshEntity(**ABOUT, registered=registered(status), representative_account="head")


def add(account: str = "li", **fields: Any) -> e.AddOperator:
    return e.AddOperator(**ABOUT, account=account, name="李四", on=TODAY, **fields)


def remove(account: str = "li") -> e.RemoveOperator:
    return e.RemoveOperator(**ABOUT, account=account, reason="离职")


def after(*commands: e.EntityCommand) -> e.Entity:
    state = e.initial
    for one in commands:
        state = e.fold(e.decide(one, state), state)
    return e.known(state)


def test_it_is_registered_under_the_registrys_name_only() -> None:
    assert after(register()).registered == registered()
    with pytest.raises(Invalid, match="another name"):
        after(register(name="湛江示例公司"))


def test_what_is_no_more_is_not_registered_and_a_revoked_one_can_wind_up() -> None:
    for gone in e.GONE:
        with pytest.raises(Ended, match=gone):
            after(register(gone))
    assert after(register(EntityStatus.REVOKED)).registered.status is EntityStatus.REVOKED


def test_what_the_registry_says_by_now_is_recorded_once() -> None:
    state = after(register(), refresh(EntityStatus.SUSPENDED))
    assert state.registered.status is EntityStatus.SUSPENDED
    assert e.decide(refresh(EntityStatus.SUSPENDED), state) == []


def test_nothing_is_done_with_an_entity_that_nobody_registered() -> None:
    for command in (refresh(EntityStatus.ACTIVE), add(), remove()):
        with pytest.raises(NotFound):
            after(command)


def test_an_operator_acts_for_its_items_until_its_last_day() -> None:
    operator = after(register(), add(items=("A", "B"), until=date(2026, 6, 30))).operator("li")
    assert operator is not None
    assert [e.covers(operator, one) for one in ("A", "C")] == [True, False]
    days = (date(2026, 6, 30), date(2026, 7, 1))
    assert [e.lasts(operator, one) for one in days] == [True, False]


def test_without_items_or_a_last_day_there_is_no_limit() -> None:
    operator = after(register(), add()).operator("li")
    assert operator is not None
    assert e.covers(operator, "any")
    assert e.lasts(operator, date(2099, 1, 1))


def test_who_may_appoint() -> None:
    state = after(register(), add("li", appoints=True, until=date(2026, 6, 30)), add("wang"))
    asked = [
        ("head", TODAY),
        ("li", TODAY),
        ("li", date(2026, 7, 1)),
        ("wang", TODAY),
        ("x", TODAY),
    ]
    assert [state.appoints(*one) for one in asked] == [True, True, False, False, False]


def test_an_operator_whose_terms_change_is_recorded_anew() -> None:
    state = after(register(), add(items=("A",)), add(items=("B",)))
    assert [one.items for one in state.operators] == [("B",)]


def test_an_operator_is_removed_once_and_may_come_back() -> None:
    state = after(register(), add(), remove())
    assert not state.operators
    assert state.removed == {"li"}
    assert e.decide(remove(), state) == []
    assert after(register(), add(), remove(), add()).removed == frozenset()
    with pytest.raises(NotFound):
        after(register(), remove("nobody"))


def test_who_is_refused_as_an_operator() -> None:
    with pytest.raises(Contradiction, match="by office"):
        after(register(), add("head"))
    with pytest.raises(Invalid, match="over already"):
        after(register(), add(until=date(2026, 3, 1)))
    with pytest.raises(Ended):
        after(register(), refresh(EntityStatus.CANCELLED), add())
    many = [add(f"operator-{n}") for n in range(e.MOST_OPERATORS)]
    with pytest.raises(Invalid, match="at most"):
        after(register(), *many, add("one-more"))


COMMANDS: list[e.EntityCommand] = [
    register(),
    *(refresh(one) for one in EntityStatus),
    add(),
    add(appoints=True),
    add("wang", items=("A",)),
    add("head"),
    remove(),
    remove("wang"),
]


@given(st.lists(st.sampled_from(COMMANDS), max_size=10))
def test_said_twice_happens_once(commands: list[e.EntityCommand]) -> None:
    state = e.initial
    for one in commands:
        try:
            state = e.fold(e.decide(one, state), state)
        except Rejected:
            continue
        assert e.decide(one, state) == []
