"""
Rows folded in memory while they are in use, for a rebuild: each is written seldom, mostly once.

It makes of events what `folding` makes, for a tenth of the work. Views with the same `key` and
`evolve` share the folding and differ in where they list a row. A row is not written and parsed anew
after each event: what `evolve` changed in it is made what storage would give back, and the rest is
that already. Where a small row is listed is asked only when it is written.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import compress, islice
from operator import is_not
from typing import Any, NamedTuple

from pydantic_core import from_json, to_json

from ..envelope import Recorded
from ..views.folding import Places, change, checked, key_of
from ..views.port import SMALL_ROW, Change, Kept, Projection, Row, check_storable

# Rows that a group keeps in memory; so many are written when there are more, the oldest first.
KEPT_ROWS = 3_000
WRITTEN_AT_ONCE = 1_000

# An event, with the key of the row that it goes to.
Keyed = tuple[str, Recorded]
# Bytes that one character takes in JSON, and a number or a name with all that goes around it.
_CHARACTER, _AROUND = 6, 24
_TEXT = frozenset({str})
_KEYS = frozenset({str, type(None)})
_FLAT = frozenset({str, int, bool, type(None)})
# Of so many changed fields the row is better written and parsed whole.
MANY = 16


@dataclass(slots=True)
class Cell:
    """A row as it is now. `size` is at least the bytes that it has, `was` what is written."""

    row: Row | None = None
    size: int = 0
    applied: int = 0
    was: Sequence["Written"] = ()


class Written(NamedTuple):
    """What a view has of a row: up to where, and where it is listed."""

    applied: int
    places: Places


UNWRITTEN = Written(0, ())


class Unlistable(Exception):
    """A small row cannot be listed, which a view should never say (see `Projection`)."""


class Group:
    """
    Views that fold alike, with the rows in use. `wrote` is whether any were written; once it
    `disagrees`, its rows are of no use.
    """

    def __init__(self, projections: Sequence[Projection]) -> None:
        self.projections = projections
        self._first = projections[0]
        self._next = self._first.evolve
        self._entries = [one.entries for one in projections]
        self._cells: dict[str, Cell] = {}
        self.wrote = False
        self.disagrees = False

    @property
    def events(self) -> frozenset[type] | None:
        """See `Projection`: no others need be given to it."""
        return self._first.events

    def keyed(self, events: Sequence[Recorded]) -> tuple[list[Keyed], bool]:
        """Those that go to a row, with its key; False if not all keys could be told."""
        try:
            keys = list(map(self._first.key, events))
        except Exception:  # noqa: BLE001 - it is met again when they are asked one by one
            return list(self._singly_keyed(events)), False
        if not _KEYS.issuperset(map(type, keys)):
            return list(self._singly_keyed(events)), False
        pairs = zip(keys, events, strict=True)
        return [(key, event) for key, event in pairs if key is not None], True

    def _singly_keyed(self, events: Iterable[Recorded]) -> Iterator[Keyed]:
        for event in events:
            try:
                key = key_of(self._first, event)
            except Exception:  # noqa: BLE001, S112 - raised again, and parked, when its turn comes
                continue
            if key is not None:
                yield key, event

    def missing(self, pairs: Iterable[Keyed]) -> list[str]:
        """Keys of rows that events go to and that are not in use."""
        keys = {key for key, _ in pairs}.difference(self._cells)
        return sorted(key for key in keys if self._can_be_kept(key))

    def _can_be_kept(self, key: str) -> bool:
        try:
            checked(self._first, key)
        except Exception:  # noqa: BLE001 - raised again, and parked, when its turn comes
            return False
        return True

    def put(self, kept: Sequence[Mapping[str, Kept]]) -> None:
        """Rows that were written before and are used again, of each view."""
        for key in {key for one in kept for key in one}:
            found = [one.get(key, Kept()) for one in kept]
            body = found[0].body
            row = None if body is None else from_json(body)
            places = self._places(row)
            was = [Written(one.applied, at) for one, at in zip(found, places, strict=True)]
            applied = max(one.applied for one in found)
            self._cells[key] = Cell(row, len(body or b""), applied, was)

    def take_all(self, pairs: Iterable[Keyed]) -> None:
        """
        As `take`, one after the other. Raises at the first that fails; to take all of them again
        then changes nothing, since each row knows how far it has come.
        """
        cells, evolve = self._cells, self._evolve
        for key, event in pairs:
            cell = cells.pop(key, None) or self._new(key)
            # Last in the order of the dict is what was used last.
            cells[key] = cell
            if event.position > cell.applied:  # type: ignore[operator]  # a log's event has one
                evolve(key, cell, event)
                cell.applied = event.position  # type: ignore[assignment]

    def take(self, event: Recorded) -> None:
        """Fold one event into its row; raises whatever the projection does."""
        key = key_of(self._first, event)
        if key is not None and event.position is not None:
            self.take_all([(key, event)])

    def _new(self, key: str) -> Cell:
        checked(self._first, key)
        return Cell()

    def _evolve(self, key: str, cell: Cell, event: Recorded) -> None:
        before = cell.row
        row = self._next(before, event)
        if row is before:
            return
        size = 0
        if row is not None:
            row, more = as_stored(self._first.name, row, before)
            size = cell.size + more
            if size >= SMALL_ROW:
                body = to_json(row)
                size = len(body)  # too large an estimate is made anew
                self._check_large(key, row, body)
        cell.row, cell.size = row, size

    def _check_large(self, key: str, row: Row, body: bytes) -> None:
        if len(body) < SMALL_ROW:
            return
        try:
            for places in self._places(row):
                check_storable(key, body, places)
        except Exception:
            # Whether the others could list it, or why not, is more than needs to be known.
            self.disagrees = len(self._entries) > 1
            raise

    def _places(self, row: Row | None) -> list[Places]:
        return [() if row is None else tuple(entries(row)) for entries in self._entries]

    def _places_of(self, key: str, row: Row | None, body: bytes | None) -> list[Places]:
        """Raises Unlistable."""
        try:
            places = self._places(row)
            for some in places:
                check_storable(key, body, some)
        except Exception as error:
            raise Unlistable(f"{self._first.name}: {key}") from error
        return places

    def oldest(self, keep: int) -> list[str]:
        """If there are more than `keep` rows, the keys of those that were not used for longest."""
        most = len(self._cells) - keep
        return list(islice(self._cells, max(most, WRITTEN_AT_ONCE))) if most > 0 else []

    def changes(self, keys: Sequence[str]) -> list[list[Change]]:
        """
        What is to be written of these rows, in each view; they are not in use any more. Raises
        Unlistable: the group is of no use then.
        """
        self.wrote = True
        made: list[list[Change]] = [[] for _ in self.projections]
        for key in sorted(keys):  # what lies together is written together
            cell = self._cells.pop(key)
            if cell.row is None and not cell.was:
                continue
            body = None if cell.row is None else to_json(cell.row)
            kept, places = Kept(body, cell.applied), self._places_of(key, cell.row, body)
            for number, changes in enumerate(made):
                was = cell.was[number] if cell.was else UNWRITTEN
                if body is not None or was.applied:
                    changes.append(change(key, was.applied, kept, places[number], was.places))
        return made


def as_stored(name: str, row: Any, before: Row | None) -> tuple[Row, int]:
    """
    The row as storage would give it back, and how many bytes at most it has more than before. What
    is the same object as before is not looked at. Raises TypeError, ValueError.
    """
    if type(row) is not dict or not before or [*row] != [*before]:
        return _whole_as_stored(name, row)
    changed = list(compress(row, map(is_not, row.values(), before.values())))
    if len(changed) > MANY:
        return _whole_as_stored(name, row)
    size = 0
    for one in changed:
        value = row[one]
        if type(value) is str and value.isascii():  # most are
            size += len(value) * _CHARACTER + _AROUND
        else:
            row[one], more = _value_as_stored(value, before[one])
            size += more
    return row, size


def _whole_as_stored(name: str, row: Any) -> tuple[Row, int]:
    row, size = _parsed(row)
    if not isinstance(row, dict):
        raise TypeError(f"{name}: a row is a JSON object, not {type(row).__name__}")
    return row, size


def _parsed(value: Any) -> tuple[Any, int]:
    body = to_json(value)
    flat = type(value) is dict and _TEXT.issuperset(map(type, value))
    # What would be parsed is what there is already; most rows and what is in them are like that.
    same = flat and _FLAT.issuperset(map(type, value.values()))
    return value if same else from_json(body), len(body)


def _value_as_stored(value: Any, before: Any = None) -> tuple[Any, int]:
    kind = type(value)
    if kind is list and type(before) is list:
        return _list_as_stored(value, before)
    if kind is str:
        if not value.isascii():
            value.encode()  # a lone surrogate is no text
        return value, len(value) * _CHARACTER + _AROUND
    if value is None or kind is bool:
        return value, _AROUND
    if kind is int:
        return value, value.bit_length() + _AROUND
    if isinstance(value, StrEnum):
        return str.__str__(value), len(value) * _CHARACTER + _AROUND
    stored, size = _parsed(value)
    return stored, size + _AROUND


def _list_as_stored(value: list[Any], before: list[Any]) -> tuple[list[Any], int]:
    """Mostly one is added, taken out or made anew, and the others are the same objects."""
    known = {id(one) for one in before}
    stored, size = [], _AROUND
    for one in value:
        if id(one) in known:
            known.remove(id(one))  # twice the same takes the place of two
            stored.append(one)
        else:
            made, more = _value_as_stored(one)
            stored.append(made)
            size += more
    return stored, size
