"""A page of what is shown, with a cursor that is never that of something hidden."""

from hypothesis import given
from hypothesis import strategies as st

from chalicelib.eventlog.views.listing import visible
from chalicelib.eventlog.views.port import Cursor, Page, Row


def view(secrets: list[bool]) -> list[Row]:
    return [{"key": f"{place:04d}", "secret": secret} for place, secret in enumerate(secrets)]


def fetching(rows: list[Row], asked: list[int]):
    def fetch(after: Cursor | None, limit: int) -> Page:
        asked.append(limit)
        rest = [row for row in rows if after is None or row["key"] > after.key]
        page = rest[:limit]
        return Page(page, Cursor("", page[-1]["key"]) if len(rest) > limit else None)

    return fetch


def shown(row: Row) -> bool:
    return not row["secret"]


def walked(rows: list[Row], limit: int) -> tuple[list[Row], list[Cursor]]:
    found: list[Row] = []
    cursors: list[Cursor] = []
    after = None
    while True:
        page = visible(fetching(rows, []), shown, after, limit)
        found += page.rows
        if page.cursor is None:
            return found, cursors
        assert len(page.rows) == limit
        cursors.append(page.cursor)
        after = page.cursor


@given(st.lists(st.booleans(), max_size=40), st.integers(1, 6))
def test_the_pages_have_every_row_that_is_shown_once_and_point_at_no_hidden_one(secrets, limit):
    rows = view(secrets)
    found, cursors = walked(rows, limit)
    assert found == [row for row in rows if shown(row)]
    hidden = {row["key"] for row in rows if row["secret"]}
    assert not hidden & {cursor.key for cursor in cursors}


def test_where_nothing_is_hidden_a_page_is_asked_for_once():
    asked: list[int] = []
    page = visible(fetching(view([False] * 9), asked), shown, None, 4)
    assert (len(page.rows), asked) == (4, [4])


def test_many_hidden_rows_are_passed_in_ever_larger_steps():
    asked: list[int] = []
    rows = view([True] * 500 + [False])
    assert visible(fetching(rows, asked), shown, None, 1).rows == rows[-1:]
    assert asked[:8] == [1, 2, 4, 8, 16, 32, 64, 100]
    assert len(asked) < 14
