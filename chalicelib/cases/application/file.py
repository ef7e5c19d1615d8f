"""A case as one document: what GET /cases/{id} and `banjian case show` tell."""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from ...clock.calendar import Calendar
from ...clock.clock import Reckoning, explain
from ...eventlog.envelope import Recorded
from ...kernel.actor import DEPARTMENT_STAFF, Actor
from ...kernel.errors import NotFound
from ..domain import State
from ..domain import due as ledger
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

Json = dict[str, Any]


def describe(state: State, viewer: Actor, calendar: Calendar, today: date, language: str) -> Json:
    """
    JSON of the case for `viewer`, who was found to be allowed to see it. The ledger of the clock
    is worded in `language` (zh-CN or en). Raises NotFound for an absent case.
    """
    match state:
        case Absent():
            raise NotFound("no-such-case", "there is no such case")
        case Drafted(draft):
            return {"state": "drafted", **draft.model_dump(mode="json", exclude={"type"})}
        case Imported():
            return _imported(state)
        case _:
            return _case(state, viewer, calendar, today, language)


def _imported(state: Imported) -> Json:
    return {
        "state": "imported",
        **state.imported.model_dump(mode="json", exclude={"type"}),
        "received_on": _day(state.received_on),
        "result": state.result,
        "steps": [step.model_dump(mode="json", exclude={"type"}) for step in state.steps],
    }


def _case(state: Lodged, viewer: Actor, calendar: Calendar, today: date, language: str) -> Json:
    application, decision = state.application, decision_of(state)
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
        "applicant": application.applicant.model_dump(mode="json", exclude_none=True),
        "agent": _dump(application.agent),
        "form": application.form,
        "materials": [
            one.model_dump(mode="json", exclude_none=True) for one in application.materials
        ],
        "submitted_on": application.submitted_on.isoformat(),
        "supplement": _dump(notice_of(state)),
        "clock": _clock(state, calendar, today, language),
        "steps": [*map(_done, application.done), *map(_open, application.open)],
        "transfers": [_dump(one) for one in application.transfers],
        "documents": [_dump(one) for one in application.documents],
        "corrections": [_dump(one) for one in application.corrections],
        "decision": _dump(None if decision is None else decision.made),
        **_end(state, viewer),
    }


def _end(state: Lodged, viewer: Actor) -> Json:
    ending = ending_of(state)
    concluded = state.concluded if isinstance(state, Archived) else state
    return {
        "result": None if ending is None else ending.result,
        "reason": concluded.reason if isinstance(concluded, Closed) else None,
        "certificate": _dump(certificate_of(state)),
        "delivery": None if ending is None else _dump(ending.delivery),
        "rating": None if ending is None else _rating(state, ending, viewer),
        "archive_number": state.archive_number if isinstance(state, Archived) else None,
    }


def told(history: Iterable[Recorded], state: State, viewer: Actor) -> Iterator[Recorded]:
    """What of the history is for the viewer: who handled the case learns of no rating of it."""
    handled = isinstance(state, Lodged) and viewer.account in handlers(state)
    return (one for one in history if not (handled and of_rating(one.data)))


def event(one: Recorded) -> Json:
    """An event with its whole envelope, as an auditor reads it."""
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
        "data": one.data.model_dump(mode="json", exclude={"type"}, exclude_none=True),
    }


def name(state: State) -> str:
    return type(state).__name__.lower()


def _clock(state: Lodged, calendar: Calendar, today: date, language: str) -> Json:
    handling, plan = handling_of(state), state.application.plan
    if handling is None:
        return _not_started()
    statutory = ledger.reckoning(handling, plan.statutory, calendar, today)
    promised = ledger.reckoning(handling, plan.promised, calendar, today)
    return {
        "accepted_on": handling.accepted_on.isoformat(),
        "deemed_accepted": handling.deemed,
        "running": isinstance(state, Accepted),
        "stops": _stops(handling),
        "extension_requested": _dump(handling.extension_request),
        "statutory": _reckoning(statutory, today, language),
        "promised": _reckoning(promised, today, language),
    }


def _not_started() -> Json:
    return {
        "accepted_on": None,
        "deemed_accepted": False,
        "running": False,
        "stops": [],
        "extension_requested": None,
        "statutory": None,
        "promised": None,
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
        "remaining": reckoning.remaining(today),
        "unit": reckoning.limit.unit,
        "lines": [explain(line, language) for line in reckoning.lines],
    }


def _done(one: DoneStep) -> Json:
    finished = one.finished
    return {
        **_step(one.opened.model_dump(mode="json")),
        "handler": finished.handler,
        "outcome": finished.outcome,
        "opinion": finished.opinion,
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


def _rating(state: Lodged, ending: Ending, viewer: Actor) -> Json | None:
    """
    One that stands in the case, as all did once. The rated never see who rated, so not that this
    applicant did; their colleagues, who share an office with them, find it at the ratings' desk.
    """
    rating = ending.rating
    if rating is None or viewer.role in DEPARTMENT_STAFF or viewer.account in handlers(state):
        return None
    answer = _dump(ending.answer)
    return {"rating": rating.rating, "comment": rating.comment, "answer": answer}


def _dump(part: Any) -> Json | None:
    if part is None:
        return None
    dumped: Json = part.model_dump(mode="json", exclude={"type"}, exclude_none=True)
    return dumped


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
