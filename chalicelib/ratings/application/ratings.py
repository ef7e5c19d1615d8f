"""好差评: rate a service, verify what was rated badly, answer it, appeal, review."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, NamedTuple

from ...cases import domain as case
from ...cases.application import access as case_access
from ...cases.application import cases
from ...cases.application.acting import acting, doing, identified
from ...cases.domain.guards import concluded, lodged
from ...cases.domain.records import Application
from ...cases.domain.state import Archived, Concluded, Lodged
from ...clock.calendar import legal_day
from ...eventlog.codec import events
from ...eventlog.envelope import Decided
from ...eventlog.ports import History
from ...eventlog.transact import Decider, Outcome, Stale, read, transact
from ...kernel.actor import SYSTEM, Actor
from ...kernel.errors import Contradiction, OutOfOrder
from ...people.domain.mandate import Action
from ...platform.platform import Caller, Platform
from ..domain import rating
from . import access


class RatingView(NamedTuple):
    """A rating at a version of its stream."""

    rating_id: str
    version: int
    state: rating.Known


class Taken(NamedTuple):
    """What a command to the rating of a case led to, and the case, which it leaves as it was."""

    rating_id: str
    case: Lodged
    case_version: int
    outcome: Outcome[rating.State]


def decider(platform: Platform) -> Decider[rating.State]:
    return Decider(platform.codec, rating.initial, rating.evolve, platform.memory)


def stream(rating_id: str) -> str:
    return f"{rating.CATEGORY}-{rating_id}"


def id_of(platform: Platform, case_id: str) -> str:
    """One rating a service. Nobody gets from the case to it without the platform's secret."""
    return platform.keyed("rating", case_id).hex()[:26]


def state_of(platform: Platform, rating_id: str) -> rating.State:
    """As its stream has it now, whoever asks."""
    return read(platform.store, decider(platform), stream(rating_id)).state


def get(platform: Platform, actor: Actor, rating_id: str) -> RatingView:
    """Raises NotFound, also for who may not see it, and NotAllowed for an agent who is none now."""
    found = read(platform.store, decider(platform), stream(rating_id))
    seen = access.seen(platform, actor, found.state)
    _still(platform, actor, seen.rated.case_id)
    return RatingView(rating_id, found.history.version, seen)


def _still(platform: Platform, actor: Actor, case_id: str) -> None:
    """Who acts for the applicant does so still; a token does not know. Raises NotAllowed."""
    acting(platform, actor, cases.get(platform, SYSTEM, case_id).state)


# By the case


def rate(platform: Platform, caller: Caller, case_id: str, told: int, comment: str | None) -> Taken:
    """
    Raises NotFound, NotAllowed, OutOfOrder before there is a result, Contradiction for another
    rating than before.
    """
    history, state = read(platform.store, cases.decider(platform), cases.stream(case_id))
    case_access.owned(identified(platform, caller.actor, state), state)
    ended = _ended(state)
    actor = doing(platform, caller.actor, state, Action.RATE)
    _not_otherwise(ended, told, comment)
    at = caller.at(platform.now())
    rated = rating.ServiceRated(
        **about(ended.application),
        rater=actor.account,
        rating=told,
        comment=comment,
        on=legal_day(at),
    )
    command = rating.Rate(**caller.about(platform.now()), rated=rated)
    body = {"rating": told, "comment": comment}

    def decide(now: rating.State) -> Decided:
        return cases.done_by(actor, caller, at, rating.decide(command, now))

    return _by_case(platform, caller, history, lodged(state), ("Rate", body), decide)


def _ended(state: case.State) -> Concluded:
    """Also what was archived: or whoever handled it would be quick to put it away."""
    return state.concluded if isinstance(state, Archived) else concluded(state)


def about(application: Application) -> dict[str, Any]:
    """What a rating says of the case that it is about."""
    return {
        "case_id": application.case_id,
        "number": application.number,
        "item": application.item,
        "division": application.division,
        "department": application.department,
        "confidential": application.confidential,
        "days": application.plan.rating_days,
    }


def _not_otherwise(ended: Concluded, told: int, comment: str | None) -> None:
    """Of a rating that stands in the case, as all did once; a subscriber gives it its stream."""
    before = ended.ending.rating
    if before is not None and (before.rating, before.comment) != (told, comment):
        raise Contradiction("rated-already", "the service was rated already, and is rated once")


def answer_of_case(platform: Platform, caller: Caller, case_id: str, told: dict[str, Any]) -> Taken:
    """
    Verified and answered at once, `told` as {justified, finding, remedy}. Raises NotFound,
    NotAllowed, OutOfOrder for a case without a bad rating, Contradiction.
    """
    history, state = read(platform.store, cases.decider(platform), cases.stream(case_id))
    found = access.matter(platform, case_id)
    case_access.seen(identified(platform, caller.actor, state), state)
    # Before anything is looked for: who handled it hears the same whether there is one or not.
    if found is None or not access.desk(platform, caller.actor, found):
        raise case_access.not_for(caller.actor)
    facts = caller.about(platform.now())
    # Nobody is asked whether the rater was; and an answer of before ratings had streams is found
    # done, if it is sent again.
    found_out = {"justified": told["justified"], "finding": told["finding"], "called_back": False}
    verify = rating.Verify(**facts, **found_out)
    answer = rating.Answer(**facts, answer=told["finding"], remedy=told["remedy"])

    def decide(now: rating.State) -> Decided:
        if isinstance(now, rating.Absent):
            raise OutOfOrder(
                "not-a-bad-rating", "only a bad rating (4 or 5) is verified and answered"
            )
        verified = rating.decide(verify, now)
        return [*verified, *rating.decide(answer, rating.fold(verified, now))]

    return _by_case(platform, caller, history, found.case, ("AnswerRating", told), decide)


def _by_case(  # noqa: PLR0913, PLR0917 - who, about which case as it is, what
    platform: Platform,
    caller: Caller,
    history: History,
    known: Lodged,
    named: tuple[str, dict[str, Any]],
    decide: Callable[[rating.State], Decided],
) -> Taken:
    """The caller's If-Match is of the case, which the rating leaves at its version."""
    if caller.version is not None and history.version not in caller.version:
        raise Stale(history.stream, caller.version, history.version)
    alone = replace(caller, version=None)
    name = id_of(platform, known.application.case_id)
    request = alone.request(platform.now(), *named)
    done = transact(platform.store, decider(platform), stream(name), request, decide)
    return Taken(name, known, history.version, done)


# By itself


def run(
    platform: Platform, caller: Caller, rating_id: str, command: rating.TurnCommand
) -> Outcome[rating.State]:
    """Raises NotFound, NotAllowed, OutOfOrder, Contradiction."""
    body = command.model_dump(mode="json", exclude={"at", "by", "channel"})
    request = caller.request(platform.now(), type(command).__name__, body)

    def may(state: rating.State) -> rating.Known:
        match command:
            case rating.Verify() | rating.Answer():
                return access.answers(platform, caller.actor, state)
            case rating.Appeal():
                return access.appeals(platform, caller.actor, state)
            case rating.Review():
                by = answered_by(platform, rating_id)
                return access.reviews(platform, caller.actor, state, by)

    def decide(state: rating.State) -> Decided:
        may(state)
        return rating.decide(command, state)

    where = stream(rating_id)
    return transact(platform.store, decider(platform), where, request, decide, may=may)


def answered_by(platform: Platform, rating_id: str) -> frozenset[str]:
    """The accounts that verified it and answered."""
    commits = platform.store.load(stream(rating_id)).commits
    return frozenset(
        one.actor.account
        for one in events(platform.codec, commits)
        if isinstance(one.data, rating.RatingVerified | rating.RatingAnswered)
    )
