"""
Who may act for whom: mandates by principal and by agent, each by person and by account; operators
by account.

For lists only. Whether somebody may act now is read from the streams themselves; a mandate that has
expired stays listed, with its last day.
"""

from collections.abc import Iterable

from ...eventlog.envelope import Recorded
from ...eventlog.views.port import Entry, Projection, Row
from ..application.powers import INDEX, VIEW, partition
from ..domain import entity, mandate

NAME = VIEW
MANDATES = INDEX
COMPANIES = "companies"
REPRESENTATIVE = "representative"
EVENTS = frozenset(
    {
        mandate.MandateGranted,
        mandate.MandateRevoked,
        entity.EntityRegistered,
        entity.EntityChanged,
        entity.OperatorAdded,
        entity.OperatorRemoved,
    }
)


def key(event: Recorded) -> str | None:
    match event.data:
        case mandate.MandateGranted() | mandate.MandateRevoked():
            return event.stream
        case entity.EntityRegistered() | entity.EntityChanged():
            return f"{event.stream} {REPRESENTATIVE}"
        case entity.OperatorAdded(account=account) | entity.OperatorRemoved(account=account):
            return f"{event.stream} operator {account}"
        case _:
            return None


def evolve(row: Row | None, event: Recorded) -> Row | None:
    match event.data:
        case mandate.MandateGranted() as terms:
            return _mandate(event, terms)
        case mandate.MandateRevoked() if row is not None:
            return {**row, "state": "revoked"}
        case entity.EntityRegistered() | entity.EntityChanged() as told:
            return _representative(event, told.representative_account)
        case entity.OperatorAdded() as added:
            its = added.model_dump(mode="json", include={"items", "until", "appoints"})
            return {**_company(event, added.account), "as": "operator", **its}
        case entity.OperatorRemoved():
            return None
        case _:
            return row


def _mandate(event: Recorded, terms: mandate.MandateGranted) -> Row:
    told = terms.model_dump(mode="json", include={"items", "actions", "since", "until"})
    return {
        "mandate_id": event.stream.removeprefix(f"{mandate.CATEGORY}-"),
        "state": "granted",
        "principal": terms.principal.account,
        "agent": terms.agent.account,
        "persons": {
            "principal": terms.principal.reference,
            "agent": terms.agent.reference,
        },
        "granted_at": event.occurred_at.isoformat(),
        **told,
    }


def _representative(event: Recorded, account: str | None) -> Row | None:
    """None while no account is the representative's."""
    if account is None:
        return None
    none: Row = {"items": [], "until": None, "appoints": True}
    return {**_company(event, account), "as": REPRESENTATIVE, **none}


def _company(event: Recorded, account: str) -> Row:
    return {"entity": event.stream.removeprefix(f"{entity.CATEGORY}-"), "account": account}


def entries(row: Row) -> Iterable[Entry]:
    """Mandates by when they were granted; companies by credit code."""
    if "mandate_id" not in row:
        yield Entry(COMPANIES, row["account"], row["entity"])
        return
    for side in ("principal", "agent"):
        person = partition(side, f"person:{row['persons'][side]}")
        yield Entry(MANDATES, person, row["granted_at"])
        if row[side] is not None:
            yield Entry(MANDATES, partition(side, row[side]), row["granted_at"])


def told(row: Row) -> Row:
    """Of a mandate, without the references of the parties: they are for finding it alone."""
    return {name: value for name, value in row.items() if name != "persons"}


PROJECTION = Projection(NAME, "2", key, evolve, entries, by_stream=True, events=EVENTS)
