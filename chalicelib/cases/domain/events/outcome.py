"""Decision, certificate, delivery, rating and the end: 办结 制证 送达 好差评 归档."""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from ....kernel.base import Frozen, Line, Personal, Text
from ..values import DeliveryMethod, Document, Remedies, Result
from .fields import CertificateIdentifier


class CaseGranted(Frozen):
    """准予: what was asked for is granted."""

    type: Literal["CaseGranted"] = "CaseGranted"
    on: date
    conditions: Text | None = None
    document: Document


class CaseDenied(Frozen):
    """不予许可: what was asked for is denied; reasons and remedies are mandatory (art. 38)."""

    type: Literal["CaseDenied"] = "CaseDenied"
    on: date
    reasons: Text
    remedies: Remedies
    document: Document


class CaseWithdrawn(Frozen):
    """撤回: the applicant takes the case back before the decision."""

    type: Literal["CaseWithdrawn"] = "CaseWithdrawn"
    reason: Text
    document: Document


class CaseVoided(Frozen):
    """作废: the case is declared void."""

    type: Literal["CaseVoided"] = "CaseVoided"
    reason: Text
    document: Document


class CaseConcluded(Frozen):
    """办结: the case has its result; its clock has ended."""

    type: Literal["CaseConcluded"] = "CaseConcluded"
    result: Result
    on: date


class CertificateIssued(Frozen):
    """
    制证: the certificate was made. `identifier` is the GB/T 36904 identifier; `valid_until` None
    means without end.
    """

    type: Literal["CertificateIssued"] = "CertificateIssued"
    identifier: CertificateIdentifier
    name: Line
    valid_from: date
    valid_until: date | None = None


class ResultDelivered(Frozen):
    """送达 / 领取: the applicant has the result."""

    type: Literal["ResultDelivered"] = "ResultDelivered"
    method: DeliveryMethod
    recipient: Annotated[Line, Personal()]
    on: date
    document: Document


class CaseRated(Frozen):
    """
    好差评: the applicant rated the service; a rank, 1 is best, 4 and 5 are bad (GB/T 39046-2020).
    """

    type: Literal["CaseRated"] = "CaseRated"
    rating: Annotated[int, Field(ge=1, le=5)]
    comment: Annotated[Text, Personal()] | None = None


class BadRatingAnswered(Frozen):
    """差评整改: what was found when it was verified, and what is done about it."""

    type: Literal["BadRatingAnswered"] = "BadRatingAnswered"
    justified: bool
    finding: Text
    remedy: Text


class CaseArchived(Frozen):
    """归档: the file is closed for good and has its archive number."""

    type: Literal["CaseArchived"] = "CaseArchived"
    archive_number: Line
