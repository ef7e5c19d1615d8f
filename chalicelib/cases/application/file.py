"""A case as one document: what GET /cases/{id} and `banjian case show` tell."""

from datetime import date
from typing import Any

from ...clock.calendar import Calendar
from ...clock.clock import Reckoning, explain
from ...eventlog.envelope import Recorded
from ...kernel.actor import DEPARTMENT_STAFF, Actor
from ...kernel.errors import NotFound
from ..domain import State
from ..domain import due as ledger
from ..domain.state import (
    Absent,
    DoneStep,
    Dossier,
    Drafted,
    Imported,
    OpenStep,
    Suspended,
    WithDossier,
)

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


def _case(
    state: WithDossier, viewer: Actor, calendar: Calendar, today: date, language: str
) -> Json:
    dossier = state.dossier
    return {
        "case_id": dossier.case_id,
        "number": dossier.number,
        "state": name(state),
        "item": dossier.item.model_dump(mode="json"),
        "variant": dossier.variant,
        "confidential": dossier.confidential,
        "division": dossier.division,
        "department": dossier.department,
        "intake": dossier.intake,
        "applicant": dossier.applicant.model_dump(mode="json", exclude_none=True),
        "agent": _dump(dossier.agent),
        "form": dossier.form,
        "materials": [one.model_dump(mode="json", exclude_none=True) for one in dossier.materials],
        "submitted_on": dossier.submitted_on.isoformat(),
        "supplement": _dump(dossier.notice),
        "clock": _clock(state, calendar, today, language),
        "steps": [*map(_done, dossier.done), *map(_open, dossier.open)],
        "transfers": [_dump(one) for one in dossier.transfers],
        "documents": [_dump(one) for one in dossier.documents],
        "corrections": [_dump(one) for one in dossier.corrections],
        "decision": _dump(dossier.decision),
        "result": dossier.result,
        "reason": dossier.closing,
        "certificate": _dump(dossier.certificate),
        "delivery": _dump(dossier.delivery),
        "rating": _rating(dossier, viewer),
        "archive_number": dossier.archive_number,
    }


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


def _clock(state: WithDossier, calendar: Calendar, today: date, language: str) -> Json:
    dossier = state.dossier
    statutory = ledger.statutory(dossier, calendar, today)
    promised = ledger.promised(dossier, calendar, today)
    return {
        "accepted_on": _day(dossier.accepted_on),
        "deemed_accepted": dossier.deemed,
        "running": dossier.accepted_on is not None
        and not isinstance(state, Suspended)
        and dossier.result is None,
        "stops": [
            {
                "pause": stop.suspended.pause,
                "procedure": stop.procedure,
                "since": stop.suspended.since.isoformat(),
                "until": _day(stop.until),
                "expected_days": stop.suspended.expected_days,
            }
            for stop in dossier.stops
        ],
        "extension_requested": _dump(dossier.extension_request),
        "statutory": _reckoning(statutory, today, language),
        "promised": _reckoning(promised, today, language),
    }


def _reckoning(reckoning: Reckoning | None, today: date, language: str) -> Json | None:
    if reckoning is None:
        return None
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


def _rating(dossier: Dossier, viewer: Actor) -> Json | None:
    """The rated clerk never sees who rated, so not that this applicant did."""
    handlers = {one.finished.handler for one in dossier.done}
    if dossier.rating is None or (viewer.role in DEPARTMENT_STAFF and viewer.account in handlers):
        return None
    answer = _dump(dossier.answer)
    return {"rating": dossier.rating.rating, "comment": dossier.rating.comment, "answer": answer}


def _dump(part: Any) -> Json | None:
    if part is None:
        return None
    dumped: Json = part.model_dump(mode="json", exclude={"type"}, exclude_none=True)
    return dumped


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
