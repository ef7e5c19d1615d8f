"""
Ratings by what becomes of them: bad ones that wait at a department's desk, those that were
answered, those that went to review, and everybody's own.
"""

from collections.abc import Iterable

from ...cases.projections.case_summary import signature
from ...cases.projections.due_days import due_days, limited
from ...clock.calendar import Calendar
from ...eventlog.envelope import Recorded
from ...eventlog.views.port import Entry, Projection, Row
from ..domain import rating

NAME = "rating_desk"
DESK, RATER = "desk", "rater"
EVENTS = frozenset(rating.EVENTS)
# What stands at a desk, by the state of a bad rating.
STATES = {
    rating.ServiceRated: "rated",
    rating.RatingVerified: "verified",
    rating.RatingAnswered: "answered",
    rating.RatingAppealed: "appealed",
    rating.RatingReviewed: "reviewed",
}
LATER = "9999-12-31"


def key(event: Recorded) -> str | None:
    prefix = f"{rating.CATEGORY}-"
    return event.stream.removeprefix(prefix) if event.stream.startswith(prefix) else None


def projection(calendar: Calendar) -> Projection:
    """A bad rating is to be answered within so many working days of `calendar`."""
    due = due_days(calendar)

    def evolve(row: Row | None, event: Recorded) -> Row | None:
        match event.data:
            case rating.ServiceRated() as rated:
                bad = rated.rating >= rating.BAD
                day = due(rated.on, limited(rated.days)).day if bad else None
                return {**_card(event, rated), "due": day and day.isoformat()}
            case _ if row is not None and type(event.data) in STATES:
                return {**row, "state": STATES[type(event.data)]}
            case _:
                return row

    now = signature(1, calendar)
    return Projection(NAME, now, key, evolve, entries, by_stream=True, events=EVENTS)


def _card(event: Recorded, rated: rating.ServiceRated) -> Row:
    return {
        "rating_id": str(key(event)),
        "case_id": rated.case_id,
        "number": rated.number,
        "item": rated.item.code,
        "item_name": rated.item.name,
        "division": rated.division,
        "department": rated.department,
        "rater": rated.rater,
        "rating": rated.rating,
        "rated_on": rated.on.isoformat(),
        "state": "rated",
    }


def entries(row: Row) -> Iterable[Entry]:
    """A department's bad ones by state, what is due first coming first; one's own by day."""
    if row["rating"] >= rating.BAD:
        place = f"{row['due'] or LATER} {row['number']}"
        yield Entry(DESK, f"{row['department']} {row['state']}", place)
    yield Entry(RATER, row["rater"], f"{row['rated_on']} {row['number']}")
