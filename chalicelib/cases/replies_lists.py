"""What lists, items, documents and refusals answer, as models (see replies.py)."""

from datetime import date
from typing import Any, Literal

from pydantic import AwareDatetime, BaseModel

from ..clock.clock import Limit
from ..items.domain.item import NamedItem
from ..items.domain.plan import StepKind
from ..kernel.actor import Identifier, Role
from ..kernel.base import Code, Line, Text
from ..kernel.formats import Division
from ..web.replies import Page
from .domain.due import Lateness
from .domain.events import Desk, StepId
from .domain.values import Result, StepOutcome
from .replies import HandledState


class CardStep(BaseModel):
    """A step that is open; `due` is the last day of its own limit."""

    step: StepId
    name: Line
    kind: StepKind | Desk
    role: Role
    department: Identifier
    opened_at: AwareDatetime
    opened_on: date
    days: int | None
    due: date | None
    handler: Identifier | None


class CardStop(BaseModel):
    """A stop of the clock; `until` is null while it runs."""

    pause: Code
    since: date
    until: date | None


class Card(BaseModel):
    """
    What lists show of a case. `late` names the clocks that are or were overdue, `took` says in
    words how many of the promised days an ended case `used` of its `total`. `rating` says only
    whether there is one.
    """

    case_id: Identifier
    number: str
    item: str
    item_name: Line
    applicant: Identifier | None
    entity: str | None
    agent: Identifier | None
    state: HandledState
    submitted_on: date
    division: Division
    department: Identifier
    confidential: bool
    statutory: Limit
    promised: Limit
    accepted_on: date | None
    stops: list[CardStop]
    extension: int
    due: date | None
    promised_due: date | None
    concluded_on: date | None
    used: int | None
    total: int | None
    took: Text | None
    delivery_due: date | None
    delivered_on: date | None
    late: list[Lateness]
    provisional: bool
    suspended: bool
    open: list[CardStep]
    result: Result | None
    rating: Literal["rated"] | None
    updated_at: AwareDatetime


class CardPage(Page):
    """Cases, in the order of the list."""

    items: list[Card]


class FoundCases(BaseModel):
    """Cases of one person that the caller may see, newest first; at most 50."""

    items: list[Card]


class ProcessStep(BaseModel):
    """
    A step of a case in the case-process library (办件过程信息库). Seconds are counted by the wall
    clock; `waiting_inferred` says that nobody told when the step opened, and that it is taken to
    have waited since the one before; `source` tells where an imported step was read.
    """

    case_id: Identifier
    number: str
    item: str
    step: StepId
    name: Line
    kind: StepKind | Desk
    role: Role | None
    department: Identifier
    division: Division
    confidential: bool
    handler: Line | None
    since: AwareDatetime
    started_at: AwareDatetime | None
    finished_at: AwareDatetime | None
    waiting_seconds: int | None
    waiting_inferred: bool
    working_seconds: int | None
    opened_on: date | None
    days: int | None
    due: date | None
    late: bool
    outcome: StepOutcome | None
    opinion: Text | None
    state: Literal["waiting", "working", "finished"]
    source: str | None


class ProcessStepPage(Page):
    """Steps, the one that opened first before the others."""

    items: list[ProcessStep]


# The service


# Problems


class FieldError(BaseModel):
    """One thing to correct: where (a JSON pointer into the body), what, and why, in words."""

    pointer: str
    code: str
    message: str
    reason_code: str | None = None
    reason_values: dict[str, Any] | None = None


class OpenCase(BaseModel):
    """The case of the same applicant for the same item that is open."""

    case_id: Identifier
    number: str
    state: HandledState
    submitted_on: date


class Problem(BaseModel):
    """
    A refusal (RFC 9457), in the language of Accept-Language. Programs go by `code`, and by
    `reason_code`, one of the operation's `x-reason-codes`; `reason` is that in words, made with
    `reason_values`; `errors` say what does not fit, and `omitted` how many more;
    `duplicate` the case that there is already; `successors` the items that take its new cases.
    """

    type: str
    title: str
    status: int
    detail: str
    instance: str
    code: str
    request_id: str
    reason: str | None = None
    reason_code: str | None = None
    reason_values: dict[str, Any] | None = None
    errors: list[FieldError] | None = None
    omitted: int | None = None
    duplicate: OpenCase | None = None
    successors: list[NamedItem] | None = None
