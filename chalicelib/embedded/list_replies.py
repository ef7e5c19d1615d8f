"""What lists, items, documents and refusals answer, as models (see replies.py)."""

from datetime import date
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, Field

from ..domain.actor import Identifier, Role
from ..domain.base import Code, Line, Sha256, Text
from ..domain.case.events import Desk, Division, StepId
from ..domain.case.parts import Result, StepOutcome
from ..domain.clock import Unit
from ..domain.codes import ApplicantKind, CaseType, ItemType
from ..domain.item import ItemDefinition
from ..domain.plan import StepKind
from .case_replies import HandledState, Version


class Page(BaseModel):
    """`next` is the cursor of the next page, null where there is none. Nothing is counted."""

    next: str | None


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


class Card(BaseModel):
    """
    What lists show of a case. A limit is [days, unit]; a stop is [pause, since, until]; `rating`
    says only whether there is one.
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
    statutory: tuple[int, Unit]
    promised: tuple[int, Unit]
    accepted_on: date | None
    stops: list[tuple[Code, date, date | None]]
    extension: int
    due: date | None
    promised_due: date | None
    provisional: bool
    suspended: bool
    open: list[CardStep]
    result: Result | None
    rating: Literal["rated"] | None
    updated_at: AwareDatetime


class CardPage(Page):
    """Cases, in the order of the list."""

    items: list[Card]


class ProcessStep(BaseModel):
    """
    A step of a case in the case-process library (办件过程信息库). Seconds are counted by the wall
    clock; `source` tells where an imported step was read.
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
    handler: Line | None
    since: AwareDatetime
    started_at: AwareDatetime | None
    finished_at: AwareDatetime | None
    waiting_seconds: int | None
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


# Items, documents, the service


class ItemCard(BaseModel):
    """What the catalogue shows of an item; days in `unit`, `fee` in fen."""

    code: str
    version: Version
    state: Literal["published", "suspended", "retired"]
    name: Line
    name_en: Line
    type: ItemType
    case_type: CaseType
    department: Identifier
    department_name: Line
    division: Division
    applicants: list[ApplicantKind]
    statutory_days: int
    promised_days: int
    unit: Unit
    fee: int


class ItemPage(Page):
    """Items, by code."""

    items: list[ItemCard]


class ItemReply(ItemDefinition):
    """An item as it is now. `version` is the item's own; `reason` why it takes no cases."""

    state: Literal["published", "suspended", "retired"]
    version: Version
    reason: Text | None = None


class UploadReply(BaseModel):
    """What a submission refers to the document by, and its size in bytes."""

    sha256: Sha256
    size: Annotated[int, Field(ge=1)]


class UploadTicket(BaseModel):
    """
    The request that hands the document in: its bytes as the body, `headers` as they are. Only that
    very document is let in. A `url` without a host is the service's own and takes the bearer token
    as well; any other must not be sent one.
    """

    url: str
    method: Literal["PUT", "POST"]
    headers: dict[str, str]
    expires_at: AwareDatetime


class Health(BaseModel):
    """`position` is the last one of the log."""

    status: Literal["ok"]
    position: Annotated[int, Field(ge=0)]


# Problems


class FieldError(BaseModel):
    """One thing to correct: where (a JSON pointer into the body), what, and in words."""

    pointer: str
    code: str
    message: str


class Problem(BaseModel):
    """
    A refusal (RFC 9457), in the language of Accept-Language. Programs go by `code`; `reason` says
    what the rules of the case said; `errors` what does not fit, and `omitted` how many more.
    """

    type: str
    title: str
    status: int
    detail: str
    instance: str
    code: str
    request_id: str
    reason: str | None = None
    errors: list[FieldError] | None = None
    omitted: int | None = None
