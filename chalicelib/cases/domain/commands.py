"""What may be asked of a case. Roles and departments are checked by application/access.py."""

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field

from ...clock.clock import SpecialProcedure
from ...codes.numbers import parse_case_number
from ...codes.parties import Agent, Applicant
from ...items.domain.plan import Plan
from ...kernel.actor import Identifier
from ...kernel.base import Code, Command, Line, StaffCommand, Text
from ...kernel.formats import Division
from .events import CaseNumber, CertificateIdentifier, Days, Holder, QueryCodeDigest, StepId
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
    """草稿: keep what is not ready to be submitted; again, in the place of what was kept."""

    case_id: Identifier
    item: ItemRef
    applicant: Applicant
    form: dict[str, Any]
    materials: tuple[Material, ...] = ()
    variant: Code | None = None


class DiscardDraft(Command):
    """草稿删除: discard a draft."""

    why: Literal["by-owner", "idle"] = "by-owner"


class SubmitCase(Command):
    """申报: ask for the item. `number` comes with its check character."""

    case_id: Identifier
    number: Annotated[CaseNumber, AfterValidator(_checked)]
    query_code_digest: QueryCodeDigest
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
    """预审通过: pass the pre-check. Nothing stands in the way of receiving it."""

    opinion: Text | None = None


class ReturnSubmission(Command):
    """预审退回: return a submission to be mended. Before receipt, within five days (art. 32)."""

    reason: Text


class Resubmit(Command):
    """重新申报: send again what was returned."""

    form: dict[str, Any]
    materials: tuple[Material, ...] = ()


class Receive(Command):
    """收件: receive what was submitted. What was submitted is here, with a receipt."""


class RequestSupplement(Command):
    """补正告知: tell, once, everything that is missing. Before acceptance or during the review."""

    missing: Annotated[tuple[MissingMaterial, ...], Field(min_length=1)]


class SubmitSupplement(Command):
    """补正: hand in what is missing. Everything that the notice asks for, together."""

    materials: tuple[Material, ...] = ()
    form: dict[str, Any] | None = None


class LapseSupplement(Command):
    """逾期未补正: end a case whose supplement never came. Its time has passed (补正不来)."""


class Accept(Command):
    """
    受理: accept the case; its clock starts. After the five days of art. 32, as of the day on which
    it arrived.
    """


class DeemAccepted(Command):
    """视为受理: the five days of art. 32 passed without a notice."""


class RefuseAcceptance(Command):
    """不予受理: refuse to accept the case. Within the five days of art. 32."""

    reason: Text
    remedies: Remedies


class StartStep(StaffCommand):
    """签收: take up a step."""

    step: StepId


class FinishStep(StaffCommand):
    """
    办结环节: finish a step. End a planned step. A review, or who approves, may send the case back
    (`returned`); a parallel review agrees, with conditions or without, or does not. All but
    agreement needs an opinion.
    """

    step: StepId
    outcome: StepOutcome = StepOutcome.PASSED
    opinion: Text | None = None


class Suspend(Command):
    """
    挂起: stop the clock for a special procedure. `expected_days` is what the applicant is told in
    writing (art. 45), in working days.
    """

    procedure: SpecialProcedure
    reason: Text
    expected_days: Days


class Resume(Command):
    """
    恢复: end a stop of the clock. End the stop `pause`, or the only one that runs; the day of
    resumption does not count.
    """

    pause: Code | None = None
    result: Text | None = None


class RequestExtension(StaffCommand):
    """申请延长: ask for more time. `days` are in the unit of the statutory limit."""

    days: Days
    reason: Text


class GrantExtension(StaffCommand):
    """批准延长: grant more time. What was asked for, and no more or less."""


class RefuseExtension(Command):
    """不予延长: refuse more time. The limit stays as it is."""

    reason: Text


class Transfer(Command):
    """
    转办 / 转报: hand the case, or a step of it, to another department. Hand over what the actor's
    department has of the case: all of it, if it is in charge.
    """

    kind: TransferKind = TransferKind.LATERAL
    to_department: Identifier
    to_division: Division
    reason: Text


class Recuse(StaffCommand):
    """
    回避: have nothing more to do with the case. Oneself, if no `account` is named; the head decides
    of others, asked by somebody or not. What they had taken up waits for their colleagues.
    """

    account: Identifier | None = None
    reason: Text


class RequestRecusal(Command):
    """申请回避: ask that somebody have nothing more to do with the case. The head decides."""

    account: Identifier
    reason: Text


class RefuseRecusal(StaffCommand):
    """驳回回避申请: find no reason for what was asked. By a head who is not the one concerned."""

    account: Identifier
    reason: Text


class CorrectMistake(Command):
    """
    更正: correct what was recorded wrongly. `mistake` is the version of the event that recorded it;
    `field` as in `corrections.recorded`; `now` JSON, dates as YYYY-MM-DD.
    """

    mistake: Annotated[int, Field(ge=1)]
    field: Line
    now: Any
    reason: Text


class Grant(StaffCommand):
    """准予: grant what was asked for."""

    conditions: Text | None = None
    opinion: Text | None = None


class GrantAtOnce(StaffCommand):
    """
    即办: accept and grant in one go. A done-at-once item (即办件): receipt, acceptance and result
    in one commit.
    """

    conditions: Text | None = None


class Deny(StaffCommand):
    """不予许可: deny it, with reasons and remedies."""

    reasons: Text
    remedies: Remedies
    opinion: Text | None = None


class IssueCertificate(Command):
    """制证: `identifier` fits the plan's kind of certificate (GB/T 36904)."""

    identifier: CertificateIdentifier


class Deliver(Command):
    """送达: hand over the result. The result, with its certificate, reached `recipient`."""

    method: DeliveryMethod
    recipient: Line


class Withdraw(Command):
    """撤回: take the case back. The applicant no longer asks; before the decision."""

    reason: Text


class Void(Command):
    """作废: declare the case void. The head declares it void: while it is open, or its decision."""

    reason: Text


class Archive(Command):
    """归档: put the file away for good. Once nothing is left to do."""


CaseCommand = (
    SaveDraft
    | DiscardDraft
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
    | Recuse
    | RequestRecusal
    | RefuseRecusal
    | CorrectMistake
    | Grant
    | GrantAtOnce
    | Deny
    | IssueCertificate
    | Deliver
    | Withdraw
    | Void
    | Archive
)
