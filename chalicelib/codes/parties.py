"""Who is party to a matter, and how far what they hand in can be relied on."""

from enum import StrEnum
from typing import Annotated

from pydantic import StringConstraints

from ..kernel.actor import Identifier
from ..kernel.base import Frozen, Line, Personal, Text
from .codes import ApplicantKind


class IdKind(StrEnum):
    RESIDENT_ID = "resident_id"  # 居民身份证
    PASSPORT = "passport"
    CREDIT_CODE = "credit_code"  # 统一社会信用代码
    OTHER = "other"


class Applicant(Frozen):
    """
    Whose matter it is (申请人). `account` is None for someone who came without one.
    """

    kind: ApplicantKind = ApplicantKind.NATURAL_PERSON
    account: Identifier | None = None
    entity: Annotated[str, StringConstraints(pattern=r"^[0-9A-Z]{18}$")] | None = None
    name: Annotated[Line, Personal()]
    id_kind: IdKind = IdKind.RESIDENT_ID
    id_number: Annotated[str, StringConstraints(min_length=4, max_length=40), Personal()]
    phone: Annotated[str, StringConstraints(pattern=r"^1[3-9]\d{9}$"), Personal()] | None = None


class Agent(Frozen):
    """
    Who handles it for the applicant (经办人 / 代办人), on what mandate: in words, or the id of one
    that the platform keeps.
    """

    account: Identifier
    name: Annotated[Line, Personal()] | None = None
    mandate: Text | None = None
    mandate_id: Identifier | None = None


class Trust(StrEnum):
    """How far a submitted material can be relied on (国办函〔2016〕108号)."""

    ISSUED = "A"  # by the authority, used directly
    VERIFIED = "B"  # at the window, reusable
    UPLOADED = "C"  # by the applicant, the original to be checked
    PROMISED = "D"  # self-made, the applicant's promise
