"""A case as one document: what GET /cases/{id} and `banjian case show` tell."""

from collections.abc import Iterable, Iterator
from datetime import date
from functools import partial
from typing import Any, NamedTuple

from ...clock.calendar import Calendar
from ...clock.clock import Reckoning, explain
from ...codes.masking import dumped, hidden, plain_text
from ...eventlog.envelope import Recorded
from ...kernel.actor import DEPARTMENT_STAFF, Actor
from ...kernel.base import Frozen
from ...kernel.errors import NotFound
from ...platform.platform import Platform
from ..domain import State
from ..domain import due as ledger
from ..domain.events import CaseRated, StepRecorded
from ..domain.old_ratings import of_rating
from ..domain.records import DoneStep, Ending, Handling, OpenStep
from ..domain.state import (
    Absent,
    Accepted,
    Archived,
    Closed,
    Drafted,
    Imported,
    Lodged,
    certificate_of,
    decision_of,
    ending_of,
    handling_of,
    notice_of,
)
from ..domain.steps import handlers
from . import recusal

Json = dict[str, Any]


class Told(NamedTuple):
    """
    To whom a case is told, who was found to be allowed to see it, and on which day; the ledger of
    the clock is worded in `language` (zh-CN or en). `mask` hides whose it is (see revealing.py),
    `rated` says whether the viewer may know of a rating that stands in it (see `may_know_rating`).
    """

    today: date
    language: str
    mask: bool
    rated: bool


def may_know_rating(platform: Platform, viewer: Actor, state: State) -> bool:
    """
    Of one that stands in the case, as all did once. The rated never see who rated, so not that
    this applicant did; their colleagues, who share an office with them, find it at the ratings'
    desk.
    """
    if not isinstance(state, Lodged) or _rating_in(state) is None:
        return True
    if viewer.role in DEPARTMENT_STAFF:
        return False
    return not recusal.had_a_hand(platform, viewer, state, handlers(state))


def _rating_in(state: Lodged) -> CaseRated | None:
    ending = ending_of(state)
    return None if ending is None else ending.rating


def describe(state: State, told: Told, calendar: Calendar) -> Json:
    """JSON of the case. Raises NotFound for an absent case."""
    match state:
        case Absent():
            raise NotFound("no-such-case", "there is no such case")
        case Drafted(draft):
            return {"state": "drafted", **draft.model_dump(mode="json", exclude={"type"})}
        case Imported():
            return _imported(state, told)
        case _:
            return _case(state, told, calendar)


def _imported(state: Imported, told: Told) -> Json:
    imported = state.imported
    return {
        "state": "imported",
        **dict.fromkeys(type(imported).model_fields.keys() - {"type"}),
        **dumped(imported, mask=told.mask),
        "received_on": _day(state.received_on),
        "result": state.result,
        "steps": [_recorded(step, told) for step in state.steps],
    }


def _recorded(step: StepRecorded, told: Told) -> Json:
    nothing = dict.fromkeys(type(step).model_fields.keys() - {"type"})
    return {**nothing, **dumped(step, mask=told.mask)}


def _case(state: Lodged, told: Told, calendar: Calendar) -> Json:
    application, decision = state.application, decision_of(state)
    dump = partial(_dump, mask=told.mask)
    return {
        "case_id": application.case_id,
        "number": application.number,
        "state": name(state),
        "item": application.item.model_dump(mode="json"),
        "variant": application.variant,
        "confidential": application.confidential,
        "division": application.division,
        "department": application.department,
        "intake": application.intake,
        "applicant": dump(application.applicant),
        "agent": dump(application.agent),
        "form": hidden(application.form) if told.mask else application.form,
        "materials": [dump(one) for one in application.materials],
        "submitted_on": application.submitted_on.isoformat(),
        "concluded_on": _day(ledger.concluded_on(state)),
        "supplement": _supplement(state, calendar, mask=told.mask),
        "clock": _clock(state, calendar, told.today, told.language),
        "steps": [
            *(_done(one, mask=told.mask) for one in application.done),
            *map(_open, application.open),
        ],
        "transfers": [dump(one) for one in application.transfers],
        "documents": [dump(one) for one in application.documents],
        "recusals": [dump(one) for one in application.recused],
        "corrections": [dump(one) for one in application.corrections],
        "decision": dump(None if decision is None else decision.made),
        **_end(state, told),
    }


def _end(state: Lodged, told: Told) -> Json:
    ending, dump = ending_of(state), partial(_dump, mask=told.mask)
    concluded = state.concluded if isinstance(state, Archived) else state
    return {
        "result": None if ending is None else ending.result,
        "reason": concluded.reason if isinstance(concluded, Closed) else None,
        "certificate": dump(certificate_of(state)),
        "delivery": None if ending is None else dump(ending.delivery),
        "rating": None if ending is None else _rating(ending, told),
        "archive_number": state.archive_number if isinstance(state, Archived) else None,
    }


def told(history: Iterable[Recorded], *, rated: bool) -> Iterator[Recorded]:
    """What of the history is for who may know of a rating of it, or may not."""
    return (one for one in history if rated or not of_rating(one.data))


def event(one: Recorded, *, mask: bool) -> Json:
    """An event with its whole envelope, as an auditor reads it; without whose it is, if `mask`."""
    return {
        "version": one.version,
        "position": one.position,
        "type": one.type,
        "schema": one.schema,
        "recorded_at": one.recorded_at.isoformat(),
        "occurred_at": one.occurred_at.isoformat(),
        "actor": one.actor.model_dump(mode="json", exclude_none=True),
        "channel": one.channel,
        "causation_id": one.causation_id,
        "correlation_id": one.correlation_id,
        "source": one.source,
        "data": dumped(one.data, mask=mask),
    }


def name(state: State) -> str:
    return type(state).__name__.lower()


def _clock(state: Lodged, calendar: Calendar, today: date, language: str) -> Json:
    handling, clocks = handling_of(state), ledger.clocks(state, calendar, today)
    if handling is None or clocks is None:
        return _not_started()
    return {
        "accepted_on": handling.accepted_on.isoformat(),
        "deemed_accepted": handling.deemed,
        "running": isinstance(state, Accepted),
        "stops": _stops(handling),
        "extension_requested": _dump(handling.extension_request, mask=False),
        "late": clocks.late(today),
        "late_steps": [one.opened.step for one in ledger.late_steps(state, calendar)],
        "statutory": _reckoning(clocks.statutory, today, language),
        "promised": _reckoning(clocks.promised, today, language),
        "delivery": clocks.delivery and _reckoning(clocks.delivery, today, language),
    }


def _supplement(state: Lodged, calendar: Calendar, *, mask: bool) -> Json | None:
    """The notice, with the last day for its answer as it is reckoned today."""
    notice = notice_of(state)
    if notice is None:
        return None
    last = ledger.respond_by(state.application.plan, notice, calendar)
    told = dumped(notice, mask=mask)
    return {**told, "respond_by": _day(last.day), "provisional": last.provisional}


def _not_started() -> Json:
    return {
        "accepted_on": None,
        "deemed_accepted": False,
        "running": False,
        "stops": [],
        "extension_requested": None,
        "late": [],
        "late_steps": [],
        "statutory": None,
        "promised": None,
        "delivery": None,
    }


def _stops(handling: Handling) -> list[Json]:
    return [
        {
            "pause": stop.suspended.pause,
            "procedure": stop.procedure,
            "since": stop.suspended.since.isoformat(),
            "until": _day(stop.until),
            "expected_days": stop.suspended.expected_days,
        }
        for stop in handling.stops
    ]


def _reckoning(reckoning: Reckoning, today: date, language: str) -> Json:
    return {
        "due": _day(reckoning.due),
        "provisional": reckoning.provisional,
        "used": reckoning.elapsed(today),
        "total": reckoning.total,
        "remaining": reckoning.remaining(today),
        "late": reckoning.is_late(today),
        "ended_on": _day(reckoning.ended.on if reckoning.ended else None),
        "unit": reckoning.limit.unit,
        "lines": [explain(line, language) for line in reckoning.lines],
    }


def _done(one: DoneStep, *, mask: bool) -> Json:
    finished, opinion = one.finished, one.finished.opinion
    return {
        **_step(one.opened.model_dump(mode="json")),
        "handler": finished.handler,
        "outcome": finished.outcome,
        "opinion": plain_text(opinion) if mask and opinion is not None else opinion,
    }


def _open(one: OpenStep) -> Json:
    return {
        **_step(one.opened.model_dump(mode="json")),
        "handler": one.handler,
        "outcome": None,
        "opinion": None,
    }


def _step(opened: Json) -> Json:
    return {field: opened[field] for field in ("step", "name", "kind", "role", "department")}


def _rating(ending: Ending, told: Told) -> Json | None:
    rating = ending.rating
    if rating is None or not told.rated:
        return None
    answer = _dump(ending.answer, mask=told.mask)
    comment = hidden(rating.comment) if told.mask else rating.comment
    return {"rating": rating.rating, "comment": comment, "answer": answer}


def _dump(part: Frozen | None, *, mask: bool) -> Json | None:
    return None if part is None else dumped(part, mask=mask)


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
