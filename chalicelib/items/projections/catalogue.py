"""
The catalogue of service items (事项目录): those that can be applied for now, and the others.

A day comes without an event. So a row has all that may become true by itself, every version with
the day that it begins on and the day of a split or merger, and `card` says what is true today.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from ...codes.divisions import related
from ...eventlog.envelope import Recorded
from ...eventlog.views.port import Entry, Projection, Row
from ..domain import item

NAME = "item_catalogue"
PUBLISHED = "published"
# Of a version, what a list does not show.
_NOT_SHOWN = frozenset({"since", "keywords"})
DRAFTS = "drafts"
EVENTS = frozenset(
    {
        item.ItemPublished,
        item.ItemDraftSaved,
        item.ItemDraftDiscarded,
        item.ItemSuspended,
        item.ItemResumed,
        item.ItemRetired,
        item.ItemSplit,
        item.ItemMerged,
    }
)


def key(event: Recorded) -> str | None:
    return event.stream.removeprefix("item-") if event.stream.startswith("item-") else None


def evolve(row: Row | None, event: Recorded) -> Row | None:
    before = row or {"code": event.stream.removeprefix("item-"), "state": "drafted", "cards": []}
    match event.data:
        case item.ItemPublished() as published:
            return _published(before, published)
        case item.ItemDraftSaved() as saved:
            return {**before, "draft": _draft(saved, event)}
        case item.ItemDraftDiscarded():
            return {**before, "draft": None} if before["cards"] else None
        case item.ItemSuspended():
            return {**before, "state": "suspended"}
        case item.ItemResumed():
            return {**before, "state": "published"}
        case item.ItemRetired():
            return {**before, "state": "retired", "draft": None}
        case item.ItemSplit() as split:
            return _replaced(before, "split", split.from_day, split.into)
        case item.ItemMerged() as merged:
            return _replaced(before, "merged", merged.from_day, (merged.into,))
        case _:
            return row


def _published(row: Row, published: item.ItemPublished) -> Row:
    state = "published" if row["state"] == "drafted" else row["state"]
    draft = None if published.from_draft else row.get("draft")
    return {**row, "state": state, "draft": draft, "cards": [*row["cards"], _card(published)]}


def _card(published: item.ItemPublished) -> Row:
    definition = published.definition
    since = published.in_force_from or definition.valid_from
    return {
        "since": None if since is None else since.isoformat(),
        "version": published.version,
        "name": definition.name,
        "name_en": definition.name_en,
        "type": definition.type,
        "case_type": definition.case_type,
        "department": definition.department,
        "department_name": definition.department_name,
        "division": definition.division,
        "applicants": [str(kind) for kind in definition.applicants],
        "limits": definition.limits.model_dump(mode="json"),
        "fee": definition.fee.amount,
        "aliases": list(definition.aliases),
        "keywords": list(definition.keywords),
    }


def _draft(saved: item.ItemDraftSaved, event: Recorded) -> Row:
    name = saved.content.get("name")
    return {
        "name": name if isinstance(name, str) else None,
        "based_on": saved.based_on,
        "saved_at": event.occurred_at.isoformat(),
        "saved_by": event.actor.account,
    }


def _replaced(row: Row, how: str, day: date, into: tuple[item.NamedItem, ...]) -> Row:
    codes = [one.code for one in into]
    return {**row, "draft": None, "replaced": {"how": how, "from": day.isoformat(), "into": codes}}


def card(row: Row, today: date) -> Row:
    """What the catalogue shows of a published item on that day."""
    return shown(_whole(row, today))


def shown(whole: Row) -> Row:
    """Without what it is only found by."""
    return {name: value for name, value in whole.items() if name not in _NOT_SHOWN}


def _whole(row: Row, today: date) -> Row:
    on = today.isoformat()
    begun = [one for one in row["cards"] if (one["since"] or "") <= on]
    latest = max(begun or row["cards"][:1], key=lambda one: (one["since"] or "", one["version"]))
    replaced = row.get("replaced")
    over = replaced if replaced is not None and replaced["from"] <= on else None
    return {
        "code": row["code"],
        "state": row["state"] if over is None else over["how"],
        **latest,
        "successors": [] if over is None else over["into"],
    }


def searchable(row: Row, today: date) -> Row | None:
    """The card with its `keywords`, of an item that can be applied for on that day."""
    whole = _whole(row, today)
    return whole if whole["state"] == PUBLISHED else None


def words(whole: Row) -> Mapping[str, Sequence[str]]:
    """What an item is searched by: `names` and `keywords`."""
    names = [whole["name"], whole["name_en"], *whole["aliases"]]
    return {"names": names, "keywords": whole["keywords"]}


def entries(row: Row) -> Iterable[Entry]:
    """By state, all of them or one department's, in the order of their codes; and the drafts."""
    for state in _states(row):
        yield Entry("items", state, row["code"])
        for department in dict.fromkeys(one["department"] for one in row["cards"]):
            yield Entry("items", f"{state} {department}", row["code"])
    if row.get("draft") is not None:
        yield Entry(DRAFTS, DRAFTS, row["code"])


def _states(row: Row) -> Iterator[Any]:
    """Those that it is in, sooner or later, if nothing more happens."""
    if row["cards"]:
        yield row["state"]
        if row.get("replaced") is not None:
            yield row["replaced"]["how"]


class Asked(NamedTuple):
    """What of the catalogue is asked for; None is all of them."""

    state: str = PUBLISHED
    department: str | None = None
    division: str | None = None

    def fits(self, told: Row) -> bool:
        return (
            told["state"] == self.state
            and self.department in (None, told["department"])
            and (self.division is None or related(self.division, told["division"]))
        )


def listed(row: Row, asked: Asked, today: date) -> Row | None:
    """The card, if it belongs in that list on that day."""
    told = card(row, today)
    return told if asked.fits(told) else None


PROJECTION = Projection(NAME, "4", key, evolve, entries, by_stream=True, events=EVENTS)
