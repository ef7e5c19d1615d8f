"""What is answered to who asks for progress, as models (see replies.py)."""

from datetime import date
from typing import Literal

from pydantic import BaseModel

from ..kernel import formats
from ..kernel.actor import Identifier
from ..kernel.base import Line, Text
from .replies import HandledState

Situation = Literal[
    "submitted",
    "returned",
    "supplementing",
    "accepted",
    "suspended",
    "granted",
    "granted-delivered",
    "denied",
    "denied-delivered",
    "refused",
    "lapsed",
    "withdrawn",
    "voided",
    "archived",
]


class Waiting(BaseModel):
    """A department that a case waits in; `name` where the item tells it."""

    department: Identifier
    name: Line | None


class ProgressReply(BaseModel):
    """
    How a case stands, without anything about a person: in words, `said` and `next`, in the language
    asked for; `took` says in words how many days of its limit an ended case took. `due` is the last
    day for the office, `provisional` if the calendar may still move it; `respond_by` the last day
    for the applicant, who has to hand in what is `asked`. Of a confidential case `item` is null,
    and `where` and `asked` are empty.
    """

    number: str
    state: HandledState
    situation: Situation
    item: Line | None
    said: Text
    next: Text
    submitted_on: date
    accepted_on: date | None
    concluded_on: date | None
    took: Text | None
    due: date | None
    provisional: bool
    respond_by: date | None
    where: list[Waiting]
    asked: list[Line]


class QueryCode(BaseModel):
    """`query_code` (查询密码): with it and the case number progress is asked for."""

    query_code: formats.QueryCode
