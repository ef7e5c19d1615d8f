"""What progress says of each situation that a case can be in, and what follows, in plain words."""

from collections.abc import Mapping
from typing import Final, NamedTuple


class Words(NamedTuple):
    """What is, and what comes next; each in Chinese and English."""

    zh: str
    en: str
    next_zh: str = ""
    next_en: str = ""

    def said(self, language: str) -> str:
        return self.en if language == "en" else self.zh

    def follows(self, language: str) -> str:
        return self.next_en if language == "en" else self.next_zh


FORM_WORDS: Final = Words("申请表", "The form")

_OVER: Final = ("办理已结束。", "Nothing more follows.")

WORDS: Final[Mapping[str, Words]] = {
    "submitted": Words(
        "已提交，等待受理。",
        "It was handed in and waits to be accepted.",
        "窗口将受理，或者一次性告知需要补正的内容；逾期未告知的，视为受理。",
        "The window accepts it, or says once what is missing; if it says nothing in time, the case "
        "counts as accepted.",
    ),
    "returned": Words(
        "预审未通过，已退回。",
        "The pre-check gave it back.",
        "请按退回告知书修改后重新提交。",
        "Mend what the notice says and send it again.",
    ),
    "supplementing": Words(
        "需要补正。",
        "Something is missing.",
        "请在期限内补交所列内容，可在线上、窗口或委托他人办理。",
        "Hand in what is listed by the date given: online, at the window, or through another.",
    ),
    "accepted": Words(
        "已受理，正在办理。",
        "It was accepted and is being handled.",
        "部门将在期限内作出决定。",
        "The departments decide by the due date.",
    ),
    "suspended": Words(
        "正在办理，时限暂停计算。",
        "It is being handled; the clock stands.",
        "暂停事由结束后继续计算时限，您无需办理其他手续。",
        "The clock goes on when what it waits for is done; there is nothing for you to do.",
    ),
    "granted": Words(
        "已作出准予决定。",
        "It was granted.",
        "请在到期日前领取办理结果，或等待送达（行政许可法第四十四条：十个工作日内送达）。",
        "Pick up the result by the due date, or wait for its delivery (art. 44: ten working days).",
    ),
    "granted-delivered": Words(
        "已作出准予决定，结果已送达。",
        "It was granted, and the result was handed over.",
        "您可以对本次服务作出评价。",
        "You can rate the service.",
    ),
    "denied": Words(
        "已作出不予许可的决定。",
        "It was denied.",
        "决定书应在到期日前送达，载明理由和救济途径；您可以申请行政复议或者提起行政诉讼。",
        "The decision is delivered by the due date and states the reasons; you can ask for "
        "reconsideration or sue.",
    ),
    "denied-delivered": Words(
        "已作出不予许可的决定，决定书已送达。",
        "It was denied, and the decision was handed over.",
        "您可以申请行政复议或者提起行政诉讼，也可以对本次服务作出评价。",
        "You can ask for reconsideration or sue, and you can rate the service.",
    ),
    "refused": Words(
        "不予受理。",
        "It was not accepted.",
        "理由和救济途径见不予受理告知书。",
        "The notice states the reasons and how to contest them.",
    ),
    "lapsed": Words(
        "逾期未补正，办理终止。",
        "What was missing did not come in time; the case has ended.",
        "可以重新提交申请。",
        "You can apply again.",
    ),
    "withdrawn": Words("申请人已撤回。", "The applicant took it back.", *_OVER),
    "voided": Words(
        "已作废。",
        "It was declared void.",
        "理由见作废决定书。",
        "The decision states the reasons.",
    ),
    "archived": Words("已办结归档。", "It was concluded and put away.", *_OVER),
}
