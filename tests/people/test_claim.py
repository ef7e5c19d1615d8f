"""One account for one person."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.kernel.actor import SYSTEM
from chalicelib.people.domain import claim as c

ABOUT: dict[str, Any] = {"at": datetime(2026, 3, 2, tzinfo=UTC), "by": SYSTEM}


def claim(account: str, strength: int = 2, abandoned: str | None = None) -> c.Claim:
    return c.Claim(**ABOUT, account=account, strength=strength, abandoned=abandoned)


def release(account: str) -> c.Release:
    return c.Release(**ABOUT, account=account)


def after(*commands: c.Claim | c.Release) -> c.State:
    state = c.initial
    for one in commands:
        state = c.fold(c.decide(one, state), state)
    return state


def held(state: c.State) -> tuple[str, int] | None:
    return (state.account, state.strength) if isinstance(state, c.Held) else None


def test_who_comes_first_has_it() -> None:
    assert held(after(claim("a"))) == ("a", 2)
    with pytest.raises(c.Elsewhere):
        after(claim("a"), claim("b"))


def test_a_proof_in_person_takes_it_over_from_a_weaker_one_only() -> None:
    assert held(after(claim("a", 2), claim("b", 3))) == ("b", 3)
    assert held(after(claim("a", 3), claim("b", 4))) == ("b", 4)
    for strength, other in ((1, 2), (3, 3), (4, 4), (4, 3), (3, 2)):
        with pytest.raises(c.Elsewhere):
            after(claim("a", strength), claim("b", other))


def test_ones_own_claim_grows_and_never_shrinks() -> None:
    assert held(after(claim("a", 2), claim("a", 4), claim("a", 3))) == ("a", 4)


def test_what_was_abandoned_is_free_to_take() -> None:
    assert held(after(claim("a"), claim("b", 2, abandoned="a"))) == ("b", 2)
    with pytest.raises(c.Elsewhere):  # it was seen to be another's
        after(claim("a"), claim("b", 2, abandoned="x"))


def test_only_who_has_it_lets_go_of_it_and_that_is_counted() -> None:
    assert held(after(claim("a"), release("b"))) == ("a", 2)
    assert after(claim("a"), release("a")) == c.Free(released=1)
    assert after(claim("a"), release("a"), claim("b"), release("b")) == c.Free(released=2)


SOME = st.one_of(
    st.builds(claim, st.sampled_from("ab"), st.integers(1, 4), st.sampled_from([None, "a", "b"])),
    st.builds(release, st.sampled_from("ab")),
)


@given(st.lists(SOME, max_size=8))
def test_said_twice_happens_once(commands: list[c.Claim | c.Release]) -> None:
    state = c.initial
    for one in commands:
        try:
            state = c.fold(c.decide(one, state), state)
        except c.Elsewhere:
            continue
        assert c.decide(one, state) == []
