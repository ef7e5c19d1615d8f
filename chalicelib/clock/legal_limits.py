"""
Limits (时限) and what the Administrative Licensing Law (行政许可法) says of them, in one place.

Days in that law are working days (art. 82). "Art." below is an article of that law.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Literal, NamedTuple

from pydantic import ConfigDict, Field
from pydantic.dataclasses import dataclass

Unit = Literal["working_days", "calendar_days"]  # 工作日 / 自然日


LONGEST_DAYS = 3660  # that a limit may have


@dataclass(frozen=True, slots=True, config=ConfigDict(extra="forbid"))
class Limit:
    """How long something may take: `days` of `unit`, the first being the day after the start."""

    days: Annotated[int, Field(gt=0, le=LONGEST_DAYS)]
    unit: Unit = "working_days"


ACCEPTANCE_DAYS = 5  # art. 32: what is missing is told once within them, or the case is accepted
ACCEPTANCE = Limit(ACCEPTANCE_DAYS)
DECISION = Limit(20)  # art. 42
EXTENSION_MAX = 10  # art. 42: approved by the authority's head, with reasons told
JOINT_DECISION = Limit(45)  # art. 42: handled uniformly, jointly or together by several
JOINT_EXTENSION_MAX = 15  # art. 42: approved by the head of the people's government
PRELIMINARY_REVIEW = Limit(20)  # art. 43: by the lower level
DELIVERY_DAYS = 10  # art. 44: certificate issued and delivered after the decision
DELIVERY = Limit(DELIVERY_DAYS)
HEARING_REQUEST_DAYS = 5  # art. 47: after being told of the right to one
HEARING_DAYS = 20  # art. 47: held after the request
HEARING_NOTICE_DAYS = 7  # art. 48: time and place told beforehand
RENEWAL_DAYS = 30  # art. 50: filed before the permit expires


class Special(NamedTuple):
    """What a special procedure is called, and why its time does not count."""

    zh: str
    en: str
    basis: str


class SpecialProcedure(StrEnum):
    """特别程序: what stops the clock; the applicant is told in writing how long (art. 45)."""

    SUPPLEMENT = "supplement"
    HEARING = "hearing"
    TENDER = "tender"
    AUCTION = "auction"
    INSPECTION = "inspection"
    TESTING = "testing"
    QUARANTINE = "quarantine"
    APPRAISAL = "appraisal"
    EXPERT_REVIEW = "expert_review"
    ANNOUNCEMENT = "announcement"

    @property
    def special(self) -> Special:
        return SPECIAL_PROCEDURES[self]


_ART_45 = "《行政许可法》第四十五条"

SPECIAL_PROCEDURES: Mapping[str, Special] = {
    # The law knows a supplement only before acceptance; that it stops the clock during the review,
    # and that an announcement does, is practice, laid down by local rules or by the item's own law.
    SpecialProcedure.SUPPLEMENT: Special("补正材料", "supplement", "地方规定（审查阶段补正）"),
    SpecialProcedure.HEARING: Special("听证", "hearing", _ART_45),
    SpecialProcedure.TENDER: Special("招标", "tender", _ART_45),
    SpecialProcedure.AUCTION: Special("拍卖", "auction", _ART_45),
    SpecialProcedure.INSPECTION: Special("检验", "inspection", _ART_45),
    SpecialProcedure.TESTING: Special("检测", "testing", _ART_45),
    SpecialProcedure.QUARANTINE: Special("检疫", "quarantine", _ART_45),
    SpecialProcedure.APPRAISAL: Special("鉴定", "appraisal", _ART_45),
    SpecialProcedure.EXPERT_REVIEW: Special("专家评审", "expert review", _ART_45),
    SpecialProcedure.ANNOUNCEMENT: Special("公告", "announcement", "该事项的专门法律、法规规定"),
}
