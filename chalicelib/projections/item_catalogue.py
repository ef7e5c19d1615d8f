"""The catalogue of service items (事项目录): those that can be applied for now, and the others."""

from collections.abc import Iterable

from ..application.envelope import Recorded
from ..application.views import Entry, Projection, Row
from ..domain import item

NAME = "item_catalogue"


def key(event: Recorded) -> str | None:
    return event.stream.removeprefix("item-") if event.stream.startswith("item-") else None


def evolve(row: Row | None, event: Recorded) -> Row | None:
    match event.data:
        case item.ItemPublished() as published:
            state = row["state"] if row is not None else "published"
            return {**_described(published), "state": state}
        case item.ItemSuspended() if row is not None:
            return {**row, "state": "suspended"}
        case item.ItemResumed() if row is not None:
            return {**row, "state": "published"}
        case item.ItemRetired() if row is not None:
            return {**row, "state": "retired"}
        case _:
            return row


def _described(published: item.ItemPublished) -> Row:
    definition = published.definition
    return {
        "code": definition.code,
        "version": published.version,
        "name": definition.name,
        "name_en": definition.name_en,
        "type": definition.type,
        "case_type": definition.case_type,
        "department": definition.department,
        "department_name": definition.department_name,
        "division": definition.division,
        "applicants": [str(kind) for kind in definition.applicants],
        "statutory_days": definition.limits.statutory.days,
        "promised_days": definition.limits.promised.days,
        "unit": definition.limits.promised.unit,
        "fee": definition.fee.amount,
    }


def entries(row: Row) -> Iterable[Entry]:
    """By state, all of them or one department's, in the order of their codes."""
    yield Entry("items", row["state"], row["code"])
    yield Entry("items", f"{row['state']} {row['department']}", row["code"])


PROJECTION = Projection(NAME, "1", key, evolve, entries)
