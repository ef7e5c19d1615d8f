"""What /ratings answers, as models (see web/replies.py)."""

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from ..cases.replies import CommandReply
from ..kernel.actor import Identifier
from ..kernel.base import Line, Text
from ..kernel.formats import Division
from ..web.replies import Page, Position, Version

State = Literal["rated", "verified", "answered", "appealed", "reviewed"]


class RatedReply(CommandReply):
    """The case as it is, which a rating leaves at its version, and the id of the rating."""

    rating_id: Identifier


class RatingCard(BaseModel):
    """What lists show of a rating; `due` is the last day for the answer, null for a good one."""

    rating_id: Identifier
    case_id: Identifier
    number: str
    item: str
    item_name: Line
    division: Division
    department: Identifier
    rating: Annotated[int, Field(ge=1, le=5)]
    rated_on: date
    due: date | None
    state: State


class RatingPage(Page):
    """Ratings, in the order of the list."""

    items: list[RatingCard]


class Verification(BaseModel):
    justified: bool
    finding: Text
    called_back: bool
    on: date


class RatingAnswer(BaseModel):
    answer: Text
    remedy: Text | None
    on: date


class RatingAppeal(BaseModel):
    reason: Text
    on: date


class RatingReview(BaseModel):
    upheld: bool
    answer: Text
    on: date


class RatingReply(RatingCard):
    """A rating, and what has become of it; `position` comes with a command only."""

    comment: Text | None
    verified: Verification | None
    answered: RatingAnswer | None
    appealed: RatingAppeal | None
    reviewed: RatingReview | None
    version: Version
    position: Position | None = None
