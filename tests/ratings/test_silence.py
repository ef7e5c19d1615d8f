"""
The rated clerk never sees who rated (DOMAIN 5): every route and every list answers whoever handled
a case the same, to the byte, before it was rated badly and after.
"""

import re
from typing import Any

import pytest

from chalicelib.eventlog.codec import events
from chalicelib.ratings.application import ratings

from ..cases.domain.givens import old_rating
from ..city import SENIOR_CARD, City
from ..proven import came_to_a_counter
from ..stories.ratings import as_the_release_before_did
from ..stories.world import World
from .town import (
    AUDITOR,
    CIVIL,
    DEPUTY,
    HANDLED,
    HEAD,
    OVERSEER,
    PROMOTED,
    SECOND,
    STRANGER,
    WIDE,
    WINDOW,
    ZHANG,
    Town,
    answers,
    everything,
)


@pytest.fixture
def town(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Town:
    # Thousands of requests come from one address here.
    monkeypatch.setenv("BANJIAN_LIMITS", WIDE)
    city: City = request.getfixturevalue("city")
    applicant = SENIOR_CARD["applicant"]
    came_to_a_counter(city.platform, ZHANG.account, applicant["name"], applicant["id_number"])
    return Town(city)


def asked_of(town: Town, case_id: str, certificate: str = "X") -> list[tuple[str, str, Any]]:
    number = town.get(HEAD, f"/cases/{case_id}")["number"]
    rating_id = ratings.id_of(town.city.platform, case_id)
    return everything(case_id, number, rating_id, certificate)


SILENT = (*HANDLED, *PROMOTED, STRANGER, None)


def _moves(town: Town, case_id: str):
    """What becomes of a bad rating, one after the other."""
    yield "rated", lambda: town.rate(case_id)
    one = f"/ratings/{ratings.id_of(town.city.platform, case_id)}"
    verify = {"justified": True, "finding": "属实", "called_back": True}
    yield "verified", lambda: town.done(DEPUTY, f"{one}/verify", verify)
    answer = {"answer": "致歉", "remedy": "培训"}
    yield "answered", lambda: town.done(OVERSEER, f"{one}/answer", answer)
    yield "appealed", lambda: town.done(ZHANG, f"{one}/appeal", {"reason": "不服"})
    review = {"upheld": True, "answer": "已督促"}
    yield "reviewed", lambda: town.done(SECOND, f"{one}/review", review)


@pytest.mark.parametrize("how", ["grant", "deny"])
def test_who_handled_it_is_answered_the_same_before_and_after(town: Town, how: str):
    case_id = town.decided(how)
    certificate = (town.get(ZHANG, f"/cases/{case_id}")["certificate"] or {}).get("identifier", "X")
    asked = asked_of(town, case_id, certificate)
    before = {who: answers(town, who, asked) for who in SILENT}
    for turn, happens in _moves(town, case_id):
        happens()
        town.city.catch_up()
        for who in SILENT:
            now = answers(town, who, asked)
            told = {one: now[one] for one in now if now[one] != before[who][one]}
            assert told == {}, f"{who} learns by {turn}"


def test_a_good_rating_is_no_more_told_than_a_bad_one(town: Town):
    case_id = town.decided()
    asked = asked_of(town, case_id)
    before = {who: answers(town, who, asked) for who in SILENT}
    town.rate(case_id, 1, "很好")
    assert {who: answers(town, who, asked) for who in SILENT} == before


def test_a_rated_case_is_archived_as_one_that_was_not(town: Town):
    rated, other = town.decided(), town.decided()
    town.rate(rated)
    one, two = (town.done(WINDOW, f"/cases/{case_id}/archive") for case_id in (rated, other))
    assert one["version"] == two["version"]
    assert one["state"] == two["state"] == "archived"


def test_the_stream_of_the_case_has_nothing_of_it(town: Town):
    case_id = town.decided()
    store = town.city.platform.store
    before = store.load(f"case-{case_id}")
    town.rate(case_id)
    assert store.load(f"case-{case_id}") == before


def test_nothing_that_can_be_told_of_a_case_names_its_rating(town: Town):
    """The name of the stream takes the platform's secret: it is nowhere a digest of the case."""
    case_id = town.decided()
    rating_id = town.rate(case_id)
    number = town.get(HEAD, f"/cases/{case_id}")["number"]
    for who in HANDLED:
        assert rating_id not in "".join(
            answers(town, who, everything(case_id, number, "0" * 26, "X")).values()
        )
    unknown = town.ask(HEAD, "GET", f"/ratings/{'0' * 26}").json()
    hidden = town.ask(HEAD, "GET", f"/ratings/{rating_id}").json()
    assert _words(unknown) == _words(hidden)


def _words(problem: dict[str, object]) -> dict[str, object]:
    """Without what names the request."""
    return {**problem, "request_id": "", "instance": ""}


# As the release before recorded it


def _before(town: Town, case_id: str, *, answered: bool) -> None:
    here = World(town.city.platform, [], town.numbers, case_id)
    as_the_release_before_did(here, "citizen-zhang", *old_rating(answered=answered))
    for _ in range(2):  # the view comes before the consumer that gives it something to see
        town.city.catch_up()


@pytest.mark.parametrize("answered", [False, True])
def test_of_an_old_rating_staff_are_told_nothing_but_what_the_version_counts(
    town: Town,
    answered,
):
    case_id = town.decided()
    asked = asked_of(town, case_id)
    before = {who: answers(town, who, asked) for who in (*HANDLED, DEPUTY)}
    _before(town, case_id, answered=answered)
    for who in HANDLED:
        told = answers(town, who, asked)
        for one, reply in told.items():
            assert _counted(reply) == _counted(before[who][one]), f"{who} {one}"


def _counted(reply: str) -> str:
    return re.sub(r'200 "\d+-', '200 "N-', re.sub(r'"version": \d+', '"version": N', reply))


def test_an_old_rating_stays_readable_for_whoever_may_read_it(town: Town):
    case_id = town.decided()
    _before(town, case_id, answered=True)
    for who in (ZHANG, OVERSEER, AUDITOR):
        told = town.get(who, f"/cases/{case_id}")["rating"]
        assert (told["rating"], told["answer"]["remedy"]) == (5, "致歉")
    for who in (*HANDLED, DEPUTY, PROMOTED[1]):
        assert town.get(who, f"/cases/{case_id}")["rating"] is None
    for who, sees in ((OVERSEER, True), (AUDITOR, True), (PROMOTED[1], False)):
        told = {one["type"] for one in town.get(who, f"/cases/{case_id}/events")["events"]}
        assert ("CaseRated" in told) is sees
        assert ("BadRatingAnswered" in told) is sees


@pytest.mark.parametrize("answered", [False, True])
def test_an_old_rating_gets_a_stream_of_its_own_once(town: Town, answered):
    case_id = town.decided()
    _before(town, case_id, answered=answered)
    name = ratings.id_of(town.city.platform, case_id)
    platform = town.city.platform
    history = platform.store.load(ratings.stream(name))
    types = [one.type for one in events(platform.codec, history.commits)]
    if answered:
        assert types == ["ServiceRated", "RatingVerified", "RatingAnswered"]
    else:
        assert types == ["ServiceRated"]
    first = next(events(platform.codec, history.commits))
    assert first.actor.account == "citizen-zhang"
    state = "answered" if answered else "rated"
    found = town.get(DEPUTY, f"/ratings?state={state}")["items"]
    assert [one["rating_id"] for one in found] == [name]
    assert town.get(HEAD, f"/ratings?state={state}&department={CIVIL}")["items"] == []
    town.city.catch_up()
    assert platform.store.load(ratings.stream(name)) == history


@pytest.mark.parametrize("answered", [False, True])
def test_a_rating_that_is_sent_again_across_the_upgrade_is_found_done(town: Town, answered):
    case_id = town.decided()
    _before(town, case_id, answered=answered)
    name = ratings.stream(ratings.id_of(town.city.platform, case_id))
    history = town.city.platform.store.load(name)
    assert town.rate(case_id) == name.removeprefix("rating-")
    if answered:
        told = {"justified": True, "finding": "属实", "remedy": "致歉"}
        town.done(DEPUTY, f"/cases/{case_id}/answer-rating", told)
    assert town.city.platform.store.load(name) == history
