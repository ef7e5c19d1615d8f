"""A row of a list of cases, as it is told."""

from collections.abc import Callable
from typing import Any

from ...eventlog.views.port import Row
from ...kernel.actor import APPLICANTS, Actor


def told_to(actor: Actor) -> Callable[[Row], Row]:
    """
    As the actor is told it. That a case was rated is for whose case it is: everybody else's list is
    read by the rated.
    """
    if actor.role in APPLICANTS:
        return _told
    return lambda row: {**_told(row), "rating": None}


def _told(row: Row) -> Row:
    """Limits and stops by name; a row keeps them short."""
    return {
        **row,
        "statutory": _limit(*row["statutory"]),
        "promised": _limit(*row["promised"]),
        "stops": [
            {"pause": pause, "since": since, "until": until} for pause, since, until in row["stops"]
        ],
    }


def _limit(days: int, unit: str) -> dict[str, Any]:
    return {"days": days, "unit": unit}
