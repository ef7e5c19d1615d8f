"""The stream of a rating: what leads to what, and what is said twice happens once."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.cases.domain.values import ItemRef
from chalicelib.kernel.actor import Actor, Role
from chalicelib.kernel.errors import Contradiction, Invalid, NotFound, OutOfOrder, Rejected
from chalicelib.ratings.domain import rating

AT = datetime(2026, 11, 30, 2, tzinfo=UTC)
BY = Actor(account="deputy", role=Role.APPROVER, department="440800-civil")
FACTS: dict[str, Any] = {"at": AT, "by": BY}


def rated(grade: int = 5, comment: str | None = None) -> rating.ServiceRated:
    return rating.ServiceRated(
        case_id="c1",
        number="440800202611300000010",
        item=ItemRef(code="1144080000000106243442006001000", version=1, name="老年人优待证"),
        division="440800",
        department="440800-civil",
        rater="citizen-zhang",
        rating=grade,
        comment=comment,
        on=AT.date(),
        days=15,
    )


def rate(grade: int = 5, comment: str | None = None) -> rating.Rate:
    return rating.Rate(**FACTS, rated=rated(grade, comment))


def verify(*, justified: bool = True) -> rating.Verify:
    return rating.Verify(**FACTS, justified=justified, finding="属实")


def answer(remedy: str | None = "培训") -> rating.Answer:
    return rating.Answer(**FACTS, answer="致歉", remedy=remedy)


APPEAL = rating.Appeal(**FACTS, reason="不服")
REVIEW = rating.Review(**FACTS, upheld=True, answer="已督促")
ALL: tuple[rating.RatingCommand, ...] = (rate(), verify(), answer(), APPEAL, REVIEW)


def after(*commands: rating.RatingCommand) -> rating.State:
    state = rating.initial
    for command in commands:
        state = rating.fold(rating.decide(command, state), state)
    return state


def test_a_bad_rating_goes_from_the_grade_to_its_review():
    states = [type(after(*ALL[: n + 1])).__name__ for n in range(len(ALL))]
    assert states == ["Rated", "Verified", "Answered", "Appealed", "Reviewed"]


@pytest.mark.parametrize("grade", [1, 2, 3])
def test_a_good_rating_is_neither_verified_nor_answered(grade):
    for command in ALL[1:]:
        with pytest.raises(OutOfOrder, match="bad rating"):
            rating.decide(command, after(rate(grade)))


def test_a_service_is_rated_once():
    assert rating.decide(rate(), after(rate())) == []
    with pytest.raises(Contradiction):
        rating.decide(rate(1), after(rate()))


def test_what_was_justified_is_put_right():
    with pytest.raises(Invalid, match="remedy"):
        rating.decide(answer(None), after(rate(), verify()))
    assert rating.decide(answer(None), after(rate(), verify(justified=False)))


@pytest.mark.parametrize("skipped", [1, 2, 3])
def test_nothing_is_skipped(skipped):
    left = [one for n, one in enumerate(ALL) if n != skipped]
    with pytest.raises(OutOfOrder):
        after(*left[: skipped + 1])


def test_of_what_was_never_rated_there_is_nothing():
    for command in ALL[1:]:
        with pytest.raises(NotFound):
            rating.decide(command, rating.initial)


def test_sent_again_on_another_day_it_is_the_same():
    later: dict[str, Any] = {"at": AT.replace(day=29), "by": BY}
    again = rating.Verify(**later, justified=True, finding="属实")
    assert rating.decide(again, after(rate(), verify())) == []


COMMANDS = st.sampled_from(
    [*ALL, rate(1), rate(4, "慢"), verify(justified=False), answer(None), answer("道歉")]
)


@given(st.lists(COMMANDS, max_size=12))
def test_said_twice_happens_once(commands):
    state = rating.initial
    for command in commands:
        try:
            events = rating.decide(command, state)
        except Rejected:
            continue
        state = rating.fold(events, state)
        assert rating.decide(command, state) == []
