"""An applicant's cases: their own, their company's, and those they handed in for others."""

from collections.abc import Iterable

from ...clock.calendar import Calendar
from ...eventlog.views.port import Entry, Projection, Row
from ...kernel.actor import Actor
from . import case_summary

NAME = "applicant_cases"


def entries(row: Row) -> Iterable[Entry]:
    """By account and by company, newest submission last."""
    sort = f"{row['submitted_on']} {row['number']}"
    people = {f"account:{row[who]}" for who in ("applicant", "agent") if row[who]}
    companies = {f"entity:{row['entity']}"} if row["entity"] else set()
    for partition in people | companies:
        yield Entry("applicant", partition, sort)


def shows(row: Row, actor: Actor) -> bool:
    """
    Whether a row listed under the actor's account or company is for the actor to see: who handed
    a case in for a company, and no longer acts for it, is still listed, and so is what somebody
    with two hats did in the other one. See `access.owns`.
    """
    if row["entity"] == actor.entity:
        return True
    return actor.entity is None and row["agent"] is None and row["applicant"] == actor.account


def projection(calendar: Calendar) -> Projection:
    now, fold = case_summary.signature(4, calendar), case_summary.evolve(calendar)
    return Projection(
        NAME, now, case_summary.key, fold, entries, by_stream=True, events=case_summary.EVENTS
    )
