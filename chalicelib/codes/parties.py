"""Who is party to a matter, and how far what they hand in can be relied on."""

from enum import StrEnum
from typing import Annotated

from pydantic import StringConstraints

from ..kernel.actor import Identifier
from ..kernel.base import Frozen, Line, Personal, Text
from .codes import ApplicantKind

# A keyed digest (26 hex digits) of what must not be shown: an id number, an openid.
Digest = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{26}$")]


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


class EntityStatus(StrEnum):
    """登记状态, as the registry has it."""

    ACTIVE = "active"  # 存续
    SUSPENDED = "suspended"  # 停业, 歇业
    REVOKED = "revoked"  # 吊销: it may still wind up, and must apply for that
    CANCELLED = "cancelled"  # 注销: it is no more
    MOVED_OUT = "moved_out"  # 迁出: another registry has it


class Registered(Frozen):
    """What the registry says. `representative` stands for the representative's id."""

    name: Line
    kind: ApplicantKind
    status: EntityStatus
    representative: Digest | None = None


class Method(StrEnum):
    """How a real-name level was proven."""

    PHONE = "phone"  # a code sent to it
    REGISTRY = "registry"  # 人口库比对
    FACE = "face"  # 人脸识别
    BANK_CARD = "bank_card"  # 银行卡核验
    COUNTER = "counter"  # 窗口核验

    @property
    def level(self) -> int:
        return _LEVELS[self]


_LEVELS = {
    Method.PHONE: 1,
    Method.REGISTRY: 2,
    Method.FACE: 3,
    Method.BANK_CARD: 3,
    Method.COUNTER: 4,
}
