"""What the events of a case are made of."""

from datetime import date
from enum import StrEnum
from typing import Annotated

from pydantic import Field, StringConstraints

from ...codes.parties import Trust
from ...kernel.actor import Identifier
from ...kernel.base import Code, Frozen, Line, Personal, Sha256, Text
from ...kernel.formats import MEDIA_TYPE, ItemCode

# GB/T 36904; see numbers.certificate_id.
CertificateIdentifier = Annotated[str, StringConstraints(min_length=10, max_length=120)]


class Material(Frozen):
    """
    One material (材料): the item's id for it, and the document that was handed in. `certificate` is
    the electronic certificate that it was taken from (免提交), instead of handing it in.
    """

    id: Code
    sha256: Sha256
    size: Annotated[int, Field(ge=1)]
    media_type: Annotated[str, StringConstraints(pattern=MEDIA_TYPE, max_length=100)]
    owner: Identifier
    title: Annotated[Line, Personal()] | None = None
    trust: Trust = Trust.UPLOADED
    certificate: CertificateIdentifier | None = None


# Views list by it, between blanks.


class ItemRef(Frozen):
    """The service item, in the version that the case was submitted under."""

    code: ItemCode
    version: Annotated[int, Field(ge=1)]
    name: Line


class DocumentKind(StrEnum):
    """Documents (文书) that the flow produces: 01-09 as in the source, the rest are ours."""

    RECEIPT = "01"  # 申请材料接收凭证
    SUPPLEMENT_NOTICE = "02"  # 补正材料通知书
    REFUSAL_TO_ACCEPT = "03"  # 不予受理告知书
    ACCEPTANCE = "04"  # 受理决定书
    SUPPLEMENT_RECEIPT = "05"  # 补正接收凭证
    REVIEW_SUPPLEMENT_NOTICE = "06"  # 审查阶段补正通知
    DENIAL = "07"  # 不予行政许可决定书
    SPECIAL_PROCEDURE = "08"  # 特别程序告知书
    DELIVERY = "09"  # 送达回证
    RETURN = "10"  # 预审退回告知书
    EXTENSION = "11"  # 延长期限告知书
    GRANT = "12"  # 准予行政许可决定书
    WITHDRAWAL = "13"  # 撤回申请确认书
    VOIDING = "14"  # 作废决定书
    LAPSE = "15"  # 逾期未补正终止告知书
    TRANSFER = "16"  # 转办告知书


class Document(Frozen):
    number: Annotated[str, StringConstraints(min_length=4, max_length=60)]
    kind: DocumentKind
    on: date


FORM = "form"


class MissingMaterial(Frozen):
    """
    One line of a supplement notice: what is missing or wrong, and why. `material` is the item's id
    of it, or FORM for what has to be mended in the form.
    """

    material: Code
    reason: Text


class Remedies(Frozen):
    """How to contest a decision (Administrative Licensing Law, art. 38)."""

    reconsideration: Text  # 行政复议
    litigation: Text  # 行政诉讼


class Stood(Frozen):
    """A stretch of days, both included, in which the clock stood."""

    since: date
    until: date


class StepOutcome(StrEnum):
    PASSED = "passed"
    RETURNED = "returned"  # 退回承办
    AGREED = "agreed"
    AGREED_WITH_CONDITIONS = "agreed_with_conditions"
    DISAGREED = "disagreed"
    GRANTED = "granted"
    DENIED = "denied"
    REFUSED = "refused"
    TRANSFERRED = "transferred"
    OVERTAKEN = "overtaken"  # the case ended, or moved on, without it


class TransferKind(StrEnum):
    LATERAL = "lateral"  # 转办
    UPWARD = "upward"  # 转报


class Result(StrEnum):
    """How a case concluded (办结结果); exchange formats map it to their own codes."""

    GRANTED = "granted"
    DENIED = "denied"
    REFUSED = "refused"  # 不予受理
    LAPSED = "lapsed"  # 补正不来办结
    WITHDRAWN = "withdrawn"
    VOIDED = "voided"
    UNSTATED = "unstated"  # imported: the source tells the end but not the result


class DeliveryMethod(StrEnum):
    PICK_UP = "pick_up"
    POST = "post"
    ELECTRONIC = "electronic"
    LOCKER = "locker"
