"""
What counters did to accounts (窗口核验), for who supervises them: when, where, by whom.

Of the account there is its name, and nothing of the person. A check is listed in the division of
the clerk's token, or of the clerk's department, and in all those above it.
"""

from collections.abc import Iterable

from ...clock.calendar import LEGAL_ZONE
from ...codes.divisions import COUNTRY, above
from ...codes.parties import Method
from ...eventlog.envelope import Recorded
from ...eventlog.views.port import Entry, Projection, Row
from ...platform.organisations import division_of
from ..domain import account

NAME = "counter_checks"
INDEX = "checks"
EVENTS = frozenset({account.IdentityProven, account.CounterCheckRequested})


def key(event: Recorded) -> str | None:
    """A row for each event: what a counter did stays as it was."""
    match event.data:
        case account.IdentityProven(method=Method.COUNTER) | account.CounterCheckRequested():
            return f"{event.stream}@{event.version}"
        case _:
            return None


def evolve(row: Row | None, event: Recorded) -> Row | None:
    match event.data:
        case account.CounterCheckRequested():
            return _row(event, "asked")
        case account.IdentityProven():
            return _row(event, "checked")
        case _:
            return row


def _row(event: Recorded, what: str) -> Row:
    actor = event.actor
    division = actor.division or division_of(actor.department or "") or COUNTRY
    return {
        "check": f"{event.stream}@{event.version}",
        "what": what,
        "account": event.stream.removeprefix(f"{account.CATEGORY}-"),
        "clerk": actor.account,
        "department": actor.department,
        "division": division,
        "at": event.occurred_at.astimezone(LEGAL_ZONE).isoformat(),
    }


def entries(row: Row) -> Iterable[Entry]:
    """By division, in the order in which they happened."""
    for division in above(row["division"]):
        yield Entry(INDEX, division, row["at"])


PROJECTION = Projection(NAME, "1", key, evolve, entries, by_stream=True, events=EVENTS)
