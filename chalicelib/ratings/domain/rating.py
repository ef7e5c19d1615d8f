"""
The stream `rating-...`: one service rated by whom it was for (好差评, 国办发〔2019〕51号).

    Absent -> Rated -> Verified -> Answered -> Appealed -> Reviewed

A good rating stays Rated. A bad one is verified with its rater (回访核实), put right and
answered (整改反馈), perhaps appealed against (申诉) and then reviewed (复核). It is no part of its
case, whose version, steps and events say nothing of it: the rated see those.
"""

from collections.abc import Iterable
from datetime import date
from functools import reduce
from typing import Annotated, Any, Literal, assert_never, get_args

from pydantic import Field

from ...cases.domain.values import ItemRef
from ...clock.calendar import legal_day
from ...kernel.actor import Identifier
from ...kernel.base import Command, Frozen, Line, Personal, Text
from ...kernel.errors import Contradiction, Impossible, Invalid, NotFound, OutOfOrder
from ...kernel.formats import Division

CATEGORY = "rating"
BAD = 4  # 4 and 5 are bad (GB/T 39735-2020)
Grade = Annotated[int, Field(ge=1, le=5)]


class ServiceRated(Frozen):
    """
    好差评: a service was rated; a rank, 1 is best, 4 and 5 are bad. `rater` is the account that
    did; a bad one is to be answered within `days` working days. `recorded` is the version of the
    event of the case that it stood in before ratings had streams of their own.
    """

    type: Literal["ServiceRated"] = "ServiceRated"
    case_id: Identifier
    number: Line
    item: ItemRef
    division: Division
    department: Identifier
    confidential: bool = False
    rater: Identifier
    rating: Grade
    comment: Annotated[Text, Personal()] | None = None
    on: date
    days: Annotated[int, Field(ge=1, le=365)]
    recorded: Annotated[int, Field(ge=1)] | None = None


class RatingVerified(Frozen):
    """核实: what verifying it found; `called_back` if the rater was asked (回访)."""

    type: Literal["RatingVerified"] = "RatingVerified"
    justified: bool
    finding: Annotated[Text, Personal()]
    called_back: bool
    on: date


class RatingAnswered(Frozen):
    """整改反馈: what the rater is told; without `remedy` nothing had to be put right."""

    type: Literal["RatingAnswered"] = "RatingAnswered"
    answer: Annotated[Text, Personal()]
    remedy: Text | None = None
    on: date


class RatingAppealed(Frozen):
    """申诉: the rater does not accept the answer."""

    type: Literal["RatingAppealed"] = "RatingAppealed"
    reason: Annotated[Text, Personal()]
    on: date


class RatingReviewed(Frozen):
    """复核: what somebody found who had no part in the answer; that is the end of it."""

    type: Literal["RatingReviewed"] = "RatingReviewed"
    upheld: bool
    answer: Annotated[Text, Personal()]
    on: date


Event = ServiceRated | RatingVerified | RatingAnswered | RatingAppealed | RatingReviewed
EVENTS: tuple[type[Frozen], ...] = get_args(Event)


# State


class Absent(Frozen):
    """The service was not rated."""


class Rated(Frozen):
    rated: ServiceRated


class Verified(Frozen):
    rated: ServiceRated
    verified: RatingVerified


class Answered(Frozen):
    rated: ServiceRated
    verified: RatingVerified
    answered: RatingAnswered


class Appealed(Frozen):
    rated: ServiceRated
    verified: RatingVerified
    answered: RatingAnswered
    appealed: RatingAppealed


class Reviewed(Frozen):
    rated: ServiceRated
    verified: RatingVerified
    answered: RatingAnswered
    appealed: RatingAppealed
    reviewed: RatingReviewed


Known = Rated | Verified | Answered | Appealed | Reviewed
State = Absent | Known
initial: State = Absent()


def evolve(state: State, event: Event) -> State:
    """Raises Impossible."""
    match event, state:
        case ServiceRated(), Absent():
            return Rated(rated=event)
        case RatingVerified(), Rated():
            return Verified(**dict(state), verified=event)
        case RatingAnswered(), Verified():
            return Answered(**dict(state), answered=event)
        case RatingAppealed(), Answered():
            return Appealed(**dict(state), appealed=event)
        case RatingReviewed(), Appealed():
            return Reviewed(**dict(state), reviewed=event)
        case _:
            raise Impossible(state, event)


def fold(events: Iterable[Event], state: State = initial) -> State:
    return reduce(evolve, events, state)


def hidden() -> NotFound:
    """The same words for a rating that there is not, and for one that is not yours to see."""
    return NotFound("rating-not-seen", "there is no such rating, or it is not yours to see")


def known(state: State) -> Known:
    """Raises NotFound."""
    if isinstance(state, Absent):
        raise hidden()
    return state


# Commands


class Rate(Command):
    """好差评: rate the service. The best is 1; 4 and 5 are bad and will be answered."""

    rated: ServiceRated


class Verify(Command):
    """核实: say what verifying a bad rating found. By nobody who handled the case."""

    justified: bool
    finding: Text
    called_back: bool = True


class Answer(Command):
    """整改反馈: answer a bad rating that was verified. What was justified is put right."""

    answer: Text
    remedy: Text | None = None


class Appeal(Command):
    """申诉: appeal against the answer. Once."""

    reason: Text


class Review(Command):
    """复核: review what was appealed against. By a supervisor who had no part in the answer."""

    upheld: bool
    answer: Text


# What becomes of a rating, and with it all that is done to one.
TurnCommand = Verify | Answer | Appeal | Review
RatingCommand = Rate | TurnCommand


def decide(command: RatingCommand, state: State) -> list[Event]:
    """Repeating a command that already took effect yields no events. Raises Rejected."""
    match command:
        case Rate():
            return _rate(command, state)
        case Verify():
            return _verify(command, _bad(state))
        case Answer():
            return _answer(command, _bad(state))
        case Appeal():
            return _appeal(command, _bad(state))
        case Review():
            return _review(command, _bad(state))
        case _:
            assert_never(command)


def _rate(command: Rate, state: State) -> list[Event]:
    if isinstance(state, Absent):
        return [command.rated]
    before, now = state.rated, command.rated
    if (before.rating, before.comment) == (now.rating, now.comment):
        return []
    raise Contradiction("rated-already", "the service was rated already, and is rated once")


def _bad(state: State) -> Known:
    found = known(state)
    if found.rated.rating < BAD:
        raise OutOfOrder("not-a-bad-rating", "only a bad rating (4 or 5) is verified and answered")
    return found


def _verify(command: Verify, state: Known) -> list[Event]:
    made = RatingVerified(**_said(command), on=_on(command))
    if isinstance(state, Rated):
        return [made]
    return _again(made, state.verified)


def _answer(command: Answer, state: Known) -> list[Event]:
    made = RatingAnswered(**_said(command), on=_on(command))
    match state:
        case Rated():
            raise OutOfOrder("rating-not-verified", "a rating is verified before it is answered")
        case Verified():
            if state.verified.justified and made.remedy is None:
                raise Invalid(
                    "remedy-needed", "what was justified is put right: say by what remedy"
                )
            return [made]
        case _:
            return _again(made, state.answered)


def _appeal(command: Appeal, state: Known) -> list[Event]:
    made = RatingAppealed(**_said(command), on=_on(command))
    match state:
        case Rated() | Verified():
            raise OutOfOrder("rating-not-answered", "the rating has not been answered yet")
        case Answered():
            return [made]
        case _:
            return _again(made, state.appealed)


def _review(command: Review, state: Known) -> list[Event]:
    made = RatingReviewed(**_said(command), on=_on(command))
    match state:
        case Appealed():
            return [made]
        case Reviewed():
            return _again(made, state.reviewed)
        case _:
            raise OutOfOrder("rating-not-appealed", "nobody has appealed against the answer")


def _again(event: Frozen, before: Frozen) -> list[Event]:
    """Sent again on another day, it is the same."""
    if event.model_copy(update={"on": getattr(before, "on", None)}) == before:
        return []
    raise Contradiction("rating-answered-otherwise", "that was done already, otherwise")


def _said(command: RatingCommand) -> dict[str, Any]:
    return {
        name: value for name, value in dict(command).items() if name not in Command.model_fields
    }


def _on(command: RatingCommand) -> date:
    return legal_day(command.at)
