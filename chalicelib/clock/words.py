"""The lines of a ledger in words, Chinese and English."""

from collections.abc import Sequence
from datetime import date
from typing import Literal

from .legal_limits import SPECIAL_PROCEDURES, Unit
from .lines import How, LedgerLine, LineCode

Language = Literal["zh", "en"]

TEXTS: dict[LineCode, tuple[str, str]] = {
    LineCode.START: (
        "{day}起算，当日不计入（《民法典》第二百零一条）",
        "Starts on {day}; that day does not count (Civil Code, art. 201)",
    ),
    LineCode.LIMIT: ("期限：{days}", "Limit: {days}"),
    LineCode.EXTENSION: ("{day}批准延长：{days}", "Extended on {day}: {days}"),
    LineCode.PAUSE: (
        "{reason}：{day}至{until}不计入，扣除 {days}",
        "Stopped from {day} to {until}, {reason}: {days} excluded",
    ),
    LineCode.PAUSE_OPEN: (
        "{reason}：自{day}起不计入，尚未结束{so_far}",
        "Stopped since {day} and not ended yet, {reason}{so_far}",
    ),
    LineCode.PAUSE_AFTER_DUE: (
        "{reason}：{day}开始时期限已届满，不影响到期日",
        "Stopped on {day}, {reason}: after the due date, changes nothing",
    ),
    LineCode.CALENDAR: (
        "法定日历：放假 {off}；调休上班 {on}",
        "Official calendar: off {off}; worked {on}",
    ),
    LineCode.ROLLED: (
        "{day}届满，当日非工作日，顺延至下一工作日（《民法典》第二百零三条）",
        "Would end on {day}, not worked: ends on the next working day (Civil Code, art. 203)",
    ),
    LineCode.DUE: ("到期日：{day}", "Due on {day}"),
    LineCode.STANDING: (
        "自{day}起计时中止，恢复后确定到期日",
        "Stands still since {day}; the due date follows when it resumes",
    ),
    LineCode.PROVISIONAL: (
        "暂定：节假日安排仅公布{day}至{until}，其余按周一至周五扣除法定节日推算",
        "Provisional: official calendar from {day} to {until}, else weekdays but fixed holidays",
    ),
    LineCode.WITHIN: (
        "承诺期限于{day}届满，不晚于法定期限，以法定期限为准",
        "The promise alone would end on {day}; it is never later than the limit of the law",
    ),
    LineCode.ENDED: ("{took}", "{took}"),
    LineCode.USED: (
        "截至{day}：已用 {used}/{total} {unit}",
        "By {day}: {used} of {total} {unit} used",
    ),
}

ENDS: dict[How, tuple[str, str]] = {
    How.DECIDED: ("作出决定", "Decided"),
    How.WITHDRAWN: ("撤回", "Withdrawn"),
    How.LAPSED: ("终止", "Lapsed"),
    How.VOIDED: ("作废", "Declared void"),
    How.DELIVERED: ("送达", "Delivered"),
}
UNITS = {
    "working_days": ("个工作日", "working day"),
    "calendar_days": ("个自然日", "calendar day"),
}
_WEEKDAYS = ("一二三四五六日", ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"))


def explain(line: LedgerLine, language: str) -> str:
    """The line in Chinese for `zh` and `zh-...`, in English for any other language."""
    tongue: Language = "zh" if language.lower().startswith("zh") else "en"
    zh, en = TEXTS[line.code]
    text = (zh if tongue == "zh" else en).format_map(_values(line, tongue))
    return text + _grounds(line, tongue)


def took(  # noqa: PLR0913 - what the sentence says
    on: date, how: str, used: int, total: int, unit: Unit, *, language: str
) -> str:
    """
    When a clock ended, how, and what it took, as in 于 2026-09-22 作出决定，用时 15/20 个工作日，
    提前 5 个工作日.
    """
    zh, en = ENDS[How(how)]
    left = total - used
    if language.lower().startswith("zh"):
        rest = f"{'超期' if left < 0 else '提前'} {abs(left)} {UNITS[unit][0]}"
        said = f"于 {on} {zh}，用时 {used}/{total} {UNITS[unit][0]}"
        return f"{said}，{rest if left else '于最后一日'}"
    rest = f"{_days(abs(left), unit, 'en')} {'late' if left < 0 else 'early'}"
    said = f"{en} on {on}: {used} of {total} {_unit(total, unit, 'en')} used"
    return f"{said}, {rest if left else 'on the last day'}"


def _values(line: LedgerLine, language: Language) -> dict[str, str]:
    return {
        "day": _day(line.day, language),
        "until": "" if line.until is None else _day(line.until, language),
        "days": _days(line.days, line.unit, language),
        "used": str(line.days),
        "total": str(line.total),
        "took": _took(line, language),
        "unit": _unit(line.total, line.unit, language),
        "so_far": _so_far(line, language),
        "reason": _reason(line.reason, language),
        "off": _list(line.off, language),
        "on": _list(line.on, language),
    }


def _took(line: LedgerLine, language: Language) -> str:
    if line.code is not LineCode.ENDED or line.days is None or line.total is None:
        return ""
    return took(line.day, line.reason, line.days, line.total, line.unit, language=language)


def _day(day: date, language: Language) -> str:
    zh, en = _WEEKDAYS
    if language == "zh":
        return f"{day}（周{zh[day.weekday()]}）"
    return f"{day} ({en[day.weekday()]})"


def _unit(days: int | None, unit: Unit, language: Language) -> str:
    zh, en = UNITS[unit]
    return zh if language == "zh" else en + ("" if days == 1 else "s")


def _days(days: int | None, unit: Unit, language: Language) -> str:
    return f"{days} {_unit(days, unit, language)}"


def _so_far(line: LedgerLine, language: Language) -> str:
    if line.days is None:
        return ""
    days = _days(line.days, line.unit, language)
    return f"，已扣除 {days}" if language == "zh" else f": {days} excluded so far"


def _reason(reason: str, language: Language) -> str:
    special = SPECIAL_PROCEDURES.get(reason)
    if special is None:
        return reason
    return special.zh if language == "zh" else special.en


def _list(days: Sequence[date], language: Language) -> str:
    if language == "zh":
        return "、".join(map(str, days)) or "无"
    return ", ".join(map(str, days)) or "none"


def _grounds(line: LedgerLine, language: Language) -> str:
    """Legal basis, who and document, as far as there are any."""
    named = {
        ("依据", "basis"): line.basis,
        ("经办", "by"): line.by,
        ("文书", "document"): line.document,
    }
    if language == "zh":
        grounds = "；".join(f"{zh}：{value}" for (zh, _), value in named.items() if value)
        return f"（{grounds}）" if grounds else ""
    grounds = "; ".join(f"{en}: {value}" for (_, en), value in named.items() if value)
    return f" ({grounds})" if grounds else ""
