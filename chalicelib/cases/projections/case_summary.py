"""What lists show of a case: one row a case, kept by each view that lists cases."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from functools import lru_cache
from hashlib import blake2b
from typing import Any

from ...clock.calendar import Calendar
from ...clock.clock import (
    DELIVERY,
    Ended,
    Extension,
    How,
    Pause,
    earlier,
    reckon,
    until_the_end,
)
from ...eventlog.envelope import Recorded
from ...eventlog.views.port import Row
from ...items.domain.plan import StepKind
from ...kernel.base import Frozen
from .. import domain as case
from ..domain import events as e
from ..domain.old_ratings import of_rating
from ..domain.values import Result
from .due_days import DueDays, due_days, limited

Evolve = Callable[[Row | None, Recorded], Row | None]
Step = dict[str, Any]
Turn = Callable[[Row, Any], None]

# Each of them says when a case was last moved.
EVENTS: frozenset[type] = frozenset(case.EVENTS)
_PLANNED = frozenset(StepKind)


def signature(code: int, calendar: Calendar) -> str:
    """What a view's rows depend on besides the log: its code's version, and the calendar."""
    days = (calendar.name, calendar.moved, calendar.balance, calendar.published_through)
    return f"{code}:{blake2b(repr(days).encode(), digest_size=8).hexdigest()}"


@lru_cache(1024)
def utc(at: datetime) -> str:
    """A time as text that sorts like the time."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def key(event: Recorded) -> str | None:
    return event.stream.removeprefix("case-") if event.stream.startswith("case-") else None


@lru_cache(4)
def evolve(calendar: Calendar) -> Evolve:
    """
    The same function for the same calendar: views that have it fold a case once in a rebuild.

    Due dates are reckoned with `calendar`; a view made with another one is rebuilt. A draft is no
    case yet and has no row, and an imported case is over.
    """
    due = due_days(calendar)

    def next_row(row: Row | None, event: Recorded) -> Row | None:
        data, at = event.data, utc(event.occurred_at)
        if isinstance(data, e.CaseSubmitted):
            return {**_submitted(data), "updated_at": at}
        if row is None:
            return None
        if of_rating(data):  # the rated see this row
            return {**row, "rating": "rated"} if isinstance(data, e.CaseRated) else row
        kind = type(data)
        row = {**row, "updated_at": at}
        if kind in STATES:
            row["state"] = STATES[kind]
        if kind in _TURNS:
            _TURNS[kind](row, data)
        if isinstance(data, e.StepOpened):
            row["open"] = [*row["open"], _step(row, data, at, due)]
        elif kind in _RECKONED:
            _reckon(row, due, calendar)
        return row

    return next_row


def _submitted(data: e.CaseSubmitted) -> Row:
    return {
        "case_id": data.case_id,
        "number": data.number,
        "item": data.item.code,
        "item_name": data.item.name,
        "applicant": data.applicant.account,
        "entity": data.applicant.entity,
        "agent": data.agent.account if data.agent else None,
        "state": "submitted",
        "submitted_on": data.on.isoformat(),
        "division": data.division,
        "department": data.department,
        "confidential": data.confidential,
        "statutory": [data.plan.statutory.days, data.plan.statutory.unit],
        "promised": [data.plan.promised.days, data.plan.promised.unit],
        "accepted_on": None,
        "stops": [],
        "extension": 0,
        "due": None,
        "promised_due": None,
        "concluded_on": None,
        "ended": None,
        "used": None,
        "total": None,
        "delivery_due": None,
        "delivered_on": None,
        "provisional": False,
        "suspended": False,
        "open": [],
        "result": None,
        "rating": None,
    }


# Steps


def _step(row: Row, opened: e.StepOpened, at: str, due: DueDays) -> Step:
    step = {
        "step": opened.step,
        "name": opened.name,
        # Plain text here and below: to find out that an enum is text takes JSON long.
        "kind": str(opened.kind),
        "role": str(opened.role),
        "department": opened.department,
        "opened_at": at,
        "opened_on": opened.on.isoformat(),
        "days": opened.days,
        "due": None,
        "handler": None,
    }
    pauses = _pauses(row) if opened.kind in _PLANNED else []
    return _with_due(step, pauses, due)


def _with_due(step: Step, pauses: Sequence[Pause], due: DueDays) -> Step:
    """A step's own limit in working days, of which those that `pauses` exclude do not count."""
    if step["days"] is None:
        return step
    opened = date.fromisoformat(step["opened_on"])
    day, _ = due(opened, limited(step["days"]), pauses)
    return {**step, "due": day and day.isoformat()}


def _started(row: Row, started: e.StepStarted) -> None:
    row["open"] = [
        {**one, "handler": started.handler} if one["step"] == started.step else one
        for one in row["open"]
    ]


def _finished(row: Row, finished: e.StepFinished) -> None:
    row["open"] = [one for one in row["open"] if one["step"] != finished.step]


def _transferred(row: Row, moved: e.CaseTransferred) -> None:
    if moved.from_department == row["department"]:
        row["department"], row["division"] = moved.to_department, moved.to_division


# State


def _asked(row: Row, requested: e.SupplementRequested) -> None:
    if not requested.under_review:
        row["state"] = "supplementing"


def _supplied(row: Row, _supplied: e.SupplementSubmitted) -> None:
    if row["state"] == "supplementing":
        row["state"] = "submitted"


def _concluded(row: Row, concluded: e.CaseConcluded) -> None:
    if row["ended"] != How.DECIDED:  # the day of a decision stays that, whatever comes of it
        row["concluded_on"] = concluded.on.isoformat()
        row["ended"] = _ENDS.get(concluded.result)
    row["result"], row["suspended"] = str(concluded.result), False


def _delivered(row: Row, delivered: e.ResultDelivered) -> None:
    row["delivered_on"] = delivered.on.isoformat()


_ENDS: Mapping[Result, str] = {
    Result.GRANTED: str(How.DECIDED),
    Result.DENIED: str(How.DECIDED),
    Result.LAPSED: str(How.LAPSED),
    Result.WITHDRAWN: str(How.WITHDRAWN),
    Result.VOIDED: str(How.VOIDED),
}


# The clock


def _accepted(row: Row, data: e.CaseAccepted | e.CaseDeemedAccepted) -> None:
    row["accepted_on"] = data.on.isoformat()


def _suspended(row: Row, data: e.CaseSuspended) -> None:
    row["stops"] = [*row["stops"], [data.pause, data.since.isoformat(), None]]


def _resumed(row: Row, data: e.CaseResumed) -> None:
    row["stops"] = [
        [pause, since, data.until.isoformat() if pause == data.pause else until]
        for pause, since, until in row["stops"]
    ]


def _extended(row: Row, data: e.ExtensionGranted) -> None:
    row["extension"] += data.days


def _corrected(row: Row, data: e.MistakeCorrected) -> None:
    if data.field == "accepted_on":
        row["accepted_on"] = data.now
    pause, _, end = data.field.partition(".")
    row["stops"] = [
        [
            name,
            data.now if (name, end) == (pause, "since") else since,
            data.now if (name, end) == (pause, "until") else until,
        ]
        for name, since, until in row["stops"]
    ]


def _pauses(row: Row) -> list[Pause]:
    return [
        Pause(name, "", date.fromisoformat(since), until and date.fromisoformat(until))
        for name, since, until in row["stops"]
    ]


def _ended(row: Row) -> Ended | None:
    if row["ended"] is None:
        return None
    return Ended(date.fromisoformat(row["concluded_on"]), How(row["ended"]))


def _reckon(row: Row, due: DueDays, calendar: Calendar) -> None:
    if row["accepted_on"] is None:
        return
    ended = _ended(row)
    pauses = until_the_end(_pauses(row), ended)
    start = date.fromisoformat(row["accepted_on"])
    more = [Extension(row["extension"], "", None, "", start)] if row["extension"] else []
    unit = row["statutory"][1]
    statutory = due(start, limited(*row["statutory"]), pauses, more, unit)
    promised = earlier(due(start, limited(*row["promised"]), pauses, more, unit), statutory)
    if ended is not None:
        limit = limited(*row["promised"])
        told = reckon(
            start, limit, pauses, more, calendar, unit=unit, within=statutory, ended=ended
        )
        row["used"], row["total"] = told.elapsed(ended.on), told.total
    row["due"] = statutory.day and statutory.day.isoformat()
    row["promised_due"] = promised.day and promised.day.isoformat()
    row["provisional"] = statutory.provisional or promised.provisional
    if ended is not None and ended.how is How.DECIDED:
        delivered_by = due(ended.on, DELIVERY).day
        row["delivery_due"] = delivered_by and delivered_by.isoformat()
    row["suspended"] = row["result"] is None and any(pause.until is None for pause in pauses)
    row["open"] = [
        _with_due(one, pauses, due) if one["kind"] in _PLANNED else one for one in row["open"]
    ]


# By type: a match would ask of every event some twenty times what it is an instance of.
STATES: Mapping[type[Frozen], str] = {
    e.SubmissionReturned: "returned",
    e.CaseResubmitted: "submitted",
    e.CaseAccepted: "accepted",
    e.CaseDeemedAccepted: "accepted",
    e.CaseGranted: "decided",
    e.CaseDenied: "decided",
    e.AcceptanceRefused: "closed",
    e.SupplementLapsed: "closed",
    e.CaseWithdrawn: "closed",
    e.CaseVoided: "closed",
    e.CaseArchived: "archived",
}
_TURNS: Mapping[type[Frozen], Turn] = {
    e.StepStarted: _started,
    e.StepFinished: _finished,
    e.CaseTransferred: _transferred,
    e.SupplementRequested: _asked,
    e.SupplementSubmitted: _supplied,
    e.CaseConcluded: _concluded,
    e.ResultDelivered: _delivered,
    e.CaseAccepted: _accepted,
    e.CaseDeemedAccepted: _accepted,
    e.CaseSuspended: _suspended,
    e.CaseResumed: _resumed,
    e.ExtensionGranted: _extended,
    e.MistakeCorrected: _corrected,
}
_RECKONED: frozenset[type[Frozen]] = frozenset(
    {
        e.CaseAccepted,
        e.CaseDeemedAccepted,
        e.CaseSuspended,
        e.CaseResumed,
        e.ExtensionGranted,
        e.MistakeCorrected,
        e.CaseConcluded,
    }
)
