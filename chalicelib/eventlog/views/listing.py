"""A page of a list for somebody who may not see every row of it."""

from collections.abc import Callable

from .port import Cursor, Page, Row

# Rows asked for at once where many in a row are hidden.
MOST = 100

Fetch = Callable[[Cursor | None, int], Page]


def visible(fetch: Fetch, shown: Callable[[Row], bool], after: Cursor | None, limit: int) -> Page:
    """
    The next `limit` rows that are `shown`, however many others lie between. The cursor is never
    that of a hidden row, whose key and place it would give away.
    """
    rows: list[Row] = []
    size = limit
    while True:
        page = fetch(after, size)
        wanted = limit - len(rows)
        places = [place for place, row in enumerate(page.rows) if shown(row)]
        rows += [page.rows[place] for place in places[:wanted]]
        if page.cursor is None and len(places) <= wanted:
            return Page(rows, None)
        if len(places) >= wanted:
            last = places[wanted - 1]
            whole = last == len(page.rows) - 1
            return Page(rows, (page if whole else fetch(after, last + 1)).cursor)
        after, size = page.cursor, min(MOST, size * 2)
