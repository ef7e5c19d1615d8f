"""
Every code set (代码集) that is exchanged, as data: codes, Chinese names, and our words for them.

A set that our words map to one by one is made from its enum in `codes`; the others are written
here, and their words are those of the enums that they name.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Final, NamedTuple

from ..cases.domain import events as e
from ..cases.domain.values import Result
from ..clock.clock import SpecialProcedure
from ..codes.codes import ApplicantKind, Authority, CaseType, Coded, ItemType, Level, Rating
from ..items.domain.plan import StepKind
from ..kernel.actor import Channel
from ..kernel.base import Frozen

GB_39046: Final = "GB/T 39046-2020, Annex A"
GUANGDONG: Final = "广东省网上办事大厅 数据交换"


class CodedValue(NamedTuple):
    """A code, its Chinese name, and the words of ours that it stands for (none: not used here)."""

    code: str
    zh: str
    words: tuple[str, ...]


class CodeSet(NamedTuple):
    name: str
    zh: str
    source: str
    values: tuple[CodedValue, ...]

    @property
    def plain(self) -> dict[str, Any]:
        values = [{**one._asdict(), "words": list(one.words)} for one in self.values]
        return {**self._asdict(), "values": values}

    def code_of(self, word: str) -> str | None:
        """The code that one of our words is exchanged as."""
        return next((one.code for one in self.values if word in one.words), None)


def _of(name: str, zh: str, kind: type[Coded]) -> CodeSet:
    values = tuple(CodedValue(one.gb_code, one.zh, (str(one),)) for one in kind)
    return CodeSet(name, zh, GB_39046, values)


def _channels() -> CodeSet:
    names = {"1": "窗口", "2": "电脑端", "3": "移动端", "4": "快递", "9": "其他"}
    values = tuple(
        CodedValue(code, zh, _words(*(one for one in Channel if str(one.gb_code) == code)))
        for code, zh in names.items()
    )
    return CodeSet("channel", "办理形式", GB_39046, values)


def _words(*those: StrEnum) -> tuple[str, ...]:
    return tuple(map(str, those))


def _named(*events: type[Frozen]) -> tuple[str, ...]:
    return tuple(one.__name__ for one in events)


_SETS: Final = (
    _of("item-type", "事项类型", ItemType),
    _of("level", "行使层级", Level),
    _of("authority", "实施主体性质", Authority),
    _of("applicant", "服务对象", ApplicantKind),
    _channels(),
    _of("case-type", "办件类型", CaseType),
    CodeSet(
        "special-procedure",
        "特别程序种类",
        GB_39046,
        (
            CodedValue("1", "延长审批", ("extension",)),
            CodedValue("2", "除延长之外", _words(*SpecialProcedure)),
        ),
    ),
    _of("rating", "满意度", Rating),
    CodeSet(
        "gd-message",
        "办件环节（交换报文）",
        GUANGDONG,
        (
            CodedValue("0", "申办", _named(e.CaseSubmitted)),
            CodedValue("1", "预受理", _named(e.PreCheckPassed)),
            CodedValue(
                "2", "受理", _named(e.CaseAccepted, e.CaseDeemedAccepted, e.AcceptanceRefused)
            ),
            CodedValue("3", "审批", _named(e.StepFinished)),
            CodedValue("4", "办结", _named(e.CaseConcluded)),
            CodedValue("5", "特别程序申请", _named(e.CaseSuspended, e.ExtensionRequested)),
            CodedValue(
                "6",
                "特别程序结果",
                _named(e.CaseResumed, e.ExtensionGranted, e.ExtensionRefused),
            ),
            CodedValue("7", "补正告知", _named(e.SupplementRequested)),
            CodedValue("8", "补正受理", _named(e.SupplementSubmitted)),
            CodedValue("9", "领取登记", _named(e.ResultDelivered)),
        ),
    ),
    CodeSet(
        "gd-step",
        "审批环节",
        GUANGDONG,
        (
            CodedValue("1", "承办", _words(StepKind.HANDLE)),
            CodedValue("2", "审核", _words(StepKind.REVIEW, StepKind.PARALLEL)),
            CodedValue("3", "批准", _words(StepKind.APPROVE)),
        ),
    ),
    # Ours tell more: a refusal to accept and a withdrawal are both 退回 there.
    CodeSet(
        "gd-result",
        "办结结果",
        GUANGDONG,
        (
            CodedValue("0", "出证办结", ()),
            CodedValue("1", "退回", _words(Result.REFUSED, Result.WITHDRAWN)),
            CodedValue("2", "作废", _words(Result.VOIDED)),
            CodedValue("3", "删除（技术性错误）", ()),
            CodedValue("4", "转报", ()),
            CodedValue("5", "补正不来办结", _words(Result.LAPSED)),
            CodedValue("6", "准予许可", _words(Result.GRANTED)),
            CodedValue("7", "不予许可", _words(Result.DENIED)),
        ),
    ),
)

CODE_SETS: Final[Mapping[str, CodeSet]] = {one.name: one for one in _SETS}
