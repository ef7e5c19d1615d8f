"""
The case-process information library (办件过程信息库): every step of every case, who did it, in
which role and department, when it was opened, started and finished, and what came of it.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from ...clock.calendar import Calendar, legal_day
from ...eventlog.envelope import Recorded
from ...eventlog.views.port import Cursor, Entry, Page, Projection, Row, Views
from ..domain import events as e
from ..domain.due import step_due
from ..domain.old_ratings import of_rating
from ..domain.values import StepOutcome, Stood
from .case_summary import signature, utc
from .due_days import DueDays, due_days

NAME = "process_library"
INDEX = "steps"
# In the order in which a step comes through them: see `page`.
STATES = ("waiting", "working", "finished")
EVENTS = frozenset(
    {e.StepOpened, e.StepStarted, e.StepFinished, e.StepClockCorrected, e.StepRecorded}
)


def key(event: Recorded) -> str | None:
    step: Any = event.data
    if type(step) not in EVENTS or of_rating(step):  # the rated read this library
        return None
    return f"{event.stream.removeprefix('case-')}/{step.step}"


def projection(calendar: Calendar) -> Projection:
    """
    A step's own limit is reckoned with `calendar`. While a step is open its due date does not know
    of stops of the clock, which concern the whole case; when it is finished, it does, also of those
    that are entered or corrected later.
    """

    due = due_days(calendar)

    def evolve(row: Row | None, event: Recorded) -> Row | None:
        match event.data:
            case e.StepOpened() as opened:
                return _opened(opened, event, due)
            case e.StepStarted() as started if row is not None:
                return _started(row, started, event)
            case e.StepFinished() as finished if row is not None:
                return _finished(row, finished, event, due)
            case e.StepClockCorrected() as corrected if row is not None:
                return _corrected(row, corrected, due)
            case e.StepRecorded() as recorded:
                return _recorded(recorded, event)
            case _:
                return row

    now = signature(5, calendar)
    return Projection(NAME, now, key, evolve, entries, by_stream=True, events=EVENTS)


def entries(row: Row) -> Iterable[Entry]:
    """
    By item, department, both or neither, each in its state, ordered by when the step opened.

    What is in any state is read from three lists (`page`): in a list of its own it would be written
    twice, by every step, and few ask for it.
    """
    item, department, since = row["item"], row["department"], row["since"]
    state = row["state"]
    scopes = ("*", f"item:{item}", f"dept:{department}", f"item:{item} dept:{department}")
    return [Entry(INDEX, f"{scope} {state}", since) for scope in scopes]


def scope(item: str | None, department: str | None) -> str:
    """What these filters ask for, in the names of partitions."""
    named = (item and f"item:{item}", department and f"dept:{department}")
    return " ".join(part for part in named if part) or "*"


def page(
    views: Views,
    scope: str,
    state: str | None,
    /,
    *,
    limit: int = 50,
    descending: bool = False,
    **bounds: Any,
) -> Page:
    """As `Views.page`, of the steps of a `scope` that are in one state, or in any."""
    # One after the other: a step that moves on meanwhile is met twice rather than not at all.
    pages = [
        views.page(NAME, INDEX, f"{scope} {one}", limit=limit, descending=descending, **bounds)
        for one in ([state] if state else STATES)
    ]
    return pages[0] if state else _merged(pages, limit, descending=descending)


def _merged(pages: Sequence[Page], limit: int, *, descending: bool) -> Page:
    """One page of several that begin at the same place; in a later one a row is newer."""
    rows = {_place(row): row for page in pages for row in page.rows}
    places = sorted(rows, reverse=descending)
    ends = sorted((page.cursor for page in pages if page.cursor), reverse=descending)
    end = ends[0] if ends else None
    if end is not None:
        # What one page does not have yet comes behind its end.
        places = [one for one in places if (one >= end if descending else one <= end)]
    cursor = places[limit - 1] if len(places) > limit else end
    return Page([rows[one] for one in places[:limit]], cursor)


def _place(row: Row) -> Cursor:
    """Where `entries` lists it, under the key that `key` gives it."""
    return Cursor(row["since"], f"{row['case_id']}/{row['step']}")


def _opened(opened: e.StepOpened, event: Recorded, due: DueDays) -> Row:
    return {
        "case_id": event.stream.removeprefix("case-"),
        "number": opened.number,
        "item": opened.item,
        "step": opened.step,
        "name": opened.name,
        "kind": str(opened.kind),  # text, for the reason that `card` gives
        "role": str(opened.role),
        "department": opened.department,
        "division": opened.division,
        "confidential": bool(opened.confidential),
        "handler": None,
        "since": utc(event.occurred_at),
        "started_at": None,
        "finished_at": None,
        "waiting_seconds": None,
        "waiting_inferred": False,
        "working_seconds": None,
        "opened_on": opened.on.isoformat(),
        "days": opened.days,
        "due": _due(opened.on, opened.days, (), due),
        "late": False,
        "outcome": None,
        "opinion": None,
        "state": "waiting",
        "source": event.source,
    }


def _due(opened: date, days: int | None, stood: Iterable[Stood], due: DueDays) -> str | None:
    day = step_due(opened, days, stood, due)
    return day.isoformat() if day else None


def _recorded(recorded: e.StepRecorded, event: Recorded) -> Row:
    """
    Of an imported step its end is known, perhaps its start. When it was opened is not: it is taken
    to have waited since the step before, and `waiting_inferred` says so.
    """
    at, after, started = utc(event.occurred_at), recorded.previous_ended_at, recorded.started_at
    since = utc(after or started or event.occurred_at)
    return {
        "case_id": event.stream.removeprefix("case-"),
        "number": recorded.number,
        "item": recorded.item,
        "step": recorded.step,
        "name": recorded.name,
        "kind": recorded.kind,
        "role": None,
        "department": recorded.department,
        "division": recorded.division,
        "confidential": False,
        "handler": recorded.handler,
        "since": since,
        "started_at": None if started is None else utc(started),
        "finished_at": at,
        "waiting_seconds": None if after is None else _seconds(since, started or event.occurred_at),
        "waiting_inferred": after is not None,
        "working_seconds": None if started is None else _seconds(utc(started), event.occurred_at),
        "opened_on": None,
        "days": None,
        "due": None,
        "late": False,
        "outcome": None,
        "opinion": None,
        "state": "finished",
        "source": event.source,
    }


def _started(row: Row, started: e.StepStarted, event: Recorded) -> Row:
    return {
        **row,
        "handler": started.handler,
        "started_at": utc(event.occurred_at),
        "waiting_seconds": _seconds(row["since"], event.occurred_at),
        "state": "working",
    }


def _finished(row: Row, finished: e.StepFinished, event: Recorded, due: DueDays) -> Row:
    last = row["due"]  # as reckoned when it was opened, if the clock never stood
    if finished.stood:
        last = _due(date.fromisoformat(row["opened_on"]), row["days"], finished.stood, due)
    return {
        **row,
        **_done_by(finished, event),
        **_times(row, event.occurred_at),
        "due": last,
        "late": _late(last, event.occurred_at),
        "outcome": str(finished.outcome),
        "opinion": finished.opinion,
        "state": "finished",
    }


def _corrected(row: Row, corrected: e.StepClockCorrected, due: DueDays) -> Row:
    last = _due(date.fromisoformat(row["opened_on"]), row["days"], corrected.stood, due)
    return {**row, "due": last, "late": _late(last, datetime.fromisoformat(row["finished_at"]))}


def _late(last: str | None, finished: datetime) -> bool:
    return last is not None and legal_day(finished).isoformat() > last


def _done_by(finished: e.StepFinished, event: Recorded) -> Row:
    """What the case went past was done by nobody, whoever moved it."""
    if finished.outcome is StepOutcome.OVERTAKEN:
        return {}
    return {"handler": finished.handler, "role": str(event.actor.role)}


def _times(row: Row, at: datetime) -> Row:
    """Until somebody takes a step up it waits; what nobody took up was never worked at."""
    times: Row = {"finished_at": utc(at)}
    if row["started_at"] is None:
        return {**times, "waiting_seconds": _seconds(row["since"], at), "working_seconds": 0}
    return {**times, "working_seconds": _seconds(row["started_at"], at)}


def _seconds(since: str, until: datetime) -> int:
    # What is entered later than it happened may come, within a day, before what it follows.
    return max(0, int((until - datetime.fromisoformat(since)).total_seconds()))
