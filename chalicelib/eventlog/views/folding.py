"""The rows that a batch touches: read once, folded in memory, written once."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pydantic_core import from_json, to_json

from ..decoding import Decoded, Undecodable
from ..envelope import Recorded
from .port import (
    Change,
    Entry,
    Generation,
    Kept,
    Projection,
    Row,
    Views,
    check_key,
    check_storable,
)

Places = tuple[Entry, ...]
NOWHERE: frozenset[Entry] = frozenset()


@dataclass(slots=True)
class _Cell:
    """A row as it was read, and as it is now. `row` is what `body` says and nothing else."""

    was: Kept
    listed: Places
    body: bytes | None
    row: Row | None
    entries: Places
    applied: int


class Rows:
    """
    With `late`, events come after later ones of other streams: those of a stream that was parked.
    Without it, an event that its row has already is passed over (see `views`).
    """

    def __init__(
        self, projection: Projection, kept: Mapping[str, Kept], *, late: bool = False
    ) -> None:
        self._projection = projection
        self._kept = kept
        self._late = late
        self._cells: dict[str, _Cell] = {}

    def take(self, event: Recorded) -> None:
        """Fold one event into its row. Raises whatever the projection does, and changes nothing."""
        wanted, position = self._projection.events, event.position
        if position is None or (wanted is not None and type(event.data) not in wanted):
            return
        key = self._projection.key(event)
        if key is None:
            return
        cell = self._cells.get(key)
        if cell is None:
            cell = self._read(checked(self._projection, key))
        if position > cell.applied or self._late:
            self._evolve(key, cell, event)
            cell.applied = max(position, cell.applied)

    def _read(self, key: str) -> _Cell:
        was = self._kept.get(key) or Kept()
        row, entries = _parsed(self._projection, was.body)
        cell = self._cells[key] = _Cell(was, entries, was.body, row, entries, was.applied)
        return cell

    def _evolve(self, key: str, cell: _Cell, event: Recorded) -> None:
        try:
            row = self._projection.evolve(cell.row, event)
            body = None if row is None else to_json(row)
            # Parsed again, so that the next event meets what storage would give back to it.
            cell.row, entries = _parsed(self._projection, body)
            check_storable(key, body, entries)
        except Exception:
            # Should `evolve` have written into the row before it failed, that is undone.
            cell.row, _ = _parsed(self._projection, cell.body)
            raise
        cell.body, cell.entries = body, entries

    def changes(self) -> list[Change]:
        return [
            change(key, cell.was.applied, Kept(cell.body, cell.applied), cell.entries, cell.listed)
            for key, cell in self._cells.items()
            if cell.body != cell.was.body
        ]


def change(key: str, was: int, kept: Kept, places: Places, listed: Places) -> Change:
    """What is to be written of a row; `listed` is where it was."""
    if places == listed:
        return Change(key, was, kept, NOWHERE, NOWHERE)
    now, before = frozenset(places), frozenset(listed)
    return Change(key, was, kept, now - before, before - now)


def rows_of(
    projection: Projection,
    generation: Generation,
    views: Views,
    batch: Iterable[Decoded],
    *,
    late: bool = False,
) -> Rows:
    """The rows that the events of `batch` go to, as they are now."""
    keys = {_safe_key(projection, event) for one in batch for event in one.events}
    kept = views.kept(generation, sorted(key for key in keys if key is not None))
    return Rows(projection, kept, late=late)


def _safe_key(projection: Projection, event: Recorded | Undecodable) -> str | None:
    if isinstance(event, Undecodable):
        return None
    try:
        return key_of(projection, event)
    except Exception:  # noqa: BLE001 - raised again, and parked, when its turn comes
        return None


def key_of(projection: Projection, event: Recorded) -> str | None:
    """Raises whatever the projection does; TypeError, Unstorable for what cannot be a key."""
    if projection.events is not None and type(event.data) not in projection.events:
        return None
    key = projection.key(event)
    return None if key is None else checked(projection, key)


def checked(projection: Projection, key: str) -> str:
    """Raises TypeError, Unstorable for what cannot be a key."""
    if not isinstance(key, str) or not key:
        raise TypeError(f"{projection.name}: {key!r} is no key of a row")
    check_key(key)
    return key


def _parsed(projection: Projection, body: bytes | None) -> tuple[Row | None, Places]:
    """A row and where it is listed; raises TypeError for what could not be stored."""
    if body is None:
        return None, ()
    row = from_json(body)
    if not isinstance(row, dict):
        raise TypeError(f"{projection.name}: a row is a JSON object, not {type(row).__name__}")
    entries = tuple(projection.entries(row))
    for entry in entries:
        "".join(entry)  # the quickest way to find out that all of it is text
    return row, entries
