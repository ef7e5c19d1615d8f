"""An item as the outside is told of it, on a day."""

from datetime import date, timedelta
from typing import Any, Literal, NamedTuple

from ...eventlog.codec import events
from ...platform.platform import Platform
from ..domain import item
from ..domain.item import Edition, Known, in_force
from .items import ItemView, stream

When = Literal["over", "in_force", "to_come", "superseded"]


class Span(NamedTuple):
    """The days on which a version is applied for, both included; None without end, or beginning."""

    edition: Edition
    since: date | None
    until: date | None

    def when(self, today: date) -> When:
        """`superseded` by one that was published later for the same day."""
        if self.until is not None and self.until < (self.since or date.min):
            return "superseded"
        if self.since is not None and self.since > today:
            return "to_come"
        return "over" if self.until is not None and self.until < today else "in_force"


def spans(record: item.Record) -> list[Span]:
    """Of every version, in the order of their numbers."""
    ordered = sorted(record.editions, key=lambda one: (one.since or date.min, one.number))
    ends = [_day_before(one.since) for one in ordered[1:]]
    found = [
        Span(one, one.since, _earlier(end, one.definition.valid_until))
        for one, end in zip(ordered, [*ends, None], strict=True)
    ]
    return sorted(found, key=lambda span: span.edition.number)


def _day_before(day: date | None) -> date:
    return date.min if day is None or day == date.min else day - timedelta(days=1)


def _earlier(one: date | None, other: date | None) -> date | None:
    days = [day for day in (one, other) if day is not None]
    return min(days, default=None)


def shown(state: Known, today: date) -> Edition:
    """The version in force; before the first one is, that which will be."""
    return in_force(state.record, today) or min(
        state.record.editions, key=lambda one: (one.since or date.min, -one.number)
    )


def name(state: Known, today: date) -> str:
    """published, suspended, retired, split or merged."""
    match state:
        case item.Replaced() if today >= state.from_day:
            return state.how
        case item.Replaced():
            return "published" if state.suspended is None else "suspended"
        case _:
            return type(state).__name__.lower()


def described(view: ItemView, today: date) -> dict[str, Any]:
    """
    `state`, `version` (the item's), what will come, where it came from and where it went; then the
    definition.
    """
    state, edition = view.state, shown(view.state, today)
    about: dict[str, Any] = {"state": name(state, today), "version": edition.number}
    reason = _reason(state, today)
    if reason is not None:
        about["reason"] = reason
    return {
        **about,
        "upcoming": [_upcoming(one) for one in spans(state.record) if one.when(today) == "to_come"],
        "predecessors": [one.model_dump(mode="json") for one in state.record.predecessors],
        "successors": _successors(state),
        **edition.definition.model_dump(mode="json", exclude_none=True),
    }


def _reason(state: Known, today: date) -> str | None:
    match state:
        case item.Published():
            return None
        case item.Replaced() if today < state.from_day:
            return state.suspended
        case _:
            return state.reason


def _upcoming(span: Span) -> dict[str, Any]:
    return {"version": span.edition.number, "in_force_from": str(span.since)}


def _successors(state: Known) -> list[dict[str, Any]]:
    if not isinstance(state, item.Replaced):
        return []
    day = state.from_day.isoformat()
    return [{"code": one.code, "name": one.name, "from_day": day} for one in state.into]


def versions(platform: Platform, view: ItemView, today: date) -> list[dict[str, Any]]:
    """Every version, the last one first: when it was published, and when it is in force."""
    by_number = {span.edition.number: span for span in spans(view.state.record)}
    commits = platform.store.load(stream(view.code)).commits
    return [
        _version(by_number[one.data.version], one.occurred_at.isoformat(), today)
        for one in reversed(list(events(platform.codec, commits)))
        if isinstance(one.data, item.ItemPublished) and one.data.version in by_number
    ]


def _version(span: Span, published_at: str, today: date) -> dict[str, Any]:
    return {
        "version": span.edition.number,
        "name": span.edition.definition.name,
        "published_at": published_at,
        "in_force_from": None if span.since is None else span.since.isoformat(),
        "in_force_until": None if span.until is None else span.until.isoformat(),
        "when": span.when(today),
        "note": span.edition.note,
    }
