"""
Code sets of GB/T 39046-2020, Annex A (政务服务平台基础数据规范).

Our own words are what is stored and published; `gb_code` and `zh` are the standard's, for exchange
and for display. Channels (办理形式) are in `actor`.
"""

from enum import StrEnum
from typing import Literal, Self


class Coded(StrEnum):
    """A word of ours with its code and its Chinese name in the standard."""

    gb_code: str
    zh: str

    def __new__(cls, word: str, gb_code: str = "", zh: str = "") -> Self:
        member = str.__new__(cls, word)
        member._value_ = word
        member.gb_code = gb_code
        member.zh = zh
        return member


class ItemType(Coded):
    """事项类型."""

    POWER = "power", "00", "行政权力"
    PERMIT = "permit", "01", "行政许可"
    PENALTY = "penalty", "02", "行政处罚"
    COERCION = "coercion", "03", "行政强制"
    LEVY = "levy", "04", "行政征收"
    PAYMENT = "payment", "05", "行政给付"
    INSPECTION = "inspection", "06", "行政检查"
    CONFIRMATION = "confirmation", "07", "行政确认"
    REWARD = "reward", "08", "行政奖励"
    ADJUDICATION = "adjudication", "09", "行政裁决"
    OTHER_POWER = "other_power", "10", "其他行政权力"
    PUBLIC_SERVICE = "public_service", "20", "公共服务"


class Level(Coded):
    """行使层级: at which level of government an item is exercised."""

    NATION = "nation", "1", "国家级"
    PROVINCE = "province", "2", "省级"
    CITY = "city", "3", "市级"
    COUNTY = "county", "4", "县级"
    TOWN = "town", "5", "镇(乡、街道)级"
    VILLAGE = "village", "6", "村(社区)级"
    SHARED = "shared", "7", "分级管理"


class Authority(Coded):
    """实施主体性质: what entitles the department to decide."""

    STATUTORY = "statutory", "1", "法定机关"
    EMPOWERED = "empowered", "2", "授权组织"
    ENTRUSTED = "entrusted", "3", "受委托组织"
    OTHER = "other", "9", "其他"


class ApplicantKind(Coded):
    """服务对象: who may ask for an item."""

    NATURAL_PERSON = "natural_person", "1", "自然人"
    COMPANY = "company", "2", "企业法人"
    PUBLIC_INSTITUTION = "public_institution", "3", "事业法人"
    SOCIAL_ORGANISATION = "social_organisation", "4", "社会组织法人"
    GOVERNMENT = "government", "5", "行政机关"
    OTHER = "other", "6", "其他组织"

    def __int__(self) -> int:
        """The code as a case records it for its applicant."""
        return int(self.gb_code)


class CaseType(Coded):
    """办件类型."""

    AT_ONCE = "at_once", "1", "即办件"
    PROMISED = "promised", "2", "承诺件"
    OTHER = "other", "9", "其他"


class Rating(Coded):
    """满意度: a rank, 1 is best; 4 and 5 are bad ratings (差评)."""

    VERY_SATISFIED = "very_satisfied", "1", "非常满意"
    SATISFIED = "satisfied", "2", "满意"
    FAIRLY_SATISFIED = "fairly_satisfied", "3", "基本满意"
    DISSATISFIED = "dissatisfied", "4", "不满意"
    VERY_DISSATISFIED = "very_dissatisfied", "5", "非常不满意"

    @property
    def bad(self) -> bool:
        return self in (Rating.DISSATISFIED, Rating.VERY_DISSATISFIED)


# What a scanner (病毒查验) says of a document.
ScanVerdict = Literal["clean", "infected", "too_large"]
