"""What commands, a case and its history answer, as models (see replies.py)."""

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, Field, RootModel

from ..clock.clock import SpecialProcedure, Unit
from ..codes.parties import Agent, Applicant
from ..items.domain.plan import StepKind
from ..kernel.actor import Actor, Channel, Identifier, Role
from ..kernel.base import Code, Line, Text
from ..kernel.formats import Division, QueryCode
from ..web.replies import Page, Position, Version
from .domain import events as e
from .domain.due import Lateness
from .domain.events import Desk, Form, StepId
from .domain.values import Document, ItemRef, Material, Result, StepOutcome

HandledState = Literal[
    "submitted",
    "returned",
    "supplementing",
    "accepted",
    "suspended",
    "decided",
    "closed",
    "archived",
]


class CommandReply(BaseModel):
    """
    The case right after the command; sent again under the same key, the same again. `version` is
    that of the ETag; `position` is null where the log has yet to assign it.
    """

    case_id: Identifier
    number: str | None = None
    state: Literal["drafted", "discarded"] | HandledState
    version: Version
    position: Position | None


class Warned(BaseModel):
    """Something about the applicant's id number to look at, such as a region no list has."""

    code: Code
    message: Text


class SubmissionReply(CommandReply):
    """
    `query_code` (查询密码): with it progress is asked for without an account. `warnings` stand in
    nobody's way.
    """

    query_code: QueryCode
    warnings: list[Warned]


# One case


class Stop(BaseModel):
    """A stop of the clock; `until` is its last day, null while it lasts."""

    pause: Code
    procedure: SpecialProcedure
    since: date
    until: date | None
    expected_days: int


class Reckoning(BaseModel):
    """
    A limit as it stands today, or stood when its clock ended (`ended_on`). `due` is null while the
    clock stands; `provisional` tells that it rests on days that no official calendar settles; of
    `total` days `used` are used and `remaining` left, fewer than none once it is `late`. `lines`
    explain it in the language asked for.
    """

    due: date | None
    provisional: bool
    used: int
    total: int
    remaining: int
    late: bool
    ended_on: date | None
    unit: Unit
    lines: list[str]


class Clock(BaseModel):
    """
    时限: when it started, where it stopped, when the time is over by law and by promise; and from
    the decision on when certificate and decision are to be delivered (art. 44). `late` names the
    clocks that are or were overdue, `late_steps` the finished steps that were.
    """

    accepted_on: date | None
    deemed_accepted: bool
    running: bool
    stops: list[Stop]
    extension_requested: e.ExtensionRequested | None
    late: list[Lateness]
    late_steps: list[StepId]
    statutory: Reckoning | None
    promised: Reckoning | None
    delivery: Reckoning | None


class AwaitedSupplement(e.SupplementRequested):
    """
    The notice; `respond_by` is the last day as the calendar has it today, `provisional` if an
    official notice may still move it.
    """

    provisional: bool


class Step(BaseModel):
    """环节: who has to do what; `outcome` is null while it waits or is worked on."""

    step: StepId
    name: Line
    kind: StepKind | Desk
    role: Role
    department: Identifier
    handler: Identifier | None
    outcome: StepOutcome | None
    opinion: Text | None


class Rating(BaseModel):
    rating: Annotated[int, Field(ge=1, le=5)]
    comment: Text | None
    answer: e.BadRatingAnswered | None


class ShownApplicant(Applicant):
    """Masked for who does not handle the case, but for a purpose (`reveal`)."""

    phone: str | None = None


class CaseDocument(BaseModel):
    """A case that was submitted (办件)."""

    case_id: Identifier
    number: str
    state: HandledState
    item: ItemRef
    variant: str | None
    confidential: bool
    division: Division
    department: Identifier
    intake: Identifier
    applicant: ShownApplicant
    agent: Agent | None
    form: Form
    materials: list[Material]
    submitted_on: date
    concluded_on: date | None
    supplement: AwaitedSupplement | None
    clock: Clock
    steps: list[Step]
    transfers: list[e.CaseTransferred]
    documents: list[Document]
    recusals: list[e.HandlerRecused]
    corrections: list[e.MistakeCorrected]
    decision: e.CaseGranted | e.CaseDenied | None
    result: Result | None
    reason: Text | None
    certificate: e.CertificateIssued | None
    delivery: e.ResultDelivered | None
    rating: Rating | None
    archive_number: Line | None
    version: Version


class DraftDocument(BaseModel):
    """A draft (草稿)."""

    state: Literal["drafted"]
    case_id: Identifier
    item: ItemRef
    variant: str | None
    applicant: Applicant
    form: Form
    materials: list[Material]
    saved_by: Identifier
    version: Version


class ImportedDocument(BaseModel):
    """A case that another system handled: what its record says."""

    state: Literal["imported"]
    case_id: Identifier
    reference: Line
    item: ItemRef
    division: Division
    department: Identifier
    responsible: Line | None
    deadline: AwareDatetime | None
    received_on: date | None
    result: Result | None
    steps: list[e.StepRecorded]
    version: Version


class CaseReply(
    RootModel[
        Annotated[CaseDocument | DraftDocument | ImportedDocument, Field(discriminator="state")]
    ]
):
    """A case as it is now, folded from its events."""


class EventReply(BaseModel):
    """An event of the case; `data` as events/case/{type}.v{schema}.schema.json has it."""

    version: Version
    position: Position | None
    type: str
    schema_: Annotated[int, Field(ge=1, alias="schema")]
    recorded_at: AwareDatetime
    occurred_at: AwareDatetime
    actor: Actor
    channel: Channel
    causation_id: str
    correlation_id: str
    source: str | None
    data: dict[str, Any]


class CaseEvents(Page):
    """In order; a page is bounded in bytes."""

    case_id: Identifier
    events: list[EventReply]
