"""
The clocks of a case, derived from its stops, extensions and end; see clock/clock.py.

What is used, what is left and what is late is answered here, for the file, the lists, progress, the
command line and whoever supervises: each has its own words for it, and no other reckoning.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from enum import StrEnum
from typing import Final, NamedTuple

from ...clock.calendar import Calendar
from ...clock.clock import (
    DELIVERY,
    Due,
    Ended,
    Extension,
    How,
    Limit,
    Pause,
    Reckoning,
    due,
    due_date,
    reckon,
)
from ...items.domain.plan import Plan
from . import events as e
from .records import DoneStep, Handling
from .state import Lodged, decision_of, ending_of, handling_of
from .values import Result, Stood


class Lateness(StrEnum):
    """By which clock something is late (超期); DOMAIN 5."""

    STATUTORY = "statutory"  # 法定
    PROMISED = "promised"  # 承诺
    STEP = "step"  # 环节
    DELIVERY = "delivery"  # 送达, art. 44
    ANSWER = "answer"  # 答复


_HOW: Final = {
    Result.LAPSED: How.LAPSED,
    Result.WITHDRAWN: How.WITHDRAWN,
    Result.VOIDED: How.VOIDED,
}


class Clocks(NamedTuple):
    """Those of a case; `delivery` runs from its decision."""

    statutory: Reckoning
    promised: Reckoning
    delivery: Reckoning | None

    def late(self, today: date) -> list[Lateness]:
        told = {
            Lateness.STATUTORY: self.statutory,
            Lateness.PROMISED: self.promised,
            Lateness.DELIVERY: self.delivery,
        }
        return [name for name, clock in told.items() if clock and clock.is_late(today)]


def pauses(handling: Handling) -> tuple[Pause, ...]:
    return tuple(
        Pause(
            reason=stop.procedure,
            basis=stop.suspended.basis,
            since=stop.suspended.since,
            until=stop.until,
            by=stop.suspended.by,
            document=stop.suspended.document.number,
        )
        for stop in handling.stops
    )


def extensions(handling: Handling) -> tuple[Extension, ...]:
    return tuple(
        Extension(one.days, one.basis, one.document.number, one.by, one.on)
        for one in handling.extensions
    )


def last_day(handling: Handling, limit: Limit, calendar: Calendar) -> date | None:
    """The last day of `limit`, of whose unit the extensions are; None while the clock stands."""
    return due_date(handling.accepted_on, limit, pauses(handling), extensions(handling), calendar)


def ended(case: Lodged) -> Ended | None:
    """
    When the clock of an accepted case ended: on the day of its decision, whatever became of that
    later, or when it was over without one. A transfer ends nothing.
    """
    decision, ending = decision_of(case), ending_of(case)
    if decision is not None:
        return Ended(decision.made.on, How.DECIDED)
    how = None if ending is None else _HOW.get(ending.result)
    return None if ending is None or how is None else Ended(ending.on, how)


def concluded_on(case: Lodged) -> date | None:
    """办结日: the day of the decision, or that on which the case ended without one."""
    end = ended(case) or ending_of(case)
    return None if end is None else end.on


def clocks(case: Lodged, calendar: Calendar, today: date | None = None) -> Clocks | None:
    """
    Explained line by line, as of `today`; None before acceptance. The promised day is never later
    than that of the law, and moved by an extension as that is, in the unit of the statutory limit
    (art. 42 extends one time, not two).
    """
    handling = handling_of(case)
    if handling is None:
        return None
    plan, end = case.application.plan, ended(case)
    start, stops, more = handling.accepted_on, pauses(handling), extensions(handling)
    statutory = reckon(start, plan.statutory, stops, more, calendar, today=today, ended=end)
    promised = reckon(
        start,
        plan.promised,
        stops,
        more,
        calendar,
        today=today,
        ended=end,
        unit=plan.statutory.unit,
        within=Due(statutory.due, statutory.provisional),
    )
    return Clocks(statutory, promised, _delivery(case, calendar, today))


def _delivery(case: Lodged, calendar: Calendar, today: date | None) -> Reckoning | None:
    """Art. 44: certificate and decision are delivered within ten working days of the decision."""
    decision, ending = decision_of(case), ending_of(case)
    if decision is None or ending is None:
        return None
    end = None if ending.delivery is None else Ended(ending.delivery.on, How.DELIVERED)
    if end is None and ending.result is Result.VOIDED:
        end = Ended(ending.on, How.VOIDED)  # of what is void nothing is delivered
    return reckon(decision.made.on, DELIVERY, (), (), calendar, today=today, ended=end)


def respond_by(plan: Plan, notice: e.SupplementRequested, calendar: Calendar) -> Due:
    """
    The last day for what a notice asks for: reckoned like every due date, so that a calendar that
    is published later moves it, and never earlier than the day that the notice told.
    """
    day, provisional = answered_by(plan, notice.on, calendar)
    return Due(max(day or notice.respond_by, notice.respond_by), provisional)


def answered_by(plan: Plan, on: date, calendar: Calendar) -> Due:
    """The last day for the answer to a notice of that day."""
    return due(on, Limit(plan.supplement_days), (), (), calendar)


# Steps


Reckoned = Callable[[date, Limit, Sequence[Pause]], Due]


def step_due(
    opened: date, days: int | None, stood: Iterable[Stood], reckoned: Reckoned
) -> date | None:
    """
    The last day of a step's own limit, in working days of which those do not count on which the
    clock of the case stood; None for a step without one.
    """
    if days is None:
        return None
    return reckoned(opened, Limit(days), [Pause("", "", one.since, one.until) for one in stood]).day


def late_steps(case: Lodged, calendar: Calendar) -> Iterator[DoneStep]:
    """Steps that were finished after the last day of their own limit."""

    def reckoned(start: date, limit: Limit, stops: Sequence[Pause]) -> Due:
        return due(start, limit, stops, (), calendar)

    for one in case.application.done:
        last = step_due(one.opened.on, one.opened.days, one.stood, reckoned)
        if last is not None and one.finished.on is not None and one.finished.on > last:
            yield one
