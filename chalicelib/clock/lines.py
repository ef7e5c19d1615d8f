"""
The ledger of the clock, line by line: how a due date came about.

Each line is data: a stable `code`, dates, days, legal basis, who, document. clock_words words it.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from .calendar import Calendar
from .days import END, Extension, Pause, Stretch, clipped, count, interval
from .legal_limits import Limit, Unit


class LineCode(StrEnum):
    START = "start"  # the day that does not count
    LIMIT = "limit"
    EXTENSION = "extension"
    PAUSE = "pause"
    PAUSE_OPEN = "pause_open"
    PAUSE_AFTER_DUE = "pause_after_due"  # began when the time was already over
    CALENDAR = "calendar"  # days off and make-up working days on the way
    ROLLED = "rolled"  # calendar days that would end on a day off
    DUE = "due"
    STANDING = "standing"  # no due date while a pause is open
    PROVISIONAL = "provisional"
    WITHIN = "within"  # another limit ends first
    USED = "used"  # as of the day that was asked about
    ENDED = "ended"  # on the day on which the clock ended


class How(StrEnum):
    """What ended the clock."""

    DECIDED = "decided"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"
    VOIDED = "voided"
    DELIVERED = "delivered"


class Ended(NamedTuple):
    on: date
    how: How


@dataclass(frozen=True, slots=True)
class LedgerLine:
    """
    One line of the ledger. `days` counts days of `unit`: those of the limit or extension, those
    that a pause excluded (None for an open pause without a day to count up to), those used, of
    `total`. `off` and `on` are weekdays not worked and weekend days worked.
    """

    code: LineCode
    day: date
    until: date | None = None
    days: int | None = None
    total: int | None = None
    unit: Unit = "working_days"
    reason: str = ""
    basis: str = ""
    by: str = ""
    document: str | None = None
    off: tuple[date, ...] = ()
    on: tuple[date, ...] = ()


class Facts(NamedTuple):
    """
    What a ledger is written from. `last` is the last of the `total` counted days and `due` the due
    date, both as ordinals and None while a pause stands in the way; `runs` where the clock runs.
    """

    start: date
    limit: Limit
    pauses: Sequence[Pause]
    extensions: Sequence[Extension]
    calendar: Calendar
    today: date | None
    total: int
    runs: Sequence[Stretch]
    last: int | None
    due: int | None
    provisional: bool
    used: int | None
    ended: Ended | None = None
    extension_unit: Unit = "working_days"
    within: date | None = None


def write(facts: Facts) -> tuple[LedgerLine, ...]:
    return (
        LedgerLine(LineCode.START, facts.start),
        _limit(facts),
        *_extensions(facts),
        *_pauses(facts),
        *_calendar(facts),
        *_end(facts),
        *_used(facts),
    )


def _limit(facts: Facts) -> LedgerLine:
    return LedgerLine(LineCode.LIMIT, facts.start, days=facts.limit.days, unit=facts.limit.unit)


def _extensions(facts: Facts) -> Iterator[LedgerLine]:
    for each in sorted(facts.extensions, key=lambda e: (e.on, e.days, e.document or "", e.by)):
        yield LedgerLine(
            LineCode.EXTENSION,
            each.on,
            days=each.days,
            unit=facts.extension_unit,
            basis=each.basis,
            by=each.by,
            document=each.document,
        )


def _pauses(facts: Facts) -> Iterator[LedgerLine]:
    """Each pause with the days that it excluded and no earlier one had excluded."""
    day = facts.start.toordinal() + 1
    for pause in sorted(facts.pauses, key=_by_date):
        since, until = interval(pause)
        if facts.due is not None and since > facts.due:
            yield _pause(LineCode.PAUSE_AFTER_DUE, pause, 0, facts)
        elif pause.until is None:
            yield _pause(LineCode.PAUSE_OPEN, pause, _so_far(facts, day, since), facts)
        else:
            excluded = clipped([(day, until)], since, until)
            days = count(excluded, facts.limit.unit, facts.calendar)
            yield _pause(LineCode.PAUSE, pause, days, facts)
        day = max(day, until + 1)


def _by_date(pause: Pause) -> tuple[Stretch, str, str, str, str]:
    return interval(pause), pause.reason, pause.document or "", pause.by, pause.basis


def _so_far(facts: Facts, day: int, since: int) -> int | None:
    if facts.today is None:
        return None
    excluded = clipped([(day, END)], since, facts.today.toordinal())
    return count(excluded, facts.limit.unit, facts.calendar)


def _pause(code: LineCode, pause: Pause, days: int | None, facts: Facts) -> LedgerLine:
    return LedgerLine(
        code,
        pause.since,
        pause.until,
        days,
        unit=facts.limit.unit,
        reason=pause.reason,
        basis=pause.basis,
        by=pause.by,
        document=pause.document,
    )


def _calendar(facts: Facts) -> Iterator[LedgerLine]:
    """What the official calendar changed: among working days on the way, or at the very end."""
    end = facts.due if facts.due is not None else max((b for _, b in facts.runs), default=0)
    begin = 0 if facts.limit.unit == "working_days" else (facts.last or END)
    known = facts.calendar
    moved = [
        date.fromordinal(day)
        for first, last in clipped(facts.runs, begin, end)
        for day in known.moved[bisect_left(known.moved, first) : bisect_right(known.moved, last)]
    ]
    if moved:
        off = tuple(day for day in moved if day in known.holidays)
        on = tuple(day for day in moved if day in known.workdays)
        yield LedgerLine(LineCode.CALENDAR, moved[0], off=off, on=on)


def _end(facts: Facts) -> Iterator[LedgerLine]:
    if facts.last is not None and facts.last != facts.due:
        yield LedgerLine(LineCode.ROLLED, date.fromordinal(facts.last))
    if facts.due is None:
        open_since = min(pause.since for pause in facts.pauses if pause.until is None)
        yield LedgerLine(LineCode.STANDING, open_since)
    elif facts.within is not None:
        yield LedgerLine(LineCode.WITHIN, date.fromordinal(facts.due))
        yield LedgerLine(LineCode.DUE, facts.within)
    else:
        yield LedgerLine(LineCode.DUE, date.fromordinal(facts.due))
    if facts.provisional:
        known = facts.calendar
        yield LedgerLine(LineCode.PROVISIONAL, known.first, known.published_through)


def _used(facts: Facts) -> Iterator[LedgerLine]:
    if facts.today is None or facts.used is None:
        return
    code, day, how = LineCode.USED, facts.today, ""
    if facts.ended is not None and facts.today >= facts.ended.on:
        code, (day, how) = LineCode.ENDED, facts.ended
    yield LedgerLine(
        code, day, days=facts.used, total=facts.total, unit=facts.limit.unit, reason=how
    )
