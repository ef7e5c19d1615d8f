"""A row of a list of cases, as it is told."""

from collections.abc import Callable
from datetime import date
from typing import Any

from ...clock.clock import took
from ...eventlog.views.port import Row
from ...kernel.actor import APPLICANTS
from ...web.request import ApiRequest
from ..domain.due import Lateness

# Which day tells of each clock by when it had to end, and which when it did.
_CLOCKS = {
    Lateness.STATUTORY: ("due", "concluded_on"),
    Lateness.PROMISED: ("promised_due", "concluded_on"),
    Lateness.DELIVERY: ("delivery_due", "delivered_on"),
}


def told_to(request: ApiRequest) -> Callable[[Row], Row]:
    """
    As the actor is told it. That a case was rated is for whose case it is: everybody else's list is
    read by the rated.
    """
    today, language = request.today, request.language

    def told(row: Row) -> Row:
        return _told(row, today, language)

    if request.actor.role in APPLICANTS:
        return told
    return lambda row: {**told(row), "rating": None}


def _told(row: Row, today: date, language: str) -> Row:
    """Limits and stops by name; a row keeps them short."""
    return {
        **{name: value for name, value in row.items() if name != "ended"},
        "statutory": _limit(*row["statutory"]),
        "promised": _limit(*row["promised"]),
        "stops": [
            {"pause": pause, "since": since, "until": until} for pause, since, until in row["stops"]
        ],
        "late": [name for name in _CLOCKS if _is_late(row, name, today)],
        "took": _took(row, language),
    }


def _is_late(row: Row, name: Lateness, today: date) -> bool:
    due, ended = (row[field] for field in _CLOCKS[name])
    return due is not None and (ended or today.isoformat()) > due


def _took(row: Row, language: str) -> str | None:
    if row["used"] is None:
        return None
    on = date.fromisoformat(row["concluded_on"])
    unit = row["promised"][1]
    return took(on, row["ended"], row["used"], row["total"], unit, language=language)


def _limit(days: int, unit: str) -> dict[str, Any]:
    return {"days": days, "unit": unit}
