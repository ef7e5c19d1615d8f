"""What may be asked of a case. Roles and departments are checked by application/access.py."""

from typing import Annotated, Any

from pydantic import AfterValidator, Field

from ...clock.clock import SpecialProcedure
from ...codes.numbers import parse_case_number
from ...codes.parties import Agent, Applicant
from ...items.domain.plan import Plan
from ...kernel.actor import Identifier
from ...kernel.base import Code, Command, Line, Text
from .events import CaseNumber, CertificateIdentifier, Days, Digest, Division, Holder, StepId
from .values import (
    DeliveryMethod,
    ItemRef,
    Material,
    MissingMaterial,
    Remedies,
    StepOutcome,
    TransferKind,
)


def _checked(number: str) -> str:
    parse_case_number(number)
    return number


class SaveDraft(Command):
    """Keep what is not ready to be submitted; again, in the place of what was kept."""

    case_id: Identifier
    item: ItemRef
    applicant: Applicant
    form: dict[str, Any]
    materials: tuple[Material, ...] = ()
    variant: Code | None = None


class SubmitCase(Command):
    """Ask for the item. `number` comes with its check character."""

    case_id: Identifier
    number: Annotated[CaseNumber, AfterValidator(_checked)]
    query_code_digest: Digest
    item: ItemRef
    plan: Plan
    division: Division
    department: Identifier
    intake: Identifier
    applicant: Applicant
    agent: Agent | None = None
    form: dict[str, Any]
    materials: tuple[Material, ...] = ()
    variant: Code | None = None
    confidential: bool = False
    holder: Holder | None = None


class PassPreCheck(Command):
    """预审通过: nothing stands in the way of receiving it."""

    opinion: Text | None = None


class ReturnSubmission(Command):
    """Give it back before it was received, within the five days of art. 32."""

    reason: Text


class Resubmit(Command):
    """Send again what was returned."""

    form: dict[str, Any]
    materials: tuple[Material, ...] = ()


class Receive(Command):
    """收件: what was submitted is here, with a receipt."""


class RequestSupplement(Command):
    """Before acceptance or during the review, as the case stands."""

    missing: Annotated[tuple[MissingMaterial, ...], Field(min_length=1)]


class SubmitSupplement(Command):
    """Everything that the notice asks for, together."""

    materials: tuple[Material, ...] = ()
    form: dict[str, Any] | None = None


class LapseSupplement(Command):
    """The applicant let the time for the supplement pass (补正不来)."""


class Accept(Command):
    """受理; after the five days of art. 32, as of the day on which it arrived."""


class DeemAccepted(Command):
    """The five days of art. 32 passed without a notice."""


class RefuseAcceptance(Command):
    """不予受理, within the five days of art. 32."""

    reason: Text
    remedies: Remedies


class StartStep(Command):
    """签收."""

    step: StepId


class FinishStep(Command):
    """
    End a planned step. A review, or who approves, may send the case back (`returned`); a parallel
    review agrees, with conditions or without, or does not. All but agreement needs an opinion.
    """

    step: StepId
    outcome: StepOutcome = StepOutcome.PASSED
    opinion: Text | None = None


class Suspend(Command):
    """`expected_days` is what the applicant is told in writing (art. 45), in working days."""

    procedure: SpecialProcedure
    reason: Text
    expected_days: Days


class Resume(Command):
    """End the stop `pause`, or the only one that runs; the day of resumption does not count."""

    pause: Code | None = None
    result: Text | None = None


class RequestExtension(Command):
    """In the unit of the statutory limit."""

    days: Days
    reason: Text


class GrantExtension(Command):
    """What was asked for, and no more or less."""


class RefuseExtension(Command):
    """The limit stays as it is."""

    reason: Text


class Transfer(Command):
    """Hand over what the actor's department has of the case: all of it, if it is in charge."""

    kind: TransferKind = TransferKind.LATERAL
    to_department: Identifier
    to_division: Division
    reason: Text


class CorrectMistake(Command):
    """
    `mistake` is the version of the event that recorded it; `field` as in `corrections.recorded`;
    `now` JSON, dates as YYYY-MM-DD.
    """

    mistake: Annotated[int, Field(ge=1)]
    field: Line
    now: Any
    reason: Text


class Grant(Command):
    """准予."""

    conditions: Text | None = None
    opinion: Text | None = None


class GrantAtOnce(Command):
    """A done-at-once item (即办件): receipt, acceptance and result in one commit."""

    conditions: Text | None = None


class Deny(Command):
    """不予许可."""

    reasons: Text
    remedies: Remedies
    opinion: Text | None = None


class IssueCertificate(Command):
    """`identifier` fits the plan's kind of certificate (GB/T 36904)."""

    identifier: CertificateIdentifier


class Deliver(Command):
    """送达: the result, with its certificate, reached `recipient`."""

    method: DeliveryMethod
    recipient: Line


class Rate(Command):
    """1 is best; 4 and 5 are bad and will be answered."""

    rating: Annotated[int, Field(ge=1, le=5)]
    comment: Text | None = None


class AnswerRating(Command):
    """What was found when a bad rating was verified; by nobody who handled the case."""

    justified: bool
    finding: Text
    remedy: Text


class Withdraw(Command):
    """The applicant no longer asks; before the decision."""

    reason: Text


class Void(Command):
    """The head declares it void: while it is open, or its decision."""

    reason: Text


class Archive(Command):
    """Once nothing is left to do."""


CaseCommand = (
    SaveDraft
    | SubmitCase
    | PassPreCheck
    | ReturnSubmission
    | Resubmit
    | Receive
    | RequestSupplement
    | SubmitSupplement
    | LapseSupplement
    | Accept
    | DeemAccepted
    | RefuseAcceptance
    | StartStep
    | FinishStep
    | Suspend
    | Resume
    | RequestExtension
    | GrantExtension
    | RefuseExtension
    | Transfer
    | CorrectMistake
    | Grant
    | GrantAtOnce
    | Deny
    | IssueCertificate
    | Deliver
    | Rate
    | AnswerRating
    | Withdraw
    | Void
    | Archive
)
