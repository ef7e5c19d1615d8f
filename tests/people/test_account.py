"""An account: who it is, and what of that is proven."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.codes.parties import Method
from chalicelib.kernel.actor import Actor, Role
from chalicelib.kernel.errors import Contradiction, Invalid, NotFound, Rejected
from chalicelib.people.domain import account as a

ABOUT: dict[str, Any] = {
    "at": datetime(2026, 3, 2, 1, 30, tzinfo=UTC),
    "by": Actor(account="wx-1", role=Role.APPLICANT),
}
PHONE, OTHER_PHONE = "13700000000", "13900000000"


def person(number: int = 1) -> a.Person:
    return a.Person(name=f"张{number}", id_number="440802195503071232", reference=f"{number:026x}")


def register(number: int = 1, phone: str | None = PHONE) -> a.RegisterPerson:
    return a.RegisterPerson(**ABOUT, person=person(number), phone=phone)


def prove(method: Method, number: int = 1) -> a.ProveIdentity:
    about: dict[str, Any] = (
        {"phone": PHONE} if method is Method.PHONE else {"reference": person(number).reference}
    )
    return a.ProveIdentity(**ABOUT, method=method, evidence=f"{method} 1", **about)


def after(*commands: a.AccountCommand) -> a.State:
    state = a.initial
    for command in commands:
        state = a.fold(a.decide(command, state), state)
    return state


def level(state: a.State) -> int:
    assert isinstance(state, a.Open)
    return state.level


CLOSE = a.CloseAccount(**ABOUT, reason="不再使用")
LOSE = a.LoseIdentity(**ABOUT, reference=person().reference)
CHANGE = a.ChangePhone(**ABOUT, phone=OTHER_PHONE)


def test_a_registration_proves_nothing() -> None:
    assert level(after(register())) == 0


@pytest.mark.parametrize(
    ("method", "proven"),
    [
        (Method.PHONE, 1),
        (Method.REGISTRY, 2),
        (Method.FACE, 3),
        (Method.BANK_CARD, 3),
    ],
)
def test_each_proof_gives_its_level(method: Method, proven: int) -> None:
    assert level(after(register(), prove(method))) == proven


def test_at_a_counter_it_is_4() -> None:
    check = a.CheckAtCounter(**ABOUT, person=person(), evidence="440800-hall: 身份证")
    assert level(after(register(), check)) == 4


def test_the_highest_proof_counts_in_any_order() -> None:
    assert level(after(register(), prove(Method.FACE), prove(Method.PHONE))) == 3


def test_nothing_is_proven_of_nobody() -> None:
    with pytest.raises(NotFound):
        after(prove(Method.REGISTRY))
    with pytest.raises(Invalid, match="register first"):
        after(a.BindWechat(**ABOUT, openid="0" * 26), prove(Method.REGISTRY))


def test_a_proof_about_another_person_or_phone_proves_nothing() -> None:
    with pytest.raises(Invalid, match="another person"):
        after(register(), prove(Method.FACE, 2))
    with pytest.raises(Invalid, match="another phone"):
        after(register(phone=None), prove(Method.PHONE))
    with pytest.raises(Invalid, match="another phone"):
        after(register(), CHANGE, prove(Method.PHONE))


def test_another_phone_has_to_be_proven_anew_and_the_person_stays_proven() -> None:
    assert level(after(register(), prove(Method.PHONE), CHANGE)) == 0
    assert level(after(register(), prove(Method.PHONE), prove(Method.REGISTRY), CHANGE)) == 2


def test_a_typing_mistake_is_corrected_until_it_is_proven() -> None:
    state = after(register(1), prove(Method.PHONE), register(2))
    assert isinstance(state, a.Open)
    assert (state.person, state.level) == (person(2), 1)
    with pytest.raises(Contradiction, match="counter"):
        after(register(1), prove(Method.REGISTRY), register(2))


def test_a_clerk_who_saw_the_card_corrects_even_what_was_proven() -> None:
    check = a.CheckAtCounter(**ABOUT, person=person(2), evidence="440800-hall: 身份证")
    state = after(register(1), prove(Method.FACE), check)
    assert isinstance(state, a.Open)
    assert (state.person, [one.method for one in state.proofs]) == (person(2), [Method.COUNTER])


def test_who_loses_the_person_keeps_the_phone() -> None:
    proven = (register(), prove(Method.PHONE), prove(Method.REGISTRY))
    assert level(after(*proven, LOSE)) == 1
    elsewhere = a.LoseIdentity(**ABOUT, reference=person(2).reference)
    assert level(after(*proven, elsewhere)) == 2


def test_a_closed_account_takes_nothing_more() -> None:
    with pytest.raises(a.Ended):
        after(register(), CLOSE, register(2))
    with pytest.raises(a.Ended):
        after(register(), CLOSE, prove(Method.PHONE))
    with pytest.raises(NotFound):
        after(CLOSE)


COMMANDS: list[a.AccountCommand] = [
    register(),
    register(2),
    register(phone=OTHER_PHONE),
    *(prove(one) for one in Method if one is not Method.COUNTER),
    prove(Method.FACE, 2),
    a.CheckAtCounter(**ABOUT, person=person(2), evidence="窗口"),
    LOSE,
    CHANGE,
    a.BindWechat(**ABOUT, openid="0" * 26),
    CLOSE,
]


@given(st.lists(st.sampled_from(COMMANDS), max_size=8), st.sampled_from(COMMANDS))
def test_said_twice_happens_once(before: list[a.AccountCommand], command: a.AccountCommand) -> None:
    state = a.initial
    for one in (*before, command):
        try:
            events = a.decide(one, state)
        except Rejected:
            continue
        state = a.fold(events, state)
        assert a.decide(one, state) == []


@given(st.lists(st.sampled_from(COMMANDS), max_size=12))
def test_a_level_is_never_more_than_what_was_proven_of_this_person(
    commands: list[a.AccountCommand],
) -> None:
    state, proven = a.initial, {0}
    for one in commands:
        try:
            events = a.decide(one, state)
        except Rejected:
            continue
        state = a.fold(events, state)
        proven |= {event.level for event in events if isinstance(event, a.IdentityProven)}
        if isinstance(state, a.Open):
            assert state.level in proven
            assert state.level < a.MATCHED or state.person is not None
