"""
What was rated before ratings had streams of their own stands in the stream of its case; here it
gets one, so that one desk has all, and what is done about it is told nobody who handled the case.
"""

from functools import partial

from ...cases.application import cases
from ...cases.domain import events as e
from ...cases.domain.state import Lodged
from ...clock.calendar import legal_day
from ...eventlog.consumers import Subscriber
from ...eventlog.envelope import Circumstances, Decided, Happened, Recorded
from ...eventlog.transact import transact
from ...kernel.actor import SYSTEM, Channel
from ...kernel.base import Frozen
from ...platform.platform import Caller, Platform
from ..application import ratings
from ..domain import rating

EVENTS = frozenset({e.CaseRated, e.BadRatingAnswered})


def on_event(platform: Platform, event: Recorded) -> None:
    """The rating's own stream keeps what was taken over: a second delivery adds nothing."""
    case_id = event.stream.removeprefix("case-")
    state = cases.get(platform, SYSTEM, case_id).state
    if not isinstance(state, Lodged):
        return
    told = _in_its_place(event, ratings.about(state.application))
    name = ratings.id_of(platform, case_id)
    caller = Caller(SYSTEM, f"rating-{event.version}", Channel.SYSTEM, event.occurred_at)
    request = caller.request(platform.now(), "Adopt", {"version": event.version})
    own = Circumstances(event.occurred_at, event.actor, event.channel, event.source)

    def decide(now: rating.State) -> Decided:
        begun = isinstance(
            now, rating.Absent if isinstance(event.data, e.CaseRated) else rating.Rated
        )
        return [Happened(one, own) for one in told] if begun else []

    transact(platform.store, ratings.decider(platform), ratings.stream(name), request, decide)


def _in_its_place(event: Recorded, about: dict[str, object]) -> list[Frozen]:
    on = legal_day(event.occurred_at)
    match event.data:
        case e.CaseRated() as rated:
            fields = {
                **about,
                "rater": event.actor.account,
                "rating": rated.rating,
                "comment": rated.comment,
                "on": on,
                "recorded": event.version,
            }
            return [rating.ServiceRated.model_validate(fields)]
        case e.BadRatingAnswered() as told:
            found = {"justified": told.justified, "finding": told.finding, "called_back": False}
            verified = rating.RatingVerified.model_validate({**found, "on": on})
            return [
                verified,
                rating.RatingAnswered(answer=told.finding, remedy=told.remedy, on=on),
            ]
        case _:
            return []


def subscriber(platform: Platform) -> Subscriber:
    return Subscriber("old_ratings", partial(on_event, platform), events=EVENTS)
