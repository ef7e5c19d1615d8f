"""
The index of what can be applied for, made from the catalogue and kept in memory.

A city has some 2,000 items: a query takes a few milliseconds, and no call to a store. Whether the
catalogue has changed is looked at every FRESH seconds at most.
"""

from collections.abc import Iterator
from threading import Lock
from time import monotonic
from typing import Final, NamedTuple

from ...clock.calendar import legal_day
from ...eventlog.views.port import Row, Views
from ...platform.platform import Platform
from ..application.search.ranking import Hit, Index
from ..projections import catalogue

FRESH: Final = 10.0
_AT_ONCE: Final = 100


class _Made(NamedTuple):
    """`views` is held so that no other can come to have its `id`."""

    views: Views
    looked: float
    rows: dict[str, Row]
    ranking: Index


_made: dict[int, _Made] = {}
_making = Lock()
_MOST: Final = 8  # platforms of one process: one, but in tests


class Found(NamedTuple):
    hit: Hit
    card: Row


def search(platform: Platform, query: str) -> list[Found]:
    """The items that are published today and fit `query`, best first, with their cards."""
    made = _current(platform)
    return [Found(hit, made.rows[hit.code]) for hit in made.ranking.search(query)]


def forget() -> None:
    """Look at the catalogue anew with the next query."""
    _made.clear()


def _current(platform: Platform) -> _Made:
    key, now = id(platform.views), monotonic()
    known = _made.get(key)
    if known is not None and now - known.looked < FRESH:
        return known
    with _making:
        known = _made.get(key)
        if known is None or now - known.looked >= FRESH:
            known = _renewed(platform, known)
            if len(_made) >= _MOST:
                _made.clear()
            _made[key] = known
    return known


def _renewed(platform: Platform, known: _Made | None) -> _Made:
    rows = dict(_published(platform))
    if known is not None and known.rows == rows:
        return known._replace(looked=monotonic())
    words = {code: catalogue.words(row) for code, row in rows.items()}
    return _Made(platform.views, monotonic(), rows, Index(words))


def _published(platform: Platform) -> Iterator[tuple[str, Row]]:
    """By code, the cards of today with the words that each is found by."""
    today, after = legal_day(platform.now()), None
    while True:
        page = platform.views.page(
            catalogue.NAME, "items", catalogue.PUBLISHED, after=after, limit=_AT_ONCE
        )
        for row in page.rows:
            shown = catalogue.searchable(row, today)
            if shown is not None:
                yield row["code"], shown
        after = page.cursor
        if after is None:
            return
