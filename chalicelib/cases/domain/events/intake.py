"""Draft, submission, pre-check, supplement, acceptance or refusal: 申报 预审 收件 补正 受理."""

from datetime import date
from typing import ClassVar, Literal

from ....codes.parties import Agent, Applicant
from ....items.domain.plan import Plan
from ....kernel.actor import Identifier
from ....kernel.base import Code, Frozen, Text
from ....kernel.formats import Division
from ..values import Document, ItemRef, Material, MissingMaterial, Remedies
from .fields import CaseNumber, Form, Holder, QueryCodeDigest


class CaseDrafted(Frozen):
    """
    草稿: saved, not yet submitted; saved again, it replaces what was there. `saved_by` may be an
    agent's account or a clerk's, who has no other tie to it.
    """

    schema_version: ClassVar[int] = 3
    reads_from: ClassVar[int] = 1
    type: Literal["CaseDrafted"] = "CaseDrafted"
    case_id: Identifier
    item: ItemRef
    applicant: Applicant
    form: Form
    materials: tuple[Material, ...] = ()
    saved_by: Identifier
    variant: Code | None = None


class DraftDiscarded(Frozen):
    """草稿删除: its owner does not want it any more, or has left it for long; it is no case now."""

    type: Literal["DraftDiscarded"] = "DraftDiscarded"
    why: Literal["by-owner", "idle"]


class CaseSubmitted(Frozen):
    """
    申报: the applicant asks. `department` is in charge (主办), `intake` takes it in (收件).
    `variant` (情形) is the item's; `confidential` (保密) says that few may see the case; `holder`
    is whom it is for, without an id.
    """

    schema_version: ClassVar[int] = 4
    reads_from: ClassVar[int] = 1
    type: Literal["CaseSubmitted"] = "CaseSubmitted"
    case_id: Identifier
    number: CaseNumber
    query_code_digest: QueryCodeDigest
    item: ItemRef
    plan: Plan
    division: Division
    department: Identifier
    intake: Identifier
    applicant: Applicant
    agent: Agent | None = None
    form: Form
    materials: tuple[Material, ...] = ()
    on: date
    variant: Code | None = None
    confidential: bool = False
    holder: Holder | None = None


class PreCheckPassed(Frozen):
    """预审通过: what was handed in looks complete at first sight."""

    type: Literal["PreCheckPassed"] = "PreCheckPassed"
    opinion: Text | None = None


class SubmissionReturned(Frozen):
    """预审退回: the applicant may mend the submission and send it again."""

    type: Literal["SubmissionReturned"] = "SubmissionReturned"
    reason: Text
    document: Document


class CaseResubmitted(Frozen):
    """重新申报: what was returned, mended."""

    schema_version: ClassVar[int] = 2
    reads_from: ClassVar[int] = 1
    type: Literal["CaseResubmitted"] = "CaseResubmitted"
    form: Form
    materials: tuple[Material, ...] = ()
    on: date


class SubmissionReceived(Frozen):
    """收件: the window took the application in; a receipt says so."""

    type: Literal["SubmissionReceived"] = "SubmissionReceived"
    on: date
    document: Document | None = None


class SupplementRequested(Frozen):
    """
    补正告知: the applicant is told what is missing; one notice lists everything (Administrative
    Licensing Law, art. 32).
    """

    type: Literal["SupplementRequested"] = "SupplementRequested"
    missing: tuple[MissingMaterial, ...]
    respond_by: date
    under_review: bool = False
    on: date
    document: Document


class SupplementSubmitted(Frozen):
    """补正受理: what was missing was handed in."""

    schema_version: ClassVar[int] = 2
    reads_from: ClassVar[int] = 1
    type: Literal["SupplementSubmitted"] = "SupplementSubmitted"
    materials: tuple[Material, ...]
    form: Form | None = None
    on: date
    document: Document


class SupplementLapsed(Frozen):
    """逾期未补正: the time for the supplement passed without it."""

    type: Literal["SupplementLapsed"] = "SupplementLapsed"
    reason: Text
    document: Document


class CaseAccepted(Frozen):
    """受理: the case is taken on; the clock starts the working day after `on`."""

    type: Literal["CaseAccepted"] = "CaseAccepted"
    on: date
    document: Document


class CaseDeemedAccepted(Frozen):
    """视为受理: no notice within 5 days, so accepted on the day of receipt (art. 32)."""

    type: Literal["CaseDeemedAccepted"] = "CaseDeemedAccepted"
    on: date
    basis: Text
    document: Document


class AcceptanceRefused(Frozen):
    """不予受理: the case is not taken on; the applicant can contest that."""

    type: Literal["AcceptanceRefused"] = "AcceptanceRefused"
    reason: Text
    remedies: Remedies
    document: Document
