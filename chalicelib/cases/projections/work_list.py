"""A department's work list: what waits for it, overdue first."""

from collections.abc import Iterable

from ...clock.calendar import Calendar
from ...eventlog.views.port import Entry, Projection, Row
from ...kernel.actor import Role
from . import case_summary

NAME = "work_list"
LATER = "9999-12-31"


def entries(row: Row) -> Iterable[Entry]:
    """
    By department, what has to be done first coming first; what has no date, because it stands
    still or nothing limits it, comes last. What waits for the applicant is listed nowhere.
    """
    dates: dict[str, list[str]] = {}
    for one in row["open"]:
        if one["role"] != Role.APPLICANT:
            dates.setdefault(one["department"], []).extend(_dates(row, one))
    for department, days in dates.items():
        yield Entry("department", department, f"{min(days, default=LATER)} {row['number']}")


def _dates(row: Row, step: case_summary.Step) -> Iterable[str]:
    """The step's own limit and, while the case is handled, that of the whole."""
    days = (step["due"], row["due"] if row["state"] == "accepted" else None)
    return (day for day in days if day is not None)


def projection(calendar: Calendar) -> Projection:
    now, fold = case_summary.signature(4, calendar), case_summary.evolve(calendar)
    return Projection(
        NAME, now, case_summary.key, fold, entries, by_stream=True, events=case_summary.EVENTS
    )
