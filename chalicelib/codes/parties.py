"""Who is party to a matter, and how far what they hand in can be relied on."""

from enum import StrEnum
from typing import Annotated, Final, Literal, assert_never

from ..kernel.actor import Identifier
from ..kernel.base import Frozen, Line, Personal, Text
from ..kernel.formats import CreditCode, IdNumber, KeyedDigest, Phone
from .codes import ApplicantKind


class IdKind(StrEnum):
    """证件类型: what identifies a person, or a company."""

    RESIDENT_ID = "resident_id"  # 居民身份证
    PASSPORT = "passport"  # 护照
    HK_MACAU_PERMIT = "hk_macau_permit"  # 港澳居民来往内地通行证
    TAIWAN_PERMIT = "taiwan_permit"  # 台湾居民来往大陆通行证
    RESIDENCE_PERMIT = "residence_permit"  # 港澳台居民居住证
    PERMANENT_RESIDENCE = "permanent_residence"  # 外国人永久居留身份证
    MILITARY_ID = "military_id"  # 军官证, 士兵证, 文职人员证
    CREDIT_CODE = "credit_code"  # 统一社会信用代码
    OTHER = "other"


# What a natural person is known by: what else there is may be a company's.
PERSONAL: Final = frozenset(IdKind) - {IdKind.CREDIT_CODE}


class Applicant(Frozen):
    """
    Whose matter it is (申请人). `account` is None for someone who came without one.
    """

    kind: ApplicantKind = ApplicantKind.NATURAL_PERSON
    account: Identifier | None = None
    entity: CreditCode | None = None
    name: Annotated[Line, Personal()]
    id_kind: IdKind = IdKind.RESIDENT_ID
    id_number: Annotated[IdNumber, Personal()]
    phone: Annotated[Phone, Personal()] | None = None


class Agent(Frozen):
    """
    Who handles it for the applicant (经办人 / 代办人), on what mandate: in words, or the id of one
    that the platform keeps. `clerk` where it is no agent, but the clerk who entered it at a window.
    """

    account: Identifier
    name: Annotated[Line, Personal()] | None = None
    mandate: Text | None = None
    mandate_id: Identifier | None = None
    clerk: Literal[True] | None = None


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
    representative: KeyedDigest | None = None


class Method(StrEnum):
    """How a real-name level was proven."""

    PHONE = "phone"  # a code sent to it
    REGISTRY = "registry"  # 人口库比对
    FACE = "face"  # 人脸识别
    BANK_CARD = "bank_card"  # 银行卡核验
    COUNTER = "counter"  # 窗口核验
    PROVIDER = "provider"  # 统一身份认证: who the account signs in with says who it is

    @property
    def level(self) -> int:
        match self:
            case Method.PHONE:
                return 1
            case Method.REGISTRY:
                return 2
            case Method.FACE | Method.BANK_CARD | Method.PROVIDER:
                return 3
            case Method.COUNTER:
                return 4
            case _:
                assert_never(self)
