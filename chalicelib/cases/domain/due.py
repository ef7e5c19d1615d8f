"""The clock of a case, derived from its stops and extensions; see clock/clock.py."""

from datetime import date

from ...clock.calendar import Calendar
from ...clock.clock import Extension, Limit, Pause, Reckoning, due_date, reckon
from .state import Dossier


def pauses(dossier: Dossier) -> tuple[Pause, ...]:
    return tuple(
        Pause(
            reason=stop.procedure,
            basis=stop.suspended.basis,
            since=stop.suspended.since,
            until=stop.until,
            by=stop.suspended.by,
            document=stop.suspended.document.number,
        )
        for stop in dossier.stops
    )


def extensions(dossier: Dossier) -> tuple[Extension, ...]:
    return tuple(
        Extension(one.days, one.basis, one.document.number, one.by, one.on)
        for one in dossier.extensions
    )


def statutory_due(dossier: Dossier, calendar: Calendar) -> date | None:
    return _due(dossier, dossier.plan.statutory, calendar)


def promised_due(dossier: Dossier, calendar: Calendar) -> date | None:
    return _due(dossier, dossier.plan.promised, calendar)


def _due(dossier: Dossier, limit: Limit, calendar: Calendar) -> date | None:
    if dossier.accepted_on is None:
        return None
    return due_date(dossier.accepted_on, limit, pauses(dossier), extensions(dossier), calendar)


def statutory(dossier: Dossier, calendar: Calendar, today: date | None = None) -> Reckoning | None:
    """The statutory limit explained line by line; None before acceptance."""
    return _reckoned(dossier, dossier.plan.statutory, calendar, today)


def promised(dossier: Dossier, calendar: Calendar, today: date | None = None) -> Reckoning | None:
    """The promised limit explained line by line; None before acceptance."""
    return _reckoned(dossier, dossier.plan.promised, calendar, today)


def _reckoned(
    dossier: Dossier, limit: Limit, calendar: Calendar, today: date | None
) -> Reckoning | None:
    if dossier.accepted_on is None:
        return None
    return reckon(
        dossier.accepted_on, limit, pauses(dossier), extensions(dossier), calendar, today=today
    )
